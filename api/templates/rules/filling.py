"""Fills a template: facts in, a draft without any placeholder out. Runs in the limited child."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NoReturn, cast

from jinja2 import StrictUndefined, Template, TemplateError, Undefined
from jinja2.exceptions import SecurityError
from jinja2.runtime import LoopContext
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.tests import TESTS as ALL_TESTS

from api.errors import Fault, Invalid, point
from api.infra import fonts
from api.infra.child import Limits
from api.templates.rules import declarations, facts, filters, syntax, template
from api.templates.rules.names import GIVEN, LOOP, TESTS, Shape
from api.texts.rules import markdown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    Names = dict[str, Any]

LIMITS = Limits(cpu_seconds=2, wall_seconds=5, memory_bytes=512 * 1024 * 1024)
MAX_OUTPUT = 2_000_000  # characters of a whole draft

_SPACES = re.compile("[ \t\r\n]+")  # not the no-break space, which authors set on purpose
_OPENER = re.compile(r"^(\d{1,9})?(?=[.)#>+=|~-])")
_SUMS = frozenset({"+", "-", "*", "/", "//", "%", "**"})


def run(payload: dict[str, Any], blobs: dict[str, bytes]) -> bytes:  # noqa: ARG001 - as every child module
    """Fill `template` with `facts` and `given`, and return the draft as JSON."""
    draft = fill(payload["template"], payload["facts"], payload["given"])
    return json.dumps(draft, ensure_ascii=False).encode()


def warm() -> None:
    """Load what every filling needs, before the child is forked."""
    fonts.unprintable("a")
    filters.date("2031-05-14", filters.Manner("en"))


def fill(whole: Any, given_facts: Any, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return a draft in the portable format's shape, or raise Invalid.

    Faults point into the three together: `/template/body/3/paragraph`, `/facts/quotes/0/text`.
    """
    if found := template.check(whole):
        raise Invalid(
            "The template breaks a rule; mend it first.",
            [_under("/template", one) for one in found],
        )
    declared = whole.get("facts", [])
    clean, wrong = facts.check(declared, given_facts)
    if wrong:
        raise Invalid(
            "Some facts are missing or wrong.", [_under("/facts", fault) for fault in wrong]
        )
    shapes = {**declarations.shapes(declared), **GIVEN}
    stated = {**_labelled(given), **clean, "language": whole["language"]}
    names = {name: _dressed(shape, stated.get(name)) for name, shape in shapes.items()}
    return _Filling(_manner(whole["language"], given), names).draft(whole)


def _under(place: str, fault: Fault) -> Fault:
    return Fault(place + fault.pointer, fault.detail)


def _manner(language: str, given: Mapping[str, Any]) -> filters.Manner:
    coalition = given.get("coalition", {})
    return filters.Manner(language, coalition.get("and"), coalition.get("country_names", {}))


def _labelled(given: Mapping[str, Any]) -> dict[str, Any]:
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
        value = value or {}
        return {name: _dressed(part, value.get(name)) for name, part in shape.items()}
    if isinstance(shape, list):
        return [_dressed(shape[0], item) for item in value or []]
    if shape in {"number", "boolean"}:
        return value
    return filters.Marked(value or "") if shape == "markdown" else value or ""


class _Environment(ImmutableSandboxedEnvironment):
    """Jinja with nothing to reach: no calls, no sums, no attributes, only keys of plain data."""

    intercepted_binops = _SUMS
    intercepted_unops = frozenset({"+", "-"})

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> NoReturn:  # noqa: ARG002 - Jinja's signature
        raise SecurityError("Sums are not allowed.")

    def call_unop(self, context: Any, operator: str, arg: Any) -> NoReturn:  # noqa: ARG002 - Jinja's signature
        raise SecurityError("Sums are not allowed.")

    def is_safe_callable(self, obj: Any) -> bool:  # noqa: ARG002 - Jinja's signature
        return False

    def getattr(self, obj: Any, attribute: str) -> Any:
        return self.getitem(obj, attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:
        if isinstance(obj, LoopContext) and argument in LOOP:
            return getattr(obj, argument)
        if isinstance(obj, dict | list):
            try:
                return obj[argument]
            except (LookupError, TypeError):
                pass  # said below
        return self.undefined(obj=obj, name=argument)


def environment(manner: filters.Manner, finalize: Callable[[Any], str]) -> _Environment:
    """Return Jinja as a template may use it; a second wall behind the syntax check."""
    environment = _Environment(
        autoescape=False,  # what comes out is Markdown or plain text, never HTML
        undefined=StrictUndefined,
        loader=None,
        extensions=(),
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=finalize,
    )
    environment.globals.clear()
    environment.filters = filters.table(manner)
    environment.tests = {name: ALL_TESTS[name] for name in TESTS}
    return environment


def _plainly(value: Any) -> str:
    if isinstance(value, filters.Marked):
        return markdown.plain(value)
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        if isinstance(value, Undefined):
            str(value)  # raises, and names what is missing
        raise SecurityError("Only words and numbers can be printed.")
    return str(value)


def _as_markdown(value: Any) -> str:
    if isinstance(value, filters.Marked):
        return str(value)
    # The x keeps what would open a block at the start of a line as it is: most facts stand
    # further on, where "14. Mai" is a date and no list. `_unopened` mends the start.
    return markdown.escape("x" + _plainly(value))[1:]


def _unopened(text: str) -> str:
    """Return a text whose start, where a fact may stand, is no list, heading or quote."""
    guarded = _OPENER.sub(r"\1\\", text)
    return guarded if markdown.faults(text) and not markdown.faults(guarded) else text


@dataclass
class _Filling:
    """One filling under way: what is wrong so far, and how much has been written."""

    manner: filters.Manner
    names: Names
    faults: list[Fault] = field(default_factory=list)
    written: int = 0

    def __post_init__(self) -> None:
        self.markdown = environment(self.manner, _as_markdown)
        self.plain = environment(self.manner, _plainly)
        self.compiled: dict[tuple[bool, str], Template] = {}

    def draft(self, whole: Mapping[str, Any]) -> dict[str, Any]:
        draft = {
            key: self.fill(part, whole[key], f"/template/{key}", self.names)
            for key, part in template.TEXT.parts.items()
            if key in whole
        }
        draft = {key: value for key, value in draft.items() if value is not None}
        if not self.faults:
            self.faults = [
                Fault(f"/template/{key}", "Nothing is left of this with these facts.")
                for key in sorted(template.TEXT.needs - draft.keys())
            ]
        if self.faults:
            raise Invalid("The template could not be filled with these facts.", self.faults)
        draft["footnotes"] = _referred(draft)
        order = ("title_text", "dateline", "occasion", "addressees", "body", "footnotes")
        return {key.removesuffix("_text"): draft[key] for key in order if draft.get(key)}

    def fill(self, spec: template.Spec, value: Any, at: str, names: Names) -> Any:
        """Return a filled part, or None when nothing of it is left."""
        match spec:
            case template.Words():
                return self._words(spec, value, at, names)
            case template.Fixed():
                return value
            case template.From():
                return self._from(spec, value, at, names)
            case template.Record():
                return self._record(spec, value, at, names)
            case template.Many():
                return list(self._many(spec, value, at, names)) or None
            case template.Table():
                texts = {
                    label: self._words(spec.of, text, at + point(label), names)
                    for label, text in value.items()
                }
                return {label: text for label, text in texts.items() if text} or None

    def _record(self, spec: template.Record, value: Any, at: str, names: Names) -> Any:
        record: dict[str, Any] = {}
        for key, part in value.items():
            filled = self.fill(spec.parts[key], part, at + point(key), names)
            if filled is not None:
                source = spec.parts[key]
                record[source.key if isinstance(source, template.From) else key] = filled
        lacks = not spec.needs <= record.keys()
        is_empty_choice = spec.must and spec.one_of and not record.keys() & {*_written(spec)}
        return None if lacks or is_empty_choice or (not record and not spec.one_of) else record

    def _many(self, spec: template.Many, value: Any, at: str, names: Names) -> Iterator[Any]:
        for index, item in enumerate(value):
            here = f"{at}/{index}"
            if isinstance(item, str):
                item, text_at = {"text": item}, here  # noqa: PLW2901 - the short way to write the same
            else:
                text_at = ""
            bare = {key: part for key, part in item.items() if key not in {"if", "for"}}
            for within in self._rounds(item, here, names):
                filled = (
                    self._bare(bare["text"], text_at, within)
                    if text_at
                    else self._record(spec.of, bare, here, within)
                )
                if filled is not None:
                    yield filled["text"] if spec.flat else filled

    def _bare(self, text: str, at: str, names: Names) -> dict[str, str] | None:
        filled = self._words(template.Words(), text, at, names)
        return {"text": filled} if filled else None

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

    def _from(self, spec: template.From, value: str, at: str, names: Names) -> list[str] | None:
        chosen = _at(value.split("."), names)
        wanted = list(dict.fromkeys([chosen] if isinstance(chosen, str) else chosen))
        rows = names["demand_lists" if spec.key == "lists" else "cases"]
        there = {row["country"] for row in rows}
        lacking = [code for code in wanted if code and code not in there]
        if lacking:
            what = "demand list" if spec.key == "lists" else "case that may be named here"
            self.faults += [
                Fault(
                    at,
                    f"There is no {what} of {filters.country(code, self.manner)}. Write one, or "
                    f"take the country out of `{value}`.",
                )
                for code in lacking
            ]
        return [code for code in wanted if code] or None

    def _words(self, spec: template.Words, source: str, at: str, names: Names) -> str | None:
        is_markdown = spec.form == "markdown"
        text = self._rendered(source, at, names, is_markdown=is_markdown)
        text = _SPACES.sub(" ", text).strip(" ")
        if not text:
            return None
        if is_markdown:
            text = _unopened(text)
        details = (
            markdown.faults(text) if is_markdown else [template.form_fault(spec.form, text) or ""]
        )
        self.faults += [Fault(at, detail) for detail in details if detail]
        return text

    def _rendered(self, source: str, at: str, names: Names, *, is_markdown: bool) -> str:
        text = ""
        try:
            for piece in self._template(source, is_markdown=is_markdown).generate(names):
                self.written += len(piece)
                if self.written > MAX_OUTPUT:
                    raise Invalid(
                        "The draft grows too long.",
                        [Fault(at, f"A draft has at most {MAX_OUTPUT:,} characters.")],
                    )
                text += piece
        except (TemplateError, ArithmeticError, TypeError, ValueError, LookupError) as fault:
            self.faults.append(Fault(at, f"Line {_line(fault)}: {_said(fault)}"))
        return text

    def _template(self, source: str, *, is_markdown: bool) -> Template:
        key = (is_markdown, source)
        if key not in self.compiled:
            environment = self.markdown if is_markdown else self.plain
            self.compiled[key] = environment.from_string(source)
        return self.compiled[key]


def _written(spec: template.Record) -> Iterator[str]:
    """Yield the keys that a record's choice may leave in the draft."""
    for key in spec.one_of:
        part = spec.parts[key]
        yield part.key if isinstance(part, template.From) else key


def _at(path: list[str], names: Names) -> Any:
    value: Any = names
    for part in path:
        value = value[part]
    return value


def _referred(draft: Mapping[str, Any]) -> dict[str, str]:
    """Return the footnotes that the filled texts refer to: an `if` may have taken the others."""
    notes = cast("dict[str, str]", draft.get("footnotes", {}))
    waiting = [text for text in _texts(draft["body"]) if "[^" in text]
    found: set[str] = set()
    while waiting:
        new = set(markdown.footnote_labels(waiting.pop())) & notes.keys() - found
        found |= new
        waiting += [notes[label] for label in new]
    return {label: text for label, text in notes.items() if label in found}


def _texts(value: Any) -> Iterator[str]:
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
