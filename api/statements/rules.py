"""How a statement moves, what differs between two of its texts, and what texts asked before."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from api.accounts.rules import Role
from api.cases.rules import NameIndex
from api.cases.service import Closed
from api.demands.models import FOR_FREEDOM, UNANSWERED
from api.errors import Code, Conflict, Fault, point
from api.infra.text import spelling
from api.portable.rules import walk
from api.statements.models import State, Weight
from api.texts.rules import markdown
from api.texts.rules.document import (
    PortableCase,
    PortableDemand,
    PortableDemandList,
    PortableDocument,
)

# Where a text may go from where, and who may send it there.
MOVES: dict[State, dict[State, Role]] = {
    State.DRAFT: {State.REVIEW: Role.EDITOR, State.ARCHIVED: Role.COORDINATOR},
    State.REVIEW: {
        State.DRAFT: Role.EDITOR,
        State.PUBLISHED: Role.COORDINATOR,
        State.ARCHIVED: Role.COORDINATOR,
    },
    State.PUBLISHED: {
        State.SUPERSEDED: Role.COORDINATOR,
        State.WITHDRAWN: Role.COORDINATOR,
        State.ARCHIVED: Role.COORDINATOR,
    },
    State.SUPERSEDED: {State.ARCHIVED: Role.COORDINATOR},
    State.WITHDRAWN: {State.ARCHIVED: Role.COORDINATOR},
    State.ARCHIVED: {},
}
WRITABLE = frozenset({State.DRAFT, State.REVIEW, State.PUBLISHED})


class WrongMove(Conflict, title="A statement cannot move there"):
    """A statement's life goes one way."""


class TextClosed(Conflict, title="This text is closed"):
    """A text that was superseded, withdrawn or archived is not written on."""


class SigningOpened(Conflict, title="Signing has opened"):
    """What people have signed does not move under them."""


class NotFrozen(Conflict, title="The text is not frozen yet"):
    """Only a frozen text can be reviewed, signed and published."""


class WeightNeeded(Conflict, title="Say what the change means"):
    """After the first, a revision says what it means for those who stand behind the text."""


class NotEditorial(Conflict, title="This change may be more than editorial"):
    """What may turn the sense is editorial only where an owner says why."""


class NotConfirmed(Conflict, title="The text names people who were released or have died"):
    """A text asks for the free and the dead only where somebody says that it is right."""


def move(current: State, wanted: State) -> Role:
    """Return the role that a move needs, or raise WrongMove."""
    if wanted not in MOVES[current]:
        there = " or ".join(MOVES[current]) or "nowhere"
        raise WrongMove(f"From {current} it goes to {there}.")
    return MOVES[current][wanted]


def must_be_writable(state: State) -> None:
    """Let a text that may still be written on pass, or raise TextClosed."""
    if state not in WRITABLE:
        raise TextClosed(f"It is {state}. Begin a new statement from its text: POST to its copies.")


def weighed(number: int, state: State, wanted: Weight | None) -> Weight:
    """Return what revision `number` means, or raise WeightNeeded or TextClosed."""
    if number == 1:
        return Weight.FIRST
    if wanted not in {Weight.EDITORIAL, Weight.MATERIAL}:
        raise WeightNeeded(
            "Send weight: editorial where signatures carry over (a comma, a typing error),"
            " material where each must be confirmed again."
        )
    if state is State.PUBLISHED and wanted is Weight.MATERIAL:
        raise TextClosed("A published text takes editorial revisions only. Publish a successor.")
    return wanted


@dataclass(frozen=True)
class WeightClaim:
    """What somebody says that a revision means, for who stands behind the one before it."""

    weight: Weight | None = None
    note: str | None = None
    reason: str | None = None  # an owner's: why what may turn the sense is editorial


def must_be_editorial(claim: WeightClaim, found: Sequence[Fault]) -> None:
    """Let a change pass in which nothing turns the sense, or of which an owner says why."""
    if found and claim.weight is Weight.EDITORIAL and not claim.reason:
        raise NotEditorial(
            "A demand, a number, a date, a name or a negation changed. Freeze it as material; or"
            " an owner sends a reason, which the members read.",
            found,
        )


@dataclass(frozen=True)
class Difference:
    """One place where two documents differ; None is nothing there."""

    pointer: str
    before: object
    after: object


def differences(
    before: object, after: object, place: tuple[str | int, ...] = ()
) -> Iterator[Difference]:
    """Yield where two documents differ. Things with an id are compared by it, not by place."""
    old, new = _keyed(before), _keyed(after)
    if old is not None and new is not None and isinstance(before, dict) == isinstance(after, dict):
        for key in dict.fromkeys([*old, *new]):
            yield from differences(old.get(key), new.get(key), (*place, key))
    elif before != after:
        yield Difference(point(*place), before, after)


def _keyed(value: object) -> Mapping[str, object] | None:
    """Return what is compared in a thing, or in a list whose things each have an id."""
    if isinstance(value, dict):
        return value
    if isinstance(value, list) and value and all(map(_key, value)):
        return {str(_key(each)): each for each in value}
    return None


def _key(value: object) -> str | None:
    """Return what a case, a demand or a demand list is known by."""
    if not isinstance(value, dict):
        return None
    if "demands" in value and ("country" in value or "party" in value):
        return str(value.get("country") or value["party"]["id"])
    return value.get("id")


def with_live_words(
    document: PortableDocument,
    cases: Mapping[str, PortableCase],
    demand_lists: Sequence[PortableDemandList],
) -> PortableDocument:
    """Return a document whose cases and demands have the words of the live ones.

    Which ones it holds stays as it is; what is no longer live keeps its words. They refer to no
    footnotes but the document's.
    """
    notes = document.get("footnotes", {})
    live = {
        each["id"]: with_notes(each, notes) for asked in demand_lists for each in asked["demands"]
    }
    renewed = document.copy()
    if "demand_lists" in document:
        renewed["demand_lists"] = [
            {**asked, "demands": [live.get(each["id"], each) for each in asked["demands"]]}
            for asked in document["demand_lists"]
        ]
    named = [key for each in demands_of(renewed) for key in each.get("cases", ())]
    old = {case["id"]: case for case in document.get("cases", ())}
    wanted = dict.fromkeys([*old, *[key for key in named if key in cases]])
    if wanted:
        renewed["cases"] = [cases.get(key) or old[key] for key in wanted]
    return renewed


def with_notes(demand: PortableDemand, notes: Container[str]) -> PortableDemand:
    """Return a demand whose words refer to these footnotes only."""
    bare = demand.copy()
    bare["text"] = markdown.without_notes(demand["text"], notes)
    if "rationale" in demand:
        bare["rationale"] = markdown.without_notes(demand["rationale"], notes)
    return bare


def demands_of(document: PortableDocument) -> Iterator[PortableDemand]:
    """Yield every demand of a document."""
    for asked in document.get("demand_lists", ()):
        yield from asked["demands"]


LEAST_LIKENESS = 0.45


def past_demands(document: PortableDocument) -> Iterator[dict[str, object]]:
    """Yield what a document asks, as it is found again."""
    for asked in document.get("demand_lists", ()):
        for demand in asked["demands"]:
            yield {
                "key": demand["id"],
                "country": asked.get("country"),
                "party": asked["party"]["id"] if "party" in asked else None,
                "text": demand["text"],
                "stems": stems(demand["text"]),
            }


def stems(text: str) -> str:
    """Return how the words of a text begin, as an index of its wording."""
    return " ".join(sorted(spelling.stems(markdown.plain(text))))


def likenesses(sought: str, there: Iterable[str]) -> dict[str, float]:
    """Return how much of a text each wording says, from 0 to 1; only the like ones.

    A word weighs the more the fewer wordings have it: all ask that somebody "should" do something.
    """
    wordings = [(wording, frozenset(wording.split())) for wording in there]
    wanted = frozenset(sought.split())
    having = Counter(stem for _, found in wordings for stem in wanted & found)
    weights = {stem: math.log(1 + len(wordings) / max(1, having[stem])) for stem in wanted}
    whole = sum(weights.values())
    shares = {
        wording: sum(weights[stem] for stem in wanted & found) / whole
        for wording, found in wordings
        if whole
    }
    return {wording: share for wording, share in shares.items() if share >= LEAST_LIKENESS}


@dataclass(frozen=True)
class Mention:
    """A place at which a text names closed cases."""

    pointer: str
    keys: tuple[str, ...]
    asks: bool = False  # for the freedom of all whom it is about

    def warning(self, closed: Mapping[str, Closed], *, sees_all: bool) -> Fault:
        """Return what its author should look at."""
        who = ", ".join(closed[key].told(sees_all=sees_all) for key in self.keys)
        if self.asks:
            return Fault(
                self.pointer, Code.CASE_CLOSED, f"It asks for the freedom of {who}: take it out."
            )
        advice = f"It names {who}: see that it asks nothing that has passed."
        return Fault(self.pointer, Code.CASE_CLOSED, advice)


def is_settled(demand: PortableDemand, closed: Collection[str]) -> bool:
    """Tell whether a demand asks for the freedom of people of whom nobody is held any more."""
    about = demand.get("cases", ())
    is_for_freedom = demand.get("kind") in FOR_FREEDOM
    is_waiting = demand.get("status", "open") in UNANSWERED
    return is_for_freedom and is_waiting and bool(about) and all(key in closed for key in about)


def mentions(document: PortableDocument, closed: Mapping[str, Closed]) -> Iterator[Mention]:
    """Yield where a document names closed cases: by demands, by blocks, and in written words."""
    if not closed:
        return
    told: dict[walk.Path, set[str]] = {}
    for path, keys, demand in _naming(document):
        told[path] = set(keys)
        asks = demand is not None and is_settled(demand, closed)
        yield from _mention(point(*path), keys, closed, asks=asks)
    yield from _written(document, closed, told)


def cases_of(document: PortableDocument) -> set[str]:
    """Return the keys of all cases that a document has, and that its demands and blocks name."""
    named = {key for _, keys, _ in _naming(document) for key in keys}
    return named | {case["id"] for case in document.get("cases", ())}


def _mention(
    pointer: str, keys: Iterable[str], closed: Mapping[str, Closed], *, asks: bool = False
) -> Iterator[Mention]:
    if some := tuple(key for key in keys if key in closed):
        yield Mention(pointer, some, asks)


def _naming(
    document: PortableDocument,
) -> Iterator[tuple[walk.Path, Sequence[str], PortableDemand | None]]:
    """Yield where a document names cases by their keys, and the demand that does."""
    for place, asked in enumerate(document.get("demand_lists", ())):
        for number, demand in enumerate(asked["demands"]):
            path = ("demand_lists", place, "demands", number)
            yield path, demand.get("cases", ()), demand
    for place, block in enumerate(document["body"]):
        at, chosen = ("body", place, "cases"), block.get("cases", {})
        codes = chosen.get("countries", ())
        of = [each["id"] for each in document.get("cases", ()) if each["country"] in codes]
        yield (*at, "ids"), chosen.get("ids", ()), None
        yield (*at, "countries"), of, None
        for number, item in enumerate(chosen.get("items", ())):
            yield (*at, "items", number), item.get("cases", ()), None


def _written(
    document: PortableDocument,
    closed: Mapping[str, Closed],
    told: Mapping[walk.Path, set[str]],
) -> Iterator[Mention]:
    """Yield the written words that name closed cases of which nothing was said there already."""
    known: dict[str, list[str]] = {}
    for key, each in closed.items():
        for name in each.names:
            known.setdefault(name, []).append(key)
    sought = NameIndex(known)
    for leaf in walk.leaves_of(document) if sought else ():
        if leaf.kind == "title" or leaf.kind in walk.MARKDOWN:
            found = {key: None for name in sought.found_in(leaf.text) for key in known[name]}
            new = found.keys() - told.get(leaf.path[:-1], set())
            yield from _mention(leaf.pointer, [key for key in found if key in new], closed)


def unconfirmed(document: PortableDocument, closed: Mapping[str, Closed]) -> dict[str, bool]:
    """Return the closed cases that a text should not go out with unless somebody confirms each.

    It asks for their freedom (True), or does not know what has become of them.
    """
    knows = {case["id"]: case.get("status") for case in document.get("cases", ())}
    found: dict[str, bool] = {}
    for each in mentions(document, closed):
        for key in each.keys:
            if each.asks or knows.get(key) != closed[key].status:
                found[key] = each.asks or found.get(key, False)
    return found
