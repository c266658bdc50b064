"""Coalitions, members and addressees as JSON."""

from __future__ import annotations

import marshmallow as ma

from api.coalitions.models import InvitationState, MemberRole
from api.coalitions.rules.importing import ADDRESSEES
from api.coalitions.service import ACCENT
from api.organisations.schemas import READ, OrganisationOut
from api.web import validate
from api.web.fields import (
    Colour,
    CountryCode,
    Email,
    LanguageTag,
    Slug,
    Text,
    WebAddress,
    names_by_language,
)
from api.web.rest import Schema
from api.web.table_schemas import LineSchema
from api.web.tables import CSV

MOST_DAYS = 90
ORIGIN = r"https?://[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:[0-9]{1,5})?\Z"
ORIGIN_IS = "Write it as browsers send it: https://specimen.example, in lower case, no path."


def _days(usual: int, description: str) -> ma.fields.Integer:
    return ma.fields.Integer(
        load_default=usual,
        strict=True,
        validate=validate.Range(1, MOST_DAYS),
        metadata={"description": description, "example": usual},
    )


class CoalitionIn(Schema):
    """A coalition's facts."""

    slug = Slug(required=True, metadata={"example": "steppe-and-mountain"})
    name = Text(required=True, metadata={"example": "Steppe and Mountain Coalition"})
    languages = ma.fields.List(
        LanguageTag(),
        load_default=lambda: ["en"],
        validate=[validate.Length(1, 40), validate.unique],
    )
    countries = ma.fields.List(
        CountryCode(), load_default=list, validate=[validate.Length(0, 249), validate.unique]
    )
    country_names = ma.fields.Dict(
        keys=LanguageTag(),
        values=ma.fields.Dict(keys=CountryCode(), values=Text(most=100)),
        load_default=dict,
        validate=validate.Length(0, 40),
        metadata={
            "description": "By language, the names of countries to print instead of CLDR's.",
            "example": {"ru": {"KG": "Кыргызстан"}},
        },
    )
    conjunctions = ma.fields.Dict(
        keys=LanguageTag(),
        values=Text(most=20),
        load_default=dict,
        validate=validate.Length(0, 40),
        metadata={
            "description": "By language, the word that joins the last two of a list.",
            "example": {"kk": "және"},
        },
    )
    accent = Colour(
        load_default=ACCENT,
        metadata={"description": "The one colour of documents.", "example": ACCENT},
    )
    remind_after_days = _days(5, "Days until members that have not answered are reminded.")
    remind_every_days = _days(2, "Days from one reminder to the next.")
    origins = ma.fields.List(
        ma.fields.String(validate=validate.Regexp(ORIGIN, error=ORIGIN_IS)),
        load_default=list,
        validate=[validate.Length(0, 40), validate.unique],
        metadata={
            "description": "Sites whose pages may sign: scheme, host and port as browsers send it.",
            "example": ["https://specimen.example"],
        },
    )
    sensitive_countries = ma.fields.List(
        CountryCode(),
        load_default=list,
        validate=[validate.Length(0, 249), validate.unique],
        metadata={
            "description": "Statements about them are signed with least visibility by default.",
            "example": ["TM"],
        },
    )


class CoalitionOut(Schema):
    """A coalition."""

    id = ma.fields.UUID(required=True)
    slug = ma.fields.String(required=True, metadata={"example": "steppe-and-mountain"})
    name = ma.fields.String(required=True, metadata={"example": "Steppe and Mountain Coalition"})
    languages = ma.fields.List(ma.fields.String(metadata={"example": "en"}), required=True)
    countries = ma.fields.List(ma.fields.String(metadata={"example": "KZ"}), required=True)
    country_names = ma.fields.Dict(
        required=True, metadata={"example": {"ru": {"KG": "Кыргызстан"}}}
    )
    conjunctions = ma.fields.Dict(required=True, metadata={"example": {"kk": "және"}})
    accent = ma.fields.String(required=True, metadata={"example": ACCENT})
    remind_after_days = ma.fields.Integer(required=True, metadata={"example": 5})
    remind_every_days = ma.fields.Integer(required=True, metadata={"example": 2})
    origins = ma.fields.List(
        ma.fields.String(metadata={"example": "https://specimen.example"}), required=True
    )
    sensitive_countries = ma.fields.List(
        ma.fields.String(metadata={"example": "TM"}), required=True
    )
    logo_type = ma.fields.String(required=True, allow_none=True, metadata={"example": "image/png"})
    created_at = ma.fields.AwareDateTime(required=True)
    updated_at = ma.fields.AwareDateTime(required=True)


class MemberChangeIn(Schema):
    """What may change of a membership."""

    role = ma.fields.Enum(MemberRole, by_value=True, load_default=MemberRole.MEMBER)
    since = ma.fields.Date(metadata={"description": "Today where left out."})
    until = ma.fields.Date(
        allow_none=True,
        load_default=None,
        metadata={"description": "The first day on which it is no member any more."},
    )


class MemberIn(MemberChangeIn):
    """A membership."""

    organisation_id = ma.fields.UUID(required=True)


class MemberOut(Schema):
    """A member and its organisation."""

    id = ma.fields.UUID(required=True)
    coalition_id = ma.fields.UUID(required=True)
    role = ma.fields.Enum(MemberRole, by_value=True, required=True)
    since = ma.fields.Date(required=True)
    until = ma.fields.Date(required=True, allow_none=True)
    organisation = ma.fields.Nested(OrganisationOut, required=True)


class AddresseeIn(Schema):
    """An official or body."""

    name = Text(required=True, metadata={"example": "A. Specimen"})
    title = Text(load_default=None, allow_none=True, metadata={"example": "President"})
    organisation = Text(load_default=None, allow_none=True, metadata={"example": "Specimen Union"})
    country = CountryCode(load_default=None, allow_none=True)
    salutation = Text(load_default=None, allow_none=True, metadata={"example": "Dear President,"})
    email = Email(load_default=None, allow_none=True)


class AddresseeOut(Schema):
    """An addressee; its e-mail address is null for who may not see it."""

    id = ma.fields.UUID(required=True, attribute="addressee.id")
    coalition_id = ma.fields.UUID(required=True, attribute="addressee.coalition_id")
    name = ma.fields.String(
        required=True, attribute="addressee.name", metadata={"example": "A. Specimen"}
    )
    title = ma.fields.String(required=True, allow_none=True, attribute="addressee.title")
    organisation = ma.fields.String(
        required=True, allow_none=True, attribute="addressee.organisation"
    )
    country = ma.fields.String(
        required=True, allow_none=True, attribute="addressee.country", metadata={"example": "KZ"}
    )
    salutation = ma.fields.String(required=True, allow_none=True, attribute="addressee.salutation")
    email = ma.fields.String(
        required=True, allow_none=True, metadata={"example": "office@specimen.example"}
    )


class AddresseeLineIn(LineSchema, AddresseeIn):
    """A line of a table of others with addressees."""

    id = ma.fields.UUID()


ADDRESSEE_TABLE = f"""\
{READ} Columns: {", ".join(ADDRESSEES.columns)}. E-mail addresses are sealed."""
ADDRESSEE_EXAMPLE = {
    CSV: "Name,Position,Organisation,Country,E-mail\n"
    "A. Specimen,President,Specimen Union,Kazakhstan,office@specimen.example\n"
}


class InvitationIn(Schema):
    """Whom a coalition invites. Without an organisation, who accepts names it."""

    organisation_id = ma.fields.UUID(
        load_default=None,
        allow_none=True,
        metadata={"description": "One of the coalition's organisations.", "example": None},
    )
    entry_id = ma.fields.UUID(
        load_default=None,
        allow_none=True,
        metadata={"description": "A public entry of the directory, to be copied.", "example": None},
    )
    name = Text(required=True, metadata={"example": "A. Specimen"})
    email = Email(required=True, metadata={"example": "director@specimen.example"})
    language = LanguageTag(
        load_default=None,
        allow_none=True,
        metadata={"description": "Of the letter; the coalition's first where left out."},
    )
    note = Text(
        most=2000,
        lines=True,
        load_default=None,
        allow_none=True,
        metadata={
            "description": "What you write to who is invited: it stands in the letter.",
            "example": "We met in Almaty. Would you join us?",
        },
    )
    role = ma.fields.Enum(MemberRole, by_value=True, load_default=MemberRole.MEMBER)
    since = ma.fields.Date(
        load_default=None,
        allow_none=True,
        metadata={"description": "The day on which it accepts where left out.", "example": None},
    )
    until = ma.fields.Date(
        load_default=None,
        allow_none=True,
        metadata={
            "description": "The first day on which it is no member any more.",
            "example": None,
        },
    )


class InvitedOut(Schema):
    """An invitation, as who was invited sees it."""

    coalition = ma.fields.String(
        required=True,
        attribute="coalition.name",
        metadata={"example": "Steppe and Mountain Coalition"},
    )
    organisation = ma.fields.Nested(
        Schema.from_dict(
            {
                "names": names_by_language(required=True),
                "acronym": ma.fields.String(required=True, allow_none=True),
                "country": ma.fields.String(
                    required=True, allow_none=True, metadata={"example": "KZ"}
                ),
            },
            name="InvitedOrganisationOut",
        ),
        required=True,
        allow_none=True,
        metadata={"description": "Null: who accepts names it."},
    )
    name = ma.fields.String(
        required=True, attribute="person.name", metadata={"example": "A. Specimen"}
    )
    note = ma.fields.String(
        required=True,
        allow_none=True,
        attribute="note",
        metadata={"example": "We met in Almaty. Would you join us?"},
    )
    role = ma.fields.Enum(MemberRole, by_value=True, required=True, attribute="invitation.role")
    since = ma.fields.Date(required=True, allow_none=True, attribute="invitation.since")
    until = ma.fields.Date(required=True, allow_none=True, attribute="invitation.until")
    language = ma.fields.String(
        required=True, attribute="invitation.language", metadata={"example": "en"}
    )
    state = ma.fields.Enum(
        InvitationState, by_value=True, required=True, attribute="invitation.state"
    )
    expires_at = ma.fields.AwareDateTime(required=True, attribute="invitation.expires_at")


class InvitationOut(InvitedOut):
    """An invitation, as coordinators see it."""

    id = ma.fields.UUID(required=True, attribute="invitation.id")
    coalition_id = ma.fields.UUID(required=True, attribute="invitation.coalition_id")
    organisation_id = ma.fields.UUID(
        required=True, allow_none=True, attribute="invitation.organisation_id"
    )
    email = ma.fields.String(
        required=True, attribute="person.email", metadata={"example": "director@specimen.example"}
    )
    reason = ma.fields.String(
        dump_default=None,
        allow_none=True,
        attribute="person.reason",
        metadata={"description": "Of who declined.", "example": None},
    )
    answered_at = ma.fields.AwareDateTime(
        required=True, allow_none=True, attribute="invitation.answered_at"
    )
    created_at = ma.fields.AwareDateTime(required=True, attribute="invitation.created_at")


class AcceptanceIn(Schema):
    """Who accepts, and for which organisation where the invitation leaves it open."""

    name = Text(required=True, metadata={"example": "A. Specimen"})
    role = Text(load_default=None, allow_none=True, metadata={"example": "Director"})
    organisation = Text(
        load_default=None, allow_none=True, metadata={"example": "Specimen Committee"}
    )
    acronym = Text(most=40, load_default=None, allow_none=True, metadata={"example": "SPC"})
    country = CountryCode(load_default=None, allow_none=True)
    website = WebAddress(load_default=None, allow_none=True)


class RefusalIn(Schema):
    """Why it declines, if it wants to say."""

    reason = Text(most=2000, lines=True, load_default=None, allow_none=True)
