"""Asking members: who may answer for each, by which link, and when they are reminded."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.coalitions.models import Coalition
from api.infra import clock
from api.infra.database.transactions import is_any
from api.infra.mail import letters
from api.infra.runtime import runtime
from api.infra.security import keys, links, secret_tokens
from api.infra.text import zones
from api.organisations import service as organisations
from api.organisations.events import RepresentativeChanged
from api.organisations.models import Organisation
from api.organisations.service import Represented
from api.signoffs import rules
from api.signoffs.models import Approver, Ask, SignOffRound
from api.signoffs.service import rows
from api.signoffs.service.rows import ApproverView, Board, BoardEntry, UnsealedAnswer
from api.statements.events import StatementRevised
from api.statements.models import Statement, Weight

REQUEST, AGAIN, EDITED = "signoffs.request", "signoffs.again", "signoffs.edited"
WITHOUT_ANSWER = rules.OUTSTANDING | {rules.Status.NOT_ASKED, rules.Status.NOBODY_TO_ASK}
HANDED, HALF, REMINDER = "signoffs.handed", "signoffs.half", "signoffs.reminder"
APPEARANCE, CLOSED = "signoffs.appearance", "signoffs.closed"


def ask(
    session: Session, board: Board, found: SignOffRound, entries: Iterable[BoardEntry]
) -> list[UUID]:
    """Ask members that have somebody to ask; return those that have nobody.

    One that was asked before: those of its representatives who came since.
    """
    nobody, written = [], []
    for entry in entries:
        people = organisations.committing(session, entry.organisation.id)
        row = entry.ask
        if not people:
            nobody.append(entry.member.id)
            continue
        if row is None:
            row = Ask(
                id=uuid4(),
                coalition_id=found.coalition_id,
                round_id=found.id,
                member_id=entry.member.id,
                revision_number=board.statement.revision_number,
                asked_at=clock.now(),
            )
            session.add(row)
            session.flush()
        if entry.status in WITHOUT_ANSWER:
            row.remind_at = next_reminder(session, found, row, entry.rests_until)
        written += _entitled(session, board.statement, row, people)
    session.flush()
    links.issue_all(session, rows.PURPOSE, found.coalition_id, written)
    letters.promise_all(session, REQUEST, found.coalition_id, written)
    return nobody


def _entitled(
    session: Session, statement: Statement, row: Ask, people: Sequence[Represented]
) -> list[UUID]:
    """Let representatives answer who may not yet; return as whom they do."""
    known = {
        each.email_index: each
        for each in session.scalars(select(Approver).where(Approver.ask_id == row.id))
    }
    new = []
    for each in people:
        there = known.get(each.representative.email_index)
        if there is None:
            language = each.representative.language or statement.language
            added = approver(session, row, language, vars(each))
            added.representative_id = each.representative.id
            new.append(added.id)
        elif there.ended_at is not None and not _handed_on(session, there):
            there.ended_at = None  # they left, and came back
            new.append(there.id)
    return new


def _handed_on(session: Session, row: Approver) -> bool:
    return is_any(session, select(Approver.id).where(Approver.handed_by == row.id))


def approver(session: Session, row: Ask, language: str, who: Mapping[str, Any]) -> Approver:
    """Write a person who may answer for a member."""
    added = Approver(id=uuid4(), coalition_id=row.coalition_id, ask_id=row.id, language=language)
    _identify(session, added, who)
    session.add(added)
    return added


def _identify(session: Session, row: Approver, who: Mapping[str, Any]) -> None:
    facts = {field: who.get(field) for field in ("name", "email", "role")}
    keys.write(session, row, Approver.person, facts)
    row.email_index = organisations.email_index(session, row.coalition_id, who["email"])


def settle(session: Session, board: Board, entries: Iterable[BoardEntry]) -> None:
    """Set when members that were asked are reminded next; who has answered is not."""
    for entry in entries:
        if entry.ask is not None and board.round is not None:
            is_asked = board.round.closed_at is None and entry.status in rules.OUTSTANDING
            when = None
            if is_asked:
                when = next_reminder(session, board.round, entry.ask, entry.rests_until)
            entry.ask.remind_at = when


def next_reminder(
    session: Session, found: SignOffRound, ask: Ask, rests_until: date = date.min
) -> datetime | None:
    """Return when a member that has not answered is reminded next.

    One that needs time beyond the soft deadline is reminded until the hard one.
    """
    coalition, zone = session.get_one(Coalition, found.coalition_id), ZoneInfo(found.zone)
    soft, hard = found.soft_deadline, found.hard_deadline
    is_past_soft = soft is not None and soft.astimezone(zone).date() <= rests_until
    return rules.next_reminder(
        asked_at=ask.asked_again_at or ask.asked_at,
        now=clock.now(),
        deadline=hard if is_past_soft else soft or hard,
        zone=zone,
        after_days=found.remind_after_days or coalition.remind_after_days,
        every_days=found.remind_every_days or coalition.remind_every_days,
        rests_until=rests_until,
    )


def zone_of(found: SignOffRound, organisation: Organisation) -> str:
    """Return in which zone a member is told the time: its own, its country's, or the round's."""
    at = found.hard_deadline or found.soft_deadline or clock.now()
    return zones.told_in(organisation.zone, organisation.country, at, found.zone)


def deadlines(
    found: SignOffRound, organisation: Organisation
) -> tuple[datetime | None, datetime | None]:
    """Return a round's soft and hard deadline as a member's clocks show them."""
    zone = ZoneInfo(zone_of(found, organisation))
    soft, hard = found.soft_deadline, found.hard_deadline
    return soft and soft.astimezone(zone), hard and hard.astimezone(zone)


def must_pace(secret: str) -> None:
    """Raise where a link answers, chooses or hands over too often."""
    runtime().rate_limits.hit(rules.ACTING, "signoff", secret_tokens.hashed(secret).hex())


def proposal(entry: BoardEntry) -> UnsealedAnswer | None:
    """Return what one person proposed where a second has yet to confirm it."""
    if entry.status is not rules.Status.ONE_OF_TWO:
        return None
    return rules.approving(entry.current_answers)[-1]


def owing(entry: BoardEntry) -> list[ApproverView]:
    """Return those who may answer and have not, where their member is still to answer."""
    if entry.status not in rules.OUTSTANDING:
        return []
    done = {each.approver_key for each in entry.current_answers}
    return [each for each in entry.people if each.may_answer and str(each.root) not in done]


def write_to(session: Session, board: Board, kind: str, people: Iterable[ApproverView]) -> None:
    """Promise a letter to each of some people."""
    ids = [each.approver.id for each in people]
    letters.promise_all(session, kind, board.statement.coalition_id, ids)


def ask_anew(session: Session, board: Board) -> None:
    """Write to all who are still to answer: what they were told has changed."""
    for entry in board.entries:
        if entry.ask is not None:
            kind = AGAIN if entry.ask.asked_again_at else REQUEST
            write_to(session, board, kind, owing(entry))


def tell_of_revision(session: Session, revised: StatementRevised) -> None:
    """Tell those who approved of an editorial revision; ask everybody about a material one."""
    found = rows.round_of(session, revised.statement_id)
    statement = session.get_one(Statement, revised.statement_id)
    if found is None or found.closed_at is not None or statement.state not in rows.SIGNS_OFF:
        return
    if revised.weight is not Weight.MATERIAL:
        there = rows.read_board(session, statement)
        behind = [entry for entry in there.entries if entry.approves]
        people = [who for entry in behind for who in entry.people if who.may_answer]
        write_to(session, there, EDITED, people)
        return
    for row in session.scalars(select(Ask).where(Ask.round_id == found.id).with_for_update()):
        row.revision_number, row.asked_again_at = revised.number, clock.now()
        row.reminders = 0
    session.flush()
    there = rows.read_board(session, statement)
    settle(session, there, there.entries)
    session.flush()
    if rules.in_time(clock.now(), found.hard_deadline):  # else they are written to with a new one
        ask_anew(session, there)


def follow_representative(session: Session, changed: RepresentativeChanged) -> None:
    """End what a person may who left; let the letters of another reach their new address."""
    who = organisations.opened(session, changed.representative_id)
    left_on = who.representative.left_on
    has_left = left_on is not None and left_on <= clock.today()
    query = select(Approver).where(Approver.representative_id == who.representative.id)
    for row in session.scalars(query.with_for_update()):
        if has_left:
            row.ended_at = row.ended_at or clock.now()
            links.revoke(session, row.id)
        elif row.ended_at is None:
            _renew(session, row, who)


def _renew(session: Session, row: Approver, who: Represented) -> None:
    """Give who may answer the name and address of now; the old address loses its link."""
    is_moved = row.email_index != who.representative.email_index
    taken = select(Approver.id).where(
        Approver.ask_id == row.ask_id, Approver.email_index == who.representative.email_index
    )
    if is_moved and is_any(session, taken):
        row.ended_at = clock.now()  # whoever has the new address is asked already
        links.revoke(session, row.id)
        return
    _identify(session, row, vars(who))
    session.flush()
    if is_moved:
        links.revoke(session, row.id)
        links.issue(session, rows.PURPOSE, row.coalition_id, row.id)
        letters.promise(session, REQUEST, row.coalition_id, row.id)
