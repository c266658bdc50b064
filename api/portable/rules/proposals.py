"""Many proposals of one text put together by words; or where they collide. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from api.portable.rules.diff import Version
from api.portable.rules.places import TextPlace, lines_of, targets_of
from api.portable.rules.proposing import BLOCKS, Proposal, ProposalKind, with_proposal

__all__ = [
    "BLOCKS",
    "Based",
    "Collision",
    "CollisionReason",
    "Proposal",
    "ProposalKind",
    "ProposalsMerged",
    "TextPlace",
    "lines_of",
    "targets_of",
    "with_proposal",
]


class CollisionReason(StrEnum):
    """Why proposals cannot go in; with one key alone, what the draft has to do with it."""

    WORDS = "words"  # the same words are changed in different ways
    PLACE = "place"  # a block is moved to different places, or blocks behind one another
    LEFT_OUT = "left_out"  # one leaves out what another changes or moves
    GONE = "gone"  # the draft has no such place any more
    MARKUP = "markup"  # together the words are no inline Markdown any more


@dataclass(frozen=True)
class Based:
    """A proposal, and the text that was read when it was made."""

    key: str
    proposal: Proposal
    base: Version


@dataclass(frozen=True)
class Collision:
    """Proposals that cannot go in together; one alone collides with the draft."""

    target: str | None
    keys: tuple[str, ...]
    reason: CollisionReason


@dataclass(frozen=True)
class ProposalsMerged:
    """A draft with the proposals that went in, and those that did not."""

    version: Version
    taken: tuple[str, ...]
    collisions: tuple[Collision, ...]
