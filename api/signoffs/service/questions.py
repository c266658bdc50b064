"""Questions without an answer: a member needs time, or an owner closes what nobody can answer."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from api.accounts.rules import Actor, Role
from api.accounts.service import load
from api.coalitions.service.locking import load_locked
from api.errors import Code, Conflict, Fault, Invalid, NotFound
from api.infra import clock
from api.infra.database.transactions import transaction
from api.infra.security import audit, keys
from api.signoffs import rules
from api.signoffs.models import QuestionClosing, TimeRequest
from api.signoffs.service import answers, requests, rows
from api.signoffs.service.answers import AskedApproval
from api.signoffs.service.rounds import LONGEST
from api.signoffs.service.rows import Board, BoardEntry, QuestionClosed
from api.statements import service as statements
from api.statements.models import Statement

NO_SEAT = "It is no lead and no member of the coalition today."


class HasAnswered(Conflict, title="The member has answered"):
    """Only who has not answered needs time, or has a question that can be closed."""


def need_time(secret: str, facts: Mapping[str, Any]) -> AskedApproval:
    """Say until when a member needs to answer; it is not reminded before. The last day counts."""
    with answers.acting(secret) as (session, board, approver):
        entry, me = board.asked(approver)
        answers.must_answer(board, entry, me)
        who = {"name": me.name, "role": me.role}
        row = _put(session, board, entry, facts, who)
        if row is not None:
            row.approver_id = approver.id
            _record(session, None, row)
        return answers.shown(session, rows.read_board(session, board.statement), approver)


def enter_time(actor: Actor, statement_id: UUID, facts: Mapping[str, Any]) -> BoardEntry:
    """Enter until when a member needs to answer, which it said in another way."""
    with transaction() as session:
        statement = load(session, actor, Statement, statement_id, Role.COORDINATOR, lock=True)
        rows.must_be_open(statement)
        board = rows.read_board(session, statement)
        entry = _seat(board, facts["member_id"])
        if entry.closed is not None:
            raise QuestionClosed("Open the question again first.")
        row = _put(session, board, entry, facts, facts["by"])
        if row is not None:
            row.user_id = actor.user_id
            _record(session, actor, row)
        return rows.entry_of(session, statement, entry.member.id)


def _put(
    session: Session,
    board: Board,
    entry: BoardEntry,
    facts: Mapping[str, Any],
    who: Mapping[str, Any],
) -> TimeRequest | None:
    """Write it in place of what was asked before, and set the next reminder by it.

    None where the same person asked the same.
    """
    if entry.status not in {*rules.OUTSTANDING, rules.Status.NOT_ASKED}:
        raise HasAnswered("Its answer stands; it can answer again until the deadline.")
    zone = ZoneInfo(board.round.zone) if board.round else clock.now().tzinfo
    today: date = clock.now().astimezone(zone).date()
    until: date = facts["until"]
    if not today < until <= today + LONGEST:
        code = Code.TOO_EARLY if until <= today else Code.TOO_LATE
        wrong = Fault("/until", code, "Choose a day from tomorrow on, and within ten years.")
        raise Invalid("Nobody could wait until that day.", [wrong])
    statement = board.statement
    by = {"name": who["name"], "role": who.get("role")}
    content = {"reason": facts["reason"], "by": by}
    if (last := entry.time_asked) is not None:
        if last.until == until and last.content == content:
            return None
        audit.destroy_salts(session, last.row.id)
        session.delete(last.row)
    row = TimeRequest(
        id=uuid4(),
        coalition_id=statement.coalition_id,
        statement_id=statement.id,
        member_id=entry.member.id,
        revision_number=statement.revision_number,
        until=until,
    )
    keys.write(session, row, TimeRequest.content, content)
    session.add(row)
    session.flush()
    requests.settle(session, board, [rows.entry_of(session, statement, entry.member.id)])
    session.flush()
    return row


def _record(session: Session, by: Actor | None, row: TimeRequest) -> None:
    session.flush()
    told = {"member_id": row.member_id, "until": row.until, "approver_id": row.approver_id}
    if by is None:
        audit.record(session, None, "sign_off.time_needed", row, told, is_cut=True)
    else:
        audit.record(session, by, "sign_off.time_entered", row, told, is_cut=True)


def close(actor: Actor, statement_id: UUID, member_id: UUID, reason: str) -> BoardEntry:
    """Close the question to a member, which is told why: it never counts as an approval."""
    with transaction() as session:
        statement = load_locked(session, actor, Statement, statement_id, Role.OWNER)
        return put_closing(session, actor, statement, member_id, reason)


def put_closing(
    session: Session, actor: Actor, statement: Statement, member_id: UUID, reason: str
) -> BoardEntry:
    """Close the question to a member about a statement, which the caller holds."""
    rows.must_be_open(statement)
    board = rows.read_board(session, statement)
    entry = _seat(board, member_id)
    if entry.closed is not None:
        raise QuestionClosed("It is closed already; open it again to give another reason.")
    if entry.status not in rules.CLOSABLE:
        raise HasAnswered("What it answered stands; nothing is left to close.")
    statements.must_name_nobody(session, statement.coalition_id, reason, "/reason")
    row = QuestionClosing(
        id=uuid4(),
        coalition_id=statement.coalition_id,
        statement_id=statement.id,
        member_id=member_id,
        user_id=actor.user_id,
    )
    keys.write(session, row, QuestionClosing.content, {"reason": reason})
    session.add(row)
    session.flush()
    told = {"member_id": member_id, "reason": reason}
    audit.record(session, actor, "question.closed", row, told, is_cut=True)
    closed = rows.entry_of(session, statement, member_id)
    requests.settle(session, board, [closed])
    people = [each for each in closed.people if each.may_answer]
    requests.write_to(session, board, requests.CLOSED, people)
    return closed


def reopen(actor: Actor, statement_id: UUID, member_id: UUID) -> None:
    """Open a question again that was closed, and ask those who have not answered."""
    with transaction() as session:
        statement = load(session, actor, Statement, statement_id, Role.OWNER, lock=True)
        rows.must_be_open(statement)
        board = rows.read_board(session, statement, also=[member_id])
        entry = board.entry(member_id)
        if entry is None or entry.closed is None:
            raise NotFound("No question to this member is closed.")
        audit.record(session, actor, "question.reopened", entry.closed.row, is_cut=True)
        session.delete(entry.closed.row)
        session.flush()
        there = rows.entry_of(session, statement, member_id)
        requests.settle(session, board, [there])
        session.flush()
        kind = requests.AGAIN if there.ask and there.ask.asked_again_at else requests.REQUEST
        requests.write_to(session, board, kind, requests.owing(there))


def _seat(board: Board, member_id: UUID) -> BoardEntry:
    entry = board.entry(member_id)
    if entry is None:
        raise Invalid("Only members sign off.", [Fault("/member_id", Code.NOT_FOUND, NO_SEAT)])
    return entry
