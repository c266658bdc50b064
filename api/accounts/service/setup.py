"""The first minute of an installation: a link that the operator prints makes its first person."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select

from api.accounts import service
from api.accounts.models import SignInMeans, User
from api.accounts.rules import ENTER, SETUP, SETUP_LASTS, Browser
from api.accounts.service import challenges, sessions
from api.errors import Gone
from api.infra.database.transactions import is_any, reading, transaction
from api.infra.runtime import runtime
from api.infra.security import audit, secret_tokens


class SetupOver(Gone, title="This set-up link does not work any more"):
    """A set-up link is good for an hour, and once."""


def link(*, only_first: bool = False) -> str:
    """Return a new link by which somebody becomes the first owner; it is shown this once.

    One that is `only_first` was printed unasked: it ends as soon as somebody works here.
    """
    secret = secret_tokens.new_secret()
    with transaction() as session:
        facts = {"only_first": only_first}
        challenges.issue(session, SETUP, secret, None, SETUP_LASTS, facts)
        audit.append(session, None, "setup.offered", None, None)
    return f"{runtime().settings.public_url}/desk/setup/{secret}"


def link_for(email: str) -> str:
    """Return a link that signs a user in, good once and for an hour; for the operator's command."""
    secret = secret_tokens.new_secret()
    with transaction() as session:
        user_id = service.known(session, email).id
        facts = {"user_id": str(user_id)}
        challenges.issue(session, ENTER, secret, None, SETUP_LASTS, facts)
        audit.append(session, None, "sign_in.offered", None, user_id)
    return f"{runtime().settings.public_url}/desk/enter/{secret}"


def lets_in(secret: str) -> bool:
    """Tell whether such a link works. It stays so."""
    with reading() as session:
        return challenges.is_open(session, ENTER, secret)


def enter(secret: str, browser: Browser) -> str:
    """Sign in whom the operator's link is for; return the session's secret."""
    with transaction() as session:
        found = challenges.take(session, ENTER, secret, None)
        if found is None:
            raise SetupOver("Have the operator print a new one: `undersigned sign-in-link`.")
        user_id, means = UUID(found["user_id"]), SignInMeans.SETUP
        return sessions.begin(session, user_id, browser, means, is_news=True)


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
        found = challenges.take(session, SETUP, secret, None)
        is_over = found is None or (found.get("only_first") and is_any(session, select(User.id)))
        if is_over:
            raise SetupOver("Have the operator print a new one: `undersigned setup-link`.")
        user_id = service.enter(session, None, email, name).id
        return sessions.begin(session, user_id, browser, SignInMeans.SETUP)
