"""The addresses of moderation, retention, and what is kept of people."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any
from uuid import UUID

from flask.views import MethodView

from api.accounts.routes import POLL_SECONDS, PROMISED, current_actor
from api.infra.database.paging import Page, PageRequest
from api.moderation import schemas
from api.moderation.schemas.data import SignatoryDataOut
from api.moderation.service import blocks, invalidation, persons, queue, retention, trends
from api.moderation.service.queue import Decision
from api.signatures.schemas import SignatureOut
from api.signatures.service.rows import SignatureView
from api.web.etags import tagged_by
from api.web.paging import paginated
from api.web.rest import Blueprint

JOB = "A job, at `Location`: they are too many to wait for."
ABOUT = "Which signatures count, and how long it is known who gave them."
blueprint = Blueprint("moderation", __name__, url_prefix="/v1", description=ABOUT)
_tagged = tagged_by("etag")


@blueprint.route("/coalitions/<uuid:coalition_id>/blocks")
class Blocks(MethodView):
    @paginated(blueprint, schemas.BlockOut)
    def get(self, args: dict[str, PageRequest], coalition_id: UUID) -> Page[blocks.BlockView]:
        """List what a coalition does not let sign, newest first."""
        return blocks.of_coalition(current_actor(), coalition_id, args["page"])

    @blueprint.arguments(schemas.BlockIn)
    @blueprint.response(201, schemas.BlockOut)
    def post(self, facts: dict[str, Any], coalition_id: UUID) -> blocks.BlockView:
        """Block an address, a domain or names."""
        return blocks.add(current_actor(), coalition_id, facts)


@blueprint.route("/blocks/<uuid:block_id>")
class OneBlock(MethodView):
    @blueprint.response(204)
    def delete(self, block_id: UUID) -> None:
        """Take a block off the list; what it kept out stays out."""
        blocks.remove(current_actor(), block_id)


@blueprint.route("/statements/<uuid:statement_id>/moderation-queue")
class QueueView(MethodView):
    @paginated(blueprint, schemas.HeldOut)
    def get(self, args: dict[str, PageRequest], statement_id: UUID) -> Page[queue.HeldView]:
        """List the signatures that wait for a coordinator, the oldest day first."""
        return queue.waiting(current_actor(), statement_id, args["page"])


@blueprint.route("/signatures/<uuid:signature_id>/approval")
class Approval(MethodView):
    @blueprint.response(200, SignatureOut)
    @_tagged
    def post(self, signature_id: UUID) -> SignatureView:
        """Let a signature count that was held or rejected."""
        return queue.decide(current_actor(), signature_id, Decision.APPROVE)


@blueprint.route("/signatures/<uuid:signature_id>/rejection")
class Rejection(MethodView):
    @blueprint.arguments(schemas.RejectionIn)
    @blueprint.response(200, SignatureOut)
    @_tagged
    def post(self, given: dict[str, str], signature_id: UUID) -> SignatureView:
        """Turn a signature of the public page away: it does not count.

        Who gave it is known for 90 days more, so that a mistake can be mended. No letter tells.
        """
        actor, reason = current_actor(), given["reason"]
        return queue.decide(actor, signature_id, Decision.REJECT, reason)


@blueprint.route("/statements/<uuid:statement_id>/moderation-decisions")
class Decisions(MethodView):
    @blueprint.arguments(schemas.DecisionIn)
    @blueprint.response(200, schemas.DecidedOut)
    def post(self, given: dict[str, Any], statement_id: UUID) -> Mapping[str, int]:
        """Approve or reject several signatures, or put them back into the queue; all or none."""
        wanted = given["ids"], given["decision"], given["reason"]
        return queue.decide_all(current_actor(), statement_id, *wanted)


@blueprint.route("/statements/<uuid:statement_id>/invalidations")
class Invalidations(MethodView):
    @paginated(blueprint, schemas.InvalidationOut)
    def get(
        self, args: dict[str, PageRequest], statement_id: UUID
    ) -> Page[invalidation.InvalidationView]:
        """List a statement's invalidations, newest first, also those that were undone."""
        return invalidation.of_statement(current_actor(), statement_id, args["page"])

    @blueprint.arguments(schemas.InvalidationArgs, location="query")
    @blueprint.arguments(schemas.InvalidationIn)
    @blueprint.response(200, schemas.InvalidationReportOut)
    @blueprint.alt_response(
        202, schema=schemas.InvalidationReportOut, headers=PROMISED, description=JOB
    )
    def post(self, args: dict[str, bool], given: dict[str, Any], statement_id: UUID) -> object:
        """Take out of the count whom a rule means; `preview=true` only counts them."""
        actor = current_actor()
        if args["is_preview"]:
            return invalidation.preview(actor, statement_id, given["rule"])
        report = invalidation.invalidate(actor, statement_id, given["rule"], given["reason"])
        return _perhaps_promised(report, report.made)


@blueprint.route("/invalidations/<uuid:invalidation_id>")
class OneInvalidation(MethodView):
    @blueprint.response(200, schemas.InvalidationOut)
    def get(self, invalidation_id: UUID) -> invalidation.InvalidationView:
        """Show an invalidation."""
        return invalidation.one(current_actor(), invalidation_id)


@blueprint.route("/invalidations/<uuid:invalidation_id>/undoing")
class Undoing(MethodView):
    @blueprint.response(200, schemas.InvalidationOut)
    @blueprint.alt_response(202, schema=schemas.InvalidationOut, headers=PROMISED, description=JOB)
    def post(self, invalidation_id: UUID) -> object:
        """Bring back what an invalidation took out."""
        shown = invalidation.undo(current_actor(), invalidation_id)
        return _perhaps_promised(shown, shown)


@blueprint.route("/statements/<uuid:statement_id>/signing-trends")
class Trends(MethodView):
    @blueprint.response(200, schemas.TrendsOut)
    def get(self, statement_id: UUID) -> dict[str, object]:
        """Show how a statement was signed in the last 24 hours, so that an attack is seen."""
        return trends.trends(current_actor(), statement_id)


@blueprint.route("/statements/<uuid:statement_id>/retention")
class Retention(MethodView):
    @blueprint.response(200, schemas.RetentionOut)
    def get(self, statement_id: UUID) -> retention.Preview:
        """Show what of a statement will be forgotten, and when."""
        return retention.preview(current_actor(), statement_id)


@blueprint.route("/signatures/<uuid:signature_id>/data")
class Data(MethodView):
    @blueprint.response(200, SignatoryDataOut)
    def get(self, signature_id: UUID) -> dict[str, object]:
        """Give all that is kept of a signatory who asks for it (GDPR, Article 15)."""
        return persons.kept_of(current_actor(), signature_id)


def _perhaps_promised(answer: object, shown: invalidation.InvalidationView | None) -> object:
    """Return an answer, and where it takes a job say where that is."""
    if shown is None or shown.job is None:
        return answer
    where = {"Location": f"/v1/jobs/{shown.job.id}", "Retry-After": POLL_SECONDS}
    return answer, HTTPStatus.ACCEPTED, where
