"""The check of a whole template: every block, placeholder and fact."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from api.errors import Code, Fault, Reason, point
from api.infra.text import languages
from api.templates.rules import declarations, facts, syntax
from api.templates.rules.expressions import path_shape
from api.templates.rules.names import CASE, GIVEN, RefusedSyntax, Scope, nearest
from api.templates.rules.shape import (
    LAYOUTS,
    TEXT,
    Fixed,
    From,
    LabelTable,
    Many,
    Record,
    Spec,
    TemplateText,
)
from api.texts.rules import markdown, themes

MAX_BYTES = 64 * 1024  # of a whole template, as JSON
MAX_BLOCKS = 300
MAX_NAME = 80
KINDS = ("joint_statement", "open_letter", "appeal", "petition", "briefing", "press_release")

NAME_IS = "Give a short name of small letters, digits and hyphens."
LANGUAGE_IS = "Give the language as BCP 47, such as en or ru."

ABOUT = ("name", "title", "kind", "language", "description", "theme", "facts", "example")

_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_MARKDOWN = TemplateText()


def check(template: object) -> list[Fault]:
    """Return everything that is wrong with a template; each fault says its place and line."""
    if not isinstance(template, dict):
        return [
            Fault("", Code.WRONG_TYPE, "A template is one object: its name, title, facts and body.")
        ]
    too_large = f"A template has at most {MAX_BYTES // 1024} kB. Shorten or split it."
    if found := facts.json_faults(template, "The template holds", MAX_BYTES, too_large):
        return found
    found = [
        *_about(template),
        *declarations.declaration_faults(template.get("facts", []), "/facts"),
    ]
    if found:
        return found
    declared = template.get("facts", [])
    checking = _Checking()
    text = {key: value for key, value in template.items() if key not in ABOUT}
    checking.look(TEXT, text, "", Scope({**declarations.shapes(declared), **GIVEN}))
    checking.footnotes(template.get("footnotes"))
    _, wrong = (
        facts.check(declared, template.get("example", {})) if "example" in template else ({}, [])
    )
    return checking.faults + [fault.below("/example") for fault in wrong]


def form_fault(form: str, value: str) -> Reason | None:
    """Return why a filled text is not of its form, or None."""
    fits = {
        "date": (facts.is_date, Code.WRONG_FORMAT, "a day as YYYY-MM-DD"),
        "country": (
            languages.COUNTRIES.__contains__,
            Code.NOT_A_COUNTRY,
            "a country's two letters",
        ),
        "url": (facts.is_url, Code.NOT_A_URL, "a whole https:// or http:// address"),
        "layout": (LAYOUTS.__contains__, Code.NOT_A_CHOICE, " or ".join(LAYOUTS)),
    }
    if form not in fits:
        return None
    is_fit, code, wanted = fits[form]
    return None if is_fit(value) else Reason(code, f"This must be {wanted}.")


def _about(template: Mapping[str, object]) -> list[Fault]:
    rules = (
        ("name", _is_slug, Code.WRONG_FORMAT, NAME_IS),
        ("title", _is_line, Code.WRONG_FORMAT, "Give a title for people, of one line."),
        ("kind", KINDS.__contains__, Code.NOT_A_CHOICE, f"The kind is one of {', '.join(KINDS)}."),
        ("language", languages.is_language, Code.NOT_A_LANGUAGE, LANGUAGE_IS),
    )
    faults = []
    for key, is_fit, code, advice in rules:
        value = template.get(key)
        if not isinstance(value, str) or not is_fit(value):
            faults.append(Fault(point(key), code if value else Code.REQUIRED, advice))
        elif fault := facts.text_fault(value):
            faults.append(Fault.of(point(key), fault))
    description = template.get("description", "")
    if not isinstance(description, str):
        faults.append(Fault("/description", Code.WRONG_TYPE, "The description is a text."))
    elif fault := facts.text_fault(description):
        faults.append(Fault.of("/description", fault))
    if "theme" in template:
        faults += themes.faults(template["theme"])
    return faults


def _is_slug(value: str) -> bool:
    return bool(_SLUG.fullmatch(value)) and len(value) <= MAX_NAME


def _is_line(value: str) -> bool:
    return bool(value.strip()) and "\n" not in value and len(value) <= facts.LINE


@dataclass
class _Checking:
    """One check under way: what was found, and which footnotes the texts refer to."""

    faults: list[Fault] = field(default_factory=list)
    labels: dict[str, str] = field(default_factory=dict)  # to the place of the first reference

    def look(self, spec: Spec, value: object, at: str, scope: Scope) -> None:
        """Check one value against what stands in its place."""
        match spec:
            case TemplateText():
                self._words(spec, value, at, scope)
            case Fixed():
                self._fixed(spec, value, at)
            case From():
                self._from(spec, value, at, scope)
            case Record():
                self._record(spec, value, at, scope)
            case Many():
                self._many(spec, value, at, scope)
            case LabelTable():
                self._table(spec, value, at, scope)

    def say(self, at: str, code: Code, detail: str) -> None:
        self.faults.append(Fault(at, code, detail))

    def footnotes(self, notes: object) -> None:
        """Check that every reference has its footnote, and every footnote a reference."""
        labels = notes if isinstance(notes, dict) else {}
        for label, at in self.labels.items():
            if label not in labels:
                advice = f"[^{label}] has no footnote. Write it under footnotes, as {label}."
                self.say(at, Code.NOT_FOUND, advice)
        for label in labels:
            if label not in self.labels:
                self.say(
                    f"/footnotes{point(label)}",
                    Code.UNUSED,
                    f"No text refers to it. Write [^{label}] where it belongs.",
                )

    def _words(self, spec: TemplateText, value: object, at: str, scope: Scope) -> None:
        if not isinstance(value, str) or not value.strip():
            self.say(at, Code.REQUIRED, "Write a text here, or leave the key out.")
            return
        if fault := facts.text_fault(value):
            self.faults.append(Fault.of(at, fault))
            return
        has_notes = scope.has_notes and spec.form == "markdown"
        refused = syntax.check(value, replace(scope, has_notes=has_notes))
        for one in refused:
            self.say(at, Code.BAD_MARKUP, str(one))
        if not refused:
            self._own_words(spec, value, at)

    def _own_words(self, spec: TemplateText, value: str, at: str) -> None:
        """Check what a text says itself, with its placeholders taken for words."""
        words = syntax.stand_in(value)
        if spec.form == "markdown":
            for detail in markdown.faults(words):
                self.say(at, Code.BAD_MARKUP, detail)
            for label in markdown.footnote_labels(words):
                self.labels.setdefault(label, at)
        elif "{" not in value and (fault := form_fault(spec.form, value.strip())):
            self.faults.append(Fault.of(at, fault))

    def _fixed(self, spec: Fixed, value: object, at: str) -> None:
        if spec.sort == "flag":
            if not isinstance(value, bool):
                self.say(at, Code.WRONG_TYPE, "This is true or false; it takes no placeholder.")
            return
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            advice = "This is a list of ids or countries as they are; it takes no placeholder."
            self.say(at, Code.WRONG_TYPE, advice)
            return
        for index, item in enumerate(value):
            if not _is_slug(item) and (spec.sort == "slugs" or item not in languages.COUNTRIES):
                advice = "This is no id and no country. Take it out or mend it."
                self.say(f"{at}/{index}", Code.WRONG_FORMAT, advice)

    def _from(self, spec: From, value: object, at: str, scope: Scope) -> None:
        try:
            shape = path_shape(str(value).split("."), scope)
        except RefusedSyntax as refused:
            self.say(at, Code.BAD_MARKUP, refused.detail)
            return
        one = shape[0] if isinstance(shape, list) else shape
        if spec.of == "country" and one != "country":
            advice = f"`{value}` is no country and no list of countries. Name a fact that is."
            self.say(at, Code.WRONG_TYPE, advice)
        elif spec.of == "case" and one is not CASE:
            advice = f"`{value}` is no case and no list of cases. Name a fact that is."
            self.say(at, Code.WRONG_TYPE, advice)

    def _record(self, spec: Record, value: object, at: str, scope: Scope) -> None:
        if not isinstance(value, dict):
            self.say(at, Code.WRONG_TYPE, f"This is an object with {', '.join(spec.parts)}.")
            return
        strange = [key for key in value if key not in spec.parts]
        for key in strange:
            known = ", ".join(spec.parts)
            self.say(
                at + point(key),
                Code.UNKNOWN_FIELD,
                f"There is no such key here.{nearest(str(key), spec.parts)} Keys: {known}.",
            )
        for key in spec.parts:
            if key in value:
                self.look(spec.parts[key], value[key], at + point(key), scope)
            elif key in spec.needs:
                self.say(at + point(key), Code.REQUIRED, "This is missing. Write it.")
        chosen = [key for key in spec.one_of if key in value]
        if len(chosen) > 1 or (spec.must and spec.one_of and not chosen and not strange):
            least = "exactly" if spec.must else "at most"
            code = Code.CONFLICT if chosen else Code.REQUIRED
            self.say(at, code, f"This has {least} one of {', '.join(spec.one_of)}.")

    def _many(self, spec: Many, value: object, at: str, scope: Scope) -> None:
        if not isinstance(value, list) or not 1 <= len(value) <= MAX_BLOCKS:
            self.say(at, Code.WRONG_TYPE, f"This is a list of 1 to {MAX_BLOCKS}.")
            return
        for index, item in enumerate(value):
            here = f"{at}/{index}"
            if spec.bare and isinstance(item, str):
                self._words(_MARKDOWN, item, here, scope)
            elif isinstance(item, dict):
                within = self._around(item, here, scope)
                bare = {key: part for key, part in item.items() if key not in {"if", "for"}}
                if within:
                    self._record(spec.of, bare, here, within)
            else:
                self._record(spec.of, item, here, scope)

    def _around(self, item: Mapping[str, object], at: str, scope: Scope) -> Scope | None:
        """Check an item's `for` and `if`; return the scope of its texts, None without one."""
        for key in ("for", "if"):
            if key not in item:
                continue
            written = item[key]
            if not isinstance(written, str):
                advice = f"Write text under `{key}`, such as: {_EXAMPLES[key]}."
                self.say(at + point(key), Code.WRONG_TYPE, advice)
                continue
            try:
                if key == "for":
                    scope = syntax.loop_scope(written, scope)
                else:
                    syntax.check_condition(written, replace(scope, has_notes=False))
            except RefusedSyntax as refused:
                self.say(f"{at}/{key}", Code.BAD_MARKUP, str(refused))
                if key == "for":
                    return None
        return scope

    def _table(self, spec: LabelTable, value: object, at: str, scope: Scope) -> None:
        if not isinstance(value, dict):
            self.say(at, Code.WRONG_TYPE, "This is an object: each footnote's label and its text.")
            return
        for label, text in value.items():
            if not markdown.LABEL.fullmatch(str(label)):
                self.say(
                    at + point(label), Code.WRONG_FORMAT, "A label has no spaces and no brackets."
                )
            self._words(spec.of, text, at + point(label), replace(scope, has_notes=False))


_EXAMPLES = {"if": "if: note", "for": "for: quote in quotes"}
