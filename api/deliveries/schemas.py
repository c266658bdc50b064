"""Cover letters, deliveries and responses as JSON."""

from __future__ import annotations

import marshmallow as ma

from api.coalitions.schemas import AddresseeIn
from api.deliveries.models import DeliveryState, Means
from api.demands.models import DemandStatus
from api.errors import Code, Reason
from api.mailings.rules import bodies
from api.mailings.schemas import LetterTextSchema, letter_texts
from api.web import fields, validate
from api.web.rest import OutSchema, Schema

MOST_ADDRESSEES = 200
MOST_DEMANDS = 200
_TEXTS = [
    {
        "language": "en",
        "subject": "Open the doors: a letter of eight organisations",
        "text": "We hand you the letter that eight organisations signed.\n\nWe ask for an answer.",
    }
]
_ID = "7d0c3a9e-5b1f-4a44-9c55-0d3a6f1e2b90"
_NAME = {"example": AddresseeIn().fields["name"].metadata["example"]}


def _each_once(given: list[dict[str, object]]) -> None:
    if len({each["demand_id"] for each in given}) != len(given):
        raise ma.ValidationError(Reason(Code.DUPLICATE, "Name each demand once."))


class CoverTextSchema(LetterTextSchema):
    """A cover letter in one language."""

    subject = fields.Text(most=bodies.MOST_SUBJECT, required=True, example=_TEXTS[0]["subject"])
    text = fields.Text(
        most=bodies.MOST_TEXT,
        lines=True,
        required=True,
        example=_TEXTS[0]["text"],
        description="Paragraphs of Markdown: emphasis, quotes after >, links that stand"
        " alone. The addressee's salutation comes before it, the coalition's name after it.",
    )


class CoverLetterIn(Schema):
    """What goes with a statement to its addressees."""

    language = fields.LanguageTag(
        required=True, description="Of the text where no other is asked for."
    )
    texts = letter_texts(CoverTextSchema, _TEXTS)


class CoverLetterOut(OutSchema):
    """A cover letter."""

    id = fields.UUID()
    statement_id = fields.UUID()
    language = fields.String(example="en")
    texts = fields.List(fields.Nested(CoverTextSchema))
    created_by = fields.UUID(allow_none=True)
    created_at = fields.AwareDateTime()


class CoverPreviewArgs(Schema):
    """For whom it is shown."""

    language = fields.LanguageTag(load_default=None)
    addressee_id = fields.UUID(
        load_default=None,
        description="Those whose name stands among the addressees of the text, where left out.",
    )


class DeliveryAddresseeOut(OutSchema):
    """An addressee, by name."""

    id = fields.UUID()
    name = fields.String(**_NAME)


def _addressees(description: str) -> fields.List:
    return fields.List(fields.Nested(DeliveryAddresseeOut), description=description)


def _missing() -> fields.List:
    return fields.List(
        fields.String(),
        description="Names in the text that no addressee of the coalition has.",
        example=["B. Specimen"],
    )


class CoverPreviewOut(OutSchema):
    """A cover letter as it goes out, and to whom."""

    language = fields.String(example="en")
    subject = fields.String(attribute="message.subject", example=_TEXTS[0]["subject"])
    text = fields.String(attribute="message.text", example=_TEXTS[0]["text"])
    html = fields.String(attribute="message.html", example="<p>We hand you…</p>")
    to = _addressees("To whom it would go.")
    without_email = _addressees("Who has no e-mail address.")
    already = _addressees("Who has this revision, or soon will.")
    missing = _missing()
    reply_to = fields.String(
        allow_none=True,
        attribute="message.reply_to",
        description="Where an answer goes: the first contact in the text that has an e-mail,"
        " else who sends it. Of a sensitive statement only a contact.",
        example="press@specimen.example",
    )


class DeliveriesIn(Schema):
    """To whom a statement is sent by e-mail, with this cover letter."""

    language = fields.LanguageTag(load_default=None)
    addressee_ids = fields.List(
        fields.UUID(),
        load_default=None,
        validate=validate.Length(1, MOST_ADDRESSEES),
        description="Those whose name stands among the addressees of the text, where left out.",
        example=None,
    )


class DeliveryIn(Schema):
    """That a statement was handed over by other means."""

    addressee_id = fields.UUID(required=True)
    means = fields.Enum(
        Means,
        required=True,
        validate=validate.NoneOf([Means.EMAIL], error="Send e-mail by a cover letter."),
        example="in_person",
    )
    delivered_at = fields.Instant(
        load_default=None, description="Now where left out.", example="2026-05-14T09:30:00+00:00"
    )
    note = fields.Text(
        most=2000, lines=True, load_default=None, example="At the chancellery; stamped, number 4."
    )


class DeliveryOut(OutSchema):
    """One handing over."""

    id = fields.UUID(attribute="row.id")
    statement_id = fields.UUID(attribute="row.statement_id")
    addressee_id = fields.UUID(allow_none=True, attribute="row.addressee_id")
    addressee = fields.String(attribute="row.addressee", **_NAME, description="Its name by then.")
    cover_letter_id = fields.UUID(allow_none=True, attribute="row.cover_letter_id")
    revision = fields.Integer(attribute="row.revision_number", example=1)
    language = fields.String(allow_none=True, attribute="row.language", example="en")
    means = fields.Enum(Means, attribute="row.means")
    state = fields.Enum(
        DeliveryState,
        description="waiting: on its way, or tried again; delivered: the mail server took"
        " it; failed: for good; dropped: the text, the addressee or its e-mail was gone.",
    )
    fault = fields.String(
        allow_none=True, description="Why the mail server did not take it.", example="smtp-550"
    )
    answer = fields.String(
        allow_none=True,
        attribute="row.answer",
        description="What the mail server that took it answered. Its keepers find the letter"
        " by it, where somebody says that none came.",
        example="250 2.0.0 Ok: queued as 4T0001",
    )
    told = fields.String(
        allow_none=True, description="What went wrong, and what to do.", example=None
    )
    note = fields.String(allow_none=True, example=None)
    delivered_at = fields.AwareDateTime(allow_none=True, attribute="row.delivered_at")
    created_by = fields.UUID(allow_none=True, attribute="row.created_by")
    created_at = fields.AwareDateTime(attribute="row.created_at")


class DeliveriesOut(OutSchema):
    """What was promised, and who was passed over."""

    items = fields.List(fields.Nested(DeliveryOut))
    without_email = _addressees("Who has no e-mail address.")
    already = _addressees("Who has this revision, or soon will.")
    missing = _missing()


class ResponseDemandSchema(Schema):
    """A demand that a response speaks to."""

    demand_id = fields.UUID(required=True, example=_ID)
    status = fields.Enum(
        DemandStatus,
        load_default=None,
        description="What became of the demand by it: it is written to its history.",
        example="rejected",
    )


class ResponseIn(Schema):
    """What an addressee answered."""

    addressee_id = fields.UUID(required=True)
    answered_on = fields.Day(load_default=None, description="Today where left out.")
    text = fields.Text(
        most=5000, lines=True, required=True, example="The law will be looked at next year."
    )
    sources = fields.List(fields.WebAddress(), load_default=list, validate=validate.Length(0, 40))
    demands = fields.List(
        fields.Nested(ResponseDemandSchema),
        load_default=list,
        validate=[validate.Length(0, MOST_DEMANDS), _each_once],
        example=[],
    )


class ResponseOut(OutSchema):
    """A response."""

    id = fields.UUID(attribute="row.id")
    statement_id = fields.UUID(attribute="row.statement_id")
    addressee_id = fields.UUID(allow_none=True, attribute="row.addressee_id")
    addressee = fields.String(attribute="row.addressee", **_NAME)
    answered_on = fields.Date(attribute="row.answered_on")
    text = fields.String(example="The law will be looked at next year.")
    sources = fields.List(fields.String(), example=[])
    demands = fields.List(fields.Nested(ResponseDemandSchema))
    created_by = fields.UUID(allow_none=True, attribute="row.created_by")
    created_at = fields.AwareDateTime(attribute="row.created_at")
