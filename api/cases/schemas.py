"""Cases and histories of a status as JSON."""

from __future__ import annotations

from api.cases.models import CaseStatus
from api.cases.rules import COLUMNS, MOST_BYTES
from api.errors import Code, Fault, Invalid
from api.infra.tables.reports import MOST_LINES
from api.web import fields, validate
from api.web.paging import PageArgs
from api.web.rest import OutSchema, Schema
from api.web.table_schemas import LineSchema
from api.web.tables import CSV, HOW_CSV, JSON

NAMED = "Null for who may not know who this is."

ID = "2f1c6c0e-6d1a-4f0e-9a43-0d6a3f1f9b11"
MOST_LABEL = 120  # it stands for a name: it is no text of its own
PLACE = f"statements/{ID}/draft#/body/0/paragraph"


class CaseIn(Schema):
    """A case's facts."""

    key = fields.Slug(
        load_default=None,
        example="zhaksylykova",
        description="Its id in files; made where left out.",
    )
    name = fields.Text(required=True, example="Aigerim Zhaksylykova")
    aliases = fields.List(
        fields.Text(most=300),
        load_default=list,
        validate=validate.Length(0, 40),
        example=["Айгерим Жаксылыкова"],
        description="Other spellings, scripts.",
    )
    country = fields.CountryCode(required=True)
    occupation = fields.Text(load_default=None, example="journalist")
    born = fields.Integer(
        load_default=None,
        strict=True,
        validate=validate.Range(1850, 2100),
        example=1984,
        description="Year.",
    )
    status = fields.Enum(
        CaseStatus,
        load_default=None,
        example="imprisoned",
        description="Changed by /status-changes later.",
    )
    last_verified = fields.Date(load_default=None)
    may_be_named = fields.Truth(
        load_default=True, description="Where false, who it is is sealed and printed nowhere."
    )
    public_label = fields.Text(
        load_default=None,
        example="a journalist in Kazakhstan",
        description="Printed in place of the name; occupation and country where left out.",
    )
    summary = fields.Text(
        most=5000, lines=True, load_default=None, example="sentenced to six years for her reports"
    )
    sources = fields.List(
        fields.Text(most=1000),
        load_default=list,
        validate=validate.Length(0, 100),
        example=["https://specimen.example/trial"],
    )


class CaseOut(OutSchema):
    """A case, as far as the caller may see it."""

    id = fields.UUID(attribute="case.id")
    coalition_id = fields.UUID(attribute="case.coalition_id")
    key = fields.String(allow_none=True, example="zhaksylykova", description=NAMED)
    label = fields.String(
        example="Aigerim Zhaksylykova",
        description="What stands for it in public: its name, or its label.",
    )
    country = fields.String(attribute="case.country", example="KZ")
    occupation = fields.String(allow_none=True, attribute="case.occupation", example="journalist")
    status = fields.Enum(CaseStatus, allow_none=True, attribute="case.status", example="imprisoned")
    last_verified = fields.Date(allow_none=True, attribute="case.last_verified")
    may_be_named = fields.Boolean(attribute="case.may_be_named")
    public_label = fields.String(allow_none=True, attribute="case.public_label")
    name = fields.String(
        allow_none=True,
        attribute="identity.name",
        example="Aigerim Zhaksylykova",
        description=NAMED,
    )
    aliases = fields.List(
        fields.String(),
        allow_none=True,
        attribute="identity.aliases",
        example=["Айгерим Жаксылыкова"],
        description=NAMED,
    )
    born = fields.Integer(
        allow_none=True, attribute="identity.born", example=1984, description=NAMED
    )
    summary = fields.String(allow_none=True, attribute="identity.summary", description=NAMED)
    sources = fields.List(
        fields.String(),
        allow_none=True,
        attribute="identity.sources",
        example=["https://specimen.example/trial"],
        description=NAMED,
    )
    created_at = fields.AwareDateTime(attribute="case.created_at")
    updated_at = fields.AwareDateTime(attribute="case.updated_at")


class LabelIn(Schema):
    """The label of one place."""

    place = fields.String(
        required=True,
        validate=validate.Length(1, 400),
        example=PLACE,
        description="As a preview calls it.",
    )
    label = fields.Text(required=True, most=MOST_LABEL, example="a blogger whom we do not name")


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

    labels = fields.List(
        fields.Nested(LabelIn),
        load_default=list,
        validate=validate.Length(0, 1000),
        description="For single places another label than the case's own.",
        example=[],
    )


class RehearsalArgs(Schema):
    """Whether it is done."""

    preview = fields.Boolean(
        load_default=False, description="Answer where a label would stand, and change nothing."
    )


WHERE = (
    "draft",
    "revision",
    "demand",
    "template",
    "case",
    "comment",
    "consultation",
    "suggestion",
    "round",
    "question",
)


class RelabelledOut(OutSchema):
    """A text in which a label takes a name's place."""

    place = fields.String(example=PLACE)
    where = fields.String(
        validate=validate.OneOf(WHERE),
        example="draft",
    )
    url = fields.String(example=f"/v1/statements/{ID}/draft")
    pointer = fields.String(
        example="/body/0/paragraph",
        description="Into the document, with the number of its block; or into the row.",
    )
    before = fields.String(example="We write for A. Specimen.")
    after = fields.String(example="We write for a blogger.")


class ChangeOut(OutSchema):
    """What a revision changes of the one before it, counted; it says nothing of the weight."""

    words_added = fields.Integer(example=1)
    words_removed = fields.Integer(example=1)
    blocks_added = fields.Integer(example=0)
    blocks_removed = fields.Integer(example=0)
    blocks_changed = fields.Integer(example=1)
    blocks_moved = fields.Integer(example=0, description="Whether they changed or not.")
    demands_added = fields.List(fields.String(), example=["kz-2"], description="Their ids.")
    demands_removed = fields.List(fields.String(), example=[], description="Their ids.")
    numbers = fields.List(
        fields.String(),
        example=["12"],
        description="That came or went, as they are written; equal ones are none.",
    )
    dates = fields.List(fields.String(), example=["14 May 2031"], description="The same of days.")
    names = fields.List(
        fields.String(),
        example=["Kazakhstan"],
        description="Of cases, addressees, organisations and countries, that came or went.",
    )
    negations = fields.List(
        fields.String(),
        allow_none=True,
        example=["not"],
        description="Words that deny; null: not measured in this language (en, ru and fa are).",
    )


class EditedOut(OutSchema):
    """What other labels changed of a frozen text."""

    url = fields.String(example=f"/v1/statements/{ID}/revisions/3")
    change = fields.Nested(ChangeOut)


class CaseChangedOut(CaseOut):
    """A case after a change, and where its label stands since."""

    relabelled = fields.List(
        fields.Nested(RelabelledOut),
        description="In a preview, where it would; the case is as it was.",
    )
    edited = fields.List(
        fields.Nested(EditedOut),
        description="Frozen texts that got a successor with other labels, measured.",
    )


class CaseLineIn(LineSchema, CaseIn):
    """A line of a table: what it leaves out stays as it is, what is null becomes empty."""

    id = fields.UUID(description="Another coalition's is passed over.")
    label = fields.String(description="For reading: an import passes it over.")
    last_verified = fields.Day()
    may_be_named = fields.Truth(error_messages={"invalid": "Write true or false."})


class CaseTableSchema(Schema):
    """Cases as lines of a table."""

    cases = fields.List(fields.Nested(CaseLineIn), required=True)


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

    q = fields.String(
        validate=validate.Length(1, 200),
        description="Words of a name or alias, in any spelling or script.",
    )
    country = fields.CountryCode()
    status = fields.Enum(CaseStatus)
    may_be_named = fields.Boolean()
    verified_before = fields.Date(description="Last verified before this day, or never.")


class CaseVerificationIn(Schema):
    """Which cases were looked at again, and when."""

    case_ids = fields.List(fields.UUID(), required=True, validate=validate.Length(1, 200))
    on = fields.Date(load_default=None, description="Today where left out.")


class CaseVerificationOut(OutSchema):
    """What became of a verification."""

    verified = fields.Integer(example=1, description="How many cases.")


class StatusChangeIn(Schema):
    """Since when, and how we know; each history adds its status."""

    on = fields.Date(load_default=None, description="Today where left out.")
    evidence = fields.Text(
        most=5000, lines=True, load_default=None, example="The court's press service said so."
    )
    sources = fields.List(fields.WebAddress(), load_default=list, validate=validate.Length(0, 40))


class StatusChangeOut(OutSchema):
    """One step; its evidence is null for who may not know who it is about."""

    id = fields.UUID(attribute="change.id")
    on = fields.Date(attribute="change.changed_on")
    evidence = fields.String(allow_none=True, example="The court's press service said so.")
    sources = fields.List(
        fields.String(), allow_none=True, example=["https://specimen.example/verdict"]
    )
    recorded_by = fields.UUID(
        allow_none=True,
        attribute="change.recorded_by",
        description="A user; null: a statement that was imported.",
    )
    recorded_at = fields.AwareDateTime(attribute="change.recorded_at")


class CaseStatusChangeIn(StatusChangeIn):
    """What has become of a case."""

    status = fields.Enum(CaseStatus, required=True, example="released")


class CaseStatusChangeOut(StatusChangeOut):
    """One step in what became of a case."""

    status = fields.Enum(CaseStatus, attribute="change.status")
