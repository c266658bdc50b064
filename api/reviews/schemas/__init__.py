"""Consultations, who is asked, and comments, as JSON."""

from __future__ import annotations

import marshmallow as ma

from api.reviews import rules
from api.reviews.models import Readership
from api.reviews.rules import AuthorKind, BlockState
from api.web import fields, validate
from api.web.paging import PageArgs
from api.web.rest import OutSchema, Schema, ZonedSchema

MOST_GUESTS = 200
ID = "2f1c6c0e-6d1a-4f0e-9a43-0d6a3f1f9b11"
SEEN = {
    "description": "SHA-256 of the revision that was read.",
    "example": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
}
GUEST = {"name": "G. Specimen", "email": "guest@specimen.example", "language": "en"}
READ_BY = (
    "Who reads a comment beside the coordinators; commenters are told before they write, so it"
    " stays as it was at the opening."
)


class GuestIn(Schema):
    """A person outside the coalition."""

    name = fields.Text(required=True, example="G. Specimen")
    email = fields.Email(required=True, example="guest@specimen.example")
    affiliation = fields.Text(load_default=None, example="Specimen University")
    language = fields.LanguageTag(load_default=None, description="Else that of the text.")


def _guests() -> fields.List:
    return fields.List(
        fields.Nested(GuestIn),
        load_default=list,
        validate=validate.Length(0, MOST_GUESTS),
        description="People outside, each by a link of their own.",
        example=[GUEST],
    )


class ConsultationIn(ZonedSchema):
    """Who is asked for comments, until when, and who reads them."""

    closes_at = fields.Moment(
        required=True,
        description="A comment at this instant is too late.",
        example="2031-05-28T18:00:00+05:00",
    )
    zone = fields.Zone(description="In which it is shown, and read where it has no offset (IANA).")
    read_by = fields.Enum(
        Readership, required=True, description=READ_BY, example="commenters_named"
    )
    note = fields.Text(
        most=rules.MOST_NOTE,
        lines=True,
        load_default=None,
        description="To all who are asked.",
        example="Please look above all at the demands.",
    )
    is_kept = fields.Truth(
        load_default=False,
        description=f"Keep it longer than {rules.KEPT.days} days after publishing.",
    )
    member_ids = fields.List(
        fields.UUID(),
        load_default=None,
        allow_none=True,
        validate=validate.Length(0, rules.MOST_COMMENTERS),
        description="Members, who are asked by their representatives; left out, every lead and"
        " member; observers where they are named.",
        example=None,
    )
    guests = _guests()


class ConsultationChange(ZonedSchema):
    """What can be said anew of a consultation."""

    closes_at = fields.Moment(
        description="Later than now, if it is another one.", example="2031-06-04T18:00:00+05:00"
    )
    zone = fields.Zone(
        load_default=ma.missing,
        description="In which it is shown, and read where it has no offset (IANA).",
    )
    is_kept = fields.Truth(description="Keep it after its day; false lets it go on its day.")


class CommentersIn(Schema):
    """Who is asked as well."""

    member_ids = fields.List(
        fields.UUID(),
        load_default=list,
        validate=validate.Length(0, rules.MOST_COMMENTERS),
        description="Members: those of their representatives who were not asked yet.",
        example=[],
    )
    guests = _guests()


class AskedConsultationOut(OutSchema):
    """Until when comments are taken, and who reads them."""

    closes_at = fields.AwareDateTime()
    zone = fields.String(example="Asia/Almaty")
    read_by = fields.Enum(Readership, description=READ_BY)


class ConsultationOut(OutSchema):
    """That a text is open for comments."""

    id = fields.UUID(attribute="consultation.id")
    statement_id = fields.UUID(attribute="consultation.statement_id")
    revision_number = fields.Integer(
        attribute="consultation.revision_number", description="With which it was opened."
    )
    closes_at = fields.AwareDateTime(attribute="consultation.closes_at")
    zone = fields.String(attribute="consultation.zone", example="Asia/Almaty")
    read_by = fields.Enum(Readership, attribute="consultation.read_by", description=READ_BY)
    note = fields.String(allow_none=True, description="Null too where it tells a hidden name.")
    is_open = fields.Boolean(description="Comments are taken now.")
    is_kept = fields.Boolean(attribute="consultation.is_kept")
    forget_on = fields.Date(
        attribute="consultation.forget_on",
        allow_none=True,
        description="The day on which it is deleted unless it is kept; null until the text is"
        " published or archived.",
        example=None,
    )
    commenters = fields.Integer(description="How many are asked.", example=5)
    comments = fields.Integer(
        allow_none=True,
        description="How many there are, with the replies; to coordinators.",
        example=12,
    )
    unresolved = fields.Integer(
        allow_none=True, description="Threads that are not resolved; to coordinators.", example=3
    )
    suggestions = fields.Integer(
        allow_none=True, description="How many there are; to coordinators.", example=8
    )
    undecided = fields.Integer(
        allow_none=True,
        description="Suggestions that are still open; to coordinators.",
        example=2,
    )
    created_at = fields.AwareDateTime(attribute="consultation.created_at")
    updated_at = fields.AwareDateTime(attribute="consultation.updated_at")


class CommenterOut(OutSchema):
    """A person who is asked for comments."""

    id = fields.UUID(attribute="commenter.id")
    consultation_id = fields.UUID(attribute="commenter.consultation_id")
    member_id = fields.UUID(
        attribute="commenter.member_id", allow_none=True, description="Null: outside."
    )
    name = fields.String(example="A. Specimen")
    email = fields.String(example="director@specimen.example")
    affiliation = fields.String(allow_none=True)
    language = fields.String(attribute="commenter.language", example="en")
    has_link = fields.Boolean(description="Their link works.")
    created_at = fields.AwareDateTime(attribute="commenter.created_at")


class NewCommentersOut(OutSchema):
    """Who is asked since this call."""

    items = fields.List(fields.Nested(CommenterOut))


class CommentIn(Schema):
    """What is said of a block, of the whole text, or in reply."""

    block_id = fields.String(
        load_default=None,
        allow_none=True,
        validate=validate.Length(1, 36),
        description="Of the newest revision; left out, the whole text is meant.",
        example=None,
    )
    parent_id = fields.UUID(
        load_default=None,
        allow_none=True,
        description="The comment that begins the thread, of a reply.",
        example=None,
    )
    text = fields.Text(
        most=rules.MOST_TEXT,
        lines=True,
        prints=False,
        required=True,
        example="We would ask for a date here.",
    )


class OwnCommentIn(CommentIn):
    """What somebody who is asked says of the text that they read."""

    revision_sha256 = fields.Sha256(required=True, **SEEN)


class CommentArgs(Schema):
    """In which text the blocks of comments are looked for."""

    revision = fields.Integer(
        load_default=None,
        validate=validate.Range(1, 10_000),
        description="Number of a revision; left out, the draft.",
    )


class CommentsArgs(PageArgs, CommentArgs):
    """Which threads, and in which text their blocks are looked for."""

    block_id = fields.String(validate=validate.Length(1, 36), load_default=None)
    is_resolved = fields.Boolean(load_default=None)


class ReviewAuthorOut(OutSchema):
    """Who wrote or suggested it, as far as its reader may know."""

    kind = fields.Enum(AuthorKind, allow_none=True, description="Null: who wrote it is forgotten.")
    is_me = fields.Boolean()
    name = fields.String(allow_none=True, example="A. Specimen")
    affiliation = fields.String(allow_none=True)
    organisation = fields.Dict(
        keys=fields.String(),
        values=fields.String(),
        allow_none=True,
        attribute="organisation_names",
        description="Its names by language.",
        example={"en": "Specimen Committee"},
    )
    commenter_id = fields.UUID(allow_none=True, description="To coordinators.")


class ReplyOut(OutSchema):
    """One comment in a thread."""

    id = fields.UUID(attribute="comment.id")
    author = fields.Nested(ReviewAuthorOut)
    text = fields.String(
        allow_none=True,
        description="Null: it was taken back or erased, or the reader may not read it.",
        example="We would ask for a date here.",
    )
    written_by = fields.String(
        allow_none=True,
        description="To coordinators: the author that Word wrote, of a comment out of a file;"
        " nobody has verified who that was.",
        example=None,
    )
    tells_name = fields.Boolean(
        description="To coordinators: it names somebody who may not be named, so nobody else"
        " reads it but who wrote it."
    )
    revision_number = fields.Integer(
        attribute="comment.revision_number", description="Of the text that was read."
    )
    written_at = fields.AwareDateTime(
        description="To others than coordinators, the beginning of the day."
    )


class BlockPlaceOut(OutSchema):
    """Where the block of a comment is, and what became of it since."""

    id = fields.String(example=ID)
    state = fields.Enum(BlockState)
    place = fields.Integer(allow_none=True, description="From 1; null: it is gone.", example=1)
    then = fields.String(
        allow_none=True,
        attribute="words_then",
        description="What it said when the comment was written, where that differs.",
        example=None,
    )


class CommentOut(ReplyOut):
    """A thread: a comment with its replies."""

    consultation_id = fields.UUID(attribute="comment.consultation_id")
    block = fields.Nested(
        BlockPlaceOut, allow_none=True, description="Null: it is about the whole text."
    )
    resolved_at = fields.AwareDateTime(attribute="comment.resolved_at", allow_none=True)
    replies = fields.List(fields.Nested(ReplyOut))
