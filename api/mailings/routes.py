"""The addresses of letters, for those who coordinate."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask.views import MethodView

from api.accounts.routes import current_actor
from api.mailings import service
from api.mailings.schemas import LetterArgs, LetterOut
from api.web.paging import listed, paged
from api.web.rest import Blueprint

if TYPE_CHECKING:
    from uuid import UUID

    from api.infra.letters import Letter

blueprint = Blueprint("mailings", __name__, url_prefix="/v1", description="Letters to people.")


@blueprint.route("/coalitions/<uuid:coalition_id>/letters")
class Letters(MethodView):
    @blueprint.arguments(LetterArgs, location="query")
    @blueprint.response(200, listed(LetterOut))
    def get(self, args: dict[str, Any], coalition_id: UUID) -> Any:
        """List a coalition's letters, newest first; those that failed for good are `failed`."""
        page = args.pop("page")
        return paged(service.of_coalition(current_actor(), coalition_id, page, **args))


@blueprint.route("/letters/<uuid:letter_id>/replays")
class LetterReplays(MethodView):
    @blueprint.response(200, LetterOut)
    def post(self, letter_id: UUID) -> Letter:
        """Send a letter again that failed for good, within a week."""
        return service.replay(current_actor(), letter_id)
