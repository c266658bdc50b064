"""Statements and revisions as JSON."""

from __future__ import annotations

import marshmallow as ma

from api.cases.schemas import ChangeOut
from api.errors import Code
from api.portable.schemas import DRAFT
from api.statements.models import State, StatementKind, Weight
from api.statements.schemas.outgoing import confirmed_cases, confirmed_mentions
from api.statements.service import Frozen, Moved
from api.statements.service.work import WorkKind
from api.web import fields, validate
from api.web.openapi import shapes
from api.web.paging import PageArgs, listed
from api.web.rest import CODE, OutSchema, Schema

ID = "2f1c6c0e-6d1a-4f0e-9a43-0d6a3f1f9b11"

DOCUMENT = {
    "slug": "specimen-appeal",
    "kind": "appeal",
    "language": "en",
    "title": "Open the doors",
    "body": [{"paragraph": "We ask that the doors be opened."}],
}
SHA256 = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"


def document_field() -> fields.Dict:
    """Return the field of a portable document without signatories; docs/format.md has its keys."""
    return fields.Dict(
        keys=fields.String(),
        required=True,
        description="A portable document without signatories (docs/format.md); format and"
        " coalition may be left out, and so may ids of blocks: they are those of the draft before"
        " where words or places are the same.",
        example=DOCUMENT,
        metadata={shapes.COMPONENT: DRAFT},
    )


class StatementIn(Schema):
    """A new statement."""

    document = document_field()


class StatementArgs(PageArgs):
    """Which of a coalition's statements."""

    state = fields.Enum(State)
    kind = fields.Enum(StatementKind)
    language = fields.LanguageTag()
    q = fields.String(
        validate=validate.Length(1, 200),
        description="Words of a title, in any spelling or script.",
        example="doors",
    )


def _most(what: str, most: int) -> fields.Integer:
    return fields.Integer(
        load_default=None,
        validate=validate.Range(1, most),
        allow_none=True,
        description=f"The most {what} that it may have; null: as many as there are.",
        example=None,
    )


class BoundsIn(Schema):
    """How long the recipient of a statement lets it be."""

    words = _most("words", 1_000_000)
    pages = _most("pages", 10_000)
    counts_footnotes = fields.Boolean(
        load_default=True, description="The words of footnotes count.", example=True
    )


class BoundsOut(OutSchema):
    """How long the recipient of a statement lets it be."""

    words = fields.Integer(allow_none=True, example=2000, description="Null: it has no such bound.")
    pages = fields.Integer(allow_none=True, example=None, description="Null: it has no such bound.")
    counts_footnotes = fields.Boolean(description="The words of footnotes count.")


class LengthOut(OutSchema):
    """How long a draft is: its title, blocks and footnotes; not to whom and by whom it is."""

    words = fields.Integer(
        example=412,
        description="As word processors count. Where no spaces stand between words: each Chinese"
        " or Japanese sign, and each word of a dictionary of Thai, Lao, Khmer and Burmese.",
    )
    footnote_words = fields.Integer(example=36, description="Of its footnotes; not in `words`.")


class StatementOut(OutSchema):
    """A statement, without its text."""

    id = fields.UUID()
    coalition_id = fields.UUID()
    slug = fields.String(example="specimen-appeal")
    kind = fields.Enum(StatementKind)
    language = fields.String(example="en")
    title = fields.String(example="Open the doors")
    state = fields.Enum(State)
    revision_number = fields.Integer(description="The newest revision's; 0 before the first.")
    template_version_id = fields.UUID(allow_none=True)
    bounds = fields.Nested(BoundsOut)
    created_at = fields.AwareDateTime()
    updated_at = fields.AwareDateTime()


class WarningOut(OutSchema):
    """What the author should look at; it refuses nothing."""

    pointer = fields.String(example="/document/body/0/paragraph")
    code = fields.Enum(Code, **CODE)
    detail = fields.String()


class PastDemandOut(OutSchema):
    """A demand as a text asks it: of each wording of a statement the newest text that has it."""

    statement = fields.Nested(StatementOut)
    title = fields.String(example="Open the doors", description="Of that text.")
    day = fields.Date(allow_none=True, description="Of its dateline.")
    revision_number = fields.Integer(
        attribute="past.revision_number", description="0: in the draft, and in no revision."
    )
    url = fields.String(example=f"/v1/statements/{ID}/revisions/1")
    key = fields.String(attribute="past.key", example="kz-1")
    country = fields.String(allow_none=True, attribute="past.country", example="KZ")
    party = fields.String(allow_none=True, attribute="past.party", example=None)
    text = fields.String(
        attribute="past.text", example="Kazakhstan should repeal its law on false information."
    )
    likeness = fields.Float(
        allow_none=True,
        example=0.8,
        description="How much of the words that were sought it says, to 1; null where it"
        " was found by its key.",
    )


class PastDemandArgs(Schema):
    """The words of a demand."""

    q = fields.String(
        load_default=None,
        validate=validate.Length(1, 2000),
        example="repeal the law on false information",
        description="In any spelling or script. Rare words weigh more than common ones."
        " Left out: all of them, the newest first.",
    )
    country = fields.CountryCode(description="Of whom it is asked.")
    party = fields.Slug(example="eu", description="Id of the party.")
    limit = fields.Integer(load_default=20, validate=validate.Range(1, 100))


class PastDemandsOut(OutSchema):
    """The likest past demands; there is no next page."""

    items = fields.List(fields.Nested(PastDemandOut))


def _days(description: str) -> fields.Integer:
    return fields.Integer(
        load_default=90, validate=validate.Range(0, 36_500), example=90, description=description
    )


class WorkArgs(PageArgs):
    """Which work."""

    kind = fields.Enum(WorkKind, load_default=None)
    case_days = _days("After how many days a case that was not verified waits.")
    demand_days = _days("After how many days a demand without news waits.")


class WorkItemOut(OutSchema):
    """One thing to be done."""

    kind = fields.Enum(WorkKind)
    what = fields.String(
        example="Aigerim Zhaksylykova",
        description="A case's label, a demand's words, or a draft's title.",
    )
    since = fields.Date(
        allow_none=True,
        description="The day of the last news, in the world; null: there was none ever.",
    )
    why = fields.String(example="Last verified on 2031-01-02.")
    url = fields.String(example=f"/v1/cases/{ID}")
    case_ids = fields.List(
        fields.UUID(),
        description="The case, the first ten that a draft is behind, or the first ten whose"
        " freedom a demand asks for though they are free or dead.",
    )
    demand_id = fields.UUID(allow_none=True, example=None)
    statement_id = fields.UUID(allow_none=True, example=None)


class WorkCountsOut(OutSchema):
    """How much waits of each kind."""

    case = fields.Integer()
    demand = fields.Integer()
    draft = fields.Integer()


class WorkOut(listed(WorkItemOut)):  # type: ignore[misc] # a class that is made
    """A page of what waits."""

    counts = fields.Nested(WorkCountsOut)


class SavingArgs(Schema):
    """How a draft is saved that others may have changed."""

    merge = fields.Boolean(
        load_default=False,
        description="Put in what you changed of the version in If-Match, though others have"
        " changed the draft since: each block, demand, case, footnote, addressee, contact and"
        " field that one of you touched is as that one left it. Where both did, it is 412.",
        example=True,
    )


class DraftOut(OutSchema):
    """A statement's draft."""

    statement = fields.Nested(StatementOut)
    document = document_field()
    warnings = fields.List(fields.Nested(WarningOut))
    length = fields.Nested(LengthOut)
    is_merged = fields.Boolean(
        description="It holds what others changed meanwhile beside what was sent."
    )
    block_origins = fields.Dict(
        keys=fields.UUID(),
        values=fields.UUID(),
        attribute="statement.block_origins",
        allow_none=True,
        description="Where it began with another statement's text, as a copy or a successor: the"
        " ids of the blocks then, each with the id of that block there.",
        example=None,
    )


class RevisionIn(Schema):
    """What a new revision means."""

    weight = fields.String(
        load_default=None,
        validate=validate.OneOf([Weight.EDITORIAL.value, Weight.MATERIAL.value]),
        description="Needed after the first. editorial: signatures carry over; material:"
        " each waits until it is confirmed.",
        example="editorial",
    )
    note = fields.Text(most=500, load_default=None, example="A typing error.")
    reason = fields.Text(
        most=1000,
        load_default=None,
        description="An owner's, needed where an editorial change touches a demand, a number, a"
        " date, a name or a negation: why it is editorial all the same. Members read it.",
        example=None,
    )
    confirmed_cases = confirmed_cases()
    confirmed_mentions = confirmed_mentions()


class MeasureOut(OutSchema):
    """What a revision changes of the one before it, counted."""

    words_added = fields.Integer(example=1)
    words_removed = fields.Integer(example=1)
    blocks_added = fields.Integer(example=0)
    blocks_removed = fields.Integer(example=0)
    blocks_changed = fields.Integer(example=1)
    blocks_moved = fields.Integer(example=0)
    demands_added = fields.Integer(example=0)
    demands_removed = fields.Integer(example=0)
    numbers = fields.Integer(example=0)
    dates = fields.Integer(example=0)
    names = fields.Integer(example=0)
    negations = fields.Integer(
        allow_none=True, example=0, description="Null: not measured in this language."
    )


class RevisionRowOut(OutSchema):
    """A revision in a list."""

    id = fields.UUID()
    statement_id = fields.UUID()
    number = fields.Integer()
    weight = fields.Enum(Weight)
    note = fields.String(allow_none=True)
    reason = fields.String(
        allow_none=True,
        example=None,
        description="Why it is editorial though what may turn the sense changed, as an owner said.",
    )
    measure = fields.Nested(
        MeasureOut,
        allow_none=True,
        description="Null for the first, where a name was taken back, and before there were any.",
    )
    language = fields.String(example="en")
    sha256 = fields.String(example=SHA256)
    is_taken_back = fields.Boolean(
        description="A name in it was taken back; only owners read its text."
    )
    edited_on = fields.Date(
        allow_none=True,
        description="The day on which it took the place of a text that was public by then.",
        example=None,
    )
    created_at = fields.AwareDateTime()


class RevisionOut(RevisionRowOut):
    """A revision, with what prints: the SHA-256 is of exactly that, as RFC 8785 writes it."""

    printed = fields.Dict(example={"title": "Open the doors"})
    block_ids = fields.List(
        fields.UUID(),
        description="Of the blocks of `printed`, in their order; they are not in the SHA-256.",
        example=[ID],
    )


class FrozenOut(RevisionOut):
    """A new revision, and what somebody should look at before it goes out."""

    warnings = fields.List(
        fields.Nested(WarningOut),
        description="Where it names people who were released or have died, or members that"
        " do not stand under it by name, and that it is longer than its recipient takes. The"
        " pointers lead into the draft.",
    )

    change = fields.Nested(
        ChangeOut,
        allow_none=True,
        description="Null for the first.",
    )

    @ma.pre_dump
    def _whole(self, frozen: Frozen, **_: object) -> dict[str, object]:
        own = {name: getattr(frozen.revision, name) for name in RevisionOut().fields}
        return {**own, "warnings": frozen.warnings, "change": frozen.change}


class MovedOut(StatementOut):
    """A statement that moved on, and what somebody should look at where it is published."""

    warnings = fields.List(
        fields.Nested(WarningOut),
        description="Where it is published: each member that it names and that does not"
        " stand under it by name, and each number of organisations that does not fit. The"
        " pointers lead into the draft.",
    )

    @ma.pre_dump
    def _whole(self, moved: Moved, **_: object) -> dict[str, object]:
        own = {name: getattr(moved.statement, name) for name in StatementOut().fields}
        return {**own, "warnings": moved.warnings}


class TransitionIn(Schema):
    """Where a statement goes."""

    state = fields.Enum(State, required=True, example="review")
    confirmed_cases = confirmed_cases()
    confirmed_mentions = confirmed_mentions()
