"""Statements with their texts, for every rung that works with them inside a transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from uuid import UUID, uuid4

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from api.accounts.rules import Actor, Role
from api.coalitions.models import Coalition
from api.errors import Conflict, Fault, Forbidden, Gone, NotFound
from api.infra import clock
from api.infra.database import transactions
from api.infra.database.transactions import flush, touch
from api.infra.security import keys
from api.portable.rules import checking, identity, printing, references, secrecy
from api.portable.rules.length import TextLength
from api.statements import rules
from api.statements.models import (
    Revision,
    Signing,
    State,
    Statement,
    StatementKind,
    Weight,
)
from api.statements.service import past, versions
from api.statements.service.closed import warnings_of_closed
from api.statements.service.soundness import BODY, below, fit, length_of
from api.texts.rules.document import PortableBlock, PortableCoalition, PortableDocument

_ANOTHER = "Choose another slug."
TEXT_GONE = "A name in this text was taken back. Read the newest revision."


class SlugTaken(Conflict, title="The coalition has a statement of this slug"):
    """A statement's slug is unique in its coalition."""


@dataclass(frozen=True)
class SavedStatement:
    """A statement as it was saved, and what the check would have its author look at."""

    statement: Statement
    document: PortableDocument  # its blocks with their ids
    warnings: list[Fault]
    is_merged: bool = False  # with what others changed meanwhile

    @cached_property
    def length(self) -> TextLength:
        return length_of(self.document)

    def came_from(self, source: Statement, ids: Sequence[str]) -> None:
        """Keep which blocks of another's text these were, given in their order, and its bounds."""
        self.statement.block_origins = dict(zip(self.statement.block_ids, ids, strict=True))
        self.statement.kept_bounds = source.kept_bounds


def completed(document: Mapping[str, object], coalition: Coalition) -> dict[str, object]:
    """Return a document with the parts that the coalition gives where it has none of its own."""
    language = document.get("language") or coalition.languages[0]
    own = coalition_part(coalition, language)
    about = {"format": identity.VERSION_2, "language": language, "coalition": own}
    return {**about, **document}


def coalition_part(coalition: Coalition, language: object) -> PortableCoalition:
    """Return what a document says of its coalition, if there is such a language in its words."""
    own: PortableCoalition = {"name": coalition.name, "slug": coalition.slug}
    if coalition.countries:
        own["countries"] = coalition.countries
    if isinstance(language, str) and language in coalition.country_names:
        own["country_names"] = coalition.country_names[language]
    if isinstance(language, str) and language in coalition.conjunctions:
        own["and"] = coalition.conjunctions[language]
    return own


def must_be_free(session: Session, coalition_id: UUID, slug: str) -> None:
    """Raise SlugTaken where a coalition has a statement of this slug."""
    there = select(Statement.id).where(Statement.coalition_id == coalition_id)
    if session.scalar(there.where(Statement.slug == slug)) is not None:
        raise SlugTaken(_ANOTHER)


def started(
    session: Session,
    coalition: Coalition,
    document: Mapping[str, object],
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
    whole, warnings = write(session, statement, document, at=at)
    transactions.insert(session, statement, on_clash=SlugTaken(_ANOTHER))
    versions.written(session, statement)
    return SavedStatement(statement, whole, warnings)


def write(
    session: Session,
    statement: Statement,
    document: Mapping[str, object],
    *,
    at: str = BODY,
    ids: Sequence[str] | None = None,
) -> tuple[PortableDocument, list[Fault]]:
    """Make a document a statement's draft; return it with its warnings, or raise Invalid.

    Its blocks have the `ids` that are given, or else those which the draft before leads to.
    """
    whole, warnings = fit(session, statement.coalition_id, document, at=at)
    public, secrets = secrecy.split(identity.bare(whole))
    statement.kept_ids = list(_ids_after(statement, whole["body"]) if ids is None else ids)
    statement.format = whole["format"]
    statement.slug, statement.kind = whole["slug"], StatementKind(whole["kind"])
    statement.language, statement.title = whole["language"], whole["title"]
    statement.draft = public
    keys.write(session, statement, Statement.draft_secrets, secrets or None)
    return identity.identified(whole, statement.block_ids), warnings


def _ids_after(statement: Statement, body: Sequence[PortableBlock]) -> list[str]:
    """Return the ids of the blocks that take the place of a draft's."""
    before: PortableDocument | None = statement.draft  # None: it is new
    old, ids = (before["body"], statement.block_ids) if before else ([], [])
    return [each or str(uuid4()) for each in identity.carried(old, ids, body)]


def seen_by(
    session: Session,
    actor: Actor,
    coalition_id: UUID,
    document: PortableDocument,
    checked: checking.Checked,
) -> tuple[PortableDocument, list[Fault]]:
    """Return what an actor may see of a draft, and of what was found in it.

    What may not be named is for coordinators. So are the warnings of words that are like a name:
    they would tell it word by word.
    """
    found, sees_all = (
        [*checked.faults, *checked.warnings],
        actor.may(coalition_id, Role.COORDINATOR),
    )
    if not sees_all:
        found = checked.faults or list(references.warnings(document))
    if not checked.faults:
        found += warnings_of_closed(session, coalition_id, document, sees_all=sees_all)
    return document if sees_all else secrecy.split(document)[0], below(BODY, found)


def replaced(
    session: Session,
    statement: Statement,
    expected: int | None,
    document: Mapping[str, object],
    *,
    ids: Sequence[str] | None = None,
) -> SavedStatement:
    """Replace a draft that may still be written on; the caller holds the coalition."""
    rules.must_be_writable(statement.state)
    touch(statement, expected)
    versions.keep_last(session, statement)
    coalition = session.get_one(Coalition, statement.coalition_id)
    whole, warnings = write(session, statement, completed(document, coalition), ids=ids)
    flush(session, on_clash=SlugTaken(_ANOTHER))
    versions.written(session, statement)
    return SavedStatement(statement, whole, warnings)


def with_secrets(
    actor: Actor, coalition_id: UUID, held: secrecy.Secrets, document: Mapping[str, object]
) -> Mapping[str, object]:
    """Return a document with what its draft held of cases that came back without their name.

    An editor reads and saves a draft without ever seeing it, and changes nothing of it.
    """
    given = document.get("cases")
    if not held or not isinstance(given, list):
        return document
    is_editor = not actor.may(coalition_id, Role.COORDINATOR)
    whole = []
    for case in given:
        if not isinstance(case, dict) or (who := held.get(str(case.get("id")))) is None:
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


def whole_draft(session: Session, statement: Statement) -> PortableDocument:
    """Return a draft with what may not be named, its blocks without their ids."""
    whole = versions.current(session, statement).whole.document
    return {**whole, "format": statement.format or whole["format"]}


def whole_revision(session: Session, revision: Revision) -> PortableDocument:
    """Return a revision's document with what may not be named, its blocks without their ids."""
    whole = secrecy.join(revision.document, keys.read(session, revision, Revision.secrets) or {})
    return {**whole, "format": revision.format or whole["format"]}


def next_revision(
    statement: Statement, document: PortableDocument, weight: Weight, note: str | None
) -> Revision:
    """Return what comes after the newest revision, to be put once it is known to be right."""
    printed = printing.resolve(document)
    return Revision(
        id=uuid4(),
        coalition_id=statement.coalition_id,
        statement_id=statement.id,
        number=statement.revision_number + 1,
        weight=weight,
        note=note,
        language=document["language"],
        sha256=printing.fingerprint(printed),
        printed=printed,
    )


def put_revision(
    session: Session,
    statement: Statement,
    revision: Revision,
    document: PortableDocument,
    ids: Sequence[str],
) -> None:
    """Make a revision the newest of a statement, with the whole text that it prints."""
    revision.format, revision.kept_ids = document["format"], list(ids)
    revision.document, secrets = secrecy.split(identity.bare(document))
    keys.write(session, revision, Revision.secrets, secrets or None)
    session.add(revision)
    statement.revision_number = revision.number
    session.flush()
    past.index(session, statement, revision.number, revision.document)


def is_public(session: Session, statement: Statement) -> bool:
    """Tell whether a change of a text is an edit in public."""
    return statement.state is State.PUBLISHED or has_opened(session, statement)


def goes_out(session: Session, statement: Statement) -> bool:
    """Tell whether the newest revision is public, or will be by itself.

    What was set to open and is a draft again opens once it is back in review, and is asked about
    there.
    """
    signing = session.get(Signing, statement.id)
    is_set = signing is not None and signing.opens_at is not None
    return statement.state is State.PUBLISHED or (statement.state is State.REVIEW and is_set)


def has_opened(session: Session, statement: Statement) -> bool:
    signing = session.get(Signing, statement.id)
    return signing is not None and signing.has_opened(clock.now())


def current_revision(session: Session, statement: Statement) -> Revision:
    """Return the newest revision of a statement, or raise NotFrozen."""
    if statement.revision_number == 0:
        raise rules.NotFrozen("Freeze the draft first: POST to its revisions.")
    return revision_of(session, statement, statement.revision_number)


def revision_of(session: Session, statement: Statement, number: int | None) -> Revision:
    """Return a revision of a statement, the newest for None; raise Gone where it was taken back."""
    if number is None:
        return current_revision(session, statement)
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


def newest_at(session: Session, statement: Statement, at: datetime) -> int:
    """Return the number of the newest revision of an instant; 0: there was none."""
    query = select(func.max(Revision.number)).where(
        Revision.statement_id == statement.id, Revision.created_at <= at
    )
    return session.scalar(query) or 0


def any_revision(session: Session, statement: Statement, number: int) -> Revision:
    """Return one revision of a statement, taken back or not, or raise NotFound."""
    query = select(Revision).where(Revision.statement_id == statement.id, Revision.number == number)
    found = session.scalars(query).first()
    if found is None:
        raise NotFound(f"The statement has {statement.revision_number} revisions, from 1.")
    return found
