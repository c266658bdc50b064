"""The addresses of organisations, of who may commit them, and of the directory."""

from __future__ import annotations

from functools import partial
from typing import Any
from uuid import UUID

from flask import Response, request
from flask.views import MethodView

from api.accounts.routes import current_actor
from api.infra.database.paging import Page, PageRequest
from api.infra.pdf import pictures
from api.infra.tables.layouts import Imported
from api.organisations import schemas, service
from api.organisations.models import Organisation
from api.organisations.rules import importing
from api.organisations.rules.contacts import CONTACTS
from api.organisations.service import imports
from api.organisations.service.contacts import ContactImport
from api.web.etags import needs_match, sends_tag, tag, tagged, tagged_by
from api.web.files import body_of, received, sent
from api.web.paging import paginated
from api.web.rest import Blueprint
from api.web.table_schemas import Reading
from api.web.tables import CSV, as_csv, imported, takes_import

blueprint = Blueprint("organisations", __name__, url_prefix="/v1", description="NGOs.")
_tagged = tagged_by("representative.version")


@blueprint.route("/directory")
class Directory(MethodView):
    @paginated(blueprint, schemas.EntryOut, schemas.SearchArgs)
    def get(self, args: dict[str, Any]) -> Page[Organisation]:
        """Search the organisations that coalitions have made public."""
        return service.directory(args["page"], args.get("q"))


@blueprint.route("/coalitions/<uuid:coalition_id>/organisations")
class OrganisationsView(MethodView):
    @paginated(blueprint, schemas.OrganisationOut, schemas.SearchArgs)
    def get(self, args: dict[str, Any], coalition_id: UUID) -> Page[Organisation]:
        """List or search a coalition's organisations."""
        page, sought = args["page"], args.get("q")
        return service.of_coalition(current_actor(), coalition_id, page, sought)

    @blueprint.arguments(schemas.OrganisationIn)
    @blueprint.response(201, schemas.OrganisationOut)
    @tagged
    def post(self, facts: dict[str, object], coalition_id: UUID) -> Organisation:
        """Enter an organisation."""
        return service.enter(current_actor(), coalition_id, facts)


@blueprint.route("/coalitions/<uuid:coalition_id>/organisations.csv")
class OrganisationTable(MethodView):
    @sent(CSV)
    def get(self, coalition_id: UUID) -> Response:
        """Give a coalition's organisations as a table that can be imported again."""
        names, batches = imports.given_out(current_actor(), coalition_id)
        columns, cells_of = importing.columns_of(names), partial(importing.cells_of, names=names)
        return as_csv("organisations", columns, batches, cells_of)


@blueprint.route("/coalitions/<uuid:coalition_id>/organisation-imports")
class OrganisationImports(MethodView):
    @takes_import(blueprint, schemas.ORGANISATION_EXAMPLE, schemas.ORGANISATION_TABLE)
    def post(self, reading: Reading, coalition_id: UUID) -> Imported:
        """Bring a table of organisations together with those that are there."""
        how, layout = reading.how, importing.ORGANISATIONS
        table = imports.OrganisationImport(current_actor(), coalition_id, how)
        return imported(
            how.file, layout, schemas.OrganisationLineIn(), table.take_in, reading.columns
        )


@blueprint.route("/coalitions/<uuid:coalition_id>/representative-imports")
class RepresentativeImports(MethodView):
    @takes_import(blueprint, schemas.COMMITTER_EXAMPLE, schemas.COMMITTER_TABLE)
    def post(self, reading: Reading, coalition_id: UUID) -> Imported:
        """Bring a table of who may commit organisations together with who is there."""
        how, layout = reading.how, importing.REPRESENTATIVES
        table = imports.RepresentativeImport(current_actor(), coalition_id, how)
        return imported(how.file, layout, schemas.CommitterLineIn(), table.take_in, reading.columns)


@blueprint.route("/coalitions/<uuid:coalition_id>/contact-imports")
class ContactImports(MethodView):
    @takes_import(blueprint, schemas.CONTACT_EXAMPLE, schemas.CONTACT_TABLE)
    def post(self, reading: Reading, coalition_id: UUID) -> Imported:
        """Bring a table of organisations and who may commit them together with what is there."""
        how, layout = reading.how, CONTACTS
        table = ContactImport(current_actor(), coalition_id, how)
        return imported(how.file, layout, schemas.ContactLineIn(), table.take_in, reading.columns)


@blueprint.route("/coalitions/<uuid:coalition_id>/directory-uses")
class DirectoryUses(MethodView):
    @blueprint.arguments(schemas.EntryUseIn)
    @blueprint.response(201, schemas.OrganisationOut)
    @tagged
    def post(self, given: dict[str, UUID], coalition_id: UUID) -> Organisation:
        """Copy a public entry of the directory into an entry of your own."""
        return service.use(current_actor(), coalition_id, given["entry_id"])


@blueprint.route("/organisations/<uuid:organisation_id>")
class OneOrganisation(MethodView):
    @blueprint.response(200, schemas.OrganisationOut)
    @tagged
    def get(self, organisation_id: UUID) -> Organisation:
        """Show an organisation."""
        return service.organisation(current_actor(), organisation_id)

    @needs_match
    @blueprint.arguments(schemas.OrganisationIn(partial=True))
    @blueprint.response(200, schemas.OrganisationOut)
    @tagged
    def patch(
        self, changes: dict[str, object], organisation_id: UUID, expected: int
    ) -> Organisation:
        """Change some of an organisation's facts."""
        return service.change(current_actor(), organisation_id, expected, changes)

    @needs_match
    @blueprint.response(204)
    def delete(self, organisation_id: UUID, expected: int) -> None:
        """Take an organisation out; what it signed stays."""
        service.remove(current_actor(), organisation_id, expected)


@blueprint.route("/organisations/<uuid:organisation_id>/logo")
class OrganisationLogo(MethodView):
    @sent(pictures.PNG, pictures.SVG)
    @sends_tag
    def get(self, organisation_id: UUID) -> Response:
        """Give an organisation's logo."""
        organisation, picture, kind = service.LOGOS.one(current_actor(), organisation_id)
        tag(organisation.version)
        return body_of(picture, kind)

    @needs_match
    @received(pictures.PNG, pictures.SVG, max_bytes=pictures.MAX_BYTES)
    @blueprint.response(200, schemas.OrganisationOut)
    @tagged
    def put(self, organisation_id: UUID, expected: int) -> Organisation:
        """Give an organisation its logo: a PNG, or an SVG, which is made safe."""
        data = request.get_data()
        return service.LOGOS.put(current_actor(), organisation_id, expected, data)

    @needs_match
    @blueprint.response(204)
    def delete(self, organisation_id: UUID, expected: int) -> None:
        """Take an organisation's logo away."""
        service.LOGOS.drop(current_actor(), organisation_id, expected)


@blueprint.route("/organisations/<uuid:organisation_id>/representatives")
class RepresentativesView(MethodView):
    @paginated(blueprint, schemas.CommitterOut)
    def get(self, args: dict[str, PageRequest], organisation_id: UUID) -> Page[service.Represented]:
        """List who may commit an organisation, and who could until they left."""
        return service.representatives(current_actor(), organisation_id, args["page"])

    @blueprint.arguments(schemas.CommitterIn)
    @blueprint.response(201, schemas.CommitterOut)
    @_tagged
    def post(self, facts: dict[str, object], organisation_id: UUID) -> service.Represented:
        """Enter a person who may commit an organisation."""
        return service.add_representative(current_actor(), organisation_id, facts)


@blueprint.route("/representatives/<uuid:representative_id>")
class OneRepresentative(MethodView):
    @blueprint.response(200, schemas.CommitterOut)
    @_tagged
    def get(self, representative_id: UUID) -> service.Represented:
        """Show a representative."""
        return service.representative(current_actor(), representative_id)

    @needs_match
    @blueprint.arguments(schemas.CommitterIn(partial=True))
    @blueprint.response(200, schemas.CommitterOut)
    @_tagged
    def patch(
        self, changes: dict[str, object], representative_id: UUID, expected: int
    ) -> service.Represented:
        """Change what is known of a representative; `left_on` ends what they may."""
        actor = current_actor()
        return service.change_representative(actor, representative_id, expected, changes)
