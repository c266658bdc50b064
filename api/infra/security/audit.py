"""The record: one entry for each use case, sealed into a chain of hashes (promise 16).

An entry is written in the transaction of what it tells of. It holds ids, a verb and a commitment,
nothing personal. A job then numbers what is there and chains it: the hash of each entry covers the
one before it, so whoever knows the head finds any entry that was changed, moved or taken out.
"""

from __future__ import annotations

import hashlib
import math
import os
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import rfc8785
from sqlalchemy import ColumnElement, Connection, Index, Result, String, func, select, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Mapped, Session, mapped_column

from api.errors import Conflict, Invalid
from api.infra import clock
from api.infra.background import jobs
from api.infra.database.columns import Base, By, Id, Owned
from api.infra.database.transactions import alone, is_any, reading, transaction
from api.infra.runtime import runtime
from api.infra.security import keys
from api.infra.vault import KeyMissing

SALT_BYTES = 16
SALT = "audit_entries.salt"
BATCH = 1000  # entries that one transaction seals
SEALING = 8_273_665_091  # any number: PostgreSQL's name of the lock that sealers take
MOST_NUMBER = 2**31
MOST_SAFE = 2**53  # of the whole numbers that JSON keeps exactly


class Rewritten(Conflict, title="The record was changed"):
    """The chain does not hold, or does not lead to a head that was kept."""


class AuditEntry(Base):
    """What one use case did. It refers to rows by id only, since it outlives them."""

    __tablename__ = "audit_entries"
    __table_args__ = (Index("ix_audit_entries_coalition_id_at", "coalition_id", "at"),)

    id: Mapped[Id]
    at: Mapped[datetime]
    action: Mapped[str] = mapped_column(String(60))  # noun.past
    coalition_id: Mapped[UUID | None]  # None: of the house
    object_id: Mapped[UUID | None] = mapped_column(index=True)
    user_id: Mapped[UUID | None]  # None: the operator, a job, or what another use case entailed
    token_id: Mapped[UUID | None]
    commitment: Mapped[str | None] = mapped_column(String(64))  # SHA-256 of salt and facts
    # Sealed: with it in clear, who has the rows could try out guesses of the facts.
    salt: Mapped[keys.Sealed | None]
    number: Mapped[int | None] = mapped_column(unique=True)  # from 1; None: not sealed yet
    hash: Mapped[str | None] = mapped_column(String(64))


@dataclass(frozen=True)
class Head:
    """The newest sealed entry; written `number:hash`."""

    number: int
    hash: str

    def __str__(self) -> str:
        return f"{self.number}:{self.hash}"


BEFORE_ALL = Head(0, "0" * 64)


@dataclass(frozen=True)
class RecordListener:
    """Who tells others what happened: hears each entry in its transaction, with its row."""

    hear: Callable[[Session, AuditEntry, Owned | None, Mapping[str, object]], None]


@dataclass(frozen=True)
class DayOnlyRows:
    """Who knows of which rows no entry may tell more than the day."""

    has: Callable[[Owned], bool]


@dataclass(frozen=True)
class Verdict:
    """What a check of the whole record found."""

    head: Head
    unsealed: int
    fault: str | None


def append(  # noqa: PLR0913 # the columns of an entry
    session: Session,
    by: By | None,
    action: str,
    coalition_id: UUID | None,
    object_id: UUID | None,
    *,
    facts: Mapping[str, object] | None = None,
    row: Owned | None = None,
    is_cut: bool = False,
) -> None:
    """Write what a use case did into its own transaction; of `facts` only a commitment is kept.

    An entry that `is_cut` tells only the day, and is sealed when that is over: its number would
    tell after which other it came.
    """
    entry = AuditEntry(
        id=uuid4(),
        at=clock.day() if is_cut else clock.now(),
        action=action,
        coalition_id=coalition_id,
        object_id=object_id,
        user_id=by and by.user_id,
        token_id=by and by.token_id,
    )
    if facts is not None:
        salt = os.urandom(SALT_BYTES)
        entry.commitment = commitment(salt, facts)
        entry.salt = keys.seal(session, coalition_id, SALT, entry.id, salt.hex())
    session.add(entry)
    for listener in runtime().wiring.all(RecordListener):
        listener.hear(session, entry, row, facts or {})


def record(  # noqa: PLR0913 # as `append`
    session: Session,
    by: By | None,
    action: str,
    row: Owned,
    facts: Mapping[str, object] | None = None,
    *,
    is_cut: bool = False,
) -> None:
    """Write what a use case did to a row of a coalition, as `append` does."""
    is_cut = is_cut or any(rows.has(row) for rows in runtime().wiring.all(DayOnlyRows))
    append(session, by, action, row.coalition_id, row.id, facts=facts, row=row, is_cut=is_cut)


def commitment(salt: bytes, facts: Mapping[str, object]) -> str:
    """Return what an entry keeps of its facts: JSON, canonical (RFC 8785), salted and hashed."""
    return hashlib.sha256(salt + rfc8785.dumps(_plain(facts))).hexdigest()


def _plain(value: Any) -> Any:
    """Return a fact as canonical JSON can hold it: none may stop the use case that tells it."""
    if isinstance(value, Mapping):
        return {_plain(str(key)): _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    is_number = isinstance(value, int | float) and abs(value) < MOST_SAFE
    if value is None or (is_number and math.isfinite(value)):
        return value
    return str(value).encode("utf-8", "replace").decode()


def salt_of(session: Session, entry: AuditEntry) -> bytes | None:
    """Return what the commitment of an entry was salted with; None where it was destroyed."""
    if entry.salt is None:
        return None
    try:
        return bytes.fromhex(keys.unseal(session, SALT, entry.id, entry.salt))
    except KeyMissing:
        return None


def destroy_salts(session: Session, *object_ids: UUID) -> None:
    """Make the facts of all entries about things unfit for guessing; the chain holds without."""
    about_them = update(AuditEntry).where(AuditEntry.object_id.in_(object_ids))
    session.execute(about_them.values(salt=None))


def is_unsealed(session: Session) -> bool:
    """Tell whether entries wait to be sealed."""
    return is_any(session, select(AuditEntry.id).where(is_to_be_sealed()))


def is_to_be_sealed() -> ColumnElement[bool]:
    """Return the condition of what has no number; of what tells only the day, when it is over."""
    return AuditEntry.number.is_(None) & (AuditEntry.at != clock.day())


def seal_as_job(_: jobs.Work) -> None:
    """Seal what the sweeper found."""
    seal_now()


def seal_now() -> None:
    """Seal every entry that is there."""
    while _seal_batch() == BATCH:
        pass


def _seal_batch() -> int:
    """Put entries that are not sealed yet on the end of the chain; return how many.

    Numbers say in which order entries were sealed, without gaps. A transaction that commits late
    gets a later one, whatever its time.
    """
    with transaction() as session:
        alone(session, SEALING)
        last = newest(session)
        waiting = select(AuditEntry).where(is_to_be_sealed())
        query = waiting.order_by(AuditEntry.at, AuditEntry.id).limit(BATCH)
        # Who destroys a salt holds the entry: it is sealed next time.
        entries = session.scalars(query.with_for_update(skip_locked=True)).all()
        for entry in entries:
            entry.number = last.number + 1
            entry.hash = _hash(last.hash, entry)
            last = Head(entry.number, entry.hash)
        return len(entries)


def head() -> Head:
    """Return the newest sealed entry's number and hash; number 0 where nothing is sealed."""
    with reading() as session:
        return newest(session)


def newest(within: Session | Connection) -> Head:
    """Return the head within a transaction."""
    query = select(AuditEntry.number, AuditEntry.hash).where(AuditEntry.number.is_not(None))
    found = within.execute(query.order_by(AuditEntry.number.desc()).limit(1)).first()
    return BEFORE_ALL if found is None else Head(found.number, str(found.hash))


def head_of(text: str) -> Head:
    """Return a head that somebody kept as `number:hash`, or raise Invalid."""
    number, _, digest = text.strip().lower().partition(":")
    is_number = number.isascii() and number.isdigit() and len(number) <= len(str(MOST_NUMBER))
    is_digest = len(digest) == len(BEFORE_ALL.hash) and set(digest) <= set("0123456789abcdef")
    if not (is_number and is_digest) or (int(number) == 0 and digest != BEFORE_ALL.hash):
        raise Invalid("A head is written number:hash, as `undersigned audit head` prints it.")
    return Head(int(number), digest)


def verify(known: Head = BEFORE_ALL) -> Verdict:
    """Compute the chain anew, and compare it with a head that was kept elsewhere."""
    with reading() as session:
        unsealed = select(func.count()).select_from(AuditEntry).where(AuditEntry.number.is_(None))
        waiting = session.scalar(unsealed) or 0
        last, fault = _followed(session, known)
    return Verdict(last, waiting, fault)


def _followed(session: Session, known: Head) -> tuple[Head, str | None]:
    """Return how far the chain holds, and why no further."""
    last = BEFORE_ALL
    try:
        with closing(_sealed(session)) as entries:
            for entry in entries:
                if fault := _fault(last, entry):
                    return last, fault
                last = Head(entry.number, entry.hash)
                if last.number == known.number and last.hash != known.hash:
                    return last, (
                        f"Entry {last.number} ({entry.id}) is not the one of the head that was"
                        " kept: the record up to it was written anew."
                    )
    except (ValueError, TypeError, AttributeError, OperationalError) as broken:
        if isinstance(broken, OperationalError) and "decode" not in str(broken.orig):
            raise  # the database is out of reach; what is no UTF-8, SQLite refuses in this way
        return last, f"After entry {last.number} there is one that cannot be read."
    if last.number < known.number:
        return last, (
            f"The record ends at entry {last.number}; the head that was kept is of"
            f" {known.number}: the last entries were taken away."
        )
    return last, None


def _sealed(session: Session) -> Result[Any]:
    """Return the sealed entries in order, without their salts, to be read in batches."""
    columns = [column for column in AuditEntry.__table__.columns if column.name != "salt"]
    query = select(*columns).where(AuditEntry.number.is_not(None)).order_by(AuditEntry.number)
    return session.execute(query.execution_options(yield_per=BATCH))


def _fault(last: Head, entry: Any) -> str | None:
    if entry.number != last.number + 1:
        return f"Entry {last.number + 1} is missing: the next one is {entry.number}."
    if entry.hash != _hash(last.hash, entry):
        return f"Entry {entry.number} ({entry.id}, {entry.action}) is not what was sealed."
    return None


def _hash(before: str, entry: Any) -> str:
    """Return what seals an entry: all of it but its salt, which may be destroyed."""
    facts = {
        "before": before,
        "number": entry.number,
        "id": str(entry.id),
        "at": entry.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "action": entry.action,
        "coalition_id": entry.coalition_id and str(entry.coalition_id),
        "object_id": entry.object_id and str(entry.object_id),
        "user_id": entry.user_id and str(entry.user_id),
        "token_id": entry.token_id and str(entry.token_id),
        "commitment": entry.commitment,
    }
    return hashlib.sha256(rfc8785.dumps(facts)).hexdigest()
