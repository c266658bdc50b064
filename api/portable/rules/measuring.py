"""How much of a text a new revision changes: counted, so that nobody has to believe it. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from api.cases.rules import NameIndex
from api.infra.text import languages
from api.portable.rules import names as labels
from api.portable.rules.diff import DiffPart, DiffText, PartState
from api.texts.rules import markdown
from api.texts.rules.document import PortableDocument
from api.texts.rules.wording import Op

_TOKEN = re.compile(r"[^\W_]+(?:[.,:/'\u2019-][^\W_]+)*|[^\w\s]")
BLOCKS = frozenset({"paragraph", "heading", "quote", "list", "demands", "cases"})


@dataclass(frozen=True)
class Measure:
    """What a revision changes of the one before it."""

    words_added: int = 0
    words_removed: int = 0
    blocks_added: int = 0
    blocks_removed: int = 0
    blocks_changed: int = 0
    blocks_moved: int = 0  # whether they changed or not
    demands_added: list[str] = field(default_factory=list)  # their ids
    demands_removed: list[str] = field(default_factory=list)
    numbers: list[str] = field(default_factory=list)  # added, removed or replaced
    names: list[str] = field(default_factory=list)  # of cases, addressees, organisations, countries


def names_of(document: PortableDocument, organisations: Iterable[str]) -> Iterator[str]:
    """Yield the names by which a change of a text is weighed; none that may not be named."""
    for case in document.get("cases", ()):
        may_be_named = case.get("may_be_named", True)
        yield from labels.called(case) if may_be_named else [labels.label(case, document)]
    for one in document.get("addressees", ()):
        yield from filter(None, [one["name"], one.get("organisation")])
    for asked in document.get("demand_lists", ()):
        if "party" in asked:
            yield asked["party"]["name"]
    yield document["coalition"]["name"]
    yield from organisations
    yield from (labels.country(code, document) for code in sorted(languages.COUNTRIES))


def measure(parts: Iterable[DiffPart], names: Iterable[str]) -> Measure:
    """Return what a diff comes to."""
    sought, counts = NameIndex(names), Counter[str]()
    asked = {PartState.ADDED: dict[str, None](), PartState.REMOVED: dict[str, None]()}
    numbers: dict[str, None] = {}
    touched: dict[str, None] = {}
    for part in _all(parts):
        if part.kind in BLOCKS:
            counts[part.change] += 1
            counts["moved"] += part.came_from is not None
        if part.kind == "demand" and part.change in asked:
            asked[part.change][part.key] = None
        for passage in part.passages:
            out, into = (_tokens(_said(passage, op)) for op in (Op.REMOVED, Op.ADDED))
            counts["words_removed"] += sum(map(_is_word, out))
            counts["words_added"] += sum(map(_is_word, into))
            changed = (*out, *into)
            numbers |= dict.fromkeys(one for one in changed if any(map(str.isnumeric, one)))
            touched |= dict.fromkeys(_touched(passage, sought))
    added, removed = asked[PartState.ADDED], asked[PartState.REMOVED]
    return Measure(
        words_added=counts["words_added"],
        words_removed=counts["words_removed"],
        blocks_added=counts[PartState.ADDED],
        blocks_removed=counts[PartState.REMOVED],
        blocks_changed=counts[PartState.CHANGED],
        blocks_moved=counts["moved"],
        demands_added=[key for key in added if key not in removed],
        demands_removed=[key for key in removed if key not in added],
        numbers=list(numbers),
        names=list(touched),
    )


def _all(parts: Iterable[DiffPart]) -> Iterator[DiffPart]:
    for part in parts:
        yield part
        yield from _all(part.parts)


def _said(passage: DiffText, *ops: Op) -> str:
    """Return the words of a passage of which one of these became, and where they link to."""
    said = [piece for piece in passage.pieces if piece.op in ops]
    words = "".join(f"[{one.words}]" if one.is_note else one.words for one in said)
    places = dict.fromkeys(mark for one in said for mark in one.marks if markdown.is_address(mark))
    return " ".join((words, *places))


def _tokens(text: str) -> list[str]:
    return _TOKEN.findall(text)


def _is_word(token: str) -> bool:
    return any(sign.isalnum() for sign in token)


def _touched(passage: DiffText, sought: NameIndex) -> list[str]:
    """Return the names that came or went, or stand in what came or went."""
    before = set(sought.found_in(_said(passage, Op.SAME, Op.REMOVED)))
    after = set(sought.found_in(_said(passage, Op.SAME, Op.ADDED)))
    moved = {name for op in (Op.REMOVED, Op.ADDED) for name in sought.found_in(_said(passage, op))}
    return sorted((before ^ after) | moved)
