"""The filters of templates, by the statement's language."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from jinja2.filters import do_capitalize, do_title

from api.infra.text import languages


class Marked(str):
    """A text whose Markdown is meant; anything done to it makes it plain words again."""

    __slots__ = ()


@dataclass(frozen=True)
class Manner:
    """How a coalition writes in a language: its own word for "and", its own names of countries."""

    language: str
    word_for_and: str | None = None
    country_names: Mapping[str, str] = field(default_factory=dict)


def table(manner: Manner) -> dict[str, Callable[..., Any]]:
    """Return every filter that a template may use, by name."""
    return {
        "date": partial(date, manner=manner),
        "country": partial(country, manner=manner),
        "number": partial(number, manner=manner),
        "plural": partial(_plural, manner=manner),
        "joined": partial(_joined, manner=manner),
        "each": _each,
        "where": _where,
        "count": len,
        "length": len,
        "first": partial(_only, index=0),
        "last": partial(_only, index=-1),
        "default": _default,
        "upper": str.upper,
        "lower": str.lower,
        "title": do_title,
        "capitalize": do_capitalize,
    }


def date(day: str | list[str], manner: Manner) -> str | list[str]:
    """Return a day, or each of several, as the language writes it; nothing for no day."""
    if isinstance(day, list):
        return [str(date(one, manner)) for one in day]
    return languages.date_text(day, manner.language) if day else ""


def country(code: str | list[str], manner: Manner) -> str | list[str]:
    """Return a country's name, or each of several."""
    if isinstance(code, list):
        return [str(country(one, manner)) for one in code]
    return languages.country_name(code, manner.language, manner.country_names) if code else ""


def number(value: float | None, manner: Manner) -> str:
    """Return a number with the language's digits and grouping; nothing for no number."""
    return "" if value is None else languages.number(value, manner.language)  # type: ignore[arg-type] # CLDR writes fractions too


def _plural(value: float | None, manner: Manner, **forms: str) -> str:
    """Return the form that goes with a number: plural(one="case", other="cases")."""
    category = languages.plural(value or 0, manner.language)  # type: ignore[arg-type] # as above
    return forms.get(category) or forms.get("other") or next(iter(forms.values()))


def _joined(values: Sequence[Any], part: str | None = None, *, manner: Manner) -> str:
    """Return values, or one part of each record, as "A, B and C"; empty ones are left out."""
    parts = [str(value if part is None else value[part]) for value in values]
    return languages.joined([one for one in parts if one], manner.language, manner.word_for_and)


def _each(values: Sequence[Mapping[str, object]], part: str) -> list[object]:
    """Return one part of each record, each once; empty ones are left out."""
    return list(dict.fromkeys(value[part] for value in values if value[part]))


def _where(
    values: Sequence[Mapping[str, object]], part: str, wanted: object
) -> list[Mapping[str, object]]:
    """Return the records of which a part is as wanted."""
    return [value for value in values if value[part] == wanted]


def _only(values: Sequence[object], index: int) -> object:
    if not values:
        raise ValueError("This list is empty")
    return values[index]


def _default(value: object, instead: object) -> object:
    return instead if value is None or value == "" else value
