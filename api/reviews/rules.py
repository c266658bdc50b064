"""Who reads what was said of a text, and as whose; what became of the place that it is about."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from enum import StrEnum
from itertools import zip_longest
from typing import Any, Self
from uuid import UUID, uuid4

import rfc8785
from rapidfuzz.distance import Indel

from api.infra.net.rate_limits import Rate
from api.portable.rules.diff import Version
from api.portable.rules.proposals import Proposal, ProposalKind, lines_of
from api.reviews.models import Readership
from api.signatures.models import Visibility
from api.texts.rules import markdown, wording
from api.texts.rules.wording import Op, WordRun

MOST_TEXT = 3000  # characters of a comment
MOST_NOTE = 2000
MOST_COMMENTS = 1000  # of a consultation, with the replies: a page shows them all
MOST_OF_ONE = 200  # that one person writes
MOST_SUGGESTIONS = 1000  # of a consultation
MOST_SUGGESTED_BY_ONE = 200
MOST_LINES = 1000  # of one suggestion: a long list has as many items
MOST_LINE = 20_000  # characters
MOST_COMMENTERS = 600
MOST_CONSULTATIONS = 50  # of a statement
WRITING = Rate(a_minute=20, an_hour=120)  # by one link
KEPT = timedelta(days=90)  # after the text was published
LONGEST = timedelta(days=3660)  # until a deadline
HIDING = frozenset({Visibility.COALITION, Visibility.ANONYMOUS})


@dataclass(frozen=True)
class Reader:
    """Who reads: a commenter by their key, else a coordinator or an editor."""

    commenter_id: UUID | None = None
    is_coordinator: bool = False


COORDINATOR, EDITOR = Reader(is_coordinator=True), Reader()


@dataclass(frozen=True)
class WrittenFacts:
    """What decides who reads a comment or a suggestion."""

    commenter_id: UUID | None  # None: a coordinator's, or forgotten
    is_coordinators: bool = False
    tells_name: bool = False  # of a case that may not be named


def may_read(reader: Reader, read_by: Readership, written: WrittenFacts) -> bool:
    """Tell whether somebody reads a comment.

    Who wrote it always does, and sees no difference: else a comment would tell which names may not
    be told.
    """
    if reader.is_coordinator or is_own(reader, written):
        return True
    if written.tells_name:
        return False
    is_shared = read_by is not Readership.COORDINATORS
    return written.is_coordinators or is_shared or reader.commenter_id is None


def is_own(reader: Reader, written: WrittenFacts) -> bool:
    return reader.commenter_id is not None and reader.commenter_id == written.commenter_id


def knows_author(reader: Reader, read_by: Readership, shown_as: Visibility | None) -> bool:
    """Tell whether somebody may know who wrote a comment that they read and did not write.

    A member that chose to stand under the text without its name is named to nobody here either.
    """
    if reader.is_coordinator:
        return True
    is_named = reader.commenter_id is not None and read_by is Readership.COMMENTERS_NAMED
    return is_named and shown_as not in HIDING


def knows_credit(read_by: Readership, shown_as: Visibility | None) -> bool:
    """Tell whether others than coordinators may know to whom a text owes some of its words.

    It tells no more than what was said at the opening of who reads whose suggestions.
    """
    return read_by is Readership.COMMENTERS_NAMED and shown_as not in HIDING


class AuthorKind(StrEnum):
    """As what somebody wrote or suggested something: `guest` is a person outside the coalition."""

    COORDINATOR = "coordinator"
    MEMBER = "member"
    GUEST = "guest"


class BlockState(StrEnum):
    """What became of a block, or of another place, since somebody wrote of it."""

    SAME = "same"
    CHANGED = "changed"
    GONE = "gone"


@dataclass(frozen=True)
class TextBlocks:
    """The blocks of one text, as they print, by their ids and in their order."""

    number: int | None  # of the revision; None: the draft
    blocks: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    @classmethod
    def of(
        cls, number: int | None, ids: Sequence[str], blocks: Sequence[Mapping[str, Any]]
    ) -> TextBlocks:
        return cls(number, dict(zip(ids, blocks, strict=True)))

    def place(self, block_id: str) -> int | None:
        """Return the place of a block, from 1; None: it is not there."""
        places = {one: place for place, one in enumerate(self.blocks, 1)}
        return places.get(block_id)


@dataclass(frozen=True)
class BlockPlace:
    """Where the block of a comment is in the text that is read, and what it said before."""

    id: str
    state: BlockState
    place: int | None  # from 1
    then: tuple[str, ...] = ()  # inline Markdown, where that is another text

    @property
    def words_then(self) -> str | None:
        """What the block said when the comment was written, without its marks."""
        return "\n".join(map(markdown.plain, self.then)) or None


def placed(block_id: str, now: TextBlocks, then: TextBlocks | None) -> BlockPlace:
    """Return what became of a block since a text; None: of that nobody may know the words."""
    place = now.place(block_id)
    before = then.blocks.get(block_id) if then else None
    if place is not None and then is not None and now.blocks[block_id] == before:
        return BlockPlace(block_id, BlockState.SAME, place)
    state = BlockState.GONE if place is None else BlockState.CHANGED
    return BlockPlace(block_id, state, place, words(before) if before else ())


def words(block: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the texts of a printed block, in order; inline Markdown."""
    every = [block.get("lead"), block.get("text"), *block.get("items", ())]
    every += [markdown.escape(block.get(name, "")) for name in ("source", "locator")]
    for one in block.get("lists", ()):
        every.append(markdown.escape(one.get("heading", "")))
        for demand in one["demands"]:
            every += [demand["text"], demand.get("rationale")]
    return tuple(text for text in every if text)


def new_id() -> str:
    """Return the id of a block that a suggestion puts in."""
    return str(uuid4())


def packed(proposal: Proposal) -> dict[str, Any]:
    """Return a proposal as it is kept."""
    return {**asdict(proposal), "lines": [*proposal.lines], "footnotes": {**proposal.footnotes}}


def unpacked(kept: Mapping[str, Any]) -> Proposal:
    """Return the proposal that was kept."""
    lines = tuple(kept["lines"])
    return Proposal(**{**kept, "kind": ProposalKind(kept["kind"]), "lines": lines})


def sha256_of(proposal: Proposal) -> str:
    """Return by what a proposal is known to be the same: the hash of its canonical JSON."""
    return hashlib.sha256(
        rfc8785.dumps({**packed(proposal), "kind": proposal.kind.value})
    ).hexdigest()


def said_in(proposal: Proposal) -> list[str]:
    """Return all words that a proposal would bring."""
    return [*proposal.lines, *proposal.footnotes.values()]


def unused_notes(proposal: Proposal) -> list[str]:
    """Return the labels of new footnotes to which nothing leads."""
    waiting = [label for line in proposal.lines for label in markdown.footnote_labels(line)]
    reached = set(waiting)
    for label in waiting:  # grows
        inside = markdown.footnote_labels(proposal.footnotes.get(label, ""))
        waiting += [each for each in inside if each not in reached]
        reached.update(inside)
    return [label for label in proposal.footnotes if label not in reached]


@dataclass(frozen=True)
class SuggestedPlace:
    """The place of a suggestion: its lines when it was made, and now; None: it is not there."""

    state: BlockState
    then: tuple[str, ...] | None
    now: tuple[str, ...] | None
    pieces: Sequence[tuple[WordRun, ...]]  # line by line, what it makes of the words of then


def suggested(proposal: Proposal, then: Version | None, now: Version) -> SuggestedPlace:
    """Return what became of a place since a text; None: of that nobody may know the words."""
    target = proposal.target
    if target is None:
        is_there = proposal.after is None or proposal.after in now.ids
        state = BlockState.SAME if is_there else BlockState.GONE
        return SuggestedPlace(state, None, None, _whole(Op.ADDED, proposal.lines))
    before, after = then and lines_of(then, target), lines_of(now, target)
    state = BlockState.SAME if before == after else BlockState.CHANGED
    state = BlockState.GONE if after is None else state
    if proposal.kind is ProposalKind.WORDS:
        pieces = [*_pieces(before or (), proposal.lines)]
    else:
        is_out = proposal.kind is ProposalKind.DELETION
        pieces = _whole(Op.REMOVED if is_out else Op.SAME, before or ())
    return SuggestedPlace(state, before, after, pieces)


def _whole(op: Op, lines: Sequence[str]) -> list[tuple[WordRun, ...]]:
    return [wording.whole(op, line) for line in lines]


def _pieces(before: Sequence[str], after: Sequence[str]) -> Iterator[tuple[WordRun, ...]]:
    """Yield what became of lines, of which there may be more or fewer: those alike are one."""
    comparison = wording.Comparison()
    is_paired = len(before) == len(after)
    for left, right in zip(before, after, strict=True) if is_paired else _paired(before, after):
        yield comparison.pieces(left, right)


def _paired(before: Sequence[str], after: Sequence[str]) -> Iterator[tuple[str, str]]:
    gone: list[str] = []
    come: list[str] = []
    for step in Indel.opcodes(before, after):
        if step.tag == "equal":
            yield from zip_longest(gone, come, fillvalue="")
            gone, come = [], []
            same = before[step.src_start : step.src_end]
            yield from zip(same, same, strict=True)
            continue
        gone += before[step.src_start : step.src_end] if step.tag != "insert" else ()
        come += after[step.dest_start : step.dest_end] if step.tag != "delete" else ()
    yield from zip_longest(gone, come, fillvalue="")


class ClashReason(StrEnum):
    """Why a suggestion did not go into a draft.

    `words`: the same words are changed in different ways. `place`: a block is moved to different
    places. `left_out`: one leaves out what another changes. `gone`: the draft has no such place any
    more. `markup`: the words together are no inline Markdown. `rule`: it breaks a rule of texts; it
    names somebody who may not be named, for one. `unreadable`: a name was taken back from the text
    that was read.
    """

    meaning: str

    def __new__(cls, value: str, meaning: str = "") -> Self:
        """Keep with a reason what is said of it."""
        reason = str.__new__(cls, value)
        reason._value_ = value
        reason.meaning = meaning
        return reason

    WORDS = "words", "The same words were changed in another way."
    PLACE = "place", "The block was moved to another place."
    LEFT_OUT = "left_out", "One leaves out what the other changes or moves."
    GONE = "gone", "The draft has no such place any more."
    MARKUP = "markup", "Together with the draft the words are no inline Markdown."
    RULE = "rule", "It breaks a rule of texts."
    UNREADABLE = "unreadable", "The text that was read may not be read any more."
