"""What marshmallow refuses, with our codes: its validators, its fields' messages, its faults."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence, Sized
from contextlib import contextmanager
from enum import Enum
from functools import cache
from typing import Any, TypeVar

import marshmallow as ma
from marshmallow import validate

from api.errors import Code, Fault, Invalid, Reason, point

Keys = tuple[str | int, ...]

_Several = TypeVar("_Several", bound="Sized")
# The codes of a field's own messages, by marshmallow's keys; of the others its type decides.
_CODES = {
    "required": Code.REQUIRED,
    "null": Code.REQUIRED,
    "type": Code.WRONG_TYPE,
    "unknown": Code.NOT_A_CHOICE,
    "too_large": Code.TOO_LARGE,
    "invalid_utf8": Code.BAD_CHARACTER,
}
_TYPES = (
    ma.fields.String,
    ma.fields.Number,
    ma.fields.Boolean,
    ma.fields.List,
    ma.fields.Mapping,
    ma.fields.Nested,
)
OF_SCHEMA: dict[str, str] = {
    "unknown": Reason(Code.UNKNOWN_FIELD, "Unknown field."),
    "type": Reason(Code.WRONG_TYPE, "Invalid input type."),
}


def with_codes(field: ma.fields.Field[object]) -> None:
    """Give the messages of a field, and of the fields inside it, their codes."""
    other = Code.WRONG_TYPE if isinstance(field, _TYPES) else Code.WRONG_FORMAT
    allowed = _allowed(field.enum) if isinstance(field, ma.fields.Enum) else ()
    field.error_messages = {
        key: _reason(_CODES.get(key, other), str(text), allowed if key == "unknown" else ())
        for key, text in field.error_messages.items()
    }
    for name in ("inner", "key_field", "value_field"):
        if inner := getattr(field, name, None):
            with_codes(inner)


@cache
def _reason(code: Code, text: str, allowed: tuple[str, ...]) -> Reason:
    return Reason(code, text, allowed=allowed)


def _allowed(choices: Any) -> tuple[str, ...]:
    return tuple(str(each.value if isinstance(each, Enum) else each) for each in choices)


class Length(validate.Length):
    """So many characters of a text, or entries of a list."""

    def __call__(self, value: _Several) -> _Several:
        too_many, too_few = Code.TOO_MANY, Code.TOO_FEW
        if isinstance(value, str):
            too_many, too_few = Code.TOO_LONG, Code.TOO_SHORT
        least, most = (self.equal or each for each in (self.min, self.max))
        is_more = most is not None and len(value) > most
        with _coded(too_many if is_more else too_few, most if is_more else least):
            return super().__call__(value)


class Range(validate.Range):
    """A number between two."""

    def __call__(self, value: Any) -> Any:
        is_more = self.max is not None and value >= self.max
        code, limit = (Code.TOO_LARGE, self.max) if is_more else (Code.TOO_SMALL, self.min)
        with _coded(code, limit):
            return super().__call__(value)


class OneOf(validate.OneOf):
    """One of these."""

    def __call__(self, value: object) -> object:
        with _coded(Code.NOT_A_CHOICE, allowed=_allowed(self.choices)):
            return super().__call__(value)


class NoneOf(validate.NoneOf):
    """None of these."""

    def __call__(self, value: object) -> object:
        with _coded(Code.NOT_A_CHOICE):
            return super().__call__(value)


class Regexp(validate.Regexp):
    """A text of a form."""

    def __call__(self, value: Any) -> Any:
        with _coded(Code.WRONG_FORMAT):
            return super().__call__(value)


def unique(values: Sequence[Hashable]) -> None:
    """Let a list pass that holds nothing twice."""
    if len(set(values)) != len(values):
        raise ma.ValidationError(Reason(Code.DUPLICATE, "Name each one once."))


@contextmanager
def _coded(code: Code, limit: float | None = None, allowed: Sequence[str] = ()) -> Iterator[None]:
    try:
        yield
    except ma.ValidationError as refused:
        raise ma.ValidationError(Reason(code, str(refused.args[0]), limit, allowed)) from refused


def loaded(schema: ma.Schema, given: Mapping[str, object]) -> Any:
    """Return what a schema makes of facts; raise Invalid with all that it refuses."""
    try:
        return schema.load(given)
    except ma.ValidationError as refused:
        faults = [Fault.of(point(*keys), reason) for keys, reason in reasons(refused.messages)]
        raise Invalid("Mend what the errors point at and send it again.", faults) from refused


def reasons(messages: object, keys: Keys = ()) -> Iterator[tuple[Keys, Reason]]:
    """Yield what marshmallow refused (`ValidationError.messages`), each with the keys to it."""
    if isinstance(messages, dict):
        for key, inner in messages.items():
            # marshmallow files faults of the whole under _schema, those of a mapping's
            # entry under key or value; at the top these are fields of ours.
            is_ours = key != "_schema" and (key not in {"value", "key"} or not keys)
            yield from reasons(inner, (*keys, key) if is_ours else keys)
    elif isinstance(messages, list):
        for inner in messages:
            yield from reasons(inner, keys)
    else:
        # What has no code is a library's own sentence about how a value is written.
        coded = messages if isinstance(messages, Reason) else None
        yield keys, coded or Reason(Code.WRONG_FORMAT, str(messages))
