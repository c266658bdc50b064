"""The addresses of connectors: mailing tools, what they were told, and what they told us."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response
from flask.views import MethodView

from api.accounts.routes import PROMISED, current_actor, promised
from api.accounts.schemas import JobOut
from api.connectors import schemas, service
from api.connectors.models import PushFile
from api.connectors.service import files, listing, tools
from api.infra.database.paging import Page, PageRequest
from api.web.etags import needs_match, tagged_by
from api.web.files import body_of, sent
from api.web.paging import paginated
from api.web.rest import Blueprint
from api.web.tables import CSV, CSV_SENT

blueprint = Blueprint(
    "connectors", __name__, url_prefix="/v1", description="Mailing tools of organisations."
)
_tagged = tagged_by("etag")


@blueprint.route("/connector-kinds")
class Kinds(MethodView):
    @blueprint.response(200, schemas.KindsOut)
    def get(self) -> dict[str, object]:
        """List the kinds of tools that can be connected, and what each needs to know."""
        current_actor()
        items = [
            {
                "kind": kind,
                "name": tool.NAME,
                "reads_back": tool.READS,
                "fields_needed": tool.FIELDS,
            }
            for kind, tool in sorted(tools.kinds().items())
        ]
        return {"items": items}


@blueprint.route("/coalitions/<uuid:coalition_id>/connector-trials")
class Trials(MethodView):
    @blueprint.arguments(schemas.TrialIn)
    @blueprint.response(200, schemas.TrialOut)
    def post(self, given: dict[str, Any], coalition_id: UUID) -> service.Trial:
        """Find out whether a tool works, and which lists it has; nothing is kept."""
        return service.try_out(current_actor(), coalition_id, **given)


@blueprint.route("/coalitions/<uuid:coalition_id>/connectors")
class Connectors(MethodView):
    @paginated(blueprint, schemas.ConnectorOut)
    def get(self, args: dict[str, PageRequest], coalition_id: UUID) -> Page[service.ConnectorView]:
        """List a coalition's connectors, and how each does."""
        return service.of_coalition(current_actor(), coalition_id, args["page"])

    @blueprint.arguments(schemas.ConnectorIn)
    @blueprint.response(201, schemas.ConnectorOut)
    @_tagged
    def post(self, facts: dict[str, object], coalition_id: UUID) -> service.ConnectorView:
        """Connect a mailing tool of an organisation of the coalition.

        Those who agreed to the organisation's mailings are handed over: at first all, then each as
        they confirm. Whoever takes it back is unsubscribed, and who leaves there, here.
        """
        return service.add(current_actor(), coalition_id, facts)


@blueprint.route("/connectors/<uuid:connector_id>")
class OneConnector(MethodView):
    @blueprint.response(200, schemas.ConnectorOut)
    @_tagged
    def get(self, connector_id: UUID) -> service.ConnectorView:
        """Show a connector, and how it does."""
        return service.one(current_actor(), connector_id)

    @needs_match
    @blueprint.arguments(schemas.ConnectorChangeIn)
    @blueprint.response(200, schemas.ConnectorOut)
    @_tagged
    def patch(
        self, changes: dict[str, object], connector_id: UUID, expected: int
    ) -> service.ConnectorView:
        """Change, pause or resume a connector.

        `settings` are given whole; a secret that is left out stays, unless the address changes.
        """
        return service.change(current_actor(), connector_id, expected, changes)

    @needs_match
    @blueprint.arguments(schemas.RemovalArgs, location="query")
    @blueprint.response(204)
    def delete(self, args: dict[str, bool], connector_id: UUID, expected: int) -> None:
        """Disconnect a tool; those who are on its lists stay there."""
        service.remove(current_actor(), connector_id, expected, **args)


@blueprint.route("/connectors/<uuid:connector_id>/trials")
class ConnectorTrials(MethodView):
    @blueprint.response(200, schemas.TrialOut)
    def post(self, connector_id: UUID) -> service.Trial:
        """Find out whether a connector's tool works; if it does, go on at once."""
        return service.try_again(current_actor(), connector_id)


@blueprint.route("/connectors/<uuid:connector_id>/synchronisations")
class Synchronisations(MethodView):
    @blueprint.arguments(schemas.SynchronisationIn)
    @blueprint.response(202, JobOut, headers=PROMISED)
    def post(self, given: dict[str, bool], connector_id: UUID) -> Response:
        """Look who is missing at a tool and hand them over, by a job that tells how far it is."""
        return promised(service.synchronise(current_actor(), connector_id, **given))


@blueprint.route("/connectors/<uuid:connector_id>/read-backs")
class ReadBacks(MethodView):
    @blueprint.arguments(schemas.ReadBackIn)
    @blueprint.response(202, JobOut, headers=PROMISED)
    def post(self, given: dict[str, bool], connector_id: UUID) -> Response:
        """Ask a tool now who left; otherwise it is asked every hour."""
        return promised(service.read_back(current_actor(), connector_id, **given))


@blueprint.route("/connectors/<uuid:connector_id>/people")
class People(MethodView):
    @sent(CSV)
    @blueprint.arguments(schemas.PeopleArgs, location="query")
    def get(self, args: dict[str, str | None], connector_id: UUID) -> Response:
        """Give who is on a list of a tool, as a table that can be imported (owners).

        It is asked for in the tool at this moment, and nothing of it is kept. Up to 10,000 people.
        """
        table = listing.listed(current_actor(), connector_id, **args)
        return body_of(table.encode(), CSV_SENT, "people.csv")


@blueprint.route("/connectors/<uuid:connector_id>/pushes")
class Pushes(MethodView):
    @paginated(blueprint, schemas.PushOut, schemas.PushArgs)
    def get(self, args: dict[str, Any], connector_id: UUID) -> Page[service.ShownPush]:
        """List which signatures were handed over, or taken off, and how that went."""
        return service.pushes(current_actor(), connector_id, **args)


@blueprint.route("/connectors/<uuid:connector_id>/files")
class Files(MethodView):
    @paginated(blueprint, schemas.PushFileOut)
    def get(self, args: dict[str, PageRequest], connector_id: UUID) -> Page[PushFile]:
        """List the files that were written for a tool; each is kept for 30 days."""
        return files.of_connector(current_actor(), connector_id, args["page"])


@blueprint.route("/connector-files/<uuid:file_id>/file")
class OneFile(MethodView):
    @sent(CSV)
    def get(self, file_id: UUID) -> Response:
        """Fetch a file: a CSV of whom to subscribe and whom to take off."""
        content = files.fetch(current_actor(), file_id)
        return body_of(content, CSV_SENT, f"mailing-{file_id}.csv")
