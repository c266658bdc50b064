"""The form of a template's facts, and back: fields by type, rows of lists, examples as hints.

A field is named as the place of its fact: `facts.summit`, `facts.quotes.0.text`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from api.pages.rules.forms import Sent, one
from api.templates.models import TemplateSource

Choices = Sequence[tuple[str, str]]
Declaration = Mapping[str, Any]

SPARE = 1  # empty rows at the end of a list
_START = "facts"
_LONG = {"long_text", "markdown"}
_ADDRESSEE = ("name", "title", "organisation", "country")


@dataclass(frozen=True, kw_only=True)
class FactField:
    """One field: how its type is asked for, with the words of the template."""

    name: str
    kind: str
    label: str
    help: str = ""
    example: str = ""
    default: str = ""
    required: bool = False
    choices: Choices = ()
    is_sought: bool = False  # there are too many for a list: words are typed
    most: int = 1000
    own: Sequence[FactField] = ()  # of an addressee that is none of the coalition's


@dataclass(frozen=True, kw_only=True)
class FactRow:
    """One row of a list."""

    fields: Sequence[FactField]


@dataclass(frozen=True, kw_only=True)
class FactGroup:
    """One fact: a field, or a list with its rows."""

    name: str
    label: str
    help: str = ""
    example: str = ""
    required: bool = False
    is_list: bool = False
    rows: Sequence[FactRow] = ()


@dataclass(frozen=True)
class KnownRows:
    """The coalition's cases and addressees, by id; None: they are too many to be listed."""

    cases: Choices | None = ()
    addressees: Choices | None = ()


@dataclass(frozen=True)
class ReadFacts:
    """What was typed: the facts, what each field holds now, and what is to be looked for.

    That is a case or an addressee, by the field: its kind, and the words in it.
    """

    facts: dict[str, Any]
    values: dict[str, Sequence[str]]
    sought: dict[str, tuple[str, str]] = field(default_factory=dict)


def groups(source: TemplateSource, known: KnownRows, counts: Mapping[str, int]) -> list[FactGroup]:
    """Return the form of a template; `counts` are the rows that each list has."""
    examples: Mapping[str, Any] = source.get("example", {})
    return [
        _group(each, known, counts, examples.get(each["name"])) for each in source.get("facts", [])
    ]


def _group(
    fact: Declaration, known: KnownRows, counts: Mapping[str, int], example: Any
) -> FactGroup:
    about = {key: fact.get(key, "") for key in ("label", "help")}
    name, is_list = f"{_START}.{fact['name']}", fact["type"] == "list"
    if not is_list:
        row = FactRow(fields=[_field(name, fact, known, example)])
        return FactGroup(name=name, rows=[row], required=bool(fact.get("required")), **about)
    shown = example if isinstance(example, list) else []
    rows = [
        FactRow(fields=list(_row(f"{name}.{place}", fact, known, shown, place)))
        for place in range(max(counts.get(fact["name"], 0), SPARE))
    ]
    return FactGroup(
        name=name, rows=rows, is_list=True, required=bool(fact.get("required")), **about
    )


def _row(
    name: str, fact: Declaration, known: KnownRows, examples: Sequence[Any], place: int
) -> Iterator[FactField]:
    example = examples[place] if place < len(examples) else None
    if "fields" not in fact:
        single = {"name": "", "type": fact.get("of", "text"), "label": fact["label"]}
        yield _field(name, single, known, example)
        return
    of_it = example if isinstance(example, dict) else {}
    for each in fact["fields"]:
        yield _field(f"{name}.{each['name']}", each, known, of_it.get(each["name"]))


def _field(name: str, fact: Declaration, known: KnownRows, example: Any) -> FactField:
    kind, default = str(fact["type"]), fact.get("default")
    choices: Choices | None = [(each, each) for each in fact.get("choices", ())]
    if kind == "case":
        choices = known.cases
    own: Sequence[FactField] = ()
    if kind == "addressee":
        choices = known.addressees
        sorts = {part: "country" if part == "country" else "text" for part in _ADDRESSEE}
        own = [
            FactField(name=f"{name}.{part}", kind=sort, label=part) for part, sort in sorts.items()
        ]
    is_shown = isinstance(example, str | int | float) and kind not in {
        "case",
        "addressee",
        "boolean",
    }
    return FactField(
        name=name,
        kind=kind,
        label=fact["label"],
        help=fact.get("help", ""),
        example=str(example) if is_shown else "",
        default=("yes" if default else "") if kind == "boolean" else str(default or ""),
        required=bool(fact.get("required")) and default is None,
        choices=choices or (),
        is_sought=choices is None,
        most=20_000 if kind in _LONG else 1000,
        own=own,
    )


_DIGITS = 3  # of the place of a row: a form has no thousand of them


def rows_sent(sent: Sent) -> dict[str, int]:
    """Return how many rows each list has, with those that are empty."""
    found: dict[str, int] = {}
    for name in sent:
        start, fact, place = [*name.split("."), "", ""][:3]
        if start == _START and place.isdecimal() and len(place) <= _DIGITS:
            found[fact] = max(found.get(fact, 0), int(place) + 1)
    return found


def read(source: TemplateSource, sent: Sent) -> ReadFacts:
    """Return the facts that were typed; empty rows go, and those after them move up."""
    read_ = ReadFacts({}, {}, {})
    for fact in source.get("facts", []):
        name = f"{_START}.{fact['name']}"
        if fact["type"] != "list":
            value = _value(name, name, fact["type"], sent, read_)
            if value is not None:
                read_.facts[fact["name"]] = value
            continue
        items: list[Any] = []
        for place in range(rows_sent(sent).get(fact["name"], 0)):
            at, now = f"{name}.{place}", f"{name}.{len(items)}"
            item = _item(at, now, fact, sent, read_)
            if item is not None:
                items.append(item)
        if items:
            read_.facts[fact["name"]] = items
    return read_


def _item(at: str, now: str, fact: Declaration, sent: Sent, found: ReadFacts) -> Any:
    if "fields" not in fact:
        return _value(at, now, fact.get("of", "text"), sent, found)
    values = {
        each["name"]: _value(
            f"{at}.{each['name']}", f"{now}.{each['name']}", each["type"], sent, found
        )
        for each in fact["fields"]
    }
    given = {name: value for name, value in values.items() if value is not None}
    return given if any(value is not False for value in given.values()) else None


def _value(at: str, now: str, kind: str, sent: Sent, found: ReadFacts) -> Any:
    """Return what was typed into one field, as the template takes it; None: nothing."""
    text = one(sent, at)
    if kind == "boolean":
        if text:
            found.values[now] = ["yes"]
        return bool(text)
    if kind == "addressee" and not text:
        own = {part: value for part in _ADDRESSEE if (value := one(sent, f"{at}.{part}"))}
        for part, value in own.items():
            found.values[f"{now}.{part}"] = [value]
        return own or None
    if not text:
        return None
    found.values[now] = [text]
    if kind == "number":
        return _number(text)
    if kind in {"case", "addressee"}:
        found.sought[now] = kind, text
    return text


_LONGEST_NUMBER = 30  # characters; a template refuses what is longer


def _number(text: str) -> object:
    if len(text) > _LONGEST_NUMBER:
        return text
    try:
        return int(text)
    except ValueError:
        try:
            return float(text.replace(",", "."))
        except ValueError:
            return text


def put(facts: dict[str, Any], name: str, value: str) -> None:
    """Put a value at a field's place among facts."""
    *path, last = name.split(".")[1:]
    inner: Any = facts
    for key in path:
        inner = inner[int(key)] if isinstance(inner, list) else inner[key]
    inner[int(last) if isinstance(inner, list) else last] = value


def filled(source: TemplateSource) -> dict[str, int]:
    """Return how many rows a new form has: one more than its example shows, up to three."""
    examples: Mapping[str, Any] = source.get("example", {})
    lists = [each["name"] for each in source.get("facts", []) if each["type"] == "list"]
    return {name: min(3, max(1, len(examples.get(name) or ()))) for name in lists}
