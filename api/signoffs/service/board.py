"""The board: who is where, what is outstanding, and what would print now."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from api.accounts.rules import Actor, Role
from api.accounts.service import load
from api.infra.database.transactions import reading
from api.portable.rules import signing
from api.signatures.rules import Audience
from api.signoffs import rules
from api.signoffs.models import Answer
from api.signoffs.rules import Standing
from api.signoffs.service import mentions, rows
from api.signoffs.service.publishing import printed
from api.statements import service as statements
from api.statements.models import Statement

if TYPE_CHECKING:
    from uuid import UUID

    from sqlalchemy.orm import Session

    from api.signoffs.service.rows import Seat, Table


def board(actor: Actor, statement_id: UUID) -> dict[str, Any]:
    """Return where each member is; others than coordinators see who shows that it approved."""
    with reading() as session:
        statement = load(session, actor, Statement, statement_id, Role.VIEWER)
        table = rows.table(session, statement)
        sees_all = actor.may(statement.coalition_id, Role.COORDINATOR)
        members = [told(seat) if sees_all else shown(seat) for seat in table.seats]
        open_ = [seat for seat in table.seats if sees_all or seat.is_shown]
        lines, withheld = _lines(session, statement)
        return {
            "statement_id": statement.id,
            "state": statement.state,
            "revision_number": statement.revision_number,
            "round": table.round,
            "members": members,
            "totals": Counter(str(seat.standing) for seat in open_),
            "outstanding": [
                seat.member.id for seat in table.seats if seat.standing in rules.OUTSTANDING
            ]
            if sees_all
            else None,
            "would_print": lines,
            "would_withhold": withheld,
            "warnings": _warned(session, table, sees_all=sees_all),
        }


def _lines(session: Session, statement: Statement) -> tuple[list[dict[str, Any]], int]:
    """Return the lines that would print, and how many would be counted without one."""
    if not statement.revision_number:
        return [], 0
    document = statements.current_revision(session, statement).document
    listed, withheld = printed(session, statement, Audience.PUBLIC)
    lines = signing.signatories({**document, "signatories": listed})["lines"]
    return [dict(line) for line in lines], withheld


def _warned(session: Session, table: Table, *, sees_all: bool) -> list[mentions.Warned]:
    if not table.statement.revision_number:
        return []
    printed = statements.current_revision(session, table.statement).printed
    return mentions.warned(session, table, printed, sees_all=sees_all)


# What of a member is for coordinators, unless it approved and shows its name.
CLOSED = (
    "state", "by_silence", "visibility", "asked_at", "asked_again_at", "answered_at",
    "revision_number", "reminders", "next_reminder_at",
)  # fmt: skip


def shown(seat: Seat) -> dict[str, Any]:
    """Return what everybody who reads the statement may know of one member.

    Of who declined, was not asked, is silent or counts without a name it is the same: nothing. Else
    those without a name would be known by what is missing of the others.
    """
    closed = () if seat.is_shown else CLOSED
    return {**told(seat), **dict.fromkeys((*closed, "people", "answers"))}


def told(seat: Seat) -> dict[str, Any]:
    """Return where one member is, as coordinators see it."""
    ask, last = seat.ask, seat.answers[-1] if seat.answers else None
    by_silence = seat.standing is Standing.TACIT or (
        seat.standing is Standing.DECLINED and not _has_declined(seat)
    )
    return {
        "member_id": seat.member.id,
        "organisation_id": seat.organisation.id,
        "names": seat.organisation.names,
        "acronym": seat.organisation.acronym,
        "country": seat.organisation.country,
        "role": seat.member.role,
        "needs_two": seat.organisation.needs_two,
        "state": seat.standing,
        "by_silence": by_silence,
        "visibility": seat.visibility,
        "asked_at": ask and ask.asked_at,
        "asked_again_at": ask and ask.asked_again_at,
        "answered_at": last and last.row.answered_at,
        "revision_number": last and last.row.revision_number,
        "reminders": ask.reminders if ask else 0,
        "next_reminder_at": ask and ask.remind_at,
        "people": rows.told_of(seat),
        "answers": [rows.told(each) for each in seat.answers],
    }


def _has_declined(seat: Seat) -> bool:
    return bool(seat.fresh) and seat.fresh[-1].row.answer is Answer.DECLINED
