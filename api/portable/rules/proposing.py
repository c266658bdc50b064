"""What somebody would have changed in one place of a text, and the text as it were then. Pure."""

from __future__ import annotations

from collections.abc import Collection, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import count
from typing import Any, cast

from api.errors import Code, Fault, Invalid
from api.portable.rules import references
from api.portable.rules.diff import Version
from api.portable.rules.places import PLAIN, Places, TextPlace
from api.texts.rules import markdown
from api.texts.rules.document import PortableBlock, PortableDocument

_LONGEST_LABEL = 40
_NAMES_OF_A_QUOTE = (("text",), ("text", "source"), ("lead", "text", "source"))
BLOCKS = ("paragraph", "heading", "quote", "list")  # that may be put in


class ProposalKind(StrEnum):
    """What is proposed: other words, a new block, a block left out, one in another place."""

    WORDS = "words"
    INSERTION = "insertion"
    DELETION = "deletion"
    MOVE = "move"


@dataclass(frozen=True)
class Proposal:
    """What somebody would have changed in one place of a text."""

    kind: ProposalKind
    target: str | None = None  # as `places` names it; None for an insertion
    # Of words and insertions: all texts of the place, in order. A new quote has its text, its text
    # and source, or its lead, text and source; a new list has items alone.
    lines: tuple[str, ...] = ()
    block: str | None = None  # of an insertion: one of BLOCKS
    after: str | None = None  # of insertions and moves: the id of the block before; None: first
    footnotes: Mapping[str, str] = field(default_factory=dict)  # new ones that lines refer to

    @property
    def block_id(self) -> str | None:
        """Return the id of the block that it is about."""
        sort, _, name = (self.target or "").partition("/")
        return name if sort == "block" else None


def with_proposal(version: Version, proposal: Proposal, new_id: str) -> Version:
    """Return a text as it were with a proposal; `new_id` is that of a block put in.

    Raises Invalid, with pointers into the proposal, where it does not fit the text.
    """
    places = Places(version)
    require(places, proposal)
    labels = settled(version.document, [proposal.footnotes])
    lines = relabelled(places, proposal, labels)
    document, ids = version.document, list(version.ids)
    blocks = dict(zip(ids, document["body"], strict=True))
    if proposal.kind is ProposalKind.WORDS:
        document = places.filled({str(proposal.target): lines})
        blocks = dict(zip(ids, document["body"], strict=True))
    elif proposal.kind is ProposalKind.DELETION:
        ids.remove(str(proposal.block_id))
    else:
        one = new_id
        if proposal.kind is ProposalKind.INSERTION:
            blocks[one] = new_block(proposal, lines)
        else:
            one = str(proposal.block_id)
            ids.remove(one)
        ids.insert(ids.index(proposal.after) + 1 if proposal.after else 0, one)
    body = [blocks[one] for one in ids]
    brought = brought_notes(proposal.footnotes, labels)
    return Version(with_notes(version.document, {**document, "body": body}, brought), ids)


def require(places: Places, proposal: Proposal) -> None:
    """Raise Invalid, with pointers into the proposal, where it does not fit the text."""
    if faults := list(_faults(places, proposal)):
        raise Invalid("The proposal does not fit the text.", faults)
    if proposal.kind is ProposalKind.INSERTION:
        shape(proposal).require(proposal.lines)
    elif proposal.kind is ProposalKind.WORDS:
        cast("TextPlace", places.find(str(proposal.target))).require(proposal.lines)


def _faults(places: Places, proposal: Proposal) -> Iterator[Fault]:
    kind, known = proposal.kind, places.block_at
    if kind is ProposalKind.INSERTION:
        if proposal.block not in BLOCKS:
            what = f"This must be one of {', '.join(BLOCKS)}."
            yield Fault("/block", Code.NOT_A_CHOICE, what, allowed=BLOCKS)
    elif not places.find(str(proposal.target)):
        yield Fault("/target", Code.NOT_FOUND, "The text has no such place: read it anew.")
    elif kind is not ProposalKind.WORDS and proposal.block_id is None:
        yield Fault("/target", Code.CONFLICT, "Only a block can be left out or moved.")
    elif kind is ProposalKind.DELETION and len(known) == 1:
        what = "A text has one block at least: propose other words for this one."
        yield Fault("/target", Code.CONFLICT, what)
    if kind in {ProposalKind.INSERTION, ProposalKind.MOVE}:
        yield from _faults_of_after(known, proposal)


def _faults_of_after(known: Container[str], proposal: Proposal) -> Iterator[Fault]:
    if proposal.after is None:
        return
    if proposal.after not in known:
        yield Fault("/after", Code.NOT_FOUND, "The text has no such block: read it anew.")
    elif proposal.after == proposal.block_id:
        yield Fault("/after", Code.CONFLICT, "A block cannot stand behind itself.")


def shape(proposal: Proposal) -> TextPlace:
    """Return the place that a new block's lines fill."""
    kind, lines = str(proposal.block), proposal.lines
    names: tuple[str, ...] = ("items",) if kind == "list" else ("text",)
    if kind == "quote":
        names = _NAMES_OF_A_QUOTE[min(max(len(lines), 1), len(_NAMES_OF_A_QUOTE)) - 1]
    return TextPlace("", kind, lines, names)


def new_block(proposal: Proposal, lines: Sequence[str]) -> PortableBlock:
    """Return the block that an insertion puts in."""
    kind = str(proposal.block)
    if kind in {"paragraph", "heading"}:
        return cast("PortableBlock", {kind: lines[0]})
    named = shape(proposal).named(lines)
    if kind == "list":
        return {"list": {"items": named["items"]}}
    said = {name: each[0] for name, each in named.items() if each[0].strip()}
    return cast("PortableBlock", {"quote": said})


# Footnotes


BroughtNote = tuple[str, str]  # a label as a proposal has it, and the words


def settled(now: PortableDocument, given: Iterable[Mapping[str, str]]) -> dict[BroughtNote, str]:
    """Return the labels that footnotes which proposals bring have in a text.

    A label stays unless another footnote has it; words that are there already are that footnote.
    """
    notes = dict(now.get("footnotes", {}))
    found: dict[BroughtNote, str] = {}
    for label, words in sorted({note for brought in given for note in brought.items()}):
        there = [one for one, said in notes.items() if said == words]
        new = label if label in there or not there else there[0]
        found[label, words] = new if notes.get(new, words) == words else _free(new, notes)
        notes[found[label, words]] = words
    return found


def _free(label: str, taken: Collection[str]) -> str:
    if label.isdecimal():
        return str(max(int(one) for one in taken if one.isdecimal()) + 1)
    tried = (f"{label[: _LONGEST_LABEL - 1 - len(str(n))]}-{n}" for n in count(2))
    return next(one for one in tried if one not in taken)


def relabelled(
    places: Places, proposal: Proposal, labels: Mapping[BroughtNote, str]
) -> tuple[str, ...]:
    """Return the lines of a proposal, with the labels that its footnotes have in the text."""
    new = _changed(proposal.footnotes, labels)
    if not new:
        return proposal.lines
    place = places.find(str(proposal.target))
    place = shape(proposal) if proposal.kind is ProposalKind.INSERTION else place
    if place is None:
        return proposal.lines
    return tuple(
        line if name in PLAIN else markdown.relabelled(line, new)
        for name, lines in place.named(proposal.lines).items()
        for line in lines
    )


def brought_notes(
    footnotes: Mapping[str, str], labels: Mapping[BroughtNote, str]
) -> dict[str, str]:
    """Return the footnotes that a proposal brings, by the labels that they have in the text."""
    new = _changed(footnotes, labels)
    return {
        labels[label, words]: markdown.relabelled(words, new) for label, words in footnotes.items()
    }


def _changed(footnotes: Mapping[str, str], labels: Mapping[BroughtNote, str]) -> dict[str, str]:
    return {
        label: labels[label, words]
        for label, words in footnotes.items()
        if labels[label, words] != label
    }


def with_notes(
    before: PortableDocument, after: PortableDocument, brought: Mapping[str, str]
) -> PortableDocument:
    """Return a text with footnotes that came, without those whose last reference went."""
    notes = {**after.get("footnotes", {}), **brought}
    if not notes:
        return after
    found: Any = {**after, "footnotes": notes}
    reached = references.reached(found)
    waited = (references.reached(before) | {*brought}) - reached
    found["footnotes"] = {label: words for label, words in notes.items() if label not in waited}
    if not found["footnotes"]:
        del found["footnotes"]
    return cast("PortableDocument", found)
