"""Ids that are unique, names that lead somewhere, and footnotes both ways."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from api.errors import Code, Fault, point
from api.portable.rules import identity, printing, walk
from api.portable.rules.walk import Leaf, Path
from api.texts.rules import markdown
from api.texts.rules.document import PortableDocument

Place = tuple[Path, str]  # where an id stands, and the id


@dataclass(frozen=True)
class Referenced:
    """What the blocks of a document name and it does not hold, in order."""

    lists: tuple[str, ...]
    demands: tuple[str, ...]
    cases: tuple[str, ...]


def wanted(document: Mapping[str, object]) -> Referenced:
    """Return what is named and not there; of any document, whatever is wrong with it."""

    def missing(known: Iterable[Place], named: Iterable[Place]) -> tuple[str, ...]:
        return tuple(dict.fromkeys(name for _, name in _missing(known, named)))

    return Referenced(
        missing(_list_keys(document), _named(document, "demands", "lists")),
        missing(_demand_ids(document), _named(document, "demands", "ids")),
        missing(_ids(document, "cases", ()), _named_cases(document)),
    )


def key_of(asked: object) -> str | None:
    """Return how blocks name a demand list: by its country's code or its party's id."""
    if not isinstance(asked, dict):
        return None
    found = asked.get("country") or walk.inside(asked, "party").get("id")
    return found if isinstance(found, str) else None


def faults(document: Mapping[str, object]) -> Iterator[Fault]:
    """Yield ids that are not unique and references that lead nowhere."""
    cases = list(_ids(document, "cases", ()))
    demands = list(_demand_ids(document))
    lists = list(_list_keys(document))
    blocks = list(_ids(document, "body", ()))
    yield from _twice(blocks, "Another block has this id: ids are unique.")
    for path, _ in blocks if document.get("format") == identity.VERSION_1 else ():
        what = f"Version 1 has no ids of blocks: say format: {identity.VERSION_2}."
        yield Fault(point(*path), Code.UNKNOWN_FIELD, what)
    yield from _twice(cases, "Another case has this id: ids are unique.")
    yield from _twice(demands, "Another demand has this id: ids are unique, across all lists.")
    yield from _twice(lists, "There is a list of this country or party already: make them one.")
    for sort, known, named in (
        ("case", cases, _named_cases(document)),
        ("demand list", lists, _named(document, "demands", "lists")),
        ("demand", demands, _named(document, "demands", "ids")),
    ):
        for path, name in _missing(known, named):
            there_is_none = f'There is no {sort} "{name[:80]}" in the document.'
            what = f"{there_is_none} Put it there, or name one that is."
            yield Fault(point(*path), Code.NOT_FOUND, what)


def _missing(known: Iterable[Place], named: Iterable[Place]) -> Iterator[Place]:
    there = {name for _, name in known}
    return ((path, name) for path, name in named if name not in there)


def footnote_faults(document: Mapping[str, object], fields: Iterable[Leaf]) -> Iterator[Fault]:
    """Yield references without a footnote and footnotes that no text leads to."""
    notes, said = walk.inside(document, "footnotes"), list(_labels(fields))
    for leaf, labels in said:
        for label in dict.fromkeys(labels):
            if label not in notes:
                yield Fault(
                    leaf.pointer, Code.NOT_FOUND, f"There is no footnote for [^{label}]: add it."
                )
    yield from _note_faults(notes, _reached(said))


def reached(document: Mapping[str, object]) -> set[str]:
    """Return the labels of the footnotes that the texts of a document lead to."""
    return _reached(_labels(walk.leaves_of(document)))


def _labels(fields: Iterable[Leaf]) -> Iterator[tuple[Leaf, list[str]]]:
    for leaf in fields:
        if leaf.kind in walk.MARKDOWN:
            yield leaf, markdown.footnote_labels(leaf.text)


def _note_faults(notes: Iterable[str], reached: set[str]) -> Iterator[Fault]:
    for label in notes:
        if not markdown.LABEL.fullmatch(label):
            what = "A label has 1 to 40 characters, none of them a space, bracket, ^ or backslash."
            yield Fault(point("footnotes", label), Code.WRONG_FORMAT, what)
        elif label not in reached:
            what = f"No text refers to this footnote: write [^{label}] in one, or take it out."
            yield Fault(point("footnotes", label), Code.UNUSED, what)


def _reached(said: Iterable[tuple[Leaf, list[str]]]) -> set[str]:
    """Return the labels that texts lead to; a footnote that is reached may lead to another."""
    inside: dict[str, list[str]] = {}
    waiting: list[str] = []
    for leaf, labels in said:
        if leaf.kind == "footnotes/*":
            inside[str(leaf.path[1])] = labels
        else:
            waiting += labels
    found = set(waiting)
    for label in waiting:  # grows
        new = [name for name in inside.get(label, ()) if name not in found]
        found.update(new)
        waiting += new
    return found


def warnings(document: PortableDocument) -> Iterator[Fault]:
    """Yield what a valid document holds and does not print."""
    printed = printing.resolve(document)
    for place, block in enumerate(printed["blocks"]):
        is_empty = (block["type"] == "cases" and not block["items"]) or (
            block["type"] == "demands" and not block["lists"]
        )
        if is_empty:
            what = "Nothing prints here: no case or demand is chosen."
            yield Fault(point("body", place), Code.UNUSED, what)
    shown = {note["label"] for note in printed["footnotes"]}
    for label in document.get("footnotes", {}):
        if label not in shown:
            what = "This does not print: no text that prints refers to it."
            yield Fault(point("footnotes", label), Code.UNUSED, what)


def _ids(owner: Mapping[str, object], key: str, above: Path) -> Iterator[Place]:
    for place, entry in walk.entries(owner, key):
        if isinstance(name := entry.get("id"), str):
            yield (*above, key, place, "id"), name


def _demand_ids(document: Mapping[str, object]) -> Iterator[Place]:
    for place, asked in walk.entries(document, "demand_lists"):
        yield from _ids(asked, "demands", ("demand_lists", place))


def _list_keys(document: Mapping[str, object]) -> Iterator[Place]:
    for place, asked in walk.entries(document, "demand_lists"):
        if isinstance(code := asked.get("country"), str):
            yield ("demand_lists", place, "country"), code
        if isinstance(name := walk.inside(asked, "party").get("id"), str):
            yield ("demand_lists", place, "party", "id"), name


def _named_cases(document: Mapping[str, object]) -> Iterator[Place]:
    for place, asked in walk.entries(document, "demand_lists"):
        for number, demand in walk.entries(asked, "demands"):
            yield from _words(demand, "cases", ("demand_lists", place, "demands", number))
    yield from _named(document, "cases", "ids")
    for place, block in walk.entries(document, "body"):
        for number, item in walk.entries(walk.inside(block, "cases"), "items"):
            yield from _words(item, "cases", ("body", place, "cases", "items", number))


def _named(document: Mapping[str, object], kind: str, key: str) -> Iterator[Place]:
    """Yield what the blocks of a kind name under a key."""
    for place, block in walk.entries(document, "body"):
        yield from _words(walk.inside(block, kind), key, ("body", place, kind))


def _words(owner: Mapping[str, object], key: str, above: Path) -> Iterator[Place]:
    return (((*above, key, at), name) for at, name in walk.words(owner, key))


def _twice(places: Iterable[Place], detail: str) -> Iterator[Fault]:
    seen: set[str] = set()
    for path, name in places:
        if name in seen:
            yield Fault(point(*path), Code.DUPLICATE, detail)
        seen.add(name)
