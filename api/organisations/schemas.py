"""Organisations as JSON."""

from __future__ import annotations

from api.infra.tables import layouts, reports
from api.organisations.rules import contacts, importing
from api.web import fields, validate
from api.web.paging import PageArgs
from api.web.rest import OutSchema, Schema
from api.web.table_schemas import LineSchema
from api.web.tables import CSV


class OrganisationIn(Schema):
    """An organisation's facts."""

    names = fields.names_by_language(required=True)
    acronym = fields.Text(most=40, load_default=None, example="SPC")
    aliases = fields.List(
        fields.Text(most=300),
        load_default=list,
        validate=validate.Length(0, 40),
        example=["Spec. Committee"],
    )
    country = fields.CountryCode(load_default=None)
    website = fields.WebAddress(load_default=None)
    zone = fields.Zone(
        load_default=None,
        description="In which its deadlines are told (IANA); left out, as in its country, where all"
        " clocks go alike, else as in the question's.",
    )
    is_public = fields.Truth(
        load_default=False, description="Stands in the directory that all coalitions search."
    )
    needs_two = fields.Truth(
        load_default=False, description="Two of its representatives commit it together, none alone."
    )


class OrganisationOut(OutSchema):
    """An organisation."""

    id = fields.UUID()
    coalition_id = fields.UUID()
    names = fields.names_by_language()
    acronym = fields.String(allow_none=True, example="SPC")
    aliases = fields.List(fields.String())
    country = fields.String(allow_none=True, example="KZ")
    website = fields.String(allow_none=True, example="https://specimen.example")
    zone = fields.String(allow_none=True, example="Europe/Berlin")
    is_public = fields.Boolean()
    needs_two = fields.Boolean()
    logo_type = fields.String(allow_none=True, example="image/png")
    created_at = fields.AwareDateTime()
    updated_at = fields.AwareDateTime()


class EntryOut(OutSchema):
    """A public entry of the directory."""

    id = fields.UUID()
    names = fields.names_by_language()
    acronym = fields.String(allow_none=True, example="SPC")
    aliases = fields.List(fields.String())
    country = fields.String(allow_none=True, example="KZ")
    website = fields.String(allow_none=True, example="https://specimen.example")


class EntryUseIn(Schema):
    """Which entry of the directory to use."""

    entry_id = fields.UUID(required=True)


class SearchArgs(PageArgs):
    """A page of what any spelling finds."""

    q = fields.String(
        validate=validate.Length(1, 200),
        description="Words of a name, alias or acronym, in any spelling or script.",
    )


class CommitterIn(Schema):
    """A person who may commit an organisation."""

    name = fields.Text(required=True, example="A. Specimen")
    email = fields.Email(required=True, example="director@specimen.example")
    role = fields.Text(load_default=None, example="Director")
    language = fields.LanguageTag(
        load_default=None, description="Of letters to them; the statement's where left out."
    )
    left_on = fields.Date(
        load_default=None,
        description="The first day on which they may not commit it any more.",
        example=None,
    )


class CommitterOut(OutSchema):
    """A person who may commit an organisation, or could until they left."""

    id = fields.UUID(attribute="representative.id")
    organisation_id = fields.UUID(attribute="representative.organisation_id")
    name = fields.String(example="A. Specimen")
    email = fields.String(example="director@specimen.example")
    role = fields.String(allow_none=True, example="Director")
    language = fields.String(allow_none=True, attribute="representative.language", example="en")
    left_on = fields.Date(allow_none=True, attribute="representative.left_on")
    created_at = fields.AwareDateTime(attribute="representative.created_at")
    updated_at = fields.AwareDateTime(attribute="representative.updated_at")


class OrganisationLineIn(LineSchema, OrganisationIn):
    """A line of a table of others with organisations."""

    id = fields.UUID()
    names = fields.names_by_language()


class PersonLineIn(LineSchema, CommitterIn):
    """Somebody who may commit the organisation of a line."""

    left_on = fields.Day()


class ContactLineIn(OrganisationLineIn):
    """A line of a table of others with organisations and a person of each."""

    person = fields.Nested(PersonLineIn)


class CommitterLineIn(LineSchema, CommitterIn):
    """A line of a table of others with people who may commit organisations."""

    id = fields.UUID()
    organisation = fields.Text()
    left_on = fields.Day()


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

Up to {reports.MOST_LINES:,} lines and {layouts.MOST_BYTES:,} bytes."""
ORGANISATION_TABLE = f"""\
{READ} Columns: id, name_en, name_ru and so on by language, {", ".join(importing.OPEN)}. Several
aliases stand one a line in their cell, or with semicolons between; they are added to those that
are there, as are names in other languages."""
COMMITTER_TABLE = f"""\
{READ} Columns: {", ".join(importing.REPRESENTATIVES.columns)}. The organisation is one that is
here, by any of its names or its id. Each of these people may commit theirs from now on."""
CONTACT_TABLE = f"""\
{READ} Columns: those of a table of organisations, and of a person who may commit the organisation:
{", ".join(contacts.PERSON)}; person is the name in one cell. An organisation with several people
stands in several lines."""
CONTACT_EXAMPLE = {
    CSV: "Organisation,Country,Contact person,E-mail,Position\n"
    "Specimen Press House,Kazakhstan,A. Specimen,director@specimen.example,Director\n"
}
ORGANISATION_EXAMPLE = {
    CSV: "Название,Name (English),Страна,Сайт\n"
    "Комитет-образец,Specimen Committee,Казахстан,specimen.example\n"
}
COMMITTER_EXAMPLE = {
    CSV: "Organisation,Name,E-mail,Position\n"
    "Specimen Press House,A. Specimen,director@specimen.example,Director\n"
}
