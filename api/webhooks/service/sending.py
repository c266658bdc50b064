"""Sends what is due: each endpoint over a line of its own, so that one that hangs delays no other.

A job starts a lane, a thread, for each endpoint that something waits for, and does not wait for
those that take long. A lane leases deliveries in batches; a killed one's leases run out. Nothing
that a process remembers matters: two that serve the same endpoint lease different rows.
"""

from __future__ import annotations

import threading
import time
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from uuid import UUID

import structlog
from sqlalchemy import delete, select, update
from sqlalchemy.exc import SQLAlchemyError

from api.errors import DomainError
from api.infra import clock
from api.infra.database.columns import Base
from api.infra.database.transactions import reading, transaction
from api.infra.net import http
from api.infra.net.http import CallFailed
from api.infra.outbox.rows import Ended
from api.infra.outbox.turns import Turn
from api.infra.runtime import runtime, thread_context
from api.infra.security import audit
from api.webhooks import rules
from api.webhooks.models import OUTBOX, Cause, Delivery, DeliveryState, Endpoint, Event
from api.webhooks.service import letters, rows
from api.webhooks.service.events import rested, stop

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.orm import Session

    from api.infra.net.http import Line

log = structlog.get_logger()
LANES = 32  # of a process
SLOW_LANES = 16  # of these, for endpoints that failed last
LEASE = timedelta(seconds=60)  # a batch takes less, with the call that it may end in
LINE_SECONDS = 30  # after that its host is resolved and checked again
WAIT_SECONDS = 2.0  # that a job waits for its lanes
LOOK_SECONDS = 0.1
FORGOTTEN_AT_ONCE = 1000
ENDPOINTS = Base.metadata.tables[Endpoint.__tablename__]

_lanes: dict[tuple[int, UUID], threading.Thread] = {}
_lock = threading.Lock()


@dataclass
class Told:
    """One attempt, and how it went."""

    id: UUID
    attempts: int
    status: int | None
    fault: str | None
    milliseconds: int
    at: datetime
    wait: timedelta = field(default_factory=timedelta)  # that the receiver asked for

    @property
    def is_success(self) -> bool:
        return (
            self.status is not None and HTTPStatus.OK <= self.status < HTTPStatus.MULTIPLE_CHOICES
        )


@dataclass(frozen=True)
class Due:
    """A leased delivery, with its event."""

    id: UUID
    event_id: UUID
    attempts: int
    type: str
    facts: dict[str, Any]
    at: datetime


def send_due() -> int:
    """Start a lane for each endpoint that waits; return how many."""
    within, until, started = thread_context(), time.monotonic() + WAIT_SECONDS, 0
    while True:
        for endpoint_id, failures in _waiting():
            started += _started(endpoint_id, within, failures)
        with _lock:
            here = [lane for (app, _), lane in _lanes.items() if app == _app(within)]
        left = until - time.monotonic()
        if not here or left <= 0:
            return started
        here[0].join(min(left, LOOK_SECONDS))


def _app(within: Any) -> int:
    """Tell apps of one process apart, as tests have them."""
    return id(within.__self__)


def _waiting() -> Sequence[tuple[UUID, int]]:
    """Return the endpoints that wait, first those that took what they were told last."""
    with reading() as session:
        query = select(Endpoint.id, Endpoint.failures).where(rested())
        query = query.order_by(Endpoint.failures, Endpoint.id).limit(4 * LANES)
        return [(each[0], each[1]) for each in session.execute(query)]


def _started(endpoint_id: UUID, within: Any, failures: int) -> int:
    key = _app(within), endpoint_id
    with _lock:
        for old in [each for each, lane in _lanes.items() if not lane.is_alive()]:
            del _lanes[old]
        if key in _lanes or len(_lanes) >= (SLOW_LANES if failures else LANES):
            return 0
        lane = threading.Thread(target=_serve, args=(key, within), daemon=True)
        _lanes[key] = lane
        lane.start()
    return 1


def _serve(key: tuple[int, UUID], within: Any) -> None:
    """Serve an endpoint until nothing waits for it, or it does not take what does."""
    try:
        with within():
            while _served(key[1]):
                pass
    except (SQLAlchemyError, DomainError) as fault:  # its leases run out
        log.warning("lane broken", endpoint=str(key[1]), error=type(fault).__name__)
    except Exception as fault:  # noqa: BLE001 # a trace could hold what was told
        log.error("lane failed", endpoint=str(key[1]), error=type(fault).__name__)  # noqa: TRY400
    finally:
        with _lock:
            _lanes.pop(key, None)


def _served(endpoint_id: UUID) -> bool:
    """Tell what waits over one line; return whether there may be more to tell over another."""
    with ExitStack() as opened:
        turn = Telling(endpoint_id, opened)
        turn.run()
        return turn.has_more


class Telling(Turn[Due, Told]):
    """An endpoint's turn."""

    first, most = 20, 1000

    def __init__(self, endpoint_id: UUID, opened: ExitStack) -> None:
        """Keep whose it is; the line is opened when there is something to tell."""
        super().__init__()
        self._endpoint_id, self._opened = endpoint_id, opened
        self._endpoint: rows.Access
        self._line: Line | None = None
        self._until = time.monotonic() + LINE_SECONDS
        self.has_more = False

    def write(self, session: Session, ended: Sequence[Told], size: int) -> Sequence[Due]:
        """Write how it went, and take what is told next.

        What was leased and not told waits as before. After a failure nothing more is taken.
        """
        # The endpoint first, as whoever deletes it does.
        query = select(Endpoint).where(Endpoint.id == self._endpoint_id)
        endpoint = session.scalars(query.with_for_update(key_share=True)).first()
        if endpoint is None:
            return []
        if ended:
            _write(session, endpoint, self.lease, ended)
        if not size or not endpoint.is_enabled:
            return []
        self._endpoint = rows.access_of(session, endpoint)
        return _leased(session, self._endpoint_id, self.lease, size)

    def attempt(self, item: Due) -> Told:
        """Tell of one event."""
        try:
            if self._line is None:
                line = http.line(runtime().egress, self._endpoint.url)
                self._line = self._opened.enter_context(line)
        except CallFailed as failed:
            return Told(item.id, item.attempts, None, failed.fault, 0, clock.now())
        return _tell(self._line, self._endpoint, item)

    def is_over(self, last: Told) -> bool:
        """End where something was not taken, and with a line whose host is to be checked again."""
        self.has_more = last.is_success and time.monotonic() > self._until
        return self.has_more or not last.is_success


def _leased(session: Session, endpoint_id: UUID, lease: UUID, size: int) -> Sequence[Due]:
    """Take the oldest that are due, for as long as telling them may take."""
    of_it, order = OUTBOX.columns.endpoint_id == endpoint_id, ("created_at", "id")
    taking = OUTBOX.taking(of_it, [OUTBOX.columns[each] for each in order], "id")
    ids = [each.id for each in OUTBOX.take(session, taking, lease, until=LEASE, size=size)]
    columns = select(
        Delivery.id,
        Delivery.event_id,
        Delivery.attempts,
        Event.type,
        Event.facts,
        Event.created_at,
    )
    query = columns.join(Event, Event.id == Delivery.event_id).where(Delivery.id.in_(ids))
    ordered = query.order_by(Delivery.created_at, Delivery.id)
    return [Due(*each) for each in session.execute(ordered)] if ids else []


def _tell(line: Line, endpoint: rows.Access, it: Due) -> Told:
    text = rules.body(it.type, it.at, _data(endpoint, it))
    now = clock.now()
    headers = endpoint.signer.headers(str(it.event_id), now, text)
    began = time.monotonic()
    try:
        answer = line.call("POST", endpoint.url, headers=headers, content=text.encode())
    except CallFailed as failed:
        spent = round(1000 * (time.monotonic() - began))
        return Told(it.id, it.attempts, None, failed.fault, spent, now)
    wait = rules.retry_after(answer.headers.get("retry-after"), clock.now())
    spent = round(1000 * answer.seconds)
    return Told(it.id, it.attempts, answer.status, None, spent, now, wait)


def _data(endpoint: rows.Access, it: Due) -> dict[str, Any]:
    """Return what is told; who signed, to custodians only, and as it is known at this moment."""
    kind = rules.CATALOGUE[it.type]
    known = {name: value for name, value in it.facts.items() if name not in kind.later}
    data = {"coalition_id": str(endpoint.coalition_id), **known}
    if endpoint.is_custodian and kind.tells_who:
        with reading() as session:
            data["signatory"] = rows.signatory(session, UUID(str(it.facts["signature_id"])))
    if kind.later:
        with reading() as session:
            of = UUID(str(it.facts["sign_off_id"]))
            data |= rows.answer(session, of, is_custodian=endpoint.is_custodian)
    return data


def _write(session: Session, endpoint: Endpoint, lease: UUID, told: Sequence[Told]) -> None:
    failed = [each for each in told if not each.is_success]
    now = clock.now()
    OUTBOX.end(session, lease, [_changed(each, now) for each in told])
    OUTBOX.give_back(session, lease, OUTBOX.columns.endpoint_id == endpoint.id)
    if len(told) > len(failed):
        _note(session, endpoint.id, delivered_at=now, failures=0, rests_until=None)
    for each in failed:
        _failed(session, endpoint, each, now, is_first=len(told) == len(failed))


def _changed(told: Told, now: datetime) -> Ended:
    attempts = told.attempts + 1
    pause = None if told.is_success else rules.pause(attempts)
    state, run_after = DeliveryState.DELIVERED, now
    if not told.is_success:
        state = DeliveryState.FAILED if pause is None else DeliveryState.WAITING
        run_after = now + max(pause or timedelta(), told.wait)
    values = {
        "state": state,
        "attempts": attempts,
        "run_after": run_after,
        "status": told.status,
        "fault": told.fault,
        "milliseconds": told.milliseconds,
        "attempted_at": told.at,
    }
    return Ended(told.id, values)


def _failed(
    session: Session, endpoint: Endpoint, told: Told, now: datetime, *, is_first: bool
) -> None:
    """Let an endpoint rest that did not take something; stop telling it, where that is to be."""
    if told.status == HTTPStatus.GONE:
        disable(session, endpoint, Cause.GONE)
        return
    # `is_first`: nothing was taken in this batch either; else it has just shown that it lives.
    failures = endpoint.failures + 1 if is_first else 1
    rest = max(rules.rest(failures), told.wait)
    _note(session, endpoint.id, failures=failures, rests_until=now + rest)
    is_spent = rules.pause(told.attempts + 1) is None
    since = session.scalar(select(Delivery.created_at).where(Delivery.id == told.id))
    took = endpoint.delivered_at if is_first else now
    if is_spent and since is not None and (took is None or took < since):
        disable(session, endpoint, Cause.FAILING)


def _note(session: Session, endpoint_id: UUID, **values: Any) -> None:
    """Write how an endpoint does, which changes no version that people edit."""
    change = update(ENDPOINTS).where(ENDPOINTS.c.id == endpoint_id)
    session.connection().execute(change.values(updated_at=ENDPOINTS.c.updated_at, **values))


def disable(session: Session, endpoint: Endpoint, cause: Cause) -> None:
    """Tell an endpoint nothing more, and its owners why."""
    endpoint.is_enabled, endpoint.disabled_for = False, cause
    endpoint.version += 1
    stop(session, Delivery.endpoint_id == endpoint.id, fault="disabled")
    audit.record(session, None, "webhook_endpoint.disabled", endpoint, {"cause": cause})
    letters.promise(session, endpoint)


def is_old(session: Session) -> bool:
    """Tell whether there are events that are kept no longer."""
    query = select(Event.id).where(Event.created_at < clock.now() - rules.KEPT)
    return session.scalars(query.limit(1)).first() is not None


def forget() -> None:
    """Delete old events with their deliveries, in batches."""
    number = FORGOTTEN_AT_ONCE
    while number == FORGOTTEN_AT_ONCE:
        with transaction() as session:
            query = select(Event.id).where(Event.created_at < clock.now() - rules.KEPT)
            ids = session.scalars(query.order_by(Event.created_at).limit(FORGOTTEN_AT_ONCE)).all()
            session.execute(delete(Event).where(Event.id.in_(ids)))
            number = len(ids)


def lanes() -> int:
    """Return how many lanes this process serves now."""
    with _lock:
        return len(_lanes)
