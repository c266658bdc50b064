"""The start of the day as a letter, for who wants it: how much of each kind waits, and the way."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import time, timedelta
from uuid import UUID, uuid4

import structlog
from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from api.accounts import service as accounts
from api.accounts.models import RoleGrant
from api.accounts.rules import Actor, Role
from api.coalitions.models import Coalition
from api.desk import service
from api.desk.models import DailyLetter
from api.desk.rules import home
from api.desk.rules.frames import WORDS
from api.errors import Conflict, NotFound
from api.infra import clock
from api.infra.background.jobs import Later
from api.infra.database.transactions import insert, is_any, reading, transaction
from api.infra.mail import letters
from api.infra.mail.letters import Facts
from api.infra.runtime import runtime
from api.infra.security import audit
from api.infra.text import languages

log = structlog.get_logger()
DAILY = "desk.daily"
FROM = time(5)  # of the day in UTC: morning in Europe and in Central Asia
PAUSE = timedelta(minutes=15)  # before another try


def wanted(actor: Actor) -> Mapping[UUID, str]:
    """Return in which coalitions the actor gets the letter, and in which language."""
    with reading() as session:
        query = select(DailyLetter.coalition_id, DailyLetter.language).join(
            RoleGrant, RoleGrant.id == DailyLetter.role_id
        )
        rows = session.execute(query.where(RoleGrant.user_id == actor.user_id)).all()
        return {one: language for one, language in rows if actor.sees(one)}


def want(actor: Actor, coalition_id: UUID, language: str, *, is_wanted: bool) -> None:
    """Say whether the actor wants the letter; the same again is fine."""
    actor.must(coalition_id, Role.VIEWER)
    with transaction() as session:
        query = select(RoleGrant).where(
            RoleGrant.coalition_id == coalition_id, RoleGrant.user_id == actor.user_id
        )
        grant = session.scalars(query.with_for_update()).first()
        if grant is None:
            raise NotFound("Your role ended a moment ago.")
        there = session.scalars(select(DailyLetter).where(DailyLetter.role_id == grant.id)).first()
        if there is not None and is_wanted:
            there.language = language
        elif there is not None:
            session.delete(there)
            audit.record(session, actor, "daily_letter.ended", there)
        elif is_wanted:
            row = DailyLetter(
                id=uuid4(), coalition_id=coalition_id, role_id=grant.id, language=language
            )
            insert(session, row, on_clash=Conflict("It was asked for at the same moment."))
            audit.record(session, actor, "daily_letter.begun", row)


def _is_due() -> ColumnElement[bool]:
    return or_(DailyLetter.told_on.is_(None), DailyLetter.told_on < clock.today())


def are_due(session: Session) -> bool:
    """Tell whether somebody is to be told today."""
    return clock.now().time() >= FROM and is_any(session, select(DailyLetter.id).where(_is_due()))


def promise_due() -> int:
    """Look what waits for each who wants to know today, and promise a letter where something does.

    Return how many letters. The day is marked with the promise: twice is once. Where it fails for
    one, the others get theirs, and it is tried again later.
    """
    promised, fault, last = 0, "", None
    while (found := _next(last)) is not None:
        last, actor, coalition_id = found
        try:
            promised += _promised(last, actor, coalition_id)
        except Exception as failed:  # noqa: BLE001 # one coalition stops no other
            fault = type(failed).__name__
            log.error("daily letter failed", coalition=str(coalition_id), error=fault)  # noqa: TRY400 # a trace could hold values
    if fault:
        raise Later(PAUSE, fault)
    return promised


def _promised(letter_id: UUID, actor: Actor, coalition_id: UUID) -> bool:
    """Look what waits for one, and mark the day; tell whether a letter was promised."""
    waiting = service.waiting(actor, coalition_id)
    numbers = {key: waiting[key] for key in sorted(waiting) if waiting[key]}
    with transaction() as session:
        row = session.get(DailyLetter, letter_id, with_for_update=True)
        if row is None or row.told_on == clock.today():
            return False
        row.told_on, row.numbers = clock.today(), numbers
        if numbers:
            letters.promise(session, DAILY, coalition_id, row.id)
        return bool(numbers)


def _next(last: UUID | None) -> tuple[UUID, Actor, UUID] | None:
    """Return the first after the last one for whom nobody has looked today."""
    with reading() as session:
        query = select(DailyLetter, RoleGrant).join(RoleGrant, RoleGrant.id == DailyLetter.role_id)
        query = query.where(_is_due(), *([DailyLetter.id > last] if last else []))
        row = session.execute(query.order_by(DailyLetter.id).limit(1)).first()
    if row is None:
        return None
    letter, grant = row
    roles = {grant.coalition_id: grant.role}
    return letter.id, Actor(grant.user_id, None, roles, frozenset(roles)), grant.coalition_id


def letter(session: Session, letter_id: UUID) -> Facts | None:
    """Find what a letter says; None where it is not wanted any more."""
    row = session.get(DailyLetter, letter_id)
    if row is None or not row.numbers:
        return None
    grant = session.get_one(RoleGrant, row.role_id)
    coalition = session.get_one(Coalition, row.coalition_id)
    who = accounts.granted(session, grant).person
    language = accounts.language_of(session, grant.user_id) or row.language
    words = WORDS.said(language)
    lines = [
        f"**{languages.number(row.numbers[each.key], words.language)}** "
        + words.say(f"waits.{each.key}", row.numbers[each.key])
        for each in home.WAITS
        if each.key in row.numbers
    ]
    return Facts(
        to=who.email,
        to_name=who.name,
        language=language,
        facts={
            "name": who.name,
            "lines": lines,
            "link": f"{runtime().settings.public_url}/desk/{row.coalition_id}/",
            "accent": coalition.accent,
        },
        coalition=coalition.name,
    )
