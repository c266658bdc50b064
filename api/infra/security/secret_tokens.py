"""Random secrets; only their hashes are stored."""

from __future__ import annotations

import hashlib
import secrets

PREFIX = "und_"  # lets scanners of public code find a leaked token


def new_secret() -> str:
    """Return 256 random bits as text, with our prefix."""
    return PREFIX + secrets.token_urlsafe(32)


def hashed(secret: str) -> bytes:
    """Return the SHA-256 that stands in the database for a secret."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()
