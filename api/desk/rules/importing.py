"""The facts of a table that comes in: what its columns are, and what would become of its lines.

The file itself is kept nowhere: it travels in the form, packed, until it is entered or forgotten.
"""

from __future__ import annotations

import base64
import binascii
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from api.desk.rules import filling
from api.desk.rules.tables import Listing
from api.infra.tables.layouts import Column
from api.infra.tables.reports import CellChange, CellFault, Reported
from api.pages.rules.facts import Form
from api.pages.rules.sentences import Sentences

MOST_BYTES = 10_000_000
MOST_SHOWN = 100  # lines of a preview
TROUBLE = ("refused", "doubtful", "kept", "changed", "entered", "same")  # what is shown first


@dataclass(frozen=True, kw_only=True)
class BringScreen:
    """The form that takes a file."""

    title: str
    back: str
    columns: Sequence[str]  # what the table may hold
    refused: str = ""  # why the file could not be read
    detail: str = ""  # the same, closer
    form: Form = field(default_factory=Form)


@dataclass(frozen=True)
class ReadColumn:
    """A column of the file: its name there, its first values, and what it is read as."""

    name: str  # of the field
    header: str
    sample: str
    column: str


@dataclass(frozen=True, kw_only=True)
class PreviewScreen:
    """What would become of a table, and how it is read."""

    title: str
    kind: str
    back: str
    packed: str
    hidden_fields: Sequence[tuple[str, str]]
    columns: Sequence[ReadColumn]
    choices: Sequence[tuple[str, str]]
    counts: Sequence[tuple[str, int]]  # words and how many
    lines: Listing
    sheet: str = ""
    sheets: Sequence[tuple[str, str]] = ()
    hidden: int = 0  # lines and columns that the workbook hides, and that were read
    may_enter: bool = False
    has_refused: bool = False
    has_doubtful: bool = False
    update: bool = False
    doubtful: bool = False
    refused: str = ""
    detail: str = ""
    form: Form = field(default_factory=Form)


def pack(data: bytes) -> str:
    """Return a file as a field of a form holds it."""
    return base64.b64encode(zlib.compress(data)).decode()


def unpack(text: str) -> bytes | None:
    """Return the file that `pack` took; None of what is none, or unpacks to too much."""
    opened = zlib.decompressobj()
    try:
        data = opened.decompress(base64.b64decode(text, validate=True), MOST_BYTES)
    except (binascii.Error, zlib.error, ValueError):
        return None
    return data if opened.eof else None


def mapping(columns: Sequence[Column], chosen: Mapping[str, str]) -> dict[str, str]:
    """Return what each header is read as: as chosen, else as guessed; "" passes it over."""
    return {
        each.header: chosen.get(f"columns.{place}", each.column or "")
        for place, each in enumerate(columns)
    }


def column_words(column: str, said: Sentences) -> str:
    """Return what a column of ours is called: its words, or its name."""
    base, _, tag = column.partition("_")
    if base == "name" and tag and f"column.{column}" not in said.all:
        return f"{said.say('column.name')} ({tag})"
    return said.say(key) if (key := f"column.{column}") in said.all else column


def told(faults: Sequence[CellFault], said: Sentences) -> str:
    """Return what is wrong in a line, cell for cell."""
    return " ".join(_told(each, said) for each in faults)


def _told(fault: CellFault, said: Sentences) -> str:
    sentence = filling.sentence(fault, said, fault.column, "cell")
    return f"{column_words(fault.column, said)}: {sentence}" if fault.column else sentence


def by_trouble(lines: Sequence[Reported]) -> list[Reported]:
    """Return lines in the order in which they need a look."""
    return sorted(lines, key=lambda each: TROUBLE.index(str(each.state)))


def changed(
    changes: Sequence[CellChange], said: Sentences, names: Mapping[str, str], *, is_new: bool
) -> str:
    """Return where a line differs from what is there, or what is new; known ids by their names."""
    return " · ".join(
        f"{column_words(each.column, said)}: {_both(each, names, is_new=is_new)}"
        for each in changes
    )


def _both(change: CellChange, names: Mapping[str, str], *, is_new: bool) -> str:
    before, after = (_value(it) for it in (change.before, change.after))
    new = names.get(after, after)
    return new if is_new else f"{names.get(before, before)} → {new}"


def _value(value: object) -> str:
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value)) or "—"
    if isinstance(value, Mapping):
        return ", ".join(map(str, value.values())) or "—"
    return "—" if value in {None, ""} else str(value)
