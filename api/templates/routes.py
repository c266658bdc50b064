"""The addresses of templates."""

from __future__ import annotations

from uuid import UUID

from flask import Response, request
from flask.views import MethodView

from api.accounts.routes import current_actor
from api.infra.database.paging import Page, PageRequest
from api.portable.rules import writing
from api.templates import schemas, service
from api.templates.models import Template, TemplateVersion
from api.templates.rules.template import MAX_BYTES
from api.web.etags import needs_match, sends_tag, tag
from api.web.files import body_of, received, sent
from api.web.openapi.shapes import refer
from api.web.paging import paginated
from api.web.rest import Blueprint

blueprint = Blueprint(
    "templates", __name__, url_prefix="/v1", description="Texts with placeholders."
)
YAML, JSON = "application/yaml", "application/json"
EXAMPLES = {YAML: schemas.SOURCE, JSON: schemas.SOURCE}
SCHEMAS = dict.fromkeys((YAML, JSON), refer(schemas.TEMPLATE))
MOST_BYTES = 4 * MAX_BYTES  # a file has spaces and notes that a template has not


@blueprint.route("/built-in-templates")
class BuiltInTemplates(MethodView):
    @blueprint.response(200, schemas.BuiltInsOut)
    def get(self) -> dict[str, list[dict[str, object]]]:
        """List the templates that come with the product."""
        return {
            "items": [
                {"source": source, "facts_schema": service.facts_schema(source)}
                for source in service.built_in().values()
            ]
        }


@blueprint.route("/coalitions/<uuid:coalition_id>/templates")
class Templates(MethodView):
    @paginated(blueprint, schemas.TemplateRowOut)
    def get(self, args: dict[str, PageRequest], coalition_id: UUID) -> Page[Template]:
        """List a coalition's templates."""
        return service.templates(current_actor(), coalition_id, args["page"])

    @blueprint.arguments(schemas.TemplateIn)
    @blueprint.response(201, schemas.TemplateVersionOut)
    @sends_tag
    def post(self, given: dict[str, dict[str, object]], coalition_id: UUID) -> service.TemplateView:
        """Keep a template; it is checked before it is kept."""
        return _shown(service.keep(current_actor(), coalition_id, given["source"]))


@blueprint.route("/coalitions/<uuid:coalition_id>/built-in-template-uses")
class BuiltInTemplateUses(MethodView):
    @blueprint.arguments(schemas.BuiltInUseIn)
    @blueprint.response(201, schemas.TemplateVersionOut)
    @sends_tag
    def post(self, given: dict[str, str], coalition_id: UUID) -> service.TemplateView:
        """Copy a template that comes with the product, to be used and changed."""
        return _shown(service.use_built_in(current_actor(), coalition_id, given["built_in"]))


@blueprint.route("/templates/<uuid:template_id>")
class OneTemplate(MethodView):
    @blueprint.response(200, schemas.TemplateVersionOut)
    @sends_tag
    def get(self, template_id: UUID) -> service.TemplateView:
        """Show the newest version of a template, with the form of its facts."""
        return _shown(service.template(current_actor(), template_id))

    @needs_match
    @blueprint.arguments(schemas.TemplateIn)
    @blueprint.response(200, schemas.TemplateVersionOut)
    @sends_tag
    def put(
        self, given: dict[str, dict[str, object]], template_id: UUID, expected: int
    ) -> service.TemplateView:
        """Put a new version on a template; statements keep the one that they came from."""
        return _shown(service.change(current_actor(), template_id, expected, given["source"]))

    @needs_match
    @blueprint.response(204)
    def delete(self, template_id: UUID, expected: int) -> None:
        """Delete a template from which no statement came."""
        service.remove(current_actor(), template_id, expected)


@blueprint.route("/coalitions/<uuid:coalition_id>/template-files")
class TemplateFiles(MethodView):
    @received(YAML, JSON, max_bytes=MOST_BYTES, examples=EXAMPLES, schemas=SCHEMAS)
    @blueprint.response(201, schemas.TemplateVersionOut)
    @sends_tag
    def post(self, coalition_id: UUID) -> service.TemplateView:
        """Keep a template that comes as a file; it is checked before it is kept."""
        return _shown(service.keep_file(current_actor(), coalition_id, request.get_data()))


@blueprint.route("/templates/<uuid:template_id>/file")
class TemplateFile(MethodView):
    @sent(YAML, JSON, schemas=SCHEMAS)
    @blueprint.arguments(schemas.TemplateFileArgs, location="query")
    @sends_tag
    def get(self, args: dict[str, str], template_id: UUID) -> Response:
        """Give the newest version of a template as a file, to be read, edited and sent on."""
        version = service.template(current_actor(), template_id)
        tag(version.template.version)
        name, source = version.template.name, version.source
        return body_of(*writing.as_file(source, args["format"], name))

    @needs_match
    @received(YAML, JSON, max_bytes=MOST_BYTES, examples=EXAMPLES, schemas=SCHEMAS)
    @blueprint.response(200, schemas.TemplateVersionOut)
    @sends_tag
    def put(self, template_id: UUID, expected: int) -> service.TemplateView:
        """Put a new version on a template from a file."""
        data = request.get_data()
        return _shown(service.change_by_file(current_actor(), template_id, expected, data))


@blueprint.route("/templates/<uuid:template_id>/versions")
class TemplateVersions(MethodView):
    @paginated(blueprint, schemas.TemplateVersionOut)
    def get(self, args: dict[str, PageRequest], template_id: UUID) -> Page[service.TemplateView]:
        """List a template's versions, newest first."""
        page = service.versions(current_actor(), template_id, args["page"])
        return page.of(service.TemplateView)


def _shown(version: TemplateVersion) -> service.TemplateView:
    tag(version.template.version)
    return service.TemplateView(version)
