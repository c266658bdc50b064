"""The first minute of an installation: a link that the operator prints makes its first person."""

from __future__ import annotations

from sqlalchemy import select

from api.accounts import service
from api.accounts.models import SignInMeans, User
from api.accounts.rules import SETUP, SETUP_LASTS, Browser
from api.accounts.service import challenges, sessions
from api.errors import Gone
from api.infra.database.transactions import is_any, reading, transaction
from api.infra.runtime import runtime
from api.infra.security import audit, secret_tokens


class SetupOver(Gone, title="This set-up link does not work any more"):
    """A set-up link is good for an hour, and once."""


def link() -> str:
    """Return a new link by which somebody becomes the first owner; it is shown this once."""
    secret = secret_tokens.new_secret()
    with transaction() as session:
        challenges.issue(session, SETUP, secret, None, SETUP_LASTS)
        audit.append(session, None, "setup.offered", None, None)
    return f"{runtime().settings.public_url}/desk/setup/{secret}"


def is_wanted() -> bool:
    """Tell whether nobody works here yet."""
    with reading() as session:
        return not is_any(session, select(User.id))


def is_open(secret: str) -> bool:
    """Tell whether a set-up link works. It stays so."""
    with reading() as session:
        return challenges.is_open(session, SETUP, secret)


def create_owner(secret: str, email: str, name: str, browser: Browser) -> str:
    """Enter the person who follows a set-up link, and sign it in; return the session's secret.

    Raise SetupOver, or EmailTaken: then the link goes on working, for another address.
    """
    with transaction() as session:
        if challenges.take(session, SETUP, secret, None) is None:
            raise SetupOver("Have the operator print a new one: `undersigned setup-link`.")
        user_id = service.enter(session, None, email, name).id
        return sessions.begin(session, user_id, browser, SignInMeans.SETUP)
