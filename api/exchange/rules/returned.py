"""A file of Word that came back, against what went out: which paragraph is which, and who wrote.

Its text with all tracked changes rejected is what went out, where every change is tracked; what it
differs by is a change that nobody tracked. Pure.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import count

from api.exchange.rules import atoms, sending
from api.exchange.rules.atoms import WordPassage
from api.exchange.rules.sending import SentText, SentUnit
from api.infra.text import characters
from api.infra.word import aligning, views
from api.infra.word.aligning import BackParagraph, SentParagraph, SentPlace
from api.infra.word.text import WordParagraph, WordPiece, WordText
from api.infra.word.views import SeenParagraph
from api.texts.rules import markdown


@dataclass(frozen=True)
class BackUnit:
    """A paragraph of the file, with all of its tracked changes accepted."""

    paragraph: WordParagraph
    runs: Sequence[WordPiece]
    passage: WordPassage
    numbers: Sequence[int]  # of the paragraphs in the file that it was made of
    unit: int | None = None  # the place of the sent one that it is
    is_guess: bool = False
    is_moved: bool = False  # a tracked change says so
    is_inserted: bool = False  # all of it was put in here, as a tracked change
    is_tracked: bool = True  # all of it was put in so, or stood in the text that was sent
    authors: tuple[str, ...] = ()

    @property
    def shown(self) -> str:
        return self.passage.shown


@dataclass(frozen=True)
class BeforeUnit:
    """A sent paragraph as the file has it with all of its tracked changes rejected."""

    words: str
    is_as_sent: bool
    authors: tuple[str, ...]


@dataclass
class WordStory:
    """The text, or its footnotes: what went out, and what came back in its order."""

    units: Sequence[SentUnit]
    back: list[BackUnit]
    before: dict[int, BeforeUnit] = field(default_factory=dict)
    of_number: dict[int, int] = field(default_factory=dict)  # units by the file's own paragraphs

    @cached_property
    def at(self) -> dict[int, int]:
        """Where the sent paragraphs are now, of those that are there."""
        return {one.unit: place for place, one in enumerate(self.back) if one.unit is not None}

    def is_tracked(self, unit: int) -> bool:
        """Tell whether all that became of a sent paragraph is tracked."""
        return unit in self.before and self.before[unit].is_as_sent

    def authors(self, unit: int) -> tuple[str, ...]:
        place = self.at.get(unit)
        here = self.back[place].authors if place is not None else ()
        before = self.before[unit].authors if unit in self.before else ()
        return tuple(dict.fromkeys((*before, *here)))


@dataclass(frozen=True)
class Returned:
    """A file that came back, read beside what went out."""

    sent: SentText
    body: WordStory
    notes: WordStory
    labels: Mapping[str, str]  # of footnotes by their keys in the file; new ones have new labels
    new_notes: Mapping[str, WordPassage]  # by their labels
    rests_of_notes: Mapping[int, Sequence[int]]  # paragraphs that known ones go on in

    @property
    def found(self) -> int:
        """How many of the blocks are known again, in the text before the tracked changes or now."""
        units = {*self.body.at, *self.body.before}
        return len({self.body.units[place].block for place in units} - {None})


def compared(sent: SentText, text: WordText) -> Returned:
    """Return what came back beside what went out."""
    notes, keys = _notes(sent, text)
    reading = _Labels(sent, text, notes, keys)
    body = _story(sent.units, text["paragraphs"], reading.of_body)
    new = {label: reading.texts[label] for label in reading.new}
    return Returned(sent, body, notes, reading.by_key, new, _rests(notes, keys))


def _rests(notes: WordStory, keys: Sequence[str]) -> dict[int, list[int]]:
    """Return which new paragraphs of footnotes follow one that is known, in the same footnote."""
    found: dict[int, list[int]] = {}
    last: tuple[str, int] | None = None
    for place, one in enumerate(notes.back):
        key = keys[one.numbers[-1]]
        if one.unit is not None:
            last = key, place
        elif last and last[0] == key:
            found.setdefault(last[1], []).append(place)
    return found


def _notes(sent: SentText, text: WordText) -> tuple[WordStory, list[str]]:
    """Return the footnotes that the text refers to, and the key of each of their paragraphs."""
    flows, raws, keys = count(1), list[WordParagraph](), list[str]()
    referred = {run["note"] for one in text["paragraphs"] for run in one["runs"] if "note" in run}
    for key, story in text["notes"].items():
        if key not in referred:
            continue
        own = {each: next(flows) for each in {one["flow"] for one in story}}
        for one in story:
            own_label = sending.label_before(one["runs"])
            known = own_label if own_label in sent.labels else None
            runs = list(sending.said_of(one["runs"], known))
            raws.append({**one, "flow": own[one["flow"]], "runs": runs})
            keys.append(key)
    labels = sent.labels

    def label(run: WordPiece) -> str | None:
        return raised(run, labels)

    return _story(sent.notes, raws, label), keys


def raised(run: WordPiece, labels: Iterable[str]) -> str | None:
    """Return the label that a raised run is, where it is one of these."""
    own = run["words"].strip()
    return own if "is_raised" in run and own in labels else None


class _Labels:
    """Which footnote of the text each of the file's is; those that are new have new labels."""

    def __init__(
        self, sent: SentText, text: WordText, notes: WordStory, keys: Sequence[str]
    ) -> None:
        self._repeated = sent.repeated
        self.by_key: dict[str, str] = {}
        self.texts: dict[str, WordPassage] = {}
        self.new: list[str] = []
        own: dict[str, str] = {}
        for one in text["paragraphs"]:
            own |= {run["note"]: run["words"].strip() for run in one["runs"] if "note" in run}
        said: dict[str, list[BackUnit]] = defaultdict(list)
        for back in notes.back:
            said[keys[back.numbers[-1]]].append(back)
        for key, paragraphs in said.items():
            unit = next((one.unit for one in paragraphs if one.unit is not None), None)
            if unit is not None:
                target = str(notes.units[unit].parts[0].target)
                self.by_key[key] = target.partition("/")[2]
        for key, paragraphs in said.items():
            if key not in self.by_key:
                label = self._free(own.get(key, ""), sent.labels)
                self.by_key[key] = label
                self.new.append(label)
                self.texts[label] = _on_one_line(paragraphs)

    def _free(self, own: str, known: frozenset[str]) -> str:
        taken = known.union(self.by_key.values())
        if markdown.LABEL.fullmatch(own) and own not in taken:
            return own
        return next(each for n in count(1) if (each := str(n)) not in taken)

    def of_body(self, run: WordPiece) -> str | None:
        if "note" in run:
            return self.by_key.get(run["note"], "")
        return raised(run, self._repeated)


def _on_one_line(paragraphs: Sequence[BackUnit]) -> WordPassage:
    first, *rest = (one.passage for one in paragraphs)
    return atoms.joined([first, *(part for one in rest for part in (atoms.space(), one))])


def _story(
    units: Sequence[SentUnit], raws: Sequence[WordParagraph], label: atoms.Label
) -> WordStory:
    """Return a story with each paragraph that came back beside the one that it was."""
    read = _Reading(raws, label)
    sent = [SentParagraph(unit.name, unit.passage.words) for unit in units]
    accepted, rejected = (read.view(accepted=each) for each in (True, False))
    was = aligning.aligned(sent, [each.sought({}) for each in rejected])
    kept = read.kept(rejected, accepted, was) if read.has_changes else [{}] * len(accepted)
    sought = [each.sought(stayed) for each, stayed in zip(accepted, kept, strict=True)]
    found = aligning.aligned(sent, sought)
    story = WordStory(units, [])
    for place, known in was.items():
        story.before[known.place] = read.before(rejected[place], units[known.place])
        story.of_number |= dict.fromkeys(rejected[place].seen.numbers, known.place)
    guessed = {known.place for known in was.values() if known.is_guess}
    for place, view in enumerate(accepted):
        one = found.get(place)
        is_guess = one is not None and (
            one.is_guess or (one.place in guessed and one.place in kept[place])
        )
        is_known = any(n in story.before and story.before[n].is_as_sent for n in kept[place])
        back = read.back(view, is_known=is_known)
        story.back.append(replace(back, unit=one.place if one else None, is_guess=is_guess))
        if one is not None:
            told = (n for n in view.seen.numbers if read.says(n))
            story.of_number |= dict.fromkeys(told, one.place)
    return story


@dataclass(frozen=True)
class _View:
    """A paragraph of one of the two texts."""

    seen: SeenParagraph
    passage: WordPassage
    names: list[str]

    def sought(self, kept: Mapping[int, int]) -> BackParagraph:
        return BackParagraph(self.passage.words, self.names, kept)


class _Reading:
    def __init__(self, raws: Sequence[WordParagraph], label: atoms.Label) -> None:
        self._raws, self._label = raws, label
        pieces = (piece for one in raws for piece in (one, *one["runs"]))
        self.has_changes = any("inserted" in one or "deleted" in one for one in pieces)

    def view(self, *, accepted: bool) -> list[_View]:
        """Return the paragraphs of one of the two texts that say something."""
        gone = "deleted" if accepted else "inserted"
        found = []
        for one in views.seen(self._raws, accepted=accepted):
            if not (said := atoms.of_runs(one.runs, self._label)):
                continue
            told = [n for n in one.numbers if _says(self._raws[n], gone)] or one.numbers
            names = [name for n in told for name in self._raws[n]["bookmarks"]]
            found.append(_View(one, said, names))
        return found

    def says(self, number: int) -> bool:
        """Tell whether a paragraph of the file says something when all changes are accepted."""
        return _says(self._raws[number], "deleted")

    def kept(
        self,
        rejected: Sequence[_View],
        accepted: Sequence[_View],
        was: Mapping[int, SentPlace],
    ) -> list[dict[int, int]]:
        """Return how many letters of which sent paragraph stayed in each paragraph that is there.

        Where somebody wrote all of one anew in its place, that place still tells a little.
        """
        unit_of = {
            number: was[place].place
            for place, view in enumerate(rejected)
            if place in was
            for number in view.seen.numbers
        }
        found = []
        for view in accepted:
            stayed: Counter[int] = Counter()
            for number in view.seen.numbers:
                if (unit := unit_of.get(number)) is None:
                    continue
                runs = self._raws[number]["runs"]
                letters = sum(len(run["words"]) for run in runs if _is_left(run))
                is_anew = _says(self._raws[number], "inserted") and self.says(number)
                if letters or is_anew:
                    stayed[unit] += letters or 1
            found.append(dict(stayed))
        return found

    def before(self, view: _View, unit: SentUnit) -> BeforeUnit:
        is_as_sent = view.passage.key == unit.passage.key
        return BeforeUnit(view.passage.words, is_as_sent, self._authors(view.seen.numbers))

    def back(self, view: _View, *, is_known: bool) -> BackUnit:
        said = [run for run in view.seen.runs if run["words"].strip()]
        is_inserted = all("inserted" in run for run in said)
        return BackUnit(
            view.seen.paragraph,
            view.seen.runs,
            view.passage,
            view.seen.numbers,
            is_moved=all(_is_moved(run) for run in said),
            is_inserted=is_inserted,
            is_tracked=is_known or is_inserted,
            authors=self._authors([n for n in view.seen.numbers if self.says(n)]),
        )

    def _authors(self, numbers: Iterable[int]) -> tuple[str, ...]:
        return tuple(dict.fromkeys(name for n in numbers for name in _authors(self._raws[n])))


def _says(paragraph: WordParagraph, gone: str) -> bool:
    return any(gone not in run and run["words"].strip() for run in paragraph["runs"])


def _is_left(run: WordPiece) -> bool:
    return "inserted" not in run and "deleted" not in run and bool(run["words"].strip())


def _is_moved(run: WordPiece) -> bool:
    return "inserted" in run and run["inserted"]["is_move"]


def _authors(paragraph: WordParagraph) -> Iterator[str]:
    """Yield who changed a paragraph, as their programs have it."""
    for piece in (*paragraph["runs"], paragraph):
        for change in (piece.get("inserted"), piece.get("deleted")):
            if change and (name := characters.on_one_line(change["author"])):
                yield name
