"""What of a document may not be named: taken out to be sealed, put back, or redacted."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from api.cases import rules
from api.errors import point
from api.infra.text import languages
from api.portable.rules import names as labels, schema, walk
from api.texts.rules import markdown

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

_SIGNS = re.compile(r"[*_`<>^\[\]\\{}%]")  # of Markdown and of placeholders
_KEYS = frozenset({"slug", "lists", "format"})  # never words
_IDS = frozenset({"id", "ids", "cases"})  # of cases, among others
_NONE: Mapping[str, str] = MappingProxyType({})
PRIVATE = ("name", "aliases", "born", "summary", "sources")

Secrets = dict[str, dict[str, Any]]  # a case's id: what of it may not be named


def split(document: Mapping[str, Any]) -> tuple[dict[str, Any], Secrets]:
    """Return a document without what may not be named, and that, by the id of its case."""
    cases, secrets = [], {}
    for case in document.get("cases", ()):
        if case.get("may_be_named", True):
            cases.append(case)
        else:
            secrets[case["id"]] = {key: case[key] for key in PRIVATE if key in case}
            cases.append({key: value for key, value in case.items() if key not in PRIVATE})
    return _with_cases(document, cases), secrets


def join(document: Mapping[str, Any], secrets: Secrets) -> dict[str, Any]:
    """Return the document that `split` took apart."""
    cases = [{**case, **secrets.get(case["id"], {})} for case in document.get("cases", ())]
    return _with_cases(document, cases)


def redacted(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return a whole document for someone who may not see every identity.

    Its signatories are the caller's: they have gone through the visibility policy before.
    """
    cases = [
        case if case.get("may_be_named", True) else _labelled(case, document)
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
    document: Mapping[str, Any], names: Collection[str], key: str, labels: Labels
) -> dict[str, Any]:
    """Return a document in which a case stands by its label, its name only in its own entry.

    `names` are its name and aliases, `key` is its id from now on.
    """
    ids = {case["id"]: key for case in document.get("cases", ()) if _is_it(case, names, key)}
    hidden = {"id": key, "may_be_named": False, "public_label": labels.label}
    cases = [
        {**case, **hidden}
        if case["id"] in ids
        else relabelled(case, names, labels, path=("cases", place))
        for place, case in enumerate(document.get("cases", ()))
    ]
    return _with_cases(relabelled(document, names, labels, ids), cases)


def relabelled(
    value: Any,
    names: Collection[str],
    labels: Labels,
    ids: Mapping[str, str] = _NONE,
    path: walk.Path = (),
) -> Any:
    """Return data with a label wherever a text holds one of the names, and with other ids."""
    if isinstance(value, dict):
        return {
            name: relabelled(each, names, labels, ids, (*path, name))
            for name, each in value.items()
        }
    if isinstance(value, list):
        return [
            relabelled(each, names, labels, ids, (*path, place)) for place, each in enumerate(value)
        ]
    key = _key(path)
    if not isinstance(value, str) or key in _KEYS or _is_code(key, value):
        return value
    if key in _IDS:
        return ids.get(value, value)
    return rules.without(value, names, labels.at(path))


def changed(before: Any, after: Any) -> Iterator[tuple[str, str, str]]:
    """Yield the texts, but for ids, that differ between data of one shape: where, and both."""
    there = {leaf.path: leaf.text for leaf in walk.leaves_of(after)}
    for leaf in walk.leaves_of(before):
        text = there.get(leaf.path, leaf.text)
        if text != leaf.text and _key(leaf.path) not in _IDS:
            yield leaf.pointer, leaf.text, text


def words_of(value: Any) -> Iterator[walk.Leaf]:
    """Yield the texts in which `relabelled` puts a label."""
    for leaf in walk.leaves_of(value):
        key = _key(leaf.path)
        if key not in _KEYS | _IDS and not _is_code(key, leaf.text):
            yield leaf


def tells_of(document: Mapping[str, Any], names: Collection[str], key: str) -> bool:
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


def telling(value: Any, names: Iterable[str]) -> list[str]:
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


def said(value: Any) -> Iterator[str]:
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


def _enumerations(part: Any) -> Iterator[tuple[str, list[str]]]:
    if isinstance(part, list):
        part = dict(enumerate(part))
    for name, inner in part.items() if isinstance(part, dict) else ():
        if isinstance(inner, dict) and isinstance(inner.get("enum"), list):
            yield name, inner["enum"]
        yield from _enumerations(inner)


def _is_it(case: Mapping[str, Any], names: Collection[str], key: str) -> bool:
    known = [case.get("name", ""), *case.get("aliases", ())]
    alike = {rules.words(name) for name in names} & {rules.words(name) for name in known}
    return case["id"] == key or bool(alike - {()})


def _labelled(case: Mapping[str, Any], document: Mapping[str, Any]) -> dict[str, Any]:
    public = {key: value for key, value in case.items() if key not in PRIVATE}
    return {**public, "name": labels.label(case, document)}


def _with_cases(document: Mapping[str, Any], cases: list[Any]) -> dict[str, Any]:
    return {**document, "cases": cases} if "cases" in document else dict(document)
