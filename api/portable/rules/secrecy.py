"""What of a document may not be named: taken out to be sealed, put back, or redacted."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from types import MappingProxyType
from typing import TypeVar, cast
from urllib.parse import unquote

from api.cases import rules
from api.errors import point
from api.infra.text import languages
from api.portable.rules import names as labels, schema, walk
from api.texts.rules import markdown
from api.texts.rules.document import PortableCase, PortableDocument

_Data = TypeVar("_Data")
_SIGNS = re.compile(r"[*_`<>^\[\]\\{}%]")  # of Markdown and of placeholders
_KEYS = frozenset({"slug", "lists", "format"})  # never words
_IDS = frozenset({"id", "ids", "cases"})  # of cases, among others
_NONE: Mapping[str, str] = MappingProxyType({})
PRIVATE = ("name", "aliases", "born", "summary", "sources")

Secrets = dict[str, dict[str, object]]  # a case's id: what of it may not be named


def split(document: PortableDocument) -> tuple[PortableDocument, Secrets]:
    """Return a document without what may not be named, and that, by the id of its case."""
    cases, secrets = [], {}
    for case in document.get("cases", ()):
        if case.get("may_be_named", True):
            cases.append(case)
        else:
            whole: Mapping[str, object] = case
            secrets[case["id"]] = {key: whole[key] for key in PRIVATE if key in whole}
            cases.append(_public(case))
    return _with_cases(document, cases), secrets


def join(document: PortableDocument, secrets: Secrets) -> PortableDocument:
    """Return the document that `split` took apart."""
    cases = [{**case, **secrets.get(case["id"], {})} for case in document.get("cases", ())]
    return _with_cases(document, cast("list[PortableCase]", cases))


def redacted(document: PortableDocument) -> PortableDocument:
    """Return a whole document for someone who may not see every identity.

    Its signatories are the caller's: they have gone through the visibility policy before.
    """
    cases: list[PortableCase] = [
        case
        if case.get("may_be_named", True)
        else {**_public(case), "name": labels.label(case, document)}
        for case in document.get("cases", ())
    ]
    return {**_with_cases(document, cases), "redacted": True}


@dataclass(frozen=True)
class Labels:
    """What stands for a name: one label, and others at single places, by their pointers."""

    label: str
    of_places: Mapping[str, str] = field(default_factory=dict)

    def at(self, path: walk.Path) -> str:
        """Return the label of a place; it goes into Markdown as well."""
        return plain_label(self.of_places.get(point(*path)) or self.label)


def plain_label(label: str) -> str:
    """Return a label without the signs of Markdown and of placeholders."""
    return _SIGNS.sub("", label)


def taken_back(
    document: PortableDocument, names: Collection[str], key: str, labels: Labels
) -> PortableDocument:
    """Return a document in which a case stands by its label, its name only in its own entry.

    `names` are its name and aliases, `key` is its id from now on.
    """
    ids = {case["id"]: key for case in document.get("cases", ()) if _is_it(case, names, key)}
    cases: list[PortableCase] = [
        {**case, "id": key, "may_be_named": False, "public_label": labels.label}
        if case["id"] in ids
        else relabelled(case, names, labels, path=("cases", place))
        for place, case in enumerate(document.get("cases", ()))
    ]
    return _with_cases(relabelled(document, names, labels, ids), cases)


def relabelled(
    value: _Data,
    names: Collection[str],
    labels: Labels,
    ids: Mapping[str, str] = _NONE,
    path: walk.Path = (),
) -> _Data:
    """Return data with a label wherever a text holds one of the names, and with other ids."""

    def changed_at(place: walk.Path, text: str) -> str:
        if _key(place) in _IDS:
            return ids.get(text, text)
        return rules.without(text, names, labels.at(place)) if _is_said(place, text) else text

    return walk.rewritten(value, changed_at, path)


def changed(before: object, after: object) -> Iterator[tuple[str, str, str]]:
    """Yield the texts, but for ids, that differ between data of one shape: where, and both."""
    there = {leaf.path: leaf.text for leaf in walk.leaves_of(after)}
    for leaf in walk.leaves_of(before):
        text = there.get(leaf.path, leaf.text)
        if text != leaf.text and _key(leaf.path) not in _IDS:
            yield leaf.pointer, leaf.text, text


def words_of(value: object) -> Iterator[walk.Leaf]:
    """Yield the texts in which `relabelled` puts a label."""
    return (leaf for leaf in walk.leaves_of(value) if _is_said(leaf.path, leaf.text))


def _is_said(path: walk.Path, text: str) -> bool:
    key = _key(path)
    return key not in _KEYS | _IDS and not _is_code(key, text)


def tells_of(document: PortableDocument, names: Collection[str], key: str) -> bool:
    """Tell whether a document names a case in what of it may be read.

    Who others are that may not be named is no such place: an answer would tell it word by word.
    """
    public, _ = split(document)
    shown = [
        seen
        for case, seen in zip(document.get("cases", ()), public.get("cases", ()), strict=True)
        if case.get("may_be_named", True) or not _is_it(case, names, key)
    ]
    return bool(telling({**public, "cases": shown}, names))


def telling(value: object, names: Iterable[str]) -> list[str]:
    """Return the pointers of the texts, of whatever field, that hold one of the names."""
    by_first: dict[str, set[str]] = {}
    for name in names:
        for first in rules.words(name)[:1]:
            by_first.setdefault(first, set()).add(name)
    found = []
    for leaf in walk.leaves_of(value) if by_first else ():
        seen = _seen(leaf)
        words = set(rules.words(" ".join(seen)))
        near = {name for first in words & by_first.keys() for name in by_first[first]}
        if any(rules.names_in(text, near) for text in seen):
            found.append(leaf.pointer)
    return found


def said(value: object) -> Iterator[str]:
    """Yield every text in which `telling` looks."""
    for leaf in walk.leaves_of(value):
        yield from _seen(leaf)


def _seen(leaf: walk.Leaf) -> list[str]:
    """Return a text as it is written, as it reads, and where it links to."""
    if _is_code(_key(leaf.path), leaf.text):
        return []
    if leaf.kind not in walk.MARKDOWN:
        return [leaf.text]
    return [leaf.text, markdown.plain(leaf.text), *map(unquote, markdown.links(leaf.text))]


def _key(path: walk.Path) -> str:
    """Return the name of what holds a text; a text of a list is held by the list."""
    return next((step for step in reversed(path) if isinstance(step, str)), "")


def _is_code(key: str, text: str) -> bool:
    """Tell whether a text is of a closed list: `an` names a language, and nobody called An."""
    if key == "language":
        return languages.is_language(text)
    return text in (languages.COUNTRIES if key == "country" else _codes().get(key, ()))


@cache
def _codes() -> dict[str, set[str]]:
    """Return the words that the format lists for a field, by its name."""
    found: dict[str, set[str]] = {}
    for key, words in _enumerations(schema.load()):
        found.setdefault(key, set()).update(words)
    return found


def _enumerations(part: object) -> Iterator[tuple[str, list[str]]]:
    if isinstance(part, list):
        part = dict(enumerate(part))
    for name, inner in part.items() if isinstance(part, dict) else ():
        if isinstance(inner, dict) and isinstance(inner.get("enum"), list):
            yield name, inner["enum"]
        yield from _enumerations(inner)


def _is_it(case: PortableCase, names: Collection[str], key: str) -> bool:
    alike = set(map(rules.words, names)) & set(map(rules.words, labels.called(case)))
    return case["id"] == key or bool(alike - {()})


def _public(case: PortableCase) -> PortableCase:
    """Return a case without what may not be named, its name included."""
    public = {key: value for key, value in case.items() if key not in PRIVATE}
    return cast("PortableCase", public)


def _with_cases(document: PortableDocument, cases: list[PortableCase]) -> PortableDocument:
    return {**document, "cases": cases} if "cases" in document else document.copy()
