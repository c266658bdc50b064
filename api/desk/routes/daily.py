"""/v1/…/daily-letter: whether one wants a letter a day; for programs, as /desk/you has it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask.views import MethodView

from api.accounts.routes import current_actor
from api.accounts.rules import Role
from api.desk.schemas import DailyLetterIn, DailyLetterOut
from api.desk.service import daily
from api.web.rest import Blueprint

for_programs = Blueprint("today", __name__, url_prefix="/v1", description="What waits today.")


@for_programs.route("/coalitions/<uuid:coalition_id>/daily-letter")
class DailyLetterView(MethodView):
    @for_programs.response(200, DailyLetterOut)
    def get(self, coalition_id: UUID) -> dict[str, object]:
        """Tell whether you get a letter on each day on which something waits here for you."""
        return _told(coalition_id)


@for_programs.route("/coalitions/<uuid:coalition_id>/daily-letter/wish")
class DailyLetterWish(MethodView):
    @for_programs.arguments(DailyLetterIn)
    @for_programs.response(200, DailyLetterOut)
    def post(self, wish: dict[str, Any], coalition_id: UUID) -> dict[str, object]:
        """Say whether you want it, and in which language."""
        daily.want(current_actor(), coalition_id, **wish)
        return _told(coalition_id)


def _told(coalition_id: UUID) -> dict[str, object]:
    actor = current_actor()
    actor.must(coalition_id, Role.VIEWER)
    language = daily.wanted(actor).get(coalition_id)
    return {"is_wanted": language is not None, "language": language}
