"""/desk/you/passkeys, and signing in by one or by the provider that the operator named."""

from __future__ import annotations

from uuid import UUID

from flask import Response, request
from werkzeug.wrappers import Response as AnyResponse

from api.accounts.service import passkeys, providers
from api.desk.routes.base import Screen, at, one, onward, said, screen, typed
from api.desk.routes.signing_in import entered
from api.desk.routes.visiting import actor, browser, visit
from api.desk.rules.entering import LedScreen, NewPasskeyScreen
from api.desk.schemas import PasskeyIn
from api.errors import Invalid
from api.pages.rules.facts import Form
from api.web.validate import loaded


@at("/sign-in/passkey/challenge", "passkey_challenge")
class PasskeyChallenge(Screen):
    is_open = is_file = True

    def post(self) -> Response:
        """Give the script what a passkey is to sign."""
        return Response(passkeys.challenge(browser()), mimetype="application/json")


@at("/sign-in/passkey", "passkey_sign_in")
class PasskeySignIn(Screen):
    is_open = True

    def post(self) -> AnyResponse:
        """Sign in by what a passkey signed."""
        return entered(passkeys.sign_in(one("answer"), browser()), one("next"))


@at("/sign-in/provider/start", "provider_start")
class ProviderStart(Screen):
    is_open = True

    def post(self) -> Response:
        """Lead to the provider. The page leads: of a form our policy keeps browsers from there."""
        page = LedScreen(href=providers.start(browser()), label=providers.offered() or "")
        return screen("provider.html", page)


@at("/sign-in/provider", "provider")
class ProviderReturn(Screen):
    is_open = True

    def get(self) -> AnyResponse:
        """Sign in whom the provider sends back."""
        return entered(providers.finish(browser(), request.args.to_dict()), "")


@at("/you/passkeys/new", "passkey_new")
class PasskeyNew(Screen):
    is_fresh = True

    def get(self) -> Response:
        """Offer to make one; the browser makes it by script."""
        return self._shown(Form())

    def post(self) -> AnyResponse:
        """Keep what the browser made."""
        label = one("label") or said().say("you.passkey")
        try:
            label = loaded(PasskeyIn(), {"label": label})["label"]
            passkeys.register(visit(), one("answer"), label)
        except Invalid as refused:
            return self._shown(typed(refused))
        return onward("you", "passkey_added")

    def _shown(self, form: Form) -> Response:
        can = passkeys.may_be_used()
        offer = passkeys.offer(visit()) if can else ""
        return screen("passkey_new.html", NewPasskeyScreen(offer=offer, can=can, form=form))


@at("/you/passkeys/<uuid:passkey_id>/end", "passkey_end")
class PasskeyEnd(Screen):
    is_fresh = True

    def post(self, passkey_id: UUID) -> AnyResponse:
        """Have it sign in nobody any more."""
        passkeys.remove(actor(), passkey_id)
        return onward("you", "passkey_removed")
