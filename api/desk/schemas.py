"""What forms of the desk send that is no body of /v1."""

from __future__ import annotations

from api.accounts.rules import MOST_OF_A_LABEL
from api.web import fields, validate
from api.web.rest import OutSchema, Schema


class AddressIn(Schema):
    """Who wants to sign in."""

    email = fields.Email(required=True)


class FirstPersonIn(AddressIn):
    """Who sets an installation up."""

    name = fields.Text(most=200, required=True)


class SearchIn(Schema):
    """What is sought, as long as /v1 takes it."""

    search = fields.String(required=True, validate=validate.Length(0, 200))


class PasskeyIn(Schema):
    """What somebody calls a passkey."""

    label = fields.Text(most=MOST_OF_A_LABEL, required=True)


class DailyLetterIn(Schema):
    """Whether one wants a letter a day."""

    is_wanted = fields.Truth(required=True, example=True)
    language = fields.LanguageTag(load_default="en", example="en")


class DailyLetterOut(OutSchema):
    """Whether one gets a letter a day."""

    is_wanted = fields.Boolean(example=True)
    language = fields.String(allow_none=True, example="en", description="null: none is wanted.")
