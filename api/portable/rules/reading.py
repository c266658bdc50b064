"""A file's bytes read as data: YAML 1.2 or JSON, UTF-8, with hard limits. Knows no schema."""

from __future__ import annotations

import json
import re
import unicodedata
from typing import TYPE_CHECKING, Any, NoReturn

from api.errors import Code, Fault, Invalid, point
from api.infra.text import characters
from api.portable.rules import nodes

if TYPE_CHECKING:
    from collections.abc import Sequence

MAX_BYTES = 5_000_000  # a file has fewer
MAX_DEPTH = 32
MAX_VALUES = 100_000
MAX_WHOLE = 2**53 - 1  # JSON's readers agree on whole numbers up to here (RFC 8785)
MAX_LISTED = 100  # faults of the same few kinds in one answer

_DIGITS = 16


class _Twice(dict[str, Any]):
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
    value = _json(text) if is_json else nodes.read(text, _refuse, MAX_VALUES, MAX_DEPTH)
    faults: list[Fault] = []
    tidy = _Tidy(faults).value(value, ())
    if faults:
        raise Invalid("The file holds what cannot be kept.", faults[:MAX_LISTED])
    if not isinstance(tidy, dict):
        _refuse("", f"The file must hold keys and values at its top, starting with `{first}:`.")
    return tidy


def _refuse(pointer: str, detail: str) -> NoReturn:
    raise Invalid("The file cannot be read.", [Fault(pointer, Code.UNREADABLE, detail)])


def _text(data: bytes) -> str:
    if len(data) >= MAX_BYTES:
        _refuse("", f"The file has {len(data):,} bytes; it must be smaller than 5 MB.")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        line = data.count(b"\n", 0, fault.start) + 1
        _refuse("", f"Line {line}: this is not UTF-8. Save the file as UTF-8.")
    if not text.strip():
        _refuse("", "The file is empty.")
    if unfit := characters.unfit(text):
        line = next(n for n, row in enumerate(text.split("\n"), 1) if characters.unfit(row))
        _refuse("", f"Line {line}: {unfit}")
    return text


def _json(text: str) -> Any:
    try:
        return json.loads(
            text, object_pairs_hook=_object, parse_int=_whole, parse_constant=_no_number
        )
    except json.JSONDecodeError as fault:
        _refuse("", f"Line {fault.lineno}: this is not JSON ({fault.msg}).")
    except RecursionError:
        _refuse("", f"The file is nested more than {MAX_DEPTH} levels deep: flatten it.")


def _object(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
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
    _refuse("", f"{constant} is not a number that can be kept: set it in quotes.")


class _Tidy:
    """Returns data in NFC and collects what cannot be kept, each with its pointer."""

    def __init__(self, faults: list[Fault]) -> None:
        self._faults = faults
        self._count = 0

    def value(self, value: Any, path: tuple[str | int, ...]) -> Any:
        self._count += 1
        if self._count > MAX_VALUES:
            _refuse("", f"The file holds more than {MAX_VALUES:,} values: split it.")
        if isinstance(value, str):
            return self._string(value, path)
        if isinstance(value, dict | list):
            if len(path) >= MAX_DEPTH:
                _refuse(
                    point(*path), f"This is nested more than {MAX_DEPTH} levels deep: flatten it."
                )
            if isinstance(value, list):
                return [self.value(inner, (*path, n)) for n, inner in enumerate(value)]
            return self._mapping(value, path)
        return self._number(value, path) if isinstance(value, int | float) else value

    def _mapping(self, value: dict[str, Any], path: tuple[str | int, ...]) -> dict[str, Any]:
        if isinstance(value, _Twice):
            self._add(
                (*path, value.key), Code.DUPLICATE, "This key stands here twice: take one out."
            )
        tidy: dict[str, Any] = {}
        for key, inner in value.items():
            name = self._string(key, (*path, key))
            if name in tidy:
                self._add(
                    (*path, name), Code.DUPLICATE, "This key stands here twice: take one out."
                )
            tidy[name] = self.value(inner, (*path, name))
        return tidy

    def _string(self, text: str, path: tuple[str | int, ...]) -> str:
        if text.isascii() and text.isprintable():
            return text
        if unfit := characters.unkept(text):
            # A half of a character in a key would break whatever writes the pointer down.
            self._add([_whole_characters(key) for key in path], Code.BAD_CHARACTER, unfit)
            return ""
        return unicodedata.normalize("NFC", text)

    def _number(self, number: float, path: tuple[str | int, ...]) -> float:
        if isinstance(number, bool):
            return number
        if isinstance(number, _TooLong) or not -MAX_WHOLE <= number <= MAX_WHOLE:
            advice = "This is not a number of a usable size: mend it, or set it in quotes."
            self._add(path, Code.TOO_LARGE, advice)
            return 0
        # 1992.0 is the whole number 1992 to JSON Schema, and must not print as "1992.0".
        return int(number) if number == int(number) else number

    def _add(self, path: Sequence[str | int], code: Code, detail: str) -> None:
        self._faults.append(Fault(point(*path), code, detail))


def _whole_characters(key: str | int) -> str | int:
    return re.sub("[\ud800-\udfff\x00]", "\ufffd", key) if isinstance(key, str) else key
