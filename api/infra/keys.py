"""Keys: what is personal is encrypted from its first row.

One data key a coalition (and one of the house, for users), wrapped by a master key from the
environment. A sealed value is `key id (16) | nonce (12) | AES-256-GCM`, bound to its place.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import os
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid5

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import ForeignKey, String
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, Session, mapped_column

from api.config import BadSettings
from api.errors import Unavailable
from api.infra.database import Base, Created, Id
from api.infra.outside import outside

if TYPE_CHECKING:
    from collections.abc import Sequence

KEY_BYTES = 32
NONCE_BYTES = 12
ID_BYTES = 16
NAMESPACE = UUID("6f3a4f0e-2d0b-4a53-9d6e-7f1f0b1c52a7")  # random


class KeyMissing(Unavailable):
    """A row was sealed with a key that this process does not have."""

    title = "A key is missing"


class DataKey(Base):
    """One data key, wrapped. Without its master key what it sealed is gone."""

    __tablename__ = "data_keys"

    id: Mapped[Id]
    coalition_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("coalitions.id", ondelete="CASCADE"), index=True
    )
    master: Mapped[str] = mapped_column(String(16))  # which master key wraps it
    wrapped: Mapped[bytes]
    created_at: Mapped[Created]


class Vault:
    """The master keys of one process, and the data keys that it has opened."""

    def __init__(self, master_keys: Sequence[str]) -> None:
        """Take base64 master keys; the first wraps, all unwrap. Raise BadSettings."""
        decoded = [_decoded(key) for key in master_keys]
        if not decoded:
            raise BadSettings("UNDERSIGNED_MASTER_KEYS needs a key: see docs/settings.md.")
        self._masters = {hashlib.sha256(key).hexdigest()[:16]: key for key in decoded}
        self._first = next(iter(self._masters))
        self._opened: dict[UUID, bytes] = {}

    def new(self, coalition_id: UUID | None) -> DataKey:
        """Return a fresh data key as a row to be stored."""
        row_id, key = _id_of_key(coalition_id), os.urandom(KEY_BYTES)
        wrapped = _encrypt(self._masters[self._first], key, row_id.bytes)
        return DataKey(id=row_id, coalition_id=coalition_id, master=self._first, wrapped=wrapped)

    def open(self, row: DataKey) -> bytes:
        """Return the data key itself, or raise KeyMissing."""
        if row.id not in self._opened:
            master = self._masters.get(row.master)
            if master is None:
                raise KeyMissing(
                    "The master key that these data were sealed under is not in "
                    "UNDERSIGNED_MASTER_KEYS. Add it and start again."
                )
            self._opened[row.id] = _decrypt(master, row.wrapped, row.id.bytes)
        return self._opened[row.id]


def seal(
    session: Session, coalition_id: UUID | None, place: str, row_id: UUID, value: Any
) -> bytes:
    """Return a JSON value encrypted for one place ("table.column") of one row."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
    return seal_bytes(session, coalition_id, place, row_id, text)


def seal_bytes(
    session: Session, coalition_id: UUID | None, place: str, row_id: UUID, content: bytes
) -> bytes:
    """Return bytes encrypted for one place of one row."""
    row = _key_of(session, coalition_id)
    key = outside().vault.open(row)
    return row.id.bytes + _encrypt(key, content, _bound(place, row_id))


def unseal(session: Session, place: str, row_id: UUID, sealed: bytes) -> Any:
    """Return the value that `seal` took; raise KeyMissing where its key is gone."""
    return json.loads(unseal_bytes(session, place, row_id, sealed))


def unseal_bytes(session: Session, place: str, row_id: UUID, sealed: bytes) -> bytes:
    """Return the bytes that `seal_bytes` took; raise KeyMissing where their key is gone."""
    row = _held(session, UUID(bytes=sealed[:ID_BYTES]))
    if row is None:
        raise KeyMissing("The key of this row was destroyed; what it held cannot be read again.")
    return _decrypt(outside().vault.open(row), sealed[ID_BYTES:], _bound(place, row_id))


def blind(session: Session, coalition_id: UUID | None, purpose: str, value: str) -> bytes:
    """Return a keyed hash by which equal values are found without being readable."""
    key = outside().vault.open(_key_of(session, coalition_id))
    for_purpose = hmac.digest(key, f"blind:{purpose}".encode(), "sha256")
    return hmac.digest(for_purpose, value.encode(), "sha256")


def new_master_key() -> str:
    """Return a fresh master key for the environment."""
    return base64.b64encode(os.urandom(KEY_BYTES)).decode()


def _key_of(session: Session, coalition_id: UUID | None) -> DataKey:
    key_id = _id_of_key(coalition_id)
    row = _held(session, key_id)
    if row is None:
        row = outside().vault.new(coalition_id)
        try:
            with session.begin_nested():
                session.add(row)
        except IntegrityError:  # another transaction has just made it
            row = session.get_one(DataKey, key_id)
    return row


def _held(session: Session, key_id: UUID) -> DataKey | None:
    """Return a key's row, read once: a session refers weakly to rows that nobody holds."""
    row = session.info.get(key_id) or session.get(DataKey, key_id)
    if row is not None:
        session.info[key_id] = row
    return row


def _id_of_key(coalition_id: UUID | None) -> UUID:
    """Return the id of whose key it is: of two made at once, the database then takes one."""
    return uuid5(NAMESPACE, str(coalition_id))


def _bound(place: str, row_id: UUID) -> bytes:
    return f"{place}:{row_id}".encode()


def _encrypt(key: bytes, text: bytes, bound_to: bytes) -> bytes:
    nonce = os.urandom(NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, text, bound_to)


def _decrypt(key: bytes, sealed: bytes, bound_to: bytes) -> bytes:
    try:
        return AESGCM(key).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], bound_to)
    except InvalidTag as forged:
        raise KeyMissing("A sealed value does not fit its key or its row.") from forged


def _decoded(text: str) -> bytes:
    try:
        key = base64.b64decode(text, validate=True)
    except binascii.Error:
        key = b""
    if len(key) != KEY_BYTES:
        raise BadSettings("Each of UNDERSIGNED_MASTER_KEYS is base64 of 32 bytes.")
    return key
