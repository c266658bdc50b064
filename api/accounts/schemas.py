"""Users, roles and tokens as JSON."""

from __future__ import annotations

from api.accounts.models import SignInMeans
from api.accounts.rules import Role
from api.infra.background.jobs import JobState
from api.web import fields, validate
from api.web.paging import PageArgs
from api.web.rest import OutSchema, Schema

ROLE = fields.Enum(Role, required=True, example="coordinator")
MOST_DAYS = 366


class PersonOut(OutSchema):
    """A person who works here."""

    id = fields.UUID()
    email = fields.String(example="coordinator@specimen.example")
    name = fields.String(example="A. Specimen")


class MyRoleOut(OutSchema):
    """One of the caller's roles."""

    coalition_id = fields.UUID()
    role = ROLE


class MeOut(PersonOut):
    """The caller, and what it may do with this token."""

    language = fields.String(
        allow_none=True,
        example="en",
        description="In which the desk and letters speak to the caller. null: as the browser says.",
    )
    roles = fields.List(fields.Nested(MyRoleOut))


class MyLanguageIn(Schema):
    """In which language the caller wants to be spoken to."""

    language = fields.LanguageTag(required=True, allow_none=True, example="en")


class TokenIn(Schema):
    """A new token."""

    label = fields.Text(most=100, required=True, example="Our web site")
    days = fields.Integer(
        load_default=90,
        strict=True,
        validate=validate.Range(1, MOST_DAYS),
        description="Days until it expires.",
        example=90,
    )
    coalition_ids = fields.List(
        fields.UUID(),
        load_default=None,
        validate=validate.Length(1, 100),
        description="Limits the token to these coalitions; left out: to none.",
    )


class TokenOut(OutSchema):
    """A token, without its secret."""

    id = fields.UUID()
    label = fields.String(example="Our web site")
    coalition_ids = fields.List(fields.UUID(), allow_none=True)
    created_at = fields.AwareDateTime()
    expires_at = fields.AwareDateTime()
    revoked_at = fields.AwareDateTime(allow_none=True)
    last_used_at = fields.AwareDateTime(allow_none=True, description="To the minute.")


class NewTokenOut(OutSchema):
    """A new token with its secret, which is shown this once."""

    token = fields.Nested(TokenOut)
    secret = fields.String(example="und_…")


class SessionOut(OutSchema):
    """A browser in which you are signed in at the desk."""

    id = fields.UUID()
    device = fields.String(example="Firefox, Linux")
    means = fields.Enum(SignInMeans, description="By what you signed in.", example="letter")
    created_at = fields.AwareDateTime()
    last_seen_at = fields.AwareDateTime(description="To the minute.")


class RoleIn(Schema):
    """A role for a person."""

    email = fields.Email(required=True)
    name = fields.Text(most=200, required=True, example="A. Specimen")
    role = ROLE
    letter = fields.Boolean(
        load_default=False,
        description="Send the person a letter: who invites, to what, and where to sign in.",
        example=True,
    )


class RoleChangeIn(Schema):
    """Another role."""

    role = ROLE


class RoleOut(OutSchema):
    """A role, and whose it is."""

    id = fields.UUID(attribute="grant.id")
    coalition_id = fields.UUID(attribute="grant.coalition_id")
    role = fields.Enum(Role, attribute="grant.role", example="editor")
    user = fields.Nested(PersonOut, attribute="person")
    created_at = fields.AwareDateTime(attribute="grant.created_at")


class JobOut(OutSchema):
    """Promised work, and how far it is."""

    id = fields.UUID()
    kind = fields.String(example="documents.print")
    state = fields.Enum(JobState, example="done")
    progress = fields.Integer(description="Percent.", example=100)
    result = fields.Dict(
        allow_none=True, example={"url": "/v1/statements/…/document?format=pdf&revision=3"}
    )
    fault = fields.String(
        allow_none=True, description="A problem type, or what broke, of the last attempt."
    )
    attempts = fields.Integer(example=1)
    created_at = fields.AwareDateTime()
    run_after = fields.AwareDateTime(description="Not before then is it tried.")
    finished_at = fields.AwareDateTime(allow_none=True)


class JobArgs(PageArgs):
    """A page of jobs."""

    state = fields.Enum(JobState, example="dead")


class AuditEntryArgs(PageArgs):
    """A page of the record."""

    action = fields.String(validate=validate.Length(1, 60), example="statement.revised")
    object_id = fields.UUID(description="What it was done to.")
    user_id = fields.UUID(description="Who did it.")


class AuditEntryOut(OutSchema):
    """What was done, by whom and when. docs/record.md lists the actions and their facts."""

    id = fields.UUID(attribute="entry.id")
    at = fields.AwareDateTime(attribute="entry.at")
    action = fields.String(attribute="entry.action", example="statement.revised")
    object_id = fields.UUID(allow_none=True, attribute="entry.object_id")
    user_id = fields.UUID(
        allow_none=True,
        attribute="entry.user_id",
        description="null: the operator, a job, or what something else entailed.",
    )
    token_id = fields.UUID(
        allow_none=True,
        attribute="entry.token_id",
        description="By which token, or which session of the desk.",
    )
    commitment = fields.String(
        allow_none=True,
        attribute="entry.commitment",
        description="SHA-256 of the salt and the facts of it as canonical JSON.",
        example="9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    )
    salt = fields.String(
        allow_none=True,
        description="In hexadecimal; null: there are no facts, or a person was erased.",
        example="8c6976e5b5410415bde908bd4dee15df",
    )
    number = fields.Integer(
        allow_none=True,
        attribute="entry.number",
        description="Its place in the chain; null: not sealed yet.",
        example=7,
    )
    hash = fields.String(
        allow_none=True,
        attribute="entry.hash",
        description="SHA-256 of the entry and of the hash before it.",
        example="60303ae22b998861bce3b28f33eec1be758a213c86c93c076dbe9f558c11c752",
    )


class HeadOut(OutSchema):
    """The newest sealed entry of the record: whoever keeps it finds what is changed before it."""

    number = fields.Integer(example=7)
    hash = fields.String(example="60303ae22b998861bce3b28f33eec1be758a213c86c93c076dbe9f558c11c752")
    head = fields.String(
        description="Both, as `undersigned audit verify --head` takes them.",
        example="7:60303ae22b998861bce3b28f33eec1be758a213c86c93c076dbe9f558c11c752",
    )
    backed_up_at = fields.AwareDateTime(
        allow_none=True, description="When the last backup succeeded; null: none has."
    )
