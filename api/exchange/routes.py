"""The addresses of imports and exports."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response, request
from flask.views import MethodView

from api.accounts.routes import current_actor
from api.documents.rules.word.package import DOCX
from api.exchange import service
from api.exchange.schemas import (
    ExportArgs,
    ImportedOut,
    OwnWordFileArgs,
    StatementImportArgs,
    WordFileArgs,
    WordFileReportOut,
    WordImportArgs,
    WordImportedOut,
)
from api.exchange.service import returns, word
from api.exchange.service.returns import WordFileAsked, WordFileReport
from api.infra.word.reading import MOST_BYTES
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
WORD = {DOCX: "PK, and what else the file holds"}
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


@blueprint.route("/coalitions/<uuid:coalition_id>/word-imports")
class WordImports(MethodView):
    @received(DOCX, max_bytes=MOST_BYTES, examples=WORD)
    @blueprint.arguments(WordImportArgs, location="query")
    @blueprint.response(201, WordImportedOut)
    @tagged_by("statement.version")
    def post(self, args: dict[str, Any], coalition_id: UUID) -> word.WordImport:
        """Begin a statement from a file of Word (.docx) that was written elsewhere.

        Paragraphs, headings, lists, quotes and footnotes come in; the answer tells what did not,
        in words. Nothing of the file is kept but the draft.
        """
        data, preview = request.get_data(), args.pop("preview")
        asked = word.WordImportAsked(**args)
        return word.take_in(current_actor(), coalition_id, data, asked, preview=preview)


@blueprint.route("/consultations/<uuid:consultation_id>/word-files")
class WordFiles(MethodView):
    @received(DOCX, max_bytes=MOST_BYTES, examples=WORD)
    @blueprint.arguments(WordFileArgs, location="query")
    @blueprint.response(201, WordFileReportOut)
    def post(self, asked: WordFileAsked, consultation_id: UUID) -> WordFileReport:
        """Take in a file of Word that went out and came back, as a coordinator.

        Its changes, tracked or not, become suggestions, and its comments comments: of the member
        that sent it, or of nobody. The same file twice makes nothing twice.
        """
        data = request.get_data()
        return returns.take_from_coordinator(current_actor(), consultation_id, data, asked)


@blueprint.route("/public/consultations/<string:secret>/word-files")
class PublicWordFiles(MethodView):
    @received(DOCX, max_bytes=MOST_BYTES, examples=WORD)
    @blueprint.arguments(OwnWordFileArgs, location="query")
    @blueprint.response(201, WordFileReportOut)
    def post(self, asked: WordFileAsked, secret: str) -> WordFileReport:
        """Send back the file of Word of the text that you are asked about, as you would have it.

        Your changes, tracked or not, become suggestions of yours, and your comments comments; the
        answer tells what could not. The same file twice makes nothing twice.
        """
        return returns.take_from_commenter(secret, request.get_data(), asked)


@blueprint.route("/statements/<uuid:statement_id>/export")
class Export(MethodView):
    @sent(YAML, JSON, schemas=SCHEMAS)
    @blueprint.arguments(ExportArgs, location="query")
    def get(self, args: dict[str, Any], statement_id: UUID) -> Response:
        """Export a revision as a portable document: whole for coordinators, else redacted."""
        document = service.give_out(current_actor(), statement_id, args["revision"])
        return body_of(*writing.as_file(document, args["format"], document["slug"]))
