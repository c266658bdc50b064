"""Demand lists and demands as JSON."""

from __future__ import annotations

from collections.abc import Mapping

import marshmallow as ma

from api.cases.schemas import StatusChangeIn, StatusChangeOut
from api.demands.models import DemandKind, DemandStatus
from api.demands.rules import COLUMNS, MOST_BYTES
from api.demands.service import WholeDemandList
from api.errors import Code, Reason
from api.infra.tables.reports import MOST_LINES
from api.texts.rules import markdown
from api.web import fields, validate
from api.web.paging import PageArgs
from api.web.rest import OutSchema, Schema
from api.web.table_schemas import LineSchema
from api.web.tables import CSV, HOW_CSV, JSON

TEXT = "Kazakhstan should repeal its law on false information."
MARKDOWN = "Inline Markdown: emphasis, strong, links; no HTML."


class PartySchema(Schema):
    """A body such as the European Union, or several states together."""

    id = fields.Slug(required=True, example="eu", description="Yours, as in files.")
    name = fields.Text(required=True, example="European Union")
    countries = fields.List(
        fields.CountryCode(), load_default=list, validate=[validate.Length(0, 249), validate.unique]
    )


class DemandListIn(Schema):
    """Of whom a list asks: a country or a party."""

    country = fields.CountryCode(load_default=None)
    party = fields.Nested(PartySchema, load_default=None, example=None)

    @ma.validates_schema
    def _one(self, given: Mapping[str, object], **_: object) -> None:
        if (given.get("country") is None) == (given.get("party") is None):
            raise ma.ValidationError(
                Reason(Code.CONFLICT, "Give a country or a party, and not both.")
            )


class DemandIn(Schema):
    """A demand's facts."""

    key = fields.Slug(
        load_default=None, example="kz-1", description="Its id in files; made where left out."
    )
    text = fields.Text(most=10_000, lines=True, required=True, example=TEXT, description=MARKDOWN)
    rationale = fields.Text(
        most=10_000,
        lines=True,
        load_default=None,
        example="It is used against journalists.",
        description=MARKDOWN,
    )
    kind = fields.Enum(DemandKind, load_default=None, example="legislation")
    addressee = fields.Text(load_default=None, example="the President")
    status = fields.Enum(
        DemandStatus,
        load_default=DemandStatus.OPEN,
        example="open",
        description="Changed by /status-changes later.",
    )
    case_ids = fields.List(
        fields.UUID(),
        load_default=list,
        validate=[validate.Length(0, 200), validate.unique],
        description="The cases that it is about, in order.",
    )
    list_id = fields.UUID(description="Moves it to the end of that list.")

    @ma.validates("text", "rationale")
    def _marked(self, text: str | None, **_: object) -> None:
        if faults := markdown.faults(text or ""):
            raise ma.ValidationError([Reason(Code.BAD_MARKUP, fault) for fault in faults])


class DemandLineIn(LineSchema, DemandIn):
    """A line of a table: what it leaves out stays as it is, what is null becomes empty."""

    class Meta(DemandIn.Meta):
        exclude = ("case_ids", "list_id")

    id = fields.UUID(description="Another coalition's is passed over.")
    country = fields.CountryCode(description="Of whom its list asks, or a party.")
    party = fields.Slug(example=None, description="Id of the party.")
    party_name = fields.Text(description="Needed where its list is made.")
    party_countries = fields.List(
        fields.CountryCode(), validate=[validate.Length(0, 249), validate.unique], example=[]
    )
    cases = fields.List(
        fields.String(validate=validate.Length(1, 80)),
        validate=[validate.Length(0, 200), validate.unique],
        example=[],
        description="Keys, or ids, of the cases that it is about.",
    )


class DemandTableSchema(Schema):
    """Demands as lines of a table."""

    demands = fields.List(fields.Nested(DemandLineIn), required=True)


EXAMPLES = {
    JSON: {
        "demands": [
            {"country": "KZ", "key": "specimen-law", "text": TEXT, "kind": "legislation"},
            {
                "party": "eu",
                "party_name": "European Union",
                "party_countries": ["FR", "DE"],
                "text": "The Union should send observers.",
            },
        ]
    },
    CSV: "country,party,party_name,party_countries,key,text,kind,status\n"
    f"KZ,,,,specimen-law,{TEXT},legislation,open\n"
    ",eu,European Union,FR DE,,The Union should send observers.,access,open\n",
}
TABLE = f"""\
{HOW_CSV} They are: {", ".join(COLUMNS)}. JSON has the same fields.

A line stands for the demand of its id, or of its key; without both for the one of its words in its
list, which it does not change; otherwise it is a new one, at the end of the list of its country or
party. A list that is missing is made, and takes the party's name and countries from the first line
that names it. A column that is left out leaves what is there, an empty cell empties it, but for
country, party, key and status. Cases stand by their keys, with spaces between them; who may not see
a case's key finds its id there. A party's countries stand by their codes, with spaces between them,
or by their names, with semicolons or commas.

Up to {MOST_LINES:,} lines and {MOST_BYTES:,} bytes. The report tells what became, or would become,
of each line; a table with a faulty line is refused whole unless partial=true is sent."""


class DemandOut(OutSchema):
    """A demand."""

    id = fields.UUID(attribute="demand.id")
    coalition_id = fields.UUID(attribute="demand.coalition_id")
    list_id = fields.UUID(attribute="demand.list_id")
    key = fields.String(attribute="demand.key", example="kz-1")
    text = fields.String(attribute="demand.text", example=TEXT)
    rationale = fields.String(allow_none=True, attribute="demand.rationale")
    kind = fields.Enum(DemandKind, allow_none=True, attribute="demand.kind", example="legislation")
    addressee = fields.String(
        allow_none=True, attribute="demand.addressee", example="the President"
    )
    status = fields.Enum(DemandStatus, attribute="demand.status", example="open")
    case_ids = fields.List(fields.UUID())
    created_at = fields.AwareDateTime(attribute="demand.created_at")
    updated_at = fields.AwareDateTime(attribute="demand.updated_at")


class DemandListOut(OutSchema):
    """A demand list: of one country or of one party, the other is null."""

    id = fields.UUID()
    coalition_id = fields.UUID()
    country = fields.String(allow_none=True, example="KZ")
    party = fields.Nested(PartySchema, allow_none=True, example=None)
    created_at = fields.AwareDateTime()
    updated_at = fields.AwareDateTime()


class WholeDemandListOut(DemandListOut):
    """A demand list with its demands in order."""

    demands = fields.List(fields.Nested(DemandOut))

    @ma.pre_dump
    def _flat(self, whole: WholeDemandList, **_: object) -> dict[str, object]:
        own = {name: getattr(whole.demand_list, name) for name in DemandListOut().fields}
        return {**own, "demands": whole.demands}


class DemandOrderSchema(Schema):
    """All ids, in their order."""

    ids = fields.List(fields.UUID(), required=True, validate=validate.Length(0, 2000))


class DemandArgs(PageArgs):
    """A page of the demands that pass these filters."""

    q = fields.String(
        validate=validate.Length(1, 200),
        description="Words of the demand, in any spelling or script.",
    )
    country = fields.CountryCode(description="Of whom the list asks.")
    party = fields.Slug(example="eu", description="Id of the party.")
    kind = fields.Enum(DemandKind)
    status = fields.Enum(DemandStatus)
    case_id = fields.UUID(description="A case that the demand is about.")


class DemandStatusChangeIn(StatusChangeIn):
    """What has become of a demand."""

    status = fields.Enum(DemandStatus, required=True, example="partly_met")


class DemandStatusChangeOut(StatusChangeOut):
    """One step in what became of a demand."""

    status = fields.Enum(DemandStatus, attribute="change.status")
