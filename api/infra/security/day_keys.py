"""Keys that live for days: what is marked under one can be compared for so long, and no longer.

For what must be limited without being kept: an address that letters went to, the prefix of an
internet address. Once the day's key is destroyed, nobody can tell what a mark was of.
"""

from __future__ import annotations

import hmac
import os
import time
from datetime import date, timedelta
from typing import cast
from uuid import uuid4

from sqlalchemy import String, UniqueConstraint, delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, Session, mapped_column

from api.infra import clock, vault
from api.infra.background.jobs import Work
from api.infra.database.columns import Base, Id
from api.infra.database.transactions import transaction
from api.infra.runtime import remembered
from api.infra.security import keys

PLACE = "day_keys.secret"
# A process remembers a key for so long; thousands ask for that of today at once.
KNOWN_SECONDS = 60.0
MOST_KNOWN = 20
KEPT = {"letters": timedelta(days=2), "prefixes": timedelta(days=7), "limits": timedelta(days=2)}


class KnownDays(dict[tuple[str, date], tuple[bytes, float]]):
    """By purpose and day: a key that a process remembers, and until when."""


class DayKey(Base):
    """The key of one purpose on one day (UTC)."""

    __tablename__ = "day_keys"
    __table_args__ = (UniqueConstraint("purpose", "day"),)

    id: Mapped[Id]
    purpose: Mapped[str] = mapped_column(String(20))
    day: Mapped[date]
    secret: Mapped[keys.Sealed]


def mark(session: Session, purpose: str, value: str, day: date | None = None) -> bytes:
    """Return what stands for a value under the key of a day, of today where left out.

    A key is made when it is first asked for, also one of a past day that is still kept.
    """
    key = _key(session, purpose, day or clock.today())
    return hmac.digest(key, value.encode(), "sha256")


def ready(purpose: str) -> None:
    """Have today's key there and known, so that marking by it writes nothing."""
    if _known(purpose, clock.today()) is None:
        for _ in range(2):  # one that was just made is known only once it is kept
            with transaction() as session:
                mark(session, purpose, "")


def mark_alone(purpose: str, value: str) -> bytes:
    """Return what stands for a value today, for who is in no transaction."""
    day = clock.today()
    if known := _known(purpose, day):
        return hmac.digest(known, value.encode(), "sha256")
    with transaction() as session:
        return mark(session, purpose, value, day)


def _known(purpose: str, day: date) -> bytes | None:
    found, until = remembered(KnownDays).get((purpose, day), (None, 0.0))
    return found if until > time.monotonic() else None


def _key(session: Session, purpose: str, day: date) -> bytes:
    if found := _known(purpose, day):
        return found
    there = _row(session, purpose, day)
    row = there or _made(session, purpose, day)
    found = bytes.fromhex(keys.unseal(session, PLACE, row.id, row.secret))
    if there is not None:  # one that was just made may be undone with this transaction
        known = remembered(KnownDays)
        if len(known) >= MOST_KNOWN:
            known.clear()
        known[purpose, day] = found, time.monotonic() + KNOWN_SECONDS
    return found


def _row(session: Session, purpose: str, day: date) -> DayKey | None:
    query = select(DayKey).where(DayKey.purpose == purpose, DayKey.day == day)
    return session.scalars(query).first()


def _made(session: Session, purpose: str, day: date) -> DayKey:
    row_id = uuid4()
    secret = keys.seal(session, None, PLACE, row_id, os.urandom(vault.KEY_BYTES).hex())
    row = DayKey(id=row_id, purpose=purpose, day=day, secret=secret)
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError:  # another process has just made it
        return cast("DayKey", _row(session, purpose, day))
    return row


def _is_over(purpose: str) -> date:
    """Return the first day whose key is still kept."""
    return clock.today() - KEPT[purpose]


def are_old(session: Session) -> bool:
    """Tell whether the day of a key is over."""
    return any(
        session.scalar(
            select(DayKey.id).where(DayKey.purpose == each, DayKey.day < _is_over(each)).limit(1)
        )
        for each in KEPT
    )


def destroy(_: Work) -> None:
    """Destroy the keys whose days are over."""
    with transaction() as session:
        for purpose in KEPT:
            old = delete(DayKey).where(DayKey.purpose == purpose, DayKey.day < _is_over(purpose))
            session.execute(old)
