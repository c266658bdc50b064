"""/desk/…/webhooks/new: whom to tell of events, with its secret, which is shown once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar
from uuid import UUID

from flask import Response
from werkzeug.wrappers import Response as AnyResponse

from api.accounts.rules import Role
from api.desk.routes.base import Screen, at, onward, said, screen, to, typed, version
from api.desk.routes.visiting import actor
from api.desk.rules import connecting
from api.desk.rules.connecting import AgainForm, HookForm, SecretScreen
from api.desk.rules.frames import Danger
from api.errors import Invalid
from api.infra.database.transactions import Stale
from api.pages.routes.base import sent
from api.pages.rules.facts import Anchor, Form
from api.web.validate import loaded
from api.webhooks import schemas, service
from api.webhooks.service import deliveries
from api.webhooks.service.rows import EndpointView

_AT = "/<uuid:coalition_id>/webhooks/<uuid:endpoint_id>"
_TICKED = ("types", "is_custodian")


def _owns(coalition_id: UUID) -> bool:
    return actor().may(coalition_id, Role.OWNER)


@at("/<uuid:coalition_id>/webhooks/new", "webhook_new")
class NewWebhook(Screen):
    least = Role.COORDINATOR
    is_fresh = True  # it goes on being told when the session is over

    def get(self, coalition_id: UUID) -> Response:
        """Ask whom to tell, and of what."""
        return self._shown(coalition_id, Form())

    def post(self, coalition_id: UUID) -> Response:
        """Enter it, and show its secret this once."""
        given = connecting.hook_given(sent(), may_open=_owns(coalition_id))
        try:
            facts = loaded(schemas.WebhookEndpointIn(), given)
            made = service.enter(actor(), coalition_id, facts)
        except Invalid as refused:
            return self._shown(coalition_id, typed(refused, *_TICKED))
        return _secret(made)

    def _shown(self, coalition_id: UUID, form: Form) -> Response:
        words = said()
        return screen(
            "webhook_form.html",
            HookForm(
                title=words.say("hooks.new"),
                back=Anchor(words.say("outgoing.webhooks"), to("webhooks")),
                groups=connecting.event_groups(words),
                may_open=_owns(coalition_id),
                form=form,
            ),
        )


def _secret(made: EndpointView) -> Response:
    here = to("webhook", endpoint_id=made.endpoint.id)
    return screen("webhook_secret.html", SecretScreen(secret=made.secret or "", onward=here))


@at(f"{_AT}/edit", "webhook_edit")
class ChangeWebhook(Screen):
    least = Role.COORDINATOR
    is_fresh = True

    def get(self, coalition_id: UUID, endpoint_id: UUID) -> Response:
        """Show where it is, and what it is told of."""
        return self._shown(coalition_id, endpoint_id, Form())

    def post(self, coalition_id: UUID, endpoint_id: UUID) -> AnyResponse:
        """Keep it."""
        given = connecting.hook_given(sent(), may_open=_owns(coalition_id))
        try:
            changes = loaded(schemas.WebhookEndpointIn(partial=True), given)
            service.change(actor(), endpoint_id, version(), changes)
        except (Invalid, Stale) as refused:
            return self._shown(coalition_id, endpoint_id, typed(refused, *_TICKED))
        return onward("webhook", "saved", endpoint_id=endpoint_id)

    def _shown(self, coalition_id: UUID, endpoint_id: UUID, form: Form) -> Response:
        words, found = said(), service.endpoint(actor(), endpoint_id)
        row, owns = found.endpoint, _owns(coalition_id)
        return screen(
            "webhook_form.html",
            HookForm(
                title=words.say("hooks.change"),
                back=Anchor(row.label, to("webhook", endpoint_id=endpoint_id)),
                groups=connecting.event_groups(words),
                values={
                    "label": row.label,
                    "url": found.url,
                    "is_custodian": "yes" if row.is_custodian else "",
                },
                types=row.types,
                may_open=owns,
                may_move=owns or not row.is_custodian,
                version=row.version,
                form=form,
            ),
        )


class _AskOnce(Screen):
    """An act that cannot be undone, and what will happen: keys of `hooks`."""

    least = Role.COORDINATOR
    is_fresh = True
    act: ClassVar[str]
    points: ClassVar[Sequence[str]]

    def get(self, coalition_id: UUID, endpoint_id: UUID) -> Response:
        """Ask once."""
        del coalition_id
        words, row = said(), service.endpoint(actor(), endpoint_id).endpoint
        return screen(
            "danger.html",
            Danger(
                title=words.say(f"hooks.{self.act}_title", label=row.label),
                points=[words.say(f"hooks.{each}") for each in self.points],
                button=words.say(f"hooks.{self.act}"),
                back=to("webhook", endpoint_id=endpoint_id),
                fields={"version": str(row.version)},
            ),
        )


@at(f"{_AT}/secret", "webhook_renew")
class NewSecret(_AskOnce):
    act = "renew"
    points = ("renew_day", "renew_once")  # the receiver has to learn the new one within a day

    def post(self, coalition_id: UUID, endpoint_id: UUID) -> Response:
        """Make it, and show it this once."""
        del coalition_id
        return _secret(service.rotate(actor(), endpoint_id))


@at(f"{_AT}/again", "webhook_again")
class TellAgain(Screen):
    least = Role.COORDINATOR

    def get(self, coalition_id: UUID, endpoint_id: UUID) -> Response:
        """Ask of which days."""
        del coalition_id
        return self._shown(endpoint_id, Form())

    def post(self, coalition_id: UUID, endpoint_id: UUID) -> AnyResponse:
        """Tell it once more what happened on them."""
        del coalition_id
        try:
            given = loaded(schemas.WebhookWindowIn(), connecting.days_given(sent()))
            deliveries.replay_window(actor(), endpoint_id, **given)
        except Invalid as refused:
            return self._shown(endpoint_id, typed(refused, "only_failed"))
        return onward("webhook", "webhook_replay", endpoint_id=endpoint_id)

    def _shown(self, endpoint_id: UUID, form: Form) -> Response:
        found = service.endpoint(actor(), endpoint_id)
        back = to("webhook", endpoint_id=endpoint_id)
        return screen(
            "webhook_again.html", AgainForm(label=found.endpoint.label, back=back, form=form)
        )


@at(f"{_AT}/end", "webhook_end")
class EndWebhook(_AskOnce):
    act = "end"
    points = ("end_told", "end_secret")  # what it was told is forgotten

    def post(self, coalition_id: UUID, endpoint_id: UUID) -> AnyResponse:
        """Tell it nothing any more."""
        del coalition_id
        service.remove(actor(), endpoint_id, version())
        return onward("webhooks", "webhook_ended")
