"""Cover letters, deliveries and responses as JSON."""

from __future__ import annotations

from typing import Any

import marshmallow as ma

from api.coalitions.schemas import AddresseeIn
from api.deliveries.models import DeliveryState, Means
from api.demands.models import DemandStatus
from api.errors import Code, Reason
from api.mailings.rules import bodies
from api.mailings.schemas import LetterTextSchema, one_a_language
from api.web import validate
from api.web.fields import Day, Instant, LanguageTag, Text, WebAddress
from api.web.rest import Schema

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


def _each_once(given: list[dict[str, Any]]) -> None:
    if len({each["demand_id"] for each in given}) != len(given):
        raise ma.ValidationError(Reason(Code.DUPLICATE, "Name each demand once."))


class CoverTextSchema(LetterTextSchema):
    """A cover letter in one language."""

    subject = Text(
        most=bodies.MOST_SUBJECT, required=True, metadata={"example": _TEXTS[0]["subject"]}
    )
    text = Text(
        most=bodies.MOST_TEXT,
        lines=True,
        required=True,
        metadata={
            "example": _TEXTS[0]["text"],
            "description": "Paragraphs of Markdown: emphasis, quotes after >, links that stand"
            " alone. The addressee's salutation comes before it, the coalition's name after it.",
        },
    )


class CoverLetterIn(Schema):
    """What goes with a statement to its addressees."""

    language = LanguageTag(
        required=True, metadata={"description": "Of the text where no other is asked for."}
    )
    texts = ma.fields.List(
        ma.fields.Nested(CoverTextSchema),
        required=True,
        validate=[validate.Length(1, bodies.MOST_LANGUAGES), one_a_language],
        metadata={"example": _TEXTS},
    )


class CoverLetterOut(Schema):
    """A cover letter."""

    id = ma.fields.UUID(required=True)
    statement_id = ma.fields.UUID(required=True)
    language = ma.fields.String(required=True, metadata={"example": "en"})
    texts = ma.fields.List(ma.fields.Nested(CoverTextSchema), required=True)
    created_by = ma.fields.UUID(required=True, allow_none=True)
    created_at = ma.fields.AwareDateTime(required=True)


class CoverPreviewArgs(Schema):
    """For whom it is shown."""

    language = LanguageTag(load_default=None)
    addressee_id = ma.fields.UUID(
        load_default=None,
        metadata={
            "description": "Those whose name stands among the addressees of the text, where left"
            " out."
        },
    )


class DeliveryAddresseeOut(Schema):
    """An addressee, by name."""

    id = ma.fields.UUID(required=True)
    name = ma.fields.String(required=True, metadata=_NAME)


def _addressees(description: str) -> Any:
    return ma.fields.List(
        ma.fields.Nested(DeliveryAddresseeOut),
        required=True,
        metadata={"description": description},
    )


def _missing() -> Any:
    return ma.fields.List(
        ma.fields.String(),
        required=True,
        metadata={
            "description": "Names in the text that no addressee of the coalition has.",
            "example": ["B. Specimen"],
        },
    )


class CoverPreviewOut(Schema):
    """A cover letter as it goes out, and to whom."""

    language = ma.fields.String(required=True, metadata={"example": "en"})
    subject = ma.fields.String(
        required=True, attribute="message.subject", metadata={"example": _TEXTS[0]["subject"]}
    )
    text = ma.fields.String(
        required=True, attribute="message.text", metadata={"example": _TEXTS[0]["text"]}
    )
    html = ma.fields.String(
        required=True, attribute="message.html", metadata={"example": "<p>We hand you…</p>"}
    )
    to = _addressees("To whom it would go.")
    without_email = _addressees("Who has no e-mail address.")
    already = _addressees("Who has this revision, or soon will.")
    missing = _missing()
    reply_to = ma.fields.String(
        required=True,
        allow_none=True,
        attribute="message.reply_to",
        metadata={
            "description": "Where an answer goes: the first contact in the text that has an e-mail,"
            " else who sends it. Of a sensitive statement only a contact.",
            "example": "press@specimen.example",
        },
    )


class DeliveriesIn(Schema):
    """To whom a statement is sent by e-mail, with this cover letter."""

    language = LanguageTag(load_default=None, allow_none=True)
    addressee_ids = ma.fields.List(
        ma.fields.UUID(),
        load_default=None,
        allow_none=True,
        validate=validate.Length(1, MOST_ADDRESSEES),
        metadata={
            "description": "Those whose name stands among the addressees of the text, where left"
            " out.",
            "example": None,
        },
    )


class DeliveryIn(Schema):
    """That a statement was handed over by other means."""

    addressee_id = ma.fields.UUID(required=True)
    means = ma.fields.Enum(
        Means,
        by_value=True,
        required=True,
        validate=validate.NoneOf([Means.EMAIL], error="Send e-mail by a cover letter."),
        metadata={"example": "in_person"},
    )
    delivered_at = Instant(
        load_default=None,
        allow_none=True,
        metadata={"description": "Now where left out.", "example": "2026-05-14T09:30:00+00:00"},
    )
    note = Text(
        most=2000,
        lines=True,
        load_default=None,
        allow_none=True,
        metadata={"example": "At the chancellery; stamped, number 4."},
    )


class DeliveryOut(Schema):
    """One handing over."""

    id = ma.fields.UUID(required=True, attribute="row.id")
    statement_id = ma.fields.UUID(required=True, attribute="row.statement_id")
    addressee_id = ma.fields.UUID(required=True, allow_none=True, attribute="row.addressee_id")
    addressee = ma.fields.String(
        required=True,
        attribute="row.addressee",
        metadata={**_NAME, "description": "Its name by then."},
    )
    cover_letter_id = ma.fields.UUID(
        required=True, allow_none=True, attribute="row.cover_letter_id"
    )
    revision = ma.fields.Integer(
        required=True, attribute="row.revision_number", metadata={"example": 1}
    )
    language = ma.fields.String(
        required=True, allow_none=True, attribute="row.language", metadata={"example": "en"}
    )
    means = ma.fields.Enum(Means, by_value=True, required=True, attribute="row.means")
    state = ma.fields.Enum(
        DeliveryState,
        by_value=True,
        required=True,
        metadata={
            "description": "waiting: on its way, or tried again; delivered: the mail server took"
            " it; failed: for good; dropped: the text, the addressee or its e-mail was gone."
        },
    )
    fault = ma.fields.String(
        required=True,
        allow_none=True,
        metadata={"description": "Why the mail server did not take it.", "example": "smtp-550"},
    )
    answer = ma.fields.String(
        required=True,
        allow_none=True,
        attribute="row.answer",
        metadata={
            "description": "What the mail server that took it answered. Its keepers find the letter"
            " by it, where somebody says that none came.",
            "example": "250 2.0.0 Ok: queued as 4T0001",
        },
    )
    told = ma.fields.String(
        required=True,
        allow_none=True,
        metadata={"description": "What went wrong, and what to do.", "example": None},
    )
    note = ma.fields.String(required=True, allow_none=True, metadata={"example": None})
    delivered_at = ma.fields.AwareDateTime(
        required=True, allow_none=True, attribute="row.delivered_at"
    )
    created_by = ma.fields.UUID(required=True, allow_none=True, attribute="row.created_by")
    created_at = ma.fields.AwareDateTime(required=True, attribute="row.created_at")


class DeliveriesOut(Schema):
    """What was promised, and who was passed over."""

    items = ma.fields.List(ma.fields.Nested(DeliveryOut), required=True)
    without_email = _addressees("Who has no e-mail address.")
    already = _addressees("Who has this revision, or soon will.")
    missing = _missing()


class ResponseDemandSchema(Schema):
    """A demand that a response speaks to."""

    demand_id = ma.fields.UUID(required=True, metadata={"example": _ID})
    status = ma.fields.Enum(
        DemandStatus,
        by_value=True,
        load_default=None,
        allow_none=True,
        metadata={
            "description": "What became of the demand by it: it is written to its history.",
            "example": "rejected",
        },
    )


class ResponseIn(Schema):
    """What an addressee answered."""

    addressee_id = ma.fields.UUID(required=True)
    answered_on = Day(
        load_default=None, allow_none=True, metadata={"description": "Today where left out."}
    )
    text = Text(
        most=5000,
        lines=True,
        required=True,
        metadata={"example": "The law will be looked at next year."},
    )
    sources = ma.fields.List(WebAddress(), load_default=list, validate=validate.Length(0, 40))
    demands = ma.fields.List(
        ma.fields.Nested(ResponseDemandSchema),
        load_default=list,
        validate=[validate.Length(0, MOST_DEMANDS), _each_once],
        metadata={"example": []},
    )


class ResponseOut(Schema):
    """A response."""

    id = ma.fields.UUID(required=True, attribute="row.id")
    statement_id = ma.fields.UUID(required=True, attribute="row.statement_id")
    addressee_id = ma.fields.UUID(required=True, allow_none=True, attribute="row.addressee_id")
    addressee = ma.fields.String(required=True, attribute="row.addressee", metadata=_NAME)
    answered_on = ma.fields.Date(required=True, attribute="row.answered_on")
    text = ma.fields.String(
        required=True, metadata={"example": "The law will be looked at next year."}
    )
    sources = ma.fields.List(ma.fields.String(), required=True, metadata={"example": []})
    demands = ma.fields.List(ma.fields.Nested(ResponseDemandSchema), required=True)
    created_by = ma.fields.UUID(required=True, allow_none=True, attribute="row.created_by")
    created_at = ma.fields.AwareDateTime(required=True, attribute="row.created_at")
