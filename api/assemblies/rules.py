"""What a template may see, and the document that its draft becomes. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

from api.cases.service import Closed
from api.coalitions.models import MemberRole
from api.config import share
from api.errors import Code, Fault, point
from api.organisations.models import Organisation
from api.organisations.rules import name_in
from api.portable.rules import names, printing, reading
from api.portable.rules.names import Wording
from api.statements.rules import is_settled, with_notes
from api.templates.models import TemplateSource
from api.templates.service import FilledTemplate
from api.texts.rules import markdown
from api.texts.rules.document import (
    PortableBlock,
    PortableCase,
    PortableCoalition,
    PortableDemand,
    PortableDemandList,
    PortableDemands,
    PortableDocument,
)

NOTES_LOST = "Its footnotes stayed in the text that it comes from: write them anew if needed."
HOW = "Send demands.include_released_and_deceased to take it in."
_OF_A_DEMAND = ("id", "text", "kind", "addressee", "cases")
# An official or body as a template sees it, without its e-mail address.
OF_AN_ADDRESSEE = ("name", "title", "organisation", "country", "salutation")
_RANK = {"lead": 0, "member": 1}  # observers do not sign


def chosen(
    lists: Iterable[PortableDemandList], statuses: Sequence[str], ids: Sequence[str] | None
) -> list[PortableDemandList]:
    """Return the demand lists with those demands that a draft takes; empty lists go.

    What a demand's words refer to are footnotes of another text: the references go as well.
    """
    taken: list[PortableDemandList] = []
    for asked in lists:
        demands = [
            with_notes(each, ())
            for each in asked["demands"]
            if (each["id"] in ids if ids is not None else each.get("status", "open") in statuses)
        ]
        if demands:
            taken.append({**asked, "demands": demands})
    return taken


@dataclass(frozen=True, kw_only=True)
class LeftOutCases:
    """What of a coalition does not go into a text unasked: its closed cases, and their releases."""

    closed: Mapping[str, Closed]
    cases: Mapping[str, PortableCase]  # those
    demands: Mapping[str, PortableDemand]  # by key
    list_of: Mapping[str, str]  # of each such demand
    lists: frozenset[str]  # of which nothing is left
    countries: frozenset[str]  # of which no case is left

    def given(self, language: str, coalition: PortableCoalition) -> dict[str, object]:
        """Return what the filling has to know, to tell it from what never was there."""
        cases = [case_given(each, language, coalition) for each in self.cases.values()]
        about = {
            key: self.closed[key].told(sees_all=False)
            for demand in self.demands.values()
            for key in demand["cases"]
        }
        there = {"lists": sorted(self.lists), "countries": sorted(self.countries)}
        return {**there, "cases": cases, "about": about}

    def warnings(
        self, document: PortableDocument, body: Iterable[PortableBlock], *, sees_all: bool
    ) -> Iterator[Fault]:
        """Yield what a draft would hold otherwise, by name; `body` is as its template has it."""
        wanted = [block["demands"] for block in body if "demands" in block]
        named = {each["id"] for each in document.get("cases", ())}
        for key, demand in self.demands.items():
            in_lists = any(
                self.list_of[key] in block.get("lists", [self.list_of[key]])
                for block in wanted
                if "ids" not in block
            )
            by_id = any(key in block.get("ids", ()) for block in wanted)
            if in_lists or by_id or named & set(demand["cases"]):
                who = ", ".join(self.closed[one].told(sees_all=sees_all) for one in demand["cases"])
                yield Fault(
                    "/document", Code.LEFT_OUT, f"Left out: the demand {key} about {who}. {HOW}"
                )
        codes = {code for block in body for code in block.get("cases", {}).get("countries", ())}
        for key, case in self.cases.items():
            if case["country"] in codes:
                who = self.closed[key].told(sees_all=sees_all)
                yield Fault("/document", Code.LEFT_OUT, f"Left out of the cases: {who}. {HOW}")


def left_out(
    lists: Iterable[PortableDemandList],
    cases: Mapping[str, PortableCase],
    closed: Mapping[str, Closed],
) -> tuple[list[PortableDemandList], LeftOutCases]:
    """Return the demand lists without what is settled, and that with the cases that are closed."""
    kept: list[PortableDemandList] = []
    settled: dict[str, PortableDemand] = {}
    list_of: dict[str, str] = {}
    for asked in lists:
        mine = {each["id"]: each for each in asked["demands"] if is_settled(each, closed)}
        settled |= mine
        list_of |= dict.fromkeys(mine, printing.list_key(asked))
        rest = [each for each in asked["demands"] if each["id"] not in mine]
        if rest:
            kept.append({**asked, "demands": rest})
    gone = {key: case for key, case in cases.items() if key in closed}
    there = {case["country"] for key, case in cases.items() if key not in closed}
    return kept, LeftOutCases(
        closed=closed,
        cases=gone,
        demands=settled,
        list_of=list_of,
        lists=frozenset(list_of.values()) - {printing.list_key(each) for each in kept},
        countries=frozenset(case["country"] for case in gone.values()) - there,
    )


_, NOTHING = left_out((), {}, {})


def noted(lists: Iterable[PortableDemandList]) -> frozenset[str]:
    """Return the ids of the demands whose words refer to footnotes."""
    demands = (each for asked in lists for each in asked["demands"])
    return frozenset(
        each["id"]
        for each in demands
        if any(map(markdown.footnote_labels, (each["text"], each.get("rationale", ""))))
    )


def lost_notes(document: PortableDocument, of: frozenset[str]) -> Iterator[Fault]:
    """Yield a warning for each demand of a draft whose footnotes did not come along."""
    for place, asked in enumerate(document.get("demand_lists", ())):
        for number, each in enumerate(asked["demands"]):
            if each["id"] in of:
                pointer = point("document", "demand_lists", place, "demands", number)
                yield Fault(pointer, Code.LEFT_OUT, NOTES_LOST)


def members_given(
    members: Iterable[tuple[MemberRole, Organisation]], language: str
) -> list[dict[str, str | None]]:
    """Return the members that sign, leads first, each by its name in a language."""
    signing = sorted(
        (each for each in members if each[0] in _RANK), key=lambda each: _RANK[each[0]]
    )
    return [
        {
            "name": name_in(organisation.names, language),
            "acronym": organisation.acronym,
            "country": organisation.country,
            "role": str(role),
        }
        for role, organisation in signing
    ]


def list_given(
    asked: PortableDemandList, language: str, coalition: PortableCoalition
) -> dict[str, object]:
    """Return a demand list as a template sees it."""
    whole: Wording = {"language": language, "coalition": coalition}
    party = asked.get("party")
    return {
        "country": asked.get("country"),
        "party": party and party["id"],
        "name": party["name"] if party else names.country(asked["country"], whole),
        "demands": [
            {"status": "open", **{key: each.get(key) for key in _OF_A_DEMAND}}
            | ({"status": each["status"]} if "status" in each else {})
            for each in asked["demands"]
        ],
    }


def case_given(
    case: PortableCase, language: str, coalition: PortableCoalition
) -> dict[str, object]:
    """Return a case as a template sees it: by its name only where that may be published."""
    whole: Wording = {"language": language, "coalition": coalition}
    given = {key: case.get(key) for key in ("id", "country", "occupation", "status")}
    if case.get("may_be_named", True):
        return {**given, "label": case["name"]} | {
            key: case.get(key) for key in ("born", "summary")
        }
    return {**given, "label": names.label(case, whole)}


@dataclass(frozen=True, kw_only=True)
class Specimen:
    """What a preview is filled with where nothing real is to be shown."""

    lists: list[PortableDemandList]
    cases: dict[str, PortableCase]
    members: list[dict[str, str | None]]


def specimen(countries: Iterable[str]) -> Specimen:
    """Return invented demand lists, cases and members, for these countries and the usual ones.

    A country that `templates/specimen.yaml` has no part for gets one of another.
    """
    invented = _invented()
    parts, usual = invented["parts"], invented["countries"]
    found = Specimen(lists=[], cases={}, members=invented["members"])
    for place, code in enumerate(dict.fromkeys([*countries, *usual])):
        is_usual = code in usual
        part = parts[usual.index(code) if is_usual else place % len(parts)]
        end = "" if is_usual else f"-{code.lower()}"
        for case in part["cases"]:
            found.cases[case["id"] + end] = case | {"id": case["id"] + end, "country": code}
        demands: list[PortableDemand] = []
        for number, each in enumerate(part["demands"], 1):
            about = [key + end for key in each.get("cases", ())]
            demands.append({"id": f"{code.lower()}-{number}"} | each | {"cases": about})
        found.lists.append({"country": code, "demands": demands})
    return found


@cache
def _invented() -> dict[str, Any]:
    return reading.read(share("templates", "specimen.yaml").read_bytes(), first="members")


def document(  # noqa: PLR0913 # the parts that a document is made of
    source: TemplateSource,
    draft: FilledTemplate,
    slug: str,
    lists: Sequence[PortableDemandList],
    cases: Mapping[str, PortableCase],
    *,
    specimen: bool,
    without: LeftOutCases = NOTHING,
) -> dict[str, object]:
    """Return the portable document of a filled template, with the demands and cases it prints."""
    body = list(_without(draft["body"], cases, without))
    printed = list(_printed(lists, body))
    named = dict.fromkeys(_named(printed, body, cases))
    about: dict[str, object] = {
        key: source[key] for key in ("kind", "language", "theme") if key in source
    }
    whole = {"slug": slug, **about, **draft, "body": body}
    if named:
        whole["cases"] = [cases[key] for key in named if key in cases]
    if printed:
        whole["demand_lists"] = printed
    return whole | ({"specimen": True} if specimen else {})


def _without(
    body: Iterable[PortableBlock], cases: Mapping[str, PortableCase], gone: LeftOutCases
) -> Iterator[PortableBlock]:
    """Yield the blocks without what is left out; one of which nothing is left goes as well."""
    closed_of = {each["country"] for each in gone.cases.values()}
    for block in body:
        if "demands" in block:
            rest = _minus(block["demands"], "ids", gone.demands)
            rest = rest and _minus(rest, "lists", gone.lists)
            if rest is not None:
                yield {"demands": rest}
        elif "cases" in block and not closed_of.isdisjoint(block["cases"].get("countries", ())):
            chosen = block["cases"].copy()
            chosen["ids"] = [
                key
                for code in chosen.pop("countries")
                for key, case in cases.items()
                if case["country"] == code and key not in gone.cases
            ]
            if chosen["ids"]:
                yield {"cases": chosen}
        else:
            yield block


def _minus(
    block: PortableDemands, key: Literal["ids", "lists"], gone: Collection[str]
) -> PortableDemands | None:
    """Return a block without what is gone of what it names; None where nothing is left."""
    if set(gone).isdisjoint(block.get(key, ())):
        return block
    rest = block.copy()
    rest[key] = [each for each in block[key] if each not in gone]
    return rest if rest[key] else None


def _printed(
    lists: Iterable[PortableDemandList], body: Iterable[PortableBlock]
) -> Iterator[PortableDemandList]:
    """Yield the lists that blocks print, each with those of its demands that they print."""
    blocks = [block["demands"] for block in body if "demands" in block]
    ids = {key for block in blocks for key in block.get("ids", ())}
    for asked in lists:
        key = printing.list_key(asked)
        is_whole = any("ids" not in block and key in block.get("lists", [key]) for block in blocks)
        demands = [each for each in asked["demands"] if is_whole or each["id"] in ids]
        if demands:
            yield {**asked, "demands": demands}


def _named(
    lists: Iterable[PortableDemandList],
    body: Iterable[PortableBlock],
    cases: Mapping[str, PortableCase],
) -> Iterator[str]:
    """Yield the ids of the cases that demands and blocks name."""
    for asked in lists:
        for demand in asked["demands"]:
            yield from demand.get("cases", ())
    for block in body:
        if "cases" not in block:
            continue
        wanted = block["cases"]
        yield from wanted.get("ids", ())
        for item in wanted.get("items", ()):
            yield from item.get("cases", ())
        countries = wanted.get("countries", ())
        yield from (key for key, case in cases.items() if case["country"] in countries)
