"""The list of signatories as it prints: who stands in it, in which order, in which words."""

from __future__ import annotations

from typing import Literal, NotRequired, TypedDict

from api.infra.text import languages
from api.portable.rules import names
from api.texts.rules.document import PortableDocument, PortableSignatory


class SignatoryLine(TypedDict):
    """One line of the list; plain text."""

    text: str
    lead: bool
    kind: Literal["organisation", "individual"]
    reservation: NotRequired[str]


class _Noted(TypedDict, total=False):
    reservation: str


class Signatories(TypedDict):
    """The lines in printing order, and how many signatories have none."""

    lines: list[SignatoryLine]
    withheld: int


def with_signatories(
    document: PortableDocument, listed: list[PortableSignatory], withheld: int
) -> PortableDocument:
    """Return a document with its signatories and with those counted that are not listed."""
    whole = document.copy()
    if listed:
        whole["signatories"] = listed
    if withheld:
        whole["withheld"] = withheld + document.get("withheld", 0)
    return whole


def signatories(document: PortableDocument) -> Signatories:
    """Return the lines that print and the count of those that are withheld."""
    given = document.get("signatories", [])
    shown = []
    for one in given:
        line = _line(one, document)
        if line:
            shown.append((_group(one), _rank(one, line, document), line, one))
    shown.sort(key=lambda entry: entry[:2])  # stable: what ranks alike stays as given
    lines: list[SignatoryLine] = [
        {"text": line, "lead": group == 0, "kind": one["kind"], **_noted(one)}
        for group, _, line, one in shown
    ]
    return {"lines": lines, "withheld": document.get("withheld", 0) + len(given) - len(lines)}


def collation(text: str, language: str) -> tuple[bytes, str]:
    """Return a key that sorts names as the readers of a document expect it."""
    return languages.place_in(language, text), text


def _noted(one: PortableSignatory) -> _Noted:
    """Return a reservation with its line, unless its words could tell who has initials only."""
    if one.get("visibility") == "initials" or not one.get("reservation"):
        return {}
    return {"reservation": one["reservation"]}


def _group(one: PortableSignatory) -> int:
    if one["kind"] == "individual":
        return 2
    return 0 if one.get("lead") else 1


def _line(one: PortableSignatory, document: PortableDocument) -> str:
    """Return what is printed of a signatory; nothing where only the count may show."""
    visibility = one.get("visibility", "public")
    if visibility in {"coalition", "anonymous"}:
        return ""
    if visibility == "initials" and not document.get("redacted", False):
        return _initials(one, document)
    return one.get("as_printed") or _full(one, document)


def _initials(one: PortableSignatory, document: PortableDocument) -> str:
    """Return initials and country; a name without a letter has none and is counted instead."""
    letters, where = names.initials(one["name"]), names.country(one.get("country"), document)
    return names.listed([letters, where], document) if letters else ""


def _full(one: PortableSignatory, document: PortableDocument) -> str:
    is_asked = document.get("signatory_list", {}).get("show_country", False)
    where = names.country(one.get("country") if is_asked else None, document)
    if one["kind"] == "organisation":
        acronym = one.get("acronym")
        return names.listed([one["name"] + (f" ({acronym})" if acronym else ""), where], document)
    return names.listed([one["name"], one.get("role"), one.get("affiliation"), where], document)


def _rank(
    one: PortableSignatory, line: str, document: PortableDocument
) -> tuple[bool, tuple[bytes, str]]:
    """Return the place within a group; initials rank by what shows, not by the hidden name."""
    order, language = document.get("signatory_list", {}).get("order", "given"), document["language"]
    if order == "alphabetical":
        shown = line if one.get("visibility") == "initials" else one["name"]
        return False, collation(shown, language)
    named = names.country(one.get("country"), document) if order == "country" else ""
    return order == "country" and not named, collation(named, language) if named else (b"", "")
