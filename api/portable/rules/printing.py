"""A statement document resolved to the words that print, and the hash of what is signed."""

from __future__ import annotations

import hashlib
import unicodedata
from itertools import groupby
from typing import TYPE_CHECKING, Any, Literal, NotRequired, TypedDict

import rfc8785

from api.infra.text import languages
from api.portable.rules import names
from api.portable.rules.signing import Signatories, signatories
from api.texts.rules import markdown
from api.texts.rules.words import words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

__all__ = ["Printed", "Signatories", "fingerprint", "resolve", "signatories"]


class PrintedAddressee(TypedDict):
    """To whom; each part is plain text."""

    name: str
    title: NotRequired[str]
    organisation: NotRequired[str]
    country: NotRequired[str]
    salutation: NotRequired[str]


class _Led(TypedDict, total=False):
    lead: str


class PrintedText(TypedDict):
    """A paragraph or a heading."""

    type: Literal["paragraph", "heading"]
    text: str


class PrintedQuote(TypedDict):
    """A quote; its source is plain text."""

    type: Literal["quote"]
    lead: NotRequired[str]
    text: str
    source: NotRequired[str]
    locator: NotRequired[str]
    url: NotRequired[str]
    retrieved: NotRequired[str]


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


class PrintedContact(TypedDict):
    """Whom to ask."""

    name: str
    role: NotRequired[str]
    email: NotRequired[str]
    phone: NotRequired[str]


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
    addressees: list[PrintedAddressee]
    blocks: list[PrintedBlock]
    footnotes: list[PrintedFootnote]
    contacts: list[PrintedContact]


def resolve(document: Mapping[str, Any]) -> Printed:
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
        "contacts": [_given(one) for one in document.get("contacts", [])],  # type: ignore[misc] # the same keys
    }
    if dateline := _place_and_day(document.get("dateline", {}), document):
        printed["dateline"] = dateline
    if occasion := _place_and_day(document.get("occasion", {}), document):
        printed["occasion"] = occasion
    return printed


def fingerprint(printed: Printed) -> str:
    """Return the SHA-256 of what is signed: RFC 8785 canonical JSON of its NFC text."""
    return hashlib.sha256(rfc8785.dumps(_composed(printed))).hexdigest()


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
    else:
        yield block["text"]  # type: ignore[typeddict-item] # as above


def _block(block: Mapping[str, Any], document: Mapping[str, Any]) -> PrintedBlock:
    ((kind, content),) = block.items()
    return _BLOCKS[kind](content, document)


def _paragraph(text: str, _: Mapping[str, Any]) -> PrintedText:
    return {"type": "paragraph", "text": text}


def _heading(text: str, _: Mapping[str, Any]) -> PrintedText:
    return {"type": "heading", "text": text}


def _quote(quote: Mapping[str, Any], document: Mapping[str, Any]) -> PrintedQuote:
    printed: PrintedQuote = {"type": "quote", **_given(quote)}  # type: ignore[typeddict-item] # the same keys
    if day := quote.get("retrieved"):
        # In the language of the sentence that it goes into, which may be ours.
        printed["retrieved"] = languages.date_text(day, words(document["language"]).language)
    return printed


def _list(listed: Mapping[str, Any], _: Mapping[str, Any]) -> PrintedList:
    return {
        "type": "list",
        **_lead(listed),
        "ordered": listed.get("ordered", False),
        "items": listed["items"],
    }


def _demands(block: Mapping[str, Any], document: Mapping[str, Any]) -> PrintedDemands:
    layout = block.get("layout", "list")
    has_headings = layout == "list" and block.get("headings", True)
    lists: list[PrintedDemandList] = []
    for asked, demands in _chosen(block, document.get("demand_lists", [])):
        one: PrintedDemandList = {"demands": [_demand(demand) for demand in demands]}
        if has_headings:
            one["heading"] = _heading_of(asked, document)
        lists.append(one)
    return {"type": "demands", **_lead(block), "layout": layout, "lists": lists}


def _chosen(
    block: Mapping[str, Any], lists: list[Mapping[str, Any]]
) -> Iterator[tuple[Mapping[str, Any], list[Mapping[str, Any]]]]:
    """Yield the demand lists of a block, each with those of its demands that print."""
    if "ids" in block:
        of = {demand["id"]: (asked, demand) for asked in lists for demand in asked["demands"]}
        picked = [of[name] for name in block["ids"]]
        for key, run in groupby(picked, key=lambda pick: list_key(pick[0])):
            yield by_key(lists)[key], [demand for _, demand in run]
        return
    chosen = [by_key(lists)[key] for key in block["lists"]] if "lists" in block else lists
    for asked in chosen:
        if asked["demands"]:
            yield asked, asked["demands"]


def list_key(asked: Mapping[str, Any]) -> str:
    """Return what a demands block calls a list: its country or the id of its party."""
    return str(asked["country"] if "country" in asked else asked["party"]["id"])


def by_key(lists: Iterable[Mapping[str, Any]]) -> dict[str, Mapping[str, Any]]:
    return {list_key(asked): asked for asked in lists}


def _heading_of(asked: Mapping[str, Any], document: Mapping[str, Any]) -> str:
    if "country" in asked:
        return names.country(asked["country"], document)
    return str(asked["party"]["name"])


def _demand(demand: Mapping[str, Any]) -> PrintedDemand:
    printed: PrintedDemand = {"id": demand["id"], "text": demand["text"]}
    if rationale := demand.get("rationale"):
        printed["rationale"] = rationale
    return printed


def _cases(block: Mapping[str, Any], document: Mapping[str, Any]) -> PrintedCases:
    cases = document.get("cases", [])
    if "items" in block:
        items = [item["text"] for item in block["items"]]
    elif "ids" in block:
        of = {case["id"]: case for case in cases}
        items = [_case(of[name], document) for name in block["ids"]]
    else:
        items = [
            _case(case, document)
            for code in block["countries"]
            for case in cases
            if case["country"] == code
        ]
    return {"type": "cases", **_lead(block), "items": items}


def _case(case: Mapping[str, Any], document: Mapping[str, Any]) -> str:
    """Return a case's line: "Name (born), summary", or "Name, occupation", or its label."""
    if not case.get("may_be_named", True):
        return markdown.escape(names.label(case, document))
    name, says = case["name"], case.get("summary")
    if says and "born" in case:
        name += f" ({languages.digits(str(case['born']), document['language'])})"
    parts = filter(None, [name, says or case.get("occupation")])
    return markdown.escape(languages.comma(document["language"]).join(parts))


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


def _addressee(addressee: Mapping[str, Any], document: Mapping[str, Any]) -> PrintedAddressee:
    printed: PrintedAddressee = _given(addressee)  # type: ignore[assignment] # the same keys
    if code := addressee.get("country"):
        printed["country"] = names.country(code, document)
    return printed


def _place_and_day(part: Mapping[str, Any], document: Mapping[str, Any]) -> str:
    code, day, language = part.get("country"), part.get("date"), document["language"]
    parts = [
        part.get("name"),
        part.get("place"),
        code and names.country(code, document),
        day and languages.date_text(day, language),
    ]
    return languages.comma(language).join(filter(None, parts))


def _lead(block: Mapping[str, Any]) -> _Led:
    return {"lead": block["lead"]} if block.get("lead") else {}


def _given(part: Mapping[str, str]) -> dict[str, str]:
    return {key: value for key, value in part.items() if value}


def _composed(value: Any) -> Any:
    """Return data with every text in NFC, so that equal words have equal hashes."""
    if isinstance(value, str):
        return unicodedata.normalize("NFC", value)
    if isinstance(value, dict):
        return {_composed(key): _composed(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_composed(inner) for inner in value]
    return value


_BLOCKS: Mapping[str, Callable[[Any, Mapping[str, Any]], PrintedBlock]] = {
    "paragraph": _paragraph,
    "heading": _heading,
    "quote": _quote,
    "list": _list,
    "demands": _demands,
    "cases": _cases,
}
