"""Tables as bodies and answers: lines that a schema checks, and what became of each."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain
from types import MappingProxyType
from typing import TypeVar
from uuid import UUID

import marshmallow as ma
from flask import Response, request, stream_with_context

from api.errors import Code, Fault, Invalid, point
from api.infra.runtime import runtime
from api.infra.tables import csv_files, layouts, reading as files, reports
from api.infra.tables.layouts import Imported, Layout
from api.infra.tables.reading import Table
from api.infra.tables.reports import (
    MOST_LINES,
    NOTHING_SAID,
    CellFault,
    FileHints,
    Line,
    NotATable,
    Report,
    Row,
)
from api.web import validate
from api.web.files import body_of, received
from api.web.guard import JSON as JSON  # noqa: PLC0414 # routes of tables find it beside CSV
from api.web.rest import Blueprint, Schema
from api.web.table_schemas import ImportedTableOut, MergeArgs, MergedOut, TableImportArgs

_Row = TypeVar("_Row")
_View = TypeVar("_View", bound="Callable[..., object]")
CSV = "text/csv"
CSV_SENT = f"{CSV}; charset=utf-8"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
HOW_CSV = (
    "A workbook of Excel (.xlsx; of several sheets `sheet` names one), or CSV in any usual encoding"
    " (`encoding` names it, where its bytes alone do not tell), separated by commas, semicolons or"
    " tabs. The first line names the columns, in any order."
)
_NOTHING: Mapping[str, str] = MappingProxyType({})
_NO_WORKBOOK = (
    "This is no workbook of Excel (.xlsx). Save it as one, or as CSV UTF-8, which is sent as"
    f" {CSV}."
)


def takes_table(
    max_bytes: int, examples: Mapping[str, object], schema: type[Schema] | None = None
) -> Callable[[_View], _View]:
    """Have an address take CSV and workbooks, and with a schema also JSON."""
    types, schemas = ((CSV, XLSX), {}) if schema is None else ((JSON, CSV, XLSX), {JSON: schema})
    every = {**examples, XLSX: "PK, and what else the file holds as it was saved"}
    return received(*types, max_bytes=max_bytes, examples=every, schemas=schemas)


def takes_import(
    blueprint: Blueprint,
    examples: Mapping[str, object],
    description: str,
    max_bytes: int = layouts.MOST_BYTES,
    schema: type[Schema] | None = None,
) -> Callable[[Callable[..., Report]], Callable[..., object]]:
    """Make a view the POST of a table: of others, or with a schema one of ours, also as JSON."""
    args, answer = (MergeArgs, MergedOut) if schema else (TableImportArgs, ImportedTableOut)

    def decorate(view: Callable[..., Report]) -> Callable[..., object]:
        described = blueprint.doc(description=description)(view)
        answered = blueprint.response(200, answer)(described)
        asked: Callable[..., object] = blueprint.arguments(args, location="query")(answered)
        return takes_table(max_bytes, examples, schema)(asked)

    return decorate


def imported(
    said: FileHints,
    layout: Layout,
    schema: Schema,
    take: Callable[[Sequence[Line]], Report],
    columns_said: Mapping[str, str] = _NOTHING,
) -> Imported:
    """Read the table in a body, have it taken in, and tell what became of each line."""
    if layout.name and request.mimetype == JSON:
        files.refuse_sheet(said)
        report = take([_checked(schema, row, layout) for row in _listed(layout.name)])
        return Imported(report.stored, report.lines)
    return taken_in(_sent(said), layout, schema, take, columns_said)


def taken_in(
    table: Table,
    layout: Layout,
    schema: Schema,
    take: Callable[[Sequence[Line]], Report],
    columns_said: Mapping[str, str] = _NOTHING,
) -> Imported:
    """Have a table taken in, and tell what became of each line."""
    found, columns = layouts.rows(table, layout, columns_said)
    report = take([_checked(schema, row, layout) for row in found])
    return Imported(report.stored, report.lines, columns, table.encoding, table.workbook)


def _sent(said: FileHints) -> Table:
    data = request.get_data()
    if request.mimetype == XLSX and not files.is_packed(data):
        files.refuse_old(data)
        raise NotATable(_NO_WORKBOOK)
    (whose,) = (request.view_args or {}).values()
    return read(data, whose, said)


def read(data: bytes, whose: UUID, said: FileHints = NOTHING_SAID) -> Table:
    """Return the table in a file; of a workbook in one of few places, as it takes a while."""
    if files.is_packed(data):
        with runtime().bulkhead.one(whose):
            return files.read(data, said)
    return files.read(data, said)


def _listed(name: str) -> Sequence[Row]:
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
        reports.too_many()
    return [_row(name, place, each) for place, each in enumerate(listed)]


def _row(name: str, place: int, facts: object) -> Row:
    if isinstance(facts, dict):
        return Row(place, point(name, place), facts)
    return Row(place, point(name, place), {}, [CellFault("", Code.UNREADABLE, "Give an object.")])


def _checked(schema: Schema, row: Row, layout: Layout) -> Line:
    if row.faults:
        return Line(row.line, row.place, {}, list(row.faults))
    try:
        return Line(row.line, row.place, schema.load(row.facts), [])
    except ma.ValidationError as refused:
        faults = [
            CellFault.of(layout.column_of(list(map(str, keys))), reason)
            for keys, reason in validate.reasons(refused.messages)
        ]
        return Line(row.line, row.place, {}, faults)


def as_csv(
    name: str,
    columns: Sequence[str],
    batches: Iterable[Sequence[_Row]],
    cells_of: Callable[[_Row], Mapping[str, str | None]],
) -> Response:
    """Return batches of rows as the table of a name."""
    header = csv_files.written(columns, [], header=True)
    lines = (csv_files.written(columns, map(cells_of, rows), header=False) for rows in batches)
    return body_of(stream_with_context(chain([header], lines)), CSV_SENT, f"{name}.csv")


def as_json(name: str, batches: Iterable[Sequence[Mapping[str, object]]]) -> Response:
    """Return batches of rows as the list of a name."""
    return body_of(stream_with_context(_list_of(name, batches)), JSON, f"{name}.json")


def _list_of(name: str, batches: Iterable[Sequence[Mapping[str, object]]]) -> Iterator[str]:
    yield f'{{"{name}": ['
    comma = ""
    for batch in filter(None, batches):
        lines = (json.dumps(row, ensure_ascii=False) for row in batch)
        yield f"{comma}\n" + ",\n".join(lines)
        comma = ","
    yield "\n]}\n"
