"""Cases and histories of a status as JSON."""

from __future__ import annotations

from typing import Any

import marshmallow as ma

from api.cases.models import CaseStatus
from api.cases.rules import COLUMNS, MOST_BYTES
from api.errors import Code, Fault, Invalid
from api.infra.tables.csv_files import MOST_LINES
from api.web import validate
from api.web.fields import CountryCode, Day, Slug, Text, Truth, WebAddress
from api.web.paging import PageArgs
from api.web.rest import Schema
from api.web.table_schemas import LineSchema
from api.web.tables import CSV, HOW_CSV, JSON

NAMED = "Null for who may not know who this is."

ID = "2f1c6c0e-6d1a-4f0e-9a43-0d6a3f1f9b11"
MOST_LABEL = 120  # it stands for a name: it is no text of its own
PLACE = f"statements/{ID}/draft#/body/0/paragraph"


class CaseIn(Schema):
    """A case's facts."""

    key = Slug(
        load_default=None,
        metadata={
            "example": "zhaksylykova",
            "description": "Its id in files; made where left out.",
        },
    )
    name = Text(required=True, metadata={"example": "Aigerim Zhaksylykova"})
    aliases = ma.fields.List(
        Text(most=300),
        load_default=list,
        validate=validate.Length(0, 40),
        metadata={"example": ["Айгерим Жаксылыкова"], "description": "Other spellings, scripts."},
    )
    country = CountryCode(required=True)
    occupation = Text(load_default=None, allow_none=True, metadata={"example": "journalist"})
    born = ma.fields.Integer(
        load_default=None,
        allow_none=True,
        strict=True,
        validate=validate.Range(1850, 2100),
        metadata={"example": 1984, "description": "Year."},
    )
    status = ma.fields.Enum(
        CaseStatus,
        by_value=True,
        load_default=None,
        allow_none=True,
        metadata={"example": "imprisoned", "description": "Changed by /status-changes later."},
    )
    last_verified = ma.fields.Date(load_default=None, allow_none=True)
    may_be_named = Truth(
        load_default=True,
        metadata={"description": "Where false, who it is is sealed and printed nowhere."},
    )
    public_label = Text(
        load_default=None,
        allow_none=True,
        metadata={
            "example": "a journalist in Kazakhstan",
            "description": "Printed in place of the name; occupation and country where left out.",
        },
    )
    summary = Text(
        most=5000,
        lines=True,
        load_default=None,
        allow_none=True,
        metadata={"example": "sentenced to six years for her reports"},
    )
    sources = ma.fields.List(
        Text(most=1000),
        load_default=list,
        validate=validate.Length(0, 100),
        metadata={"example": ["https://specimen.example/trial"]},
    )


class CaseOut(Schema):
    """A case, as far as the caller may see it."""

    id = ma.fields.UUID(required=True, attribute="case.id")
    coalition_id = ma.fields.UUID(required=True, attribute="case.coalition_id")
    key = ma.fields.String(
        required=True,
        allow_none=True,
        metadata={"example": "zhaksylykova", "description": NAMED},
    )
    label = ma.fields.String(
        required=True,
        metadata={
            "example": "Aigerim Zhaksylykova",
            "description": "What stands for it in public: its name, or its label.",
        },
    )
    country = ma.fields.String(required=True, attribute="case.country", metadata={"example": "KZ"})
    occupation = ma.fields.String(
        required=True,
        allow_none=True,
        attribute="case.occupation",
        metadata={"example": "journalist"},
    )
    status = ma.fields.Enum(
        CaseStatus,
        by_value=True,
        required=True,
        allow_none=True,
        attribute="case.status",
        metadata={"example": "imprisoned"},
    )
    last_verified = ma.fields.Date(required=True, allow_none=True, attribute="case.last_verified")
    may_be_named = ma.fields.Boolean(required=True, attribute="case.may_be_named")
    public_label = ma.fields.String(required=True, allow_none=True, attribute="case.public_label")
    name = ma.fields.String(
        required=True,
        allow_none=True,
        attribute="identity.name",
        metadata={"example": "Aigerim Zhaksylykova", "description": NAMED},
    )
    aliases = ma.fields.List(
        ma.fields.String(),
        required=True,
        allow_none=True,
        attribute="identity.aliases",
        metadata={"example": ["Айгерим Жаксылыкова"], "description": NAMED},
    )
    born = ma.fields.Integer(
        required=True,
        allow_none=True,
        attribute="identity.born",
        metadata={"example": 1984, "description": NAMED},
    )
    summary = ma.fields.String(
        required=True,
        allow_none=True,
        attribute="identity.summary",
        metadata={"description": NAMED},
    )
    sources = ma.fields.List(
        ma.fields.String(),
        required=True,
        allow_none=True,
        attribute="identity.sources",
        metadata={"example": ["https://specimen.example/trial"], "description": NAMED},
    )
    created_at = ma.fields.AwareDateTime(required=True, attribute="case.created_at")
    updated_at = ma.fields.AwareDateTime(required=True, attribute="case.updated_at")


class LabelIn(Schema):
    """The label of one place."""

    place = ma.fields.String(
        required=True,
        validate=validate.Length(1, 400),
        metadata={"example": PLACE, "description": "As a preview calls it."},
    )
    label = Text(
        required=True, most=MOST_LABEL, metadata={"example": "a blogger whom we do not name"}
    )


def labels_field() -> ma.fields.List[Any]:
    """Return the field of the labels of single places."""
    return ma.fields.List(
        ma.fields.Nested(LabelIn),
        load_default=list,
        validate=validate.Length(0, 1000),
        metadata={
            "description": "For single places another label than the case's own.",
            "example": [],
        },
    )


def labels_of(given: list[dict[str, str]]) -> dict[str, str]:
    """Return labels by their places; a place has one."""
    labels = {each["place"]: each["label"] for each in given}
    if len(labels) < len(given):
        raise Invalid(
            "A place has one label.", [Fault("/labels", Code.DUPLICATE, "A place is named twice.")]
        )
    return labels


class CaseChangeIn(CaseIn):
    """What changes of a case; a name that is taken back may get a label a place."""

    labels = labels_field()


class RehearsalArgs(Schema):
    """Whether it is done."""

    preview = ma.fields.Boolean(
        load_default=False,
        metadata={"description": "Answer where a label would stand, and change nothing."},
    )


class RelabelledOut(Schema):
    """A text in which a label takes a name's place."""

    place = ma.fields.String(required=True, metadata={"example": PLACE})
    where = ma.fields.String(
        required=True,
        validate=validate.OneOf(["draft", "revision", "demand", "template", "case"]),
        metadata={"example": "draft"},
    )
    url = ma.fields.String(required=True, metadata={"example": f"/v1/statements/{ID}/draft"})
    pointer = ma.fields.String(
        required=True,
        metadata={
            "example": "/body/0/paragraph",
            "description": "Into the document, with the number of its block; or into the row.",
        },
    )
    before = ma.fields.String(required=True, metadata={"example": "We write for A. Specimen."})
    after = ma.fields.String(required=True, metadata={"example": "We write for a blogger."})


class ChangeOut(Schema):
    """What a revision changes of the one before it, counted; it says nothing of the weight."""

    words_added = ma.fields.Integer(required=True, metadata={"example": 1})
    words_removed = ma.fields.Integer(required=True, metadata={"example": 1})
    blocks_added = ma.fields.Integer(required=True, metadata={"example": 0})
    blocks_removed = ma.fields.Integer(required=True, metadata={"example": 0})
    blocks_changed = ma.fields.Integer(required=True, metadata={"example": 1})
    numbers = ma.fields.List(
        ma.fields.String(),
        required=True,
        metadata={"example": ["2031"], "description": "Words with digits that came or went."},
    )
    names = ma.fields.List(
        ma.fields.String(),
        required=True,
        metadata={
            "example": ["Kazakhstan"],
            "description": "Of cases, addressees, organisations and countries, that came or went.",
        },
    )


class EditedOut(Schema):
    """What other labels changed of a frozen text."""

    url = ma.fields.String(required=True, metadata={"example": f"/v1/statements/{ID}/revisions/3"})
    change = ma.fields.Nested(ChangeOut, required=True)


class CaseChangedOut(CaseOut):
    """A case after a change, and where its label stands since."""

    relabelled = ma.fields.List(
        ma.fields.Nested(RelabelledOut),
        required=True,
        metadata={"description": "In a preview, where it would; the case is as it was."},
    )
    edited = ma.fields.List(
        ma.fields.Nested(EditedOut),
        required=True,
        metadata={"description": "Frozen texts that got a successor with other labels, measured."},
    )


class CaseLineIn(LineSchema, CaseIn):
    """A line of a table: what it leaves out stays as it is, what is null becomes empty."""

    id = ma.fields.UUID(metadata={"description": "Another coalition's is passed over."})
    label = ma.fields.String(metadata={"description": "For reading: an import passes it over."})
    last_verified = Day()
    may_be_named = Truth(error_messages={"invalid": "Write true or false."})


class CaseTableSchema(Schema):
    """Cases as lines of a table."""

    cases = ma.fields.List(ma.fields.Nested(CaseLineIn), required=True)


EXAMPLE_LINE = {
    "key": "specimen-baker",
    "name": "Ayan Specimenov",
    "aliases": ["Аян Спесименов"],
    "country": "KZ",
    "occupation": "baker",
    "status": "imprisoned",
    "last_verified": "2031-05-02",
    "may_be_named": True,
}
EXAMPLES = {
    JSON: {"cases": [EXAMPLE_LINE]},
    CSV: "key,name,aliases,country,occupation,status,last_verified,may_be_named\n"
    "specimen-baker,Ayan Specimenov,Аян Спесименов,KZ,baker,imprisoned,2031-05-02,true\n",
}
TABLE = f"""\
{HOW_CSV} They are: {", ".join(COLUMNS)}. JSON has the same fields.

A line stands for the case of its id, or of its key; without both for the one of its name and
country, which it does not change; otherwise it is a new one. A column that is left out leaves what
is there, an empty cell empties it, but for key, status and may_be_named. Several aliases or sources
stand one a line in their cell, or with semicolons between them. Days are written 2031-05-14. Who a
case is that may not be named is for coordinators to change, as is whether it may.

Up to {MOST_LINES:,} lines and {MOST_BYTES:,} bytes. The report tells what became, or would become,
of each line; a table with a faulty line is refused whole unless partial=true is sent."""


class CaseSearchArgs(PageArgs):
    """A page of the cases that pass these filters."""

    q = ma.fields.String(
        validate=validate.Length(1, 200),
        metadata={"description": "Words of a name or alias, in any spelling or script."},
    )
    country = CountryCode()
    status = ma.fields.Enum(CaseStatus, by_value=True)
    may_be_named = ma.fields.Boolean()
    verified_before = ma.fields.Date(
        metadata={"description": "Last verified before this day, or never."}
    )


class StatusChangeIn(Schema):
    """Since when, and how we know; each history adds its status."""

    on = ma.fields.Date(
        load_default=None, allow_none=True, metadata={"description": "Today where left out."}
    )
    evidence = Text(
        most=5000,
        lines=True,
        load_default=None,
        allow_none=True,
        metadata={"example": "The court's press service said so."},
    )
    sources = ma.fields.List(WebAddress(), load_default=list, validate=validate.Length(0, 40))


class StatusChangeOut(Schema):
    """One step; its evidence is null for who may not know who it is about."""

    id = ma.fields.UUID(required=True, attribute="change.id")
    on = ma.fields.Date(required=True, attribute="change.changed_on")
    evidence = ma.fields.String(
        required=True,
        allow_none=True,
        metadata={"example": "The court's press service said so."},
    )
    sources = ma.fields.List(
        ma.fields.String(),
        required=True,
        allow_none=True,
        metadata={"example": ["https://specimen.example/verdict"]},
    )
    recorded_by = ma.fields.UUID(
        required=True,
        allow_none=True,
        attribute="change.recorded_by",
        metadata={"description": "A user; null: a statement that was imported."},
    )
    recorded_at = ma.fields.AwareDateTime(required=True, attribute="change.recorded_at")


class CaseStatusChangeIn(StatusChangeIn):
    """What has become of a case."""

    status = ma.fields.Enum(
        CaseStatus, by_value=True, required=True, metadata={"example": "released"}
    )


class CaseStatusChangeOut(StatusChangeOut):
    """One step in what became of a case."""

    status = ma.fields.Enum(CaseStatus, by_value=True, required=True, attribute="change.status")
