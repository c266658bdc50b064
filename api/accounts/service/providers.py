"""Signing in by a provider that the operator named (OpenID Connect): code flow, with PKCE.

The provider vouches for an e-mail address, and nothing else of what it says is used: a user is
never made of it. All calls go through our own egress; of the library come the words of the
protocol and the checks of what a provider signs.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, NoReturn
from urllib.parse import quote_plus

import structlog
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri, prepare_token_request
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.jwk import KeySet
from sqlalchemy import select

from api.accounts.models import SignInMeans, User
from api.accounts.rules import ANSWERING, PROVIDER, PROVIDER_LASTS, Browser
from api.accounts.service import challenges, email_index, sessions
from api.errors import Invalid, Unavailable
from api.infra import clock
from api.infra.database.transactions import transaction
from api.infra.net import http
from api.infra.net.http import CallFailed
from api.infra.net.rate_limits import prefix_of
from api.infra.runtime import runtime
from api.infra.security import secret_tokens

log = structlog.get_logger()
# By which a provider may sign: with a key of its own, never with the secret that we share.
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "ES256", "ES384", "Ed25519", "EdDSA")
LEEWAY = 60  # seconds by which clocks may differ
FORM = "application/x-www-form-urlencoded"
SCOPE = "openid email"


class ProviderRefused(Invalid, title="The provider vouches for nobody who works here"):
    """A provider's yes is good once, in one browser, for a verified address of a user."""


class ProviderUnavailable(Unavailable, title="The provider does not answer"):
    """The provider of sign-in does not answer, or not as it should."""


def offered() -> str | None:
    """Return what the provider is called that the operator named; None: there is none."""
    settings = runtime().settings
    return settings.oidc_label if settings.oidc_issuer else None


def start(browser: Browser) -> str:
    """Return the address at the provider to which a browser is led."""
    runtime().rate_limits.hit(ANSWERING, "provider", prefix_of(browser.remote))
    about = _about()
    state, nonce, verifier = (secret_tokens.new_secret() for _ in range(3))
    facts = {"nonce": nonce, "verifier": verifier}
    with transaction() as session:
        challenges.issue(session, PROVIDER, state, browser.secret, PROVIDER_LASTS, facts)
    settings = runtime().settings
    return str(
        prepare_grant_uri(
            about["authorization_endpoint"],
            settings.oidc_client_id,
            "code",
            redirect_uri=_back(),
            scope=SCOPE,
            state=state,
            nonce=nonce,
            code_challenge=create_s256_code_challenge(verifier),
            code_challenge_method="S256",
            max_age=str(settings.session_hours * 3600),  # so it tells when somebody signed in
        )
    )


def finish(browser: Browser, given: Mapping[str, str]) -> str:
    """Sign in by what a provider sent a browser back with; return the new session's secret."""
    with transaction() as session:
        known = challenges.take(session, PROVIDER, given.get("state", ""), browser.secret)
    if not known or not given.get("code"):
        _refuse("state")
    about = _about()
    if given.get("iss", about["issuer"]) != about["issuer"]:
        _refuse("issuer")  # of two providers one may pass for the other (RFC 9207)
    email, proven_at = _vouched(about, given["code"], known)
    with transaction() as session:
        query = select(User).where(User.email_index == email_index(session, email))
        user = session.scalars(query).first()
        if user is None:
            _refuse("unknown")
        means = SignInMeans.PROVIDER
        is_news = sessions.is_first_by(session, user.id, means)
        return sessions.begin(
            session, user.id, browser, means, proven_at=proven_at, is_news=is_news
        )


def _vouched(about: Mapping[str, Any], code: str, known: Mapping[str, str]) -> tuple[str, datetime]:
    """Return the address for which the provider vouches, and when its person signed in there.

    A yes that does not say when may be of a computer that was seized: it goes back to no sign-in.
    """
    tokens = _tokens(about, code, known["verifier"])
    keys = _asked("GET", about["jwks_uri"])
    settings = runtime().settings
    try:
        token = jwt.decode(
            tokens["id_token"], KeySet.import_key_set({"keys": keys["keys"]}), algorithms=ALGORITHMS
        )
        claims = CodeIDToken(
            token.claims,
            token.header,
            {
                "iss": {"essential": True, "value": about["issuer"]},
                "aud": {"essential": True, "value": settings.oidc_client_id},
                "nonce": {"essential": True, "value": known["nonce"]},
            },
            {"client_id": settings.oidc_client_id, "access_token": tokens.get("access_token")},
        )
        claims.validate(now=int(clock.now().timestamp()), leeway=LEEWAY)
    except Exception as fault:  # noqa: BLE001 # whatever the library makes of what a provider sends
        _refuse(type(fault).__name__)
    told: Mapping[str, Any] = claims
    if "email" not in told and about.get("userinfo_endpoint"):
        bearer = {"Authorization": f"Bearer {tokens.get('access_token')}"}
        told = _asked("GET", about["userinfo_endpoint"], headers=bearer)
        if told.get("sub") != claims["sub"]:
            _refuse("subject")
    email = told.get("email")
    if not isinstance(email, str) or told.get("email_verified") is not True:
        _refuse("unverified")
    domain = email.rpartition("@")[2].lower()
    if settings.oidc_domains and domain not in settings.oidc_domains:
        _refuse("domain")
    told_at = claims.get("auth_time") or 0  # a number of seconds: anything else is refused above
    return email, datetime.fromtimestamp(max(0, min(told_at, clock.now().timestamp())), UTC)


def _tokens(about: Mapping[str, Any], code: str, verifier: str) -> Mapping[str, Any]:
    """Give the code back, and return the tokens for it; it is good once, also there."""
    settings = runtime().settings
    client, secret = str(settings.oidc_client_id), str(settings.oidc_client_secret)
    sent = {"code": code, "redirect_uri": _back(), "code_verifier": verifier}
    headers = {"Content-Type": FORM}
    ways = about.get("token_endpoint_auth_methods_supported")
    if not isinstance(ways, list) or "client_secret_basic" in ways:
        pair = f"{quote_plus(client)}:{quote_plus(secret)}"
        headers["Authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
    else:
        sent |= {"client_id": client, "client_secret": secret}
    body = prepare_token_request("authorization_code", **sent)
    return _asked("POST", about["token_endpoint"], headers=headers, content=body.encode())


def _about() -> Mapping[str, Any]:
    """Return what the provider says of itself (OpenID Connect Discovery)."""
    issuer = str(runtime().settings.oidc_issuer)
    found = _asked("GET", f"{issuer.rstrip('/')}/.well-known/openid-configuration")
    needed = ("authorization_endpoint", "token_endpoint", "jwks_uri")
    if found.get("issuer") != issuer or not all(isinstance(found.get(it), str) for it in needed):
        _fail("junk")
    return found


def _asked(
    method: str,
    url: str,
    *,
    headers: Mapping[str, str] | None = None,
    content: bytes | None = None,
) -> Mapping[str, Any]:
    """Ask the provider for a JSON object, or raise ProviderUnavailable; refuse where it does."""
    headers = {"Accept": "application/json", **(headers or {})}
    try:
        with http.line(runtime().egress, url) as line:
            answer = line.call(method, url, headers=headers, content=content)
        found = json.loads(answer.body) if answer.is_success else None
    except CallFailed as fault:
        _fail(fault.fault)
    except ValueError:
        _fail("junk")
    if method == "POST" and not answer.is_success:  # it does not take the code
        _refuse(f"status-{answer.status}")
    if not isinstance(found, dict):
        _fail(f"status-{answer.status}")
    return found


def _back() -> str:
    return f"{runtime().settings.public_url}/desk/sign-in/provider"


def _refuse(why: str) -> NoReturn:
    """Refuse in the same words whatever was wrong; the log has the kind of it."""
    log.info("provider refused", error=why)
    raise ProviderRefused(
        "Begin anew. If it stays so, ask an owner by which address you were invited: the provider"
        " must know it, and have verified it."
    ) from None


def _fail(why: str) -> NoReturn:
    log.warning("provider failed", error=why)
    raise ProviderUnavailable("Sign in by a letter, or try again in a while.") from None
