"""Suggestions, how they are decided, and whom a text thanks for them, as JSON."""

from __future__ import annotations

from typing import Any

import marshmallow as ma

from api.portable.rules.proposals import Proposal, ProposalKind
from api.portable.rules.proposing import BLOCKS
from api.reviews import rules
from api.reviews.models import SuggestionSource, SuggestionState
from api.reviews.rules import BlockState, ClashReason
from api.reviews.schemas import ID, SEEN, CommentArgs, ReviewAuthorOut
from api.reviews.service.suggesting import GivenSuggestion
from api.statements.schemas.diffs import PieceOut
from api.web import fields, validate
from api.web.paging import PageArgs
from api.web.rest import OutSchema, ProblemOut, Schema

WORDS = ["We ask that the doors be opened by 1 June."]
TITLE = ["Open the doors by 1 June"]
TARGET = "What it is about: `title`, `block/{id}`, `demand/{id}` or `footnote/{label}`"


def _lines(**more: Any) -> fields.List:
    return fields.List(
        fields.Text(most=rules.MOST_LINE, least=0, lines=True),
        validate=validate.Length(0, rules.MOST_LINES),
        **more,
    )


class SuggestionIn(Schema):
    """What somebody would have changed in one place of the text that they read, and why."""

    revision_sha256 = fields.Sha256(required=True, **SEEN)
    kind = fields.Enum(
        ProposalKind,
        required=True,
        example="words",
        description="Other words, a block put in, one left out, or one moved.",
    )
    target = fields.String(
        load_default=None,
        allow_none=True,
        validate=validate.Length(1, 200),
        example="title",
        description=f"{TARGET}. Null where a block is put in.",
    )
    lines = _lines(
        load_default=list,
        example=TITLE,
        description="All texts of the place as they should read, in order; inline Markdown. A new"
        " quote has its text, its text and source, or its lead, text and source; a new list its"
        " items.",
    )
    block = fields.String(
        load_default=None,
        allow_none=True,
        validate=validate.OneOf(BLOCKS),
        example=None,
        description="What is put in.",
    )
    after = fields.String(
        load_default=None,
        allow_none=True,
        validate=validate.Length(1, 36),
        example=None,
        description="The block behind which one is put in, or moved; null: it comes first.",
    )
    footnotes = fields.Dict(
        keys=fields.String(validate=validate.Length(1, 40)),
        values=fields.Text(most=rules.MOST_LINE, lines=True),
        load_default=dict,
        validate=validate.Length(0, 100),
        example={},
        description="Those to which the lines refer and which the text has not, by their labels.",
    )
    reason = fields.Text(
        most=rules.MOST_TEXT,
        lines=True,
        prints=False,
        load_default=None,
        allow_none=True,
        example="Else nobody is bound to a day.",
    )

    @ma.post_load
    def _given(self, facts: dict[str, Any], **_: object) -> dict[str, Any]:
        reason, sha256 = facts.pop("reason"), facts.pop("revision_sha256")
        proposal = Proposal(**{**facts, "lines": tuple(facts["lines"])})
        return {"sha256": sha256, "given": GivenSuggestion(proposal, reason)}


class SuggestionsArgs(PageArgs, CommentArgs):
    """Which suggestions, and in which text their places are looked for."""

    state = fields.Enum(SuggestionState, load_default=None)
    source = fields.Enum(SuggestionSource, load_default=None)
    is_guess = fields.Boolean(load_default=None)


class SuggestionAcceptanceIn(Schema):
    """A suggestion is accepted as it is, or with other lines."""

    lines = _lines(
        load_default=None,
        allow_none=True,
        example=WORDS,
        description="All texts of the place that go in instead, over what the draft says now.",
    )


class SuggestionDeclineIn(Schema):
    """Why a suggestion is not taken; its author reads it."""

    reason = fields.Text(
        most=rules.MOST_TEXT,
        lines=True,
        prints=False,
        required=True,
        example="The members agreed on no date.",
    )


class SuggestionMergeIn(Schema):
    """Which suggestions go into the draft together."""

    suggestion_ids = fields.List(
        fields.UUID(),
        load_default=None,
        allow_none=True,
        validate=validate.Length(1, rules.MOST_SUGGESTIONS),
        example=None,
        description="Left out, all that are open and whose place is no guess.",
    )


class SuggestionMergeArgs(Schema):
    """Whether it is done."""

    preview = fields.Boolean(
        load_default=False, description="Answer what would go in, and change nothing."
    )


class SuggestionAnswerOut(OutSchema):
    """What a coordinator said of a suggestion, or took in its place."""

    is_changed = fields.Boolean(description="It was accepted with other lines.")
    reason = fields.String(allow_none=True, description="Why it was declined.", example=None)
    lines = fields.List(
        fields.String(),
        allow_none=True,
        example=None,
        description="That went in instead; who is asked reads them once a revision holds them.",
    )


def _nullable_lines(description: str, example: list[str] | None) -> fields.List:
    return fields.List(fields.String(), allow_none=True, description=description, example=example)


class SuggestionOut(OutSchema):
    """What somebody would have changed in one place of a text, and what became of that."""

    id = fields.UUID(attribute="suggestion.id")
    consultation_id = fields.UUID(attribute="suggestion.consultation_id")
    revision_number = fields.Integer(
        attribute="suggestion.revision_number", description="Of the text that was read."
    )
    source = fields.Enum(SuggestionSource, attribute="suggestion.source")
    is_guess = fields.Boolean(
        attribute="suggestion.is_guess", description="Of its place: a person looks at it."
    )
    state = fields.Enum(SuggestionState, attribute="suggestion.state")
    author = fields.Nested(ReviewAuthorOut)
    kind = fields.Enum(
        ProposalKind,
        attribute="proposal.kind",
        dump_default=None,
        allow_none=True,
        description="Null, as all that was suggested: it was taken back or erased.",
    )
    target = fields.String(
        attribute="proposal.target",
        dump_default=None,
        allow_none=True,
        example=f"block/{ID}",
        description=f"{TARGET}; null where a block is put in.",
    )
    lines = fields.List(
        fields.String(), attribute="proposal.lines", dump_default=None, allow_none=True,
        example=WORDS, description="All texts of the place as they should read.",
    )  # fmt: skip
    block = fields.String(
        attribute="proposal.block",
        dump_default=None,
        allow_none=True,
        example=None,
        description="What is put in: paragraph, heading, quote or list.",
    )
    after = fields.String(
        attribute="proposal.after",
        dump_default=None,
        allow_none=True,
        example=None,
        description="The block behind which it is put in, or moved; null: it comes first.",
    )
    footnotes = fields.Dict(
        keys=fields.String(),
        values=fields.String(),
        attribute="proposal.footnotes",
        dump_default=None,
        allow_none=True,
        example={},
        description="That the lines bring, by their labels.",
    )
    place_state = fields.Enum(
        BlockState,
        attribute="place.state",
        dump_default=None,
        allow_none=True,
        description="What became of the place since, in the draft or the text that is read.",
    )
    lines_then = fields.List(
        fields.String(), attribute="place.then", dump_default=None, allow_none=True,
        example=["We ask that the doors be opened."],
        description="What stood there in the text that was read.",
    )  # fmt: skip
    lines_now = fields.List(
        fields.String(), attribute="place.now", dump_default=None, allow_none=True,
        example=["We ask that the doors be opened."], description="What stands there now.",
    )  # fmt: skip
    pieces = fields.List(
        fields.List(fields.Nested(PieceOut)),
        attribute="place.pieces",
        dump_default=None,
        allow_none=True,
        description="Line by line, what it makes of the words of `lines_then`.",
    )
    reason = fields.String(allow_none=True, example="Else nobody is bound to a day.")
    written_by = fields.String(
        allow_none=True, example=None, description="To coordinators: the author that Word wrote."
    )
    tells_name = fields.Boolean(
        description="To coordinators: it names somebody who may not be named, so nobody else"
        " reads it but who made it, and no draft takes it."
    )
    answer = fields.Nested(SuggestionAnswerOut, allow_none=True)
    collides_with = fields.List(
        fields.UUID(),
        description="While it is open: other open ones with which it cannot go in.",
        example=[],
    )
    collides_with_text = fields.Boolean(
        description="While it is open: the text changed at its place since it was made."
    )
    draft_version = fields.Integer(
        attribute="suggestion.draft_version",
        allow_none=True,
        description="The first version of the draft that holds it.",
        example=None,
    )
    held_since = fields.Integer(
        attribute="suggestion.held_since",
        allow_none=True,
        description="The first revision that holds it.",
        example=None,
    )
    written_at = fields.AwareDateTime(
        description="To others than coordinators, the beginning of the day."
    )
    decided_at = fields.AwareDateTime(allow_none=True, description="As that.")


class SuggestionClashOut(OutSchema):
    """Suggestions that cannot go in together, or one that does not go with the draft."""

    target = fields.String(allow_none=True, example=f"block/{ID}")
    reason = fields.Enum(ClashReason)
    detail = fields.String(example="The same words were changed in another way.")
    lines_now = _nullable_lines("What the draft says there.", ["We ask that the doors be opened."])
    suggestions = fields.List(
        fields.Nested(SuggestionOut), description="Side by side, each with its pieces of words."
    )


class SuggestionMergeOut(OutSchema):
    """What went into the draft, or would, and what was left out."""

    is_preview = fields.Boolean()
    taken = fields.List(fields.UUID(), example=[ID])
    collisions = fields.List(fields.Nested(SuggestionClashOut))
    draft_version = fields.Integer(description="That the draft has now.", example=8)
    etag = fields.String(description="Of the draft now.", example='"8"')


class SuggestionCollisionOut(ProblemOut):
    """That a suggestion collides with the draft, with what both say; other problems say none."""

    reason = fields.Enum(ClashReason)
    target = fields.String(allow_none=True, example=f"block/{ID}")
    lines_then = _nullable_lines("In the text that was read.", ["We ask for that."])
    lines_now = _nullable_lines("In the draft as it is now.", ["We ask for it today."])
    lines = _nullable_lines("That were suggested.", ["We ask for it by 1 June."])


class CreditOut(OutSchema):
    """A member, or a person outside, whose suggestions a text holds."""

    member_id = fields.UUID(allow_none=True, description="Null: outside.")
    organisation = fields.Dict(
        keys=fields.String(),
        values=fields.String(),
        allow_none=True,
        attribute="organisation_names",
        description="Its names by language.",
        example={"en": "Specimen Committee"},
    )
    name = fields.String(allow_none=True, description="Of a person outside.", example=None)
    affiliation = fields.String(allow_none=True, example=None)
    suggestions = fields.Integer(description="How many of theirs the text holds.", example=3)
    since = fields.Integer(description="The first revision that holds one.", example=2)


class RevisionCreditsOut(OutSchema):
    """Whom a revision thanks for its words, as its reader may know."""

    revision_number = fields.Integer()
    credits = fields.List(fields.Nested(CreditOut))
    unnamed = fields.Integer(
        description="Suggestions in it of those who are not named here.", example=1
    )
