"""Statements with their texts, for every rung that works with them inside a transaction."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

from sqlalchemy import delete, select

from api.coalitions.models import Coalition
from api.errors import Conflict, Fault, Gone, Invalid, NotFound
from api.infra import keys
from api.infra.database import flush, insert, touch
from api.portable.rules import checking, printing, secrecy
from api.statements import rules
from api.statements.models import Kind, NamedCase, Revision, State, Statement, Weight
from api.texts.rules import themes

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy.orm import Session

    from api.accounts.rules import Actor

FORMAT = "undersigned.statement/1"
DRAFT = "statements.draft_secrets"
REVISION = "revisions.secrets"
TAKEN_BACK = "revisions.taken_back"
TEXT_GONE = "A name in this text was taken back. Read the newest revision."


class SlugTaken(Conflict):
    """A statement's slug is unique in its coalition."""

    title = "The coalition has a statement of this slug"


class NothingChanged(Conflict):
    """The draft prints what the newest revision prints."""

    title = "Nothing has changed"


@dataclass(frozen=True)
class Warned:
    """A statement as it was saved, and what the check would have its author look at."""

    statement: Statement
    document: dict[str, Any]
    warnings: list[Fault]


def completed(document: Mapping[str, Any], coalition: Coalition) -> dict[str, Any]:
    """Return a document with the parts that the coalition gives where it has none of its own."""
    language = document.get("language") or coalition.languages[0]
    own: dict[str, Any] = {"name": coalition.name, "slug": coalition.slug}
    if coalition.countries:
        own["countries"] = coalition.countries
    if isinstance(language, str) and language in coalition.country_names:
        own["country_names"] = coalition.country_names[language]
    if isinstance(language, str) and language in coalition.conjunctions:
        own["and"] = coalition.conjunctions[language]
    return {"format": FORMAT, "language": language, "coalition": own, **document}


def started(
    session: Session,
    coalition: Coalition,
    document: dict[str, Any],
    template_version_id: UUID | None = None,
    facts: dict[str, Any] | None = None,
) -> Warned:
    """Write a new statement with a draft; raise Invalid with every fault."""
    statement = Statement(
        id=uuid4(),
        coalition_id=coalition.id,
        template_version_id=template_version_id,
        facts=facts,
        revision_number=0,
        counted_from=0,
    )
    warnings = write(session, statement, document)
    insert(session, statement, on_clash=SlugTaken("Choose another slug."))
    name_cases(session, statement, 0)
    return Warned(statement, document, warnings)


def write(session: Session, statement: Statement, document: Mapping[str, Any]) -> list[Fault]:
    """Make a document a statement's draft; return the warnings or raise Invalid."""
    if "signatories" in document or "redacted" in document:
        raise Invalid(
            "A draft holds the text only.",
            [
                Fault(f"/document/{key}", "Leave it out: signatures are entered on their own.")
                for key in ("signatories", "redacted")
                if key in document
            ],
        )
    warnings = _checked(document)
    public, secrets = secrecy.split(document)
    statement.slug, statement.kind = document["slug"], Kind(document["kind"])
    statement.language, statement.title = document["language"], document["title"]
    statement.draft = public
    statement.draft_secrets = None
    if secrets:
        sealed = keys.seal(session, statement.coalition_id, DRAFT, statement.id, secrets)
        statement.draft_secrets = sealed
    return warnings


def _checked(document: Mapping[str, Any]) -> list[Fault]:
    checked = checking.check(document)
    faults = [Fault(f"/document{fault.pointer}", fault.detail) for fault in checked.faults]
    if document.get("theme", themes.available()[0]) not in themes.available():
        known = ", ".join(themes.available())
        faults.append(Fault("/document/theme", f"There is no such theme. There are: {known}."))
    if faults:
        raise Invalid("The document breaks rules; docs/format.md has them.", faults)
    return [Fault(f"/document{fault.pointer}", fault.detail) for fault in checked.warnings]


def replaced(
    session: Session, statement: Statement, expected: int, document: Mapping[str, Any]
) -> Warned:
    """Replace a draft that may still be written on."""
    rules.must_be_writable(State(statement.state))
    touch(statement, expected)
    coalition = session.get_one(Coalition, statement.coalition_id)
    whole = completed(document, coalition)
    _keep_secrets(session, statement, whole)
    warnings = write(session, statement, whole)
    flush(session, on_clash=SlugTaken("Choose another slug."))
    name_cases(session, statement, 0)
    return Warned(statement, whole, warnings)


def _keep_secrets(session: Session, statement: Statement, document: dict[str, Any]) -> None:
    """Give cases that came back without what may not be named what the draft holds of them.

    An editor reads and saves a draft without ever seeing it.
    """
    held = draft_secrets(session, statement)
    cases = document.get("cases")
    if held and isinstance(cases, list):
        document["cases"] = [
            {**held[case["id"]], **case}
            if isinstance(case, dict) and case.get("id") in held and "name" not in case
            else case
            for case in cases
        ]


def draft_secrets(session: Session, statement: Statement) -> secrecy.Secrets:
    """Return what of a draft's cases may not be named."""
    if statement.draft_secrets is None:
        return {}
    unsealed: secrecy.Secrets = keys.unseal(session, DRAFT, statement.id, statement.draft_secrets)
    return unsealed


def whole_draft(session: Session, statement: Statement) -> dict[str, Any]:
    """Return a draft with what may not be named."""
    return secrecy.join(statement.draft, draft_secrets(session, statement))


def whole_revision(session: Session, revision: Revision) -> dict[str, Any]:
    """Return a revision's document with what may not be named."""
    if revision.secrets is None:
        return revision.document
    secrets = keys.unseal(session, REVISION, revision.id, revision.secrets)
    return secrecy.join(revision.document, secrets)


def frozen(
    session: Session, actor: Actor, statement: Statement, weight: Weight | None, note: str | None
) -> Revision:
    """Write the next revision of a statement from its draft."""
    number = statement.revision_number + 1
    means = rules.weighed(number, State(statement.state), weight)
    document = whole_draft(session, statement)
    printed = printing.resolve(document)
    fingerprint = printing.fingerprint(printed)
    if number > 1 and current_revision(session, statement).sha256 == fingerprint:
        raise NothingChanged("Change the draft first; it prints what the newest revision prints.")
    revision = Revision(
        id=uuid4(),
        coalition_id=statement.coalition_id,
        statement_id=statement.id,
        number=number,
        weight=means,
        note=note,
        language=statement.language,
        sha256=fingerprint,
        printed=dict(printed),
        document=statement.draft,
        created_by=actor.user_id,
    )
    if secrets := draft_secrets(session, statement):
        sealed = keys.seal(session, statement.coalition_id, REVISION, revision.id, secrets)
        revision.secrets = sealed
    session.add(revision)
    statement.revision_number = number
    if means is not Weight.EDITORIAL:
        statement.counted_from = number
    session.flush()
    name_cases(session, statement, number)
    return revision


def name_cases(
    session: Session, statement: Statement, number: int, document: Mapping[str, Any] | None = None
) -> None:
    """Keep which cases the draft (0) or a revision names, so that they are found by case."""
    old = delete(NamedCase).where(
        NamedCase.statement_id == statement.id, NamedCase.revision_number == number
    )
    session.execute(old)
    held = statement.draft if document is None else document
    session.add_all(
        NamedCase(statement_id=statement.id, revision_number=number, key=case["id"])
        for case in held.get("cases", ())
    )


def naming(session: Session, coalition_id: UUID, key: str) -> Sequence[Statement]:
    """Return the statements whose draft names the case of a key."""
    names_it = select(NamedCase.statement_id).where(
        NamedCase.statement_id == Statement.id,
        NamedCase.key == key,
        NamedCase.revision_number == 0,
    )
    query = select(Statement).where(Statement.coalition_id == coalition_id, names_it.exists())
    return session.scalars(query.order_by(Statement.created_at)).all()


def current_revision(session: Session, statement: Statement) -> Revision:
    """Return the newest revision of a statement, or raise NotFrozen."""
    if statement.revision_number == 0:
        raise rules.NotFrozen("Freeze the draft first: POST to its revisions.")
    return revision_of(session, statement, statement.revision_number)


def revision_of(session: Session, statement: Statement, number: int) -> Revision:
    """Return one revision of a statement; raise NotFound, or Gone where it was taken back."""
    found = any_revision(session, statement, number)
    if found.is_taken_back:
        raise Gone(TEXT_GONE)
    return found


def any_revision(session: Session, statement: Statement, number: int) -> Revision:
    """Return one revision of a statement, taken back or not, or raise NotFound."""
    query = select(Revision).where(Revision.statement_id == statement.id, Revision.number == number)
    found = session.scalars(query).first()
    if found is None:
        raise NotFound(f"The statement has {statement.revision_number} revisions, from 1.")
    return found
