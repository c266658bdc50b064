"""Users, roles and tokens as JSON."""

from __future__ import annotations

import marshmallow as ma

from api.accounts.rules import Role
from api.web.fields import Email, Text
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
        validate=ma.validate.Range(1, MOST_DAYS),
        metadata={"description": "Days until it expires.", "example": 90},
    )
    coalition_ids = ma.fields.List(
        ma.fields.UUID(),
        load_default=None,
        allow_none=True,
        validate=ma.validate.Length(1, 100),
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
