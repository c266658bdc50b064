"""The addresses of demand lists, demands, their order and history."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response
from flask.views import MethodView

from api.accounts.routes import current_actor
from api.cases.service import Recorded
from api.demands import rules, schemas, service
from api.demands.models import DemandList
from api.demands.service import tables
from api.infra.database.paging import Page, PageRequest
from api.infra.tables.reports import How, Report
from api.web.etags import needs_match, tagged, tagged_by
from api.web.files import sent
from api.web.paging import paginated
from api.web.rest import Blueprint
from api.web.tables import CSV, JSON, as_csv, as_json, imported, takes_import

blueprint = Blueprint("demands", __name__, url_prefix="/v1", description="What is asked.")
_tagged = tagged_by("demand.version")
_whole = tagged_by("demand_list.version")


@blueprint.route("/coalitions/<uuid:coalition_id>/demand-lists")
class DemandLists(MethodView):
    @paginated(blueprint, schemas.DemandListOut)
    def get(self, args: dict[str, PageRequest], coalition_id: UUID) -> Page[DemandList]:
        """List a coalition's demand lists in order."""
        return service.lists(current_actor(), coalition_id, args["page"])

    @blueprint.arguments(schemas.DemandListIn)
    @blueprint.response(201, schemas.WholeDemandListOut)
    @_whole
    def post(self, subject: dict[str, object], coalition_id: UUID) -> service.WholeDemandList:
        """Start a list of what is asked of a country or a party."""
        return service.start_list(current_actor(), coalition_id, subject)


@blueprint.route("/coalitions/<uuid:coalition_id>/demand-list-order")
class DemandListOrder(MethodView):
    @blueprint.response(200, schemas.DemandOrderSchema)
    @tagged
    def get(self, coalition_id: UUID) -> service.Order:
        """Show the order of a coalition's demand lists."""
        return service.order_of_lists(current_actor(), coalition_id)

    @needs_match
    @blueprint.arguments(schemas.DemandOrderSchema)
    @blueprint.response(200, schemas.DemandOrderSchema)
    @tagged
    def put(self, given: dict[str, list[UUID]], coalition_id: UUID, expected: int) -> service.Order:
        """Put a coalition's demand lists in another order."""
        ids = given["ids"]
        return service.order_lists(current_actor(), coalition_id, expected, ids)


@blueprint.route("/demand-lists/<uuid:list_id>")
class OneDemandList(MethodView):
    @blueprint.response(200, schemas.WholeDemandListOut)
    @_whole
    def get(self, list_id: UUID) -> service.WholeDemandList:
        """Show a demand list with its demands in order."""
        return service.demand_list(current_actor(), list_id)

    @needs_match
    @blueprint.arguments(schemas.DemandListIn)
    @blueprint.response(200, schemas.WholeDemandListOut)
    @_whole
    def patch(
        self, subject: dict[str, object], list_id: UUID, expected: int
    ) -> service.WholeDemandList:
        """Change of whom a demand list asks."""
        return service.change_list(current_actor(), list_id, expected, subject)

    @needs_match
    @blueprint.response(204)
    def delete(self, list_id: UUID, expected: int) -> None:
        """Delete a demand list that is empty."""
        service.remove_list(current_actor(), list_id, expected)


@blueprint.route("/demand-lists/<uuid:list_id>/order")
class DemandOrder(MethodView):
    @blueprint.response(200, schemas.DemandOrderSchema)
    @tagged
    def get(self, list_id: UUID) -> service.Order:
        """Show the order of a list's demands."""
        return service.order_of_demands(current_actor(), list_id)

    @needs_match
    @blueprint.arguments(schemas.DemandOrderSchema)
    @blueprint.response(200, schemas.DemandOrderSchema)
    @tagged
    def put(self, given: dict[str, list[UUID]], list_id: UUID, expected: int) -> service.Order:
        """Put a list's demands in another order."""
        ids = given["ids"]
        return service.order_demands(current_actor(), list_id, expected, ids)


@blueprint.route("/demand-lists/<uuid:list_id>/demands")
class DemandsOfList(MethodView):
    @paginated(blueprint, schemas.DemandOut)
    def get(self, args: dict[str, PageRequest], list_id: UUID) -> Page[service.DemandWithCases]:
        """List a list's demands in order."""
        return service.of_list(current_actor(), list_id, args["page"])

    @blueprint.arguments(schemas.DemandIn(exclude=("list_id",)))
    @blueprint.response(201, schemas.DemandOut)
    @_tagged
    def post(self, facts: dict[str, object], list_id: UUID) -> service.DemandWithCases:
        """Add a demand at the end of a list."""
        return service.add(current_actor(), list_id, facts)


@blueprint.route("/coalitions/<uuid:coalition_id>/demands")
class Demands(MethodView):
    @paginated(blueprint, schemas.DemandOut, schemas.DemandArgs)
    def get(self, args: dict[str, Any], coalition_id: UUID) -> Page[service.DemandWithCases]:
        """List or search a coalition's demands."""
        return service.of_coalition(current_actor(), coalition_id, **args)


@blueprint.route("/coalitions/<uuid:coalition_id>/demands.csv")
class DemandTable(MethodView):
    @sent(CSV)
    def get(self, coalition_id: UUID) -> Response:
        """Give a coalition's demands as a table that can be imported again."""
        batches = tables.given_out(current_actor(), coalition_id)
        return as_csv("demands", rules.COLUMNS, batches, rules.cells_of)


@blueprint.route("/coalitions/<uuid:coalition_id>/demands.json")
class DemandsAsJson(MethodView):
    @sent(JSON, schemas={JSON: schemas.DemandTableSchema})
    def get(self, coalition_id: UUID) -> Response:
        """Give a coalition's demands as JSON that can be imported again."""
        return as_json("demands", tables.given_out(current_actor(), coalition_id))


@blueprint.route("/coalitions/<uuid:coalition_id>/demand-imports")
class DemandImports(MethodView):
    @takes_import(
        blueprint, schemas.EXAMPLES, schemas.TABLE, rules.MOST_BYTES, schemas.DemandTableSchema
    )
    def post(self, how: How, coalition_id: UUID) -> Report:
        """Bring a table of demands together with those that are there."""
        table = tables.DemandImport(current_actor(), coalition_id, how)
        return imported(how.file, rules.LAYOUT, schemas.DemandLineIn(), table.take_in)


@blueprint.route("/cases/<uuid:case_id>/demands")
class DemandsOfCase(MethodView):
    @paginated(blueprint, schemas.DemandOut)
    def get(self, args: dict[str, PageRequest], case_id: UUID) -> Page[service.DemandWithCases]:
        """List the demands that are about a case."""
        return service.of_case(current_actor(), case_id, args["page"])


@blueprint.route("/demands/<uuid:demand_id>")
class OneDemand(MethodView):
    @blueprint.response(200, schemas.DemandOut)
    @_tagged
    def get(self, demand_id: UUID) -> service.DemandWithCases:
        """Show a demand."""
        return service.demand(current_actor(), demand_id)

    @needs_match
    @blueprint.arguments(schemas.DemandIn(partial=True, exclude=("status",)))
    @blueprint.response(200, schemas.DemandOut)
    @_tagged
    def patch(
        self, changes: dict[str, object], demand_id: UUID, expected: int
    ) -> service.DemandWithCases:
        """Change some of a demand's facts, or move it to another list."""
        return service.change(current_actor(), demand_id, expected, changes)

    @needs_match
    @blueprint.response(204)
    def delete(self, demand_id: UUID, expected: int) -> None:
        """Delete a demand; texts keep the words that they had of it."""
        service.remove(current_actor(), demand_id, expected)


@blueprint.route("/demands/<uuid:demand_id>/status-changes")
class DemandStatusChanges(MethodView):
    @paginated(blueprint, schemas.DemandStatusChangeOut)
    def get(self, args: dict[str, PageRequest], demand_id: UUID) -> Page[Recorded]:
        """List what has become of a demand, the last recorded first."""
        return service.status_changes(current_actor(), demand_id, args["page"])

    @blueprint.arguments(schemas.DemandStatusChangeIn)
    @blueprint.response(201, schemas.DemandStatusChangeOut)
    def post(self, facts: dict[str, object], demand_id: UUID) -> Recorded:
        """Say what has become of a demand."""
        return service.change_status(current_actor(), demand_id, facts)
