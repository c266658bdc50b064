"""Coalitions, members and addressees as JSON."""

from __future__ import annotations

from api.coalitions.models import InvitationState, MemberRole
from api.coalitions.rules.importing import ADDRESSEES
from api.coalitions.service import ACCENT
from api.organisations.schemas import READ, OrganisationOut
from api.web import fields, validate
from api.web.paging import PageArgs
from api.web.rest import OutSchema, Schema
from api.web.table_schemas import LineSchema
from api.web.tables import CSV

MOST_DAYS = 90
ORIGIN = r"https?://[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:[0-9]{1,5})?\Z"
ORIGIN_IS = "Write it as browsers send it: https://specimen.example, in lower case, no path."


def _days(usual: int, description: str) -> fields.Integer:
    return fields.Integer(
        load_default=usual,
        strict=True,
        validate=validate.Range(1, MOST_DAYS),
        description=description,
        example=usual,
    )


class CoalitionIn(Schema):
    """A coalition's facts."""

    slug = fields.Slug(required=True, example="steppe-and-mountain")
    name = fields.Text(required=True, example="Steppe and Mountain Coalition")
    languages = fields.List(
        fields.LanguageTag(),
        load_default=lambda: ["en"],
        validate=[validate.Length(1, 40), validate.unique],
    )
    countries = fields.List(
        fields.CountryCode(), load_default=list, validate=[validate.Length(0, 249), validate.unique]
    )
    country_names = fields.Dict(
        keys=fields.LanguageTag(),
        values=fields.Dict(keys=fields.CountryCode(), values=fields.Text(most=100)),
        load_default=dict,
        validate=validate.Length(0, 40),
        description="By language, the names of countries to print instead of CLDR's.",
        example={"ru": {"KG": "Кыргызстан"}},
    )
    conjunctions = fields.Dict(
        keys=fields.LanguageTag(),
        values=fields.Text(most=20),
        load_default=dict,
        validate=validate.Length(0, 40),
        description="By language, the word that joins the last two of a list.",
        example={"kk": "және"},
    )
    accent = fields.Colour(
        load_default=ACCENT, description="The one colour of documents.", example=ACCENT
    )
    remind_after_days = _days(5, "Days until members that have not answered are reminded.")
    remind_every_days = _days(2, "Days from one reminder to the next.")
    origins = fields.List(
        fields.String(validate=validate.Regexp(ORIGIN, error=ORIGIN_IS)),
        load_default=list,
        validate=[validate.Length(0, 40), validate.unique],
        description="Sites whose pages may sign: scheme, host and port as browsers send it.",
        example=["https://specimen.example"],
    )
    sensitive_countries = fields.List(
        fields.CountryCode(),
        load_default=list,
        validate=[validate.Length(0, 249), validate.unique],
        description="Statements about them are signed with least visibility by default.",
        example=["TM"],
    )


class CoalitionOut(OutSchema):
    """A coalition."""

    id = fields.UUID()
    slug = fields.String(example="steppe-and-mountain")
    name = fields.String(example="Steppe and Mountain Coalition")
    languages = fields.List(fields.String(example="en"))
    countries = fields.List(fields.String(example="KZ"))
    country_names = fields.Dict(example={"ru": {"KG": "Кыргызстан"}})
    conjunctions = fields.Dict(example={"kk": "және"})
    accent = fields.String(example=ACCENT)
    remind_after_days = fields.Integer(example=5)
    remind_every_days = fields.Integer(example=2)
    origins = fields.List(fields.String(example="https://specimen.example"))
    sensitive_countries = fields.List(fields.String(example="TM"))
    logo_type = fields.String(allow_none=True, example="image/png")
    created_at = fields.AwareDateTime()
    updated_at = fields.AwareDateTime()


class MemberChangeIn(Schema):
    """What may change of a membership."""

    role = fields.Enum(MemberRole, load_default=MemberRole.MEMBER)
    since = fields.Date(description="Today where left out.")
    until = fields.Date(
        load_default=None, description="The first day on which it is no member any more."
    )


class MemberIn(MemberChangeIn):
    """A membership."""

    organisation_id = fields.UUID(required=True)


class MemberOut(OutSchema):
    """A member and its organisation."""

    id = fields.UUID()
    coalition_id = fields.UUID()
    role = fields.Enum(MemberRole)
    since = fields.Date()
    until = fields.Date(allow_none=True)
    organisation = fields.Nested(OrganisationOut)


class AddresseeArgs(PageArgs):
    """A page of the addressees that any spelling finds."""

    q = fields.String(
        validate=validate.Length(1, 200),
        description="Words of a name, title or organisation, in any spelling or script.",
    )


class AddresseeIn(Schema):
    """An official or body."""

    name = fields.Text(required=True, example="A. Specimen")
    title = fields.Text(load_default=None, example="President")
    organisation = fields.Text(load_default=None, example="Specimen Union")
    country = fields.CountryCode(load_default=None)
    salutation = fields.Text(load_default=None, example="Dear President,")
    email = fields.Email(load_default=None)


class AddresseeOut(OutSchema):
    """An addressee; its e-mail address is null for who may not see it."""

    id = fields.UUID(attribute="addressee.id")
    coalition_id = fields.UUID(attribute="addressee.coalition_id")
    name = fields.String(attribute="addressee.name", example="A. Specimen")
    title = fields.String(allow_none=True, attribute="addressee.title")
    organisation = fields.String(allow_none=True, attribute="addressee.organisation")
    country = fields.String(allow_none=True, attribute="addressee.country", example="KZ")
    salutation = fields.String(allow_none=True, attribute="addressee.salutation")
    email = fields.String(allow_none=True, example="office@specimen.example")


class AddresseeLineIn(LineSchema, AddresseeIn):
    """A line of a table of others with addressees."""

    id = fields.UUID()


ADDRESSEE_TABLE = f"""\
{READ} Columns: {", ".join(ADDRESSEES.columns)}. E-mail addresses are sealed."""
ADDRESSEE_EXAMPLE = {
    CSV: "Name,Position,Organisation,Country,E-mail\n"
    "A. Specimen,President,Specimen Union,Kazakhstan,office@specimen.example\n"
}


class InvitationIn(Schema):
    """Whom a coalition invites. Without an organisation, who accepts names it."""

    organisation_id = fields.UUID(
        load_default=None, description="One of the coalition's organisations.", example=None
    )
    entry_id = fields.UUID(
        load_default=None,
        description="A public entry of the directory, to be copied.",
        example=None,
    )
    name = fields.Text(required=True, example="A. Specimen")
    email = fields.Email(required=True, example="director@specimen.example")
    language = fields.LanguageTag(
        load_default=None, description="Of the letter; the coalition's first where left out."
    )
    note = fields.Text(
        most=2000,
        lines=True,
        load_default=None,
        description="What you write to who is invited: it stands in the letter.",
        example="We met in Almaty. Would you join us?",
    )
    role = fields.Enum(MemberRole, load_default=MemberRole.MEMBER)
    since = fields.Date(
        load_default=None, description="The day on which it accepts where left out.", example=None
    )
    until = fields.Date(
        load_default=None,
        description="The first day on which it is no member any more.",
        example=None,
    )


class InvitedOut(OutSchema):
    """An invitation, as who was invited sees it."""

    coalition = fields.String(attribute="coalition.name", example="Steppe and Mountain Coalition")
    organisation = fields.Nested(
        Schema.from_dict(
            {
                "names": fields.names_by_language(required=True),
                "acronym": fields.String(required=True, allow_none=True),
                "country": fields.String(required=True, allow_none=True, example="KZ"),
            },
            name="InvitedOrganisationOut",
        ),
        allow_none=True,
        description="Null: who accepts names it.",
    )
    name = fields.String(attribute="person.name", example="A. Specimen")
    note = fields.String(
        allow_none=True, attribute="note", example="We met in Almaty. Would you join us?"
    )
    role = fields.Enum(MemberRole, attribute="invitation.role")
    since = fields.Date(allow_none=True, attribute="invitation.since")
    until = fields.Date(allow_none=True, attribute="invitation.until")
    language = fields.String(attribute="invitation.language", example="en")
    state = fields.Enum(InvitationState, attribute="invitation.state")
    expires_at = fields.AwareDateTime(attribute="invitation.expires_at")


class InvitationOut(InvitedOut):
    """An invitation, as coordinators see it."""

    id = fields.UUID(attribute="invitation.id")
    coalition_id = fields.UUID(attribute="invitation.coalition_id")
    organisation_id = fields.UUID(allow_none=True, attribute="invitation.organisation_id")
    email = fields.String(attribute="person.email", example="director@specimen.example")
    reason = fields.String(
        dump_default=None,
        allow_none=True,
        attribute="person.reason",
        description="Of who declined.",
        example=None,
        required=False,
    )
    answered_at = fields.AwareDateTime(allow_none=True, attribute="invitation.answered_at")
    created_at = fields.AwareDateTime(attribute="invitation.created_at")


class AcceptanceIn(Schema):
    """Who accepts, and for which organisation where the invitation leaves it open."""

    name = fields.Text(required=True, example="A. Specimen")
    role = fields.Text(load_default=None, example="Director")
    organisation = fields.Text(load_default=None, example="Specimen Committee")
    acronym = fields.Text(most=40, load_default=None, example="SPC")
    country = fields.CountryCode(load_default=None)
    website = fields.WebAddress(load_default=None)


class RefusalIn(Schema):
    """Why it declines, if it wants to say."""

    reason = fields.Text(most=2000, lines=True, load_default=None)
