"""Letters as JSON: how far they are, never to whom."""

from __future__ import annotations

from typing import Any

import marshmallow as ma

from api.errors import Code, Reason
from api.infra.mail.letters import LetterState
from api.mailings.models import Cause, Security
from api.mailings.rules import bodies
from api.mailings.rules.servers import ADVICE
from api.web import validate
from api.web.fields import Email, LanguageTag, Text
from api.web.paging import PageArgs
from api.web.rest import Schema

KIND = {"description": "docs/letters.md lists them.", "example": "signoffs.request"}


class LetterOut(Schema):
    """A letter, and how far it is. To whom it goes, no row says."""

    id = ma.fields.UUID(required=True)
    kind = ma.fields.String(required=True, metadata=KIND)
    object_id = ma.fields.UUID(
        required=True, metadata={"description": "What it is about: an approver, a signature ..."}
    )
    state = ma.fields.Enum(LetterState, by_value=True, required=True, metadata={"example": "sent"})
    fault = ma.fields.String(
        required=True,
        allow_none=True,
        metadata={
            "description": "Why it was not taken: smtp- and the server's code, or what broke.",
            "example": "smtp-550",
        },
    )
    attempts = ma.fields.Integer(required=True, metadata={"example": 1})
    created_at = ma.fields.AwareDateTime(
        required=True, metadata={"description": "Of letters of signing the day, as below."}
    )
    run_after = ma.fields.AwareDateTime(
        required=True,
        attribute="shown_run_after",
        metadata={"description": "Of a queued one: not before then is it tried."},
    )
    ended_at = ma.fields.AwareDateTime(required=True, allow_none=True, attribute="shown_ended_at")


class LetterArgs(PageArgs):
    """A page of letters."""

    state = ma.fields.Enum(LetterState, by_value=True, metadata={"example": "failed"})
    kind = ma.fields.String(validate=validate.Length(1, 60), metadata=KIND)


class _HostIn(Schema):
    host = Text(required=True, most=253, metadata={"example": "mail.specimen.example"})
    user = Text(most=320, load_default=None, allow_none=True, metadata={"example": "letters"})
    password = ma.fields.String(
        load_default=None,
        allow_none=True,
        load_only=True,
        validate=validate.Length(1, 500),
        metadata={
            "description": "Never shown. Left out, that of the same user stays.",
            "example": "a secret of Specimen",
        },
    )


class MailboxIn(_HostIn):
    """Where what cannot be delivered is read: by IMAP over TLS."""

    port = ma.fields.Integer(load_default=993, metadata={"example": 993})


def _rate(description: str, default: int) -> ma.fields.Integer:
    return ma.fields.Integer(
        load_default=default,
        validate=validate.Range(1, 10_000),
        metadata={"description": description, "example": default},
    )


class MailServerIn(_HostIn):
    """Where a coalition's letters go out, from whom, and where they come back to."""

    port = ma.fields.Integer(load_default=587, metadata={"example": 587})
    security = ma.fields.Enum(
        Security,
        by_value=True,
        load_default=Security.STARTTLS,
        metadata={"description": "`tls` from the first byte (465), or `starttls` (587)."},
    )
    sender = Email(required=True, metadata={"example": "letters@specimen.example"})
    sender_name = Text(
        most=120,
        load_default=None,
        allow_none=True,
        metadata={"description": "In place of the coalition's name.", "example": None},
    )
    a_minute = _rate("Letters a minute, to all.", 120)
    a_minute_to_domain = _rate("Letters a minute, to the mailboxes of one domain.", 30)
    returns = Email(
        load_default=None,
        allow_none=True,
        metadata={
            "description": "What cannot be delivered comes back to this address, with + and a"
            " token before its @. Without it, nobody learns which addresses are dead.",
            "example": "returns@specimen.example",
        },
    )
    mailbox = ma.fields.Nested(MailboxIn, load_default=None, allow_none=True)


def _advice(field: str) -> ma.fields.Function:
    def advise(shown: Any) -> str | None:
        return ADVICE.get(getattr(shown.row, field) or "")

    return ma.fields.Function(
        advise,
        required=True,
        metadata={
            "type": ["string", "null"],
            "description": "What to do about it.",
            "example": ADVICE["login-refused"],
        },
    )


def _fault(field: str) -> ma.fields.String:
    return ma.fields.String(
        required=True,
        allow_none=True,
        attribute=f"row.{field}",
        metadata={"description": f"Null: it works. Else {', '.join(ADVICE)}.", "example": None},
    )


class MailServerOut(Schema):
    """A coalition's mail server, and whether it works. Passwords are never shown."""

    host = ma.fields.String(required=True, attribute="row.host")
    port = ma.fields.Integer(required=True, attribute="row.port")
    security = ma.fields.Enum(Security, by_value=True, required=True, attribute="row.security")
    user = ma.fields.String(required=True, allow_none=True)
    sender = ma.fields.String(required=True, attribute="row.sender")
    sender_name = ma.fields.String(required=True, allow_none=True, attribute="row.sender_name")
    a_minute = ma.fields.Integer(required=True, attribute="row.a_minute")
    a_minute_to_domain = ma.fields.Integer(required=True, attribute="row.a_minute_to_domain")
    returns = ma.fields.String(required=True, allow_none=True, attribute="row.returns")
    mailbox_host = ma.fields.String(required=True, allow_none=True, attribute="row.mailbox_host")
    mailbox_port = ma.fields.Integer(required=True, allow_none=True, attribute="row.mailbox_port")
    mailbox_user = ma.fields.String(required=True, allow_none=True)
    fault = _fault("fault")
    advice = _advice("fault")
    faulty_since = ma.fields.AwareDateTime(
        required=True, allow_none=True, attribute="row.faulty_since"
    )
    mailbox_fault = _fault("mailbox_fault")
    mailbox_advice = _advice("mailbox_fault")
    mailbox_read_at = ma.fields.AwareDateTime(
        required=True, allow_none=True, attribute="row.mailbox_read_at"
    )


class SuppressionIn(Schema):
    """An address that asked to be left alone."""

    email = Email(required=True, metadata={"example": "a.specimen@specimen.example"})


class SuppressionOut(Schema):
    """An address that a coalition writes to no more, and why."""

    id = ma.fields.UUID(required=True, attribute="row.id")
    email = ma.fields.String(required=True)
    cause = ma.fields.Enum(
        Cause,
        by_value=True,
        required=True,
        attribute="row.cause",
        metadata={
            "description": "Of `bounce` and `complaint` it gets nothing at all; of `unsubscribed`"
            " and `coordinator` only what it asks for itself: a confirmation, a receipt."
        },
    )
    since = ma.fields.AwareDateTime(required=True, attribute="row.since")


def one_a_language(texts: list[dict[str, str]]) -> None:
    """Let texts pass of which each is of another language."""
    if len({each["language"].lower() for each in texts}) != len(texts):
        raise ma.ValidationError(Reason(Code.DUPLICATE, "Give one text a language."))


class LetterTextSchema(Schema):
    """What somebody writes for a letter, in one language."""

    language = LanguageTag(required=True)

    @ma.validates("text")
    def _fits_a_letter(self, text: str, **_: Any) -> None:
        if faults := bodies.faults(text):
            raise ma.ValidationError([Reason(Code.BAD_MARKUP, fault) for fault in faults])
