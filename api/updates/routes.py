"""The addresses of updates."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from flask import Response
from flask.views import MethodView

from api.accounts.routes import PROMISED, current_actor, promised
from api.accounts.schemas import JobOut
from api.infra.background.jobs import Job
from api.infra.database.paging import Page, PageRequest
from api.updates import schemas, service
from api.updates.models import Update
from api.web.etags import needs_match, tagged
from api.web.paging import paginated
from api.web.rest import Blueprint

JOB = "They are many: a job, at `Location`, whose result is what would stand here."
ABOUT = "What came of it, for those who signed and agreed to hear more."
blueprint = Blueprint("updates", __name__, url_prefix="/v1", description=ABOUT)


@blueprint.route("/statements/<uuid:statement_id>/updates")
class Updates(MethodView):
    @paginated(blueprint, schemas.UpdateOut)
    def get(self, args: dict[str, PageRequest], statement_id: UUID) -> Page[Update]:
        """List a statement's updates, newest first."""
        return service.of_statement(current_actor(), statement_id, args["page"])

    @blueprint.arguments(schemas.UpdateIn)
    @blueprint.response(201, schemas.UpdateOut)
    @tagged
    def post(self, facts: dict[str, object], statement_id: UUID) -> Update:
        """Write an update; nothing is sent yet."""
        return service.write(current_actor(), statement_id, facts)


@blueprint.route("/updates/<uuid:update_id>")
class OneUpdate(MethodView):
    @blueprint.response(200, schemas.UpdateOut)
    @tagged
    def get(self, update_id: UUID) -> Update:
        """Show an update."""
        return service.one(current_actor(), update_id)

    @needs_match
    @blueprint.arguments(schemas.UpdateIn(partial=True))
    @blueprint.response(200, schemas.UpdateOut)
    @tagged
    def patch(self, facts: dict[str, object], update_id: UUID, expected: int) -> Update:
        """Change an update that was not begun."""
        return service.change(current_actor(), update_id, expected, facts)

    @needs_match
    @blueprint.response(204)
    def delete(self, update_id: UUID, expected: int) -> None:
        """Delete an update that was not begun."""
        service.remove(current_actor(), update_id, expected)


@blueprint.route("/updates/<uuid:update_id>/preview")
class UpdatePreview(MethodView):
    @blueprint.arguments(schemas.UpdatePreviewArgs, location="query")
    @blueprint.response(200, schemas.UpdatePreviewOut)
    def get(self, args: dict[str, str], update_id: UUID) -> dict[str, object]:
        """Show the letter as who reads a language gets it, as HTML and as plain text."""
        language, letter = service.preview(current_actor(), update_id, args.get("language"))
        return {**vars(letter), "language": language}


@blueprint.route("/updates/<uuid:update_id>/tests")
class UpdateTests(MethodView):
    @blueprint.arguments(schemas.UpdateTestIn)
    @blueprint.response(202, schemas.UpdateTestOut)
    def post(self, given: dict[str, str | None], update_id: UUID) -> dict[str, str]:
        """Send the letter to yourself, as your role's address has it; to nobody else."""
        return {"language": service.try_out(current_actor(), update_id, given["language"])}


@blueprint.route("/updates/<uuid:update_id>/counts")
class UpdateCounts(MethodView):
    @blueprint.response(200, schemas.UpdateCountOut)
    @blueprint.alt_response(202, schema=JobOut, headers=PROMISED, description=JOB)
    def post(self, update_id: UUID) -> Mapping[str, object] | Response:
        """Count to whom it would go now, by language, and who is left out."""
        found = service.count(current_actor(), update_id)
        return promised(found) if isinstance(found, Job) else found


@blueprint.route("/updates/<uuid:update_id>/sending")
class UpdateSending(MethodView):
    @needs_match
    @blueprint.response(200, schemas.UpdateOut)
    @tagged
    def post(self, update_id: UUID, expected: int) -> Update:
        """Send it to all who agreed, each mailbox once. It can be changed no more."""
        return service.start(current_actor(), update_id, expected)


@blueprint.route("/updates/<uuid:update_id>/pause")
class UpdatePause(MethodView):
    @blueprint.response(200, schemas.UpdateOut)
    @tagged
    def post(self, update_id: UUID) -> Update:
        """Hold it up: no letter of it leaves, but for one that is leaving this moment."""
        return service.pause(current_actor(), update_id)


@blueprint.route("/updates/<uuid:update_id>/resumption")
class UpdateResumption(MethodView):
    @blueprint.response(200, schemas.UpdateOut)
    @tagged
    def post(self, update_id: UUID) -> Update:
        """Go on where it was paused."""
        return service.resume(current_actor(), update_id)


@blueprint.route("/updates/<uuid:update_id>/progress")
class UpdateProgress(MethodView):
    @blueprint.response(200, schemas.UpdateProgressOut)
    def get(self, update_id: UUID) -> dict[str, object]:
        """Show how far it is."""
        return service.progress(current_actor(), update_id)
