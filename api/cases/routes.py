"""The addresses of cases and of the history of their status."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response
from flask.views import MethodView

from api.accounts.routes import current_actor
from api.cases import rules, schemas, service
from api.cases.service import tables
from api.infra.database.paging import Page, PageRequest
from api.infra.tables.reports import How, Report
from api.web.etags import needs_match, tagged_by
from api.web.files import sent
from api.web.paging import paginated
from api.web.rest import Blueprint
from api.web.tables import CSV, JSON, as_csv, as_json, imported, takes_import

blueprint = Blueprint("cases", __name__, url_prefix="/v1", description="For whom.")
_tagged = tagged_by("case.version")


@blueprint.route("/coalitions/<uuid:coalition_id>/cases")
class Cases(MethodView):
    @paginated(blueprint, schemas.CaseOut, schemas.CaseSearchArgs)
    def get(self, args: dict[str, Any], coalition_id: UUID) -> Page[service.CaseView]:
        """List or search a coalition's cases."""
        return service.of_coalition(current_actor(), coalition_id, **args)

    @blueprint.arguments(schemas.CaseIn)
    @blueprint.response(201, schemas.CaseOut)
    @_tagged
    def post(self, facts: dict[str, object], coalition_id: UUID) -> service.CaseView:
        """Enter a person or organisation at risk."""
        return service.enter(current_actor(), coalition_id, facts)


@blueprint.route("/coalitions/<uuid:coalition_id>/cases.csv")
class CaseTable(MethodView):
    @sent(CSV)
    def get(self, coalition_id: UUID) -> Response:
        """Give a coalition's cases as a table that can be imported again.

        Who a case is that may not be named stands in it for coordinators only.
        """
        batches = tables.given_out(current_actor(), coalition_id)
        return as_csv("cases", rules.COLUMNS, batches, rules.cells_of)


@blueprint.route("/coalitions/<uuid:coalition_id>/cases.json")
class CasesAsJson(MethodView):
    @sent(JSON, schemas={JSON: schemas.CaseTableSchema})
    def get(self, coalition_id: UUID) -> Response:
        """Give a coalition's cases as JSON that can be imported again.

        Who a case is that may not be named stands in it for coordinators only.
        """
        return as_json("cases", tables.given_out(current_actor(), coalition_id))


@blueprint.route("/coalitions/<uuid:coalition_id>/case-imports")
class CaseImports(MethodView):
    @takes_import(
        blueprint, schemas.EXAMPLES, schemas.TABLE, rules.MOST_BYTES, schemas.CaseTableSchema
    )
    def post(self, how: How, coalition_id: UUID) -> Report:
        """Bring a table of cases together with those that are there."""
        table = tables.CaseImport(current_actor(), coalition_id, how)
        return imported(how.file, rules.LAYOUT, schemas.CaseLineIn(), table.take_in)


@blueprint.route("/coalitions/<uuid:coalition_id>/case-verifications")
class CaseVerifications(MethodView):
    @blueprint.arguments(schemas.CaseVerificationIn)
    @blueprint.response(200, schemas.CaseVerificationOut)
    def post(self, given: dict[str, Any], coalition_id: UUID) -> dict[str, int]:
        """Say of many cases at once that what is known of them was verified."""
        number = service.verify(current_actor(), coalition_id, given["case_ids"], given["on"])
        return {"verified": number}


@blueprint.route("/cases/<uuid:case_id>")
class OneCase(MethodView):
    @blueprint.response(200, schemas.CaseOut)
    @_tagged
    def get(self, case_id: UUID) -> service.CaseView:
        """Show a case."""
        return service.case(current_actor(), case_id)

    @needs_match
    @blueprint.arguments(schemas.RehearsalArgs, location="query")
    @blueprint.arguments(schemas.CaseChangeIn(partial=True, exclude=("status",)))
    @blueprint.response(200, schemas.CaseChangedOut)
    @_tagged
    def patch(
        self, args: dict[str, bool], changes: dict[str, Any], case_id: UUID, expected: int
    ) -> service.CaseView:
        """Change some of a case's facts; its name can be taken back here.

        Then its label stands at once wherever the name stood. A preview shows each text before
        and after, and `labels` gives single places labels of their own. Of a name that was taken
        back before, a preview shows where labels stand in drafts and newest revisions, and
        `labels` changes them: a frozen text gets a successor, marked redaction.
        """
        labels = schemas.labels_of(changes.pop("labels", []))
        how = {"preview": args["preview"]}
        return service.change(current_actor(), case_id, expected, changes, labels, **how)

    @needs_match
    @blueprint.response(204)
    def delete(self, case_id: UUID, expected: int) -> None:
        """Delete a case that nothing is about."""
        service.remove(current_actor(), case_id, expected)


@blueprint.route("/cases/<uuid:case_id>/status-changes")
class CaseStatusChanges(MethodView):
    @paginated(blueprint, schemas.CaseStatusChangeOut)
    def get(self, args: dict[str, PageRequest], case_id: UUID) -> Page[service.Recorded]:
        """List what has become of a case, the last recorded first."""
        return service.status_changes(current_actor(), case_id, args["page"])

    @blueprint.arguments(schemas.CaseStatusChangeIn)
    @blueprint.response(201, schemas.CaseStatusChangeOut)
    def post(self, facts: dict[str, object], case_id: UUID) -> service.Recorded:
        """Say what has become of a case."""
        return service.change_status(current_actor(), case_id, facts)
