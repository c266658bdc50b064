"""Connectors as JSON."""

from __future__ import annotations

from api.connectors import rules
from api.connectors.models import PushAction, PushState
from api.web import fields, validate
from api.web.paging import PageArgs
from api.web.rest import Schema

SETTINGS = {"every": "daily", "list": "Specimen letters"}


def _settings(**more: object) -> fields.Dict:
    return fields.Dict(
        keys=fields.String(validate=validate.Length(1, 60)),
        values=fields.String(validate=validate.Length(0, 500)),
        validate=validate.Length(0, 30),
        description="By the names of the kind's fields.",
        example=SETTINGS,
        **more,
    )


def _fields_told(**more: object) -> fields.Dict:
    name = validate.Regexp(r"[A-Za-z][A-Za-z0-9_ -]{0,59}\Z", error="A short name.")
    return fields.Dict(
        keys=fields.String(validate=validate.OneOf(list(rules.TOLD))),
        values=fields.String(validate=name),
        attribute="fields",
        **more,
    )


def _languages(**more: object) -> fields.Dict:
    return fields.Dict(
        keys=fields.LanguageTag(),
        values=fields.String(validate=validate.Length(1, 200)),
        validate=validate.Length(0, 40),
        **more,
    )


class FieldOut(Schema):
    """One thing that a kind of tool needs to know."""

    name = fields.String()
    about = fields.String()
    is_secret = fields.Boolean()
    is_needed = fields.Boolean()
    choices = fields.List(fields.String())


class KindOut(Schema):
    """A kind of tool that can be connected."""

    kind = fields.String()
    name = fields.String()
    reads_back = fields.Boolean(description="Whether it can be asked who left.")
    fields_needed = fields.List(fields.Nested(FieldOut))


class KindsOut(Schema):
    """All kinds of tools."""

    items = fields.List(fields.Nested(KindOut))


class TrialIn(Schema):
    """A tool to try out."""

    kind = fields.String(required=True, validate=validate.Length(1, 60), example="csv")
    settings = _settings(required=True)


class MailingListOut(Schema):
    """A list of a tool."""

    id = fields.String()
    name = fields.String()


class TrialOut(Schema):
    """Whether a tool works."""

    works = fields.Boolean()
    fault = fields.String(allow_none=True, example="key-refused")
    advice = fields.String(allow_none=True, description="What to do.")
    lists = fields.List(fields.Nested(MailingListOut))


class ConnectorIn(TrialIn):
    """A tool of an organisation."""

    organisation_id = fields.UUID(required=True, description="Whose mailings people agree to.")
    statement_id = fields.UUID(
        load_default=None,
        description="Whose signatories; null: those of all of the coalition.",
        example=None,
    )
    label = fields.Text(required=True, most=120, example="Letters of the committee")
    fields_told = _fields_told(
        load_default=dict,
        description="What is told of a person besides address and name: ours to theirs.",
        example={"country": "country", "language": "lang"},
    )
    languages = _languages(
        load_default=dict,
        description="Lists of those who read a language; the others go to `list`.",
        example={"ru": "Specimen letters in Russian"},
    )


class ConnectorChangeIn(Schema):
    """What of a connector may change."""

    label = fields.Text(most=120)
    settings = _settings()
    fields_told = _fields_told()
    languages = _languages()
    is_paused = fields.Truth()


class PushCountsOut(Schema):
    """How many are where."""

    subscribed = fields.Integer()
    to_subscribe = fields.Integer()
    to_unsubscribe = fields.Integer()
    refused = fields.Integer()
    unsubscribed = fields.Integer()
    expired = fields.Integer(
        description="Whom no tool heard of within 30 days; take them off by hand."
    )


class ConnectorOut(Schema):
    """A connector. Its keys are never shown."""

    id = fields.UUID(attribute="connector.id")
    organisation_id = fields.UUID(attribute="connector.organisation_id")
    statement_id = fields.UUID(attribute="connector.statement_id", allow_none=True)
    kind = fields.String(attribute="connector.kind")
    label = fields.String(attribute="connector.label")
    settings = fields.Dict(keys=fields.String(), values=fields.String())
    secrets_set = fields.List(fields.String())
    fields_told = fields.Dict(attribute="connector.fields")
    languages = fields.Dict(attribute="connector.languages")
    is_paused = fields.Boolean(attribute="connector.is_paused")
    status = fields.String(validate=validate.OneOf(["working", "failing", "paused"]))
    fault = fields.String(attribute="connector.fault", allow_none=True)
    advice = fields.String(allow_none=True, description="What to do.")
    failing_since = fields.AwareDateTime(attribute="connector.failing_since", allow_none=True)
    run_after = fields.AwareDateTime(
        attribute="connector.run_after",
        allow_none=True,
        description="When it is tried again, or the next file is written.",
    )
    read_at = fields.AwareDateTime(
        attribute="connector.read_at",
        allow_none=True,
        description="When the tool was asked last who left.",
    )
    counts = fields.Nested(PushCountsOut)


class SynchronisationIn(Schema):
    """How to synchronise."""

    again = fields.Truth(load_default=False, description="Hand over all once more, too.")


class ReadBackIn(Schema):
    """How to read back."""

    accept_many = fields.Truth(
        load_default=False, description="Take their consents back also if more than half left."
    )


class RemovalArgs(Schema):
    """How to disconnect."""

    abandon = fields.Boolean(
        load_default=False, description="Also if people are still to be unsubscribed."
    )


class PushArgs(PageArgs):
    """Which pushes."""

    state = fields.Enum(PushState)
    action = fields.Enum(PushAction)


class PushOut(Schema):
    """What a tool was told of one signature."""

    id = fields.UUID(attribute="push.id")
    signature_id = fields.UUID(attribute="push.signature_id")
    action = fields.Enum(PushAction, attribute="push.action")
    state = fields.Enum(PushState, attribute="push.state")
    fault = fields.String(attribute="push.fault", allow_none=True)
    attempts = fields.Integer(attribute="push.attempts")
    mailing_list = fields.String(attribute="push.mailing_list", allow_none=True)
    address = fields.String(
        allow_none=True, description="Only while somebody is to be taken off, for 30 days at most."
    )
    created_at = fields.AwareDateTime(attribute="push.created_at")
    changed_at = fields.AwareDateTime(attribute="push.changed_at")


class PushFileOut(Schema):
    """A file that was written."""

    id = fields.UUID()
    rows = fields.Integer()
    bytes = fields.Integer()
    is_sent = fields.Boolean(description="It goes by letter.")
    created_at = fields.AwareDateTime()


class PeopleArgs(Schema):
    """Whose people are asked for."""

    mailing_list = fields.String(
        data_key="list",
        load_default=None,
        validate=validate.Length(1, 200),
        description="The id of a list of the tool; left out, the one that people go to.",
    )
