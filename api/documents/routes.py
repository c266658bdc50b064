"""The addresses of documents."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Response, request
from flask.views import MethodView

from api.accounts.routes import current_actor
from api.documents import service
from api.documents.rules.press import CONTENT_TYPES
from api.documents.schemas import DocumentArgs, PreviewArgs
from api.web.etags import tag
from api.web.files import body_of, sent
from api.web.rest import Blueprint

if TYPE_CHECKING:
    from uuid import UUID

blueprint = Blueprint("documents", __name__, url_prefix="/v1", description="Statements, printed.")
TYPES = tuple(kind.partition(";")[0] for kind in CONTENT_TYPES.values())


@blueprint.route("/statements/<uuid:statement_id>/document")
class StatementDocument(MethodView):
    @sent(*TYPES)
    @blueprint.arguments(DocumentArgs, location="query")
    def get(self, args: dict[str, Any], statement_id: UUID) -> Response:
        """Print a statement with the signatories that its public may see."""
        form, number = args["format"], args["revision"]
        is_known = request.if_none_match.contains_weak
        found = service.document(current_actor(), statement_id, form, number, is_known)
        if isinstance(found, str):
            tag(found)
            return Response(status=304)
        return _file(found)


@blueprint.route("/statements/<uuid:statement_id>/draft/document")
class DraftDocument(MethodView):
    @sent(*TYPES)
    @blueprint.arguments(PreviewArgs, location="query")
    def get(self, args: dict[str, Any], statement_id: UUID) -> Response:
        """Print a statement's draft, marked as one on every page, without signatories."""
        return _file(service.preview(current_actor(), statement_id, args["format"]))


def _file(document: service.Document) -> Response:
    tag(document.key)
    answer = body_of(document.content, document.content_type)
    answer.headers.set("Content-Disposition", "inline", filename=document.name)
    return answer
