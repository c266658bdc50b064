"""The proof that a form of ours was filled in by who got it: an HMAC over the cookie's secret."""

from __future__ import annotations

import hmac

FIELD = "csrf"
_PURPOSE = b"a form of the desk"


def token(secret: str) -> str:
    """Return what the forms of a browser carry, whose cookie holds this secret."""
    return hmac.digest(secret.encode(), _PURPOSE, "sha256").hex()


def fits(secret: str, given: str) -> bool:
    """Tell whether a form was made for this cookie, in a time that tells nothing."""
    return hmac.compare_digest(token(secret).encode(), given.encode())
