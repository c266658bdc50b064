"""What two texts of one statement differ by, and how much that is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import cast
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.accounts.rules import Actor, Role
from api.accounts.service import load
from api.cases import service as cases
from api.errors import Gone, NotFound
from api.infra.database.transactions import reading
from api.infra.security import keys
from api.organisations.models import Organisation
from api.portable.rules import diff as rules, guard, identity, measuring, printing, secrecy
from api.portable.rules.measuring import Measure
from api.statements.models import Revision, Statement
from api.statements.service import redaction, rows
from api.texts.rules.document import PortableDocument


@dataclass(frozen=True)
class Side:
    """One of two texts; without a number it is the draft."""

    number: int | None
    version: rules.Version

    @cached_property
    def sha256(self) -> str:
        """What it would be signed by; of a text from which a name was taken back, as it reads."""
        return printing.fingerprint(printing.resolve(self.version.document))


@dataclass(frozen=True)
class Diff:
    """What a text changes of one before it."""

    statement: Statement
    before: Side
    after: Side
    parts: list[rules.DiffPart]
    turns: list[guard.SenseTurn]  # what in it is nothing editorial
    change: Measure


def diff(actor: Actor, statement_id: UUID, before: int | None, after: int | None) -> Diff:
    """Return what a revision, or the draft, changes of one before it.

    Both are as their public reads them today: where a name was taken back, its label stands.
    """
    with reading() as session:
        statement = load(session, actor, Statement, statement_id, Role.VIEWER)
        compare = compared(session, statement, before, after)
    return compare()


def of_draft(actor: Actor, statement_id: UUID) -> tuple[int, Diff | None]:
    """Return the version of a draft, and what it changes of the newest revision, if there is one.

    It takes a second of a long text: it is asked for before anything is locked.
    """
    with reading() as session:
        statement = load(session, actor, Statement, statement_id, Role.EDITOR)
        version = statement.version
        if not statement.revision_number:
            return version, None
        compare = compared(session, statement, None, None)
    return version, compare()


def compared(
    session: Session, statement: Statement, before: int | None, after: int | None
) -> Callable[[], Diff]:
    """Return what compares two texts; it takes a second for a long one, and reads no rows."""
    newest = statement.revision_number if after is None else after - 1
    older = newest if before is None else before
    if older < 1:
        raise NotFound("There is no text before it. Compare with a revision: ?before=1.")
    left, right = (side(session, statement, number) for number in (older, after))
    return between(session, statement, left, right)


def between(session: Session, statement: Statement, left: Side, right: Side) -> Callable[[], Diff]:
    """Return what compares two texts that are read."""
    called = _called(session, statement)

    def compare() -> Diff:
        parts = rules.diff(left.version, right.version)
        documents = (left.version.document, right.version.document)
        names = {name: None for one in documents for name in measuring.names_of(one, called)}
        turns = guard.turns(parts, *documents, names)
        change = measuring.measure(parts, turns, documents[1]["language"])
        return Diff(statement, left, right, parts, turns, change)

    return compare


def since(session: Session, statement: Statement, number: int) -> Callable[[], Diff] | None:
    """Return what compares the newest revision with one that somebody read before; None: no need.

    Nor can it be, where a name was taken back of one and no label fits.
    """
    if not 0 < number < statement.revision_number:
        return None
    try:
        return compared(session, statement, number, statement.revision_number)
    except Gone:
        return None


def to_measure(
    session: Session, statement: Statement, revision: Revision
) -> Callable[[], Measure | None]:
    """Return what measures a revision, to be called when everything is written.

    A long text is measured for a second: nobody waits for it. None: there is none before it, or
    none that may be read.
    """
    compare = since(session, statement, revision.number - 1)
    return lambda: compare and compare().change


def side(session: Session, statement: Statement, number: int | None) -> Side:
    """Return a revision, or the draft for None, as its public reads it today; or raise Gone."""
    if number is None:
        return Side(None, rules.Version(statement.draft, statement.block_ids))
    revision = rows.any_revision(session, statement, number)
    if not revision.is_taken_back:
        return Side(number, rules.Version(revision.document, revision.block_ids))
    document = _as_today(session, revision)
    return Side(
        number,
        rules.Version(
            document, identity.known(revision.id, revision.kept_ids, len(document["body"]))
        ),
    )


def _as_today(session: Session, revision: Revision) -> PortableDocument:
    """Return a text from which a name was taken back with the labels of today, or raise Gone."""
    kept = cast("PortableDocument", redaction.unsealed(session, revision)["document"])
    document = secrecy.join(kept, keys.read(session, revision, Revision.secrets) or {})
    for entry in cases.hidden(session, revision.coalition_id):
        case = entry.case
        if not secrecy.tells_of(document, entry.names, case.key):
            continue
        if not case.public_label:
            raise Gone(rows.TEXT_GONE)
        labels = secrecy.Labels(case.public_label)
        document = secrecy.taken_back(document, entry.names, case.key, labels)
        if secrecy.tells_of(document, entry.names, case.key):
            raise Gone(rows.TEXT_GONE)
    return secrecy.split(document)[0]


def _called(session: Session, statement: Statement) -> list[str]:
    """Return the names and acronyms of a coalition's organisations."""
    query = select(Organisation.names, Organisation.acronym).where(
        Organisation.coalition_id == statement.coalition_id
    )
    return [
        name
        for names, acronym in session.execute(query)
        for name in (*names.values(), acronym)
        if name
    ]
