"""Who reads which comment and as whose, and what became of the block that it is about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from api.infra.net.rate_limits import Rate
from api.reviews.models import Readership
from api.signatures.models import Visibility
from api.texts.rules import markdown

MOST_TEXT = 3000  # characters of a comment
MOST_NOTE = 2000
MOST_COMMENTS = 1000  # of a consultation, with the replies: a page shows them all
MOST_OF_ONE = 200  # that one person writes
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
class CommentFacts:
    """What decides who reads a comment."""

    commenter_id: UUID | None  # None: a coordinator's, or forgotten
    is_coordinators: bool = False
    tells_name: bool = False  # of a case that may not be named


def may_read(reader: Reader, read_by: Readership, written: CommentFacts) -> bool:
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


def is_own(reader: Reader, written: CommentFacts) -> bool:
    return reader.commenter_id is not None and reader.commenter_id == written.commenter_id


def knows_author(reader: Reader, read_by: Readership, shown_as: Visibility | None) -> bool:
    """Tell whether somebody may know who wrote a comment that they read and did not write.

    A member that chose to stand under the text without its name is named to nobody here either.
    """
    if reader.is_coordinator:
        return True
    is_named = reader.commenter_id is not None and read_by is Readership.COMMENTERS_NAMED
    return is_named and shown_as not in HIDING


class AuthorKind(StrEnum):
    """As what somebody wrote a comment: `guest` is a person outside the coalition."""

    COORDINATOR = "coordinator"
    MEMBER = "member"
    GUEST = "guest"


class BlockState(StrEnum):
    """What became of a block since a comment on it was written."""

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
