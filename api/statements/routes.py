"""The addresses of statements and their revisions."""

from __future__ import annotations

import functools
from collections.abc import Callable
from http import HTTPStatus
from typing import Any, TypeVar, cast
from uuid import UUID

from flask.views import MethodView

from api.accounts.routes import current_actor
from api.infra.database.paging import Page, PageRequest
from api.infra.database.transactions import Stale
from api.portable.rules.length import Bounds
from api.statements import schemas, service
from api.statements.models import Revision, Statement, Weight
from api.statements.rules import WeightClaim
from api.statements.schemas.diffs import DiffArgs, DiffOut, StaleDraftOut
from api.statements.service import bounds, diffs, merging, past, work
from api.web.etags import needs_match, sends_tag, tag, tag_content, tagged, tagged_by
from api.web.openapi.headers import LINK, sends
from api.web.paging import paged, paginated
from api.web.problems import CONTENT_TYPE
from api.web.rest import Blueprint

_View = TypeVar("_View", bound=Callable[..., object])
_SINCE = StaleDraftOut(only=("etag", "since"))
blueprint = Blueprint("statements", __name__, url_prefix="/v1", description="Texts with a life.")
_tagged = tagged_by("statement.version")


def tells_what_changed(view: _View) -> _View:
    """Have a view that finds a statement changed say what changed of its draft meanwhile."""

    @functools.wraps(view)
    def told(*args: object, **named: Any) -> object:
        try:
            return view(*args, **named)
        except Stale as stale:
            whose = named["statement_id"], named["expected"]
            since = merging.changed_since(current_actor(), *whose)
            stale.extensions = _SINCE.dump(since)
            raise

    described = blueprint.alt_response(
        HTTPStatus.PRECONDITION_FAILED,
        schema=StaleDraftOut,
        content_type=CONTENT_TYPE,
        description="It has changed since you read it: this is how.",
    )
    return cast("_View", described(told))


@blueprint.route("/coalitions/<uuid:coalition_id>/statements")
class Statements(MethodView):
    @paginated(blueprint, schemas.StatementOut, schemas.StatementArgs)
    def get(self, args: dict[str, Any], coalition_id: UUID) -> Page[Statement]:
        """List a coalition's statements, newest first."""
        page = args.pop("page")
        sought = args.pop("q", None)
        return service.statements(current_actor(), coalition_id, page, args, sought)

    @blueprint.arguments(schemas.StatementIn)
    @blueprint.response(201, schemas.DraftOut)
    @_tagged
    def post(self, given: dict[str, Any], coalition_id: UUID) -> service.SavedStatement:
        """Begin a statement from a text of your own."""
        return service.begin(current_actor(), coalition_id, given["document"])


@blueprint.route("/cases/<uuid:case_id>/statements")
class CaseStatements(MethodView):
    @paginated(blueprint, schemas.StatementOut)
    def get(self, args: dict[str, PageRequest], case_id: UUID) -> Page[Statement]:
        """List the statements that name a case."""
        return service.naming(current_actor(), case_id, args["page"])


@blueprint.route("/demands/<uuid:demand_id>/statements")
class DemandStatements(MethodView):
    @paginated(blueprint, schemas.PastDemandOut)
    def get(self, args: dict[str, PageRequest], demand_id: UUID) -> Page[past.DemandAsked]:
        """List where a demand was asked, by its key: revisions, and drafts that add to them."""
        return past.of_demand(current_actor(), demand_id, args["page"])


@blueprint.route("/coalitions/<uuid:coalition_id>/past-demands")
class PastDemands(MethodView):
    @blueprint.arguments(schemas.PastDemandArgs, location="query")
    @blueprint.response(200, schemas.PastDemandsOut)
    def get(self, args: dict[str, Any], coalition_id: UUID) -> dict[str, list[past.DemandAsked]]:
        """Find what a coalition's texts asked in words like these, the likest first.

        They say nearly half of what the words weigh, or more.
        """
        q, limit = args.pop("q"), args.pop("limit")
        return {"items": past.like(current_actor(), coalition_id, q, limit, args)}


@blueprint.route("/coalitions/<uuid:coalition_id>/work-list")
class WorkList(MethodView):
    @blueprint.arguments(schemas.WorkArgs, location="query")
    @blueprint.response(200, schemas.WorkOut, headers=sends(LINK))
    def get(
        self, args: dict[str, Any], coalition_id: UUID
    ) -> tuple[dict[str, object], int, dict[str, str]]:
        """List what waits for work, the longest first: cases, demands and drafts.

        A case that was not verified for days, or ever, and is neither released nor deceased; a
        demand that is open or partly met and whose status did not change for days, or that asks
        for the release of people who all are free or dead; a draft that says another status of a
        case than it has, or none since it changed, and when it opens for signing by itself.
        """
        wanted = args.pop("page")
        found = work.work(current_actor(), coalition_id, wanted, work.WorkFilter(**args))
        page, status, headers = paged(found.page)
        return {**page, "counts": found.counts}, status, headers


@blueprint.route("/statements/<uuid:statement_id>")
class OneStatement(MethodView):
    @blueprint.response(200, schemas.StatementOut)
    @tagged
    def get(self, statement_id: UUID) -> Statement:
        """Show a statement, without its text."""
        return service.statement(current_actor(), statement_id)

    @needs_match
    @blueprint.response(204)
    @tells_what_changed
    def delete(self, statement_id: UUID, expected: int) -> None:
        """Delete a draft that was never frozen."""
        service.remove(current_actor(), statement_id, expected)


@blueprint.route("/statements/<uuid:statement_id>/bounds")
class StatementBounds(MethodView):
    @blueprint.response(200, schemas.BoundsOut)
    @sends_tag
    def get(self, statement_id: UUID) -> Bounds:
        """Show how long the recipient of a statement lets it be."""
        return _bounds(bounds.bounds(current_actor(), statement_id))

    @needs_match
    @blueprint.arguments(schemas.BoundsIn)
    @blueprint.response(200, schemas.BoundsOut)
    @tells_what_changed
    @sends_tag
    def put(self, given: dict[str, Any], statement_id: UUID, expected: int) -> Bounds:
        """Say how many words and pages a statement may have; drafts and freezing warn of more."""
        return _bounds(bounds.put(current_actor(), statement_id, expected, Bounds(**given)))


def _bounds(statement: Statement) -> Bounds:
    tag(statement.version)
    return statement.bounds


@blueprint.route("/statements/<uuid:statement_id>/draft")
class Draft(MethodView):
    @blueprint.response(200, schemas.DraftOut)
    @_tagged
    def get(self, statement_id: UUID) -> service.SavedStatement:
        """Show a statement's draft; what may not be named is in it for coordinators only."""
        return service.draft(current_actor(), statement_id)

    @needs_match
    @blueprint.arguments(schemas.SavingArgs, location="query")
    @blueprint.arguments(schemas.StatementIn)
    @blueprint.response(200, schemas.DraftOut)
    @tells_what_changed
    @_tagged
    def put(
        self, args: dict[str, Any], given: dict[str, Any], statement_id: UUID, expected: int
    ) -> service.SavedStatement:
        """Replace a statement's draft; it is checked whole, and refused with every fault.

        Where somebody was faster, 412 says what changed since; `?merge=true` puts both together.
        """
        document, merges = given["document"], args["merge"]
        return service.save(current_actor(), statement_id, expected, document, merges=merges)


@blueprint.route("/statements/<uuid:statement_id>/revisions")
class Revisions(MethodView):
    @paginated(blueprint, schemas.RevisionRowOut)
    def get(self, args: dict[str, PageRequest], statement_id: UUID) -> Page[Revision]:
        """List a statement's revisions, newest first."""
        return service.revisions(current_actor(), statement_id, args["page"])

    @needs_match
    @blueprint.arguments(schemas.RevisionIn)
    @blueprint.response(201, schemas.FrozenOut)
    @tells_what_changed
    def post(self, given: dict[str, Any], statement_id: UUID, expected: int) -> service.Frozen:
        """Freeze the draft, in the version that you read, as the next revision.

        Of a text that is published or opens for signing it is public: those whom it names though
        they were released or have died are to be confirmed, as where it is published, and so is
        each member that did not approve and that the text did not name before.

        What changes a demand, a number, a date, a name or a negation is not editorial: 409 points
        at each, unless an owner sends the `reason` for which it is.
        """
        weight = Weight(given["weight"]) if given["weight"] else None
        claim = WeightClaim(weight, given["note"], given["reason"])
        confirmed = service.Confirmed(given["confirmed_cases"], given["confirmed_mentions"])
        return service.freeze(current_actor(), statement_id, expected, claim, confirmed)


@blueprint.route("/statements/<uuid:statement_id>/revisions/<int:number>")
class OneRevision(MethodView):
    @blueprint.response(200, schemas.RevisionOut)
    @sends_tag
    def get(self, statement_id: UUID, number: int) -> Revision:
        """Show a revision: what was signed."""
        found = service.revision(current_actor(), statement_id, number)
        tag(found.sha256)
        return found


@blueprint.route("/statements/<uuid:statement_id>/diff")
class DiffOfTexts(MethodView):
    @blueprint.arguments(DiffArgs, location="query")
    @blueprint.response(200, DiffOut)
    @sends_tag
    def get(self, args: dict[str, Any], statement_id: UUID) -> diffs.Diff:
        """Show what a revision, or the draft, changes of a revision before it."""
        tag_content()
        return diffs.diff(current_actor(), statement_id, args["before"], args["after"])


@blueprint.route("/statements/<uuid:statement_id>/transitions")
class Transitions(MethodView):
    @needs_match
    @blueprint.arguments(schemas.TransitionIn)
    @blueprint.response(200, schemas.MovedOut)
    @tells_what_changed
    @sends_tag
    def post(self, given: dict[str, Any], statement_id: UUID, expected: int) -> service.Moved:
        """Move a statement on: to review, back to draft, to be published, and after.

        A text that names people who were released or have died since is published where each is
        confirmed, so that it asks for nobody's freedom by mistake; and so is one that names members
        which did not approve it, or says how many organisations stand behind it and errs.
        """
        wanted = given["state"]
        confirmed = service.Confirmed(given["confirmed_cases"], given["confirmed_mentions"])
        moved = service.move(current_actor(), statement_id, expected, wanted, confirmed)
        tag(moved.statement.version)
        return moved
