"""What of a document may not be named: taken out to be sealed, put back, or redacted."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from api.cases import rules
from api.portable.rules import names as labels

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

_SIGNS = re.compile(r"[*_`<>^\[\]\\]")
_KEYS = frozenset({"id", "ids", "slug", "lists", "format"})  # never words
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


def taken_back(
    document: Mapping[str, Any], names: Collection[str], key: str, label: str
) -> dict[str, Any]:
    """Return a document in which a case stands by its label, its name only in its own entry.

    `names` are its name and aliases, `key` is its id from now on.
    """
    plain = _SIGNS.sub("", label)  # it goes into Markdown as well
    ids = {case["id"] for case in document.get("cases", ()) if _is_it(case, names, key)}

    def rewrite(value: Any, key_of: str = "") -> Any:
        if isinstance(value, dict):
            return {inner: rewrite(each, inner) for inner, each in value.items()}
        if isinstance(value, list):
            return [rewrite(each, key_of) for each in value]
        if not isinstance(value, str):
            return value
        if value in ids:
            return key
        return value if key_of in _KEYS else rules.without(value, names, plain)

    written: dict[str, Any] = rewrite(document)
    if ids:
        hidden = {"id": key, "may_be_named": False, "public_label": label}
        written["cases"] = [
            {**case, **hidden} if case["id"] in ids else rewrite(case) for case in document["cases"]
        ]
    return written


def tells_of(document: Mapping[str, Any], names: Collection[str], key: str) -> bool:
    """Tell whether a document names a case anywhere but in an entry that may not be named."""
    shown = [
        case
        for case in document.get("cases", ())
        if case.get("may_be_named", True) or not _is_it(case, names, key)
    ]
    whole = {**document, "cases": shown}
    return any(rules.names_in(text, names) for text in _strings(whole))


def _is_it(case: Mapping[str, Any], names: Collection[str], key: str) -> bool:
    known = [case.get("name", ""), *case.get("aliases", ())]
    alike = {rules.words(name) for name in names} & {rules.words(name) for name in known}
    return case["id"] == key or bool(alike - {()})


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for each in value.values():
            yield from _strings(each)
    elif isinstance(value, list):
        for each in value:
            yield from _strings(each)


def _labelled(case: Mapping[str, Any], document: Mapping[str, Any]) -> dict[str, Any]:
    public = {key: value for key, value in case.items() if key not in PRIVATE}
    return {**public, "name": labels.label(case, document)}


def _with_cases(document: Mapping[str, Any], cases: list[Any]) -> dict[str, Any]:
    return {**document, "cases": cases} if "cases" in document else dict(document)
