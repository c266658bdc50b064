"""The addresses of letters, for those who coordinate."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response
from flask.views import MethodView

from api.accounts.routes import current_actor
from api.infra.database.paging import Page, PageRequest
from api.infra.mail.letters import Letter
from api.mailings import schemas, service
from api.mailings.service import servers, suppressions
from api.web import tables
from api.web.etags import IF_MATCH, expected_if_there, needs_match, tagged_by
from api.web.files import sent
from api.web.paging import paginated
from api.web.rest import Blueprint
from api.web.tables import CSV

blueprint = Blueprint("mailings", __name__, url_prefix="/v1", description="Letters to people.")
_tagged = tagged_by("row.version")


@blueprint.route("/coalitions/<uuid:coalition_id>/letters")
class Letters(MethodView):
    @paginated(blueprint, schemas.LetterOut, schemas.LetterArgs)
    def get(self, args: dict[str, Any], coalition_id: UUID) -> Page[Letter]:
        """List a coalition's letters, newest first; those that failed for good are `failed`."""
        return service.of_coalition(current_actor(), coalition_id, **args)


@blueprint.route("/letters/<uuid:letter_id>/replays")
class LetterReplays(MethodView):
    @blueprint.response(200, schemas.LetterOut)
    def post(self, letter_id: UUID) -> Letter:
        """Send a letter again that failed for good, within a week."""
        return service.replay(current_actor(), letter_id)


@blueprint.route("/coalitions/<uuid:coalition_id>/mail-server")
class OwnMailServer(MethodView):
    @blueprint.response(200, schemas.MailServerOut)
    @_tagged
    def get(self, coalition_id: UUID) -> servers.MailServerView:
        """Show a coalition's own mail server, and whether it works."""
        return servers.server(current_actor(), coalition_id)

    @blueprint.doc(parameters=[{**IF_MATCH, "required": False}])
    @blueprint.arguments(schemas.MailServerIn)
    @blueprint.response(200, schemas.MailServerOut)
    @_tagged
    def put(self, facts: dict[str, object], coalition_id: UUID) -> servers.MailServerView:
        """Have a coalition's letters leave over its own server, as its own sender.

        Letters about sensitive statements leave over the house's: an address would tell who writes.
        """
        actor = current_actor()
        expected = expected_if_there(lambda: servers.is_there(actor, coalition_id))
        return servers.put(actor, coalition_id, expected, facts)

    @needs_match
    @blueprint.response(204)
    def delete(self, coalition_id: UUID, expected: int) -> None:
        """Have a coalition's letters leave over the house's server again."""
        servers.drop(current_actor(), coalition_id, expected)


@blueprint.route("/coalitions/<uuid:coalition_id>/mail-server/trials")
class MailServerTrials(MethodView):
    @blueprint.response(202, schemas.LetterOut)
    def post(self, coalition_id: UUID) -> Letter:
        """Send a letter to yourself over the coalition's server; see there whether it went."""
        return servers.try_out(current_actor(), coalition_id)


@blueprint.route("/coalitions/<uuid:coalition_id>/suppressions")
class Suppressions(MethodView):
    @paginated(blueprint, schemas.SuppressionOut)
    def get(
        self, args: dict[str, PageRequest], coalition_id: UUID
    ) -> Page[suppressions.SuppressionView]:
        """List the addresses that a coalition writes to no more, newest first."""
        return suppressions.of_coalition(current_actor(), coalition_id, args["page"])

    @blueprint.arguments(schemas.SuppressionIn)
    @blueprint.response(201, schemas.SuppressionOut)
    def post(self, facts: dict[str, str], coalition_id: UUID) -> suppressions.SuppressionView:
        """Leave an address alone, as somebody asked."""
        return suppressions.add(current_actor(), coalition_id, facts["email"])


@blueprint.route("/coalitions/<uuid:coalition_id>/suppressions.csv")
class SuppressionTable(MethodView):
    @sent(CSV)
    def get(self, coalition_id: UUID) -> Response:
        """Give those addresses as a table, for another tool."""
        batches = suppressions.exported(current_actor(), coalition_id)
        return tables.as_csv("suppressions", suppressions.COLUMNS, batches, dict)


@blueprint.route("/suppressions/<uuid:suppression_id>")
class OneSuppression(MethodView):
    @blueprint.response(204)
    def delete(self, suppression_id: UUID) -> None:
        """Let an address get letters again. Consents that were taken back stay so."""
        suppressions.lift(current_actor(), suppression_id)
