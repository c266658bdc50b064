"""Fills a template: facts in, a draft without any placeholder out. Runs in the limited child."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from jinja2 import Template, TemplateError

from api.errors import Code, Fault, Invalid, point
from api.infra.pdf import fonts
from api.infra.sandbox.pool import Limits
from api.infra.text import languages
from api.templates.rules import declarations, facts, filters, rows, sandbox, syntax, template
from api.templates.rules.names import GIVEN, Shape
from api.templates.rules.shape import (
    TEXT,
    Fixed,
    From,
    LabelTable,
    Many,
    Record,
    Spec,
    TemplateText,
)
from api.texts.rules import markdown

Names = dict[str, Any]

LIMITS = Limits(cpu_seconds=2, wall_seconds=5, memory_bytes=512 * 1024 * 1024)
MAX_OUTPUT = 2_000_000  # characters of a whole draft

_SPACES = re.compile("[ \t\r\n]+")  # not the no-break space, which authors set on purpose


def run(payload: dict[str, Any], blobs: object) -> bytes:  # noqa: ARG001 - as every child module
    """Fill `template` with `facts` and `given`, and return the draft as JSON."""
    draft = fill(payload["template"], payload["facts"], payload["given"])
    return json.dumps(draft, ensure_ascii=False).encode()


def warm() -> None:
    """Load what every filling needs, before the child is forked."""
    fonts.unprintable("a")
    filters.date("2031-05-14", filters.Manner("en"))


def fill(whole: Mapping[str, Any], given_facts: object, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return a draft in the portable format's shape, or raise Invalid.

    Faults point into the three together: `/template/body/3/paragraph`, `/facts/quotes/0/text`.
    """
    if found := template.check(whole):
        raise Invalid(
            "The template breaks a rule; mend it first.",
            [one.below("/template") for one in found],
        )
    declared = whole.get("facts", [])
    clean, wrong = facts.check(declared, given_facts)
    if not wrong:
        there = rows.RowFacts(rows.known(given))
        clean, wrong = there.put_in(declared, clean), there.faults
    if wrong:
        raise Invalid(
            "Some facts are missing or wrong.", [fault.below("/facts") for fault in wrong]
        )
    shapes = {**declarations.shapes(declared), **GIVEN}
    stated = {**_labelled(given), **clean, "language": whole["language"]}
    names = {name: _dressed(shape, stated.get(name)) for name, shape in shapes.items()}
    own = given.get("coalition", {})
    manner = filters.Manner(whole["language"], own.get("and"), own.get("country_names", {}))
    return _Filling(manner, names, given.get("left_out", {})).draft(whole)


def _labelled(given: Mapping[str, Any]) -> dict[str, object]:
    """Return the given data with each member's label: "Name (ACRONYM)", as signatories print."""
    coalition = dict(given.get("coalition", {}))
    coalition["members"] = [
        {
            **member,
            "label": f"{member['name']} ({member['acronym']})"
            if member.get("acronym")
            else member["name"],
        }
        for member in coalition.get("members", [])
    ]
    return {**given, "coalition": coalition}


def _dressed(shape: Shape, value: Any) -> Any:
    """Return a value as a template sees it: only what its shape names, nothing of it missing."""
    if isinstance(shape, dict):
        kind = dict if value else _Absent
        value = value or {}
        return kind((name, _dressed(part, value.get(name))) for name, part in shape.items())
    if isinstance(shape, list):
        return [_dressed(shape[0], item) for item in value or []]
    if shape in {"number", "boolean"}:
        return value
    return filters.Marked(value or "") if shape == "markdown" else value or ""


class _Absent(dict[str, object]):
    """A record that was not given: its parts are empty, and `{% if person %}` is false."""

    def __bool__(self) -> bool:
        return False


@dataclass
class _Filling:
    """One filling under way: what is wrong so far, and how much has been written."""

    manner: filters.Manner
    names: Names
    left_out: Mapping[str, Any]  # what would be there, but for the free and the dead
    faults: list[Fault] = field(default_factory=list)
    written: int = 0
    notes: dict[str, str] = field(default_factory=dict)  # text: label, as `footnote` made them

    def __post_init__(self) -> None:
        self.markdown = sandbox.environment(self.manner, sandbox.as_markdown)
        self.markdown.filters["footnote"] = self._footnote
        self.plain = sandbox.environment(self.manner, sandbox.plainly)
        self.compiled: dict[tuple[bool, str], Template] = {}

    def draft(self, whole: Mapping[str, Any]) -> dict[str, Any]:
        taken = whole.get("footnotes", {})
        self.labels = (str(number) for number in count(1) if str(number) not in taken)
        draft = {
            key: filled
            for key, part in TEXT.parts.items()
            if key in whole
            if (filled := self.fill(part, whole[key], f"/template/{key}", self.names)) is not None
        }
        if not self.faults:
            self.faults = [
                Fault(
                    f"/template/{key}", Code.REQUIRED, "Nothing is left of this with these facts."
                )
                for key in sorted(TEXT.needs - draft.keys())
            ]
        if self.faults:
            raise Invalid("The template could not be filled with these facts.", self.faults)
        made = {label: text for text, label in self.notes.items()}
        draft["footnotes"] = _referred(draft["body"], {**draft.get("footnotes", {}), **made})
        return {key.removesuffix("_text"): draft[key] for key in TEXT.parts if draft.get(key)}

    def fill(self, spec: Spec, value: Any, at: str, names: Names) -> Any:
        """Return a filled part, or None when nothing of it is left."""
        match spec:
            case TemplateText():
                return self._words(spec, value, at, names)
            case Fixed():
                return value
            case From():
                return self._from(spec, value, at, names)
            case Record():
                return self._record(spec, value, at, names)
            case Many():
                return list(self._many(spec, value, at, names)) or None
            case LabelTable():
                texts = {
                    label: self._words(spec.of, text, at + point(label), names)
                    for label, text in value.items()
                }
                return {label: text for label, text in texts.items() if text} or None

    def _record(
        self, spec: Record, value: Mapping[str, object], at: str, names: Names
    ) -> dict[str, Any] | None:
        record: dict[str, Any] = {}
        for key, part in value.items():
            source = spec.parts[key]
            filled = self.fill(source, part, at + point(key), names)
            if filled is not None:
                record[source.key if isinstance(source, From) else key] = filled
            elif isinstance(source, From) and source.needed:
                return None
        lacks = not spec.needs <= record.keys()
        is_empty_choice = spec.must and spec.one_of and not record.keys() & {*_written(spec)}
        return None if lacks or is_empty_choice or (not record and not spec.one_of) else record

    def _many(
        self, spec: Many, value: Sequence[str | dict[str, Any]], at: str, names: Names
    ) -> Iterator[object]:
        for index, item in enumerate(value):
            here = f"{at}/{index}"
            if isinstance(item, str):  # the short way to write one text
                if text := self._words(TemplateText(), item, here, names):
                    yield text if spec.flat else {"text": text}
                continue
            bare = {key: part for key, part in item.items() if key not in {"if", "for"}}
            for within in self._rounds(item, here, names):
                filled = self._record(spec.of, bare, here, within)
                if filled is not None and "blocks" in filled:
                    yield from filled["blocks"]
                elif filled is not None:
                    yield filled["text"] if spec.flat else filled

    def _rounds(self, item: Mapping[str, Any], at: str, names: Names) -> Iterator[Names]:
        """Yield the names for each time that an item is to be written."""
        for within in self._repeated(item, names):
            if "if" not in item:
                yield within
                continue
            condition = "{% if (" + item["if"] + ") %}1{% endif %}"
            if self._rendered(condition, f"{at}/if", within, is_markdown=False):
                yield within

    def _repeated(self, item: Mapping[str, Any], names: Names) -> Iterator[Names]:
        if "for" not in item:
            yield names
            return
        name, path = syntax.loop_parts(item["for"])
        rows = _at(path, names)
        for index, row in enumerate(rows):
            loop = {
                "index": index + 1,
                "length": len(rows),
                "first": index == 0,
                "last": index == len(rows) - 1,
            }
            yield {**names, name: row, "loop": loop}

    def _from(self, spec: From, value: str, at: str, names: Names) -> list[str] | None:
        chosen = _at(value.split("."), names)
        wanted = [one for one in (chosen if isinstance(chosen, list) else [chosen]) if one]
        if spec.of == "country":
            return self._countries(spec, wanted, f"take the country out of `{value}`", at)
        if spec.gives == "cases":
            return list(dict.fromkeys(case["id"] for case in wanted)) or None
        return self._demands_about(wanted, f"take the case out of `{value}`", at)

    def _countries(
        self, spec: From, wanted: Sequence[str], instead: str, at: str
    ) -> list[str] | None:
        codes = list(dict.fromkeys(wanted))
        is_list = spec.gives == "lists"
        there = {row["country"] for row in self.names["demand_lists" if is_list else "cases"]}
        what = "demand list" if is_list else "case that may be named here"
        nothing_left = self.left_out.get("lists" if is_list else "countries", ())
        for code in codes:
            if code not in there and code not in nothing_left:
                country = filters.country(code, self.manner)
                detail = f"There is no {what} of {country}. Write one, or {instead}."
                self.faults.append(Fault(at, Code.NOT_FOUND, detail))
        return codes or None

    def _demands_about(
        self, wanted: Sequence[Mapping[str, Any]], instead: str, at: str
    ) -> list[str] | None:
        ids: list[str] = []
        demands = [one for asked in self.names["demand_lists"] for one in asked["demands"]]
        for case in wanted:
            about = [one["id"] for one in demands if case["id"] in one["cases"]]
            ids += about
            if not about:
                self.faults.append(Fault(at, Code.NOT_FOUND, self._why_none(case, instead)))
        order = {one["id"]: place for place, one in enumerate(demands)}
        return sorted(dict.fromkeys(ids), key=order.__getitem__) or None

    def _why_none(self, case: Mapping[str, Any], instead: str) -> str:
        if closed := self.left_out.get("about", {}).get(case["id"]):
            how = "Send demands.include_released_and_deceased"
            return f"What is asked for {closed} is left out. {how}, or {instead}."
        return f"No demand is about {case['label']}. Write one, or {instead}."

    def _footnote(self, value: object) -> filters.Marked:
        """Give a text a footnote of its own, or the one that it has, and return the reference."""
        text = sandbox.unopened(_SPACES.sub(" ", sandbox.as_markdown(value)).strip(" "))
        if not text:
            return filters.Marked()
        if text not in self.notes:
            self.notes[text] = next(self.labels)
        return filters.Marked(f"[^{self.notes[text]}]")

    def _words(self, spec: TemplateText, source: str, at: str, names: Names) -> str | None:
        is_markdown = spec.form == "markdown"
        text = self._rendered(source, at, names, is_markdown=is_markdown)
        text = languages.one_stop(_SPACES.sub(" ", text).strip(" "))
        if not text:
            return None
        if is_markdown:
            text = sandbox.unopened(text)
        if is_markdown:
            self.faults += [Fault(at, Code.BAD_MARKUP, each) for each in markdown.faults(text)]
        elif wrong := template.form_fault(spec.form, text):
            self.faults.append(Fault.of(at, wrong))
        return text

    def _rendered(self, source: str, at: str, names: Names, *, is_markdown: bool) -> str:
        text = ""
        try:
            for piece in self._template(source, is_markdown=is_markdown).generate(names):
                self.written += len(piece)
                if self.written > MAX_OUTPUT:
                    raise Invalid(
                        "The draft grows too long.",
                        [
                            Fault(
                                at, Code.TOO_LONG, f"A draft has at most {MAX_OUTPUT:,} characters."
                            )
                        ],
                    )
                text += piece
        except (TemplateError, ArithmeticError, TypeError, ValueError, LookupError) as fault:
            self.faults.append(Fault(at, Code.BAD_MARKUP, f"Line {_line(fault)}: {_said(fault)}"))
        return text

    def _template(self, source: str, *, is_markdown: bool) -> Template:
        key = (is_markdown, source)
        if key not in self.compiled:
            environment = self.markdown if is_markdown else self.plain
            self.compiled[key] = environment.from_string(source)
        return self.compiled[key]


def _written(spec: Record) -> Iterator[str]:
    """Yield the keys that a record's choice may leave in the draft."""
    for key in spec.one_of:
        part = spec.parts[key]
        yield part.key if isinstance(part, From) else key


def _at(path: list[str], names: Names) -> Any:
    value: Any = names
    for part in path:
        value = value[part]
    return value


def _referred(body: object, notes: Mapping[str, str]) -> dict[str, str]:
    """Return the footnotes that the filled texts refer to: an `if` may have taken the others."""
    waiting = [text for text in _texts(body) if "[^" in text]
    found: set[str] = set()
    while waiting:
        new = set(markdown.footnote_labels(waiting.pop())) & notes.keys() - found
        found |= new
        waiting += [notes[label] for label in new]
    return {label: text for label, text in notes.items() if label in found}


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for part in value.values() if isinstance(value, dict) else value:
            yield from _texts(part)


def _line(fault: BaseException) -> int:
    """Return the template's line that a fault comes from; Jinja leaves it in the traceback."""
    line, step = 1, fault.__traceback__
    while step is not None:
        if step.tb_frame.f_code.co_filename == "<template>":
            line = step.tb_lineno
        step = step.tb_next
    return line


def _said(fault: Exception) -> str:
    if isinstance(fault, TypeError):
        return "Two things of different sorts are compared. Compare like with like."
    detail = str(fault).rstrip(".")
    return f"{detail}. Give the fact, or ask for it with {{% if %}}."
