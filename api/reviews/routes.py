"""The addresses of consultations and comments, and what a letter's link opens."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any
from uuid import UUID

from flask.views import MethodView

from api.accounts.routes import current_actor
from api.infra.database.paging import Page, PageRequest
from api.reviews import schemas
from api.reviews.schemas import suggestions as forms
from api.reviews.schemas.consulted import ConsultedOut
from api.reviews.service import (
    comments,
    consultations,
    crediting,
    deciding,
    merging,
    own,
    people,
    suggesting,
    suggestions,
)
from api.reviews.service.crediting import RevisionCredits
from api.reviews.service.merging import SuggestionMerge
from api.reviews.service.own import Consulted
from api.reviews.service.rows import CommenterView, ConsultationView
from api.reviews.service.suggesting import GivenSuggestion
from api.reviews.service.suggestions import SuggestionView
from api.reviews.service.threads import CommentView
from api.web.etags import needs_match, tagged_by
from api.web.paging import paginated
from api.web.problems import CONTENT_TYPE
from api.web.rest import Blueprint

ABOUT = "Members and people outside say what they think of a text, and suggest words for it."
blueprint = Blueprint("reviews", __name__, url_prefix="/v1", description=ABOUT)
HERE = "/public/consultations/<string:secret>"
_tagged = tagged_by("consultation.version")


@blueprint.route("/statements/<uuid:statement_id>/consultations")
class Consultations(MethodView):
    @paginated(blueprint, schemas.ConsultationOut)
    def get(self, args: dict[str, PageRequest], statement_id: UUID) -> Page[ConsultationView]:
        """List a statement's consultations, newest first."""
        return consultations.of_statement(current_actor(), statement_id, args["page"])

    @blueprint.arguments(schemas.ConsultationIn)
    @blueprint.response(201, schemas.ConsultationOut)
    @_tagged
    def post(self, facts: dict[str, Any], statement_id: UUID) -> ConsultationView:
        """Open the newest revision for comments, of members, of people outside, or of both.

        Each person who is asked gets one letter, with a link of their own and who will read what
        they write. They need no account.
        """
        return consultations.open_(current_actor(), statement_id, facts)


@blueprint.route("/consultations/<uuid:consultation_id>")
class OneConsultation(MethodView):
    @blueprint.response(200, schemas.ConsultationOut)
    @_tagged
    def get(self, consultation_id: UUID) -> ConsultationView:
        """Show a consultation, and how much was said in it."""
        return consultations.consultation(current_actor(), consultation_id)

    @needs_match
    @blueprint.arguments(schemas.ConsultationChange)
    @blueprint.response(200, schemas.ConsultationOut)
    @_tagged
    def patch(
        self, changes: dict[str, Any], consultation_id: UUID, expected: int
    ) -> ConsultationView:
        """Move the deadline, which opens it again; or keep what was said after its day."""
        return consultations.change(current_actor(), consultation_id, expected, changes)

    @needs_match
    @blueprint.response(204)
    def delete(self, consultation_id: UUID, expected: int) -> None:
        """Delete a consultation with all that was said in it, and who said it."""
        consultations.remove(current_actor(), consultation_id, expected)


@blueprint.route("/consultations/<uuid:consultation_id>/closing")
class ConsultationClosing(MethodView):
    @blueprint.response(200, schemas.ConsultationOut)
    @_tagged
    def post(self, consultation_id: UUID) -> ConsultationView:
        """Take no more comments from now on; what was said stays."""
        return consultations.close(current_actor(), consultation_id)


@blueprint.route("/consultations/<uuid:consultation_id>/commenters")
class Commenters(MethodView):
    @paginated(blueprint, schemas.CommenterOut)
    def get(self, args: dict[str, PageRequest], consultation_id: UUID) -> Page[CommenterView]:
        """List who is asked, in the order in which they were."""
        return people.commenters(current_actor(), consultation_id, args["page"])

    @blueprint.arguments(schemas.CommentersIn)
    @blueprint.response(201, schemas.NewCommentersOut)
    def post(self, given: dict[str, Any], consultation_id: UUID) -> dict[str, object]:
        """Ask more people while it is open; who is asked already gets no second letter."""
        return {"items": people.add(current_actor(), consultation_id, given)}


@blueprint.route("/commenters/<uuid:commenter_id>")
class OneCommenter(MethodView):
    @blueprint.response(200, schemas.CommenterOut)
    def get(self, commenter_id: UUID) -> CommenterView:
        """Show a person who is asked."""
        return people.commenter(current_actor(), commenter_id)


@blueprint.route("/commenters/<uuid:commenter_id>/letters")
class CommenterLetters(MethodView):
    @blueprint.response(200, schemas.CommenterOut)
    def post(self, commenter_id: UUID) -> CommenterView:
        """Write once more to somebody who lost the letter, with a new link; earlier ones end."""
        return people.send_again(current_actor(), commenter_id)


@blueprint.route("/commenters/<uuid:commenter_id>/withdrawal")
class CommenterWithdrawal(MethodView):
    @blueprint.response(200, schemas.CommenterOut)
    def post(self, commenter_id: UUID) -> CommenterView:
        """Take a person's link back; what they wrote stays."""
        return people.end(current_actor(), commenter_id)


@blueprint.route("/commenters/<uuid:commenter_id>/erasure")
class CommenterErasure(MethodView):
    @blueprint.response(204)
    def post(self, commenter_id: UUID) -> None:
        """Forget a person with all that they wrote; replies of others stay."""
        people.erase(current_actor(), commenter_id)


@blueprint.route("/consultations/<uuid:consultation_id>/comments")
class Comments(MethodView):
    @paginated(blueprint, schemas.CommentOut, schemas.CommentsArgs)
    def get(self, args: dict[str, Any], consultation_id: UUID) -> Page[CommentView]:
        """List the threads, oldest first, each with what became of its block.

        Editors read no names, and nothing that tells a name which may not be told.
        """
        return comments.of_consultation(current_actor(), consultation_id, **args)

    @blueprint.arguments(schemas.CommentIn)
    @blueprint.response(201, schemas.CommentOut)
    def post(self, facts: dict[str, Any], consultation_id: UUID) -> CommentView:
        """Say something as a coordinator, or reply. All who are asked read it, if the thread."""
        return comments.write(current_actor(), consultation_id, facts)


@blueprint.route("/comments/<uuid:comment_id>")
class OneComment(MethodView):
    @blueprint.arguments(schemas.CommentArgs, location="query")
    @blueprint.response(200, schemas.CommentOut)
    def get(self, args: dict[str, int | None], comment_id: UUID) -> CommentView:
        """Show a thread, by the comment that begins it or by a reply."""
        return comments.comment(current_actor(), comment_id, args["revision"])


@blueprint.route("/comments/<uuid:comment_id>/resolution")
class CommentResolution(MethodView):
    @blueprint.response(200, schemas.CommentOut)
    def post(self, comment_id: UUID) -> CommentView:
        """Say that a thread is settled."""
        return comments.resolve(current_actor(), comment_id)


@blueprint.route("/comments/<uuid:comment_id>/reopening")
class CommentReopening(MethodView):
    @blueprint.response(200, schemas.CommentOut)
    def post(self, comment_id: UUID) -> CommentView:
        """Say that a thread is not settled after all."""
        return comments.reopen(current_actor(), comment_id)


@blueprint.route("/comments/<uuid:comment_id>/erasure")
class CommentErasure(MethodView):
    @blueprint.response(204)
    def post(self, comment_id: UUID) -> None:
        """Erase what somebody wrote; replies of others stay."""
        comments.erase(current_actor(), comment_id)


@blueprint.route("/consultations/<uuid:consultation_id>/suggestions")
class Suggestions(MethodView):
    @paginated(blueprint, forms.SuggestionOut, forms.SuggestionsArgs)
    def get(self, args: dict[str, Any], consultation_id: UUID) -> Page[SuggestionView]:
        """List suggestions, oldest first, each with what became of its place.

        Editors read no names, and nothing that tells a name which may not be told.
        """
        return suggestions.of_consultation(current_actor(), consultation_id, **args)

    @blueprint.arguments(forms.SuggestionIn)
    @blueprint.response(201, forms.SuggestionOut)
    def post(self, facts: dict[str, Any], consultation_id: UUID) -> SuggestionView:
        """Suggest something as a coordinator, while the text is being written."""
        return suggesting.suggest(current_actor(), consultation_id, **facts)


@blueprint.route("/consultations/<uuid:consultation_id>/suggestion-merges")
class SuggestionMerges(MethodView):
    @blueprint.arguments(forms.SuggestionMergeArgs, location="query")
    @blueprint.arguments(forms.SuggestionMergeIn)
    @blueprint.response(200, forms.SuggestionMergeOut)
    def post(
        self, args: dict[str, bool], facts: dict[str, Any], consultation_id: UUID
    ) -> SuggestionMerge:
        """Put many suggestions into the draft at once; what collides stays open, side by side."""
        ids = facts["suggestion_ids"]
        return merging.merge(current_actor(), consultation_id, ids, preview=args["preview"])


@blueprint.route("/suggestions/<uuid:suggestion_id>")
class OneSuggestion(MethodView):
    @blueprint.arguments(schemas.CommentArgs, location="query")
    @blueprint.response(200, forms.SuggestionOut)
    def get(self, args: dict[str, int | None], suggestion_id: UUID) -> SuggestionView:
        """Show a suggestion."""
        return suggestions.suggestion(current_actor(), suggestion_id, args["revision"])


@blueprint.route("/suggestions/<uuid:suggestion_id>/acceptance")
class SuggestionAcceptance(MethodView):
    @blueprint.arguments(forms.SuggestionAcceptanceIn)
    @blueprint.response(200, forms.SuggestionOut)
    @blueprint.alt_response(
        HTTPStatus.CONFLICT,
        schema=forms.SuggestionCollisionOut,
        content_type=CONTENT_TYPE,
        description="The draft was changed there since: this is what both say.",
    )
    def post(self, facts: dict[str, Any], suggestion_id: UUID) -> SuggestionView:
        """Put a suggestion into the draft, or other lines in its place."""
        return deciding.accept(current_actor(), suggestion_id, facts["lines"])


@blueprint.route("/suggestions/<uuid:suggestion_id>/decline")
class SuggestionDecline(MethodView):
    @blueprint.arguments(forms.SuggestionDeclineIn)
    @blueprint.response(200, forms.SuggestionOut)
    def post(self, facts: dict[str, str], suggestion_id: UUID) -> SuggestionView:
        """Say no to a suggestion, with a reason that its author reads."""
        return deciding.decline(current_actor(), suggestion_id, facts["reason"])


@blueprint.route("/suggestions/<uuid:suggestion_id>/reopening")
class SuggestionReopening(MethodView):
    @blueprint.response(200, forms.SuggestionOut)
    def post(self, suggestion_id: UUID) -> SuggestionView:
        """Take a decline back. What was accepted is taken out by editing the draft."""
        return deciding.reopen(current_actor(), suggestion_id)


@blueprint.route("/suggestions/<uuid:suggestion_id>/erasure")
class SuggestionErasure(MethodView):
    @blueprint.response(204)
    def post(self, suggestion_id: UUID) -> None:
        """Erase what somebody suggested; what went into the draft stays there."""
        suggestions.erase(current_actor(), suggestion_id)


@blueprint.route("/statements/<uuid:statement_id>/revisions/<int:number>/credits")
class Credits(MethodView):
    @blueprint.response(200, forms.RevisionCreditsOut)
    def get(self, statement_id: UUID, number: int) -> RevisionCredits:
        """Tell whose suggestions a revision holds, as far as its reader may know."""
        return crediting.of_revision(current_actor(), statement_id, number)


@blueprint.route(HERE)
class PublicConsultation(MethodView):
    @blueprint.response(200, ConsultedOut)
    def get(self, secret: str) -> Consulted:
        """Show the text that a letter's link opens, who reads comments on it, and those there."""
        return own.consulted(secret)


@blueprint.route(f"{HERE}/comments")
class PublicComments(MethodView):
    @blueprint.arguments(schemas.OwnCommentIn)
    @blueprint.response(201, ConsultedOut)
    def post(self, facts: dict[str, Any], secret: str) -> Consulted:
        """Say something of the text that was read, or reply. The same twice is once."""
        return own.write(secret, facts.pop("revision_sha256"), [facts])


@blueprint.route(f"{HERE}/comments/<uuid:comment_id>/withdrawal")
class PublicCommentWithdrawal(MethodView):
    @blueprint.response(200, ConsultedOut)
    def post(self, secret: str, comment_id: UUID) -> Consulted:
        """Erase something that you wrote; replies of others stay."""
        return own.take_back(secret, comment_id)


@blueprint.route(f"{HERE}/suggestions")
class PublicSuggestions(MethodView):
    @blueprint.arguments(forms.SuggestionIn)
    @blueprint.response(201, ConsultedOut)
    def post(self, facts: dict[str, Any], secret: str) -> Consulted:
        """Suggest other words for a place of the text that was read. The same twice is once."""
        given: GivenSuggestion = facts["given"]
        return own.suggest(secret, facts["sha256"], [given])


@blueprint.route(f"{HERE}/suggestions/<uuid:suggestion_id>/withdrawal")
class PublicSuggestionWithdrawal(MethodView):
    @blueprint.response(200, ConsultedOut)
    def post(self, secret: str, suggestion_id: UUID) -> Consulted:
        """Erase something that you suggested; what went into the draft stays there."""
        return own.withdraw(secret, suggestion_id)


@blueprint.route(f"{HERE}/erasure")
class PublicErasure(MethodView):
    @blueprint.response(204)
    def post(self, secret: str) -> None:
        """Erase who you are, and all that you wrote; your link ends."""
        own.forget_me(secret)
