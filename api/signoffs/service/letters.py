"""The facts of the letters to those who are asked to sign off."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from api.coalitions.models import Coalition
from api.infra.mail import letters
from api.infra.runtime import runtime
from api.infra.security import links
from api.organisations.rules import name_in
from api.signing.service import settings
from api.signoffs import rules
from api.signoffs.models import Approver, Ask, Round
from api.signoffs.service import appearances, asking, rounds, rows, standing
from api.statements import service as statements
from api.statements.models import Statement

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from sqlalchemy.orm import Session

    from api.signoffs.service.rows import Person, Seat, Table


def _facts(
    session: Session,
    approver_id: UUID,
    is_wanted: Callable[[Table, Seat, Person], bool],
) -> letters.Facts | None:
    """Return the facts of a letter to somebody; None where they may not answer any more."""
    row, link = session.get(Approver, approver_id), links.newest(session, rows.PURPOSE, approver_id)
    if row is None or link is None:
        return None
    ask = session.get_one(Ask, row.ask_id)
    of = session.get_one(Round, ask.round_id)
    statement = session.get_one(Statement, of.statement_id)
    table = rows.table(session, statement, only=ask.member_id)
    found = [
        (seat, who)
        for seat in table.seats
        for who in seat.people
        if who.approver.id == row.id and who.may_answer and is_wanted(table, seat, who)
    ]
    if not found:
        return None
    return _written(session, table, of, *found[0], links.secret_of(session, link))


def _written(  # noqa: PLR0913, PLR0917 # what a letter is about
    session: Session, table: Table, of: Round, seat: Seat, who: Person, secret: str
) -> letters.Facts:
    statement, language = table.statement, who.approver.language
    coalition = session.get_one(Coalition, statement.coalition_id)
    givers = {each.approver.id: each.name for each in seat.people}
    ask: Any = seat.ask
    return letters.Facts(
        to=who.email,
        to_name=who.name,
        language=language,
        coalition=None if settings.of(session, statement).is_sensitive else coalition.name,
        facts={
            "name": who.name,
            "organisation": name_in(seat.organisation.names, language),
            "title": statement.title,
            "accent": coalition.accent,
            "link": f"{runtime().settings.public_url}/a/{secret}",
            "soft": of.soft_deadline and of.soft_deadline.astimezone(ZoneInfo(of.zone)),
            "hard": of.hard_deadline and of.hard_deadline.astimezone(ZoneInfo(of.zone)),
            "note": of.note,
            "silence": str(of.silence),
            "change_note": statements.current_revision(session, statement).note,
            "handed_by": who.approver.handed_by and givers.get(who.approver.handed_by),
            "is_last": ask.remind_at is None,
            "is_published": appearances.signature_of(session, seat) is not None,
        },
    )


def _is_asked(table: Table, seat: Seat) -> bool:
    return rounds.is_open(table) and rows.is_of_today(seat.member)


def _is_owing(table: Table, seat: Seat, who: Person) -> bool:
    return _is_asked(table, seat) and who in asking.owing(seat)


def _stands_behind(table: Table, seat: Seat, _: Person) -> bool:
    is_behind = any(each.row.answer in rules.POSITIVE for each in seat.fresh[-1:])
    return is_behind and _is_asked(table, seat)


def _is_undecided(table: Table, seat: Seat, _: Person) -> bool:
    return appearances.is_undecided(table, seat)


for _kind in (asking.REQUEST, asking.AGAIN, asking.REMINDER, asking.HANDED, asking.HALF):

    @letters.facts_of(_kind)
    def _of_owing(session: Session, approver_id: UUID) -> letters.Facts | None:
        return _facts(session, approver_id, _is_owing)


@letters.facts_of(asking.EDITED)
def _edited(session: Session, approver_id: UUID) -> letters.Facts | None:
    return _facts(session, approver_id, _stands_behind)


@letters.facts_of(standing.CORRECTED, after=standing.forget)
def _corrected(session: Session, object_id: UUID) -> letters.Facts | None:
    """Find the facts for who has a link, or for a representative who has none."""

    def stands(table: Table, seat: Seat, _: Person) -> bool:
        return standing.stands(session, table.statement, seat.organisation.id)

    if (found := standing.notified(session, object_id)) is None:
        return _facts(session, object_id, stands)
    statement, who = found
    coalition = session.get_one(Coalition, statement.coalition_id)
    return letters.Facts(
        to=who.email,
        to_name=who.name,
        language=who.representative.language or statement.language,
        coalition=None if settings.of(session, statement).is_sensitive else coalition.name,
        facts={
            "title": statement.title,
            "accent": coalition.accent,
            "change_note": statements.current_revision(session, statement).note,
        },
    )


@letters.facts_of(asking.APPEARANCE)
def _to_choose(session: Session, approver_id: UUID) -> letters.Facts | None:
    return _facts(session, approver_id, _is_undecided)
