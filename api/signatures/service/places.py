"""Gives confirmed public signatures their places, in batches: none of them waits for another.

Who is public gets the next place, and keeps it. Of who signed and is not public a place would tell
between which others, so when: they get one at random, behind all that tell an order. What a
coordinator entered stands where the coordinator put it.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from uuid import UUID

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.orm import Session

from api.infra.background import jobs
from api.infra.database.transactions import is_any, reading, transaction
from api.signatures.models import RANDOM_FROM, Signature, SignatureState, Source, Visibility
from api.statements.models import Statement

PLACE = "signatures.place"
AT_ONCE = 5_000
RANDOM = random.SystemRandom()
RANDOM_UNTIL = 2**31  # what the column holds
# They signed themselves: a coordinator did not put them where they stand.
BY_THEMSELVES = frozenset({Source.PUBLIC, Source.APPROVAL})


def soon(session: Session) -> None:
    """Promise that what is confirmed in this transaction gets its place in a moment."""
    jobs.promise(session, PLACE, None, {}, key=PLACE)


def are_wanted(session: Session) -> bool:
    """Tell whether a confirmed signature has no place yet."""
    return is_any(session, select(Signature.id).where(_is_unplaced()))


def place() -> None:
    """Give every confirmed signature its place."""
    while statement_id := _next():
        _place(statement_id)


def _next() -> UUID | None:
    with reading() as session:
        return session.scalar(select(Signature.statement_id).where(_is_unplaced()).limit(1))


def _is_unplaced() -> ColumnElement[bool]:
    return Signature.position.is_(None) & (Signature.state == SignatureState.CONFIRMED)


def _place(statement_id: UUID) -> None:
    """Put a batch at the end, in random order: places do not tell who signed after whom."""
    with transaction() as session:
        held = select(Statement.id).where(Statement.id == statement_id)
        if session.scalar(held.with_for_update(key_share=True)) is not None:
            _place_some(session, statement_id)


def now(session: Session, statement: Statement, signatures: Iterable[Signature]) -> None:
    """Give these of a statement that is held their places, as they are to print at once."""
    session.flush()
    _place_some(session, statement.id, Signature.id.in_([each.id for each in signatures]))


def _place_some(session: Session, statement_id: UUID, *which: ColumnElement[bool]) -> None:
    unplaced = select(Signature.id, Signature.visibility).where(
        Signature.statement_id == statement_id, _is_unplaced(), *which
    )
    found = list(session.execute(unplaced.limit(AT_ONCE)))
    RANDOM.shuffle(found)
    public = [each.id for each in found if each.visibility is Visibility.PUBLIC]
    others = [each.id for each in found if each.visibility is not Visibility.PUBLIC]
    placed = dict(enumerate(public, following(session, statement_id)))
    placed |= zip(_at_random(session, statement_id, len(others)), others, strict=True)
    if placed:
        rows = [{"id": each, "position": at} for at, each in placed.items()]
        session.execute(update(Signature), rows)


def following(session: Session, statement_id: UUID) -> int:
    """Return the place after all that tell an order."""
    mine = Signature.statement_id == statement_id, Signature.position < RANDOM_FROM
    return 1 + (session.scalar(select(func.max(Signature.position)).where(*mine)) or 0)


def _at_random(session: Session, statement_id: UUID, number: int) -> set[int]:
    """Return places that tell no order, and that nobody has."""
    found: set[int] = set()
    while missing := number - len(found):
        drawn = {RANDOM.randrange(RANDOM_FROM, RANDOM_UNTIL) for _ in range(missing)}
        taken = select(Signature.position).where(
            Signature.statement_id == statement_id, Signature.position.in_(drawn)
        )
        found |= drawn.difference(session.scalars(taken))
    return found


def conceal(session: Session, statement: Statement, signatures: Sequence[Signature]) -> None:
    """Take from those that are not public, any more or at all, what would tell of them."""
    hidden = [each for each in signatures if not _is_public(each)]
    for each in hidden:
        each.organisation_id = None
    telling = [each for each in hidden if each.place and each.source in BY_THEMSELVES]
    free = _at_random(session, statement.id, len(telling))
    for each, at in zip(telling, free, strict=True):
        each.position = at


def _is_public(signature: Signature) -> bool:
    # What is held or taken out by a rule may come back to its place.
    is_there = signature.state is not SignatureState.WITHDRAWN
    return is_there and signature.visibility is Visibility.PUBLIC
