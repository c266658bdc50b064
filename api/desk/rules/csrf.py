"""The proof that a form of ours was filled in by who got it, in the browser that got it.

An HMAC over the secret of the browser's cookie and who is signed in. It is not of one session, so
that what was typed when one ended can be sent after the next sign-in of the same person there.
"""

from __future__ import annotations

import hmac
from uuid import UUID

FIELD = "csrf"
_PURPOSE = b"a form of the desk"


def token(secret: str, user_id: UUID | None) -> str:
    """Return what the forms of a browser carry; `user_id` is who is signed in."""
    whose = user_id.bytes if user_id else b""
    return hmac.digest(secret.encode(), _PURPOSE + whose, "sha256").hex()


def fits(secret: str, user_id: UUID | None, given: str) -> bool:
    """Tell whether a form was made for this browser and person, in a time that tells nothing."""
    return hmac.compare_digest(token(secret, user_id).encode(), given.encode())
