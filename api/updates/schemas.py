"""Updates, whom they go to and how far they are, as JSON."""

from __future__ import annotations

import marshmallow as ma

from api.mailings.rules import bodies
from api.mailings.schemas import LetterTextSchema, one_a_language
from api.updates import rules
from api.updates.models import UpdateState
from api.web import validate
from api.web.fields import LanguageTag, Text
from api.web.rest import Schema

_EXAMPLE = [
    {
        "language": "en",
        "subject": "The letter was handed over",
        "text": "Yesterday we handed the letter over.\n\n[See the pictures](https://specimen.example)",
    }
]
MARKDOWN = (
    "Paragraphs with emphasis and strong, quotes (> at the start), and links that stand alone in a"
    " paragraph: [words](https://...). The first link is the button."
)


class UpdateTextSchema(LetterTextSchema):
    """An update in one language."""

    subject = Text(
        most=bodies.MOST_SUBJECT,
        required=True,
        metadata={"example": _EXAMPLE[0]["subject"], "description": "Plain text, one line."},
    )
    text = Text(
        most=bodies.MOST_TEXT,
        lines=True,
        required=True,
        metadata={"example": _EXAMPLE[0]["text"], "description": MARKDOWN},
    )


class UpdateIn(Schema):
    """What is written, and by whose mailings."""

    organisation_id = ma.fields.UUID(
        required=True,
        metadata={"description": "Of the coalition: who agreed to its mailings gets the update."},
    )
    also_statement_ids = ma.fields.List(
        ma.fields.UUID(),
        load_default=list,
        validate=[validate.Length(0, rules.MOST_STATEMENTS), validate.unique],
        metadata={
            "example": [],
            "description": "It goes to those who agreed at these statements as well, once each.",
        },
    )
    language = LanguageTag(
        required=True,
        metadata={"description": "Of the text for those in whose language there is none."},
    )
    texts = ma.fields.List(
        ma.fields.Nested(UpdateTextSchema),
        required=True,
        validate=[validate.Length(1, bodies.MOST_LANGUAGES), one_a_language],
        metadata={"example": _EXAMPLE},
    )


class UpdateOut(Schema):
    """An update."""

    id = ma.fields.UUID(required=True)
    statement_id = ma.fields.UUID(required=True)
    organisation_id = ma.fields.UUID(required=True)
    also_statement_ids = ma.fields.List(ma.fields.UUID(), required=True)
    language = ma.fields.String(required=True, metadata={"example": "en"})
    texts = ma.fields.List(ma.fields.Nested(UpdateTextSchema), required=True)
    state = ma.fields.Enum(UpdateState, by_value=True, required=True)
    created_at = ma.fields.AwareDateTime(required=True)
    created_by = ma.fields.UUID(required=True, allow_none=True)
    started_at = ma.fields.AwareDateTime(required=True, allow_none=True)
    ended_at = ma.fields.AwareDateTime(required=True, allow_none=True)


class UpdatePreviewArgs(Schema):
    """For whom it is shown."""

    language = LanguageTag(metadata={"description": "In which somebody reads."})


class UpdatePreviewOut(Schema):
    """A letter as it goes out, but for its link."""

    language = ma.fields.String(
        required=True, metadata={"description": "Of the text that they get.", "example": "en"}
    )
    sender_name = ma.fields.String(required=True, metadata={"example": "Specimen Committee"})
    subject = ma.fields.String(required=True)
    text = ma.fields.String(required=True)
    html = ma.fields.String(required=True)


class UpdateTestIn(Schema):
    """Which of its texts you want to see."""

    language = LanguageTag(load_default=None, allow_none=True)


class UpdateTestOut(Schema):
    """A letter to yourself."""

    language = ma.fields.String(required=True, metadata={"example": "en"})


class UpdateReadersOut(Schema):
    """How many read one language, and which text they get."""

    language = ma.fields.String(
        required=True,
        allow_none=True,
        metadata={"example": "ru-KZ", "description": "Of the signatories; null: not known."},
    )
    text_language = ma.fields.String(required=True, metadata={"example": "ru"})
    number = ma.fields.Integer(required=True, metadata={"example": 12})


class UpdateLeftOutOut(Schema):
    """How many who agreed get none, by why."""

    not_confirmed = ma.fields.Integer(
        required=True, metadata={"description": "Held, rejected or taken out of the count."}
    )
    no_address = ma.fields.Integer(required=True)
    suppressed = ma.fields.Integer(
        required=True, metadata={"description": "Letters came back, or were complained of."}
    )
    twice = ma.fields.Integer(
        required=True, metadata={"description": "The same mailbox gets it already."}
    )


class UpdateCountOut(Schema):
    """To how many an update would go now."""

    number = ma.fields.Integer(required=True, metadata={"example": 12})
    consents = ma.fields.Integer(required=True, metadata={"example": 13})
    languages = ma.fields.List(ma.fields.Nested(UpdateReadersOut), required=True)
    left_out = ma.fields.Nested(UpdateLeftOutOut, required=True)


class UpdateProgressOut(Schema):
    """How far an update is."""

    state = ma.fields.Enum(UpdateState, by_value=True, required=True)
    percent = ma.fields.Integer(required=True, metadata={"example": 40})
    recipients = ma.fields.Integer(
        required=True, metadata={"description": "Those who were gathered when it was begun."}
    )
    waiting = ma.fields.Integer(required=True)
    on_the_way = ma.fields.Integer(
        required=True, metadata={"description": "Letters that are sent next, or tried again."}
    )
    sent = ma.fields.Integer(required=True)
    failed = ma.fields.Integer(
        required=True, metadata={"description": "Refused for good, or too often."}
    )
    gone = ma.fields.Integer(
        required=True,
        metadata={"description": "They took their consent or signature back meanwhile."},
    )
    left_out = ma.fields.Nested(
        UpdateLeftOutOut,
        required=True,
        allow_none=True,
        metadata={"description": "From the beginning; null until all are gathered."},
    )
