"""What a person reads who is asked, as JSON."""

from __future__ import annotations

from api.reviews.schemas import ID, SEEN, AskedConsultationOut, CommentOut
from api.reviews.schemas.suggestions import SuggestionOut
from api.statements.models import State
from api.web import fields
from api.web.rest import OutSchema


class ReadBlockOut(OutSchema):
    """A block that a comment can be about."""

    id = fields.String(example=ID)
    text = fields.String(description="Inline Markdown.")


class ReadRevisionOut(OutSchema):
    """The text that is read."""

    number = fields.Integer()
    language = fields.String(example="en")
    sha256 = fields.String(**SEEN)
    printed = fields.Dict()


class MyselfOut(OutSchema):
    """Who is asked, as themselves."""

    name = fields.String(example="A. Specimen")
    email = fields.String(example="director@specimen.example")
    affiliation = fields.String(allow_none=True)


class SuggestiblePlaceOut(OutSchema):
    """A place of the text for which words can be suggested."""

    target = fields.String(example=f"block/{ID}")
    kind = fields.String(
        example="paragraph",
        description="title, paragraph, heading, quote, list, demands, cases, demand or footnote.",
    )
    lines = fields.List(
        fields.String(),
        example=["We ask that the doors be opened."],
        description="All its texts in order: inline Markdown; a title or source is plain.",
    )
    names = fields.List(
        fields.String(),
        example=["text"],
        description="What each line is: text, lead, source, items, rationale or title.",
    )


class ConsultedOut(OutSchema):
    """What a person reads who is asked for comments."""

    coalition = fields.String(attribute="coalition.name")
    title = fields.String(attribute="statement.title")
    state = fields.Enum(State, attribute="statement.state")
    consultation = fields.Nested(AskedConsultationOut)
    note = fields.String(allow_none=True)
    me = fields.Nested(MyselfOut)
    may_comment = fields.Boolean()
    why_not = fields.String(
        allow_none=True, description="Why no comment is taken from you.", example=None
    )
    revision = fields.Nested(ReadRevisionOut)
    blocks = fields.List(fields.Nested(ReadBlockOut), attribute="places")
    comments = fields.List(fields.Nested(CommentOut), attribute="threads")
    places = fields.List(
        fields.Nested(SuggestiblePlaceOut),
        attribute="targets",
        description="For which other words can be suggested, in the order in which they print.",
    )
    suggestions = fields.List(fields.Nested(SuggestionOut))
