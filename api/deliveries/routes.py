"""The addresses of cover letters, deliveries and responses."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask.views import MethodView

from api.accounts.routes import current_actor
from api.deliveries import schemas, service
from api.deliveries.models import CoverLetter
from api.deliveries.service import responses
from api.infra.database.paging import Page, PageRequest
from api.web.paging import paginated
from api.web.rest import Blueprint

ABOUT = "Statements handed over to those they are addressed to, and what these answer."
blueprint = Blueprint("deliveries", __name__, url_prefix="/v1", description=ABOUT)


@blueprint.route("/statements/<uuid:statement_id>/cover-letters")
class CoverLetters(MethodView):
    @paginated(blueprint, schemas.CoverLetterOut)
    def get(self, args: dict[str, PageRequest], statement_id: UUID) -> Page[CoverLetter]:
        """List a statement's cover letters, newest first."""
        return service.letters_of(current_actor(), statement_id, args["page"])

    @blueprint.arguments(schemas.CoverLetterIn)
    @blueprint.response(201, schemas.CoverLetterOut)
    def post(self, facts: dict[str, object], statement_id: UUID) -> CoverLetter:
        """Write a cover letter. It does not change: write another one in its place."""
        return service.write(current_actor(), statement_id, facts)


@blueprint.route("/cover-letters/<uuid:cover_letter_id>")
class OneCoverLetter(MethodView):
    @blueprint.response(200, schemas.CoverLetterOut)
    def get(self, cover_letter_id: UUID) -> CoverLetter:
        """Show a cover letter."""
        return service.letter(current_actor(), cover_letter_id)


@blueprint.route("/cover-letters/<uuid:cover_letter_id>/preview")
class CoverPreview(MethodView):
    @blueprint.arguments(schemas.CoverPreviewArgs, location="query")
    @blueprint.response(200, schemas.CoverPreviewOut)
    def get(self, args: dict[str, Any], cover_letter_id: UUID) -> service.Sight:
        """Show a cover letter as it goes out, and to whom it would; nothing is sent."""
        return service.preview(current_actor(), cover_letter_id, **args)


@blueprint.route("/cover-letters/<uuid:cover_letter_id>/deliveries")
class Sendings(MethodView):
    @blueprint.arguments(schemas.DeliveriesIn)
    @blueprint.response(201, schemas.DeliveriesOut)
    def post(self, given: dict[str, Any], cover_letter_id: UUID) -> service.Sent:
        """Send the published statement to addressees, as a PDF with this cover letter.

        Safe to repeat: who has this revision already, or soon will, gets no second one; where a
        delivery failed, another one is tried.
        """
        return service.send(current_actor(), cover_letter_id, **given)


@blueprint.route("/statements/<uuid:statement_id>/deliveries")
class DeliveriesView(MethodView):
    @paginated(blueprint, schemas.DeliveryOut)
    def get(self, args: dict[str, PageRequest], statement_id: UUID) -> Page[service.DeliveryView]:
        """List a statement's deliveries, newest first."""
        return service.of_statement(current_actor(), statement_id, args["page"])

    @blueprint.arguments(schemas.DeliveryIn)
    @blueprint.response(201, schemas.DeliveryOut)
    def post(self, facts: dict[str, object], statement_id: UUID) -> service.DeliveryView:
        """Record that a statement was handed over in person, by post or otherwise."""
        return service.record(current_actor(), statement_id, facts)


@blueprint.route("/deliveries/<uuid:delivery_id>")
class OneDeliveryView(MethodView):
    @blueprint.response(200, schemas.DeliveryOut)
    def get(self, delivery_id: UUID) -> service.DeliveryView:
        """Show a delivery."""
        return service.one(current_actor(), delivery_id)


@blueprint.route("/statements/<uuid:statement_id>/responses")
class Responses(MethodView):
    @paginated(blueprint, schemas.ResponseOut)
    def get(self, args: dict[str, PageRequest], statement_id: UUID) -> Page[responses.ResponseView]:
        """List what addressees answered to a statement, newest first."""
        return responses.of_statement(current_actor(), statement_id, args["page"])

    @blueprint.arguments(schemas.ResponseIn)
    @blueprint.response(201, schemas.ResponseOut)
    def post(self, facts: dict[str, object], statement_id: UUID) -> responses.ResponseView:
        """Record what an addressee answered, and what became of demands by it."""
        return responses.record(current_actor(), statement_id, facts)


@blueprint.route("/responses/<uuid:response_id>")
class OneResponse(MethodView):
    @blueprint.response(200, schemas.ResponseOut)
    def get(self, response_id: UUID) -> responses.ResponseView:
        """Show a response."""
        return responses.one(current_actor(), response_id)
