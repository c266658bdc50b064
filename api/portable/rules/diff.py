"""What two texts differ by: words within blocks, blocks moved, added, left out. Pure.

Blocks are the same by their ids, demands and cases by theirs, footnotes by their labels.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import NamedTuple

from rapidfuzz.distance import Indel

from api.portable.rules import identity, printing
from api.portable.rules.printing import Printed, PrintedBlock, PrintedDemands
from api.texts.rules import markdown, wording
from api.texts.rules.document import PortableBlock, PortableDocument


class PartState(StrEnum):
    """What became of a part."""

    SAME = "same"
    CHANGED = "changed"
    REMOVED = "removed"
    ADDED = "added"


@dataclass(frozen=True)
class DiffText:
    """One text of a part, by the name that the format has for it."""

    name: str
    pieces: tuple[wording.WordRun, ...]


class Setting(NamedTuple):
    """What is no text and prints differently: a list that became ordered."""

    name: str
    before: str
    after: str


@dataclass(frozen=True)
class DiffPart:
    """A block, or a part of one or of what stands around the body, and what became of it.

    `place` is among those beside it, from 1, in the text after; of what was left out, in the text
    before.
    """

    kind: str
    key: str
    place: int
    change: PartState
    came_from: int | None = None  # the place that it had, where it moved
    passages: tuple[DiffText, ...] = ()
    settings: tuple[Setting, ...] = ()
    parts: tuple[DiffPart, ...] = ()  # those that are not the same

    @property
    def differs(self) -> bool:
        return self.change is not PartState.SAME or self.came_from is not None


class Version(NamedTuple):
    """A text, and the ids of its blocks."""

    document: PortableDocument
    ids: Sequence[str]


def diff(before: Version, after: Version) -> list[DiffPart]:
    """Return the parts of the text after, in order, with those left out where they stood.

    What is the same is there without its words, so that a reader sees how much of it there is.
    """
    comparison, groups = _Comparison(), zip(_groups(before), _groups(after), strict=True)
    return [part for olds, news in groups for part in comparison.parts(olds, news)]


@dataclass(frozen=True)
class _Node:
    """A part of a text; its texts are inline Markdown. Without a key it is known by its words."""

    kind: str
    key: str | None
    texts: Mapping[str, str] = field(default_factory=dict)
    settings: Mapping[str, str] = field(default_factory=dict)
    nodes: Sequence[_Node] = ()

    @property
    def name(self) -> tuple[str, str]:
        """Return by what it is found again: a paragraph may become a heading."""
        return ("text" if self.kind in _LINES else self.kind), self.key or ""


_LINES = frozenset({"paragraph", "heading"})
_OF_A_SOURCE = ("source", "locator", "url", "retrieved")


@dataclass
class _Comparison:
    words: wording.Comparison = field(default_factory=wording.Comparison)

    def parts(self, olds: Sequence[_Node], news: Sequence[_Node]) -> Iterator[DiffPart]:
        """Yield what became of parts that stand beside one another."""
        olds, news = _keyed(olds, news)
        was = {node.name: place for place, node in enumerate(olds)}
        both = was.keys() & {node.name for node in news}
        stayed = _in_order([node.name for node in olds if node.name in both],
                           [node.name for node in news if node.name in both])  # fmt: skip
        gone = _gone(olds, both, stayed)
        yield from (_whole(olds[n], n, PartState.REMOVED) for n in gone.get(None, ()))
        for place, node in enumerate(news):
            if node.name not in both:
                yield _whole(node, place, PartState.ADDED)
                continue
            came_from = None if node.name in stayed else was[node.name] + 1
            yield self._part(olds[was[node.name]], node, place + 1, came_from)
            yield from (_whole(olds[n], n, PartState.REMOVED) for n in gone.get(node.name, ()))

    def _part(self, old: _Node, new: _Node, place: int, came_from: int | None) -> DiffPart:
        passages = [
            DiffText(name, pieces)
            for name in dict.fromkeys((*new.texts, *old.texts))
            if (left := old.texts.get(name, "")) != (right := new.texts.get(name, ""))
            and (pieces := self.words.pieces(left, right))
            and any(piece.op is not wording.Op.SAME for piece in pieces)
        ]
        before, after = ({"kind": one.kind, **one.settings} for one in (old, new))
        settings = [
            Setting(name, before.get(name, ""), after.get(name, ""))
            for name in dict.fromkeys((*before, *after))
            if before.get(name, "") != after.get(name, "")
        ]
        parts = [part for part in self.parts(old.nodes, new.nodes) if part.differs]
        change = PartState.CHANGED if passages or settings or parts else PartState.SAME
        shown = (tuple(passages), tuple(settings), tuple(parts))
        return DiffPart(new.kind, new.key or "", place, change, came_from, *shown)


def _keyed(olds: Sequence[_Node], news: Sequence[_Node]) -> tuple[Sequence[_Node], Sequence[_Node]]:
    """Return parts of which each has a key that no other beside it has."""
    if all(node.key is not None for node in (*olds, *news)):
        return _once(olds), _once(news)
    ids = [str(place) for place in range(len(olds))]
    said = [[PortableBlock(paragraph=_line(node)) for node in nodes] for nodes in (olds, news)]
    came = identity.carried(said[0], ids, said[1])
    keys = [one or f"new {place}" for place, one in enumerate(came)]
    return (
        [replace(node, key=key) for node, key in zip(olds, ids, strict=True)],
        [replace(node, key=key) for node, key in zip(news, keys, strict=True)],
    )


def _once(nodes: Sequence[_Node]) -> list[_Node]:
    """Return parts of which the second of a key has another: a heading may stand twice."""
    seen = Counter[tuple[str, str]]()
    found = []
    for node in nodes:
        seen[node.name] += 1
        again = seen[node.name] > 1
        found.append(replace(node, key=f"{node.key} {seen[node.name]}") if again else node)
    return found


def _line(node: _Node) -> str:
    return "\n".join(node.texts.values())


def _in_order(
    old: Sequence[tuple[str, str]], new: Sequence[tuple[str, str]]
) -> set[tuple[str, str]]:
    """Return what of both stands in the same order; the fewest others have moved."""
    steps = Indel.opcodes(old, new)
    return {
        one for step in steps if step.tag == "equal" for one in old[step.src_start : step.src_end]
    }


def _gone(
    olds: Sequence[_Node], both: Iterable[tuple[str, str]], stayed: Iterable[tuple[str, str]]
) -> dict[tuple[str, str] | None, list[int]]:
    """Return the places of what was left out, by what stayed before it."""
    found: dict[tuple[str, str] | None, list[int]] = {}
    before = None
    for place, node in enumerate(olds):
        if node.name in stayed:
            before = node.name
        elif node.name not in both:
            found.setdefault(before, []).append(place)
    return found


def _whole(node: _Node, place: int, change: PartState) -> DiffPart:
    """Return a part that one text has and the other has not."""
    op = wording.Op(change)
    passages = [
        DiffText(name, wording.whole(op, text)) for name, text in node.texts.items() if text
    ]
    parts = [_whole(inner, n, change) for n, inner in enumerate(node.nodes)]
    return DiffPart(
        node.kind, node.key or "", place + 1, change, None, tuple(passages), (), tuple(parts)
    )


def _groups(version: Version) -> Iterator[Sequence[_Node]]:
    """Yield the parts that stand beside one another: the body's blocks, and what is around them."""
    document, printed = version.document, printing.resolve(version.document)
    yield list(_head(printed))
    yield [_plain("addressee", None, **one) for one in printed["addressees"]]
    blocks = zip(document["body"], printed["blocks"], version.ids, strict=True)
    yield [_block(printing.cases_of(block, document), said, key) for block, said, key in blocks]
    yield [_Node("footnote", one["label"], {"text": one["text"]}) for one in printed["footnotes"]]
    yield [_plain("contact", None, **one) for one in printed["contacts"]]


def _head(printed: Printed) -> Iterator[_Node]:
    settings = {name: str(printed[name]) for name in ("kind", "language", "specimen")}
    yield replace(_plain("title", "title", text=printed["title"]), settings=settings)
    yield _plain("coalition", "coalition", text=printed["coalition"])
    yield _plain("dateline", "dateline", text=printed.get("dateline", ""))
    yield _plain("occasion", "occasion", text=printed.get("occasion", ""))


def _plain(kind: str, key: str | None, **texts: str) -> _Node:
    return _Node(kind, key, _escaped(texts))


def _escaped(texts: Mapping[str, str]) -> dict[str, str]:
    return {name: markdown.escape(text) for name, text in texts.items()}


def _block(cases: Sequence[str], block: PrintedBlock, key: str) -> _Node:
    if block["type"] == "paragraph" or block["type"] == "heading":
        return _Node(block["type"], key, {"text": block["text"]})
    lead = {"lead": block.get("lead", "")}
    if block["type"] == "quote":
        about = {name: str(block.get(name, "")) for name in _OF_A_SOURCE}
        return _Node("quote", key, {**lead, "text": block["text"], **_escaped(about)})
    if block["type"] == "demands":
        return _Node("demands", key, lead, {"layout": block["layout"]}, list(_demands(block)))
    if block["type"] == "cases" and cases:
        known = zip(cases, block["items"], strict=True)
        return _Node(
            "cases", key, lead, nodes=[_Node("case", one, {"text": t}) for one, t in known]
        )
    settings = {"ordered": str(block["ordered"])} if block["type"] == "list" else {}
    items = [_Node("item", None, {"text": text}) for text in block["items"]]
    return _Node(block["type"], key, lead, settings, items)


def _demands(block: PrintedDemands) -> Iterator[_Node]:
    """Yield a block's demands, each by its id, with the names that stand above them."""
    for listed in block["lists"]:
        if "heading" in listed:
            yield _plain("demand_list", listed["heading"], text=listed["heading"])
        for demand in listed["demands"]:
            texts = {"text": demand["text"], "rationale": demand.get("rationale", "")}
            yield _Node("demand", demand["id"], texts)
