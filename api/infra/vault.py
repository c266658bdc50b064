"""The vault: the master keys of one process, and what is encrypted with them or like them.

What it makes is `nonce (12) | AES-256-GCM`, bound to its place. Pure: it knows no rows.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
from collections.abc import Sequence
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from api.config import BadSettings
from api.errors import Unavailable

KEY_BYTES = 32
NONCE_BYTES = 12


class KeyMissing(Unavailable, title="A key is missing"):
    """A row was sealed with a key that this process does not have."""


class Vault:
    """The master keys of one process."""

    def __init__(self, master_keys: Sequence[str]) -> None:
        """Take base64 master keys; the first wraps, all unwrap. Raise BadSettings."""
        decoded = [_decoded(key) for key in master_keys]
        if not decoded:
            raise BadSettings("UNDERSIGNED_MASTER_KEYS needs a key: see docs/settings.md.")
        self._masters = {hashlib.sha256(key).hexdigest()[:16]: key for key in decoded}
        self.first = next(iter(self._masters))

    def wrap(self, key_id: UUID, key: bytes) -> tuple[str, bytes]:
        """Return which master key is the first, and a data key wrapped by it."""
        return self.first, encrypt(self._master(), key, key_id.bytes)

    def open(self, key_id: UUID, master: str, wrapped: bytes) -> bytes:
        """Return a data key itself, or raise KeyMissing."""
        return decrypt(self._master(master), wrapped, key_id.bytes)

    def sign(self, content: bytes) -> tuple[str, bytes]:
        """Return which master key is the first, and a code by which it knows the content again."""
        return self.first, _code(self._master(), content)

    def is_signed(self, content: bytes, master: str, code: bytes) -> bool:
        """Tell whether a master key knows some content again, or raise KeyMissing."""
        return hmac.compare_digest(_code(self._master(master), content), code)

    def _master(self, name: str | None = None) -> bytes:
        found = self._masters.get(name or self.first)
        if found is None:
            raise KeyMissing(
                f"The master key {name} that these data were sealed under is not in"
                " UNDERSIGNED_MASTER_KEYS. Add it and start again."
            )
        return found


def new_master_key() -> str:
    """Return a fresh master key for the environment."""
    return base64.b64encode(os.urandom(KEY_BYTES)).decode()


def encrypt(key: bytes, text: bytes, bound_to: bytes) -> bytes:
    """Return bytes encrypted with a key, which `decrypt` opens for the same place only."""
    nonce = os.urandom(NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, text, bound_to)


def decrypt(key: bytes, sealed: bytes, bound_to: bytes) -> bytes:
    """Return the bytes that `encrypt` took; raise KeyMissing where key or place are others."""
    try:
        return AESGCM(key).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], bound_to)
    except InvalidTag as forged:
        raise KeyMissing("A sealed value does not fit its key or its row.") from forged


def _code(master: bytes, content: bytes) -> bytes:
    return hmac.digest(hmac.digest(master, b"signature", "sha256"), content, "sha256")


def _decoded(text: str) -> bytes:
    try:
        key = base64.b64decode(text, validate=True)
    except ValueError:  # of base64, or of a letter beyond ASCII
        key = b""
    if len(key) != KEY_BYTES:
        raise BadSettings("Each of UNDERSIGNED_MASTER_KEYS is base64 of 32 bytes.")
    return key
