"""…/consultations/{id}/suggest: a coordinator's own words for a text; what was said is erased."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from flask import Response
from werkzeug.wrappers import Response as AnyResponse

from api.accounts.rules import Role
from api.desk.routes import review_base, statement_base
from api.desk.routes.base import Screen, at, one, onward, said, screen, to
from api.desk.routes.visiting import actor
from api.desk.rules import filling
from api.desk.rules.frames import Danger
from api.desk.rules.reviewing import SuggestScreen
from api.documents.rules import blocks
from api.errors import Conflict, Invalid
from api.pages.routes.base import sent
from api.pages.rules import suggesting as rules
from api.pages.rules.comment_facts import CommentPart
from api.pages.rules.facts import Form
from api.portable.rules import printing, proposals
from api.portable.rules.diff import Version
from api.portable.rules.proposals import TextPlace
from api.reviews.service import comments, suggesting, suggestions
from api.reviews.service.rows import TAKES
from api.statements import service as statements
from api.statements.models import Revision, Statement

_AT = "/<uuid:coalition_id>/consultations/<uuid:consultation_id>/suggest"


@dataclass(frozen=True)
class _Asked:
    """The newest text, for which words are suggested."""

    statement: Statement
    revision: Revision

    @property
    def places(self) -> Sequence[TextPlace]:
        """Return the places in it that have words."""
        return proposals.targets_of(Version(self.revision.document, self.revision.block_ids))


def _asked(consultation_id: UUID) -> _Asked:
    _, statement = review_base.consultation_of(consultation_id)
    newest = statements.revision(actor(), statement.id, statement.revision_number)
    return _Asked(statement, newest)


@at(_AT, "suggestion_new")
class SuggestWords(Screen):
    least = Role.COORDINATOR

    def get(self, coalition_id: UUID, consultation_id: UUID) -> AnyResponse:
        """Show the newest text, each part with room for other words."""
        del coalition_id
        asked = _asked(consultation_id)
        if asked.statement.state not in TAKES:  # nothing is suggested any more
            return onward("consultation", consultation_id=consultation_id)
        return _shown(consultation_id, asked, {})

    def post(self, coalition_id: UUID, consultation_id: UUID) -> AnyResponse:
        """Suggest what was changed; the same twice is once, so that it may be sent again."""
        del coalition_id
        asked, words = _asked(consultation_id), said()
        sha256 = one("revision_sha256")
        if sha256 != asked.revision.sha256:
            return _shown(
                consultation_id, asked, {filling.WHOLE: words.say("consult.text_changed")}
            )
        typed, faults = rules.read(sent(), asked.places, sha256)
        if not typed and not faults:
            return _shown(consultation_id, asked, {filling.WHOLE: words.say("suggest.unchanged")})
        try:
            for each in () if faults else typed:
                change = each.change
                suggesting.suggest(actor(), consultation_id, sha256, each.given)
        except Invalid as refused:
            faults = rules.refused(refused.faults, [change])
        except Conflict as refused:
            faults = {filling.WHOLE: filling.refusal(refused, words)}
            return _shown(consultation_id, asked, faults)
        if faults:
            told = {name: words.say(key) for name, key in faults.items()}
            return _shown(consultation_id, asked, told)
        return onward("consultation", "suggested", consultation_id=consultation_id)


def _shown(consultation_id: UUID, asked: _Asked, faults: Mapping[str, str]) -> Response:
    words, revision = said(), asked.revision
    text = blocks.text(printing.resolve(revision.document))
    folds = rules.folds(asked.places, revision.block_ids, words)
    head = CommentPart(words=folds.get(rules.HEAD), insert=rules.insert(""))
    notes = CommentPart(words=folds.get(rules.NOTES))
    parts = [
        CommentPart(html=html, words=folds.get(id_), insert=rules.insert(id_))
        for id_, html in zip(revision.block_ids, text.blocks, strict=True)
    ]
    names = {name for part in (head, *parts, notes) for name in part.names}
    values, unsent = rules.again(sent(), names)
    return screen(
        "suggestion_new.html",
        SuggestScreen(
            around=statement_base.around(asked.statement),
            text=text,
            head=head,
            blocks=parts,
            notes=notes,
            sha256=revision.sha256,
            numbered=str(revision.number),
            back=to("consultation", consultation_id=consultation_id),
            unsent=unsent,
            form=Form(values=values, faults=faults),
        ),
    )


# What was said is erased.


@at("/<uuid:coalition_id>/comments/<uuid:comment_id>/erase", "comment_erase")
class EraseComment(Screen):
    least = Role.COORDINATOR
    is_fresh = True

    def get(self, coalition_id: UUID, comment_id: UUID) -> Response:
        """Ask once."""
        del coalition_id
        found = comments.comment(actor(), comment_id)
        return _once("comment", found.comment.consultation_id)

    def post(self, coalition_id: UUID, comment_id: UUID) -> AnyResponse:
        """Erase what somebody wrote."""
        del coalition_id
        of = comments.comment(actor(), comment_id).comment.consultation_id
        comments.erase(actor(), comment_id)
        return onward("consultation", "said_erased", consultation_id=of)


@at("/<uuid:coalition_id>/suggestions/<uuid:suggestion_id>/erase", "suggestion_erase")
class EraseSuggestion(Screen):
    least = Role.COORDINATOR
    is_fresh = True

    def get(self, coalition_id: UUID, suggestion_id: UUID) -> Response:
        """Ask once."""
        del coalition_id
        found = suggestions.suggestion(actor(), suggestion_id)
        return _once("suggestion", found.suggestion.consultation_id)

    def post(self, coalition_id: UUID, suggestion_id: UUID) -> AnyResponse:
        """Erase what somebody suggested."""
        del coalition_id
        of = suggestions.suggestion(actor(), suggestion_id).suggestion.consultation_id
        suggestions.erase(actor(), suggestion_id)
        return onward("consultation", "said_erased", consultation_id=of)


def _once(what: str, consultation_id: UUID) -> Response:
    words = said()
    return screen(
        "danger.html",
        Danger(
            title=words.say(f"consult.erase_{what}"),
            points=[words.say("consult.erase_said"), words.say(f"consult.erase_{what}_stays")],
            button=words.say("consult.erase_it"),
            back=to("consultation", consultation_id=consultation_id),
        ),
    )
