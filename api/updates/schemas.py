"""Updates, whom they go to and how far they are, as JSON."""

from __future__ import annotations

from api.mailings.rules import bodies
from api.mailings.schemas import LetterTextSchema, letter_texts
from api.updates import rules
from api.updates.models import UpdateState
from api.web import fields, validate
from api.web.rest import OutSchema, Schema

_EXAMPLE = [
    {
        "language": "en",
        "subject": "The letter was handed over",
        "text": "Yesterday we handed the letter over.\n\n[See the pictures](https://specimen.example)",
    }
]
MARKDOWN = (
    "Paragraphs with emphasis and strong, quotes (> at the start), and links that stand alone in a"
    " paragraph: `[words](https://...)`. The first link is the button."
)


class UpdateTextSchema(LetterTextSchema):
    """An update in one language."""

    subject = fields.Text(
        most=bodies.MOST_SUBJECT,
        required=True,
        example=_EXAMPLE[0]["subject"],
        description="Plain text, one line.",
    )
    text = fields.Text(
        most=bodies.MOST_TEXT,
        lines=True,
        required=True,
        example=_EXAMPLE[0]["text"],
        description=MARKDOWN,
    )


class UpdateIn(Schema):
    """What is written, and by whose mailings."""

    organisation_id = fields.UUID(
        required=True, description="Of the coalition: who agreed to its mailings gets the update."
    )
    also_statement_ids = fields.List(
        fields.UUID(),
        load_default=list,
        validate=[validate.Length(0, rules.MOST_STATEMENTS), validate.unique],
        example=[],
        description="It goes to those who agreed at these statements as well, once each.",
    )
    language = fields.LanguageTag(
        required=True, description="Of the text for those in whose language there is none."
    )
    texts = letter_texts(UpdateTextSchema, _EXAMPLE)


class UpdateOut(OutSchema):
    """An update."""

    id = fields.UUID()
    statement_id = fields.UUID()
    organisation_id = fields.UUID()
    also_statement_ids = fields.List(fields.UUID())
    language = fields.String(example="en")
    texts = fields.List(fields.Nested(UpdateTextSchema))
    state = fields.Enum(UpdateState)
    created_at = fields.AwareDateTime()
    created_by = fields.UUID(allow_none=True)
    started_at = fields.AwareDateTime(allow_none=True)
    ended_at = fields.AwareDateTime(allow_none=True)


class UpdatePreviewArgs(Schema):
    """For whom it is shown."""

    language = fields.LanguageTag(description="In which somebody reads.")


class UpdatePreviewOut(OutSchema):
    """A letter as it goes out, but for its link."""

    language = fields.String(description="Of the text that they get.", example="en")
    sender_name = fields.String(example="Specimen Committee")
    subject = fields.String()
    text = fields.String()
    html = fields.String()


class UpdateTestIn(Schema):
    """Which of its texts you want to see."""

    language = fields.LanguageTag(load_default=None)


class UpdateTestOut(OutSchema):
    """A letter to yourself."""

    language = fields.String(example="en")


class UpdateReadersOut(OutSchema):
    """How many read one language, and which text they get."""

    language = fields.String(
        allow_none=True, example="ru-KZ", description="Of the signatories; null: not known."
    )
    text_language = fields.String(example="ru")
    number = fields.Integer(example=12)


class UpdateLeftOutOut(OutSchema):
    """How many who agreed get none, by why."""

    not_confirmed = fields.Integer(description="Held, rejected or taken out of the count.")
    no_address = fields.Integer()
    suppressed = fields.Integer(description="Letters came back, or were complained of.")
    twice = fields.Integer(description="The same mailbox gets it already.")


class UpdateCountOut(OutSchema):
    """To how many an update would go now."""

    number = fields.Integer(example=12)
    consents = fields.Integer(example=13)
    languages = fields.List(fields.Nested(UpdateReadersOut))
    left_out = fields.Nested(UpdateLeftOutOut)


class UpdateProgressOut(OutSchema):
    """How far an update is."""

    state = fields.Enum(UpdateState)
    percent = fields.Integer(example=40)
    recipients = fields.Integer(description="Those who were gathered when it was begun.")
    waiting = fields.Integer()
    on_the_way = fields.Integer(description="Letters that are sent next, or tried again.")
    sent = fields.Integer()
    failed = fields.Integer(description="Refused for good, or too often.")
    gone = fields.Integer(description="They took their consent or signature back meanwhile.")
    left_out = fields.Nested(
        UpdateLeftOutOut,
        allow_none=True,
        description="From the beginning; null until all are gathered.",
    )
