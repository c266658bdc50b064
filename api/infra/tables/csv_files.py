"""CSV as spreadsheets keep it, in and out, and what a cell of it holds."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from api.errors import Code, Fault
from api.infra.tables import encodings
from api.infra.tables.encodings import Encoding
from api.infra.tables.reports import NotATable

BOM = "\N{ZERO WIDTH NO-BREAK SPACE}"
SEPARATORS = ";,\t|"
_QUOTED = re.compile('"[^"]*"')
_FIRST = re.compile(r'[\r\n]*(?:"[^"]*"|[^"\r\n])*')  # a quoted cell may hold line breaks
_SAYS_SEPARATOR = re.compile(rf'"?sep=([{SEPARATORS}])"?(?:\r\n?|\n)', re.IGNORECASE)
# What spreadsheets in English, French, German and Russian write for true and false.
_TRUE = {"true", "yes", "1", "vrai", "oui", "wahr", "ja", "истина", "да"}
_FALSE = {"false", "no", "0", "faux", "non", "falsch", "nein", "ложь", "нет"}
# A spreadsheet runs what begins so, also after a character that it may take for a separator.
# The apostrophes before it belong to the run: writing adds one, and reading takes one.
_RUN = re.compile("(?:^|(?<=[;,|\t\"\n]))('*)(?=[-=+@\t\r\uff1d\uff0b\uff0d\uff20])")


def decoded(data: bytes, given: Encoding | None) -> tuple[str, Encoding]:
    """Return a file's text, and the encoding that was given or is plain from its bytes."""
    found = encodings.decoded(data, given)
    if found is None and given:
        raise NotATable(f"Its bytes are not {given}: name another encoding, or none.")
    if found is None:
        detail = (
            "Which letters it holds cannot be told. Say encoding=windows-1252 (western Europe),"
            ' windows-1250 or another, or save it as UTF-8 ("CSV UTF-8" in a spreadsheet).'
        )
        raise NotATable(detail, [Fault("", Code.REQUIRED, detail, parameter="encoding")])
    return found


def lines(text: str) -> Iterator[tuple[int, list[str]]]:
    """Yield the lines of a table that are not empty, each with its number; raise NotATable.

    Whatever parts the cells of the first one parts all, and lines may end in any way.
    """
    before, separator = 0, None
    if says := _SAYS_SEPARATOR.match(text):
        before, separator, text = 1, says[1], text[says.end() :]
    first = _QUOTED.sub("", _FIRST.match(text)[0])  # type: ignore[index] # it matches any text
    separator = separator or max(SEPARATORS, key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    start = 1 + before  # a quoted cell may hold line breaks, so lines are not rows
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield start, cells
            start = reader.line_num + 1 + before
    except csv.Error as fault:
        raise NotATable(f"Line {reader.line_num + before} cannot be read: {fault}.") from fault


def truth(cell: str) -> bool | str:
    """Return what a cell says is true or false, or the cell where it says neither."""
    word = cell.strip().casefold()
    return word in _TRUE if word in _TRUE | _FALSE else cell


def several(cell: str, separator: str) -> list[str]:
    """Return the values of one cell: one a line, or in one line with a separator (a pattern)."""
    values = cell.split("\n") if "\n" in cell else re.split(separator, cell)
    return [value for each in values if (value := each.strip())]


def together(values: Sequence[str], separator: str) -> str:
    """Return the cell that `several` reads as these values."""
    whole = "\n".join(values)
    is_one = len(values) == 1 and re.search(separator, whole)
    return f"{whole}\n" if is_one else whole


def written(
    columns: Sequence[str], rows: Iterable[Mapping[str, str | None]], *, header: bool
) -> str:
    """Return rows as lines of a table that no spreadsheet runs."""
    out = io.StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_ALL)
    if header:
        out.write(BOM)  # or a spreadsheet takes UTF-8 for something else
        writer.writerow(map(with_guard, columns))  # some are named by others
    for row in rows:
        writer.writerow([with_guard(row.get(column) or "") for column in columns])
    return out.getvalue()


def with_guard(cell: str) -> str:
    """Return a cell that a spreadsheet takes for text."""
    return _RUN.sub(r"'\1", cell)


def without_guard(cell: str) -> str:
    """Return the cell that `with_guard` took."""
    return _RUN.sub(lambda run: run[1][1:], cell)
