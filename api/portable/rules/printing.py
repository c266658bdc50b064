"""A statement document resolved to the words that print, and the hash of what is signed."""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from typing import Any, Literal, NotRequired, TypedDict, TypeVar, cast

import rfc8785

from api.infra.text import languages
from api.portable.rules import names, walk
from api.portable.rules.signing import Signatories, signatories
from api.texts.rules import markdown
from api.texts.rules.document import (
    PortableAddressee,
    PortableBlock,
    PortableCase,
    PortableCases,
    PortableContact,
    PortableDemand,
    PortableDemandList,
    PortableDemands,
    PortableDocument,
    PortableItems,
    PortableQuote,
)
from api.texts.rules.words import words

__all__ = ["Printed", "Signatories", "fingerprint", "resolve", "signatories"]

_Part = TypeVar("_Part", PortableAddressee, PortableContact, PortableQuote)


class _Led(TypedDict, total=False):
    lead: str


class PrintedText(TypedDict):
    """A paragraph or a heading."""

    type: Literal["paragraph", "heading"]
    text: str


class PrintedQuote(PortableQuote):
    """A quote; its source is plain text, and `retrieved` a day in words."""

    type: Literal["quote"]


class PrintedList(TypedDict):
    """A list of inline Markdown."""

    type: Literal["list"]
    lead: NotRequired[str]
    ordered: bool
    items: list[str]


class PrintedDemand(TypedDict):
    """One demand in its final words."""

    id: str
    text: str
    rationale: NotRequired[str]


class PrintedDemandList(TypedDict):
    """The demands of one country or party; the heading is plain text."""

    heading: NotRequired[str]
    demands: list[PrintedDemand]


class PrintedDemands(TypedDict):
    """Demand lists; in `paragraph` layout each is one bullet, run on."""

    type: Literal["demands"]
    lead: NotRequired[str]
    layout: Literal["list", "paragraph"]
    lists: list[PrintedDemandList]


class PrintedCases(TypedDict):
    """Cases, each a line of inline Markdown."""

    type: Literal["cases"]
    lead: NotRequired[str]
    items: list[str]


class PrintedFootnote(TypedDict):
    """A footnote under its own label."""

    label: str
    text: str


PrintedBlock = PrintedText | PrintedQuote | PrintedList | PrintedDemands | PrintedCases


class Printed(TypedDict):
    """Everything that prints except the signatories."""

    language: str
    direction: str
    kind: str
    title: str
    coalition: str
    specimen: bool
    dateline: NotRequired[str]
    occasion: NotRequired[str]
    addressees: list[PortableAddressee]
    blocks: list[PrintedBlock]
    footnotes: list[PrintedFootnote]
    contacts: list[PortableContact]


def resolve(document: PortableDocument) -> Printed:
    """Return what a valid document prints, its signatories left out."""
    language = document["language"]
    blocks = [_block(block, document) for block in document["body"]]
    printed: Printed = {
        "language": language,
        "direction": languages.direction(language),
        "kind": document["kind"],
        "title": document["title"],
        "coalition": document["coalition"]["name"],
        "specimen": document.get("specimen", False),
        "addressees": [_addressee(one, document) for one in document.get("addressees", [])],
        "blocks": blocks,
        "footnotes": _footnotes(blocks, document.get("footnotes", {})),
        "contacts": [_given(one) for one in document.get("contacts", [])],
    }
    if dateline := _place_and_day(document, **document.get("dateline", {})):
        printed["dateline"] = dateline
    if occasion := _place_and_day(document, **document.get("occasion", {})):
        printed["occasion"] = occasion
    return printed


def fingerprint(printed: Printed) -> str:
    """Return the SHA-256 of what is signed: RFC 8785 canonical JSON of its NFC text."""
    composed: Any = walk.rewritten(printed, lambda _, text: unicodedata.normalize("NFC", text))
    return hashlib.sha256(rfc8785.dumps(composed)).hexdigest()


def texts(block: PrintedBlock) -> Iterator[str]:
    """Yield every inline Markdown text of a block in printing order."""
    if lead := block.get("lead"):
        yield str(lead)
    if block["type"] == "demands":
        for demands in block["lists"]:
            for demand in demands["demands"]:
                yield demand["text"]
                yield demand.get("rationale", "")
    elif block["type"] in {"list", "cases"}:
        yield from block["items"]
    elif block["type"] in {"paragraph", "heading", "quote"}:
        yield block["text"]


def cases_of(block: PortableBlock, document: PortableDocument) -> list[str]:
    """Return the ids of the cases that a block prints, a line each; none where it has its own."""
    if "cases" not in block or "items" in block["cases"]:
        return []
    return [case["id"] for case in _chosen_cases(block["cases"], document)]


def _block(block: PortableBlock, document: PortableDocument) -> PrintedBlock:
    if "paragraph" in block:
        return {"type": "paragraph", "text": block["paragraph"]}
    if "heading" in block:
        return {"type": "heading", "text": block["heading"]}
    if "quote" in block:
        return _quote(block["quote"], document)
    if "list" in block:
        return _list(block["list"])
    if "demands" in block:
        return _demands(block["demands"], document)
    return _cases(block["cases"], document)


def _quote(quote: PortableQuote, document: PortableDocument) -> PrintedQuote:
    printed: PrintedQuote = {"type": "quote", **_given(quote)}
    if day := quote.get("retrieved"):
        # In the language of the sentence that it goes into, which may be ours.
        printed["retrieved"] = languages.date_text(day, words(document["language"]).language)
    return printed


def _list(listed: PortableItems) -> PrintedList:
    return {
        "type": "list",
        **_lead(listed),
        "ordered": listed.get("ordered", False),
        "items": listed["items"],
    }


def _demands(block: PortableDemands, document: PortableDocument) -> PrintedDemands:
    layout = block.get("layout", "list")
    has_headings = layout == "list" and block.get("headings", True)
    lists: list[PrintedDemandList] = []
    for asked, demands in _chosen(block, document.get("demand_lists", [])):
        one: PrintedDemandList = {"demands": [_demand(demand) for demand in demands]}
        if has_headings:
            country = names.country(asked.get("country"), document)
            one["heading"] = country or asked["party"]["name"]
        lists.append(one)
    return {"type": "demands", **_lead(block), "layout": layout, "lists": lists}


def _chosen(
    block: PortableDemands, lists: list[PortableDemandList]
) -> Iterator[tuple[PortableDemandList, list[PortableDemand]]]:
    """Yield the demand lists of a block, each with those of its demands that print."""
    by_key = {list_key(asked): asked for asked in lists}
    if "ids" in block:
        of = {each["id"]: (key, each) for key, asked in by_key.items() for each in asked["demands"]}
        for key, run in groupby((of[name] for name in block["ids"]), key=lambda pick: pick[0]):
            yield by_key[key], [demand for _, demand in run]
        return
    chosen = [by_key[key] for key in block["lists"]] if "lists" in block else lists
    for asked in chosen:
        if asked["demands"]:
            yield asked, asked["demands"]


def list_key(asked: PortableDemandList) -> str:
    """Return what a demands block calls a list: its country or the id of its party."""
    return asked["country"] if "country" in asked else asked["party"]["id"]


def _demand(demand: PortableDemand) -> PrintedDemand:
    printed: PrintedDemand = {"id": demand["id"], "text": demand["text"]}
    if rationale := demand.get("rationale"):
        printed["rationale"] = rationale
    return printed


def _cases(block: PortableCases, document: PortableDocument) -> PrintedCases:
    if "items" in block:
        items = [item["text"] for item in block["items"]]
    else:
        items = [_case(case, document) for case in _chosen_cases(block, document)]
    return {"type": "cases", **_lead(block), "items": items}


def _chosen_cases(block: PortableCases, document: PortableDocument) -> list[PortableCase]:
    """Return the cases of a block that has no lines of its own."""
    cases = document.get("cases", [])
    if "ids" in block:
        of = {case["id"]: case for case in cases}
        return [of[name] for name in block["ids"]]
    codes = block["countries"]
    return [case for code in codes for case in cases if case["country"] == code]


def _case(case: PortableCase, document: PortableDocument) -> str:
    """Return a case's line: "Name (born), summary", or "Name, occupation", or its label."""
    if not case.get("may_be_named", True):
        return markdown.escape(names.label(case, document))
    name, says = case["name"], case.get("summary")
    if says and "born" in case:
        name += f" ({languages.digits(str(case['born']), document['language'])})"
    return markdown.escape(names.listed([name, says or case.get("occupation")], document))


def _footnotes(
    blocks: Iterable[PrintedBlock], footnotes: Mapping[str, str]
) -> list[PrintedFootnote]:
    """Return the footnotes that print, in the order of first reference."""
    waiting = [text for block in blocks for text in texts(block)]
    found: dict[str, PrintedFootnote] = {}
    for text in waiting:  # grows: a footnote may refer to another
        for name in markdown.footnote_labels(text):
            if name not in found:
                found[name] = {"label": name, "text": footnotes[name]}
                waiting.append(footnotes[name])
    return list(found.values())


def _addressee(addressee: PortableAddressee, document: PortableDocument) -> PortableAddressee:
    printed = _given(addressee)
    if code := addressee.get("country"):
        printed["country"] = names.country(code, document)
    return printed


def _place_and_day(
    document: PortableDocument, name: str = "", place: str = "", country: str = "", date: str = ""
) -> str:
    day = date and languages.date_text(date, document["language"])
    return names.listed([name, place, names.country(country, document), day], document)


def _lead(block: PortableItems | PortableDemands | PortableCases) -> _Led:
    return {"lead": block["lead"]} if block.get("lead") else {}


def _given(part: _Part) -> _Part:
    # What is needed is never empty.
    return cast("_Part", {key: value for key, value in part.items() if value})
