"""Tables as bodies and answers: lines that a schema checks, and what became of each."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

import marshmallow as ma
from flask import Response, request, stream_with_context

from api.errors import Code, Fault, Invalid, Reason, point
from api.infra.tables import csv_files, spreadsheets
from api.infra.tables.csv_files import (
    MOST_LINES,
    CellFault,
    How,
    Line,
    LineState,
    OnDifference,
    Row,
)
from api.infra.tables.encodings import Encoding
from api.infra.tables.matching import ImportState, Taking
from api.infra.tables.spreadsheets import Imported, Layout
from api.web import validate
from api.web.guard import JSON as JSON  # noqa: PLC0414 # routes of tables find it beside CSV
from api.web.rest import CODE, Schema

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from enum import StrEnum

    from api.infra.tables.csv_files import Report

CSV = "text/csv"
CSV_SENT = f"{CSV}; charset=utf-8"
HOW_CSV = (
    "CSV in any usual encoding (`encoding` names it, where its bytes alone do not tell), separated"
    " by commas, semicolons or tabs. The first line names the columns, in any order."
)


def _first(keys: Sequence[str]) -> str:
    return keys[0] if keys else ""


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


def _merging(given: dict[str, Any]) -> tuple[OnDifference, bool, bool, Encoding | None]:
    return given["on_difference"], given["is_partial"], given["is_preview"], given["encoding"]


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
            "description": "Of CSV the line in the file; of JSON the place in the list, from 0.",
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


def count_of(state: StrEnum, description: str) -> ma.fields.Integer:
    """Return the field of how many lines of a report are in a state."""
    return ma.fields.Integer(
        required=True, attribute=f"counts.{state}", metadata={"description": description}
    )


class MergedOut(Schema):
    """What became of a table, line by line."""

    stored = ma.fields.Boolean(required=True, metadata={"description": "False for a preview."})
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


def imported(
    reading: Reading,
    layout: Layout,
    schema: Schema,
    take: Callable[[Sequence[Line], Taking], Report],
    column_of: Callable[[Sequence[str]], str] = _first,
) -> Imported:
    """Read the table of others in a body, have it taken in, and tell both."""
    sheet = spreadsheets.read(request.get_data(), reading.how.encoding)
    found, columns = spreadsheets.mapped(sheet, layout, reading.columns)
    report = take(checked(found, schema, column_of), reading.how)
    return Imported(report.stored, report.lines, columns, sheet.encoding)


def rows(
    name: str,
    read: Callable[[bytes, Encoding | None], Sequence[Row]],
    encoding: Encoding | None,
) -> Sequence[Row]:
    """Return the lines of a body: of JSON the list of a name, otherwise what `read` finds."""
    if request.mimetype != JSON:
        return read(request.get_data(), encoding)
    body = getattr(request, "guarded", None)
    listed = body.get(name) if isinstance(body, dict) else None
    if not isinstance(body, dict) or not isinstance(listed, list):
        raise Invalid(
            "A table as JSON is a list.",
            [Fault(point(name), Code.WRONG_TYPE, "Give a list of objects.")],
        )
    strange = [
        Fault(point(key), Code.UNKNOWN_FIELD, "There is no such field.")
        for key in body
        if key != name
    ]
    if strange:
        raise Invalid("A table as JSON is one list.", strange)
    if len(listed) > MOST_LINES:
        csv_files.too_many()
    return [_row(name, place, each) for place, each in enumerate(listed)]


def _row(name: str, place: int, facts: Any) -> Row:
    if isinstance(facts, dict):
        return Row(place, point(name, place), facts)
    return Row(place, point(name, place), {}, "Give an object.")


def checked(
    found: Sequence[Row],
    schema: Schema,
    column_of: Callable[[Sequence[str]], str] = _first,
) -> list[Line]:
    """Return lines with their facts checked; `column_of` says where a fault's place came from."""
    return [_checked(schema, row, column_of) for row in found]


def _checked(schema: Schema, row: Row, column_of: Callable[[Sequence[str]], str]) -> Line:
    if row.fault:
        return Line(row.line, row.place, {}, [CellFault("", Code.UNREADABLE, row.fault)])
    try:
        return Line(row.line, row.place, schema.load(row.facts), [])
    except ma.ValidationError as refused:
        faults = [
            CellFault.of(column_of(list(map(str, keys))), reason)
            for keys, reason in validate.reasons(refused.messages)
        ]
        return Line(row.line, row.place, {}, faults)


def streamed(pieces: Iterator[str], kind: str, name: str) -> Response:
    """Return a file that is written while it is sent."""
    answer = Response(stream_with_context(pieces), content_type=kind)
    answer.headers.set("Content-Disposition", "attachment", filename=name)
    return answer


def as_csv(
    columns: Sequence[str], batches: Iterator[Sequence[Mapping[str, str | None]]]
) -> Iterator[str]:
    """Write batches of rows as a table."""
    yield csv_files.written(columns, [], header=True)
    for batch in batches:
        yield csv_files.written(columns, batch, header=False)


def as_json(name: str, batches: Iterator[Sequence[Mapping[str, Any]]]) -> Iterator[str]:
    """Write batches of rows as the list of a name."""
    yield f'{{"{name}": ['
    comma = ""
    for batch in filter(None, batches):
        lines = (json.dumps(row, ensure_ascii=False) for row in batch)
        yield f"{comma}\n" + ",\n".join(lines)
        comma = ","
    yield "\n]}\n"
