"""Two changes of one text, made at once, put together; or where they collide. Pure.

What is merged as a whole is a block, a demand, a case, a footnote, an addressee, a contact, or a
field such as the title: by its id, label or name. Where one of two changed it, it is as that one
left it; where both did, and not alike, they collide.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, cast

from api.errors import Code, Fault, point
from api.portable.rules import identity, references
from api.portable.rules.diff import Version
from api.texts.rules.document import PortableDocument

BOTH = "It was changed meanwhile, and here in another way."
GONE = "It was left out meanwhile, and is changed or moved here."
LEFT_OUT = "Something that is left out here was changed or moved meanwhile."
MOVED = "It was moved meanwhile, and here to another place."
MOST_TOLD = 100  # collisions
FIRST = ""  # behind which what is first stands

_Path = tuple[str, ...]
_Parts = Mapping[str, object]
_ABSENT: Any = object()  # where a text has no such part


def _by(name: str) -> Callable[[object], object]:
    return lambda part: part.get(name) if isinstance(part, dict) else None


_LISTS: Mapping[str, Callable[[object], object]] = {
    "body": _by("id"),
    "cases": _by("id"),
    "demand_lists": references.key_of,
    "demands": _by("id"),
    "addressees": _by("name"),
    "contacts": _by("name"),
}


class Merged(NamedTuple):
    """Two changes in one text, and the places at which they collide: it is none there."""

    version: Version
    collisions: list[Fault]  # their pointers lead into the second change


def merged(before: Version, theirs: Version, mine: Version) -> Merged:
    """Return what two changes of a text make of it together.

    Of what both put in at the same place, theirs comes first.
    """
    texts = [identity.identified(each.document, each.ids) for each in (before, theirs, mine)]
    merging = _Merging(texts[2])
    found = cast("PortableDocument", merging.part((), *texts))
    ids = [block["id"] for block in found["body"]]
    version = Version(identity.bare(found), ids)
    return Merged(version, list(dict.fromkeys(merging.collisions)))


@dataclass
class _Merging:
    mine: PortableDocument
    collisions: list[Fault] = field(default_factory=list)

    def part(self, path: _Path, before: object, theirs: object, mine: object) -> object:
        """Return a part as it is merged, or that it is absent."""
        if mine in (theirs, before):
            return theirs
        if theirs == before:
            return mine
        parts = [_parts(path, each) for each in (before, theirs, mine)]
        texts = [each for each in parts if each is not None]
        if len(texts) < len(parts):
            self._collide(path, GONE if theirs is _ABSENT else BOTH)
            return mine
        found = {}
        for key in dict.fromkeys(key for each in texts for key in each):
            part = self.part((*path, key), *(each.get(key, _ABSENT) for each in texts))
            if part is not _ABSENT:
                found[key] = part
        if not found and _ABSENT in (theirs, mine):
            return _ABSENT
        if _is_list(path):
            return [found[key] for key in self._order(path, *texts) if key in found]
        return found

    def _order(self, path: _Path, before: _Parts, theirs: _Parts, mine: _Parts) -> list[str]:
        """Return the order of all parts: what I moved or added follows what it follows in mine."""
        there, here = _moved(before, theirs), _moved(before, mine)
        behind_there, behind_here = _behind(theirs, mine), _behind(mine, theirs)
        for key in here & there:
            if behind_there.get(key) != behind_here.get(key):
                self._collide((*path, key), MOVED)
        for key in here - theirs.keys():
            self._collide((*path, key), GONE)
        for key in there - mine.keys():
            self._collide((*path, key), LEFT_OUT)
        here -= there
        settled = theirs.keys() & before.keys() - here - there
        own = defaultdict[str, list[str]](list)
        last = FIRST
        for key in mine:
            if key in settled:
                last = key
            elif key in here or key not in theirs:
                own[last].append(key)
        return _joined(theirs, own, skipped=here, added=theirs.keys() - mine.keys())

    def _collide(self, path: _Path, detail: str) -> None:
        if len(self.collisions) == MOST_TOLD:
            return
        steps: list[str | int] = []
        whole: object = self.mine
        for depth, key in enumerate(path):
            parts = _parts(path[:depth], whole) or {}
            if key not in parts:
                detail = LEFT_OUT
                break
            steps.append(list(parts).index(key) if _is_list(path[:depth]) else key)
            whole = parts[key]
        self.collisions.append(Fault(point(*steps), Code.CONFLICT, detail))


def _is_list(path: _Path) -> bool:
    """Tell whether a place holds parts in an order: the body, the demands of a list."""
    return bool(path) and path[-1] in _LISTS and len(path) in {1, 3}


def _parts(path: _Path, value: object) -> _Parts | None:
    """Return the parts of a place by what they are known by; None: it is merged as a whole."""
    if _is_list(path):
        return _keyed(_LISTS[path[-1]], [] if value is _ABSENT else value)
    if path == ("footnotes",):
        return cast("_Parts", {} if value is _ABSENT else value)
    is_list_of_demands = path[:1] == ("demand_lists",) and len(path) == 2  # noqa: PLR2004 # its key
    is_mapping = not path or (is_list_of_demands and value is not _ABSENT)
    return cast("_Parts", value) if is_mapping else None


def _keyed(key_of: Callable[[object], object], value: object) -> _Parts | None:
    parts = cast("Sequence[object]", value)
    found = {str(key): part for part in parts if (key := key_of(part)) is not None}
    return found if len(found) == len(parts) else None


def _moved(before: _Parts, after: _Parts) -> set[str]:
    """Return what stands in both texts, and in another order: the fewest that can have moved."""
    old, new = ([key for key in one if key in other] for one, other in
                ((before, after), (after, before)))  # fmt: skip
    if old == new:
        return set()
    return {*old} - {old[place] for place, _ in identity.in_order(old, new)}


def _behind(text: _Parts, other: _Parts) -> dict[str, str]:
    """Return behind which part each stands, of those that another text has too."""
    both = [key for key in text if key in other]
    return dict(zip(both, [FIRST, *both], strict=False))


def _joined(
    theirs: _Parts, own: Mapping[str, list[str]], *, skipped: set[str], added: set[str]
) -> list[str]:
    """Return their order, and behind each part of it what they added there, then what I put."""
    found: list[str] = []
    waiting = own.get(FIRST, [])
    for key in theirs:
        if key in skipped:
            continue
        if key not in added:
            found += waiting
            waiting = own.get(key, [])
        found.append(key)
    return [*found, *waiting]
