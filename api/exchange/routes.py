"""The addresses of imports and exports."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response, request
from flask.views import MethodView

from api.accounts.routes import current_actor
from api.exchange import service
from api.exchange.schemas import ExportArgs, ImportedOut, StatementImportArgs
from api.portable.rules import reading, writing
from api.portable.schemas import EXAMPLE, STATEMENT
from api.web.etags import tagged_by
from api.web.files import body_of, received, sent
from api.web.openapi.shapes import refer
from api.web.rest import Blueprint

blueprint = Blueprint(
    "exchange", __name__, url_prefix="/v1", description="The portable statement, in and out."
)
YAML, JSON = "application/yaml", "application/json"
EXAMPLES = {YAML: EXAMPLE, JSON: EXAMPLE}
SCHEMAS = dict.fromkeys((YAML, JSON), refer(STATEMENT))


@blueprint.route("/coalitions/<uuid:coalition_id>/imports")
class Imports(MethodView):
    @received(YAML, JSON, max_bytes=reading.MAX_BYTES, examples=EXAMPLES, schemas=SCHEMAS)
    @blueprint.arguments(StatementImportArgs, location="query")
    @blueprint.response(201, ImportedOut)
    @tagged_by("statement.version")
    def post(self, args: dict[str, Any], coalition_id: UUID) -> service.ImportResult:
        """Import a portable document: a draft, one revision, and entered signatures."""
        on_difference, preview = args["on_difference"], args["preview"]
        return service.take_in(
            current_actor(), coalition_id, request.get_data(), on_difference, preview=preview
        )


@blueprint.route("/statements/<uuid:statement_id>/export")
class Export(MethodView):
    @sent(YAML, JSON, schemas=SCHEMAS)
    @blueprint.arguments(ExportArgs, location="query")
    def get(self, args: dict[str, Any], statement_id: UUID) -> Response:
        """Export a revision as a portable document: whole for coordinators, else redacted."""
        document = service.give_out(current_actor(), statement_id, args["revision"])
        return body_of(*writing.as_file(document, args["format"], document["slug"]))
