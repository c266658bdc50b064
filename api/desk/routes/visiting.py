"""Who visits the desk: its cookies, the proof of its forms, and in which coalition one acts."""

from __future__ import annotations

from typing import cast
from urllib.parse import parse_qsl, urlencode, urlsplit
from uuid import UUID

from flask import Response, g, request
from werkzeug.wrappers import Response as AnyResponse

from api.accounts.rules import Actor, Browser
from api.accounts.service import sessions
from api.accounts.service.sessions import Visit
from api.coalitions import service as coalitions
from api.coalitions.models import Coalition
from api.desk.rules import csrf, devices
from api.errors import Forbidden
from api.infra.security import secret_tokens
from api.web.problems import Unauthenticated

PATH = "/desk"
SESSION = "__Host-desk"
BROWSER = "__Host-browser"  # whose forms are whose, and who asked to sign in
_LEAST_SECRET = 32  # characters
_SAID = "said"  # what was done, in an address


class StrangeForm(Forbidden, title="This form is not of your sign-in"):
    """A form without the proof that it was made for this browser and who is signed in."""


def visit() -> Visit:
    """Return who visits; what is open to all asks `visitor` instead."""
    found = visitor()
    if found is None:
        raise Unauthenticated("Sign in.")
    return found


def visitor() -> Visit | None:
    """Return who visits, or None where nobody has signed in."""
    if "visit" not in g:
        secret = request.cookies.get(SESSION)
        g.visit = sessions.opened(secret) if secret else None
    return cast("Visit | None", g.visit)


def visit_again() -> Visit:
    """Return who visits, with the roles that this request brought."""
    g.pop("visit", None)
    return visit()


def actor() -> Actor:
    """Return the visitor, who acts in the coalition of the address alone.

    So what belongs to another one is not there, whatever a form or an address says.
    """
    found, coalition_id = visit().actor, coalition_of_address()
    if coalition_id is None:
        return found
    roles = {coalition_id: found.roles[coalition_id]}
    return Actor(found.user_id, found.token_id, roles, frozenset(roles))


def coalition_of_address() -> UUID | None:
    """Return which coalition the address names."""
    found: UUID | None = (request.view_args or {}).get("coalition_id")
    return found


def coalition() -> Coalition | None:
    """Return the coalition of the address, where the visitor works in it."""
    coalition_id, found = coalition_of_address(), visitor()
    if coalition_id is None or found is None or not found.actor.sees(coalition_id):
        return None
    if "coalition" not in g:
        g.coalition = coalitions.coalition(found.actor, coalition_id)
    return cast("Coalition", g.coalition)


def browser() -> Browser:
    """Return the browser that signs in."""
    device = devices.label(request.headers.get("User-Agent", ""))
    session = request.cookies.get(SESSION)
    return Browser(browser_secret(), device, request.remote_addr, session)


def browser_secret() -> str:
    """Return the browser's cookie, or what it is to be: `keep_cookies` sets it."""
    known = request.cookies.get(BROWSER, "")
    if len(known) < _LEAST_SECRET and "browser" not in g:
        g.browser = secret_tokens.new_secret()
    return str(g.get("browser", known))


def form_proof() -> str:
    """Return what the forms of this browser carry."""
    return csrf.token(browser_secret(), _who())


def must_be_our_form(*, is_open: bool) -> None:
    """Refuse a form that was not made for this browser and person, or whose session has ended."""
    if not is_open:
        visit()
    known, given = request.cookies.get(BROWSER, ""), request.form.get(csrf.FIELD, "")
    if not known or not csrf.fits(known, _who(), given):
        raise StrangeForm("Load the page again, and send the form from there.")


def _who() -> UUID | None:
    found = visitor()
    return found.actor.user_id if found else None


def let_in(answer: AnyResponse, secret: str) -> AnyResponse:
    """Give the browser the cookie of its new session."""
    answer.set_cookie(SESSION, secret, secure=True, httponly=True, samesite="Lax", path="/")
    return answer


def keep_cookies(answer: Response) -> None:
    """Give a browser that was not known the cookie by which it is known."""
    if "browser" in g:
        answer.set_cookie(BROWSER, g.browser, secure=True, httponly=True, samesite="Lax", path="/")


def safe(address: str) -> str:
    """Return the address of a screen as it was given, or nothing: it may come from anybody.

    What it asks for comes along; that something was done there, it says no more.
    """
    try:
        parts = urlsplit(address)
    except ValueError:  # no address at all
        return ""
    is_ours = parts.path.startswith(f"{PATH}/") and not (parts.scheme or parts.netloc)
    if not is_ours or "\\" in parts.path or "//" in parts.path:
        return ""
    query = urlencode([each for each in parse_qsl(parts.query) if each[0] != _SAID])
    return parts.path + (f"?{query}" if query else "")
