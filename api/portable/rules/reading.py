"""A file's bytes read as data: YAML 1.2 or JSON, UTF-8, with hard limits. Knows no schema."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Sequence
from typing import Any, NoReturn

from api.errors import Code, Fault, Invalid, point
from api.infra.text import characters
from api.portable.rules import nodes
from api.portable.rules.nodes import MAX_DEPTH, MAX_VALUES, refuse
from api.portable.rules.walk import Path

MAX_BYTES = 5_000_000  # a file has fewer
MAX_WHOLE = 2**53 - 1  # JSON's readers agree on whole numbers up to here (RFC 8785)
MAX_LISTED = 100  # faults of the same few kinds in one answer

_DIGITS = 16
_STANDS_TWICE = "This key stands here twice: take one out."


class _Twice(dict[str, object]):
    """A JSON object with a key that stands in it twice."""

    key = ""


class _TooLong(int):
    """A whole number with too many digits to be read."""


def read(data: bytes, first: str = "format") -> dict[str, Any]:
    """Return a file's data with all text in NFC, or raise Invalid with what to mend and where.

    `first` is the key that such files begin with.
    """
    text = _text(data)
    is_json = text.lstrip().startswith("{")
    value = _json(text) if is_json else nodes.read(text)
    tidying = _Tidy()
    tidy = tidying.value(value, ())
    if tidying.faults:
        raise Invalid("The file holds what cannot be kept.", tidying.faults[:MAX_LISTED])
    if not isinstance(tidy, dict):
        refuse("", f"The file must hold keys and values at its top, starting with `{first}:`.")
    return tidy


def _text(data: bytes) -> str:
    if len(data) >= MAX_BYTES:
        refuse("", f"The file has {len(data):,} bytes; it must be smaller than 5 MB.")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        line = data.count(b"\n", 0, fault.start) + 1
        refuse("", f"Line {line}: this is not UTF-8. Save the file as UTF-8.")
    if not text.strip():
        refuse("", "The file is empty.")
    if unfit := characters.unfit(text):
        line = next(n for n, row in enumerate(text.split("\n"), 1) if characters.unfit(row))
        refuse("", f"Line {line}: {unfit}")
    return text


def _json(text: str) -> object:
    try:
        return json.loads(
            text, object_pairs_hook=_object, parse_int=_whole, parse_constant=_no_number
        )
    except json.JSONDecodeError as fault:
        refuse("", f"Line {fault.lineno}: this is not JSON ({fault.msg}).")
    except RecursionError:
        refuse("", f"The file is nested more than {MAX_DEPTH} levels deep: flatten it.")


def _object(pairs: Sequence[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) == len(pairs):
        return found
    twice = _Twice(found)
    keys: set[str] = set()
    for key, _ in pairs:
        if key in keys:
            twice.key = key
            break
        keys.add(key)
    return twice


def _whole(digits: str) -> int:
    return int(digits) if len(digits) <= _DIGITS + 1 else _TooLong()


def _no_number(constant: str) -> NoReturn:
    refuse("", f"{constant} is not a number that can be kept: set it in quotes.")


class _Tidy:
    """Returns data in NFC and collects what cannot be kept, each with its pointer."""

    def __init__(self) -> None:
        self.faults: list[Fault] = []
        self._count = 0

    def value(self, value: object, path: Path) -> object:
        self._count += 1
        if self._count > MAX_VALUES:
            refuse("", f"The file holds more than {MAX_VALUES:,} values: split it.")
        if isinstance(value, str):
            return self._string(value, path)
        if isinstance(value, dict | list):
            if len(path) >= MAX_DEPTH:
                refuse(
                    point(*path), f"This is nested more than {MAX_DEPTH} levels deep: flatten it."
                )
            if isinstance(value, list):
                return [self.value(inner, (*path, n)) for n, inner in enumerate(value)]
            return self._mapping(value, path)
        return self._number(value, path) if isinstance(value, int | float) else value

    def _mapping(self, value: dict[str, object], path: Path) -> dict[str, object]:
        if isinstance(value, _Twice):
            self._add((*path, value.key), Code.DUPLICATE, _STANDS_TWICE)
        tidy: dict[str, object] = {}
        for key, inner in value.items():
            name = self._string(key, (*path, key))
            if name in tidy:
                self._add((*path, name), Code.DUPLICATE, _STANDS_TWICE)
            tidy[name] = self.value(inner, (*path, name))
        return tidy

    def _string(self, text: str, path: Path) -> str:
        if text.isascii() and text.isprintable():
            return text
        if unfit := characters.unkept(text):
            # A half of a character in a key would break whatever writes the pointer down.
            self._add([_whole_characters(key) for key in path], Code.BAD_CHARACTER, unfit)
            return ""
        return unicodedata.normalize("NFC", text)

    def _number(self, number: float, path: Path) -> float:
        if isinstance(number, bool):
            return number
        if isinstance(number, _TooLong) or not -MAX_WHOLE <= number <= MAX_WHOLE:
            advice = "This is not a number of a usable size: mend it, or set it in quotes."
            self._add(path, Code.TOO_LARGE, advice)
            return 0
        # 1992.0 is the whole number 1992 to JSON Schema, and must not print as "1992.0".
        return int(number) if number == int(number) else number

    def _add(self, path: Sequence[str | int], code: Code, detail: str) -> None:
        self.faults.append(Fault(point(*path), code, detail))


def _whole_characters(key: str | int) -> str | int:
    return re.sub("[\ud800-\udfff\x00]", "\ufffd", key) if isinstance(key, str) else key
