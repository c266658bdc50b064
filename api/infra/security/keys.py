"""Keys: what is personal is encrypted from its first row.

One data key a coalition (and one of the house, for users), wrapped by a master key from the
environment. A sealed value is `key id (16) | nonce (12) | AES-256-GCM`, bound to its place.
A data key has generations (`infra/security/rotation`): the newest seals, all that are left unseal.
"""

from __future__ import annotations

import hmac
import json
import os
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from typing import Annotated, Any, Protocol, cast
from uuid import UUID, uuid5

from sqlalchemy import Column, LargeBinary, String, TypeDecorator, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import InstrumentedAttribute, Mapped, Session, mapped_column, object_mapper

from api.errors import NotFound, Unavailable
from api.infra.database.columns import Base, Created, Id, part_of
from api.infra.runtime import runtime
from api.infra.vault import KEY_BYTES, KeyMissing, decrypt, encrypt

ID_BYTES = 16
NAMESPACE = UUID("6f3a4f0e-2d0b-4a53-9d6e-7f1f0b1c52a7")  # random
FOR_INDEXES, FIRST = 0, 1  # generations
SEALS = "seals"


class KeyInUse(Unavailable, title="An old key is still in use"):
    """A transaction that began before the rotation goes on sealing under an old key."""


class SealedBytes(TypeDecorator[bytes]):
    """Holds what `seal` returns for the place "table.column" and the row's primary key."""

    impl = LargeBinary
    cache_ok = True


class BlindBytes(TypeDecorator[bytes]):
    """Holds what `blind` returns for one purpose."""

    impl = LargeBinary
    cache_ok = True

    def __init__(self, purpose: str) -> None:
        """Say what the values are for; those of two purposes cannot be compared."""
        super().__init__()
        self.purpose = purpose


Sealed = Annotated[bytes, mapped_column(SealedBytes)]


class DataKey(Base):
    """One data key, wrapped. Without its master key what it sealed is gone."""

    __tablename__ = "data_keys"

    id: Mapped[Id]
    coalition_id: Mapped[UUID | None] = part_of("coalitions")
    # From 1. The newest seals, all unseal; 0 is for one purpose of `blind`, and stays.
    generation: Mapped[int] = mapped_column(default=FIRST)
    master: Mapped[str] = mapped_column(String(16))  # which master key wraps it
    wrapped: Mapped[bytes]
    created_at: Mapped[Created]


class Wrapped(Protocol):
    """A data key as its row keeps it, under the names that a query of more than keys gives it."""

    @property
    def key_id(self) -> UUID: ...
    @property
    def generation(self) -> int: ...
    @property
    def master(self) -> str: ...
    @property
    def wrapped(self) -> bytes: ...


def seal(
    session: Session, coalition_id: UUID | None, place: str, row_id: UUID, value: object
) -> bytes:
    """Return a JSON value encrypted for one place ("table.column") of one row."""
    column_of(place)
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
    return seal_bytes(session, coalition_id, place, row_id, text)


def write(
    session: Session, row: Any, column: InstrumentedAttribute[bytes | None], value: object
) -> None:
    """Seal a JSON value in a column of a row, under its coalition's key; null stays null."""
    sealed = None
    if value is not None:
        sealed = seal(session, row.coalition_id, *place_of(row, column), value)
    setattr(row, column.key, sealed)


def read(session: Session, row: Base, column: InstrumentedAttribute[bytes | None]) -> Any:
    """Return the value that `write` took, or null; raise KeyMissing where its key is gone."""
    sealed = getattr(row, column.key)
    return None if sealed is None else unseal(session, *place_of(row, column), sealed)


def place_of(row: Base, column: InstrumentedAttribute[bytes | None]) -> tuple[str, UUID]:
    """Return what a sealed column of a row is bound to: "table.column", and its primary key."""
    (row_id,) = object_mapper(row).primary_key_from_instance(row)
    return f"{row.__tablename__}.{column.key}", row_id


def seal_bytes(
    session: Session, coalition_id: UUID | None, place: str, row_id: UUID, content: bytes
) -> bytes:
    """Return bytes encrypted for one place of one row, or of a file that can be made again."""
    key_id, key = _sealing(session, coalition_id)
    return key_id.bytes + encrypt(key, content, bound(place, row_id))


def prepared(
    session: Session, coalition_id: UUID, wrapped: Iterable[Wrapped], purposes: Sequence[str]
) -> UUID:
    """Open keys that the caller read along with something else; return which one seals.

    For the one use case that thousands wait for at once. Nothing holds that key: who keeps what is
    sealed under it selects from the key's row for key share, or it may be gone by then.
    """
    wanted = {id_of_index(coalition_id, purpose) for purpose in purposes}
    newest = None
    for row in wrapped:
        if row.generation >= FIRST and (newest is None or row.generation > newest.generation):
            newest = row
        if row.key_id in wanted:
            session.info[row.key_id] = runtime().vault.open(row.key_id, row.master, row.wrapped)
    if newest is None:
        raise KeyMissing("The coalition has no key.")
    key = runtime().vault.open(newest.key_id, newest.master, newest.wrapped)
    session.info[newest.key_id] = key
    session.info[SEALS, coalition_id] = newest.key_id, key
    return newest.key_id


def hold(session: Session, coalition_id: UUID | None) -> None:
    """Hold the key that seals from now on; a savepoint that holds it first may be undone."""
    _sealing(session, coalition_id)


def unseal(session: Session, place: str, row_id: UUID, sealed: bytes) -> Any:
    """Return the value that `seal` took; raise KeyMissing where its key is gone."""
    while _opened(session, key_id_of(sealed)) is None:
        # It was sealed anew since it was read: it stands in its row under a key that is there.
        column = column_of(place)
        (primary,) = column.table.primary_key
        query = select(column).where(primary == row_id)
        found = session.connection().execute(query).scalar()
        if found is None or key_id_of(found) == key_id_of(sealed):
            break
        sealed = found
    return json.loads(unseal_bytes(session, place, row_id, sealed))


def unseal_bytes(session: Session, place: str, row_id: UUID, sealed: bytes) -> bytes:
    """Return the bytes that `seal_bytes` took; raise KeyMissing where their key is gone."""
    key = _opened(session, key_id_of(sealed))
    if key is None:
        raise KeyMissing("The key of this row was destroyed; what it held cannot be read again.")
    return decrypt(key, sealed[ID_BYTES:], bound(place, row_id))


def lock(content: bytes, file_id: UUID) -> tuple[bytes, bytes]:
    """Return a fresh key, which a row seals, and a file's bytes under it.

    For files that cannot be made again: a rotation seals their key anew, and leaves them.
    """
    secret = os.urandom(KEY_BYTES)
    return secret, encrypt(secret, content, file_id.bytes)


def unlock(secret: bytes, locked: bytes, file_id: UUID) -> bytes:
    """Return the bytes that `lock` took; raise KeyMissing where they are no longer these."""
    return decrypt(secret, locked, file_id.bytes)


def key_id_of(sealed: bytes) -> UUID:
    """Return the id of the key that a value is sealed under; raise ValueError if it is cut."""
    return UUID(bytes=sealed[:ID_BYTES])


def blind(session: Session, coalition_id: UUID | None, purpose: str, value: str) -> bytes:
    """Return a keyed hash by which equal values are found without being readable.

    It is the same for good: its key is none of the generations (docs/decisions/0005).
    """
    key_id = id_of_index(coalition_id, purpose)
    secret = _opened(session, key_id)
    if secret is None and _is_reading(session):
        newest = _newest(session, coalition_id, is_held=False)
        secret = _derived(newest[1], purpose) if newest else os.urandom(KEY_BYTES)
    elif secret is None:
        secret = _derived(_sealing(session, coalition_id)[1], purpose)
        keep_index(session, coalition_id, purpose, secret)
        secret = cast("bytes", _opened(session, key_id))
    return hmac.digest(secret, value.encode(), "sha256")


def keep_index(session: Session, coalition_id: UUID | None, purpose: str, secret: bytes) -> None:
    """Write the key of a purpose of `blind`, unless it is there."""
    row_id = id_of_index(coalition_id, purpose)
    _put(session, DataKey(id=row_id, coalition_id=coalition_id, generation=FOR_INDEXES), secret)


def first_index(session: Session, coalition_id: UUID | None, purpose: str) -> bytes:
    """Return the key of a purpose that the first data key gives, where no row keeps it yet."""
    key = _opened(session, id_of_key(coalition_id, FIRST))
    return _derived(cast("bytes", key), purpose)


def generation(session: Session, coalition_id: UUID | None, number: int) -> DataKey:
    """Write a fresh data key, unless there is one of this generation, and return its row."""
    row_id = id_of_key(coalition_id, number)
    row = DataKey(id=row_id, coalition_id=coalition_id, generation=number)
    return _put(session, row, os.urandom(KEY_BYTES))


def sealed_columns() -> Iterator[tuple[str, Column[bytes]]]:
    """Yield each column of sealed values, with its place."""
    for table in Base.metadata.sorted_tables:
        for column in table.columns:
            if isinstance(column.type, SealedBytes):
                yield f"{table.name}.{column.name}", column


@cache
def column_of(place: str) -> Column[bytes]:
    """Return the column of a place; what is not marked as Sealed would be lost in a rotation."""
    table, _, name = place.partition(".")
    column = Base.metadata.tables[table].columns[name]
    if not isinstance(column.type, SealedBytes):
        raise TypeError(f"{place} is not Sealed.")
    return column


def id_of_key(coalition_id: UUID | None, number: int) -> UUID:
    """Return the id of whose key it is: of two made at once, the database then takes one."""
    whose = str(coalition_id)
    return uuid5(NAMESPACE, whose if number == FIRST else f"{whose}:{number}")


def id_of_index(coalition_id: UUID | None, purpose: str) -> UUID:
    """Return the id of the key of a purpose of `blind`."""
    return uuid5(NAMESPACE, f"{coalition_id}/{purpose}")


def _sealing(session: Session, coalition_id: UUID | None) -> tuple[UUID, bytes]:
    """Return the key that seals now, held so that nobody destroys it before this is kept."""
    found: tuple[UUID, bytes] | None = session.info.get((SEALS, coalition_id))
    if found is None:
        # Asked twice: while the first waited, the newest may have become an old one, and gone.
        found = _newest(session, coalition_id) or _newest(session, coalition_id)
        if found is None:
            row = generation(session, coalition_id, FIRST)
            found = row.id, cast("bytes", _opened(session, row.id))
        session.info[SEALS, coalition_id] = found
    return found


def _newest(
    session: Session, coalition_id: UUID | None, *, is_held: bool = True
) -> tuple[UUID, bytes] | None:
    whose = (DataKey.coalition_id == coalition_id, DataKey.generation >= FIRST)
    query = select(DataKey.id).where(*whose).order_by(DataKey.generation.desc()).limit(1)
    if is_held:
        query = query.with_for_update(read=True, key_share=True)
    key_id = session.connection().execute(query).scalar()
    if key_id is None or (key := _opened(session, key_id)) is None:
        return None
    return key_id, key


def _opened(session: Session, key_id: UUID) -> bytes | None:
    """Return a key, opened once a session: no process remembers a key that was destroyed."""
    if key_id not in session.info:
        query = select(DataKey.master, DataKey.wrapped).where(DataKey.id == key_id)
        found = session.connection().execute(query).first()
        if found is None:
            return None
        session.info[key_id] = runtime().vault.open(key_id, found.master, found.wrapped)
    return cast("bytes", session.info[key_id])


def _put(session: Session, row: DataKey, key: bytes) -> DataKey:
    """Write a key unless its row is there; return the row that is."""
    if (there := session.get(DataKey, row.id)) is not None:
        return there
    try:
        with session.begin_nested():
            row.master, row.wrapped = runtime().vault.wrap(row.id, key)
            session.add(row)
    except IntegrityError as clash:  # another transaction has just made it
        found = session.get(DataKey, row.id)
        if found is None:
            raise NotFound("The coalition was deleted a moment ago.") from clash
        return found
    return row


def _is_reading(session: Session) -> bool:
    return bool(session.connection().get_execution_options().get("readonly"))


def _derived(key: bytes, purpose: str) -> bytes:
    return hmac.digest(key, f"blind:{purpose}".encode(), "sha256")


def bound(place: str, row_id: UUID) -> bytes:
    """Return what a value is bound to: its place, and its row."""
    return f"{place}:{row_id}".encode()
