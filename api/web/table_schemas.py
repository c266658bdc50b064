"""What an address of tables is told of one, and tells: of each line what became of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import marshmallow as ma

from api.errors import Code, Reason
from api.infra.tables import csv_files
from api.infra.tables.csv_files import FileArgs, How, LineState, OnDifference
from api.infra.tables.encodings import Encoding
from api.infra.tables.matching import ImportState, Taking
from api.web import validate
from api.web.rest import CODE, Schema

if TYPE_CHECKING:
    from enum import StrEnum


def _flag(name: str, description: str) -> ma.fields.Boolean:
    return ma.fields.Boolean(
        data_key=name,
        truthy={"true"},
        falsy={"false"},
        load_default=False,
        metadata={"description": description},
    )


class LineSchema(Schema):
    """What a line of a table may hold: nothing is needed, and anything may be empty."""

    def on_bind_field(self, field_name: str, field_obj: ma.fields.Field[Any]) -> None:
        del field_name
        field_obj.required, field_obj.allow_none = False, True
        field_obj.load_default = ma.missing


class EntryArgs(Schema):
    """How a table is entered."""

    is_preview = _flag("preview", "Report, and store nothing.")
    is_partial = _flag("partial", "Enter the lines that are good though others are refused.")
    encoding = ma.fields.Enum(
        Encoding,
        by_value=True,
        load_default=None,
        metadata={
            "description": "How a file of CSV writes its letters. Left out, it is told from the"
            " bytes: UTF-8, UTF-16, and others where only one reading makes sense."
        },
    )
    sheet = ma.fields.String(
        load_default=None,
        validate=validate.Length(1, 100),
        metadata={
            "description": "Which sheet of a workbook is read. Left out, it is the only one that"
            " holds something and is not hidden."
        },
    )


def file_args(given: dict[str, Any]) -> FileArgs:
    """Return what a caller says of a file."""
    return FileArgs(given["encoding"], given["sheet"])


def _merging(given: dict[str, Any]) -> tuple[OnDifference, bool, bool, FileArgs]:
    return given["on_difference"], given["is_partial"], given["is_preview"], file_args(given)


class MergeArgs(EntryArgs):
    """How a table is brought together with what is there; gives a How."""

    on_difference = ma.fields.Enum(
        OnDifference,
        by_value=True,
        load_default=OnDifference.KEEP,
        metadata={
            "description": "What becomes of what is there and has other facts in the table: it is"
            " kept as it is, or updated."
        },
    )

    @ma.post_load
    def _gather(self, given: dict[str, Any], **_: Any) -> How:
        return How(*_merging(given))


class Reading(NamedTuple):
    """What a caller says of a table of others."""

    columns: dict[str, str]
    how: Taking


class ImportArgs(MergeArgs):
    """How a table of others is read, and brought together with what is there."""

    map = ma.fields.List(
        ma.fields.String(validate=validate.Length(1, 400)),
        load_default=list,
        validate=validate.Length(0, csv_files.MOST_COLUMNS),
        metadata={
            "description": "HEADER:COLUMN, what a column of the table is read as; HEADER: alone"
            " passes it over. The others are found by their usual names in English and Russian.",
            "example": [],
        },
    )
    doubtful = ma.fields.String(
        load_default="leave",
        validate=validate.OneOf(["leave", "enter"]),
        metadata={
            "description": "What becomes of lines that may be one that is there: they are left out,"
            " or entered as new ones."
        },
    )

    @ma.post_load
    def _gather(self, given: dict[str, Any], **_: Any) -> Reading:
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


class CellFaultOut(Schema):
    """What is wrong in one cell; the column is empty where it is the line."""

    column = ma.fields.String(required=True, metadata={"example": "country"})
    code = ma.fields.Enum(Code, by_value=True, required=True, metadata=CODE)
    detail = ma.fields.String(required=True)


class LineOut(Schema):
    """What became of one line."""

    line = ma.fields.Integer(
        required=True,
        metadata={
            "example": 2,
            "description": "Of CSV the line in the file, of a workbook that of the sheet; of JSON"
            " the place in the list, from 0.",
        },
    )
    faults = ma.fields.List(ma.fields.Nested(CellFaultOut), required=True)


class CellChangeOut(Schema):
    """Where a line differs from what is there."""

    column = ma.fields.String(required=True, metadata={"example": "status"})
    before = ma.fields.Raw(required=True, allow_none=True, metadata={"example": "detained"})
    after = ma.fields.Raw(required=True, allow_none=True, metadata={"example": "released"})


class MergedLineOut(LineOut):
    """What became of one line, and of which thing."""

    state: ma.fields.Field[Any] = ma.fields.Enum(LineState, by_value=True, required=True)
    id = ma.fields.UUID(
        required=True,
        allow_none=True,
        metadata={"description": "What it stands for; null where that is not there."},
    )
    changes = ma.fields.List(ma.fields.Nested(CellChangeOut), required=True)


class SheetOut(Schema):
    """A sheet of a workbook."""

    name = ma.fields.String(required=True, metadata={"example": "Members"})
    is_hidden = ma.fields.Boolean(required=True)


class WorkbookOut(Schema):
    """What nobody sees who looks at a table in its workbook."""

    sheet = ma.fields.Nested(
        SheetOut, required=True, metadata={"description": "The one that was read."}
    )
    other_sheets = ma.fields.List(
        ma.fields.Nested(SheetOut),
        required=True,
        metadata={"description": "Those that hold something too. They were not read."},
    )
    hidden_lines = ma.fields.List(
        ma.fields.Integer(),
        required=True,
        metadata={"description": "Lines that the sheet hides. They were read with the others."},
    )
    hidden_columns = ma.fields.List(
        ma.fields.String(),
        required=True,
        metadata={"description": "Columns that it hides, and that were read with the others."},
    )


class TableReportOut(Schema):
    """What became of a table."""

    stored = ma.fields.Boolean(required=True, metadata={"description": "False for a preview."})
    workbook = ma.fields.Nested(
        WorkbookOut,
        required=True,
        allow_none=True,
        metadata={"description": "What the workbook hides; null where the table is CSV or JSON."},
    )


def count_of(state: StrEnum, description: str) -> ma.fields.Integer:
    """Return the field of how many lines of a report are in a state."""
    return ma.fields.Integer(
        required=True, attribute=f"counts.{state}", metadata={"description": description}
    )


class MergedOut(TableReportOut):
    """What became of a table, line by line."""

    entered = count_of(LineState.ENTERED, "They were not there.")
    changed = count_of(LineState.CHANGED, "They were there with other facts, and took these.")
    kept = count_of(LineState.KEPT, "They are there with other facts, and kept those.")
    same = count_of(LineState.SAME, "They are there with these facts.")
    refused = count_of(LineState.REFUSED, "They break rules.")
    lines = ma.fields.List(ma.fields.Nested(MergedLineOut), required=True)


class ImportedLineOut(MergedLineOut):
    """What became of one line of a table of others, and what it was read as."""

    state: ma.fields.Field[Any] = ma.fields.Enum(ImportState, by_value=True, required=True)
    id = ma.fields.UUID(
        required=True,
        allow_none=True,
        metadata={"description": "What it stands for, or may; null where that is not there."},
    )


class ReadColumnOut(Schema):
    """What a column of a table was read as."""

    header = ma.fields.String(required=True, metadata={"example": "Название"})
    column = ma.fields.String(
        required=True,
        allow_none=True,
        metadata={"example": "name_ru", "description": "Null: it is passed over."},
    )


class ImportedTableOut(MergedOut):
    """What became of a table of others, line by line, and how it was read."""

    doubtful = count_of(ImportState.DOUBTFUL, "They may be there already, and were left out.")
    columns = ma.fields.List(ma.fields.Nested(ReadColumnOut), required=True)
    encoding = ma.fields.Enum(Encoding, by_value=True, required=True)
    lines = ma.fields.List(ma.fields.Nested(ImportedLineOut), required=True)
