"""When two documents say the same of a case or a demand, and how a document goes out. Pure."""

from __future__ import annotations

from collections.abc import Container
from itertools import count

from api.texts.rules.document import (
    PortableCase,
    PortableDemand,
    PortableSignatory,
)


def comparable(thing: PortableCase | PortableDemand) -> dict[str, object]:
    """Return what of a case or demand is compared: what says nothing is as good as left out."""
    usual = {"status": "open"} if "text" in thing else {"may_be_named": True}
    return {key: value for key, value in {**usual, **thing}.items() if value != []}


def free_key(key: str, taken: Container[str]) -> str:
    """Return the first of `key-2`, `key-3` … that is not taken."""
    numbered = (f"{key[:76]}-{number}" for number in count(2))
    return next(each for each in numbered if each not in taken)


def organisation_of(signatory: PortableSignatory, language: str) -> dict[str, object]:
    """Return the facts of an organisation's entry from its line under a statement."""
    return {
        "names": {language: signatory["name"]},
        "acronym": signatory.get("acronym"),
        "aliases": [],
        "country": signatory.get("country"),
        "website": None,
        "is_public": False,
    }
