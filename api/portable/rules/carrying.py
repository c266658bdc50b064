"""Proposals made of one text as proposals of the draft that it became meanwhile. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from typing import cast

from api.portable.rules import identity, weaving
from api.portable.rules.diff import Version
from api.portable.rules.places import PLAIN, Places, TextPlace
from api.portable.rules.proposing import (
    BLOCKS,
    BroughtNote,
    Proposal,
    ProposalKind,
    brought_notes,
    new_block,
    relabelled,
    shape,
)
from api.texts.rules import markdown
from api.texts.rules.document import PortableBlock
from api.texts.rules.wording import Edit


class CollisionReason(StrEnum):
    """Why proposals cannot go in; of one alone, what the draft has to do with it."""

    WORDS = "words"  # the same words are changed in different ways
    PLACE = "place"  # a block is moved to different places, or blocks behind one another
    LEFT_OUT = "left_out"  # one leaves out what another changes or moves
    GONE = "gone"  # the draft has no such place any more
    MARKUP = "markup"  # together the words are no lines of this place any more


@dataclass(frozen=True)
class Based:
    """A proposal, and the text that was read when it was made."""

    key: str
    proposal: Proposal
    base: Version


@dataclass(frozen=True)
class Wish:
    """What a proposal would have changed in the draft, which has not got it yet."""

    key: str
    proposal: Proposal
    edits: tuple[Edit, ...] = ()  # of words: those of the place's lines as one text
    strays: int = 0  # signs like marks that these words bring
    block: PortableBlock | None = None  # of an insertion
    behind: str | None = None  # of insertions and moves: the draft's block before it; None: first
    notes: Mapping[str, str] = field(default_factory=dict)  # by the labels that they have there

    @property
    def target(self) -> str | None:
        return self.proposal.target

    @property
    def kind(self) -> ProposalKind:
        return self.proposal.kind


class _Since:
    """What became of the blocks of a text in a draft."""

    def __init__(self, base: Version, now: Version) -> None:
        self.base = base  # kept, so that its id stays its own
        self.places = Places(base)
        known, there = set(base.ids), set(now.ids)
        old = [one for one in base.ids if one in there]
        new = [one for one in now.ids if one in known]
        stayed = range(len(old))
        if old != new:
            stayed_at = {place for place, _ in identity.in_order(old, new)}
            self.moved = {old[place] for place in stayed if place not in stayed_at}
        else:
            self.moved = set()
        self.before = _before(base.ids)
        self.before_now = _before(new)


def _before(ids: Sequence[str]) -> dict[str, str | None]:
    return dict(zip(ids, [None, *ids], strict=False))


class DraftNow:
    """A draft, as those who read an earlier text of it find it."""

    def __init__(self, now: Version) -> None:
        """Note what the draft holds."""
        self.now = now
        self.places = Places(now)
        self.notes = now.document.get("footnotes", {})
        self._since: dict[int, _Since] = {}
        self._edits = lru_cache(maxsize=None)(weaving.edits)

    def carried(
        self, based: Based, labels: Mapping[BroughtNote, str]
    ) -> Wish | CollisionReason | None:
        """Return what a proposal would have changed here, or why it cannot; None: it is done.

        `labels` are those that the footnotes of proposals get.
        """
        since = self._since.get(id(based.base))
        if since is None:
            since = self._since[id(based.base)] = _Since(based.base, self.now)
        if based.proposal.kind is ProposalKind.WORDS:
            return self._words(since, based, labels)
        if based.proposal.kind is ProposalKind.INSERTION:
            return self._insertion(since, based, labels)
        one = based.proposal.block_id
        if one not in since.places.block_at:
            return CollisionReason.GONE
        if based.proposal.kind is ProposalKind.DELETION:
            return self._deletion(since, based, one)
        return self._move(since, based, one)

    def _words(
        self, since: _Since, based: Based, labels: Mapping[BroughtNote, str]
    ) -> Wish | CollisionReason | None:
        target = str(based.proposal.target)
        read, there = since.places.find(target), self.places.find(target)
        if read is None or there is None:
            return CollisionReason.GONE
        if not read.fits(based.proposal.lines):
            return CollisionReason.MARKUP
        lines = relabelled(since.places, based.proposal, labels)
        base, now, said = map(weaving.joined, (read.lines, there.lines, lines))
        is_done = said in {base, now}
        draft_edits, edits = self._edits(base, now), () if is_done else self._edits(base, said)
        there_too = weaving.rebased(base, draft_edits, edits)
        if not there_too:
            return None if there_too is not None else CollisionReason.WORDS
        notes = brought_notes(based.proposal.footnotes, labels)
        if self._lacks((edit.text for edit in there_too), notes):
            return CollisionReason.GONE
        more = strays(read, lines) - strays(read, read.lines)
        return Wish(based.key, based.proposal, there_too, max(0, more), notes=notes)

    def _insertion(
        self, since: _Since, based: Based, labels: Mapping[BroughtNote, str]
    ) -> Wish | CollisionReason | None:
        proposal = based.proposal
        if proposal.block not in BLOCKS or not shape(proposal).fits(proposal.lines):
            return CollisionReason.MARKUP
        lines = relabelled(since.places, proposal, labels)
        block, notes = new_block(proposal, lines), brought_notes(proposal.footnotes, labels)
        if not self._is_there(proposal.after) or self._lacks(lines, notes):
            return CollisionReason.GONE
        new = self._put_in_behind(since, proposal.after)
        if any(self.block(one) == block for one in new):
            return None
        behind = new[-1] if new else proposal.after
        return Wish(based.key, proposal, block=block, behind=behind, notes=notes)

    def _deletion(self, since: _Since, based: Based, one: str) -> Wish | CollisionReason | None:
        if not self._is_there(one):
            return None
        read = since.base.document["body"][since.places.block_at[one]]
        if one in since.moved or read != self.block(one):
            return CollisionReason.LEFT_OUT
        return Wish(based.key, based.proposal)

    def _move(self, since: _Since, based: Based, one: str) -> Wish | CollisionReason | None:
        after = based.proposal.after
        if not self._is_there(one) or not self._is_there(after):
            return CollisionReason.GONE
        if after in {since.before[one], since.before_now[one]}:
            return None
        if one in since.moved or after == one:
            return CollisionReason.PLACE
        new = self._put_in_behind(since, after)
        return Wish(based.key, based.proposal, behind=new[-1] if new else after)

    def _is_there(self, block_id: str | None) -> bool:
        return block_id is None or block_id in self.places.block_at

    def place(self, target: str) -> TextPlace:
        """Return a place that is there."""
        return cast("TextPlace", self.places.find(target))

    def block(self, block_id: str) -> PortableBlock:
        """Return a block that is there."""
        return self.now.document["body"][self.places.block_at[block_id]]

    def _put_in_behind(self, since: _Since, block_id: str | None) -> list[str]:
        """Return the blocks that the draft put in right behind one."""
        found = []
        at = 0 if block_id is None else self.places.block_at[block_id] + 1
        for one in self.now.ids[at:]:
            if one in since.places.block_at:
                break
            found.append(one)
        return found

    def _lacks(self, texts: Iterable[str], brought: Collection[str]) -> bool:
        """Tell whether texts refer to footnotes that are not there any more."""
        labels = (label for text in texts for label in markdown.footnote_labels(text))
        return any(label not in self.notes and label not in brought for label in labels)


def strays(place: TextPlace, lines: Sequence[str]) -> int:
    """Return how many signs of a place's lines print that would be marks with a partner."""
    named = place.named(lines).items()
    return sum(markdown.strays(line) for name, each in named if name not in PLAIN for line in each)
