"""The addresses of sign-offs: a statement's round and board, and what a letter's link opens."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask.views import MethodView

from api.accounts.routes import current_actor
from api.signatures.models import Visibility
from api.signoffs import schemas
from api.signoffs.schemas.board import (
    AnswerEvidenceIn,
    AnswerEvidenceOut,
    BoardMemberOut,
    BoardOut,
)
from api.signoffs.schemas.named import LearnedNameIn, MemberNamesOut, NameRemovalIn
from api.signoffs.schemas.sending import (
    ChecklistArgs,
    ChecklistOut,
    LetterPreviewIn,
    LetterPreviewOut,
    RemindersIn,
    RemindersOut,
)
from api.signoffs.service import (
    answers,
    appearances,
    board,
    checklist,
    keeping,
    lines,
    named,
    previews,
    questions,
    reminding,
    rounds,
)
from api.signoffs.service.answers import AskedApproval
from api.signoffs.service.checklist import Checklist
from api.signoffs.service.keeping import EvidenceKeeping
from api.signoffs.service.named import MemberNames
from api.signoffs.service.previews import LetterPreview
from api.signoffs.service.reminding import RemindedNow
from api.signoffs.service.rounds import RoundView
from api.statements.schemas.diffs import DiffOut
from api.statements.service import Diff
from api.web.etags import IF_MATCH, expected_if_there, needs_match, tagged_by
from api.web.rest import Blueprint

blueprint = Blueprint(
    "signoffs", __name__, url_prefix="/v1", description="Members approve one exact text."
)


_of_round = tagged_by("row.version")


@blueprint.route("/statements/<uuid:statement_id>/sign-off-round")
class SignOffRoundView(MethodView):
    @blueprint.response(200, schemas.RoundOut)
    @_of_round
    def get(self, statement_id: UUID) -> RoundView:
        """Show how a statement is signed off."""
        return rounds.round_of(current_actor(), statement_id)

    @blueprint.doc(parameters=[{**IF_MATCH, "required": False}])
    @blueprint.arguments(schemas.RoundIn)
    @blueprint.response(200, schemas.RoundOut)
    @_of_round
    def put(self, facts: dict[str, object], statement_id: UUID) -> RoundView:
        """Ask a statement's members to sign it off; or change by when, with If-Match.

        Every lead and member with a representative is asked. A change of the deadlines is told to
        those who have not answered; a round that was closed is open again.
        """
        actor = current_actor()
        expected = expected_if_there(lambda: rounds.has_round(actor, statement_id))
        return rounds.set_round(actor, statement_id, expected, facts)


@blueprint.route("/statements/<uuid:statement_id>/sign-off-round/closing")
class SignOffClosing(MethodView):
    @blueprint.response(200, schemas.RoundOut)
    @_of_round
    def post(self, statement_id: UUID) -> RoundView:
        """End a round: what was answered stays, nobody is reminded."""
        return rounds.close(current_actor(), statement_id)


@blueprint.route("/statements/<uuid:statement_id>/sign-off-round/asks")
class SignOffAsks(MethodView):
    @blueprint.arguments(schemas.AsksIn)
    @blueprint.response(200, BoardOut)
    def post(self, given: dict[str, list[UUID]], statement_id: UUID) -> dict[str, object]:
        """Ask members that came later, and new representatives of those that were asked."""
        rounds.ask_more(current_actor(), statement_id, given["member_ids"])
        return board.read(current_actor(), statement_id)


@blueprint.route("/statements/<uuid:statement_id>/sign-off-round/reminders")
class SignOffReminders(MethodView):
    @blueprint.arguments(RemindersIn)
    @blueprint.response(200, RemindersOut)
    def post(self, given: dict[str, list[UUID] | None], statement_id: UUID) -> RemindedNow:
        """Remind members that have not answered now, beside the reminders that go by themselves.

        Nobody is reminded twice within a day, and whoever needs time is left alone until then.
        """
        return reminding.remind_now(current_actor(), statement_id, given["member_ids"])


@blueprint.route("/statements/<uuid:statement_id>/sign-off-letter-previews")
class SignOffLetterPreviews(MethodView):
    @blueprint.arguments(LetterPreviewIn)
    @blueprint.response(200, LetterPreviewOut)
    def post(self, given: dict[str, Any], statement_id: UUID) -> LetterPreview:
        """Show to whom an act would write, and a letter as it would leave; nothing is done.

        It is refused as the act would be.
        """
        number = given.pop("number")
        ((act, facts),) = ((name, it) for name, it in given.items() if it is not None)
        return previews.preview(current_actor(), statement_id, act, facts, number)


@blueprint.route("/statements/<uuid:statement_id>/publication-checklist")
class PublicationChecklist(MethodView):
    @blueprint.arguments(ChecklistArgs, location="query")
    @blueprint.response(200, ChecklistOut)
    def get(self, args: dict[str, int], statement_id: UUID) -> Checklist:
        """Show what stops a text from being published, and what is worth a look before."""
        return checklist.read(current_actor(), statement_id, args["case_days"])


@blueprint.route("/statements/<uuid:statement_id>/sign-off-board")
class SignOffBoard(MethodView):
    @blueprint.response(200, BoardOut)
    def get(self, statement_id: UUID) -> dict[str, object]:
        """Show who answered what, what is outstanding, and what would print now."""
        return board.read(current_actor(), statement_id)


@blueprint.route("/statements/<uuid:statement_id>/sign-offs")
class SignOffs(MethodView):
    @blueprint.arguments(schemas.SignOffIn)
    @blueprint.response(201, BoardMemberOut)
    def post(self, facts: dict[str, Any], statement_id: UUID) -> dict[str, object]:
        """Enter an answer that a member gave in another way, as by telephone."""
        return board.told(answers.enter(current_actor(), statement_id, facts))


@blueprint.route("/statements/<uuid:statement_id>/answer-evidence")
class AnswerEvidenceView(MethodView):
    @blueprint.response(200, AnswerEvidenceOut)
    @tagged_by("statement.version")
    def get(self, statement_id: UUID) -> EvidenceKeeping:
        """Show how long it is kept what proves the answers that were entered."""
        return keeping.keeping(current_actor(), statement_id)

    @needs_match
    @blueprint.arguments(AnswerEvidenceIn)
    @blueprint.response(200, AnswerEvidenceOut)
    @tagged_by("statement.version")
    def put(self, given: dict[str, bool], statement_id: UUID, expected: int) -> EvidenceKeeping:
        """Keep it longer than its day, or not any more: then it goes soon after."""
        return keeping.keep(current_actor(), statement_id, expected, **given)


@blueprint.route("/statements/<uuid:statement_id>/time-requests")
class TimeRequests(MethodView):
    @blueprint.arguments(schemas.MemberTimeIn)
    @blueprint.response(201, BoardMemberOut)
    def post(self, facts: dict[str, Any], statement_id: UUID) -> dict[str, object]:
        """Enter until when a member needs to answer, which it said in another way."""
        return board.told(questions.enter_time(current_actor(), statement_id, facts))


@blueprint.route("/statements/<uuid:statement_id>/closed-questions")
class ClosedQuestions(MethodView):
    @blueprint.arguments(schemas.ClosingIn)
    @blueprint.response(201, BoardMemberOut)
    def post(self, facts: dict[str, Any], statement_id: UUID) -> dict[str, object]:
        """Close the question to a member that cannot answer; it is told why. For owners.

        That never counts as an approval, and prints no name.
        """
        return board.told(questions.close(current_actor(), statement_id, **facts))


@blueprint.route("/statements/<uuid:statement_id>/closed-questions/<uuid:member_id>")
class OneClosedQuestion(MethodView):
    @blueprint.response(204)
    def delete(self, statement_id: UUID, member_id: UUID) -> None:
        """Open a question again, and ask those who have not answered. For owners."""
        questions.reopen(current_actor(), statement_id, member_id)


@blueprint.route("/statements/<uuid:statement_id>/appearances")
class Appearances(MethodView):
    @blueprint.arguments(schemas.MemberAppearanceIn)
    @blueprint.response(201, BoardMemberOut)
    def post(self, facts: dict[str, Any], statement_id: UUID) -> dict[str, object]:
        """Enter how a member wants to appear, which it said in another way.

        A name that goes leaves the list, the pages and the documents at once.
        """
        return board.told(appearances.enter(current_actor(), statement_id, **facts))


@blueprint.route("/statements/<uuid:statement_id>/learned-names")
class LearnedNames(MethodView):
    @blueprint.arguments(LearnedNameIn)
    @blueprint.response(201, BoardMemberOut)
    def post(self, facts: dict[str, UUID], statement_id: UUID) -> dict[str, object]:
        """Have a member's entry learn the name that the member gave where it approved.

        The name of before becomes an alias.
        """
        return board.told(lines.learn(current_actor(), statement_id, facts["member_id"]))


@blueprint.route("/public/sign-offs/<string:secret>")
class PublicSignOff(MethodView):
    @blueprint.response(200, schemas.AskedOut)
    def get(self, secret: str) -> AskedApproval:
        """Show the text that a letter's link asks about, and what was answered so far."""
        return answers.asked(secret)


@blueprint.route("/public/sign-offs/<string:secret>/diff")
class PublicSignOffDiff(MethodView):
    @blueprint.response(200, DiffOut)
    def get(self, secret: str) -> Diff:
        """Show what changed since the organisation answered, or since this person was asked."""
        return answers.diff(secret)


@blueprint.route("/public/sign-offs/<string:secret>/answers")
class PublicAnswers(MethodView):
    @blueprint.arguments(schemas.AnswerIn)
    @blueprint.response(200, schemas.AskedOut)
    def post(self, facts: dict[str, Any], secret: str) -> AskedApproval:
        """Answer for a member. The latest answer counts, until the text is published."""
        return answers.answer(secret, facts)


@blueprint.route("/public/sign-offs/<string:secret>/time-requests")
class PublicTimeRequests(MethodView):
    @blueprint.arguments(schemas.TimeIn)
    @blueprint.response(200, schemas.AskedOut)
    def post(self, facts: dict[str, Any], secret: str) -> AskedApproval:
        """Say until when your organisation needs to answer: until then it is not reminded."""
        return questions.need_time(secret, facts)


@blueprint.route("/public/sign-offs/<string:secret>/appearances")
class PublicAppearances(MethodView):
    @blueprint.arguments(schemas.AppearanceIn)
    @blueprint.response(200, schemas.AskedOut)
    def post(self, facts: dict[str, Visibility], secret: str) -> AskedApproval:
        """Choose how your organisation appears: before it answers, or once the text is published.

        A name that goes leaves the list, the pages and the documents at once.
        """
        return answers.choose(secret, facts["visibility"])


@blueprint.route("/public/sign-offs/<string:secret>/name-links")
class PublicNameLinks(MethodView):
    @blueprint.response(204)
    def post(self, secret: str) -> None:
        """Have a letter written to you, whose link shows for an hour all texts with your name."""
        named.ask(secret)


@blueprint.route("/public/member-names/<string:secret>")
class PublicMemberNames(MethodView):
    @blueprint.response(200, MemberNamesOut)
    def get(self, secret: str) -> MemberNames:
        """Show the coalition's texts that bear your organisation's name."""
        return named.texts(secret)


@blueprint.route("/public/member-names/<string:secret>/removals")
class PublicNameRemovals(MethodView):
    @blueprint.arguments(NameRemovalIn)
    @blueprint.response(200, MemberNamesOut)
    def post(self, facts: dict[str, UUID], secret: str) -> MemberNames:
        """Take your organisation's name off a text, which goes on counting it without its name.

        It leaves the list, the pages and the documents at once.
        """
        return named.take_off(secret, facts["statement_id"])


@blueprint.route("/public/sign-offs/<string:secret>/hand-overs")
class PublicHandOvers(MethodView):
    @blueprint.arguments(schemas.HandOverIn)
    @blueprint.response(200, schemas.AskedOut)
    def post(self, facts: dict[str, str | None], secret: str) -> AskedApproval:
        """Have a colleague answer instead; your link goes on showing what happens."""
        return answers.hand_over(secret, facts)
