"""/desk/setup and /desk/enter: the links that the operator prints."""

from __future__ import annotations

from flask import Response
from werkzeug.wrappers import Response as AnyResponse

from api.accounts.service import setup
from api.desk.routes.base import REFUSED, Screen, at, led, one, screen, to, typed
from api.desk.routes.visiting import browser, let_in
from api.desk.rules.entering import LinkScreen
from api.desk.rules.founding import OwnerScreen
from api.desk.schemas import FirstPersonIn
from api.web.validate import loaded


@at("/setup/<string:secret_of_setup>", "setup")
class Setup(Screen):
    is_open = True

    def get(self, secret_of_setup: str) -> Response:
        """Ask who the first owner is."""
        return screen("setup.html", OwnerScreen(is_open=setup.is_open(secret_of_setup)))

    def post(self, secret_of_setup: str) -> AnyResponse:
        """Enter the owner, sign them in, and go on to the coalition."""
        try:
            who = loaded(FirstPersonIn(), {"email": one("email") or None, "name": one("name")})
            secret = setup.create_owner(secret_of_setup, who["email"], who["name"], browser())
        except REFUSED as refused:
            return screen("setup.html", OwnerScreen(is_open=True, form=typed(refused)))
        return let_in(led(to("coalition_new")), secret)


@at("/enter/<string:secret_of_enter>", "enter")
class Enter(Screen):
    is_open = True

    def get(self, secret_of_enter: str) -> Response:
        """Show what the operator's link does."""
        state = "ready" if setup.lets_in(secret_of_enter) else "over"
        return screen("enter.html", LinkScreen(state=state))

    def post(self, secret_of_enter: str) -> AnyResponse:
        """Sign in whom it is for."""
        return let_in(led(to("home_of_all")), setup.enter(secret_of_enter, browser()))
