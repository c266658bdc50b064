"""A table of others beside what is there: new, the same, changed, or doubtful."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from itertools import islice
from typing import Any, Generic, NamedTuple, TypeVar
from uuid import UUID

from api.errors import Code
from api.infra.database.columns import Versioned
from api.infra.database.transactions import touch
from api.infra.tables import reports
from api.infra.tables.importing import Import
from api.infra.tables.reports import (
    CellChange,
    CellFault,
    How,
    Line,
    LineState,
    OnDifference,
    Reported,
)
from api.infra.text import spelling

R = TypeVar("R", bound="Versioned")
MOST_ALIKE = 50  # that are kept of one mark: who shares it with so many is doubtful anyway
MOST_TOLD = 3  # of those that a line may stand for
ADVICE = "Give its id, or send the line again with doubtful=enter."
# Words that a name may have or not: articles, joining words, legal forms.
_IDLE_WORDS = (
    "the a an of for and in ngo ngos inc ltd llc asbl "
    "и в по за для на оо моо роо ано нко нпо оф бф чф тоо ооо"  # noqa: RUF001 # Cyrillic
)
_IDLE = frozenset(map(spelling.folded, _IDLE_WORDS.split()))


class ImportState(StrEnum):
    """What became of a line of a table of others.

    `doubtful`: it may be one that is there, and was left out.
    """

    ENTERED = "entered"
    CHANGED = "changed"
    SAME = "same"
    KEPT = "kept"
    DOUBTFUL = "doubtful"
    REFUSED = "refused"


@dataclass(frozen=True)
class Taking(How):
    """How a table of others is brought together with what is there."""

    enters_doubtful: bool = False


class Mark(NamedTuple):
    """What two share that may be one, and the column that shows it."""

    column: str
    value: Hashable


@dataclass
class Known(Generic[R]):
    """What a line may stand for: a row that is there, or what an earlier line enters."""

    facts: dict[str, Any]  # as they will be
    row: R | None = None
    id: UUID | None = None
    line: int | None = None  # that entered or changed it


class RowKind(ABC, Generic[R]):
    """What a kind of thing is told by."""

    new: Mapping[str, object]  # the facts of one of which nothing is said
    adds: Sequence[str] = ()  # facts that a line adds to, and takes nothing from

    @abstractmethod
    def sure(self, facts: Mapping[str, object]) -> Iterator[Hashable]:
        """Yield marks: who shares one, and fits, is the same."""

    @abstractmethod
    def fits(self, facts: Mapping[str, object], other: Mapping[str, object]) -> bool:
        """Tell whether nothing speaks against two being one that share a sure mark."""

    @abstractmethod
    def near(self, facts: Mapping[str, object]) -> Iterator[Mark]:
        """Yield marks: who shares one, with reason, may be the same."""

    def may_be(self, facts: Mapping[str, object], other: Mapping[str, object], mark: Mark) -> bool:
        """Tell whether two that share a mark may be one."""
        del self, facts, other, mark
        return True

    @abstractmethod
    def called(self, facts: Mapping[str, object]) -> str:
        """Return by what a person knows it."""

    @abstractmethod
    def lacks(self, facts: Mapping[str, object]) -> Iterator[CellFault]:
        """Yield what keeps a new one from being entered."""

    def forbids(
        self, known: Known[R], after: Mapping[str, object], clash: Known[R] | None
    ) -> Iterator[CellFault]:
        """Yield what keeps one from being changed; `clash` is another that it would be as."""
        del self, known, after, clash
        yield from ()


class Matching(Import, Generic[R]):
    """A table of others on its way: what each line will do, before any of it is done."""

    how: Taking
    kind: RowKind[R]

    @abstractmethod
    def there(self) -> Iterable[Known[R]]:
        """Lock the coalition, and yield what it has."""

    @abstractmethod
    def change(self, row: R, changes: dict[str, object]) -> None:
        """Change a row, and record it."""

    @abstractmethod
    def enter(self, facts: dict[str, object]) -> UUID:
        """Enter a row, and record it; return its id."""

    def begin(self) -> None:
        self.entering: list[tuple[Reported, dict[str, object]]] = []
        self.changing: list[tuple[Reported, R, dict[str, object]]] = []
        self._by_id: dict[UUID, Known[R]] = {}
        self._sure: dict[Hashable, list[Known[R]]] = {}
        self._near: dict[Hashable, list[Known[R]]] = {}
        for known in self.there():
            self._keep(known)

    def write(self) -> None:
        if self.how.preview:
            return
        for _, row, changes in self.changing:
            touch(row, None)
            self.change(row, changes)
        for reported, facts in self.entering:
            reported.id = self.enter(facts)

    def _keep(self, known: Known[R]) -> None:
        if known.id is not None:
            self._by_id[known.id] = known
        for sure in self.kind.sure(known.facts):
            _put(self._sure, sure, known)
        for near in self.kind.near(known.facts):
            _put(self._near, near.value, known)

    def take(self, reported: Reported, line: Line) -> None:
        given = _given(line.facts)
        known, doubts = self._looked_up(given)
        given.pop("id", None)
        if known is not None:
            self._compare(reported, line.line, known, given)
        elif doubts and not self.how.enters_doubtful:
            self._doubt(reported, doubts)
        else:
            self._enter(reported, line.line, given)

    def known(self, facts: Mapping[str, object]) -> Known[R] | None:
        """Return what a line with these facts stands for, of what is there and was entered."""
        return self._looked_up(_given(facts))[0]

    def _looked_up(
        self, given: Mapping[str, Any]
    ) -> tuple[Known[R] | None, list[tuple[str, Known[R]]]]:
        known = self._by_id.get(given["id"]) if "id" in given else None
        return (known, []) if known is not None else self._found(given)

    def _found(
        self, given: Mapping[str, object]
    ) -> tuple[Known[R] | None, list[tuple[str, Known[R]]]]:
        """Return the one that a line surely stands for, or those that it may."""
        alike = (known for mark in self.kind.sure(given) for known in self._marked(mark))
        fitting = {id(each): each for each in alike if self.kind.fits(given, each.facts)}
        if len(fitting) == 1:
            return next(iter(fitting.values())), []
        doubts: dict[int, tuple[str, Known[R]]] = {}
        for mark in self.kind.near(given):
            for known in self._near.get(mark.value, ()):
                if self.kind.may_be(given, known.facts, mark):
                    doubts.setdefault(id(known), (mark.column, known))
        return None, list(doubts.values())

    def _marked(self, mark: Hashable) -> Iterator[Known[R]]:
        """Yield those that have a sure mark still: a line before may have changed it."""
        for known in self._sure.get(mark, ()):
            if mark in self.kind.sure(known.facts):
                yield known

    def _doubt(self, reported: Reported, doubts: Sequence[tuple[str, Known[R]]]) -> None:
        reported.state, reported.id = ImportState.DOUBTFUL, doubts[0][1].id
        reported.faults = [
            CellFault(
                column,
                Code.MAY_BE_SAME,
                f"It may be {self._told(known)}. {ADVICE}",
                allowed=(self.kind.called(known.facts),),
                line=known.line if known.id is None else None,
            )
            for column, known in islice(doubts, MOST_TOLD)
        ]

    def _told(self, known: Known[R]) -> str:
        whose = f"line {known.line}" if known.id is None else str(known.id)
        return f"{self.kind.called(known.facts)} ({whose})"

    def _compare(
        self, reported: Reported, line: int, known: Known[R], given: Mapping[str, object]
    ) -> None:
        reported.id = known.id
        after = {**known.facts, **self._with(known.facts, given)}
        changes = {name: it for name, it in after.items() if it != known.facts[name]}
        was, will = (reports.plain(facts, list(changes)) for facts in (known.facts, after))
        reported.changes = [CellChange(name, was[name], will[name]) for name in changes]
        reported.state = LineState.KEPT if changes else LineState.SAME
        if not changes:
            return
        if known.line is not None:
            detail = f"Line {known.line} is about the same one: the first one counts."
            reported.faults = [CellFault("", Code.DUPLICATE, detail, line=known.line)]
        elif self.how.on_difference is OnDifference.UPDATE and known.row is not None:
            faults = self.kind.forbids(known, after, self._clash(known, after))
            reported.settle(LineState.CHANGED, faults)
            if reported.state is LineState.CHANGED:
                known.facts, known.line = after, line
                self._keep(known)
                self.changing.append((reported, known.row, changes))

    def _with(self, before: Mapping[str, object], given: Mapping[str, object]) -> dict[str, Any]:
        told = {name: value for name, value in given.items() if name in self.kind.new}
        for name in self.kind.adds:
            if name in told:
                told[name] = _joined(before[name], told[name])
        return told

    def _clash(self, known: Known[R], after: Mapping[str, object]) -> Known[R] | None:
        alike = (each for mark in self.kind.sure(after) for each in self._marked(mark))
        return next((each for each in alike if each is not known), None)

    def _enter(self, reported: Reported, line: int, given: Mapping[str, object]) -> None:
        told = {name: value for name, value in given.items() if name in self.kind.new}
        facts = {**self.kind.new, **told}
        reported.settle(LineState.ENTERED, self.kind.lacks(facts))
        if reported.state is LineState.ENTERED:
            plain = reports.plain(facts, list(told))
            reported.changes = [CellChange(name, None, value) for name, value in plain.items()]
            self._keep(Known(facts, line=line))
            self.entering.append((reported, facts))


def _given(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a line says: an empty cell says nothing."""
    return {name: it for name, it in facts.items() if it not in (None, "", [], {})}


def _put(places: dict[Hashable, list[Known[R]]], mark: Hashable, known: Known[R]) -> None:
    alike = places.setdefault(mark, [])
    if len(alike) < MOST_ALIKE and all(each is not known for each in alike):
        alike.append(known)


def _joined(before: Any, given: Any) -> Any:
    if isinstance(before, dict):
        return {**before, **given}
    return [*before, *(each for each in given if each not in before)]


@lru_cache(maxsize=1 << 14)
def likeness(name: str) -> tuple[str, ...]:
    """Return what names share that sound alike, whatever their order, articles and legal forms."""
    words = (spelling.folded(name) or spelling.exact(name)).split()
    return tuple(sorted(word for word in words if word not in _IDLE)) or tuple(words)


def agree(one: str | None, other: str | None) -> bool:
    """Tell whether two facts may be of one thing: they are the same, or one is not known."""
    return not one or not other or spelling.exact(one) == spelling.exact(other)
