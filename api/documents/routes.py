"""The addresses of documents."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any
from uuid import UUID

from flask import Response, jsonify, redirect, request
from flask.views import MethodView
from werkzeug.wrappers import Response as AnyResponse

from api.accounts.routes import PROMISED, current_actor, promised
from api.accounts.schemas import JobOut
from api.assemblies.service import Choice, Origin
from api.documents import service
from api.documents.rules.rendering import CONTENT_TYPES, ENDINGS, Format
from api.documents.schemas import (
    FILES,
    CompendiumArgs,
    ConsultedDocumentArgs,
    DiffDocumentArgs,
    DocumentArgs,
    DraftDocumentArgs,
    DraftLengthOut,
    TemplatePreviewIn,
)
from api.documents.service import (
    DocumentSpec,
    compendium,
    consulted,
    diffs,
    lengths,
    previews,
    public,
)
from api.documents.service.compendium import CompendiumFormat
from api.infra.background.jobs import Job
from api.portable.rules import writing
from api.portable.schemas import DRAFT
from api.signing.routes import let_sites_read
from api.signing.schemas import AcceptedOut
from api.web.etags import let_caches_keep, sends_tag, tag, tag_content
from api.web.files import WARNED, body_of, sent, warned
from api.web.openapi.headers import WARNINGS, sends
from api.web.openapi.shapes import refer
from api.web.rest import Blueprint

blueprint = Blueprint("documents", __name__, url_prefix="/v1", description="Statements, printed.")
YAML, JSON = "application/yaml", "application/json"
blueprint.after_request(let_sites_read)
JOB = "A job: it is too long to wait for."
TYPES = tuple(kind.partition(";")[0] for kind in CONTENT_TYPES.values())


@blueprint.route("/statements/<uuid:statement_id>/document")
class StatementDocument(MethodView):
    @sent(*TYPES, headers=sends("Content-Location", WARNINGS))
    @blueprint.alt_response(202, schema=JobOut, headers=PROMISED, description=JOB)
    @blueprint.arguments(DocumentArgs, location="query")
    @sends_tag
    def get(self, args: dict[str, Any], statement_id: UUID) -> Response:
        """Print a statement with the signatories that its public may see.

        With more than 200 signatures it becomes a job, unless it was printed before: ask the job
        at `Location` until it is done, then get the URL in its result.
        """
        is_known = request.if_none_match.contains_weak
        found = service.document(current_actor(), statement_id, DocumentSpec(**args), is_known)
        answer = _answered(found)
        if isinstance(found, service.Document):
            place = f"/v1/statements/{statement_id}/documents/{found.key}"
            answer.headers["Content-Location"] = place
        return answer


@blueprint.route("/statements/<uuid:statement_id>/documents/<string:key>")
class KeptDocument(MethodView):
    @sent(*TYPES, headers=WARNED)
    @blueprint.alt_response(202, schema=JobOut, headers=PROMISED, description=JOB)
    @sends_tag
    def get(self, statement_id: UUID, key: str) -> Response:
        """Give a document as it was printed; 410 once a name in it was taken back.

        Its key is the ETag that it was printed with; `Content-Location` says its address.
        """
        return _answered(service.printed(current_actor(), statement_id, key))


@blueprint.route("/public/statements/<string:address>/document")
class PublicDocument(MethodView):
    @sent(TYPES[0])
    @blueprint.alt_response(
        202, schema=AcceptedOut, headers=sends("Retry-After"), description="It is being printed."
    )
    @blueprint.alt_response(
        303,
        headers=sends("Location"),
        description="The same, to a browser: a page that waits for it.",
    )
    @sends_tag
    def get(self, address: str) -> AnyResponse:
        """Give a published statement's PDF to everybody, with those who may be seen in it."""
        read = public.published(address, request.if_none_match.contains_weak)
        let_caches_keep(is_sensitive=read.is_sensitive)
        found = read.found
        # A browser asks for a page before all else; Chromium's list ends with a more special type.
        as_page = request.accept_mimetypes.best_match([JSON, "text/html"]) == "text/html"
        if found is None and as_page:
            return _not_yet(redirect(f"/s/{address}/document", HTTPStatus.SEE_OTHER))
        if found is None:
            answer = jsonify({"message": "It is being printed. Ask again in some seconds."})
            answer.status_code = HTTPStatus.ACCEPTED
            answer.headers["Retry-After"] = "5"
            return _not_yet(answer)
        return _answered(found)


def _not_yet(answer: AnyResponse) -> AnyResponse:
    """Have caches ask again for what is being printed; it tells people and programs apart."""
    answer.headers["Cache-Control"] = "no-store"
    answer.vary.add("Accept")
    return answer


@blueprint.route("/public/consultations/<string:secret>/document")
class ConsultedDocument(MethodView):
    @sent(*TYPES)
    @blueprint.arguments(ConsultedDocumentArgs, location="query")
    @sends_tag
    def get(self, args: dict[str, Any], secret: str) -> Response:
        """Give the text for which comments are asked to who is asked, by their link."""
        return _answered(consulted.document(secret, args["format"]))


@blueprint.route("/statements/<uuid:statement_id>/draft/document")
class DraftDocument(MethodView):
    @sent(*TYPES, headers=WARNED)
    @blueprint.arguments(DraftDocumentArgs, location="query")
    @sends_tag
    def get(self, args: dict[str, Any], statement_id: UUID) -> Response:
        """Print a statement's draft, marked as one on every page, without signatories.

        Whom it names though they were released or have died stands in a header.
        """
        return _answered(previews.preview(current_actor(), statement_id, DocumentSpec(**args)))


@blueprint.route("/statements/<uuid:statement_id>/draft/length")
class LengthOfDraft(MethodView):
    @blueprint.response(200, DraftLengthOut)
    @sends_tag
    def get(self, statement_id: UUID) -> lengths.DraftLength:
        """Count the words and pages of a draft, beside the most that its recipient takes."""
        tag_content()
        return lengths.draft_length(current_actor(), statement_id)


@blueprint.route("/statements/<uuid:statement_id>/diff/document")
class DiffDocument(MethodView):
    @sent(TYPES[0], "text/html")
    @blueprint.arguments(DiffDocumentArgs, location="query")
    @sends_tag
    def get(self, args: dict[str, Any], statement_id: UUID) -> Response:
        """Print what two texts of a statement differ by, in the language of the text after."""
        before, after, form = args["before"], args["after"], args["format"]
        content, slug = diffs.printed_diff(current_actor(), statement_id, before, after, form)
        tag_content()
        answer = body_of(content, CONTENT_TYPES[Format(form)])
        name = f"{slug}-changes.{ENDINGS[Format(form)]}"
        answer.headers.set("Content-Disposition", "inline", filename=name)
        return answer


@blueprint.route("/consultations/<uuid:consultation_id>/compendium")
class CompendiumDocument(MethodView):
    @sent(*(CONTENT_TYPES[Format(each)].partition(";")[0] for each in CompendiumFormat))
    @blueprint.arguments(CompendiumArgs, location="query")
    @sends_tag
    def get(self, args: dict[str, Any], consultation_id: UUID) -> Response:
        """Print all suggestions and comments with their answers, by the order of the text.

        It is in the language of the text, and says on each page for whom it is. Editors read no
        names in it. What names somebody who may not be named is not printed.
        """
        form = args["format"]
        content, slug = compendium.printed(
            current_actor(), consultation_id, form, args["audience"], args["revision"]
        )
        tag_content()
        answer = body_of(content, CONTENT_TYPES[Format(form)])
        name = f"{slug}-suggestions.{ENDINGS[Format(form)]}"
        answer.headers.set("Content-Disposition", "inline", filename=name)
        return answer


@blueprint.route("/coalitions/<uuid:coalition_id>/template-previews")
class TemplatePreviews(MethodView):
    @sent(*TYPES, YAML, JSON, schemas=dict.fromkeys((YAML, JSON), refer(DRAFT)), headers=WARNED)
    @blueprint.arguments(TemplatePreviewIn)
    @sends_tag
    def post(self, given: dict[str, Any], coalition_id: UUID) -> Response:
        """Show what a template gives, marked as a draft on every page; nothing is stored.

        Its warnings stand in a header: who was left out, for example, since they were released.
        """
        form = given["format"]
        found = previews.template_preview(
            current_actor(),
            coalition_id,
            Origin(given["template_id"], given["built_in"], given["source"]),
            given["facts"],
            Choice(**given["demands"]),
            given["theme"],
            None if form in FILES else Format(form),
        )
        if isinstance(found, service.Document):
            return _answered(found)
        answer = body_of(*writing.as_file(found.document, form, found.document["slug"]))
        return warned(answer, found.warnings)


def _answered(found: service.Document | Job | str) -> Response:
    """Answer with a document, with the job that prints it, or with the key of what one has."""
    if isinstance(found, Job):
        return promised(found)
    if isinstance(found, str):
        tag(found)
        return Response(status=304)
    tag(found.key)
    answer = body_of(found.content, CONTENT_TYPES[found.format])
    name = f"{found.slug}.{ENDINGS[found.format]}"
    answer.headers.set("Content-Disposition", "inline", filename=name)
    return warned(answer, found.warnings)
