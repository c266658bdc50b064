"""What an address of tables is told of one, and tells: of each line what became of it."""

from __future__ import annotations

from enum import StrEnum
from typing import Any, NamedTuple

import marshmallow as ma

from api.errors import Code, Reason
from api.infra.tables import reports
from api.infra.tables.encodings import Encoding
from api.infra.tables.matching import ImportState, Taking
from api.infra.tables.reports import FileHints, How, LineState, OnDifference
from api.web import fields, validate
from api.web.rest import CODE, OutSchema, Schema


def _flag(name: str, description: str) -> fields.Boolean:
    return fields.Boolean(
        data_key=name, truthy={"true"}, falsy={"false"}, load_default=False, description=description
    )


class LineSchema(Schema):
    """What a line of a table may hold: nothing is needed, and anything may be empty."""

    def on_bind_field(self, field_name: str, field_obj: ma.fields.Field[object]) -> None:
        super().on_bind_field(field_name, field_obj)
        field_obj.required, field_obj.allow_none = False, True
        field_obj.load_default = ma.missing


class EntryArgs(Schema):
    """How a table is entered."""

    is_preview = _flag("preview", "Report, and store nothing.")
    is_partial = _flag("partial", "Enter the lines that are good though others are refused.")
    encoding = fields.Enum(
        Encoding,
        load_default=None,
        description="How a file of CSV writes its letters. Left out, it is told from the"
        " bytes: UTF-8, UTF-16, and others where only one reading makes sense.",
    )
    sheet = fields.String(
        load_default=None,
        validate=validate.Length(1, 100),
        description="Which sheet of a workbook is read. Left out, it is the only one that"
        " holds something and is not hidden.",
    )


def file_args(given: dict[str, Any]) -> FileHints:
    """Return what a caller says of a file."""
    return FileHints(given["encoding"], given["sheet"])


def _merging(given: dict[str, Any]) -> tuple[OnDifference, bool, bool, FileHints]:
    return given["on_difference"], given["is_partial"], given["is_preview"], file_args(given)


class MergeArgs(EntryArgs):
    """How a table is brought together with what is there; gives a How."""

    on_difference = fields.Enum(
        OnDifference,
        load_default=OnDifference.KEEP,
        description="What becomes of what is there and has other facts in the table: it is"
        " kept as it is, or updated.",
    )

    @ma.post_load
    def _gather(self, given: dict[str, Any], **_: object) -> How:
        return How(*_merging(given))


class Reading(NamedTuple):
    """What a caller says of a table of others."""

    columns: dict[str, str]
    how: Taking


class TableImportArgs(MergeArgs):
    """How a table of others is read, and brought together with what is there."""

    map = fields.List(
        fields.String(validate=validate.Length(1, 400)),
        load_default=list,
        validate=validate.Length(0, reports.MOST_COLUMNS),
        description="HEADER:COLUMN, what a column of the table is read as; HEADER: alone"
        " passes it over. The others are found by their usual names in English and Russian.",
        example=[],
    )
    doubtful = fields.String(
        load_default="leave",
        validate=validate.OneOf(["leave", "enter"]),
        description="What becomes of lines that may be one that is there: they are left out,"
        " or entered as new ones.",
    )

    @ma.post_load
    def _gather(self, given: dict[str, Any], **_: object) -> Reading:
        faults = [
            Reason(Code.WRONG_FORMAT, f"Write HEADER:COLUMN, not {each[:40]}.")
            for each in given["map"]
            if ":" not in each
        ]
        if faults:
            raise ma.ValidationError({"map": faults})
        parts = (each.rpartition(":") for each in given["map"])
        columns = {header: column.strip() for header, _, column in parts}
        enters = given["doubtful"] == "enter"
        return Reading(columns, Taking(*_merging(given), enters_doubtful=enters))


class CellFaultOut(OutSchema):
    """What is wrong in one cell; the column is empty where it is the line."""

    column = fields.String(example="country")
    code = fields.Enum(Code, **CODE)
    detail = fields.String()


class TableLineOut(OutSchema):
    """What became of one line."""

    line = fields.Integer(
        example=2,
        description="Of CSV the line in the file, of a workbook that of the sheet; of JSON"
        " the place in the list, from 0.",
    )
    faults = fields.List(fields.Nested(CellFaultOut))


class CellChangeOut(OutSchema):
    """Where a line differs from what is there."""

    column = fields.String(example="status")
    before = fields.Raw(allow_none=True, example="detained")
    after = fields.Raw(allow_none=True, example="released")


class MergedLineOut(TableLineOut):
    """What became of one line, and of which thing."""

    state: ma.fields.Field[object] = fields.Enum(LineState, required=True)
    id = fields.UUID(
        allow_none=True, description="What it stands for; null where that is not there."
    )
    changes = fields.List(fields.Nested(CellChangeOut))


class SheetOut(OutSchema):
    """A sheet of a workbook."""

    name = fields.String(example="Members")
    is_hidden = fields.Boolean()


class WorkbookOut(OutSchema):
    """What nobody sees who looks at a table in its workbook."""

    sheet = fields.Nested(SheetOut, description="The one that was read.")
    other_sheets = fields.List(
        fields.Nested(SheetOut), description="Those that hold something too. They were not read."
    )
    hidden_lines = fields.List(
        fields.Integer(), description="Lines that the sheet hides. They were read with the others."
    )
    hidden_columns = fields.List(
        fields.String(), description="Columns that it hides, and that were read with the others."
    )


class TableReportOut(OutSchema):
    """What became of a table."""

    stored = fields.Boolean(description="False for a preview.")
    workbook = fields.Nested(
        WorkbookOut,
        allow_none=True,
        description="What the workbook hides; null where the table is CSV or JSON.",
    )


def count_of(state: StrEnum, description: str) -> fields.Integer:
    """Return the field of how many lines of a report are in a state."""
    return fields.Integer(required=True, attribute=f"counts.{state}", description=description)


class MergedOut(TableReportOut):
    """What became of a table, line by line."""

    entered = count_of(LineState.ENTERED, "They were not there.")
    changed = count_of(LineState.CHANGED, "They were there with other facts, and took these.")
    kept = count_of(LineState.KEPT, "They are there with other facts, and kept those.")
    same = count_of(LineState.SAME, "They are there with these facts.")
    refused = count_of(LineState.REFUSED, "They break rules.")
    lines = fields.List(fields.Nested(MergedLineOut))


class ImportedLineOut(MergedLineOut):
    """What became of one line of a table of others, and what it was read as."""

    state: ma.fields.Field[object] = fields.Enum(ImportState, required=True)
    id = fields.UUID(
        allow_none=True, description="What it stands for, or may; null where that is not there."
    )


class ReadColumnOut(OutSchema):
    """What a column of a table was read as."""

    header = fields.String(example="Название")
    column = fields.String(
        allow_none=True, example="name_ru", description="Null: it is passed over."
    )


class ImportedTableOut(MergedOut):
    """What became of a table of others, line by line, and how it was read."""

    doubtful = count_of(ImportState.DOUBTFUL, "They may be there already, and were left out.")
    columns = fields.List(fields.Nested(ReadColumnOut))
    encoding = fields.Enum(Encoding)
    lines = fields.List(fields.Nested(ImportedLineOut))
