"""Hands over what waits for a tool, and reads back who left there."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, func, or_, select, update
from sqlalchemy.orm import Session

from api.connectors import rules
from api.connectors.models import OUTBOX, Connector, Push, PushAction, PushState
from api.connectors.rules import NotTaken, Recipient, Tool, ToolFault
from api.connectors.service import files, following, people, tools, trouble
from api.connectors.service.people import Ready
from api.infra import clock
from api.infra.background import jobs
from api.infra.background.jobs import Work
from api.infra.database.transactions import is_any, reading, transaction
from api.infra.outbox.rows import Ended
from api.infra.outbox.turns import Turn
from api.infra.security import audit
from api.mailings.service import suppressions
from api.signatures.models import Signature
from api.signatures.service import rows
from api.signing.service import own_signature

Pushed = dict[str, dict[str, list[tuple[UUID, int]]]]

WORK = "connectors.work"
LEASE = timedelta(seconds=60)  # of one person; to be told of them takes less
BATCH = 50  # people after whom it is said how far a tool's work is
AT_ONCE = 500
MOST_ATTEMPTS = 5  # of one person, while the tool is well otherwise
OVERLAP = timedelta(days=1)  # a tool may know days only
_IS_THERE = (Push.state == PushState.DONE, Push.action == PushAction.SUBSCRIBE)
OF_THE_TOOL = frozenset({"key-refused", "list-gone", "rate-limit"})


def _is_due(now: datetime) -> ColumnElement[bool]:
    waits = exists().where(Push.connector_id == Connector.id, OUTBOX.due(now))
    return and_(
        Connector.is_paused.is_(False),
        or_(Connector.run_after.is_(None), Connector.run_after <= now),
        or_(
            Connector.kind.in_(tools.FILES),
            Connector.is_planned.is_(False),
            Connector.planned_at < now - rules.PLAN_EVERY,
            Connector.read_after <= now,
            waits,
        ),
    )


def is_due(session: Session) -> bool:
    """Tell whether there is something to do for a tool."""
    return is_any(session, select(Connector.id).where(_is_due(clock.now())))


def start() -> None:
    """Promise the work of each tool apart: none waits for another that hangs."""
    with transaction() as session:
        columns = select(Connector.id, Connector.coalition_id, Connector.fault)
        for found in session.execute(columns.where(_is_due(clock.now()))).all():
            soon(session, *found)


def soon(
    session: Session, connector_id: UUID, coalition_id: UUID, fault: str | None = None
) -> jobs.Job:
    """Promise what is to be done for a tool, or return the job that waits."""
    facts, key = {"connector_id": str(connector_id)}, f"{WORK}:{connector_id}"
    return jobs.promise(session, WORK, coalition_id, facts, key=key, fault=fault)


def work(connector_id: UUID, turn: Work) -> dict[str, object]:
    """Do what is to be done for a tool, as far as it goes; return what was done.

    Where other tools wait for the thread it is theirs after a while, and the rest follows.
    """
    done = Done()
    with reading() as session:
        connector = session.get(Connector, connector_id)
        now = select(Connector.id).where(Connector.id == connector_id, _is_due(clock.now()))
        if connector is None or not is_any(session, now):
            return done.told(turn.result)
        settings = people.settings_of(session, connector)
    _plan(connector)
    if connector.kind in tools.FILES:
        with reading() as session:
            pushed = _pushed(session, connector)
        _drop_suppressed(connector, pushed)
        done.subscribed = files.write(connector_id)
        _note(connector_id, run_after=clock.now() + rules.EVERY[settings["every"]])
        return done.told()
    rest = _told(connector, settings, done, turn)
    if done.has_done:
        with transaction() as session:
            audit.record(session, None, "connector.worked", connector, done.told())
    if rest is not None:
        raise jobs.Again(rest, done.told(turn.result))
    return done.told(turn.result)


def _told(
    connector: Connector, settings: Mapping[str, str], done: Done, turn: Work
) -> dict[str, object] | None:
    """Tell a tool what waits for it, and ask who left; return what another turn goes on with."""
    try:
        with tools.guarded(connector.kind):
            tool = tools.opened(connector.kind, settings)
            with tool.many():
                rest = Pushing(connector, settings, tool, done, turn).all()
                if rest is not None:
                    return rest
                _read_back(connector.id, tool, done)
    except ToolFault as fault:
        done.fault = fault.fault
        trouble.failed(connector.id, fault)
    else:
        _well(connector.id)
    return None


def _plan(connector: Connector) -> None:
    """Look who is missing and who is to go, once for each time that something happened."""
    now = clock.now()
    is_new = connector.planned_at is None or connector.planned_at < now - rules.PLAN_EVERY
    if connector.is_planned and not is_new:
        return
    _note(connector.id, is_planned=True, planned_at=now)
    try:
        following.plan(connector)
    except BaseException:
        with transaction() as session:
            following.look_again(session, connector.coalition_id)
        raise


def _note(connector_id: UUID, **values: object) -> None:
    """Write how far a tool's work is; nobody changed the connector by that."""
    with transaction() as session:
        mine = update(Connector).where(Connector.id == connector_id)
        session.execute(mine.values(updated_at=Connector.updated_at, **values))


def _well(connector_id: UUID) -> None:
    with transaction() as session:
        connector = session.get(Connector, connector_id, with_for_update=True)
        if connector is not None:
            trouble.healed(connector)


@dataclass
class Done:
    """What one run did."""

    subscribed: int = 0
    unsubscribed: int = 0
    refused: int = 0
    left: int = 0
    waiting: int = 0
    fault: str | None = None

    @property
    def has_done(self) -> bool:
        return bool(self.subscribed or self.unsubscribed or self.refused or self.left)

    def told(self, before: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """Return what was done, with what the turns before did."""
        told = {key: value for key, value in vars(self).items() if value is not None}
        for key in ("subscribed", "unsubscribed", "refused", "left"):
            told[key] += before[key] if before else 0
        return told


class Pushing(Turn[Ready, Ended]):
    """Hands over what waits for one tool, a person at a time."""

    def __init__(
        self, connector: Connector, settings: Mapping[str, str], tool: Tool, done: Done, turn: Work
    ) -> None:
        """Go on where the turn before ended: what is tried again is not so under the same lease."""
        super().__init__(turn)
        self.connector, self.settings, self.tool = connector, settings, tool
        self.done, self.turn, facts = done, turn, turn.facts
        self.lease = UUID(facts["run"]) if "run" in facts else self.lease
        # What the last met that failed, in the turns before, too; and that the tool is not well.
        self.later = ToolFault(facts["fault"]) if "fault" in facts else None
        self.broken: ToolFault | None = None
        self.tried, self.total = 0, self._waiting()
        mine, row = people.waiting(connector.id, self.lease), OUTBOX.columns
        order = [row.action.desc(), row.attempts, row.created_at, row.id]
        self._taking = OUTBOX.taking(mine, order, "id")

    def all(self) -> dict[str, object] | None:
        """Push until nothing waits that was not tried in this run.

        Where the turn is over before, return the facts with which the next one goes on.
        """
        self.run()
        self.done.waiting = self._waiting()
        fault = self.broken or self.later
        if self.has_more:
            more = {"fault": self.later.fault} if self.later else {}
            return {**self.turn.facts, "run": str(self.lease), **more}
        if fault is not None:
            raise fault
        return None

    def _waiting(self) -> int:
        mine = Push.connector_id == self.connector.id
        query = select(func.count()).where(mine, Push.state == PushState.WAITING)
        with reading() as session:
            return session.scalar(query) or 0

    def write(self, session: Session, ended: Sequence[Ended], size: int) -> Sequence[Ready]:
        """Write how a push ended, unless something else is wanted of it by now; take the next."""
        OUTBOX.end(session, self.lease, ended)
        while size and (taken := OUTBOX.take(session, self._taking, self.lease, until=LEASE)):
            found = session.scalars(select(Push).where(Push.id == taken[0].id)).all()
            ready = [each for each in map(partial(self._ready, session), found) if each]
            told = people.without_suppressed(session, self.connector, self.settings, ready)
            if told:
                return told
            session.flush()
        return []

    def _ready(self, session: Session, push: Push) -> Ready | None:
        if push.action is PushAction.UNSUBSCRIBE:
            email = people.address_of(session, push)
            return None if email is None else (push, None, email)
        person = people.person(session, self.connector, push.signature_id)
        if person is None:  # the consent was taken back a moment ago
            following.take_off(session, [push])
            return None
        return push, person, person.email

    def is_done(self, last: Ended) -> bool:
        """End where the tool is not well."""
        del last
        return self.broken is not None

    def attempt(self, item: Ready) -> Ended:
        """Tell the tool of one person. Where it is not well they were not tried."""
        self.tried += 1
        if self.tried % BATCH == 0:
            self.turn.progress(min(99, 100 * self.tried // max(self.total, self.tried)))
        try:
            with tools.guarded(self.connector.kind):
                return self._tried(*item)
        except ToolFault as fault:
            self.broken = fault
            return Ended(item[0].id, {"run_after": clock.now()})

    def _tried(self, push: Push, person: Recipient | None, email: str) -> Ended:
        mailing_list = push.mailing_list or ""
        try:
            if person is None:
                self.tool.unsubscribe(mailing_list, email)
                self.done.unsubscribed += 1
            else:
                self.tool.subscribe(mailing_list, person)
                self.done.subscribed += 1
        except NotTaken as reason:
            self.done.refused += 1
            return _ended(push, PushState.REFUSED, reason.fault)
        except ToolFault as fault:
            return self._of_one(push, fault)
        return _ended(push, PushState.DONE, people.lasting(push))

    def _of_one(self, push: Push, fault: ToolFault) -> Ended:
        """Count a fault as one of this person, if the tool is well otherwise; else raise it."""
        if fault.fault in OF_THE_TOOL:
            raise fault
        self.tool.lists()
        self.later, attempts = fault, push.attempts + 1
        if attempts >= MOST_ATTEMPTS and push.action is PushAction.SUBSCRIBE:
            self.done.refused += 1
            return _ended(push, PushState.REFUSED, fault.fault)
        kept = {"fault": people.lasting(push) or fault.fault, "lease": self.lease}
        return Ended(push.id, {"attempts": attempts, "run_after": clock.now(), **kept})


def _ended(push: Push, state: PushState, fault: str | None) -> Ended:
    day = clock.day()
    how = {"state": state, "fault": fault, "address": None, "run_after": day, "changed_at": day}
    return Ended(push.id, how)


def _read_back(connector_id: UUID, tool: Tool, done: Done) -> None:
    """Ask a tool who left, and take their consents back here; whom nobody may write to goes too."""
    began = clock.now()
    with reading() as session:
        connector = session.get(Connector, connector_id)
        if connector is None or (connector.read_after or began) > began:
            return
        pushed = _pushed(session, connector)
    since = connector.read_at and connector.read_at - OVERLAP
    left: list[tuple[UUID, int]] = []
    for mailing_list, by_email in pushed.items() if tool.READS else ():
        gone = set(tool.left(mailing_list, by_email.keys(), since)) & by_email.keys()
        if rules.are_too_many(len(gone), len(by_email)) and not connector.accepts_many:
            raise ToolFault("many-left")
        left += [push for email in gone for push in by_email[email]]
    for push_id, number in left:
        done.left += _take_back(connector, push_id, number)
    _drop_suppressed(connector, pushed)
    after = clock.now() + rules.READ_EVERY * random.uniform(0.9, 1.1)  # noqa: S311 # so that many do not come at once
    read_at = began if tool.READS else None
    _note(connector_id, read_at=read_at, read_after=after, accepts_many=False)


def _pushed(session: Session, connector: Connector) -> Pushed:
    """Return who is on which list: the pushes of each address, in lower case."""
    query = select(Push, Signature).join(Signature, Signature.id == Push.signature_id)
    mine = (Push.connector_id == connector.id, *_IS_THERE)
    found: Pushed = {}
    everybody = session.execute(query.where(*mine).order_by(Push.id)).all()
    for start in range(0, len(everybody), AT_ONCE):
        some = everybody[start : start + AT_ONCE]
        known = rows.identities(session, [signature for _, signature in some])
        for push, signature in some:
            email = known.get(signature.id, {}).get("email")
            if email:
                on = found.setdefault(push.mailing_list or "", {})
                on.setdefault(email.lower(), []).append((push.id, push.number))
    return found


def _take_back(connector: Connector, push_id: UUID, number: int) -> bool:
    """Take back the consent of somebody who left in the tool."""
    with transaction() as session:
        push = session.get(Push, push_id, with_for_update=True)
        if push is None or push.number != number:
            return False
        push.action, push.state, push.fault = PushAction.UNSUBSCRIBE, PushState.DONE, "left"
        push.number, push.changed_at = push.number + 1, clock.day()
        session.flush()
        own_signature.take_back_mailing(
            session, push.signature_id, connector.organisation_id, by="connector"
        )
        return True


def _drop_suppressed(connector: Connector, pushed: Pushed) -> None:
    """Have those taken off a list whom a bounce or a complaint lets nobody write to any more."""
    for by_email in pushed.values():
        emails = list(by_email)
        for start in range(0, len(emails), AT_ONCE):
            with transaction() as session:
                some = emails[start : start + AT_ONCE]
                bad = suppressions.suppressed(session, connector.coalition_id, some)
                ids = [push_id for email in bad for push_id, _ in by_email[email]]
                query = select(Push).where(Push.id.in_(ids), *_IS_THERE)
                for push in session.scalars(query.with_for_update()).all():
                    following.take_off(session, [push])
                    push.fault = people.SUPPRESSED
