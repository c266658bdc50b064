"""Users, roles and tokens as JSON."""

from __future__ import annotations

import marshmallow as ma

from api.accounts.rules import Role
from api.infra.background.jobs import JobState
from api.web import validate
from api.web.fields import Email, Text
from api.web.paging import PageArgs
from api.web.rest import Schema

ROLE = ma.fields.Enum(Role, by_value=True, required=True, metadata={"example": "coordinator"})
MOST_DAYS = 366


class PersonOut(Schema):
    """A person who works here."""

    id = ma.fields.UUID(required=True)
    email = ma.fields.String(required=True, metadata={"example": "coordinator@specimen.example"})
    name = ma.fields.String(required=True, metadata={"example": "A. Specimen"})


class MyRoleOut(Schema):
    """One of the caller's roles."""

    coalition_id = ma.fields.UUID(required=True)
    role = ROLE


class MeOut(PersonOut):
    """The caller, and what it may do with this token."""

    roles = ma.fields.List(ma.fields.Nested(MyRoleOut), required=True)


class TokenIn(Schema):
    """A new token."""

    label = Text(most=100, required=True, metadata={"example": "Our web site"})
    days = ma.fields.Integer(
        load_default=90,
        strict=True,
        validate=validate.Range(1, MOST_DAYS),
        metadata={"description": "Days until it expires.", "example": 90},
    )
    coalition_ids = ma.fields.List(
        ma.fields.UUID(),
        load_default=None,
        allow_none=True,
        validate=validate.Length(1, 100),
        metadata={"description": "Limits the token to these coalitions; left out: to none."},
    )


class TokenOut(Schema):
    """A token, without its secret."""

    id = ma.fields.UUID(required=True)
    label = ma.fields.String(required=True, metadata={"example": "Our web site"})
    coalition_ids = ma.fields.List(ma.fields.UUID(), required=True, allow_none=True)
    created_at = ma.fields.AwareDateTime(required=True)
    expires_at = ma.fields.AwareDateTime(required=True)
    revoked_at = ma.fields.AwareDateTime(required=True, allow_none=True)
    last_used_at = ma.fields.AwareDateTime(
        required=True, allow_none=True, metadata={"description": "To the minute."}
    )


class NewTokenOut(Schema):
    """A new token with its secret, which is shown this once."""

    token = ma.fields.Nested(TokenOut, required=True)
    secret = ma.fields.String(required=True, metadata={"example": "und_…"})


class RoleIn(Schema):
    """A role for a person."""

    email = Email(required=True)
    name = Text(most=200, required=True, metadata={"example": "A. Specimen"})
    role = ROLE


class RoleChangeIn(Schema):
    """Another role."""

    role = ROLE


class RoleOut(Schema):
    """A role, and whose it is."""

    id = ma.fields.UUID(required=True, attribute="grant.id")
    coalition_id = ma.fields.UUID(required=True, attribute="grant.coalition_id")
    role = ma.fields.Enum(
        Role, by_value=True, required=True, attribute="grant.role", metadata={"example": "editor"}
    )
    user = ma.fields.Nested(PersonOut, required=True, attribute="person")
    created_at = ma.fields.AwareDateTime(required=True, attribute="grant.created_at")


class JobOut(Schema):
    """Promised work, and how far it is."""

    id = ma.fields.UUID(required=True)
    kind = ma.fields.String(required=True, metadata={"example": "documents.print"})
    state = ma.fields.Enum(JobState, by_value=True, required=True, metadata={"example": "done"})
    progress = ma.fields.Integer(
        required=True, metadata={"description": "Percent.", "example": 100}
    )
    result = ma.fields.Dict(
        required=True,
        allow_none=True,
        metadata={"example": {"url": "/v1/statements/…/document?format=pdf&revision=3"}},
    )
    fault = ma.fields.String(
        required=True,
        allow_none=True,
        metadata={"description": "A problem type, or what broke, of the last attempt."},
    )
    attempts = ma.fields.Integer(required=True, metadata={"example": 1})
    created_at = ma.fields.AwareDateTime(required=True)
    run_after = ma.fields.AwareDateTime(
        required=True, metadata={"description": "Not before then is it tried."}
    )
    finished_at = ma.fields.AwareDateTime(required=True, allow_none=True)


class JobArgs(PageArgs):
    """A page of jobs."""

    state = ma.fields.Enum(JobState, by_value=True, metadata={"example": "dead"})


class AuditEntryArgs(PageArgs):
    """A page of the record."""

    action = ma.fields.String(
        validate=validate.Length(1, 60), metadata={"example": "statement.revised"}
    )
    object_id = ma.fields.UUID(metadata={"description": "What it was done to."})
    user_id = ma.fields.UUID(metadata={"description": "Who did it."})


class AuditEntryOut(Schema):
    """What was done, by whom and when. docs/record.md lists the actions and their facts."""

    id = ma.fields.UUID(required=True, attribute="entry.id")
    at = ma.fields.AwareDateTime(required=True, attribute="entry.at")
    action = ma.fields.String(
        required=True, attribute="entry.action", metadata={"example": "statement.revised"}
    )
    object_id = ma.fields.UUID(required=True, allow_none=True, attribute="entry.object_id")
    user_id = ma.fields.UUID(
        required=True,
        allow_none=True,
        attribute="entry.user_id",
        metadata={"description": "null: the operator, a job, or what something else entailed."},
    )
    token_id = ma.fields.UUID(required=True, allow_none=True, attribute="entry.token_id")
    commitment = ma.fields.String(
        required=True,
        allow_none=True,
        attribute="entry.commitment",
        metadata={
            "description": "SHA-256 of the salt and the facts of it as canonical JSON.",
            "example": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        },
    )
    salt = ma.fields.String(
        required=True,
        allow_none=True,
        metadata={
            "description": "In hexadecimal; null: there are no facts, or a person was erased.",
            "example": "8c6976e5b5410415bde908bd4dee15df",
        },
    )
    number = ma.fields.Integer(
        required=True,
        allow_none=True,
        attribute="entry.number",
        metadata={"description": "Its place in the chain; null: not sealed yet.", "example": 7},
    )
    hash = ma.fields.String(
        required=True,
        allow_none=True,
        attribute="entry.hash",
        metadata={
            "description": "SHA-256 of the entry and of the hash before it.",
            "example": "60303ae22b998861bce3b28f33eec1be758a213c86c93c076dbe9f558c11c752",
        },
    )


class HeadOut(Schema):
    """The newest sealed entry of the record: whoever keeps it finds what is changed before it."""

    number = ma.fields.Integer(required=True, metadata={"example": 7})
    hash = ma.fields.String(
        required=True,
        metadata={"example": "60303ae22b998861bce3b28f33eec1be758a213c86c93c076dbe9f558c11c752"},
    )
    head = ma.fields.String(
        required=True,
        metadata={
            "description": "Both, as `undersigned audit verify --head` takes them.",
            "example": "7:60303ae22b998861bce3b28f33eec1be758a213c86c93c076dbe9f558c11c752",
        },
    )
