"""When two documents say the same of a case or a demand, and how a document goes out. Pure."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator, Mapping


def demands_of(document: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Yield every demand of a document."""
    for asked in document.get("demand_lists", ()):
        yield from asked["demands"]


def comparable_case(case: Mapping[str, Any]) -> dict[str, Any]:
    """Return what of a case is compared: what says nothing is as good as left out."""
    return {key: value for key, value in {"may_be_named": True, **case}.items() if value != []}


def comparable_demand(demand: Mapping[str, Any]) -> dict[str, Any]:
    """Return what of a demand is compared; an open one may say so or not."""
    return {key: value for key, value in {"status": "open", **demand}.items() if value != []}


def free_key(key: str, taken: Container[str]) -> str:
    """Return the first of `key-2`, `key-3` … that is not taken."""
    numbered = (f"{key[:76]}-{number}" for number in count(2))
    return next(each for each in numbered if each not in taken)


def organisation_of(signatory: Mapping[str, Any], language: str) -> dict[str, Any]:
    """Return the facts of an organisation's entry from its line under a statement."""
    return {
        "names": {language: signatory["name"]},
        "acronym": signatory.get("acronym"),
        "aliases": [],
        "country": signatory.get("country"),
        "website": None,
        "is_public": False,
    }


def with_signatories(
    document: Mapping[str, Any], listed: Iterable[Mapping[str, Any]], withheld: int
) -> dict[str, Any]:
    """Return a document with its signatories and with those counted that are not listed."""
    signed = list(listed)
    whole = {**document, "signatories": signed} if signed else dict(document)
    if withheld:
        whole["withheld"] = withheld + document.get("withheld", 0)
    return whole
