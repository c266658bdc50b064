"""The board: who is where, what is outstanding, and what would print now."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from api.accounts.rules import Actor, Role
from api.accounts.service import load
from api.infra.database import reading
from api.portable.rules import signing
from api.signatures.rules import Audience
from api.signoffs import rules
from api.signoffs.models import Answer
from api.signoffs.rules import Standing
from api.signoffs.service import answers, rows
from api.signoffs.service.publishing import printed
from api.statements import service as statements
from api.statements.models import Statement

if TYPE_CHECKING:
    from uuid import UUID

    from sqlalchemy.orm import Session

    from api.signoffs.service.rows import Seat


def board(actor: Actor, statement_id: UUID) -> dict[str, Any]:
    """Return where each member is; who answered, and why, is for coordinators."""
    with reading() as session:
        statement = load(session, actor, Statement, statement_id, Role.VIEWER)
        table = rows.table(session, statement)
        sees_people = actor.may(statement.coalition_id, Role.COORDINATOR)
        members = [told(seat, sees_people=sees_people) for seat in table.seats]
        return {
            "statement_id": statement.id,
            "state": statement.state,
            "revision_number": statement.revision_number,
            "round": table.round,
            "members": members,
            "totals": Counter(str(seat.standing) for seat in table.seats),
            "outstanding": [
                seat.member.id for seat in table.seats if seat.standing in rules.OUTSTANDING
            ],
            "would_print": _lines(session, statement),
        }


def _lines(session: Session, statement: Statement) -> list[dict[str, Any]]:
    if not statement.revision_number:
        return []
    document = statements.current_revision(session, statement).document
    listed, _ = printed(session, statement, Audience.PUBLIC)
    return [
        dict(line) for line in signing.signatories({**document, "signatories": listed})["lines"]
    ]


def told(seat: Seat, *, sees_people: bool) -> dict[str, Any]:
    """Return where one member is."""
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
        "asked_at": ask and ask.asked_at,
        "asked_again_at": ask and ask.asked_again_at,
        "answered_at": last and last.row.answered_at,
        "revision_number": last and last.row.revision_number,
        "reminders": ask.reminders if ask else 0,
        "next_reminder_at": ask and ask.remind_at,
        "people": answers.told_of(seat) if sees_people else None,
        "answers": [answers.told(each) for each in seat.answers] if sees_people else None,
    }


def _has_declined(seat: Seat) -> bool:
    return bool(seat.fresh) and seat.fresh[-1].row.answer is Answer.DECLINED
