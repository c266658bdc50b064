"""/desk/sign-in: by a letter with a link and a code; /desk/sign-out."""

from __future__ import annotations

from dataclasses import replace

from flask import Response, request
from werkzeug.wrappers import Response as AnyResponse

from api.accounts import service as accounts
from api.accounts.service import passkeys, providers, sessions, signing_in
from api.accounts.service.sessions import Visit
from api.desk.routes.base import Screen, at, led, one, onward, said, screen, to, typed
from api.desk.routes.visiting import BROWSER, SESSION, browser, let_in, safe, visitor
from api.desk.rules.entering import AskedFor, AskScreen, CodeScreen, LinkScreen
from api.desk.schemas import AddressIn
from api.errors import Invalid
from api.infra.text import languages
from api.pages.rules.facts import Form
from api.web.validate import loaded


@at("/sign-in", "sign_in")
class SignIn(Screen):
    is_open = True

    def get(self) -> Response:
        """Ask for an address."""
        return _asking(safe(request.args.get("next", "")), Form())

    def post(self) -> Response:
        """Send a letter, if somebody has the address: the answer is the same."""
        back = safe(one("next"))
        try:
            email = loaded(AddressIn(), {"email": one("email") or None})["email"]
        except Invalid as refused:
            return _asking(back, typed(refused))
        signing_in.ask(email, browser(), said().language)
        return _code(email, back, Form())


def _asking(back: str, form: Form) -> Response:
    """Ask for an address; of who is signed in, it is known."""
    found = visitor()
    page = AskScreen(
        email=accounts.me(found.actor).email if found else "",
        next=back,
        why=_why(found, back),
        takes_passkeys=passkeys.may_be_used(),
        provider=providers.offered() or "",
        form=form,
    )
    return screen("sign_in.html", page)


def _why(found: Visit | None, back: str) -> AskedFor:
    """Return why somebody who is signed in has to do it once more."""
    if found is None:
        return ""
    return "cut" if any(str(each) in back for each in found.cut) else "again"


@at("/sign-in/code", "sign_in_code")
class SignInCode(Screen):
    is_open = True

    def get(self) -> AnyResponse:
        """Lead who reloads to the beginning: no address holds an e-mail."""
        return onward("sign_in")

    def post(self) -> AnyResponse:
        """Sign in by the code of the letter."""
        email, back = one("email"), safe(one("next"))
        try:
            secret = signing_in.by_code(email, one("code"), browser())
        except Invalid as refused:
            return _code(email, back, replace(typed(refused), values={}))
        return entered(secret, back)


def _code(email: str, back: str, form: Form) -> Response:
    minutes = languages.number(signing_in.MINUTES, said().language)
    page = CodeScreen(email=email, next=back, minutes=minutes, form=form)
    return screen("sign_in_code.html", page)


@at("/sign-in/<string:secret_of_link>", "sign_in_link")
class SignInLink(Screen):
    is_open = True

    def get(self, secret_of_link: str) -> Response:
        """Show what the link of a letter leads to."""
        state = signing_in.look(secret_of_link, browser())
        return screen("sign_in_link.html", LinkScreen(state=state.value))

    def post(self, secret_of_link: str) -> AnyResponse:
        """Sign in by it."""
        return entered(signing_in.by_link(secret_of_link, browser()), "")


def entered(secret: str, back: str) -> AnyResponse:
    """Lead who has signed in back to where they were, or to the start."""
    return let_in(led(safe(back) or to("home_of_all")), secret)


@at("/sign-out", "sign_out")
class SignOut(Screen):
    is_open = True
    is_leaving = True

    def post(self) -> AnyResponse:
        """End the session, and have the browser forget all that it saw here."""
        if found := visitor():
            sessions.sign_out(found)
        answer = onward("sign_in", "signed_out")
        for name in (SESSION, BROWSER):
            answer.delete_cookie(name, secure=True, httponly=True, samesite="Lax", path="/")
        answer.headers["Clear-Site-Data"] = '"cache", "cookies", "storage"'
        return answer
