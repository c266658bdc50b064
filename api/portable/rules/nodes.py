"""YAML 1.2's core schema on libyaml's events: text stays text, and nothing is shared or tagged."""

from __future__ import annotations

import re
from typing import NoReturn

import yaml

from api.errors import Code, Fault, Invalid, point

MAX_DEPTH = 32
MAX_VALUES = 100_000
_LONGEST = 60  # characters of a key that a message repeats

_NULL = frozenset({"", "~", "null", "Null", "NULL"})
_TRUE = frozenset({"true", "True", "TRUE"})
_FALSE = frozenset({"false", "False", "FALSE"})
_NOT_FINITE = re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")
_WHOLE = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")


def refuse(pointer: str, detail: str) -> NoReturn:
    """Read no further, and say where and why."""
    raise Invalid("The file cannot be read.", [Fault(pointer, Code.UNREADABLE, detail)])


def read(text: str) -> object:
    """Return the data of one YAML document."""
    builder = _Builder()
    parser = yaml.CBaseLoader(text)
    try:
        while (event := parser.get_event()) is not None:
            builder.take(event)
    except yaml.MarkedYAMLError as fault:
        mark = fault.problem_mark or fault.context_mark
        line = f"Line {mark.line + 1}: " if mark else ""
        refuse("", f"{line}this is not YAML ({fault.problem}). A text with a colon needs quotes.")
    except yaml.YAMLError as fault:
        refuse("", f"This is not YAML ({fault}).")
    finally:
        parser.dispose()
    return builder.result


class _Builder:
    """Puts data together from events; `result` is there after the last."""

    def __init__(self) -> None:
        self.result: object = None
        self._left = MAX_VALUES
        self._documents = 0
        self._open: list[list[object] | dict[str, object]] = []
        self._keys: list[str | None] = []  # of each open mapping, the key that waits for its value

    def take(self, event: yaml.Event) -> None:
        if isinstance(event, yaml.ScalarEvent):
            self._node(event)
            self._scalar(event)
        elif isinstance(event, yaml.MappingStartEvent):
            self._enter(event, {})
        elif isinstance(event, yaml.SequenceStartEvent):
            self._enter(event, [])
        elif isinstance(event, yaml.CollectionEndEvent):
            container = self._open.pop()
            self._keys.pop()
            self._put(container)
        elif isinstance(event, yaml.AliasEvent):
            self._stop(event, "An alias (*) is not read: write the value out.")
        elif isinstance(event, yaml.DocumentStartEvent):
            self._documents += 1
            if self._documents > 1:
                self._stop(event, "A file holds one document: take out the line --- and the rest.")

    def _node(self, event: yaml.NodeEvent) -> None:
        """Refuse what no value of ours may carry."""
        if event.anchor is not None:
            self._stop(event, "An anchor (&) is not read: set the text in quotes if it is one.")
        if getattr(event, "tag", None) is not None:
            self._stop(event, "A tag (!) is not read: set the text in quotes if it is one.")
        self._left -= 1
        if self._left < 0:
            self._stop(event, "The file holds too many values: split it.")

    def _enter(self, event: yaml.NodeEvent, container: list[object] | dict[str, object]) -> None:
        self._node(event)
        if len(self._open) >= MAX_DEPTH:
            self._stop(event, f"This is nested more than {MAX_DEPTH} levels deep: flatten it.")
        if self._awaits_key():
            self._stop(event, "A key must be text.")
        self._open.append(container)
        self._keys.append(None)

    def _scalar(self, event: yaml.ScalarEvent) -> None:
        value = event.value if not event.implicit[0] else self._plain(event)
        if not self._awaits_key():
            self._put(value)
            return
        if not isinstance(value, str):
            short = event.value[:_LONGEST]
            self._stop(event, f'A key must be text: write "{short}" in quotes.')
        if value in self._open[-1]:
            self._keys[-1] = value
            self._stop(event, "This key stands here twice: take one out.")
        self._keys[-1] = value

    def _awaits_key(self) -> bool:
        return bool(self._open) and isinstance(self._open[-1], dict) and self._keys[-1] is None

    def _put(self, value: object) -> None:
        if not self._open:
            self.result = value
            return
        container = self._open[-1]
        if isinstance(container, list):
            container.append(value)
            return
        key = self._keys[-1]
        if key is not None:
            container[key] = value
            self._keys[-1] = None

    def _plain(self, event: yaml.ScalarEvent) -> object:
        """Return what a plain scalar is in the core schema: dates, `NO` and `yes` are text."""
        text = event.value
        if text in _NULL:
            return None
        if text in _TRUE or text in _FALSE:
            return text in _TRUE
        if _WHOLE.fullmatch(text):
            return _whole(text) if len(text) <= _LONGEST else float("inf")
        if _FLOAT.fullmatch(text):
            return float(text)
        if _NOT_FINITE.fullmatch(text):
            self._stop(event, "This is not a number that can be kept: set it in quotes.")
        return text

    def _stop(self, event: yaml.Event, detail: str) -> NoReturn:
        line = f"Line {event.start_mark.line + 1}: " if event.start_mark else ""
        refuse(point(*self._path()), line + detail)

    def _path(self) -> list[str | int]:
        """Return the keys that lead to the value being read."""
        path: list[str | int] = []
        for container, key in zip(self._open, self._keys, strict=True):
            if isinstance(container, list):
                path.append(len(container))
            elif key is not None:
                path.append(key)
        return path


def _whole(text: str) -> int:
    bases = {"0o": 8, "0x": 16}
    return int(text[2:], bases[text[:2]]) if text[:2] in bases else int(text)
