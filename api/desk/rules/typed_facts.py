"""What forms send, as the facts that use cases take; a field is named as its place in them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from api.errors import Fault, point
from api.pages.rules import forms
from api.pages.rules.forms import Sent


def several(sent: Sent, name: str) -> list[str]:
    """Return what was typed one a line."""
    return [line.strip() for line in forms.one(sent, name).split("\n") if line.strip()]


_DIGITS = 9  # more are no number of ours, and thousands of them Python refuses to read


def whole(text: str | None) -> int | None:
    """Return a number that was typed, from 0 on; None: it is none."""
    return int(text) if text and text.isdecimal() and len(text) <= _DIGITS else None


def number(text: str | None) -> int | str | None:
    """Return a number that was typed, or the text, which a schema refuses; nothing of nothing."""
    found = whole(text)
    return text if found is None else found


def local(at: datetime | None, zone: str) -> str:
    """Return an instant as a browser's field of day and hour has it, by the clock of a zone."""
    return at.astimezone(ZoneInfo(zone)).strftime("%Y-%m-%dT%H:%M") if at else ""


def instant(text: str, zone: str) -> str:
    """Return a local time that was typed as the instant of a zone.

    What is none, or is shown by no clock there, stays as it is: a schema refuses it.
    """
    try:
        at = datetime.fromisoformat(text)
        there = at.replace(tzinfo=ZoneInfo(zone))
        is_shown = there.astimezone(UTC).astimezone(there.tzinfo) == there
    except (ValueError, OSError, OverflowError, ZoneInfoNotFoundError):
        return text
    return there.isoformat() if is_shown and at.tzinfo is None else text


def left_alone(
    typed: Mapping[str, object], zone: str, known: Mapping[str, datetime | None], was: str
) -> dict[str, object]:
    """Return what was typed, with the whole instants that are `known` where it shows them still.

    A field shows no seconds, and where clocks are set back not which of two hours it means: what
    nobody touched must not come back as another instant. `was` is the zone that it is shown in.
    """
    same = {
        name: at.isoformat()
        for name, at in known.items()
        if at is not None and zone == was and typed.get(name) == local(at, was)
    }
    return {**typed, **same}


def in_lines(values: Iterable[str] | None) -> str:
    """Return values as a field has them, one a line."""
    return "\n".join(values or ())


def labels(sent: Sent) -> tuple[list[dict[str, str]], Sequence[int]]:
    """Return the labels that were typed for single places, and which field each was typed into.

    The fields are `labels.3.place`, hidden, and `labels.3.label`; an empty one says nothing.
    """
    found = (whole(_number_of(name)) for name in sent)
    numbers = sorted(each for each in found if each is not None)
    typed = {n: forms.one(sent, f"labels.{n}.label") for n in numbers}
    filled = [n for n in numbers if typed[n]]
    given = [{"place": forms.one(sent, f"labels.{n}.place"), "label": typed[n]} for n in filled]
    return given, filled


def _number_of(name: str) -> str:
    first, _, rest = name.partition(".")
    number_text, _, last = rest.partition(".")
    return number_text if first == "labels" and last == "label" else ""


def at_fields(faults: Iterable[Fault], filled: Sequence[int]) -> list[Fault]:
    """Return faults of labels at the fields that the labels were typed into."""
    return [replace(each, pointer=_moved(each.pointer, filled)) for each in faults]


def _moved(pointer: str, filled: Sequence[int]) -> str:
    parts = pointer.strip("/").split("/")
    if parts[0] != "labels" or len(parts) == 1:
        return pointer
    return point("labels", filled[int(parts[1])], "label")


def kept(facts: Mapping[str, object]) -> dict[str, str]:
    """Return facts as the fields of a form have them."""
    return {name: _text(value) for name, value in facts.items()}


def _text(value: object) -> str:
    if value is None:
        return ""
    return in_lines(map(str, value)) if isinstance(value, list | tuple) else str(value)
