"""The addresses of assembling."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask.views import MethodView

from api.accounts.routes import current_actor
from api.assemblies import service
from api.assemblies.schemas import AssembledOut, AssemblyIn, RenewalIn
from api.statements.routes import tells_what_changed
from api.web.etags import needs_match, tagged_by
from api.web.rest import Blueprint

blueprint = Blueprint(
    "assemblies", __name__, url_prefix="/v1", description="Templates become drafts."
)
_tagged = tagged_by("statement.version")


@blueprint.route("/coalitions/<uuid:coalition_id>/assemblies")
class Assemblies(MethodView):
    @blueprint.arguments(AssemblyIn)
    @blueprint.response(201, AssembledOut)
    @_tagged
    def post(self, given: dict[str, Any], coalition_id: UUID) -> service.Assembled:
        """Fill a template with facts, demands and cases into a new statement's draft."""
        return service.assemble(
            current_actor(),
            coalition_id,
            service.Origin(given["template_id"], given["built_in"]),
            given["slug"],
            given["facts"],
            service.Choice(**given["demands"]),
            preview=given["preview"],
        )


@blueprint.route("/statements/<uuid:statement_id>/renewals")
class Renewals(MethodView):
    @needs_match
    @blueprint.arguments(RenewalIn)
    @blueprint.response(200, AssembledOut)
    @tells_what_changed
    @_tagged
    def post(self, given: dict[str, Any], statement_id: UUID, expected: int) -> service.Assembled:
        """Bring a draft up to date with the live demands and cases, or with other facts."""
        facts, preview = given["facts"], given["preview"]
        return service.renew(current_actor(), statement_id, expected, facts, preview=preview)
