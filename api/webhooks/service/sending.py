"""Sends what is due: each endpoint's turn is a job, so that one that hangs delays no other.

In a turn deliveries are leased in batches, and told over one line; a killed one's leases run out.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http import HTTPStatus
from uuid import UUID

from sqlalchemy import Select, delete, select, update
from sqlalchemy.orm import Session

from api.infra import clock, metrics
from api.infra.background import jobs
from api.infra.background.jobs import Work
from api.infra.database.columns import Base
from api.infra.database.transactions import is_any, reading, transaction
from api.infra.net import http
from api.infra.net.http import CallFailed, HttpLine
from api.infra.outbox.rows import Ended
from api.infra.outbox.turns import Turn
from api.infra.runtime import runtime
from api.infra.security import audit
from api.webhooks import rules
from api.webhooks.models import (
    OUTBOX,
    Endpoint,
    StopReason,
    WebhookDelivery,
    WebhookDeliveryState,
    WebhookEvent,
)
from api.webhooks.service import letters, rows
from api.webhooks.service.events import rested, stop

TELL = "webhooks.tell"
FAILED_LAST = "failed-last"
LEASE = timedelta(seconds=60)  # a batch takes less, with the call that it may end in
LINE_SECONDS = 30  # after that its host is resolved and checked again
FORGOTTEN_AT_ONCE = 1000
ENDPOINTS = Base.metadata.tables[Endpoint.__tablename__]


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
    facts: dict[str, object]
    at: datetime


def start() -> int:
    """Promise a turn to each endpoint that something waits for; return how many."""
    with transaction() as session:
        query = select(Endpoint.id, Endpoint.failures).where(rested()).order_by(Endpoint.failures)
        found = session.execute(query).all()
        for endpoint_id, failures in found:
            facts, key = {"endpoint_id": str(endpoint_id)}, f"{TELL}:{endpoint_id}"
            fault = FAILED_LAST if failures else None
            jobs.promise(session, TELL, None, facts, key=key, fault=fault)
        return len(found)


def tell(endpoint_id: UUID, work: Work) -> dict[str, int]:
    """Tell an endpoint what waits for it, until nothing does, or it does not take what does."""
    told, has_more = 0, True
    while has_more:
        with ExitStack() as opened:
            turn = Telling(endpoint_id, opened, work)
            turn.run()
        told, has_more = told + turn.told, turn.is_line_old
        if turn.has_more:
            raise jobs.Again(work.facts)
    return {"told": told}


class Telling(Turn[Due, Told]):
    """An endpoint's turn."""

    first, most = 20, 1000

    def __init__(self, endpoint_id: UUID, opened: ExitStack, work: Work) -> None:
        """Keep whose it is; the line is opened when there is something to tell."""
        super().__init__(work)
        self._endpoint_id, self._opened = endpoint_id, opened
        self._endpoint: rows.Access
        self._line: HttpLine | None = None
        self._until = time.monotonic() + LINE_SECONDS
        self.told, self.is_line_old = 0, False

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
        told = self._told(item)
        metrics.WEBHOOKS.count(metrics.status_class(told.status))
        metrics.WEBHOOK_SECONDS.observe(told.milliseconds / 1000)
        return told

    def _told(self, item: Due) -> Told:
        try:
            if self._line is None:
                line = http.line(runtime().egress, self._endpoint.url)
                self._line = self._opened.enter_context(line)
        except CallFailed as failed:
            return Told(item.id, item.attempts, None, failed.fault, 0, clock.now())
        return _tell(self._line, self._endpoint, item)

    def is_done(self, last: Told) -> bool:
        """End where one was not taken, and with a line whose host is to be checked again."""
        self.told += last.is_success
        self.is_line_old = last.is_success and time.monotonic() > self._until
        return self.is_line_old or not last.is_success


def _leased(session: Session, endpoint_id: UUID, lease: UUID, size: int) -> Sequence[Due]:
    """Take the oldest that are due, for as long as telling them may take."""
    of_it, order = OUTBOX.columns.endpoint_id == endpoint_id, ("created_at", "id")
    taking = OUTBOX.taking(of_it, [OUTBOX.columns[each] for each in order], "id")
    ids = [each.id for each in OUTBOX.take(session, taking, lease, until=LEASE, size=size)]
    columns = select(
        WebhookDelivery.id,
        WebhookDelivery.event_id,
        WebhookDelivery.attempts,
        WebhookEvent.type,
        WebhookEvent.facts,
        WebhookEvent.created_at,
    )
    query = columns.join(WebhookEvent, WebhookEvent.id == WebhookDelivery.event_id).where(
        WebhookDelivery.id.in_(ids)
    )
    ordered = query.order_by(WebhookDelivery.created_at, WebhookDelivery.id)
    return [Due(*each) for each in session.execute(ordered)] if ids else []


def _tell(line: HttpLine, endpoint: rows.Access, it: Due) -> Told:
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


def _data(endpoint: rows.Access, it: Due) -> dict[str, object]:
    """Return what is told; who signed, to custodians only, and as it is known at this moment."""
    kind = rules.CATALOGUE[it.type]
    known = {name: value for name, value in it.facts.items() if name not in kind.later}
    data: dict[str, object] = {"coalition_id": str(endpoint.coalition_id), **known}
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
    state, run_after = WebhookDeliveryState.DELIVERED, now
    if not told.is_success:
        state = WebhookDeliveryState.FAILED if pause is None else WebhookDeliveryState.WAITING
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
        disable(session, endpoint, StopReason.GONE)
        return
    # `is_first`: nothing was taken in this batch either; else it has just shown that it lives.
    failures = endpoint.failures + 1 if is_first else 1
    rest = max(rules.rest(failures), told.wait)
    _note(session, endpoint.id, failures=failures, rests_until=now + rest)
    is_spent = rules.pause(told.attempts + 1) is None
    since = session.scalar(select(WebhookDelivery.created_at).where(WebhookDelivery.id == told.id))
    took = endpoint.delivered_at if is_first else now
    if is_spent and since is not None and (took is None or took < since):
        disable(session, endpoint, StopReason.FAILING)


def _note(session: Session, endpoint_id: UUID, **values: object) -> None:
    """Write how an endpoint does, which changes no version that people edit."""
    change = update(ENDPOINTS).where(ENDPOINTS.c.id == endpoint_id)
    session.connection().execute(change.values(updated_at=ENDPOINTS.c.updated_at, **values))


def disable(session: Session, endpoint: Endpoint, cause: StopReason) -> None:
    """Tell an endpoint nothing more, and its owners why."""
    endpoint.is_enabled, endpoint.disabled_for = False, cause
    endpoint.version += 1
    stop(session, WebhookDelivery.endpoint_id == endpoint.id, fault="disabled")
    audit.record(session, None, "webhook_endpoint.disabled", endpoint, {"cause": cause})
    letters.promise(session, endpoint)


def _old() -> Select[UUID]:
    return select(WebhookEvent.id).where(WebhookEvent.created_at < clock.now() - rules.KEPT)


def is_old(session: Session) -> bool:
    """Tell whether there are events that are kept no longer."""
    return is_any(session, _old())


def forget() -> None:
    """Delete old events with their deliveries, in batches."""
    number = FORGOTTEN_AT_ONCE
    while number == FORGOTTEN_AT_ONCE:
        with transaction() as session:
            oldest = _old().order_by(WebhookEvent.created_at)
            ids = session.scalars(oldest.limit(FORGOTTEN_AT_ONCE)).all()
            session.execute(delete(WebhookEvent).where(WebhookEvent.id.in_(ids)))
            number = len(ids)
