"""What is good once: a passkey's challenge, the way back from a provider, the link of set-up."""

from __future__ import annotations

import hmac
from datetime import timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from api.accounts.models import SignInChallenge
from api.infra import clock
from api.infra.database.transactions import delete_all, is_any
from api.infra.security import keys, secret_tokens

FACTS = "sign_in_challenges.facts"


def issue(  # noqa: PLR0913, PLR0917 # the columns of a challenge
    session: Session,
    purpose: str,
    secret: str,
    holder: str | None,
    lasts: timedelta,
    facts: object = None,
) -> None:
    """Keep that a secret is good once, for who holds the cookie `holder`."""
    row = SignInChallenge(
        id=uuid4(),
        purpose=purpose,
        secret_hash=secret_tokens.hashed(secret),
        holder_hash=None if holder is None else secret_tokens.hashed(holder),
        expires_at=clock.now() + lasts,
    )
    if facts is not None:
        row.facts = keys.seal(session, None, FACTS, row.id, facts)
    session.add(row)


def is_open(session: Session, purpose: str, secret: str) -> bool:
    """Tell whether a secret is good now. It stays so."""
    return is_any(session, select(SignInChallenge.id).where(*_good(purpose, secret)))


def take(session: Session, purpose: str, secret: str, holder: str | None) -> dict[str, Any] | None:
    """Use a secret up, and return its facts; None where it is not good, or not for this holder."""
    query = select(SignInChallenge).where(*_good(purpose, secret))
    row = session.scalars(query.with_for_update()).first()
    if row is None:
        return None
    held = b"" if holder is None else secret_tokens.hashed(holder)
    if not hmac.compare_digest(row.holder_hash or b"", held):
        return None
    facts = None if row.facts is None else keys.unseal(session, FACTS, row.id, row.facts)
    session.delete(row)
    session.flush()
    return facts or {}


def _good(purpose: str, secret: str) -> tuple[ColumnElement[bool], ...]:
    return (
        SignInChallenge.secret_hash == secret_tokens.hashed(secret),
        SignInChallenge.purpose == purpose,
        SignInChallenge.expires_at > clock.now(),
    )


def _is_old() -> ColumnElement[bool]:
    return SignInChallenge.expires_at <= clock.now()


def are_old(session: Session) -> bool:
    """Tell whether challenges are kept that are good no more."""
    return is_any(session, select(SignInChallenge.id).where(_is_old()))


def forget() -> None:
    """Delete the challenges that are good no more."""
    delete_all(SignInChallenge, _is_old())
