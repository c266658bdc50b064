"""Letters as JSON: how far they are, never to whom."""

from __future__ import annotations

import marshmallow as ma

from api.errors import Code, Reason
from api.infra.mail.letters import LetterState
from api.mailings.models import Cause, Security
from api.mailings.rules import bodies
from api.mailings.rules.servers import ADVICE
from api.mailings.service.servers import MailServerView
from api.web import fields, validate
from api.web.paging import PageArgs
from api.web.rest import OutSchema, Schema

KIND = {"description": "docs/letters.md lists them.", "example": "signoffs.request"}


class LetterOut(OutSchema):
    """A letter, and how far it is. To whom it goes, no row says."""

    id = fields.UUID()
    kind = fields.String(**KIND)
    object_id = fields.UUID(description="What it is about: an approver, a signature ...")
    state = fields.Enum(LetterState, example="sent")
    fault = fields.String(
        allow_none=True,
        description="Why it was not taken: smtp- and the server's code, or what broke.",
        example="smtp-550",
    )
    attempts = fields.Integer(example=1)
    created_at = fields.AwareDateTime(description="Of letters of signing the day, as below.")
    run_after = fields.AwareDateTime(
        attribute="shown_run_after", description="Of a queued one: not before then is it tried."
    )
    ended_at = fields.AwareDateTime(allow_none=True, attribute="shown_ended_at")


class LetterArgs(PageArgs):
    """A page of letters."""

    state = fields.Enum(LetterState, example="failed")
    kind = fields.String(validate=validate.Length(1, 60), **KIND)


class _HostIn(Schema):
    host = fields.Text(required=True, most=253, example="mail.specimen.example")
    user = fields.Text(most=320, load_default=None, example="letters")
    password = fields.String(
        load_default=None,
        load_only=True,
        validate=validate.Length(1, 500),
        description="Never shown. Left out, that of the same user stays.",
        example="a secret of Specimen",
    )


class MailboxIn(_HostIn):
    """Where what cannot be delivered is read: by IMAP over TLS."""

    port = fields.Integer(load_default=993, example=993)


def _rate(description: str, default: int) -> fields.Integer:
    return fields.Integer(
        load_default=default,
        validate=validate.Range(1, 10_000),
        description=description,
        example=default,
    )


class MailServerIn(_HostIn):
    """Where a coalition's letters go out, from whom, and where they come back to."""

    port = fields.Integer(load_default=587, example=587)
    security = fields.Enum(
        Security,
        load_default=Security.STARTTLS,
        description="`tls` from the first byte (465), or `starttls` (587).",
    )
    sender = fields.Email(required=True, example="letters@specimen.example")
    sender_name = fields.Text(
        most=120, load_default=None, description="In place of the coalition's name.", example=None
    )
    a_minute = _rate("Letters a minute, to all.", 120)
    a_minute_to_domain = _rate("Letters a minute, to the mailboxes of one domain.", 30)
    returns = fields.Email(
        load_default=None,
        description="What cannot be delivered comes back to this address, with + and a"
        " token before its @. Without it, nobody learns which addresses are dead.",
        example="returns@specimen.example",
    )
    mailbox = fields.Nested(MailboxIn, load_default=None)


def _advice(field: str) -> fields.Function:
    def advise(shown: MailServerView) -> str | None:
        return ADVICE.get(getattr(shown.row, field) or "")

    return fields.Function(
        advise,
        required=True,
        metadata={
            "type": ["string", "null"],
            "description": "What to do about it.",
            "example": ADVICE["login-refused"],
        },
    )


def _fault(field: str) -> fields.String:
    return fields.String(
        required=True,
        allow_none=True,
        attribute=f"row.{field}",
        description=f"Null: it works. Else {', '.join(ADVICE)}.",
        example=None,
    )


class MailServerOut(OutSchema):
    """A coalition's mail server, and whether it works. Passwords are never shown."""

    host = fields.String(attribute="row.host")
    port = fields.Integer(attribute="row.port")
    security = fields.Enum(Security, attribute="row.security")
    user = fields.String(allow_none=True)
    sender = fields.String(attribute="row.sender")
    sender_name = fields.String(allow_none=True, attribute="row.sender_name")
    a_minute = fields.Integer(attribute="row.a_minute")
    a_minute_to_domain = fields.Integer(attribute="row.a_minute_to_domain")
    returns = fields.String(allow_none=True, attribute="row.returns")
    mailbox_host = fields.String(allow_none=True, attribute="row.mailbox_host")
    mailbox_port = fields.Integer(allow_none=True, attribute="row.mailbox_port")
    mailbox_user = fields.String(allow_none=True)
    fault = _fault("fault")
    advice = _advice("fault")
    faulty_since = fields.AwareDateTime(allow_none=True, attribute="row.faulty_since")
    mailbox_fault = _fault("mailbox_fault")
    mailbox_advice = _advice("mailbox_fault")
    mailbox_read_at = fields.AwareDateTime(allow_none=True, attribute="row.mailbox_read_at")


class SuppressionIn(Schema):
    """An address that asked to be left alone."""

    email = fields.Email(required=True, example="a.specimen@specimen.example")


class SuppressionOut(OutSchema):
    """An address that a coalition writes to no more, and why."""

    id = fields.UUID(attribute="row.id")
    email = fields.String()
    cause = fields.Enum(
        Cause,
        attribute="row.cause",
        description="Of `bounce` and `complaint` it gets nothing at all; of `unsubscribed`"
        " and `coordinator` only what it asks for itself: a confirmation, a receipt.",
    )
    since = fields.AwareDateTime(attribute="row.since")


def _one_a_language(texts: list[dict[str, str]]) -> None:
    if len({each["language"].lower() for each in texts}) != len(texts):
        raise ma.ValidationError(Reason(Code.DUPLICATE, "Give one text a language."))


class LetterTextSchema(Schema):
    """What somebody writes for a letter, in one language."""

    language = fields.LanguageTag(required=True)

    @ma.validates("text")
    def _fits_a_letter(self, text: str, **_: object) -> None:
        if faults := bodies.faults(text):
            raise ma.ValidationError([Reason(Code.BAD_MARKUP, fault) for fault in faults])


def letter_texts(schema: type[LetterTextSchema], example: list[dict[str, str]]) -> fields.List:
    """Return the field of what somebody writes for a letter, one text a language."""
    return fields.List(
        fields.Nested(schema),
        required=True,
        validate=[validate.Length(1, bodies.MOST_LANGUAGES), _one_a_language],
        example=example,
    )
