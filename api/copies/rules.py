"""What a copy takes from its source, and what stays behind. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from enum import StrEnum

from api.errors import Code, Fault
from api.portable.rules import names as labels, secrecy
from api.texts.rules.document import PortableCase, PortableDemandList, PortableDocument

OCCASION = "This is the occasion of the text that you copied: say the new one."


class CopiedPart(StrEnum):
    """What of a coalition's set-up a new one begins with.

    `look`: accent and logo. `organisations`: with their logos. `members`: those of today, from
    today. `templates`: each in its newest version. `demands`: with their lists.
    """

    LOOK = "look"
    ORGANISATIONS = "organisations"
    MEMBERS = "members"
    ADDRESSEES = "addressees"
    TEMPLATES = "templates"
    DEMANDS = "demands"


# Who joined one coalition has not joined another, and nobody's data move unasked.
USUAL = (CopiedPart.LOOK, CopiedPart.ORGANISATIONS, CopiedPart.TEMPLATES)


def begun_from(
    document: PortableDocument,
    slug: str,
    title: str | None,
    unnamed: Mapping[str, PortableCase],
) -> PortableDocument:
    """Return the document of a new statement that begins as another one's.

    The day of its dateline and the count of those who signed stay behind. `unnamed` are the live
    cases that may not be named, by key, as documents hold them: each stands by its label of today.
    """
    for case in document.get("cases", ()):
        live = unnamed.get(case["id"])
        if live is not None and case.get("may_be_named", True):
            document = _taken_back(document, case, live)
    begun: PortableDocument = {**document, "slug": slug, "title": title or document["title"]}
    if "cases" in document:
        begun["cases"] = [unnamed.get(case["id"], case) for case in document["cases"]]
    begun.pop("withheld", None)
    if place := begun.pop("dateline", {}).get("place"):
        begun["dateline"] = {"place": place}
    return begun


def _taken_back(
    document: PortableDocument, case: PortableCase, live: PortableCase
) -> PortableDocument:
    """Return a document without what it calls a case that may not be named by now."""
    known = [*labels.called(case), *labels.called(live)]
    label = secrecy.Labels(labels.label(live, document))
    return secrecy.taken_back(document, known, live["id"], label)


def reminders(document: PortableDocument) -> Iterator[Fault]:
    """Yield what of a copy is right for its source only, as far as one can tell."""
    if "occasion" in document:
        yield Fault("/occasion", Code.LEFT_OUT, OCCASION)


def telling(things: Sequence[object], names: Collection[str]) -> set[int]:
    """Return the places of those in a list whose plain words hold one of the names."""
    return {int(pointer.split("/")[1]) for pointer in secrecy.telling(things, names)}


def telling_demands(
    lists: list[PortableDemandList], names: Collection[str]
) -> tuple[set[int], set[tuple[int, int]]]:
    """Return the places of the demand lists, and of demands in them, that hold a name."""
    whole, single = set(), set()
    for pointer in secrecy.telling({"demand_lists": lists}, names):
        place, part, *within = pointer.split("/")[2:]
        if part == "demands":
            single.add((int(place), int(within[0])))
        else:
            whole.add(int(place))
    return whole, single
