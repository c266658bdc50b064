"""Reminders that a coordinator sends at once, beside those that go by themselves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.accounts.rules import Actor, Role
from api.accounts.service import load
from api.coalitions.models import Coalition
from api.infra import clock
from api.infra.database.transactions import reading, transaction
from api.infra.mail.letters import Letter
from api.infra.security import audit
from api.signoffs import rules
from api.signoffs.models import Ask, SignOffRound
from api.signoffs.service import requests, rounds
from api.signoffs.service.rows import Board, BoardEntry
from api.statements.models import Statement

A_DAY = timedelta(days=1)


class PassedOver(StrEnum):
    """Why a member is not reminded now.

    `not_asked`: ask it first. `answered`: nothing is outstanding. `needs_time`: it said until
    when. `reminded`: within a day. `nobody`: who could answer has left, or answered.
    """

    NOT_ASKED = "not_asked"
    ANSWERED = "answered"
    NEEDS_TIME = "needs_time"
    REMINDED = "reminded"
    NOBODY = "nobody"


@dataclass(frozen=True)
class MemberPassedOver:
    """A member that is not reminded, and why."""

    member_id: UUID
    why: PassedOver


@dataclass(frozen=True)
class NotReminded:
    """The same, with the names of the organisation."""

    names: Mapping[str, str]
    why: PassedOver


@dataclass(frozen=True)
class RemindedNow:
    """Which members are reminded, and which not."""

    reminded: Sequence[UUID]
    passed_over: Sequence[MemberPassedOver]


def remind_now(actor: Actor, statement_id: UUID, member_ids: Sequence[UUID] | None) -> RemindedNow:
    """Remind members that have not answered, these or all; nobody twice within a day.

    Whoever said until when they need time is left alone until then.
    """
    with transaction() as session:
        statement = load(session, actor, Statement, statement_id, Role.COORDINATOR, lock=True)
        return put_reminders(session, actor, statement, member_ids)


def put_reminders(
    session: Session, actor: Actor, statement: Statement, member_ids: Sequence[UUID] | None
) -> RemindedNow:
    """Remind members about a statement, which the caller holds."""
    board, of = rounds.board_underway(session, statement)
    today = _today(of)
    why = _sorted(session, board, today, member_ids)
    chosen = [each for each in board.entries if why.get(each.member.id, ...) is None]
    for entry in chosen:
        if entry.ask is not None:
            _put_off(session, of, entry.ask, today, entry.rests_until)
    session.flush()
    people = [who for entry in chosen for who in requests.owing(entry)]
    requests.write_to(session, board, requests.REMINDER, people)
    if chosen:
        audit.record(session, actor, "sign_off_round.reminded", of, {"number": len(chosen)})
    left = [MemberPassedOver(member_id, each) for member_id, each in why.items() if each]
    return RemindedNow([each.member.id for each in chosen], left)


def passed_over(
    actor: Actor, statement_id: UUID, member_ids: Sequence[UUID] | None
) -> list[NotReminded]:
    """Return which members a reminder would pass over, and why; nothing is sent."""
    with reading() as session:
        statement = load(session, actor, Statement, statement_id, Role.COORDINATOR)
        board, of = rounds.board_underway(session, statement)
        why = _sorted(session, board, _today(of), member_ids)
        named = {each.member.id: each.organisation.names for each in board.entries}
        return [NotReminded(named[member_id], each) for member_id, each in why.items() if each]


def _today(of: SignOffRound) -> date:
    return clock.now().astimezone(ZoneInfo(of.zone)).date()


def _sorted(
    session: Session, board: Board, today: date, member_ids: Sequence[UUID] | None
) -> dict[UUID, PassedOver | None]:
    """Return of each member that is meant why it is not reminded; None: it is."""
    outstanding = [each for each in board.entries if each.status in rules.OUTSTANDING]
    wanted = outstanding if member_ids is None else rounds.seats(board, member_ids)
    recent = _reminded_lately(session, wanted)
    return {each.member.id: _why_not(each, today, recent) for each in wanted}


def _why_not(entry: BoardEntry, today: date, recent: Mapping[UUID, bool]) -> PassedOver | None:
    if entry.ask is None:
        return PassedOver.NOT_ASKED
    if entry.status not in rules.OUTSTANDING:
        return PassedOver.ANSWERED
    if entry.rests_until > today:
        return PassedOver.NEEDS_TIME
    if recent.get(entry.member.id):
        return PassedOver.REMINDED
    return None if requests.owing(entry) else PassedOver.NOBODY


def _reminded_lately(session: Session, entries: Sequence[BoardEntry]) -> dict[UUID, bool]:
    """Return which members were reminded within a day, by hand or not."""
    of = {who.approver.id: entry.member.id for entry in entries for who in entry.people}
    query = select(Letter.object_id).where(
        Letter.object_id.in_(of),
        Letter.kind == requests.REMINDER,
        Letter.created_at > clock.now() - A_DAY,
    )
    return {of[approver_id]: True for approver_id in session.scalars(query)}


def _put_off(session: Session, of: SignOffRound, ask: Ask, today: date, rests_until: date) -> None:
    """Count a reminder, which stands for the next one that would have gone by itself."""
    every = of.remind_every_days or session.get_one(Coalition, of.coalition_id).remind_every_days
    ask.reminders += 1
    if ask.remind_at is not None:
        rested = max(rests_until, today + timedelta(every))
        ask.remind_at = requests.next_reminder(session, of, ask, rested)
