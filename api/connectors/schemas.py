"""Connectors as JSON."""

from __future__ import annotations

import marshmallow as ma

from api.connectors import rules
from api.connectors.models import PushAction, PushState
from api.web import validate
from api.web.fields import LanguageTag, Text, Truth
from api.web.paging import PageArgs
from api.web.rest import Schema

SETTINGS = {"every": "daily", "list": "Specimen letters"}


def _settings(**more: object) -> ma.fields.Dict:
    return ma.fields.Dict(
        keys=ma.fields.String(validate=validate.Length(1, 60)),
        values=ma.fields.String(validate=validate.Length(0, 500)),
        validate=validate.Length(0, 30),
        metadata={
            "description": "By the names of the kind's fields.",
            "example": SETTINGS,
        },
        **more,  # type: ignore[arg-type] # of any field
    )


class FieldOut(Schema):
    """One thing that a kind of tool needs to know."""

    name = ma.fields.String()
    about = ma.fields.String()
    is_secret = ma.fields.Boolean()
    is_needed = ma.fields.Boolean()
    choices = ma.fields.List(ma.fields.String())


class KindOut(Schema):
    """A kind of tool that can be connected."""

    kind = ma.fields.String()
    name = ma.fields.String()
    reads_back = ma.fields.Boolean(
        metadata={"description": "Whether it can be asked who left."},
    )
    fields_needed = ma.fields.List(ma.fields.Nested(FieldOut))


class KindsOut(Schema):
    """All kinds of tools."""

    items = ma.fields.List(ma.fields.Nested(KindOut))


class TrialIn(Schema):
    """A tool to try out."""

    kind = ma.fields.String(
        required=True, validate=validate.Length(1, 60), metadata={"example": "csv"}
    )
    settings = _settings(required=True)


class MailingListOut(Schema):
    """A list of a tool."""

    id = ma.fields.String()
    name = ma.fields.String()


class TrialOut(Schema):
    """Whether a tool works."""

    works = ma.fields.Boolean()
    fault = ma.fields.String(allow_none=True, metadata={"example": "key-refused"})
    advice = ma.fields.String(allow_none=True, metadata={"description": "What to do."})
    lists = ma.fields.List(ma.fields.Nested(MailingListOut))


class ConnectorIn(TrialIn):
    """A tool of an organisation."""

    organisation_id = ma.fields.UUID(
        required=True, metadata={"description": "Whose mailings people agree to."}
    )
    statement_id = ma.fields.UUID(
        load_default=None,
        allow_none=True,
        metadata={
            "description": "Whose signatories; null: those of all of the coalition.",
            "example": None,
        },
    )
    label = Text(required=True, most=120, metadata={"example": "Letters of the committee"})
    fields_told = ma.fields.Dict(
        keys=ma.fields.String(validate=validate.OneOf(list(rules.TOLD))),
        values=ma.fields.String(
            validate=validate.Regexp(r"[A-Za-z][A-Za-z0-9_ -]{0,59}\Z", error="A short name.")
        ),
        load_default=dict,
        attribute="fields",
        metadata={
            "description": "What is told of a person besides address and name: ours to theirs.",
            "example": {"country": "country", "language": "lang"},
        },
    )
    languages = ma.fields.Dict(
        keys=LanguageTag(),
        values=ma.fields.String(validate=validate.Length(1, 200)),
        validate=validate.Length(0, 40),
        load_default=dict,
        metadata={
            "description": "Lists of those who read a language; the others go to `list`.",
            "example": {"ru": "Specimen letters in Russian"},
        },
    )


class ConnectorChangeIn(Schema):
    """What of a connector may change."""

    label = Text(most=120)
    settings = _settings()
    fields_told = ma.fields.Dict(
        keys=ma.fields.String(validate=validate.OneOf(list(rules.TOLD))),
        values=ma.fields.String(
            validate=validate.Regexp(r"[A-Za-z][A-Za-z0-9_ -]{0,59}\Z", error="A short name.")
        ),
        attribute="fields",
    )
    languages = ma.fields.Dict(
        keys=LanguageTag(),
        values=ma.fields.String(validate=validate.Length(1, 200)),
        validate=validate.Length(0, 40),
    )
    is_paused = Truth()


class PushCountsOut(Schema):
    """How many are where."""

    subscribed = ma.fields.Integer()
    to_subscribe = ma.fields.Integer()
    to_unsubscribe = ma.fields.Integer()
    refused = ma.fields.Integer()
    unsubscribed = ma.fields.Integer()
    expired = ma.fields.Integer(
        metadata={"description": "Whom no tool heard of within 30 days; take them off by hand."}
    )


class ConnectorOut(Schema):
    """A connector. Its keys are never shown."""

    id = ma.fields.UUID(attribute="connector.id")
    organisation_id = ma.fields.UUID(attribute="connector.organisation_id")
    statement_id = ma.fields.UUID(attribute="connector.statement_id", allow_none=True)
    kind = ma.fields.String(attribute="connector.kind")
    label = ma.fields.String(attribute="connector.label")
    settings = ma.fields.Dict(keys=ma.fields.String(), values=ma.fields.String())
    secrets_set = ma.fields.List(ma.fields.String())
    fields_told = ma.fields.Dict(attribute="connector.fields")
    languages = ma.fields.Dict(attribute="connector.languages")
    is_paused = ma.fields.Boolean(attribute="connector.is_paused")
    status = ma.fields.String(validate=validate.OneOf(["working", "failing", "paused"]))
    fault = ma.fields.String(attribute="connector.fault", allow_none=True)
    advice = ma.fields.String(allow_none=True, metadata={"description": "What to do."})
    failing_since = ma.fields.AwareDateTime(attribute="connector.failing_since", allow_none=True)
    run_after = ma.fields.AwareDateTime(
        attribute="connector.run_after",
        allow_none=True,
        metadata={"description": "When it is tried again, or the next file is written."},
    )
    read_at = ma.fields.AwareDateTime(
        attribute="connector.read_at",
        allow_none=True,
        metadata={"description": "When the tool was asked last who left."},
    )
    counts = ma.fields.Nested(PushCountsOut)


class SynchronisationIn(Schema):
    """How to synchronise."""

    again = Truth(load_default=False, metadata={"description": "Hand over all once more, too."})


class ReadBackIn(Schema):
    """How to read back."""

    accept_many = Truth(
        load_default=False,
        metadata={"description": "Take their consents back also if more than half left."},
    )


class RemovalArgs(Schema):
    """How to disconnect."""

    abandon = ma.fields.Boolean(
        load_default=False,
        metadata={"description": "Also if people are still to be unsubscribed."},
    )


class PushArgs(PageArgs):
    """Which pushes."""

    state = ma.fields.Enum(PushState, by_value=True)
    action = ma.fields.Enum(PushAction, by_value=True)


class PushOut(Schema):
    """What a tool was told of one signature."""

    id = ma.fields.UUID(attribute="push.id")
    signature_id = ma.fields.UUID(attribute="push.signature_id")
    action = ma.fields.Enum(PushAction, by_value=True, attribute="push.action")
    state = ma.fields.Enum(PushState, by_value=True, attribute="push.state")
    fault = ma.fields.String(attribute="push.fault", allow_none=True)
    attempts = ma.fields.Integer(attribute="push.attempts")
    mailing_list = ma.fields.String(attribute="push.mailing_list", allow_none=True)
    address = ma.fields.String(
        allow_none=True,
        metadata={"description": "Only while somebody is to be taken off, for 30 days at most."},
    )
    created_at = ma.fields.AwareDateTime(attribute="push.created_at")
    changed_at = ma.fields.AwareDateTime(attribute="push.changed_at")


class PushFileOut(Schema):
    """A file that was written."""

    id = ma.fields.UUID()
    rows = ma.fields.Integer()
    bytes = ma.fields.Integer()
    is_sent = ma.fields.Boolean(metadata={"description": "It goes by letter."})
    created_at = ma.fields.AwareDateTime()


class PeopleArgs(Schema):
    """Whose people are asked for."""

    mailing_list = ma.fields.String(
        data_key="list",
        load_default=None,
        validate=validate.Length(1, 200),
        metadata={
            "description": "The id of a list of the tool; left out, the one that people go to."
        },
    )
