"""/desk/…/webhooks: other systems that are told of events, and what each was told."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from flask import Response
from werkzeug.wrappers import Response as AnyResponse

from api.accounts.rules import Role
from api.desk.routes.base import (
    Screen,
    an_id,
    at,
    one,
    onward,
    page_request,
    said,
    screen,
    to,
    version,
    when,
)
from api.desk.routes.outgoing import part_of, table_of
from api.desk.routes.visiting import actor
from api.desk.rules import record
from api.desk.rules.outgoing import WebhookScreen
from api.desk.rules.tables import Cell, ListRow, Press, Tone
from api.errors import NotFound
from api.webhooks import service as webhooks
from api.webhooks.models import WebhookDeliveryState
from api.webhooks.service import deliveries
from api.webhooks.service.deliveries import WebhookDeliveryView
from api.webhooks.service.rows import EndpointView

_TONES: Mapping[WebhookDeliveryState, Tone] = {
    WebhookDeliveryState.WAITING: "waits",
    WebhookDeliveryState.DELIVERED: "good",
    WebhookDeliveryState.FAILED: "wrong",
}


@at("/<uuid:coalition_id>/outgoing/webhooks", "webhooks")
class Webhooks(Screen):
    least = Role.COORDINATOR

    def get(self, coalition_id: UUID) -> Response:
        """List the other systems that are told of events, and how each does."""
        found = webhooks.of_coalition(actor(), coalition_id, page_request())
        columns = ("what", "state", "to_do", "taken_at", "act")
        return part_of("webhooks", columns, found, _endpoint)


def _endpoint(each: EndpointView) -> ListRow:
    words, row = said(), each.endpoint
    state = "is_working" if row.is_enabled else "is_off"
    why = f"hook_{row.disabled_for}" if row.disabled_for else "hook_off"
    if row.is_enabled:
        why = "hook_failing_now" if row.failures else "hook_works"
    act = ("test", "test_it") if row.is_enabled else ("enable", "switch_on")
    press = Press(
        action=to("webhook", endpoint_id=row.id),
        words=words.say(f"outgoing.{act[1]}"),
        fields=[("do", act[0]), ("version", str(row.version))],
    )
    return ListRow(
        cells=[
            Cell(text=row.label, href=to("webhook", endpoint_id=row.id)),
            Cell(text=words.say(f"outgoing.{state}"), tone="good" if row.is_enabled else "wrong"),
            Cell(text=words.say(f"outgoing.{why}")),
            Cell(html=when(row.delivered_at)),
            Cell(press=press),
        ]
    )


@at("/<uuid:coalition_id>/webhooks/<uuid:endpoint_id>", "webhook")
class Webhook(Screen):
    least = Role.COORDINATOR

    def get(self, coalition_id: UUID, endpoint_id: UUID) -> Response:
        """List what the other system was told, newest first."""
        del coalition_id
        found = webhooks.endpoint(actor(), endpoint_id)
        told = deliveries.of_endpoint(actor(), endpoint_id, page_request())
        path = to("webhook", endpoint_id=endpoint_id)
        rows = [_delivery(each, path) for each in told.items]
        columns = ("what", "state", "when", "act")
        listed = table_of("told", columns, rows, path, told)
        row = found.endpoint
        return screen(
            "webhook.html",
            WebhookScreen(
                label=row.label,
                url=found.url,
                told=[record.told(each, said()) for each in row.types],
                is_custodian=row.is_custodian,
                is_enabled=row.is_enabled,
                version=row.version,
                id=str(row.id),
                listed=listed,
                back=to("webhooks"),
            ),
        )

    def post(self, coalition_id: UUID, endpoint_id: UUID) -> AnyResponse:
        """Switch it on or off, send a test, or tell one thing once more."""
        del coalition_id
        who, act = actor(), one("do")
        if act in {"enable", "disable"}:
            changes = {"is_enabled": act == "enable"}
            webhooks.change(who, endpoint_id, version(), changes)
        elif act == "test":
            deliveries.test(who, endpoint_id)
        elif act == "replay":
            webhooks.endpoint(who, endpoint_id)
            deliveries.replay(who, an_id())
        else:
            raise NotFound("The page that led here is old. Load it again.")
        return onward("webhook", f"webhook_{act}", endpoint_id=endpoint_id)


def _delivery(each: WebhookDeliveryView, path: str) -> ListRow:
    words, row = said(), each.delivery
    again = Press(
        action=path,
        words=words.say("outgoing.tell_again"),
        fields=[("do", "replay"), ("ids", str(row.id))],
    )
    status = words.say("outgoing.answered", status=str(row.status)) if row.status else ""
    return ListRow(
        cells=[
            Cell(text=each.event.type),
            Cell(
                text=words.say(f"outgoing.told_{row.state}"),
                tone=_TONES[row.state],
                small=status,
            ),
            Cell(html=when(each.event.created_at)),
            Cell(press=again) if row.state is WebhookDeliveryState.FAILED else Cell(),
        ]
    )
