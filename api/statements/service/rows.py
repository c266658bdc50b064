"""Statements with their texts, for every rung that works with them inside a transaction."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

from sqlalchemy import delete, func, insert, select

from api.accounts.rules import Actor, Role
from api.cases import service as cases
from api.coalitions.models import Coalition
from api.errors import Code, Conflict, Fault, Forbidden, Gone, Invalid, NotFound
from api.infra import clock
from api.infra.background import events
from api.infra.database import transactions
from api.infra.database.transactions import flush, touch
from api.infra.security import audit, keys
from api.portable.rules import checking, printing, references, secrecy
from api.statements import rules
from api.statements.events import StatementRevised
from api.statements.models import (
    NamedCase,
    PastDemand,
    Revision,
    Signing,
    State,
    Statement,
    StatementKind,
    Weight,
)
from api.statements.service.closed import must_be_confirmed
from api.texts.rules import themes

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from datetime import date

    from sqlalchemy.orm import Session

FORMAT = "undersigned.statement/1"
NAMED = "This names a case that may not be named: write its public label."
_ANOTHER = "Choose another slug."
BODY = "/document"  # where a request or an answer holds it
TEXT_GONE = "A name in this text was taken back. Read the newest revision."


class SlugTaken(Conflict, title="The coalition has a statement of this slug"):
    """A statement's slug is unique in its coalition."""


class NothingChanged(Conflict, title="Nothing has changed"):
    """The draft prints what the newest revision prints."""


@dataclass(frozen=True)
class SavedStatement:
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


def must_be_free(session: Session, coalition_id: UUID, slug: str) -> None:
    """Raise SlugTaken where a coalition has a statement of this slug."""
    there = select(Statement.id).where(Statement.coalition_id == coalition_id)
    if session.scalar(there.where(Statement.slug == slug)) is not None:
        raise SlugTaken(_ANOTHER)


def started(
    session: Session,
    coalition: Coalition,
    document: dict[str, Any],
    template_version_id: UUID | None = None,
    *,
    at: str = BODY,
) -> SavedStatement:
    """Write a new statement with a draft; raise Invalid with every fault, pointing from `at` on.

    The caller holds the coalition, as it does wherever a text is written: a name that is taken
    back at the same moment must not come in behind.
    """
    statement = Statement(
        id=uuid4(),
        coalition_id=coalition.id,
        template_version_id=template_version_id,
        revision_number=0,
        counted_from=0,
    )
    warnings = write(session, statement, document, at=at)
    transactions.insert(session, statement, on_clash=SlugTaken(_ANOTHER))
    index(session, statement, 0)
    return SavedStatement(statement, document, warnings)


def write(
    session: Session, statement: Statement, document: Mapping[str, Any], *, at: str = BODY
) -> list[Fault]:
    """Make a document a statement's draft; return the warnings or raise Invalid."""
    checked = _checked(document)
    if checked.faults:
        detail = "The document breaks rules; docs/format.md has them."
        raise Invalid(detail, below(at, checked.faults))
    public, secrets = secrecy.split(document)
    names = _unnamed(session, statement.coalition_id, secrets)
    if told := secrecy.telling(public, names):
        raise Invalid(
            NAMED, below(at, [Fault(pointer, Code.HIDDEN_NAME, NAMED) for pointer in told])
        )
    statement.slug, statement.kind = document["slug"], StatementKind(document["kind"])
    statement.language, statement.title = document["language"], document["title"]
    statement.draft = public
    keys.write(session, statement, Statement.draft_secrets, secrets or None)
    return checked.warnings


def _checked(document: Mapping[str, Any]) -> checking.Checked:
    faults = [
        Fault(f"/{key}", Code.UNKNOWN_FIELD, "Leave it out: signatures are entered on their own.")
        for key in ("signatories", "redacted")
        if key in document
    ]
    checked = checking.Checked(faults, []) if faults else checking.check(document)
    if "theme" in document:
        checked.faults.extend(themes.faults(document["theme"]))
    return checked


def below(at: str, faults: Iterable[Fault]) -> list[Fault]:
    """Return faults of a document with pointers into what holds it."""
    return [fault.below(at) for fault in faults]


def _unnamed(session: Session, coalition_id: UUID, secrets: secrecy.Secrets) -> set[str]:
    """Return the names that no text of a coalition may hold, with those of one draft."""
    own = [name for who in secrets.values() for name in (who["name"], *who.get("aliases", ()))]
    return {*own, *(name for entry in cases.hidden(session, coalition_id) for name in entry.names)}


def seen_by(
    actor: Actor,
    coalition_id: UUID,
    document: dict[str, Any],
    checked: checking.Checked,
    closed: Mapping[str, cases.Closed],
) -> tuple[dict[str, Any], list[Fault]]:
    """Return what an actor may see of a draft, and of what was found in it.

    What may not be named is for coordinators. So are the warnings of words that are like a name:
    they would tell it word by word.
    """
    warnings, sees_all = checked.warnings, actor.may(coalition_id, Role.COORDINATOR)
    passed = [] if checked.faults else rules.mentions(document, closed)
    told = [each.warning(closed, sees_all=sees_all) for each in passed]
    if not sees_all:
        warnings = [] if checked.faults else list(references.warnings(document))
        document, _ = secrecy.split(document)
    return document, below(BODY, [*checked.faults, *warnings, *told])


def replaced(
    session: Session, statement: Statement, expected: int, document: Mapping[str, Any]
) -> SavedStatement:
    """Replace a draft that may still be written on; the caller holds the coalition."""
    rules.must_be_writable(State(statement.state))
    touch(statement, expected)
    coalition = session.get_one(Coalition, statement.coalition_id)
    whole = completed(document, coalition)
    warnings = write(session, statement, whole)
    flush(session, on_clash=SlugTaken(_ANOTHER))
    index(session, statement, 0)
    return SavedStatement(statement, whole, warnings)


def with_secrets(
    session: Session, actor: Actor, statement: Statement, document: dict[str, Any]
) -> dict[str, Any]:
    """Return a document with what the draft holds of cases that came back without their name.

    An editor reads and saves a draft without ever seeing it, and changes nothing of it.
    """
    held, given = draft_secrets(session, statement), document.get("cases")
    if not held or not isinstance(given, list):
        return document
    is_editor = not actor.may(statement.coalition_id, Role.COORDINATOR)
    whole = []
    for case in given:
        who = held.get(str(case.get("id"))) if isinstance(case, dict) else None
        if who is None:
            whole.append(case)
            continue
        is_told = case.get("may_be_named") is not False or case.keys() & set(secrecy.PRIVATE)
        if is_editor and is_told:
            raise Forbidden(
                "Who a case is that may not be named, and whether it may be, is for a coordinator"
                " to say. Send it as you read it."
            )
        whole.append(case if "name" in case else {**who, **case})
    return {**document, "cases": whole}


def draft_secrets(session: Session, statement: Statement) -> secrecy.Secrets:
    """Return what of a draft's cases may not be named."""
    unsealed: secrecy.Secrets | None = keys.read(session, statement, Statement.draft_secrets)
    return unsealed or {}


def whole_draft(session: Session, statement: Statement) -> dict[str, Any]:
    """Return a draft with what may not be named."""
    return secrecy.join(statement.draft, draft_secrets(session, statement))


def whole_revision(session: Session, revision: Revision) -> dict[str, Any]:
    """Return a revision's document with what may not be named."""
    secrets = keys.read(session, revision, Revision.secrets)
    return revision.document if secrets is None else secrecy.join(revision.document, secrets)


def frozen(  # noqa: PLR0913 # a draft, what it means, and who was looked at
    session: Session,
    actor: Actor,
    statement: Statement,
    weight: Weight | None,
    note: str | None,
    *,
    confirmed: Collection[str] = (),
) -> Revision:
    """Write the next revision of a statement from its draft.

    Of a text that is published or opens for signing it is public: it is frozen with those whom it
    names though they are free or dead where each is confirmed.
    """
    number = statement.revision_number + 1
    means = rules.weighed(number, State(statement.state), weight)
    if means is Weight.MATERIAL:
        _must_not_be_signed(session, statement)
    document, secrets = whole_draft(session, statement), draft_secrets(session, statement)
    if secrecy.telling(note, _unnamed(session, statement.coalition_id, secrets)):
        raise Invalid(NAMED, [Fault("/note", Code.HIDDEN_NAME, NAMED)])
    printed = printing.resolve(document)
    fingerprint = printing.fingerprint(printed)
    if number > 1 and current_revision(session, statement).sha256 == fingerprint:
        raise NothingChanged("Change the draft first; it prints what the newest revision prints.")
    if goes_out(session, statement):
        must_be_confirmed(session, statement, document, confirmed)
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
        edited_on=clock.today() if is_public(session, statement) else None,
        created_by=actor.user_id,
    )
    keys.write(session, revision, Revision.secrets, secrets or None)
    session.add(revision)
    statement.revision_number = number
    if means is not Weight.EDITORIAL:
        statement.counted_from = number
    session.flush()
    index(session, statement, number)
    told: dict[str, Any] = {"number": number, "sha256": fingerprint, "weight": means}
    told |= {"confirmed_cases": sorted(confirmed)} if confirmed else {}
    audit.record(session, actor, "statement.revised", statement, told)
    events.announce(session, StatementRevised.of(revision))
    return revision


def is_public(session: Session, statement: Statement) -> bool:
    """Tell whether a change of a text is an edit in public."""
    return statement.state is State.PUBLISHED or _has_opened(session, statement)


def goes_out(session: Session, statement: Statement) -> bool:
    """Tell whether the newest revision is public, or will be by itself.

    What was set to open and is a draft again opens once it is back in review, and is asked about
    there.
    """
    signing = session.get(Signing, statement.id)
    is_set = signing is not None and signing.opens_at is not None
    return statement.state is State.PUBLISHED or (statement.state is State.REVIEW and is_set)


def _has_opened(session: Session, statement: Statement) -> bool:
    signing = session.get(Signing, statement.id)
    return signing is not None and signing.has_opened(clock.now())


def _must_not_be_signed(session: Session, statement: Statement) -> None:
    if _has_opened(session, statement):
        raise rules.SigningOpened(
            "From then on its text takes editorial revisions only. A material change closes signing"
            " and begins a new statement: POST to its successors."
        )


def index(
    session: Session, statement: Statement, number: int, document: Mapping[str, Any] | None = None
) -> None:
    """Keep which cases the draft (0) or a revision names and what it asks, to be found by that."""
    held = statement.draft if document is None else document
    place = {"statement_id": statement.id, "revision_number": number}
    named = [
        {**place, "key": case["id"], "status": case.get("status")} for case in held.get("cases", ())
    ]
    asked = [
        {**place, "coalition_id": statement.coalition_id, **facts}
        for facts in rules.past_demands(held)
    ]
    for model, new in ((NamedCase, named), (PastDemand, asked)):
        is_old = (model.statement_id == statement.id, model.revision_number == number)
        session.execute(delete(model).where(*is_old))
        if new:
            session.execute(insert(model), new)


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


def edited_on(session: Session, statement_id: UUID, number: int) -> date | None:
    """Return the last day on which a public text was edited, up to a revision of it."""
    query = select(func.max(Revision.edited_on)).where(
        Revision.statement_id == statement_id, Revision.number <= number
    )
    return session.scalar(query)


def any_revision(session: Session, statement: Statement, number: int) -> Revision:
    """Return one revision of a statement, taken back or not, or raise NotFound."""
    query = select(Revision).where(Revision.statement_id == statement.id, Revision.number == number)
    found = session.scalars(query).first()
    if found is None:
        raise NotFound(f"The statement has {statement.revision_number} revisions, from 1.")
    return found
