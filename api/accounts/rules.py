"""Who may do what, on plain values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from api.accounts.models import Role as Role  # noqa: PLC0414 # callers find it beside the Actor
from api.errors import Forbidden, NotFound
from api.infra.net.rate_limits import Rate

# Words that rows hold: kinds of letters and of jobs, and what keyed hashes are for.
SIGN_IN, INVITED = "accounts.sign_in", "accounts.invited"
NOTICED, ACCESS_ENDED = "accounts.noticed", "accounts.access_ended"
SECRET, CODE = "sign_in_requests.secret", "sign_in_requests.code"

PASSKEY_ADDS, PASSKEY_SIGNS_IN = "passkey.add", "passkey.sign_in"
PROVIDER, SETUP, ENTER = "provider.sign_in", "house.set_up", "house.enter"

WORKS = timedelta(minutes=15)  # a letter's link and code
MOST_TRIES = 5  # of a code
CODE_SIGNS = 8
FRESH = timedelta(minutes=15)  # after a sign-in, for what cannot be undone
# Letters to one address. A browser in which its user has signed in has as many of its own, so that
# nobody is kept out by a stranger who asks again and again.
MOST_AN_HOUR, MOST_A_DAY = 5, 15
AN_HOUR, A_DAY = timedelta(hours=1), timedelta(hours=24)
# Of one network: letters, for whichever addresses; codes; challenges of passkeys and providers.
ASKING, TYPING, ANSWERING = Rate(6, 40), Rate(10, 60), Rate(20, 200)
PASSKEY_LASTS = timedelta(minutes=5)
MOST_PASSKEYS = 20  # of one person
PROVIDER_LASTS = timedelta(minutes=10)
SETUP_LASTS = timedelta(hours=1)
SESSIONS_KEPT = timedelta(days=30)  # after they are over
MOST_OF_A_DEVICE, MOST_OF_A_LABEL = 60, 60  # characters


@dataclass(frozen=True)
class Browser:
    """A browser in which somebody signs in, as the desk knows it."""

    secret: str  # of the cookie by which it is known before anybody has signed in
    device: str  # "Firefox, Linux"
    remote: str | None  # its internet address, of which a prefix is counted and nothing kept
    session: str | None = None  # the secret of the session that it has; a new one ends it


@dataclass(frozen=True)
class Actor:
    """Who calls: a user by a token or a session, and its roles within that token's scope."""

    user_id: UUID
    token_id: UUID | None  # or of the session; None: the operator's command acts for the user
    roles: Mapping[UUID, Role]
    scope: frozenset[UUID] | None  # None: every coalition of the user
    proven_at: datetime | None = None  # when it last proved who it is; None: as it acts

    def sees(self, coalition_id: UUID) -> bool:
        return coalition_id in self.roles

    def may(self, coalition_id: UUID, needed: Role) -> bool:
        return self.sees(coalition_id) and self.roles[coalition_id].may(needed)

    def must(self, coalition_id: UUID, needed: Role) -> None:
        """Let the actor pass, or raise: NotFound to strangers, Forbidden to the others."""
        if not self.sees(coalition_id):
            raise NotFound("Check the id; it may also belong to a coalition that is not yours.")
        if not self.may(coalition_id, needed):
            is_now = self.roles[coalition_id]
            raise Forbidden(
                f"This needs the role {needed} in the coalition; you are {is_now}."
                " An owner can change that."
            )
