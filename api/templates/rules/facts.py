"""The facts that a template asks for: as JSON Schema, for a form, and the check of given ones."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from api.errors import Code, Fault, Reason, point
from api.infra.pdf import fonts
from api.infra.text import characters, languages
from api.templates.rules.names import nearest
from api.texts.rules import markdown

Declaration = Mapping[str, Any]

LINE, PAGE = 1_000, 20_000  # characters of a text, of a long text
MAX_ITEMS = 200  # of a list
MAX_BYTES = 256 * 1024  # of all facts together, as JSON
MAX_NUMBER = 10**15

# An addressee that a fact says itself, in place of the id of one of the coalition's.
ADDRESSEE: tuple[Declaration, ...] = (
    {"name": "name", "type": "text", "label": "Name", "required": True},
    {"name": "title", "type": "text", "label": "Title"},
    {"name": "organisation", "type": "text", "label": "Organisation"},
    {"name": "country", "type": "country", "label": "Country"},
    {"name": "salutation", "type": "text", "label": "Salutation"},
)

_EMPTY: dict[str, object] = {"number": None, "boolean": False}  # of the others a text
_KEY = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")  # of a row: its key, or its UUID
_MAX_KEY = 80


def list_of(fact: Declaration) -> str:
    """Return the type of what a list without fields holds."""
    return str(fact.get("of", "text"))


def schema(declarations: Sequence[Declaration]) -> dict[str, Any]:
    """Return the declared facts as JSON Schema 2020-12, from which a client can draw a form.

    `x-type` is the declared type, `x-order` the order of the form.
    """
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **_record_schema(declarations),
    }


def _record_schema(declarations: Sequence[Declaration]) -> dict[str, object]:
    needed = [fact["name"] for fact in declarations if _is_needed(fact)]
    return {
        "type": "object",
        "additionalProperties": False,
        "properties": {fact["name"]: _fact_schema(fact) for fact in declarations},
        **({"required": needed} if needed else {}),
        "x-order": [fact["name"] for fact in declarations],
    }


def _fact_schema(fact: Declaration) -> dict[str, object]:
    described = {"title": fact["label"], "x-type": fact["type"]}
    if fact.get("help"):
        described["description"] = fact["help"]
    if "default" in fact:
        described["default"] = fact["default"]
    if fact["type"] != "list":
        return {**described, **_scalar_schema(fact["type"], fact)}
    items = (
        _record_schema(fact["fields"])
        if "fields" in fact
        else {"x-type": list_of(fact), **_scalar_schema(list_of(fact), {"required": True})}
    )
    least = {"minItems": 1} if fact.get("required") else {}
    return {**described, "type": "array", "items": items, "maxItems": MAX_ITEMS, **least}


def _scalar_schema(kind: str, fact: Declaration) -> dict[str, object]:
    if kind in {"number", "boolean"}:
        return {"type": kind}
    if kind == "addressee":
        return {"anyOf": [_scalar_schema("case", {}), _record_schema(ADDRESSEE)]}
    text: dict[str, object] = {"type": "string"}
    if fact.get("required"):
        text["minLength"] = 1
    extra: dict[str, dict[str, object]] = {
        "text": {"maxLength": LINE},
        "long_text": {"maxLength": PAGE},
        "markdown": {"maxLength": PAGE, "contentMediaType": "text/markdown"},
        "date": {"format": "date"},
        "country": {"pattern": "^[A-Z]{2}$"},
        "url": {"format": "uri", "pattern": "^https?://", "maxLength": LINE},
        "choice": {"enum": list(fact.get("choices", ()))},
        "case": {"pattern": f"^{_KEY.pattern}$", "maxLength": _MAX_KEY},
    }
    return text | extra[kind]


def _is_needed(fact: Declaration) -> bool:
    return bool(fact.get("required")) and "default" not in fact


def check(
    declarations: Sequence[Declaration], given: object
) -> tuple[dict[str, object], list[Fault]]:
    """Return the facts as the template gets them, with defaults and NFC, and what is wrong."""
    if not isinstance(given, dict):
        return {}, [
            Fault("", Code.WRONG_TYPE, "The facts are one object: each fact's name and its value.")
        ]
    too_large = f"All facts together have at most {MAX_BYTES // 1024} kB."
    if found := json_faults(given, "The facts hold", MAX_BYTES, too_large):
        return {}, found
    return _record(declarations, given, "")


def json_faults(value: object, whole: str, most: int, too_large: str) -> list[Fault]:
    """Return why data cannot be kept as JSON, or only in more than `most` bytes."""
    try:
        size = len(json.dumps(value, ensure_ascii=False).encode("utf-8", "surrogatepass"))
    except (TypeError, ValueError, RecursionError):
        return [Fault("", Code.WRONG_TYPE, f"{whole} something that JSON has no word for.")]
    return [Fault("", Code.TOO_LARGE, too_large)] if size > most else []


def text_fault(text: str) -> Reason | None:
    """Return why a text may not go in: hidden, harmful or without a glyph; None when it may."""
    if fault := characters.unkept(text):
        return Reason(Code.BAD_CHARACTER, fault)
    lacking = fonts.unprintable(text)
    advice = f"No font here has {lacking}. Write it with other characters."
    return Reason(Code.NO_FONT, advice) if lacking else None


def _record(
    declarations: Sequence[Declaration], given: Mapping[str, object], at: str
) -> tuple[dict[str, object], list[Fault]]:
    known = {fact["name"]: fact for fact in declarations}
    faults = [_unknown(name, known, at) for name in given if name not in known]
    clean: dict[str, object] = {}
    for name, fact in known.items():
        answer = given.get(name)
        if answer is None:
            answer = fact.get("default")
        clean[name], found = checked(fact, answer, at + point(name))
        faults += found
    return clean, faults


def _unknown(name: str, known: Iterable[str], at: str) -> Fault:
    advice = f"{nearest(str(name), known)} It asks for: {', '.join(known) or 'none'}."
    detail = f"This template asks for no such fact.{advice}"
    return Fault(at + point(name), Code.UNKNOWN_FIELD, detail)


def checked(fact: Declaration, given: object, at: str) -> tuple[object, list[Fault]]:
    """Return one fact as the template gets it, and what is wrong with it."""
    kind = fact["type"]
    if isinstance(given, str):
        given = given.strip()  # "*{{ name }}*" is no emphasis with a space inside
    if given is None or given in ("", []):
        if fact.get("required"):
            return given, [Fault(at, Code.REQUIRED, f"Give this fact: {fact['label']}.")]
        return ([] if kind == "list" else _EMPTY.get(kind, "")), []
    if kind == "list":
        return _list(fact, given, at)
    if kind == "addressee" and isinstance(given, dict):
        return _record(ADDRESSEE, given, at)
    return _scalar(kind, fact, given, at)


def _list(fact: Declaration, value: object, at: str) -> tuple[object, list[Fault]]:
    if not isinstance(value, list) or len(value) > MAX_ITEMS:
        return value, [Fault(at, Code.WRONG_TYPE, f"This is a list of at most {MAX_ITEMS}.")]
    found = [_item(fact, item, f"{at}/{index}") for index, item in enumerate(value)]
    return [clean for clean, _ in found], [fault for _, faults in found for fault in faults]


def _item(fact: Declaration, value: object, at: str) -> tuple[object, list[Fault]]:
    if "fields" not in fact:
        return checked({"type": list_of(fact), "label": fact["label"], "required": True}, value, at)
    if isinstance(value, dict):
        return _record(fact["fields"], value, at)
    return value, [Fault(at, Code.WRONG_TYPE, "Each item is an object with its fields.")]


def _scalar(kind: str, fact: Declaration, value: object, at: str) -> tuple[object, list[Fault]]:
    if kind == "boolean":
        return value, [] if isinstance(value, bool) else [
            Fault(at, Code.WRONG_TYPE, "Say true or false.")
        ]
    if kind == "number":
        return value, [] if _is_number(value) else [Fault(at, Code.WRONG_TYPE, "Give a number.")]
    if not isinstance(value, str):
        return value, [Fault(at, Code.WRONG_TYPE, "Give this as text.")]
    if fault := text_fault(value):
        return value, [Fault.of(at, fault)]
    value = unicodedata.normalize("NFC", value)
    if kind == "choice" and value not in fact["choices"]:
        choices = tuple(fact["choices"])
        advice = f"Choose one of: {', '.join(choices)}."
        return value, [Fault(at, Code.NOT_A_CHOICE, advice, allowed=choices)]
    return value, [Fault.of(at, fault) for fault in _FORMS[kind](value)]


def _is_number(value: object) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return abs(value) <= MAX_NUMBER  # nor is NaN, nor what no float holds


def _line(value: str) -> list[Reason]:
    if "\n" in value or "\r" in value:
        return [Reason(Code.SEVERAL_LINES, "This is one line. Take the line breaks out.")]
    return _short(value, LINE)


def _short(value: str, most: int) -> list[Reason]:
    too_long = Reason(Code.TOO_LONG, f"This has at most {most:,} characters.", most)
    return [too_long] if len(value) > most else []


def _markdown(value: str) -> list[Reason]:
    if too_long := _short(value, PAGE):
        return too_long
    if labels := markdown.footnote_labels(value):
        advice = f"[^{labels[0]}] refers to a footnote; facts have none. Take it out."
        return [Reason(Code.BAD_MARKUP, advice)]
    return [Reason(Code.BAD_MARKUP, each) for each in markdown.faults(value)]


def is_date(value: str) -> bool:
    """Tell whether a text is a day as YYYY-MM-DD."""
    try:
        return date.fromisoformat(value).isoformat() == value
    except ValueError:
        return False


def is_url(value: str) -> bool:
    """Tell whether a text is a whole http or https address that may be printed and linked."""
    if len(value) > LINE or not re.fullmatch(r'https?://[^\s<>"\\^`{|}]+', value, re.IGNORECASE):
        return False
    try:
        parts = urlsplit(value)
        return bool(parts.hostname) and parts.username is None and (parts.port or 1) > 0
    except ValueError:
        return False


def _is_key(value: str) -> bool:
    return len(value) <= _MAX_KEY and _KEY.fullmatch(value) is not None


def _unless(
    is_fit: Callable[[str], bool], code: Code, advice: str
) -> Callable[[str], list[Reason]]:
    return lambda value: [] if is_fit(value) else [Reason(code, advice)]


_ROW = _unless(_is_key, Code.NOT_FOUND, "Give the id of one that the coalition has.")
_FORMS: dict[str, Callable[[str], list[Reason]]] = {
    "text": _line,
    "choice": _line,
    "long_text": partial(_short, most=PAGE),
    "markdown": _markdown,
    "date": _unless(is_date, Code.WRONG_FORMAT, "Give a day as YYYY-MM-DD, such as 2031-05-14."),
    "country": _unless(
        languages.COUNTRIES.__contains__,
        Code.NOT_A_COUNTRY,
        "Give a country by its two letters (ISO 3166-1), such as KZ for Kazakhstan.",
    ),
    "url": _unless(
        is_url, Code.NOT_A_URL, "Give a whole address that begins with https:// or http://."
    ),
    "case": _ROW,
    "addressee": _ROW,
}
