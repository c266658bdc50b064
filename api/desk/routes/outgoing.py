"""/desk/…/outgoing: letters that failed, who is left alone, mailing tools and webhooks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import Response, request
from werkzeug.wrappers import Response as AnyResponse

from api.accounts.rules import Role
from api.connectors import service as connectors
from api.connectors.service import ConnectorView
from api.desk.routes.base import (
    Screen,
    at,
    ids,
    one,
    onward,
    page_request,
    said,
    screen,
    to,
    typed,
    version,
    when,
)
from api.desk.routes.visiting import actor
from api.desk.rules import outgoing as rules
from api.desk.rules.outgoing import OutgoingScreen, WebhookScreen
from api.desk.rules.tables import Cell, ListColumn, Listing, ListRow, Press, Tone
from api.errors import Conflict, Invalid, NotFound
from api.infra.database.paging import Page
from api.infra.mail.letters import Letter, LetterState
from api.mailings import schemas, service as mailings
from api.mailings.service import suppressions
from api.pages.rules.facts import Anchor, Form
from api.web.validate import loaded
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

_OF_TOOLS: Mapping[str, Tone] = {"working": "good", "failing": "wrong", "paused": "waits"}


def _tabs() -> list[Anchor]:
    words = said()
    return [Anchor(words.say(f"outgoing.{key}"), to(endpoint)) for key, endpoint in rules.PARTS]


def _listed(
    caption: str, columns: tuple[str, ...], rows: list[ListRow], path: str, page: Page[Any]
) -> Listing:
    words = said()
    return Listing(
        caption=words.say(f"outgoing.{caption}"),
        columns=[ListColumn(words=words.say(f"outgoing.{each}")) for each in columns],
        rows=rows,
        path=path,
        query={"cursor": request.args.get("cursor", "")},
        total=page.total,
        following=page.following,
    )


@at("/<uuid:coalition_id>/outgoing", "outgoing")
class FailedLetters(Screen):
    least = Role.COORDINATOR

    def get(self, coalition_id: UUID) -> Response:
        """List the letters that failed for good; to whom they were, no row says."""
        state = LetterState.FAILED
        found = mailings.of_coalition(actor(), coalition_id, page_request(), state=state)
        rows = [_letter(each) for each in found.items]
        columns = ("what", "why", "when", "act")
        listed = _listed("letters", columns, rows, to("outgoing"), found)
        return screen("outgoing.html", OutgoingScreen(tabs=_tabs(), listed=listed))


def _letter(each: Letter) -> ListRow:
    words = said()
    again = Press(
        action=to("letter_again", letter_id=each.id), words=words.say("outgoing.try_again")
    )
    key = f"outgoing.kind_{each.kind}"
    return ListRow(
        cells=[
            Cell(text=words.say(key if key in words.all else "outgoing.a_letter")),
            Cell(text=words.say(f"outgoing.{rules.letter_key(each.fault)}")),
            Cell(html=when(each.shown_ended_at)),
            Cell(press=again),
        ]
    )


@at("/<uuid:coalition_id>/letters/<uuid:letter_id>/again", "letter_again")
class LetterAgain(Screen):
    least = Role.COORDINATOR

    def post(self, coalition_id: UUID, letter_id: UUID) -> AnyResponse:
        """Send a letter again that failed for good."""
        del coalition_id
        mailings.replay(actor(), letter_id)
        return onward("outgoing", "letter_again")


@at("/<uuid:coalition_id>/outgoing/suppressions", "suppressions")
class LeftAlone(Screen):
    least = Role.COORDINATOR

    def get(self, coalition_id: UUID) -> Response:
        """List the addresses that nobody writes to any more."""
        return self._shown(coalition_id, Form())

    def post(self, coalition_id: UUID) -> AnyResponse:
        """Leave an address alone, or let one get letters again."""
        if one("do") == "lift":
            for each in ids():
                suppressions.lift(actor(), each)
            return onward("suppressions", "suppression_lifted")
        try:
            facts = loaded(schemas.SuppressionIn(), {"email": one("email")})
            suppressions.add(actor(), coalition_id, facts["email"])
        except Invalid as refused:
            return self._shown(coalition_id, typed(refused))
        except Conflict:
            wrong = {"email": said().say("fault.taken")}
            return self._shown(coalition_id, Form(values={"email": [one("email")]}, faults=wrong))
        return onward("suppressions", "suppressed")

    def _shown(self, coalition_id: UUID, form: Form) -> Response:
        words = said()
        found = suppressions.of_coalition(actor(), coalition_id, page_request())
        path = to("suppressions")
        rows = [
            ListRow(
                cells=[
                    Cell(text=each.email),
                    Cell(text=words.say(f"outgoing.cause_{each.row.cause}")),
                    Cell(html=when(each.row.since)),
                    Cell(
                        press=Press(
                            action=path,
                            words=words.say("outgoing.lift"),
                            fields=[("do", "lift"), ("ids", str(each.row.id))],
                        )
                    ),
                ]
            )
            for each in found.items
        ]
        columns = ("address", "why", "since", "act")
        listed = _listed("suppressions", columns, rows, path, found)
        return screen("suppressions.html", OutgoingScreen(tabs=_tabs(), listed=listed, form=form))


@at("/<uuid:coalition_id>/outgoing/tools", "connectors")
class MailingTools(Screen):
    least = Role.COORDINATOR

    def get(self, coalition_id: UUID) -> Response:
        """List mailing tools, and what to do about each."""
        found = connectors.of_coalition(actor(), coalition_id, page_request())
        rows = [_connector(each) for each in found.items]
        columns = ("what", "state", "to_do", "waiting", "act")
        path = to("connectors")
        listed = _listed("tools", columns, rows, path, found)
        return screen("connectors.html", OutgoingScreen(tabs=_tabs(), listed=listed))


def _connector(each: ConnectorView) -> ListRow:
    words, row = said(), each.connector
    waiting = each.counts["to_subscribe"] + each.counts["to_unsubscribe"]
    act, label = ("resume", "go_on") if row.is_paused else ("try", "try_again")
    press = Press(
        action=to("connector", connector_id=row.id),
        words=words.say(f"outgoing.{label}"),
        fields=[("do", act), ("version", str(each.etag))],
    )
    return ListRow(
        cells=[
            Cell(text=row.label, small=row.kind),
            Cell(text=words.say(f"outgoing.is_{each.status}"), tone=_OF_TOOLS[each.status]),
            Cell(text=words.say(f"outgoing.{rules.tool_key(row.fault)}")),
            Cell(text=str(waiting or "")),
            Cell(press=press),
        ]
    )


@at("/<uuid:coalition_id>/connectors/<uuid:connector_id>", "connector")
class MailingTool(Screen):
    least = Role.COORDINATOR

    def post(self, coalition_id: UUID, connector_id: UUID) -> AnyResponse:
        """Find out whether a tool works, and go on at once if it does."""
        del coalition_id
        if one("do") == "resume":
            connectors.change(actor(), connector_id, version(), {"is_paused": False})
            return onward("connectors", "tool_goes_on")
        found = connectors.try_again(actor(), connector_id)
        return onward("connectors", "tool_works" if found.works else "tool_fails")


@at("/<uuid:coalition_id>/outgoing/webhooks", "webhooks")
class Webhooks(Screen):
    least = Role.COORDINATOR

    def get(self, coalition_id: UUID) -> Response:
        """List the other systems that are told of events, and how each does."""
        found = webhooks.of_coalition(actor(), coalition_id, page_request())
        rows = [_endpoint(each) for each in found.items]
        columns = ("what", "state", "to_do", "taken_at", "act")
        listed = _listed("webhooks", columns, rows, to("webhooks"), found)
        return screen("webhooks.html", OutgoingScreen(tabs=_tabs(), listed=listed))


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
        listed = _listed("told", columns, rows, path, told)
        row = found.endpoint
        return screen(
            "webhook.html",
            WebhookScreen(
                label=row.label,
                told=", ".join(row.types),
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
            for each in ids():
                deliveries.replay(who, each)
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
