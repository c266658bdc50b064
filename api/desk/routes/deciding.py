"""What is done with comments and suggestions: answered, settled, accepted, declined, undone."""

from __future__ import annotations

from uuid import UUID

from werkzeug.wrappers import Response as AnyResponse

from api.accounts.rules import Role
from api.desk.routes import review_base
from api.desk.routes.base import REFUSED, Screen, an_id, at, led, one, onward, said, to, typed
from api.desk.routes.reviewing import comments_screen
from api.desk.routes.visiting import actor
from api.desk.rules import filling, head_forms
from api.errors import Conflict, Invalid, NotFound
from api.pages.routes.base import sent
from api.pages.rules.facts import Form
from api.reviews import schemas
from api.reviews.schemas.suggestions import SuggestionDeclineIn
from api.reviews.service import comments, deciding, suggestions
from api.web.validate import loaded


@at("/<uuid:coalition_id>/consultations/<uuid:consultation_id>/write", "consultation_write")
class WriteComment(Screen):
    least = Role.COORDINATOR

    def post(self, coalition_id: UUID, consultation_id: UUID) -> AnyResponse:
        """Say something of a block or of the whole text, or reply."""
        del coalition_id
        _, statement = review_base.consultation_of(consultation_id)
        parent, block = one("parent_id") or None, one("block_id") or None
        given = {"text": one("text"), "parent_id": parent, "block_id": block}
        try:
            comments.write(actor(), consultation_id, loaded(schemas.CommentIn(), given))
        except REFUSED as refused:
            place = parent or block or "whole"
            form = typed(refused)
            return comments_screen(statement, consultation_id, form=form, refused_id=place)
        anchor = f"#c-{block}" if block else f"#t-{parent}" if parent else "#whole"
        return led(to("consultation", consultation_id=consultation_id) + anchor)


@at("/<uuid:coalition_id>/comments/<uuid:comment_id>/settle", "comment_settle")
class SettleComment(Screen):
    least = Role.COORDINATOR

    def post(self, coalition_id: UUID, comment_id: UUID) -> AnyResponse:
        """Say that a thread is settled, or not after all."""
        del coalition_id
        found = comments.comment(actor(), comment_id)
        of = found.comment.consultation_id
        if one("do") == "resolve":
            comments.resolve(actor(), comment_id)
            return onward("consultation", "comment_resolved", [comment_id], consultation_id=of)
        if one("do") != "reopen":
            raise NotFound("The page that led here is old. Load it again.")
        comments.reopen(actor(), comment_id)
        return onward("consultation", "comment_reopened", consultation_id=of)


@at("/<uuid:coalition_id>/suggestions/<uuid:suggestion_id>/decide", "suggestion_decide")
class DecideSuggestion(Screen):
    least = Role.COORDINATOR

    def post(self, coalition_id: UUID, suggestion_id: UUID) -> AnyResponse:
        """Accept a suggestion, as it is or with other lines; decline it; or open it again."""
        del coalition_id
        found = suggestions.suggestion(actor(), suggestion_id)
        consultation_id, act = found.suggestion.consultation_id, one("do")
        try:
            if act == "accept":
                deciding.accept(actor(), suggestion_id)
            elif act == "change":
                deciding.accept(actor(), suggestion_id, _lines())
            elif act == "decline":
                facts = loaded(SuggestionDeclineIn(), {"reason": one("reason")})
                deciding.decline(actor(), suggestion_id, facts["reason"])
            elif act == "reopen":
                deciding.reopen(actor(), suggestion_id)
            else:
                raise NotFound("The page that led here is old. Load it again.")
        except (Invalid, Conflict) as refused:
            return self._again(consultation_id, suggestion_id, refused)
        undo = [suggestion_id] if act == "decline" else []
        return onward("consultation", f"suggestion_{act}", undo, consultation_id=consultation_id)

    def _again(
        self, consultation_id: UUID, suggestion_id: UUID, refused: Invalid | Conflict
    ) -> AnyResponse:
        """Show the screen again with what was typed, and what stood in the way."""
        _, statement = review_base.consultation_of(consultation_id)
        wrong = {filling.WHOLE: filling.refusal(refused, said())}
        form = Form(values=sent(), faults=wrong)
        place = str(suggestion_id)
        return comments_screen(statement, consultation_id, form=form, refused_id=place)


def _lines() -> list[str]:
    """Return the lines that were typed, in order."""
    places = sorted(head_forms.places(sent(), "line"))
    return [one(f"line.{place}") for place in places]


@at("/<uuid:coalition_id>/consultations/<uuid:consultation_id>/undo", "consultation_undo")
class UndoDecision(Screen):
    least = Role.COORDINATOR

    def post(self, coalition_id: UUID, consultation_id: UUID) -> AnyResponse:
        """Open again what was just declined or settled."""
        del coalition_id
        review_base.consultation_of(consultation_id)
        reopen = deciding.reopen if one("do") == "suggestion" else comments.reopen
        reopen(actor(), an_id())
        return onward("consultation", "undone", consultation_id=consultation_id)
