"""What a template may see, and the document that its draft becomes. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from api.config import share
from api.errors import Fault, point
from api.organisations.rules import name_in
from api.portable.rules import names, reading
from api.texts.rules import markdown

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from api.coalitions.models import Addressee, MemberRole
    from api.organisations.models import Organisation

NOTES_LOST = "Its footnotes stayed in the text that it comes from: write them anew if needed."
_OF_A_DEMAND = ("id", "text", "kind", "addressee", "cases")
_OF_AN_ADDRESSEE = ("name", "title", "organisation", "country", "salutation")
_NOTED = ("text", "rationale")  # of a demand: what may refer to footnotes
_RANK = {"lead": 0, "member": 1}  # observers do not sign


def chosen(
    lists: Iterable[Mapping[str, Any]], statuses: Sequence[str], ids: Sequence[str] | None
) -> list[dict[str, Any]]:
    """Return the demand lists with those demands that a draft takes; empty lists go.

    What a demand's words refer to are footnotes of another text: the references go as well.
    """
    taken = []
    for asked in lists:
        demands = [
            _without_notes(each)
            for each in asked["demands"]
            if (each["id"] in ids if ids is not None else each.get("status", "open") in statuses)
        ]
        if demands:
            taken.append({**asked, "demands": demands})
    return taken


def _without_notes(demand: Mapping[str, Any]) -> dict[str, Any]:
    bare = {key: markdown.without_notes(demand[key]) for key in _NOTED if key in demand}
    return {**demand, **bare}


def noted(lists: Iterable[Mapping[str, Any]]) -> frozenset[str]:
    """Return the ids of the demands whose words refer to footnotes."""
    demands = (each for asked in lists for each in asked["demands"])
    return frozenset(
        each["id"]
        for each in demands
        if any(markdown.footnote_labels(each.get(key, "")) for key in _NOTED)
    )


def lost_notes(document: Mapping[str, Any], of: frozenset[str]) -> Iterator[Fault]:
    """Yield a warning for each demand of a draft whose footnotes did not come along."""
    for place, asked in enumerate(document.get("demand_lists", ())):
        for number, each in enumerate(asked["demands"]):
            if each["id"] in of:
                pointer = point("document", "demand_lists", place, "demands", number)
                yield Fault(pointer, NOTES_LOST)


def members_given(
    members: Iterable[tuple[MemberRole, Organisation]], language: str
) -> list[dict[str, Any]]:
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
    asked: Mapping[str, Any], language: str, coalition: Mapping[str, Any]
) -> dict[str, Any]:
    """Return a demand list as a template sees it."""
    whole = {"language": language, "coalition": coalition}
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
    case: Mapping[str, Any], language: str, coalition: Mapping[str, Any]
) -> dict[str, Any]:
    """Return a case as a template sees it: by its name only where that may be published."""
    whole = {"language": language, "coalition": coalition}
    given = {key: case.get(key) for key in ("id", "country", "occupation", "status")}
    if case.get("may_be_named", True):
        return {**given, "label": case["name"]} | {
            key: case.get(key) for key in ("born", "summary")
        }
    return {**given, "label": names.label(case, whole)}


def addressee_given(addressee: Addressee) -> dict[str, Any]:
    """Return an official or body as a template sees it, without its e-mail address."""
    return {key: getattr(addressee, key) for key in _OF_AN_ADDRESSEE}


@dataclass(frozen=True, kw_only=True)
class Specimen:
    """What a preview is filled with where nothing real is to be shown."""

    lists: list[dict[str, Any]]
    cases: dict[str, dict[str, Any]]
    members: list[dict[str, Any]]


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
            found.cases[case["id"] + end] = {**case, "id": case["id"] + end, "country": code}
        demands = []
        for number, each in enumerate(part["demands"], 1):
            about = [key + end for key in each.get("cases", ())]
            demands.append({"id": f"{code.lower()}-{number}", **each, "cases": about})
        found.lists.append({"country": code, "demands": demands})
    return found


@cache
def _invented() -> dict[str, Any]:
    return reading.read(share("templates", "specimen.yaml").read_bytes(), first="members")


def document(  # noqa: PLR0913 # the parts that a document is made of
    source: Mapping[str, Any],
    draft: Mapping[str, Any],
    slug: str,
    lists: Sequence[Mapping[str, Any]],
    cases: Mapping[str, Mapping[str, Any]],
    *,
    specimen: bool,
) -> dict[str, Any]:
    """Return the portable document of a filled template, with the demands and cases it prints."""
    printed = list(_printed(lists, draft["body"]))
    named = dict.fromkeys(_named(printed, draft["body"], cases))
    about = {key: source[key] for key in ("kind", "language", "theme") if key in source}
    whole = {"slug": slug, **about, **draft}
    if named:
        whole["cases"] = [cases[key] for key in named if key in cases]
    if printed:
        whole["demand_lists"] = printed
    return whole | ({"specimen": True} if specimen else {})


def _printed(
    lists: Iterable[Mapping[str, Any]], body: Iterable[Mapping[str, Any]]
) -> Iterator[dict[str, Any]]:
    """Yield the lists that blocks print, each with those of its demands that they print."""
    blocks = [block["demands"] for block in body if "demands" in block]
    ids = {key for block in blocks for key in block.get("ids", ())}
    for asked in lists:
        key = asked.get("country") or asked["party"]["id"]
        is_whole = any("ids" not in block and key in block.get("lists", [key]) for block in blocks)
        demands = [each for each in asked["demands"] if is_whole or each["id"] in ids]
        if demands:
            yield {**asked, "demands": demands}


def _named(
    lists: Iterable[Mapping[str, Any]],
    body: Iterable[Mapping[str, Any]],
    cases: Mapping[str, Mapping[str, Any]],
) -> Iterator[str]:
    """Yield the ids of the cases that demands and blocks name."""
    for asked in lists:
        for demand in asked["demands"]:
            yield from demand.get("cases", ())
    for block in body:
        wanted = block.get("cases", {})
        yield from wanted.get("ids", ())
        for item in wanted.get("items", ()):
            yield from item.get("cases", ())
        countries = wanted.get("countries", ())
        yield from (key for key, case in cases.items() if case["country"] in countries)
