"""Changes of one place by many people, made of one text or of several, put together. Pure.

The lines of a place are one text here (`joined`), so that what holds of words holds of lines.
Changes are what `wording.edits` tells of two such texts.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from api.infra.text.characters import UNSPACED
from api.texts.rules import wording
from api.texts.rules.wording import LINE, Edit

_TWO_LETTERS = re.compile(f"[{UNSPACED}]{{2}}")  # of one word maybe, where no spaces part these
_BEFORE, _AMONG, _BEHIND = range(3)  # lines before the words of a point, words, lines behind them


def joined(lines: Iterable[str]) -> str:
    """Return the lines of a place as one text."""
    return LINE.join(lines)


def split(text: str) -> tuple[str, ...]:
    """Return the lines of a text that `joined` made."""
    return tuple(text.split(LINE))


def edits(old: str, new: str) -> tuple[Edit, ...]:
    """Return what makes of one text another; whole lines that come or go as such."""
    found: list[Edit] = []
    for each in wording.edits(old, new):
        found.append(_with_whole_lines(old, each, found[-1].end if found else -1))
    return tuple(found)


def _with_whole_lines(text: str, edit: Edit, floor: int) -> Edit:
    """Return the same edit as one that begins between two lines, where it is of whole lines."""
    start, end, added = edit
    if (added and start < end) or LINE not in (changed := added or text[start:end]):
        return edit
    while changed[0] != LINE:
        if start <= floor + 1 or text[start - 1] != changed[-1]:
            return edit
        changed = changed[-1] + changed[:-1]
        start, end = start - 1, end - 1
    is_whole = text[end : end + 1] in {"", LINE}
    return Edit(start, end, added and changed) if is_whole else edit


def _rank(text: str, edit: Edit) -> int:
    """Return how what is put in at a point stands to what else is put in there."""
    if _is_insertion(edit):
        if edit.text.startswith(LINE) and text[edit.start : edit.start + 1] in {"", LINE}:
            return _BEHIND
        if edit.text.endswith(LINE) and text[max(0, edit.start - 1) : edit.start] in {"", LINE}:
            return _BEFORE
    return _AMONG


def _key(text: str, edit: Edit) -> tuple[int, int, int]:
    return edit.start, edit.end, _rank(text, edit)


def overlap(text: str, one: Edit, other: Edit) -> bool:
    """Tell whether two edits of a text cannot both be made.

    They overlap, or one puts words in beside what the other changes. Whole lines that two put in
    go in one behind the other.
    """
    if one == other:
        return False
    first, second = sorted((one, other))
    ranks = [_rank(text, each) for each in (first, second)]
    if _AMONG not in ranks:
        is_same = first.start == second.start and ranks[0] == ranks[1]
        return is_same and not {*_lines(first)}.isdisjoint(_lines(second))
    if ranks[0] != ranks[1]:
        lines, words = (second, first) if ranks[0] == _AMONG else (first, second)
        return _parts(text, words, lines.start)
    between = text[first.end : second.start]
    if _is_insertion(first):
        takes_lines = not second.text and text[second.start] == LINE
        return not takes_lines and not between.strip()
    if _is_insertion(second):
        return not between.strip()
    is_beside = second.start == first.end
    return second.start < first.end or (is_beside and _is_inside_a_word(text, first.end))


def _is_insertion(edit: Edit) -> bool:
    return edit.start == edit.end


def _is_inside_a_word(text: str, point: int) -> bool:
    return bool(_TWO_LETTERS.match(text[point - 1 : point + 1]))


def _lines(edit: Edit) -> tuple[str, ...]:
    return split(edit.text.strip(LINE))


def _parts(text: str, edit: Edit, point: int) -> bool:
    """Tell whether an edit leaves no place for lines that another puts in at a point."""
    if edit.start < point < edit.end:
        return True
    joins = bool(edit.text) and LINE in text[edit.start : edit.end]
    return point in {edit.start, edit.end} and (joins or LINE in edit.text)


def rebased(base: str, draft: Sequence[Edit], given: Iterable[Edit]) -> tuple[Edit, ...] | None:
    """Return edits of a text as edits of the draft that others made of it.

    What the draft has already is left out. None: it has other words for what they change.
    """
    found = []
    for edit in given:
        if any(_has(base, each, edit) for each in draft):
            continue
        if any(overlap(base, each, edit) for each in draft):
            return None
        key = _key(base, edit)
        shift = sum(
            len(each.text) - (each.end - each.start) for each in draft if _key(base, each) <= key
        )
        found.append(Edit(edit.start + shift, edit.end + shift, edit.text))
    return tuple(found)


def _has(text: str, made: Edit, edit: Edit) -> bool:
    """Tell whether an edit that was made did what another would."""
    if made == edit:
        return True
    if _key(text, made) != _key(text, edit) or _rank(text, edit) == _AMONG:
        return False
    there = iter(_lines(made))
    return all(line in there for line in _lines(edit))


def woven(text: str, given: Iterable[Edit]) -> str:
    """Return a text with edits of which no two overlap; of whole lines the first comes first."""
    return "".join(_woven(text, sorted(dict.fromkeys(given), key=lambda one: _key(text, one))))


def _woven(text: str, given: Iterable[Edit]) -> Iterator[str]:
    at = 0
    for edit in given:
        yield text[at : edit.start]
        yield edit.text
        at = edit.end
    yield text[at:]


def overlapping(text: str, given: Iterable[Edit]) -> Iterator[tuple[Edit, Edit]]:
    """Yield pairs of edits of a text that cannot both be made.

    Of many edits of the same words it yields each with the next, not each with each.
    """
    waiting = sorted(set(given))
    for place, one in enumerate(waiting):
        is_told = False
        for other in waiting[place + 1 :]:
            if other.start > one.end and text[one.end : other.start].strip():
                break
            is_same = one[:2] == other[:2] and not _is_insertion(one)
            if not (is_same and is_told) and overlap(text, one, other):
                is_told = is_told or is_same
                yield one, other
