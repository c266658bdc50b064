"""The use cases of signing in public; here, what the rungs above call by name."""

from __future__ import annotations

from api.signing.service.confirming import confirm, confirm_by_code, pending
from api.signing.service.own_signature import correct, export_own, hide, own, withdraw
from api.signing.service.reader import challenge, counts, public, signatories
from api.signing.service.receiving import receive

__all__ = [
    "challenge",
    "confirm",
    "confirm_by_code",
    "correct",
    "counts",
    "export_own",
    "hide",
    "own",
    "pending",
    "public",
    "receive",
    "signatories",
    "withdraw",
]
