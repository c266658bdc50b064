"""A file of Word that came back as suggestions: what it would have changed in each place. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from api.errors import Invalid
from api.exchange.rules import atoms, rewording
from api.exchange.rules.atoms import Atom
from api.exchange.rules.blocks import Arranged, MovedBlock, NewBlock
from api.exchange.rules.remarks import Remarks
from api.exchange.rules.return_remarks import WordReturnKind as Kind
from api.exchange.rules.returned import BackUnit, Returned, WordStory
from api.exchange.rules.rewording import PartNow, Rewording
from api.exchange.rules.sending import Region
from api.infra.text import characters
from api.portable.rules.places import PLAIN, Places, TextPlace
from api.portable.rules.proposals import Proposal, ProposalKind, with_proposal

_NEW = "00000000-0000-4000-8000-000000000000"  # an id to try a new block with
_QUOTES = {"quote", "intense quote", "block text", "quotations", "block quote", "blockquote"}
_CANNOT_GO = {"demand": Kind.DEMANDS_LEFT_OUT, "cases": Kind.LINES_LEFT_OUT}
_MAY_GO = {"lead", "source", "rationale"}


@dataclass(frozen=True)
class WordSuggestion:
    """What somebody would have changed in one place, as their file has it."""

    proposal: Proposal
    authors: tuple[str, ...]  # as Word wrote them
    is_tracked: bool  # else a part of it is by nobody known
    is_guess: bool  # whether this is its place


@dataclass
class _Known:
    """What is known of a suggestion beside its words."""

    authors: dict[str, None] = field(default_factory=dict)
    is_tracked: bool = True
    is_guess: bool = False
    marks: list[Atom] = field(default_factory=list)  # all that it says: the new footnotes in it

    def add(self, authors: Iterable[str], *, is_tracked: bool, is_guess: bool = False) -> None:
        self.authors |= dict.fromkeys(authors)
        self.is_tracked &= is_tracked
        self.is_guess |= is_guess


class Suggesting:
    """One reading of a file as suggestions; what cannot be one is told in the remarks."""

    def __init__(self, returned: Returned, where: Arranged, remarks: Remarks) -> None:
        self._returned, self._where, self._remarks = returned, where, remarks
        self._version = returned.sent.version
        self._places = Places(self._version)
        self._body = returned.body
        self._now = Rewording(returned.body, where.rests, remarks)
        self._made: list[WordSuggestion] = []

    def run(self) -> list[WordSuggestion]:
        """Return the suggestions, in the order of the text; then what is to be moved, and notes."""
        units: dict[str | None, list[int]] = defaultdict(list)
        for number, unit in enumerate(self._body.units):
            units[unit.block].append(number)
        new: dict[str | None, list[NewBlock]] = defaultdict(list)
        for one in self._where.new:
            new[one.after].append(one)
        for block in (None, *self._version.ids):
            if block is None:
                self._lines(self._body, self._now, units[None])
            else:
                self._block(block, units[block])
            for one in new[block]:
                self._insert(one)
        for moved in self._where.moved:
            self._move(moved)
        self._notes()
        return self._made

    def _make(self, proposal: Proposal, known: _Known, said: str) -> None:
        """Make a suggestion, if the text can hold it."""
        texts = [*proposal.lines, *proposal.footnotes.values()]
        is_fit = not any(map(characters.unkept, texts))
        try:
            if is_fit:
                with_proposal(self._version, proposal, _NEW)
        except Invalid:
            is_fit = False
        if is_fit:
            authors = tuple(known.authors)
            made = WordSuggestion(proposal, authors, known.is_tracked, known.is_guess)
            self._made.append(made)
        else:
            self._remarks.add(Kind.NOT_KEPT, said)

    def _reword(self, place: TextPlace, lines: Sequence[str], known: _Known) -> None:
        if tuple(lines) != place.lines:
            notes = self._brought(known.marks)
            proposal = Proposal(ProposalKind.WORDS, place.target, tuple(lines), footnotes=notes)
            self._make(proposal, known, " ".join(lines))

    def _brought(self, marks: Iterable[Atom]) -> Mapping[str, str]:
        """Return the new footnotes that atoms refer to."""
        new = self._returned.new_notes
        labels = dict.fromkeys(one.text for one in marks if one.is_note and one.text in new)
        return {label: atoms.written(new[label].atoms) for label in labels}

    def _block(self, block: str, units: Sequence[int]) -> None:
        place = self._places.find(f"block/{block}")
        if place is None or not units:
            return
        at, is_list = self._body.at, place.kind == "list"
        is_there = block in self._where.members or (not is_list and any(n in at for n in units))
        if not is_there:
            self._leave_out(place, units)
        elif is_list:
            self._list(place, units)
        else:
            self._lines(self._body, self._now, units)

    def _leave_out(self, place: TextPlace, units: Iterable[int], *, is_guess: bool = False) -> None:
        known = _Known(is_guess=is_guess)
        for number in units:
            self._note(known, self._body, number)
            if number in self._body.at:  # it needs what is left out
                left = self._body.back[self._body.at[number]]
                self._remarks.add(Kind.NOT_KEPT, left.shown)
        self._make(Proposal(ProposalKind.DELETION, place.target), known, " ".join(place.lines))

    @staticmethod
    def _note(known: _Known, story: WordStory, number: int, *, is_guess: bool = False) -> None:
        """Note who changed a sent paragraph, and whether that was tracked."""
        is_tracked = story.is_tracked(number)
        known.add(story.authors(number), is_tracked=is_tracked, is_guess=is_guess)

    def _list(self, place: TextPlace, units: Sequence[int]) -> None:
        """Suggest a list as it stands now: its items may be more, fewer, or in another order."""
        known, own = _Known(), dict.fromkeys(units)
        lead = units[0] if "lead" in place.names else None
        items: list[str] = []
        first: list[str] = [] if lead is None else [""]
        inside: list[int] = []
        for n in self._where.members[place.target.partition("/")[2]]:
            one = self._body.back[n]
            if one.unit is None or one.unit not in own:
                items.append(self._new_line(known, one))
                continue
            inside.append(one.unit)
            line = self._line(place, one.unit, known)
            if one.unit == lead:
                first = [line]
            else:
                items.append(line)
        for number in own.keys() - {*inside}:
            self._note(known, self._body, number)
        if inside != sorted(inside):
            put = [self._body.back[self._body.at[n]] for n in inside]
            known.add((), is_tracked=any(one.is_inserted for one in put))
        if items:
            self._reword(place, [*first, *items], known)
        else:  # its lead alone is left
            self._leave_out(place, units, is_guess=True)

    @staticmethod
    def _new_line(known: _Known, one: BackUnit, kind: str = "list") -> str:
        known.add(one.authors, is_tracked=one.is_tracked)
        said = one.passage.atoms
        known.marks += said
        return atoms.written(map(rewording.plainer, said) if kind == "heading" else said)

    def _line(self, place: TextPlace, number: int, known: _Known) -> str:
        """Return what a paragraph of one line says now."""
        now = self._now.of(number)
        part = now.parts[0] if now else None
        if now is None or part is None or not part.is_other:
            return place.lines[self._body.units[number].parts[0].line]
        self._note(known, self._body, number, is_guess=now.is_guess)
        known.marks += part.atoms
        return atoms.written(part.atoms)

    def _lines(self, story: WordStory, read: Rewording, units: Iterable[int]) -> None:
        """Suggest the words of places with as many lines as they have."""
        targets: dict[str, list[int]] = defaultdict(list)
        for number in units:
            for target in dict.fromkeys(part.target for part in story.units[number].parts):
                if target is not None:
                    targets[target].append(number)
            if story.units[number].is_data and read.of(number) is None:
                self._tell_gone(story, number)
        for target, numbers in targets.items():
            if place := self._places.find(target):
                self._of_place(place, story, read, numbers)

    def _of_place(
        self, place: TextPlace, story: WordStory, read: Rewording, units: Sequence[int]
    ) -> None:
        known, lines = _Known(), list(place.lines)
        for number in units:
            now = read.of(number)
            if now is None:
                gone = [part for part in story.units[number].parts if part.target == place.target]
                parts = [PartNow(part, (), is_other=True) for part in gone]
            else:
                parts = [one for one in now.parts if one.part.target == place.target]
            for one in parts:
                if not one.is_other:
                    continue
                if not one.atoms and place.names[one.part.line] not in _MAY_GO:
                    if place.kind == "quote":  # without its words it is none
                        self._leave_out(place, units, is_guess=True)
                        return
                    said = one.part.passage.shown
                    self._remarks.add(_CANNOT_GO.get(place.kind, Kind.NOT_KEPT), said)
                    continue
                self._note(known, story, number, is_guess=now is not None and now.is_guess)
                known.marks += one.atoms
                lines[one.part.line] = _written(one, place.names[one.part.line])
        self._reword(place, lines, known)

    def _tell_gone(self, story: WordStory, number: int) -> None:
        unit = story.units[number]
        if unit.region is not Region.TAIL or story.is_tracked(number):  # fewer had signed then
            self._now.tell_data(unit.passage, "")

    def _insert(self, new: NewBlock) -> None:
        paragraphs = [self._body.back[n] for n in new.places]
        kind = _kind(paragraphs[0])
        known = _Known(is_guess=new.is_guess)
        lines = tuple(self._new_line(known, one, kind) for one in paragraphs)
        notes = self._brought(known.marks)
        proposal = Proposal(
            ProposalKind.INSERTION, None, lines, block=kind, after=new.after, footnotes=notes
        )
        self._make(proposal, known, " ".join(lines))

    def _move(self, moved: MovedBlock) -> None:
        known = _Known(is_guess=moved.is_guess)
        members = [self._body.back[n] for n in self._where.members[moved.block]]
        for one in members:
            known.add(one.authors, is_tracked=one.is_inserted, is_guess=one.is_guess)
        said = " ".join(one.shown for one in members)
        target = f"block/{moved.block}"
        self._make(Proposal(ProposalKind.MOVE, target, after=moved.after), known, said)

    def _notes(self) -> None:
        """Suggest other words for footnotes that the text refers to still."""
        story = self._returned.notes
        read = Rewording(story, self._returned.rests_of_notes, self._remarks)
        every = (*self._body.back, *story.back)
        labels = {one.words for back in every for one in back.passage.spans if one.is_note}
        for number, unit in enumerate(story.units):
            label = str(unit.parts[0].target).partition("/")[2]
            if read.of(number) is not None:
                self._lines(story, read, [number])
            elif label in labels:
                self._remarks.add(Kind.NOTES_LEFT_OUT, unit.passage.shown)


def _written(one: PartNow, name: str) -> str:
    if name in PLAIN:
        return " ".join(atoms.words(one.atoms).split())
    return atoms.written(one.atoms)


def _kind(one: BackUnit) -> str:
    """Return as what a new paragraph is put in."""
    if one.paragraph["level"]:
        return "heading"
    if _QUOTES.intersection(one.paragraph["styles"]):
        return "quote"
    return "list" if "list" in one.paragraph else "paragraph"


def tell(returned: Returned, where: Arranged, remarks: Remarks) -> None:
    """Tell of what came back and belongs to no place of the text."""
    for place in (*where.strays, *where.turned):
        remarks.add(Kind.PARTS_MOVED, returned.body.back[place].shown)
    for place in where.outside:
        one = returned.body.back[place]
        is_below = any(_region(returned, n) is Region.TAIL for n in range(place))
        is_listed = is_below and not one.is_tracked
        remarks.add(Kind.SIGNATORIES if is_listed else Kind.NO_PLACE, one.shown)
    for one in (*returned.body.back, *returned.notes.back):
        for run in one.runs:
            if "is_hidden" in run:
                remarks.add(Kind.HIDDEN, run["words"])
            elif "is_struck" in run:
                remarks.add(Kind.STRUCK, run["words"])


def _region(returned: Returned, place: int) -> Region | None:
    unit = returned.body.back[place].unit
    return None if unit is None else returned.body.units[unit].region
