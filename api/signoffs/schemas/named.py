"""The names of members under texts as JSON."""

from __future__ import annotations

from api.statements.models import State
from api.web import fields
from api.web.rest import OutSchema, Schema


class BearingTextOut(OutSchema):
    """A text that bears the name."""

    statement_id = fields.UUID(attribute="statement.id")
    title = fields.String(attribute="statement.title")
    language = fields.String(attribute="statement.language", example="en")
    state = fields.Enum(State, attribute="statement.state")
    in_personal_capacity = fields.Boolean(
        attribute="is_personal",
        description="A person signs, and the organisation does not: the line has its name.",
        example=False,
    )
    address = fields.String(
        allow_none=True, description="Of its public page: /s/{address}.", example=None
    )


class MemberNamesOut(OutSchema):
    """Whose name it is, and the texts of the coalition that bear it, the latest first."""

    coalition = fields.String(attribute="coalition.name")
    names = fields.names_by_language(attribute="organisation.names")
    texts = fields.List(fields.Nested(BearingTextOut))


class NameRemovalIn(Schema):
    """Off which text the name is taken."""

    statement_id = fields.UUID(required=True)


class LearnedNameIn(Schema):
    """Whose entry learns the name that it gave."""

    member_id = fields.UUID(required=True)
