"""The API's reference as pages: each address, what it takes and what it answers."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from shlex import quote
from typing import Any

PATH = "/docs/reference"
_METHODS = ("get", "post", "put", "patch", "delete")
_JSON = "application/json"
_MOST_DEPTH = 4  # of fields within fields
_NONE: Mapping[str, Any] = {}
_SHORT = 12  # values that are told one by one
_OF_ANY = {"Deprecation", "Idempotent-Replayed"}  # which guides tell of


@dataclass(frozen=True)
class FieldRow:
    """A field of a body, or a parameter."""

    name: str
    kind: str
    is_needed: bool
    words: str


@dataclass(frozen=True)
class Fields:
    """Fields that come or go together, by where: the query, a header, a body of a type."""

    title: str
    rows: tuple[FieldRow, ...]


@dataclass(frozen=True)
class AnswerRow:
    """What comes back."""

    status: str
    words: str
    types: str
    headers: str
    fields: tuple[FieldRow, ...]
    example: str


@dataclass(frozen=True)
class Operation:
    """One thing that can be done at one address."""

    anchor: str
    method: str
    path: str
    summary: str
    description: str
    is_public: bool
    taken: tuple[Fields, ...]
    call: str  # by curl
    answers: tuple[AnswerRow, ...]
    refusals: str  # the statuses of errors

    @property
    def first_words(self) -> str:
        """Return what it does, in a sentence."""
        return self.description.partition("\n\n")[0] or self.summary


@dataclass(frozen=True)
class Chapter:
    """The operations of one part of the API."""

    name: str
    words: str
    operations: tuple[Operation, ...]

    @property
    def title(self) -> str:
        return self.name.capitalize()

    @property
    def path(self) -> str:
        return f"{PATH}/{self.name}"


def chapters(document: Mapping[str, Any]) -> dict[str, Chapter]:
    """Return what an OpenAPI document describes, by its tags, in their order."""
    words = {each["name"]: each.get("description", "") for each in document.get("tags", ())}
    found: dict[str, list[Operation]] = {name: [] for name in words}
    for path, item in document["paths"].items():
        for method in filter(item.__contains__, _METHODS):
            reader = _Reader(document, path, method, item)
            found.setdefault(item[method]["tags"][0], []).append(reader.operation())
    return {
        name: Chapter(name, words.get(name, ""), tuple(operations))
        for name, operations in found.items()
        if operations
    }


@dataclass(frozen=True)
class _Reader:
    """Reads one operation, with what it refers to."""

    document: Mapping[str, Any]
    path: str
    method: str
    item: Mapping[str, Any]

    def operation(self) -> Operation:
        facts = self.item[self.method]
        answers = {status: self.seen(each) for status, each in facts["responses"].items()}
        return Operation(
            facts["operationId"],
            self.method.upper(),
            self.path,
            facts.get("summary", ""),
            facts.get("description", ""),
            facts.get("security") == [],
            tuple(self.taken()),
            self.call(),
            tuple(self.answer(status, each) for status, each in answers.items() if status < "4"),
            ", ".join(status for status in answers if status[0] in "45"),
        )

    def seen(self, facts: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return what a reference refers to, or the thing itself."""
        while "$ref" in facts:
            found: Any = self.document
            for part in facts["$ref"].removeprefix("#/").split("/"):
                found = found[part]
            facts = found
        return facts

    def parameters(self) -> list[Mapping[str, Any]]:
        both = (*self.item.get("parameters", ()), *self.item[self.method].get("parameters", ()))
        return [self.seen(each) for each in both]

    def taken(self) -> Iterator[Fields]:
        for place, title in (("query", "Query"), ("header", "Headers")):
            rows = tuple(
                FieldRow(
                    each["name"],
                    self.kind(each.get("schema", _NONE)),
                    each.get("required", False),
                    self.words({**self.seen(each.get("schema", _NONE)), **each}),
                )
                for each in self.parameters()
                if each["in"] == place
            )
            if rows:
                yield Fields(title, rows)
        for kind, content in self.body().items():
            if rows := tuple(self.fields(content.get("schema", _NONE))):
                yield Fields("Body" if kind == _JSON else f"Body: {kind}", rows)

    def body(self) -> Mapping[str, Any]:
        content = self.seen(self.item[self.method].get("requestBody", _NONE)).get("content", _NONE)
        return {kind: facts for kind, facts in content.items() if isinstance(facts, dict)}

    def fields(
        self, schema: Mapping[str, Any], place: str = "", depth: int = 0
    ) -> Iterator[FieldRow]:
        """Tell the fields of an object, those of objects within it behind their names."""
        shape = self.shape(schema)
        needed = set(shape.get("required", ()))
        for name, facts in shape.get("properties", _NONE).items():
            inner = self.inner(facts)
            is_list = self.shape(facts).get("type") == "array"
            whole = f"{place}{name}{'[]' if is_list and inner else ''}"
            yield FieldRow(whole, self.kind(facts), name in needed, self.words(facts))
            if inner and depth < _MOST_DEPTH:
                yield from self.fields(inner, f"{whole}.", depth + 1)

    def inner(self, facts: Mapping[str, Any]) -> Mapping[str, Any] | None:
        """Return the object that a field holds, or whose list it is."""
        shape = self.shape(facts)
        items = self.shape(shape.get("items", _NONE)) if "items" in shape else shape
        return items if items.get("properties") else None

    def shape(self, schema: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return a schema with what it refers to; of several the one that says something."""
        found = self.seen(schema)
        for each in ("allOf", "anyOf", "oneOf"):
            for part in found.get(each, ()):
                shape = self.shape(part)
                if shape.get("type") != "null":
                    return {**shape, **{k: v for k, v in found.items() if k != each}}
        return found

    def kind(self, schema: Mapping[str, Any]) -> str:
        """Return what values are, in a few words."""
        shape = self.shape(schema)
        types = shape.get("type", "")
        named = [types] if isinstance(types, str) else list(types)
        kinds = [each for each in named if each and each != "null"]
        told = " or ".join(kinds) or ("string" if "enum" in shape else "any")
        if "array" in kinds:
            told = f"list of {self.kind(shape.get('items', _NONE))}"
        elif shape.get("format"):
            told = str(shape["format"])
        return f"{told} or null" if "null" in named else told

    def words(self, facts: Mapping[str, Any]) -> str:
        """Return what is said of a value: its words, its choices and its bounds."""
        shape = self.shape(facts)
        said = [str(facts.get("description") or shape.get("description") or "")]
        items = self.shape(shape.get("items", _NONE))
        if values := [str(each) for each in shape.get("enum", items.get("enum", ())) if each]:
            more = " …" if len(values) > _SHORT else ""
            said.append(f"One of: {', '.join(values[:_SHORT])}{more}.")
        said.extend(_bound(shape, *each) for each in _BOUNDS)
        if shape.get("default") not in (None, "", [], {}):
            said.append(f"Left out: {json.dumps(shape['default'], ensure_ascii=False)}.")
        return " ".join(filter(None, said))

    def answer(self, status: str, facts: Mapping[str, Any]) -> AnswerRow:
        content = facts.get("content", _NONE)
        json_body = content.get(_JSON, _NONE)
        example = self.example(json_body)
        return AnswerRow(
            status,
            str(facts.get("description", "")).removesuffix("OK"),
            ", ".join(content),
            ", ".join(each for each in facts.get("headers", ()) if each not in _OF_ANY),
            tuple(self.fields(json_body.get("schema", _NONE))),
            _pretty(example) if example is not None else "",
        )

    def example(self, content: Mapping[str, Any]) -> object:
        """Return the example of a body, its own or the first that is shared; None: none."""
        shared = [self.seen(each).get("value") for each in content.get("examples", _NONE).values()]
        return shared[0] if shared else content.get("example")

    def call(self) -> str:
        """Return how it is called with curl."""
        needed = {each["name"] for each in self.parameters() if each["in"] == "header"}
        facts = self.item[self.method]
        lines = [f"curl{'' if facts.get('security') == [] else ' -K me'} $server{self.path}"]
        if self.method not in {"get", "post"} or (self.method == "post" and not self.body()):
            lines[0] = lines[0].replace("curl", f"curl -X {self.method.upper()}", 1)
        if "If-Match" in needed:
            lines.append("-H 'If-Match: \"1\"'")
        for kind, content in list(self.body().items())[:1]:
            if kind == _JSON:
                lines.append(f"--json {quote(_pretty(self.example(content) or {}))}")
            else:
                lines.append(f"-H 'Content-Type: {kind}' --data-binary @file")
        return " \\\n  ".join(lines)


_BOUNDS = (
    ("minimum", "maximum", ""),
    ("minLength", "maxLength", " characters"),
    ("minItems", "maxItems", " items"),
)


def _bound(shape: Mapping[str, Any], least: str, most: str, what: str) -> str:
    """Return how much a value may be, in a few words."""
    low, high = shape.get(least), shape.get(most)
    if low and high is not None:
        return f"{low} to {high}{what}."
    if high is not None:
        return f"At most {high}{what}."
    return f"At least {low}{what}." if low else ""


def _pretty(example: object) -> str:
    return json.dumps(example, ensure_ascii=False, indent=2)


def listed(found: Mapping[str, Chapter]) -> Sequence[Mapping[str, str]]:
    """Return every operation in a line, for who looks for one."""
    return [
        {
            "address": f"{each.method} {each.path}",
            "summary": each.summary,
            "words": each.description.replace("`", ""),
            "href": f"{chapter.path}#{each.anchor}",
        }
        for chapter in found.values()
        for each in chapter.operations
    ]
