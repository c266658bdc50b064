"""What a template may see, and the document that its draft becomes. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from api.organisations.rules import name_in
from api.portable.rules import names

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from api.coalitions.models import MemberRole
    from api.organisations.models import Organisation

_RANK = {"lead": 0, "member": 1}  # observers do not sign


def chosen(
    lists: Iterable[Mapping[str, Any]], statuses: Sequence[str], ids: Sequence[str] | None
) -> list[dict[str, Any]]:
    """Return the demand lists with those demands that a draft takes; empty lists go."""
    taken = []
    for asked in lists:
        demands = [
            each
            for each in asked["demands"]
            if (each["id"] in ids if ids is not None else each.get("status", "open") in statuses)
        ]
        if demands:
            taken.append({**asked, "demands": demands})
    return taken


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
            {"status": "open", **{key: each.get(key) for key in ("text", "kind", "addressee")}}
            | ({"status": each["status"]} if "status" in each else {})
            for each in asked["demands"]
        ],
    }


def case_given(
    case: Mapping[str, Any], language: str, coalition: Mapping[str, Any]
) -> dict[str, Any]:
    """Return a case as a template sees it: by its name only where that may be published."""
    whole = {"language": language, "coalition": coalition}
    public = case["name"] if case.get("may_be_named", True) else names.label(case, whole)
    return {"label": public} | {key: case.get(key) for key in ("country", "occupation", "status")}


def document(  # noqa: PLR0913 # the parts that a document is made of
    source: Mapping[str, Any],
    draft: Mapping[str, Any],
    slug: str,
    lists: Sequence[Mapping[str, Any]],
    cases: Mapping[str, Mapping[str, Any]],
    *,
    specimen: bool,
) -> dict[str, Any]:
    """Return the portable document of a filled template, with the lists and cases it prints."""
    printed = [asked for asked in lists if _is_printed(asked, draft["body"])]
    named = dict.fromkeys(_named(printed, draft["body"], cases))
    whole = {"slug": slug, "kind": source["kind"], "language": source["language"], **draft}
    if named:
        whole["cases"] = [cases[key] for key in named if key in cases]
    if printed:
        whole["demand_lists"] = list(printed)
    return whole | ({"specimen": True} if specimen else {})


def _is_printed(asked: Mapping[str, Any], body: Iterable[Mapping[str, Any]]) -> bool:
    key = asked.get("country") or asked["party"]["id"]
    for block in body:
        wanted = block.get("demands")
        if wanted is None:
            continue
        if "ids" in wanted:
            if any(each["id"] in wanted["ids"] for each in asked["demands"]):
                return True
        elif key in wanted.get("lists", [key]):
            return True
    return False


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
