"""The addresses of webhook endpoints and of what they are told."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask.views import MethodView

from api.accounts.routes import current_actor
from api.infra.database.paging import Page, PageRequest
from api.web.etags import needs_match, sends_tag, tag, tagged_by
from api.web.idempotency import secret_answer
from api.web.paging import paginated
from api.web.rest import Blueprint
from api.webhooks import schemas, service
from api.webhooks.service import deliveries
from api.webhooks.service.rows import EndpointView

blueprint = Blueprint(
    "webhooks", __name__, url_prefix="/v1", description="Other systems are told what happens."
)


def _with_secret(shown: EndpointView) -> dict[str, object]:
    secret_answer()
    tag(shown.endpoint.version)
    return {"endpoint": shown, "secret": shown.secret}


_tagged = tagged_by("endpoint.version")


@blueprint.route("/coalitions/<uuid:coalition_id>/webhook-endpoints")
class Endpoints(MethodView):
    @paginated(blueprint, schemas.WebhookEndpointOut)
    def get(self, args: dict[str, PageRequest], coalition_id: UUID) -> Page[EndpointView]:
        """List whom a coalition has told of events."""
        return service.of_coalition(current_actor(), coalition_id, args["page"])

    @blueprint.arguments(schemas.WebhookEndpointIn)
    @blueprint.response(201, schemas.WebhookSecretOut)
    @sends_tag
    def post(self, facts: dict[str, object], coalition_id: UUID) -> dict[str, object]:
        """Have another system told of events. Its secret is shown this once."""
        return _with_secret(service.enter(current_actor(), coalition_id, facts))


@blueprint.route("/webhook-endpoints/<uuid:endpoint_id>")
class OneEndpoint(MethodView):
    @blueprint.response(200, schemas.WebhookEndpointOut)
    @_tagged
    def get(self, endpoint_id: UUID) -> EndpointView:
        """Show an endpoint, and how it does."""
        return service.endpoint(current_actor(), endpoint_id)

    @needs_match
    @blueprint.arguments(schemas.WebhookEndpointIn(partial=True))
    @blueprint.response(200, schemas.WebhookEndpointOut)
    @_tagged
    def patch(self, changes: dict[str, object], endpoint_id: UUID, expected: int) -> EndpointView:
        """Change what an endpoint is told and where, or switch it off or on."""
        return service.change(current_actor(), endpoint_id, expected, changes)

    @needs_match
    @blueprint.response(204)
    def delete(self, endpoint_id: UUID, expected: int) -> None:
        """Delete an endpoint, with the list of what it was told."""
        service.remove(current_actor(), endpoint_id, expected)


@blueprint.route("/webhook-endpoints/<uuid:endpoint_id>/secret-rotations")
class SecretRotations(MethodView):
    @blueprint.response(201, schemas.WebhookSecretOut)
    @sends_tag
    def post(self, endpoint_id: UUID) -> dict[str, object]:
        """Make a new secret, shown this once. For a day the old one signs beside it."""
        return _with_secret(service.rotate(current_actor(), endpoint_id))


@blueprint.route("/webhook-endpoints/<uuid:endpoint_id>/test-events")
class TestEvents(MethodView):
    @blueprint.response(201, schemas.WebhookDeliveryOut)
    def post(self, endpoint_id: UUID) -> deliveries.WebhookDeliveryView:
        """Send an event that means nothing; the delivery shows how it goes."""
        return deliveries.test(current_actor(), endpoint_id)


@blueprint.route("/webhook-endpoints/<uuid:endpoint_id>/deliveries")
class WebhookDeliveriesView(MethodView):
    @paginated(blueprint, schemas.WebhookDeliveryOut, schemas.WebhookDeliveryArgs)
    def get(self, args: dict[str, Any], endpoint_id: UUID) -> Page[deliveries.WebhookDeliveryView]:
        """List what an endpoint was told in thirty days, newest first, and how that went."""
        return deliveries.of_endpoint(current_actor(), endpoint_id, **args)


@blueprint.route("/webhook-endpoints/<uuid:endpoint_id>/replays")
class Replays(MethodView):
    @blueprint.arguments(schemas.WebhookWindowIn)
    @blueprint.response(201, schemas.WebhookReplayOut)
    def post(self, given: dict[str, Any], endpoint_id: UUID) -> dict[str, int]:
        """Tell an endpoint once more what happened in a time, and what it missed in it."""
        return {"number": deliveries.replay_window(current_actor(), endpoint_id, **given)}


@blueprint.route("/webhook-deliveries/<uuid:webhook_delivery_id>")
class OneWebhookDeliveryView(MethodView):
    @blueprint.response(200, schemas.WebhookDeliveryOut)
    def get(self, webhook_delivery_id: UUID) -> deliveries.WebhookDeliveryView:
        """Show how a delivery went."""
        return deliveries.delivery(current_actor(), webhook_delivery_id)


@blueprint.route("/webhook-deliveries/<uuid:webhook_delivery_id>/replays")
class DeliveryReplays(MethodView):
    @blueprint.response(201, schemas.WebhookDeliveryOut)
    def post(self, webhook_delivery_id: UUID) -> deliveries.WebhookDeliveryView:
        """Tell it once more, now, under the same webhook-id."""
        return deliveries.replay(current_actor(), webhook_delivery_id)
