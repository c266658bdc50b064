"""The addresses of copies."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask.views import MethodView

from api.accounts.routes import current_actor
from api.copies import service
from api.copies.schemas import CoalitionCopyIn, CoalitionCopyOut, StatementCopyIn
from api.statements.schemas import DraftOut
from api.statements.service import SavedStatement
from api.web.etags import sends_tag, tag
from api.web.rest import Blueprint

blueprint = Blueprint(
    "copies", __name__, url_prefix="/v1", description="What is there, as the start of a new one."
)


@blueprint.route("/statements/<uuid:statement_id>/copies")
class StatementCopies(MethodView):
    @blueprint.arguments(StatementCopyIn)
    @blueprint.response(201, DraftOut)
    @sends_tag
    def post(self, given: dict[str, Any], statement_id: UUID) -> SavedStatement:
        """Begin a statement of the same coalition from the text of this one, without its day."""
        slug, title, number = given["slug"], given["title"], given["revision"]
        found = service.copy_statement(current_actor(), statement_id, slug, title, number)
        tag(found.statement.version)
        return found


@blueprint.route("/coalitions/<uuid:coalition_id>/copies")
class CoalitionCopies(MethodView):
    @blueprint.arguments(CoalitionCopyIn)
    @blueprint.response(201, CoalitionCopyOut)
    @sends_tag
    def post(self, given: dict[str, Any], coalition_id: UUID) -> service.Copied:
        """Found a coalition with parts of this one's set-up; you own it."""
        slug, name, parts = given["slug"], given["name"], given["parts"]
        found = service.copy_coalition(current_actor(), coalition_id, slug, name, parts)
        tag(found.coalition.version)
        return found
