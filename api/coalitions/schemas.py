"""Coalitions, members and addressees as JSON."""

from __future__ import annotations

from typing import Any

import marshmallow as ma

from api.coalitions.models import MemberRole
from api.coalitions.rules import is_colour
from api.coalitions.service import ACCENT
from api.organisations.schemas import OrganisationOut
from api.web.fields import CountryCode, Email, LanguageTag, Slug, Text
from api.web.rest import Schema


def _colour(text: str) -> None:
    if not is_colour(text):
        raise ma.ValidationError("Write the colour as #rrggbb, in lower case.")


def _unique(values: list[Any]) -> None:
    if len(set(values)) != len(values):
        raise ma.ValidationError("Name each one once.")


class CoalitionIn(Schema):
    """A coalition's facts."""

    slug = Slug(required=True, metadata={"example": "steppe-and-mountain"})
    name = Text(required=True, metadata={"example": "Steppe and Mountain Coalition"})
    languages = ma.fields.List(
        LanguageTag(), load_default=lambda: ["en"], validate=[ma.validate.Length(1, 40), _unique]
    )
    countries = ma.fields.List(
        CountryCode(), load_default=list, validate=[ma.validate.Length(0, 249), _unique]
    )
    country_names = ma.fields.Dict(
        keys=LanguageTag(),
        values=ma.fields.Dict(keys=CountryCode(), values=Text(most=100)),
        load_default=dict,
        validate=ma.validate.Length(0, 40),
        metadata={
            "description": "By language, the names of countries to print instead of CLDR's.",
            "example": {"ru": {"KG": "Кыргызстан"}},
        },
    )
    conjunctions = ma.fields.Dict(
        keys=LanguageTag(),
        values=Text(most=20),
        load_default=dict,
        validate=ma.validate.Length(0, 40),
        metadata={
            "description": "By language, the word that joins the last two of a list.",
            "example": {"kk": "және"},
        },
    )
    accent = ma.fields.String(
        load_default=ACCENT,
        validate=_colour,
        metadata={"description": "The one colour of documents.", "example": ACCENT},
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
