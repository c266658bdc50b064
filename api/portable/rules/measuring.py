"""How much of a text a new revision changes: counted, so that nobody has to believe it. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field

from api.infra.text import languages
from api.portable.rules import names as labels
from api.portable.rules.diff import DiffPart, DiffText, PartState
from api.portable.rules.guard import BLOCKS, SenseTurn, TurnKind
from api.texts.rules import markdown, negation
from api.texts.rules.document import PortableDocument
from api.texts.rules.wording import Op

_TOKEN = re.compile(r"[^\W_]+(?:[.,:/'\u2019-][^\W_]+)*|[^\w\s]")


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
    dates: list[str] = field(default_factory=list)
    names: list[str] = field(default_factory=list)  # of cases, addressees, organisations, countries
    # Words that deny, added or removed; None: not measured, of a language that is not known so far.
    negations: list[str] | None = field(default_factory=list)

    @property
    def counts(self) -> dict[str, int | None]:
        """Return how much of each there is, which says no word of the text."""
        return {
            name: len(value) if isinstance(value, list) else value
            for name, value in asdict(self).items()
        }


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


def measure(parts: Iterable[DiffPart], turns: Iterable[SenseTurn], language: str) -> Measure:
    """Return what a diff comes to, with what in it may have turned the sense."""
    counts = Counter[str]()
    asked = {PartState.ADDED: dict[str, None](), PartState.REMOVED: dict[str, None]()}
    for part in _all(parts):
        if part.kind in BLOCKS:
            counts[part.change] += 1
            counts["moved"] += part.came_from is not None
        if part.kind == "demand" and part.change in asked:
            asked[part.change][part.key] = None
        for passage in part.passages:
            for name, op in (("words_removed", Op.REMOVED), ("words_added", Op.ADDED)):
                counts[name] += sum(map(_is_word, _tokens(_said(passage, op))))
    added, removed = asked[PartState.ADDED], asked[PartState.REMOVED]
    found: dict[TurnKind, dict[str, None]] = {kind: {} for kind in TurnKind}
    for turn in turns:
        found[turn.kind] |= dict.fromkeys(_words_of(turn))
    return Measure(
        words_added=counts["words_added"],
        words_removed=counts["words_removed"],
        blocks_added=counts[PartState.ADDED],
        blocks_removed=counts[PartState.REMOVED],
        blocks_changed=counts[PartState.CHANGED],
        blocks_moved=counts["moved"],
        demands_added=[key for key in added if key not in removed],
        demands_removed=[key for key in removed if key not in added],
        numbers=list(found[TurnKind.NUMBER]),
        dates=list(found[TurnKind.DATE]),
        names=list(found[TurnKind.NAME]),
        negations=list(found[TurnKind.NEGATION]) if negation.is_measured(language) else None,
    )


def _words_of(turn: SenseTurn) -> list[str]:
    """Return what a turn tells of both sides; of names, each once and in order."""
    both = [*turn.removed, *turn.added]
    return sorted(both) if turn.kind is TurnKind.NAME else both


def _all(parts: Iterable[DiffPart]) -> Iterator[DiffPart]:
    for part in parts:
        yield part
        yield from _all(part.parts)


def _said(passage: DiffText, op: Op) -> str:
    """Return the words of a passage of which this became, and where they link to."""
    said = [piece for piece in passage.pieces if piece.op is op]
    words = "".join(f"[{one.words}]" if one.is_note else one.words for one in said)
    places = dict.fromkeys(mark for one in said for mark in one.marks if markdown.is_address(mark))
    return " ".join((words, *places))


def _tokens(text: str) -> list[str]:
    return _TOKEN.findall(text)


def _is_word(token: str) -> bool:
    return any(sign.isalnum() for sign in token)
