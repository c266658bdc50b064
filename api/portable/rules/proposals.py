"""Many proposals of one text put together by words; or where they collide. Pure.

Each is carried from the text that was read to the draft (`carrying`); of those that are left there,
whatever overlaps with another stays out together with it, and all else goes in.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, cast

from api.portable.rules import printing, references, weaving
from api.portable.rules.carrying import Based, CollisionReason, DraftNow, Wish, strays
from api.portable.rules.diff import Version
from api.portable.rules.places import TextPlace, lines_of, targets_of
from api.portable.rules.proposing import (
    Proposal,
    ProposalKind,
    settled,
    with_notes,
    with_proposal,
)
from api.texts.rules import markdown
from api.texts.rules.document import PortableBlock, PortableDocument
from api.texts.rules.wording import Edit

__all__ = [
    "Based",
    "Collision",
    "CollisionReason",
    "Proposal",
    "ProposalKind",
    "ProposalsMerged",
    "TextPlace",
    "lines_of",
    "merged",
    "targets_of",
    "with_proposal",
]

_Lines = Mapping[str, tuple[str, ...]]  # of places, by their targets
_WEIGHT = list(reversed(CollisionReason))  # of reasons for one collision the last is told


@dataclass(frozen=True)
class Collision:
    """Proposals that cannot go in together; one alone collides with the draft."""

    target: str | None  # the place at which they collide; None: where a block would be put in
    keys: tuple[str, ...]
    reason: CollisionReason


@dataclass(frozen=True)
class ProposalsMerged:
    """A draft with the proposals that went in, and those that did not: each key is in one."""

    version: Version
    taken: tuple[str, ...]  # those that the draft had already are among them
    collisions: tuple[Collision, ...]


class _Clash(NamedTuple):
    wishes: Sequence[Wish]
    reason: CollisionReason
    target: str | None


def merged(now: Version, proposals: Sequence[Based], new_id: Callable[[], str]) -> ProposalsMerged:
    """Return a draft with all proposals that go together, and where the others collide.

    `new_id` gives the id of each block that is put in. Keys are unique.
    """
    draft = DraftNow(now)
    labels = settled(now.document, (each.proposal.footnotes for each in proposals))
    wishes: list[Wish] = []
    collisions: list[Collision] = []
    for each in proposals:
        found = draft.carried(each, labels)
        if isinstance(found, Wish):
            wishes.append(found)
        elif found:
            collisions.append(Collision(each.proposal.target, (each.key,), found))
    order = {each.key: place for place, each in enumerate(proposals)}
    # What is sound once the words are put together can be said only when none of them overlap.
    checks = _clashes, _circles, _unsound
    while clashes := next(filter(None, (list(check(draft, wishes)) for check in checks)), None):
        together = list(_together(clashes, order))
        out = {key for one in together for key in one.keys}
        wishes = [wish for wish in wishes if wish.key not in out]
        collisions += together
    kept_out = {key for one in collisions for key in one.keys}
    return ProposalsMerged(
        _text(draft, wishes, new_id),
        tuple(each.key for each in proposals if each.key not in kept_out),
        tuple(sorted(collisions, key=lambda one: order[one.keys[0]])),
    )


def _clashes(draft: DraftNow, wishes: Sequence[Wish]) -> Iterator[_Clash]:
    """Yield what cannot be done to one place."""
    at = defaultdict[str, list[Wish]](list)
    for wish in wishes:
        if wish.target is not None and wish.kind is not ProposalKind.INSERTION:
            at[wish.target].append(wish)
    for target, here in at.items():
        words, deletions, moves = (
            [wish for wish in here if wish.kind is kind]
            for kind in (ProposalKind.WORDS, ProposalKind.DELETION, ProposalKind.MOVE)
        )
        if deletions:
            # A demand's words go with the block that prints it.
            inside = [wish for each in _demands_in(draft, target) for wish in at.get(each, ())]
            if len(here) > len(deletions) or inside:
                yield _Clash([*here, *inside], CollisionReason.LEFT_OUT, target)
        if len({wish.proposal.after for wish in moves}) > 1:
            yield _Clash(moves, CollisionReason.PLACE, target)
        yield from _clashes_of_words(draft, target, words)


def _clashes_of_words(draft: DraftNow, target: str, wishes: Sequence[Wish]) -> Iterator[_Clash]:
    holders = defaultdict[Edit, list[Wish]](list)
    for wish in wishes:
        for edit in wish.edits:
            holders[edit].append(wish)
    if len(wishes) > 1:
        text = weaving.joined(draft.place(target).lines)
        for one, other in weaving.overlapping(text, holders):
            yield _Clash([*holders[one], *holders[other]], CollisionReason.WORDS, target)


def _demands_in(draft: DraftNow, target: str) -> list[str]:
    """Return the targets of the demands that a block prints."""
    if draft.place(target).kind != "demands":
        return []
    block = draft.block(target.partition("/")[2])
    printed = printing.resolve({**draft.now.document, "body": [block]})["blocks"][0]
    lists = printed["lists"] if printed["type"] == "demands" else []
    return [f"demand/{demand['id']}" for each in lists for demand in each["demands"]]


def _circles(_: DraftNow, wishes: Sequence[Wish]) -> Iterator[_Clash]:
    """Yield moves of which each puts a block behind the next, and none behind what stays."""
    moves = _moves(wishes)
    seen = set[str]()
    for start in sorted(moves):
        path: list[str] = []
        one: str | None = start
        while one in moves and one not in seen:
            seen.add(one)
            path.append(one)
            one = _anchor(moves[one][0], moves)
        if one in path:
            circle = sorted(path[path.index(one) :])
            found = [wish for each in circle for wish in moves[each]]
            yield _Clash(found, CollisionReason.PLACE, found[0].target)


def _moves(wishes: Iterable[Wish]) -> dict[str, list[Wish]]:
    """Return the moves by the blocks that they move."""
    found = defaultdict[str, list[Wish]](list)
    for wish in wishes:
        if wish.kind is ProposalKind.MOVE:
            found[str(wish.proposal.block_id)].append(wish)
    return found


def _anchor(wish: Wish, moved: Container[str]) -> str | None:
    """Return behind which block a block goes: what the draft put in there may be moved away."""
    return wish.proposal.after if wish.behind in moved else wish.behind


def _unsound(draft: DraftNow, wishes: Sequence[Wish]) -> Iterator[_Clash]:
    """Yield what goes together word by word and makes no sound text."""
    found = False
    lines = _woven(draft, wishes)
    for target, said in lines.items():
        here = [wish for wish in wishes if wish.target == target and wish.edits]
        if not _is_sound(draft.place(target), said, here):
            found = True
            yield _Clash(here, CollisionReason.MARKUP, target)
    deletions = [wish for wish in wishes if wish.kind is ProposalKind.DELETION]
    gone = {wish.target for wish in deletions}
    if len(gone) == len(draft.now.ids) and not any(wish.block for wish in wishes):
        found = True
        yield _Clash(deletions, CollisionReason.LEFT_OUT, min(map(str, gone)))
    if not found:
        yield from _clashes_of_notes(draft, wishes, lines)


def _is_sound(place: TextPlace, lines: tuple[str, ...], wishes: Iterable[Wish]) -> bool:
    if not place.fits(lines):
        return False
    known = strays(place, place.lines) + sum(wish.strays for wish in wishes)
    return strays(place, lines) <= known


def _clashes_of_notes(draft: DraftNow, wishes: Sequence[Wish], lines: _Lines) -> Iterator[_Clash]:
    """Yield changes of a footnote whose last reference goes, with what takes that out."""
    changed = [target for target in lines if draft.place(target).kind == "footnote"]
    if not changed:
        return
    reached = references.reached(_filled(draft, wishes, lines))
    for target in changed:
        label = target.partition("/")[2]
        if label in reached:
            continue
        removers = [wish for wish in wishes if label in _labels_lost(draft, wish, lines)]
        if removers:
            here = [wish for wish in wishes if wish.target == target]
            yield _Clash([*here, *removers], CollisionReason.LEFT_OUT, target)


def _labels_lost(draft: DraftNow, wish: Wish, lines: _Lines) -> set[str]:
    """Return the labels that a place refers to no more."""
    if wish.target is None or not (wish.edits or wish.kind is ProposalKind.DELETION):
        return set()
    old, new = (
        {label for line in each for label in markdown.footnote_labels(line)}
        for each in (draft.place(wish.target).lines, lines.get(wish.target, ()))
    )
    return old - new


def _together(clashes: Iterable[_Clash], order: Mapping[str, int]) -> Iterator[Collision]:
    """Yield what collides, directly or through others, as one."""
    parent: dict[str, str] = {}

    def root(key: str) -> str:
        while (above := parent.setdefault(key, key)) != key:
            parent[key] = parent[above]
            key = above
        return key

    told = []
    for clash in clashes:
        keys = [wish.key for wish in clash.wishes]
        for key in keys:
            parent[root(key)] = root(keys[0])
        told.append((_WEIGHT.index(clash.reason), clash.target or "", keys[0]))
    keys_of, worst = defaultdict[str, list[str]](list), dict[str, tuple[int, str, str]]()
    for key in sorted(parent, key=order.__getitem__):
        keys_of[root(key)].append(key)
    for each in told:
        top = root(each[2])
        worst[top] = min(each, worst.get(top, each))
    for top, keys in keys_of.items():
        weight, target, _ = worst[top]
        yield Collision(target or None, tuple(keys), _WEIGHT[weight])


def _woven(draft: DraftNow, wishes: Iterable[Wish]) -> dict[str, tuple[str, ...]]:
    """Return the lines of the places that change."""
    edits = defaultdict[str, list[Edit]](list)
    for wish in wishes:
        if wish.edits:
            edits[str(wish.target)] += wish.edits
    return {
        target: weaving.split(weaving.woven(weaving.joined(draft.place(target).lines), each))
        for target, each in edits.items()
    }


def _filled(draft: DraftNow, wishes: Iterable[Wish], lines: _Lines) -> PortableDocument:
    """Return the draft with the words and blocks that are wished for, new blocks last."""
    document = draft.places.filled(lines)
    gone = {wish.proposal.block_id for wish in wishes if wish.kind is ProposalKind.DELETION}
    body = [
        block for one, block in zip(draft.now.ids, document["body"], strict=True) if one not in gone
    ]
    return {**document, "body": [*body, *(wish.block for wish in wishes if wish.block)]}


def _text(draft: DraftNow, wishes: Sequence[Wish], new_id: Callable[[], str]) -> Version:
    """Return the draft with what is wished for, of which nothing collides."""
    document = draft.places.filled(_woven(draft, wishes))
    blocks = dict(zip(draft.now.ids, document["body"], strict=True))
    gone = {wish.proposal.block_id for wish in wishes if wish.kind is ProposalKind.DELETION}
    moves = _moves(wishes)
    behind = defaultdict[str | None, list[str]](list)
    for one in draft.now.ids:
        if one in moves:
            behind[_anchor(moves[one][0], moves)].append(one)
    for wish in _once(wishes):
        new = new_id()
        blocks[new] = cast("PortableBlock", wish.block)
        behind[_anchor(wish, moves)].append(new)
    ids = list(_arranged(draft.now.ids, gone, moves, behind))
    brought = {label: words for wish in wishes for label, words in wish.notes.items()}
    found: PortableDocument = {**document, "body": [blocks[one] for one in ids]}
    return Version(with_notes(draft.now.document, found, brought), ids)


def _once(wishes: Iterable[Wish]) -> Iterator[Wish]:
    """Yield the insertions; those of one block at one place once."""
    seen: list[tuple[str | None, PortableBlock]] = []
    for wish in wishes:
        if wish.block and (said := (wish.proposal.after, wish.block)) not in seen:
            seen.append(said)
            yield wish


def _arranged(
    ids: Iterable[str],
    gone: Container[str | None],
    moved: Container[str],
    behind: Mapping[str | None, Sequence[str]],
) -> Iterator[str]:
    """Yield blocks in their order; what goes behind one that is gone stands where that stood."""
    for one in (None, *ids):
        if one in moved:
            continue
        waiting = [one]
        while waiting:
            here = waiting.pop()
            if here is not None and here not in gone:
                yield here
            waiting += reversed(behind.get(here, ()))
