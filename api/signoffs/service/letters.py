"""The facts of the letters to those who are asked to sign off."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from uuid import UUID, uuid5

from sqlalchemy.orm import Session

from api.coalitions.models import Coalition
from api.infra import clock
from api.infra.mail import letters
from api.infra.mail.calendars import Deadline
from api.infra.runtime import runtime
from api.infra.security import late_sealing, links
from api.organisations.rules import name_in
from api.signing.service import settings
from api.signoffs import rules
from api.signoffs.models import Approver, Ask, SignOffRound
from api.signoffs.service import appearances, comparing, edit_notices, requests, rounds, rows
from api.signoffs.service.rows import ApproverView, Board, BoardEntry
from api.statements import service as statements
from api.statements.models import Statement

SOFT, HARD = "soft", "hard"  # of deadlines, in facts and in entries of calendars


def about(
    session: Session,
    approver_id: UUID,
    is_wanted: Callable[[Board, BoardEntry, ApproverView], bool],
    *,
    is_of_change: bool = False,
) -> letters.Facts | None:
    """Return the facts of a letter to somebody; None where they may not answer any more.

    One that is of a change tells what changed, but for sensitive texts: that waits on the page.
    """
    row, link = session.get(Approver, approver_id), links.newest(session, rows.PURPOSE, approver_id)
    if row is None or link is None:
        return None
    ask = session.get_one(Ask, row.ask_id)
    of = session.get_one(SignOffRound, ask.round_id)
    statement = session.get_one(Statement, of.statement_id)
    board = rows.read_board(session, statement, only=ask.member_id)
    entry, who = board.asked(row)
    if not (who.may_answer and is_wanted(board, entry, who)):
        return None
    coalition = session.get_one(Coalition, statement.coalition_id)
    soft, hard = requests.deadlines(of, entry.organisation)
    proposed = requests.proposal(entry)
    revision = statements.current_revision(session, statement)
    is_sensitive = settings.of(session, statement).is_sensitive
    shows = is_of_change and not is_sensitive
    return letters.Facts(
        to=who.email,
        to_name=who.name,
        language=row.language,
        coalition=None if is_sensitive else coalition.name,
        facts={
            "name": who.name,
            "organisation": name_in(entry.organisation.names, row.language),
            "title": statement.title,
            "accent": coalition.accent,
            "link": f"{runtime().settings.public_url}/a/{links.secret_of(session, link)}",
            "soft": soft,
            "hard": hard,
            "note": late_sealing.read(session, of, SignOffRound.note),
            "silence": str(of.silence),
            "change_note": revision.note,
            "change_reason": revision.reason,
            "changes": comparing.since(session, board, entry, who) if shows else None,
            "handed_by": who.handed_by,
            "proposed_by": proposed and rules.with_office(proposed.content["by"]),
            "reservations": proposed and rules.note_of(proposed.content["reservations"]),
            "reason": entry.closed and entry.closed.reason,
            "is_last": ask.remind_at is None and rules.is_last_day(clock.now(), soft, hard),
            "is_published": entry.signature is not None,
        },
    )


def _is_asked(board: Board, entry: BoardEntry) -> bool:
    return rounds.is_open(board) and rows.is_of_today(entry.member)


def _is_owing(board: Board, entry: BoardEntry, who: ApproverView) -> bool:
    return _is_asked(board, entry) and who in requests.owing(entry)


def _stands_behind(board: Board, entry: BoardEntry, _: ApproverView) -> bool:
    return entry.approves and _is_asked(board, entry)


def _is_closed(_: Board, entry: BoardEntry, __: ApproverView) -> bool:
    return entry.closed is not None


def _is_undecided(board: Board, entry: BoardEntry, _: ApproverView) -> bool:
    return appearances.is_undecided(board, entry)


def owing_facts(session: Session, approver_id: UUID) -> letters.Facts | None:
    """Ask for an answer, or remind of it; None where nobody waits for it any more."""
    return _with_deadlines(session, approver_id)


def _with_deadlines(
    session: Session, approver_id: UUID, *, is_of_change: bool = False
) -> letters.Facts | None:
    found = about(session, approver_id, _is_owing, is_of_change=is_of_change)
    if found is None:
        return None
    deadlines = _deadlines(session, approver_id, found)
    return replace(found, deadlines=[*deadlines, *_dropped(session, approver_id)])


def _deadlines(session: Session, approver_id: UUID, found: letters.Facts) -> list[Deadline]:
    number = _round_of(session, approver_id).version
    return [
        Deadline(uuid5(approver_id, name), number, found.facts[name], is_last=name == HARD)
        for name in (SOFT, HARD)
        if found.facts[name]
    ]


def _dropped(session: Session, approver_id: UUID) -> list[Deadline]:
    """Return the deadlines that somebody was told and that are none any more."""
    of, since = _round_of(session, approver_id), session.get_one(Approver, approver_id).created_at
    return [
        Deadline(
            uuid5(approver_id, name),
            of.version,
            datetime.fromisoformat(told["at"]),
            is_last=name == HARD,
            is_dropped=True,
        )
        for name, told in (of.dropped or {}).items()
        if since < datetime.fromisoformat(told["until"])
    ]


def _round_of(session: Session, approver_id: UUID) -> SignOffRound:
    ask = session.get_one(Ask, session.get_one(Approver, approver_id).ask_id)
    return session.get_one(SignOffRound, ask.round_id)


def again_facts(session: Session, approver_id: UUID) -> letters.Facts | None:
    """Ask for another answer, to a text that changed; None where nobody waits for it any more."""
    return _with_deadlines(session, approver_id, is_of_change=True)


def edited_facts(session: Session, approver_id: UUID) -> letters.Facts | None:
    """Tell of an edit; None for who stands behind the text no more."""
    return about(session, approver_id, _stands_behind, is_of_change=True)


def corrected_facts(session: Session, object_id: UUID) -> letters.Facts | None:
    """Find the facts for who has a link, or for a representative who has none."""

    def stands(board: Board, entry: BoardEntry, _: ApproverView) -> bool:
        return edit_notices.stands(session, board.statement, entry.organisation.id)

    if (found := edit_notices.notified(session, object_id)) is None:
        return about(session, object_id, stands, is_of_change=True)
    statement, who = found
    coalition = session.get_one(Coalition, statement.coalition_id)
    revision = statements.current_revision(session, statement)
    is_sensitive = settings.of(session, statement).is_sensitive
    changes = None if is_sensitive else statements.since(session, statement, revision.number - 1)
    return letters.Facts(
        to=who.email,
        to_name=who.name,
        language=who.representative.language or statement.language,
        coalition=None if is_sensitive else coalition.name,
        facts={
            "title": statement.title,
            "accent": coalition.accent,
            "change_note": revision.note,
            "change_reason": revision.reason,
            "changes": changes,
        },
    )


def appearance_facts(session: Session, approver_id: UUID) -> letters.Facts | None:
    """Tell that one may choose how the member appears; None where that is done."""
    return about(session, approver_id, _is_undecided)


def closed_facts(session: Session, approver_id: UUID) -> letters.Facts | None:
    """Tell that the question was closed, and why; None where it is open again."""
    found = about(session, approver_id, _is_closed)
    if found is None:
        return None
    told = _deadlines(session, approver_id, found)
    gone = [*_dropped(session, approver_id), *(replace(each, is_dropped=True) for each in told)]
    return replace(found, deadlines=gone)
