"""Whom a coalition writes to no more: read before each letter, kept by what came back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from api.accounts.rules import Actor, Role
from api.accounts.service import load
from api.errors import Conflict
from api.infra import clock
from api.infra.database import paging
from api.infra.database.paging import Page, PageRequest
from api.infra.database.transactions import insert, is_any, reading, transaction
from api.infra.security import audit, keys
from api.infra.tables.importing import batches
from api.mailings.models import Cause, Suppression
from api.signatures.rules import addresses

MOST_FAILURES = 5  # that may pass, each within a month of the one before: then it rests for a month
A_DAY, A_MONTH = timedelta(days=1), timedelta(days=30)
AT_ONCE = 500
COLUMNS = ("email", "cause", "since")
# Nobody is there, or nobody wants it: such an address gets nothing at all.
DEAF = frozenset({Cause.BOUNCE, Cause.COMPLAINT})


class AlreadySuppressed(Conflict, title="This address gets no letters already"):
    """An address is on the list once."""


@dataclass(frozen=True)
class SuppressionView:
    """A suppression and its address."""

    row: Suppression
    email: str


def suppressed(session: Session, coalition_id: UUID, emails: Iterable[str]) -> Mapping[str, Cause]:
    """Return which of these addresses get nothing that they did not ask for, and why."""
    known: dict[bytes, list[str]] = {}
    for email in emails:
        known.setdefault(_index(session, coalition_id, email), []).append(email)
    found: dict[str, Cause] = {}
    indexes = list(known)
    for start in range(0, len(indexes), AT_ONCE):
        query = select(Suppression.email_index, Suppression.cause).where(
            Suppression.coalition_id == coalition_id,
            Suppression.email_index.in_(indexes[start : start + AT_ONCE]),
            Suppression.since.is_not(None),
        )
        for index, cause in session.execute(query):
            found |= dict.fromkeys(known[index], cause)
    return found


def suppress(session: Session, coalition_id: UUID, email: str, cause: Cause) -> bool:
    """Write to an address no more; tell whether that is new. A graver cause replaces a lighter."""
    row = _held(session, coalition_id, email)
    row.failures, row.failed_at = 0, None  # what was counted would end by itself
    return _suppress(session, row, cause)


def _suppress(session: Session, row: Suppression, cause: Cause) -> bool:
    if row.since is not None and (row.cause == cause or row.cause in DEAF):
        session.flush()
        return False
    row.cause, row.since = cause, row.since or clock.now()
    session.flush()
    audit.record(session, None, "suppression.added", row, {"cause": cause.value})
    return True


def failed(session: Session, coalition_id: UUID, email: str) -> bool:
    """Count a failure that may pass, one a day; tell whether it was one too many.

    Several letters of a day fail for one cause, and a report may be taken twice. None says that
    nobody is there, so what they lead to ends by itself (`forget`), and stands in for nothing else.
    """
    row, now = _held(session, coalition_id, email), clock.now()
    if row.since is not None:
        return False
    if row.failed_at is not None and row.failed_at > now - A_DAY:
        return False
    is_old = row.failed_at is None or row.failed_at < now - A_MONTH
    row.failures, row.failed_at = (1 if is_old else row.failures + 1), now
    session.flush()
    return row.failures >= MOST_FAILURES and _suppress(session, row, Cause.BOUNCE)


def _held(session: Session, coalition_id: UUID, email: str) -> Suppression:
    """Return the row of an address, locked; a new one suppresses nothing yet."""
    index = _index(session, coalition_id, email)
    query = select(Suppression).where(
        Suppression.coalition_id == coalition_id, Suppression.email_index == index
    )
    found = session.scalars(query.with_for_update()).first()
    if found is not None:
        return found
    row = Suppression(
        id=uuid4(), coalition_id=coalition_id, email_index=index, cause=Cause.BOUNCE, since=None
    )
    keys.write(session, row, Suppression.email, email.strip())
    insert(session, row, on_clash=AlreadySuppressed("It was added a moment ago."))
    return row


def _index(session: Session, coalition_id: UUID, email: str) -> bytes:
    return keys.blind(session, coalition_id, "suppressions.email", addresses.normalised(email))


def of_coalition(actor: Actor, coalition_id: UUID, page: PageRequest) -> Page[SuppressionView]:
    """Return the addresses that a coalition writes to no more, the latest first."""
    actor.must(coalition_id, Role.COORDINATOR)
    with reading() as session:
        sorting = [Suppression.since, Suppression.id]
        query = select(Suppression).where(*_listed(coalition_id))
        found = paging.page(session, query, page, sorting, descending=True)
        return found.of(lambda row: _shown(session, row))


def exported(actor: Actor, coalition_id: UUID) -> Iterator[list[dict[str, Any]]]:
    """Return all of them as the cells of lines, in batches, for another tool."""
    actor.must(coalition_id, Role.COORDINATOR)
    with reading() as session:
        query = select(Suppression.id).where(*_listed(coalition_id)).order_by(Suppression.id)
        return batches(session.scalars(query).all(), _cells)


def _cells(session: Session, ids: Sequence[UUID]) -> dict[UUID, dict[str, Any]]:
    rows = session.scalars(select(Suppression).where(Suppression.id.in_(ids)))
    return {
        row.id: {
            "email": keys.read(session, row, Suppression.email),
            "cause": row.cause.value,
            "since": row.since and row.since.isoformat(),
        }
        for row in rows
    }


def add(actor: Actor, coalition_id: UUID, email: str) -> SuppressionView:
    """Leave an address alone, as somebody asked."""
    with transaction() as session:
        actor.must(coalition_id, Role.COORDINATOR)
        row = _held(session, coalition_id, email)
        if row.since is not None:
            raise AlreadySuppressed("Lift the suppression that is there to write to it again.")
        row.cause, row.since = Cause.COORDINATOR, clock.now()
        session.flush()
        audit.record(session, actor, "suppression.added", row, {"cause": row.cause.value})
        return _shown(session, row)


def lift(actor: Actor, suppression_id: UUID) -> None:
    """Let an address get letters again; consents that were taken back stay so."""
    with transaction() as session:
        row = load(session, actor, Suppression, suppression_id, Role.COORDINATOR, lock=True)
        audit.record(session, actor, "suppression.lifted", row)
        session.delete(row)


def _listed(coalition_id: UUID) -> Sequence[ColumnElement[bool]]:
    return (Suppression.coalition_id == coalition_id, Suppression.since.is_not(None))


def _shown(session: Session, row: Suppression) -> SuppressionView:
    return SuppressionView(row, keys.read(session, row, Suppression.email))


def _is_forgotten() -> ColumnElement[bool]:
    """Return the condition that an address has not failed for a month, and only had failed."""
    is_counted = Suppression.since.is_(None) | (
        (Suppression.cause == Cause.BOUNCE) & (Suppression.failures >= MOST_FAILURES)
    )
    return is_counted & (Suppression.failed_at < clock.now() - A_MONTH)


def are_old(session: Session) -> bool:
    """Tell whether there is something to forget."""
    return is_any(session, select(Suppression.id).where(_is_forgotten()))


def forget() -> None:
    """Forget addresses that failed for a while and have not again for a month.

    Who got no letters for that gets them again.
    """
    with transaction() as session:
        query = select(Suppression).where(_is_forgotten()).limit(AT_ONCE)
        for row in session.scalars(query.with_for_update()).all():
            if row.since is not None:
                audit.record(session, None, "suppression.lifted", row)
            session.delete(row)
