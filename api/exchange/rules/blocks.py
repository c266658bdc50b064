"""Where the blocks stand in a file that came back, and what of it belongs to none. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import NamedTuple

from api.exchange.rules.returned import Returned
from api.exchange.rules.sending import Region
from api.infra.word import aligning
from api.portable.rules.places import kind_of


@dataclass
class NewBlock:
    """Paragraphs of the file that are a block to be put in behind another; None: first."""

    after: str | None
    places: list[int]
    is_guess: bool


class MovedBlock(NamedTuple):
    """A block that stands behind another now; None: first. A guess: within that other."""

    block: str
    after: str | None
    is_guess: bool


@dataclass
class Arranged:
    """The paragraphs of the file by the blocks that they belong to; all are places in its order.

    `strays` are parts of blocks that hold together, found outside, and `turned` those that are in
    another order; `outside` is new and stands where the text has no block; `rests` are what a part
    was parted into that cannot be.
    """

    members: dict[str, list[int]] = field(default_factory=dict)
    new: list[NewBlock] = field(default_factory=list)
    moved: list[MovedBlock] = field(default_factory=list)
    strays: list[int] = field(default_factory=list)
    turned: list[int] = field(default_factory=list)
    outside: list[int] = field(default_factory=list)
    rests: dict[int, list[int]] = field(default_factory=dict)  # by what they are the rest of

    def block_of(self) -> dict[int, str | None]:
        """Return to which block a paragraph belongs, or behind which it is new."""
        new = {place: one.after for one in self.new for place in one.places}
        return new | {place: block for block, run in self.members.items() for place in run}


def arranged(returned: Returned) -> Arranged:
    """Return where the blocks of a text stand now."""
    arranging = _Arranging(returned)
    arranging.cluster()
    arranging.place_new()
    arranging.move()
    return arranging.found


class _Arranging:
    def __init__(self, returned: Returned) -> None:
        self._units, self._back = returned.body.units, returned.body.back
        version = returned.sent.version
        self._order = {one: place for place, one in enumerate(version.ids)}
        blocks = dict(zip(version.ids, version.document["body"], strict=True))
        self._kinds = {one: kind_of(block) for one, block in blocks.items()}
        self._led = {one for one, block in blocks.items() if block.get("list", {}).get("lead")}
        self._stays: set[int] = set()
        self.found = Arranged()

    def _block(self, place: int) -> str | None:
        unit = self._back[place].unit
        return None if unit is None else self._units[unit].block

    def cluster(self) -> None:
        """Find where most of each block stands; what is found elsewhere has left it."""
        known = [n for n in range(len(self._back)) if self._block(n)]
        self._stays = self._staying(known)
        runs = [(block, [*run]) for block, run in groupby(known, key=self._block)]
        # What strayed into a block parts it in two that belong together.
        staying = [n for n in known if n in self._stays]
        held = {block: (min(run), max(run)) for block, run in self._by_block(staying).items()}
        members: dict[str, list[int]] = {}
        for block, run in runs:
            if block is None:
                continue
            first, last = held.get(block, (None, None))
            if first is not None and last is not None:
                is_in = first <= run[0] <= last or first <= run[-1] <= last
                is_in = is_in or not self._stays.isdisjoint(run)
                if is_in:
                    members.setdefault(block, []).extend(run)
            elif self._weight(run) > self._weight(members.get(block, [])):
                members[block] = run
        self.found.members = members
        inside = {n for run in members.values() for n in run}
        self._left = {n for n in known if n not in inside}
        self.found.strays = sorted(n for n in self._left if not self._is_list(self._block(n)))
        self.found.turned = [n for run in members.values() for n in self._turned(run)]

    def _turned(self, run: Sequence[int]) -> list[int]:
        """Return which parts of a block stand in another order than they may."""
        units = [int(self._back[n].unit or 0) for n in run]
        if self._is_list(self._block(run[0])):  # of which the lead alone has its place
            lead = next((n for n in run if self._is_lead(n)), run[0])
            return [lead] if lead != run[0] else []
        risen = aligning.longest_rise(units)
        return [n for at, n in enumerate(run) if at not in risen]

    def _by_block(self, places: Sequence[int]) -> Mapping[str, list[int]]:
        found: dict[str, list[int]] = {}
        for n in places:
            found.setdefault(str(self._block(n)), []).append(n)
        return found

    def _staying(self, known: Sequence[int]) -> set[int]:
        """Return what stands in the order in which it was sent; what says it moved only if so."""
        units = [int(self._back[n].unit or 0) for n in known]
        still = [at for at, n in enumerate(known) if not self._back[n].is_moved]
        risen = aligning.longest_rise([units[at] for at in still])
        stays = {still[at] for at in risen}
        for at in range(len(known)):
            if at not in stays:
                before = [units[n] for n in stays if n < at]
                after = [units[n] for n in stays if n > at]
                if max(before, default=-1) < units[at] < min(after, default=len(self._units)):
                    stays.add(at)
        return {known[at] for at in stays}

    def _weight(self, places: Sequence[int]) -> int:
        return sum(len(self._back[n].passage.words) + 1 for n in places)

    def _is_lead(self, place: int) -> bool:
        unit = self._back[place].unit
        block = None if unit is None else self._units[unit].block
        return block in self._led and self._units[int(unit or 0)].parts[0].line == 0

    def _is_list(self, block: str | None) -> bool:
        return block is not None and self._kinds[block] == "list"

    def place_new(self) -> None:
        """Find for what is new the block that it is an item of, or behind which it stands."""
        before: int | None
        last: NewBlock | None
        strays = set(self.found.strays)
        before, last = None, None
        places = range(len(self._back))
        is_placed = [self._back[n].unit is not None and n not in self._left for n in places]
        following: list[int | None] = [None] * len(self._back)
        for n in reversed(places[:-1]):
            following[n] = n + 1 if is_placed[n + 1] else following[n + 1]
        for place in places:
            after = following[place]
            if is_placed[place] or place in strays:
                before = place if is_placed[place] else before
                last = None
            elif self._takes_in(place, before, after):
                last = None
            elif self._is_outside(before, after):
                self.found.outside.append(place)
            else:
                last = self._added(place, before, after, last)
        for run in self.found.members.values():
            run.sort()

    def _takes_in(self, place: int, before: int | None, after: int | None) -> bool:
        """Tell whether a list, or a part that cannot be parted, takes a new paragraph in."""
        above = None if before is None else self._block(before)
        below = None if after is None else self._block(after)
        if before is not None and above is not None and not self._is_list(above):
            is_inside = above == below or self._kinds[above] == "demands"
            if is_inside and self._is_rest(before, place):
                self.found.rests.setdefault(before, []).append(place)
                return True
        is_item = "list" in self._back[place].paragraph
        if self._is_list(above) and (above == below or (is_item and self._alike(place, before))):
            self.found.members[str(above)].append(place)
            return True
        if self._is_list(below) and is_item and self._alike(place, after):
            first = min(self.found.members[str(below)])
            if first == after and not self._is_lead(first):
                self.found.members[str(below)].append(place)
                return True
        return False

    def _alike(self, place: int, other: int | None) -> bool:
        """Tell whether two paragraphs are items of one list, as far as the file says."""
        mine = self._back[place].paragraph.get("list")
        its = None if other is None else self._back[other].paragraph.get("list")
        return mine is None or its is None or mine["list"] == its["list"]

    def _is_rest(self, before: int, place: int) -> bool:
        """Tell whether a paragraph is the rest of the one before it, which was parted."""
        unit = self._back[before].unit
        if unit is None:
            return False
        pieces = [before, *self.found.rests.get(before, ()), place]
        said = "".join(self._back[n].passage.tight for n in pieces)
        return bool(said) and self._units[unit].passage.tight.startswith(said)

    def _is_outside(self, before: int | None, after: int | None) -> bool:
        """Tell whether a place is among what stands over the blocks or under them."""
        above = None if before is None else self._region(before)
        below = None if after is None else self._region(after)
        return above is Region.TAIL or (below is Region.HEAD and above in {None, Region.HEAD})

    def _region(self, place: int) -> Region | None:
        unit = self._back[place].unit
        return None if unit is None else self._units[unit].region

    def _added(
        self, place: int, before: int | None, after: int | None, last: NewBlock | None
    ) -> NewBlock:
        """Put a new paragraph behind a block; items of one list are one block."""
        above = None if before is None else self._block(before)
        below = None if after is None else self._block(after)
        if above is None and before is not None and self._region(before) is Region.BODY:
            above = self._nearest(before)
        is_item = "list" in self._back[place].paragraph
        if last and is_item and "list" in self._back[last.places[-1]].paragraph:
            last.places.append(place)
            return last
        one = NewBlock(above, [place], is_guess=above is not None and above == below)
        self.found.new.append(one)
        return one

    def _nearest(self, place: int) -> str | None:
        """Return the block of the last paragraph before a place that belongs to one."""
        return next((one for n in range(place, -1, -1) if (one := self._block(n))), None)

    def move(self) -> None:
        """Find the blocks that stand elsewhere, in the order in which they do now."""
        starts = sorted((min(run), block) for block, run in self.found.members.items())
        now = [block for _, block in starts]
        stayed = {
            block
            for block, run in self.found.members.items()
            if self._weight([n for n in run if n in self._stays]) * 2 >= self._weight(run)
        }
        rest = [block for block in now if block in stayed]
        risen = aligning.longest_rise([self._order[block] for block in rest])
        still = {rest[at] for at in risen}
        for place, block in enumerate(now):
            if block not in still:
                after = now[place - 1] if place else None
                runs = self.found.members
                is_within = after is not None and max(runs[after]) > min(runs[block])
                self.found.moved.append(MovedBlock(block, after, is_within))
