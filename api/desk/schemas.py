"""What forms of the desk send that is no body of /v1."""

from __future__ import annotations

from api.web import fields
from api.web.rest import Schema


class AddressIn(Schema):
    """Who wants to sign in."""

    email = fields.Email(required=True)


class FirstPersonIn(AddressIn):
    """Who sets an installation up."""

    name = fields.Text(most=200, required=True)
