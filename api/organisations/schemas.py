"""Organisations as JSON."""

from __future__ import annotations

import marshmallow as ma

from api.infra.tables import csv_files, spreadsheets
from api.organisations.rules import importing
from api.web import validate
from api.web.fields import (
    CountryCode,
    Day,
    Email,
    LanguageTag,
    Text,
    Truth,
    WebAddress,
    names_by_language,
)
from api.web.paging import PageArgs
from api.web.rest import Schema
from api.web.table_schemas import LineSchema
from api.web.tables import CSV


class OrganisationIn(Schema):
    """An organisation's facts."""

    names = names_by_language(required=True)
    acronym = Text(most=40, load_default=None, allow_none=True, metadata={"example": "SPC"})
    aliases = ma.fields.List(
        Text(most=300),
        load_default=list,
        validate=validate.Length(0, 40),
        metadata={"example": ["Spec. Committee"]},
    )
    country = CountryCode(load_default=None, allow_none=True)
    website = WebAddress(load_default=None, allow_none=True)
    is_public = Truth(
        load_default=False,
        metadata={"description": "Stands in the directory that all coalitions search."},
    )
    needs_two = Truth(
        load_default=False,
        metadata={"description": "Two of its representatives commit it together, none alone."},
    )


class OrganisationOut(Schema):
    """An organisation."""

    id = ma.fields.UUID(required=True)
    coalition_id = ma.fields.UUID(required=True)
    names = names_by_language(required=True)
    acronym = ma.fields.String(required=True, allow_none=True, metadata={"example": "SPC"})
    aliases = ma.fields.List(ma.fields.String(), required=True)
    country = ma.fields.String(required=True, allow_none=True, metadata={"example": "KZ"})
    website = ma.fields.String(
        required=True, allow_none=True, metadata={"example": "https://specimen.example"}
    )
    is_public = ma.fields.Boolean(required=True)
    needs_two = ma.fields.Boolean(required=True)
    logo_type = ma.fields.String(required=True, allow_none=True, metadata={"example": "image/png"})
    created_at = ma.fields.AwareDateTime(required=True)
    updated_at = ma.fields.AwareDateTime(required=True)


class EntryOut(Schema):
    """A public entry of the directory."""

    id = ma.fields.UUID(required=True)
    names = names_by_language(required=True)
    acronym = ma.fields.String(required=True, allow_none=True, metadata={"example": "SPC"})
    aliases = ma.fields.List(ma.fields.String(), required=True)
    country = ma.fields.String(required=True, allow_none=True, metadata={"example": "KZ"})
    website = ma.fields.String(
        required=True, allow_none=True, metadata={"example": "https://specimen.example"}
    )


class EntryUseIn(Schema):
    """Which entry of the directory to use."""

    entry_id = ma.fields.UUID(required=True)


class SearchArgs(PageArgs):
    """A page of what any spelling finds."""

    q = ma.fields.String(
        validate=validate.Length(1, 200),
        metadata={"description": "Words of a name, alias or acronym, in any spelling or script."},
    )


class CommitterIn(Schema):
    """A person who may commit an organisation."""

    name = Text(required=True, metadata={"example": "A. Specimen"})
    email = Email(required=True, metadata={"example": "director@specimen.example"})
    role = Text(load_default=None, allow_none=True, metadata={"example": "Director"})
    language = LanguageTag(
        load_default=None,
        allow_none=True,
        metadata={"description": "Of letters to them; the statement's where left out."},
    )
    left_on = ma.fields.Date(
        load_default=None,
        allow_none=True,
        metadata={
            "description": "The first day on which they may not commit it any more.",
            "example": None,
        },
    )


class CommitterOut(Schema):
    """A person who may commit an organisation, or could until they left."""

    id = ma.fields.UUID(required=True, attribute="representative.id")
    organisation_id = ma.fields.UUID(required=True, attribute="representative.organisation_id")
    name = ma.fields.String(required=True, metadata={"example": "A. Specimen"})
    email = ma.fields.String(required=True, metadata={"example": "director@specimen.example"})
    role = ma.fields.String(required=True, allow_none=True, metadata={"example": "Director"})
    language = ma.fields.String(
        required=True,
        allow_none=True,
        attribute="representative.language",
        metadata={"example": "en"},
    )
    left_on = ma.fields.Date(required=True, allow_none=True, attribute="representative.left_on")
    created_at = ma.fields.AwareDateTime(required=True, attribute="representative.created_at")
    updated_at = ma.fields.AwareDateTime(required=True, attribute="representative.updated_at")


class OrganisationLineIn(LineSchema, OrganisationIn):
    """A line of a table of others with organisations."""

    id = ma.fields.UUID()
    names = names_by_language()


class CommitterLineIn(LineSchema, CommitterIn):
    """A line of a table of others with people who may commit organisations."""

    id = ma.fields.UUID()
    organisation = Text()
    left_on = Day()


READ = f"""\
A workbook of Excel (.xlsx; of several sheets `sheet` names one), or CSV as any spreadsheet saves
it, in English or Russian too: UTF-8, UTF-16, windows-1251, separated by commas, semicolons, tabs or
bars. The first line names the columns, in any order; those that nothing here is called are passed
over, and the report says so. An empty cell says nothing.

Send it with preview=true first: the report tells how each column was read, and of each line
whether it is new, the same, changed, kept, doubtful or refused. A doubtful line may be one that is
there, by another spelling, an alias or an address; it is left out unless doubtful=enter is sent, or
the line has that one's id. What is there is changed with on_difference=update only. One refused
line refuses the table, unless partial=true is sent. Nobody is subscribed or written to: no column
of a table is anybody's consent.

Up to {csv_files.MOST_LINES:,} lines and {spreadsheets.MOST_BYTES:,} bytes."""
ORGANISATION_TABLE = f"""\
{READ} Columns: id, name_en, name_ru and so on by language, {", ".join(importing.OPEN)}. Several
aliases stand one a line in their cell, or with semicolons between; they are added to those that
are there, as are names in other languages."""
COMMITTER_TABLE = f"""\
{READ} Columns: {", ".join(importing.REPRESENTATIVES.columns)}. The organisation is one that is
here, by any of its names or its id. Each of these people may commit theirs from now on."""
ORGANISATION_EXAMPLE = {
    CSV: "Название,Name (English),Страна,Сайт\n"
    "Комитет-образец,Specimen Committee,Казахстан,specimen.example\n"
}
COMMITTER_EXAMPLE = {
    CSV: "Organisation,Name,E-mail,Position\n"
    "Specimen Press House,A. Specimen,director@specimen.example,Director\n"
}
