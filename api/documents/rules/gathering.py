"""What was suggested and said in a consultation, as it prints: by the order of the text."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from api.documents.rules.compendium import CompendiumEntry, CompendiumPlace
from api.infra.text import languages
from api.organisations.rules import name_in
from api.portable.rules.printing import Printed
from api.portable.rules.proposals import Proposal, ProposalKind, TextPlace
from api.reviews import rules
from api.reviews.models import SuggestionState
from api.reviews.rules import BlockState, TextBlocks
from api.reviews.service.reading import ReviewAuthor
from api.reviews.service.suggestions import SuggestionView
from api.reviews.service.threads import CommentView
from api.texts.rules import markdown
from api.texts.rules.words import Words

_START, _WHOLE, _GONE = "start", "whole", "gone"  # no target is called so
_Fact = tuple[str, str]


@dataclass
class CompendiumGathering:
    """One consultation beside one text, in the words of the text's language."""

    printed: Printed
    blocks: TextBlocks
    places: Sequence[TextPlace]
    said: Words
    tells_name: Callable[[str | None], bool]  # of somebody who may not be named
    _entries: dict[str, list[tuple[Any, CompendiumEntry]]] = field(
        default_factory=lambda: defaultdict(list)
    )
    _counts: Counter[str] = field(default_factory=Counter)

    def gather(
        self, suggestions: Iterable[SuggestionView], threads: Iterable[CommentView]
    ) -> list[CompendiumPlace]:
        """Return the places of which something was said, each with it, oldest first."""
        for view in suggestions:
            if view.proposal is not None:
                self._counts["suggestions"] += 1
                self._counts[view.suggestion.state.value] += 1
                entry = view.written_at, self._suggestion(view, view.proposal)
                self._entries[self._target(view, view.proposal)].append(entry)
        for thread in threads:
            self._counts["comments"] += 1 + len(thread.replies)
            target = f"block/{thread.block.id}" if thread.block else _WHOLE
            is_gone = thread.block is not None and thread.block.id not in self.blocks.blocks
            entry = thread.written_at, self._comment(thread, "comment")
            self._entries[_GONE if is_gone else target].append(entry)
        return [place for place in self._all() if place.entries]

    @property
    def counts(self) -> list[tuple[str, int]]:
        """How many suggestions there are, what became of them, and how many comments."""
        keys = ("suggestions", *(state.value for state in SuggestionState), "comments")
        shown = {"suggestions", "comments"}
        return [
            (self._told[key], self._counts[key])
            for key in keys
            if self._counts[key] or key in shown
        ]

    @property
    def _told(self) -> Mapping[str, str]:
        return self.said.compendium

    def _target(self, view: SuggestionView, proposal: Proposal) -> str:
        if view.place is None or view.place.state is BlockState.GONE:
            return _GONE
        if proposal.kind is ProposalKind.INSERTION:
            return f"block/{proposal.after}" if proposal.after else _START
        is_printed = any(place.target == proposal.target for place in self.places)
        return str(proposal.target) if is_printed else _GONE

    def _all(self) -> Iterator[CompendiumPlace]:
        """Yield the places in the order in which they print, with what was said of each."""
        yield self._place(_START, self._told["start"])
        number = 0
        for place in self.places:
            sort, _, name = place.target.partition("/")
            lines: Sequence[str] = place.lines
            label = str(self.said.changes["kinds"][place.kind])
            if sort == "block":
                number += 1
                lines = rules.words(self.blocks.blocks[name])
                label = f"{label} {self._number(number)}"
            elif sort == "demand":
                demands = self._demands(number)
                at = demands.index(name) + 1
                label = f"{label} {self._number(number)}.{self._number(at)}"
            elif sort == "footnote":
                label = f"{label} {name}"
            else:
                lines = [markdown.escape(line) for line in lines]
            yield self._place(place.target, label, lines)
        yield self._place(_WHOLE, self._told["whole"])
        yield self._place(_GONE, self._told["gone"])

    def _place(self, key: str, label: str, says: Sequence[str] = ()) -> CompendiumPlace:
        found = sorted(self._entries[key], key=lambda each: each[0])
        return CompendiumPlace(label=label, says=says, entries=[entry for _, entry in found])

    def _demands(self, number: int) -> list[str]:
        block: Any = self.printed["blocks"][number - 1]
        return [one["id"] for listed in block["lists"] for one in listed["demands"]]

    def _number(self, number: int) -> str:
        return languages.number(number, self.said.language)

    def _suggestion(self, view: SuggestionView, proposal: Proposal) -> CompendiumEntry:
        label, about = self._what(proposal), self._about(view.author, view)
        answer, told = view.answer, self._told
        lines = [*((answer and answer.lines) or ())]
        decided = (answer and answer.reason) or ""
        texts = [*rules.said_in(proposal), view.reason, view.written_by, decided, *lines]
        if view.tells_name or any(map(self.tells_name, texts)):
            return self._unprinted(label, about, self._state(view))
        facts: list[_Fact] = [
            (f"{self.said.changes['kinds']['footnote']} {name}", markdown.plain(words))
            for name, words in proposal.footnotes.items()
        ]
        facts += [
            (told["reason"], view.reason or ""),
            (told["answer"], decided),
            (told["accepted_changed"], "\n".join(map(markdown.plain, lines))),
        ]
        pieces = view.place.pieces if view.place else ()
        return CompendiumEntry(
            label=label,
            about=about,
            state=self._state(view),
            passages=[each for each in pieces if each],
            facts=[(name, text) for name, text in facts if text],
            notes=[*self._notes(view)],
        )

    def _notes(self, view: SuggestionView) -> Iterator[str]:
        if view.suggestion.is_guess:
            yield self._told["guess"]
        is_open = view.suggestion.state is SuggestionState.OPEN
        if is_open and view.place and view.place.state is BlockState.CHANGED:
            yield self._told["changed_since"]

    def _what(self, proposal: Proposal) -> str:
        if proposal.kind is ProposalKind.INSERTION and proposal.after is None:
            return self._told["insertion_first"]
        if proposal.kind is not ProposalKind.MOVE:
            return self._told[proposal.kind.value]
        if proposal.after is None:
            return self._told["move_first"]
        place = self.blocks.place(proposal.after)
        if place is None:
            return self._told["move"].format(place="…")
        kind = self.said.changes["kinds"][self.printed["blocks"][place - 1]["type"]]
        return self._told["move"].format(place=f"{kind} {self._number(place)}")

    def _state(self, view: SuggestionView) -> str:
        row, told = view.suggestion, self._told
        is_changed = view.answer is not None and view.answer.is_changed
        state = told["accepted_changed" if is_changed else row.state.value]
        if row.held_since is None:
            return state
        since = told["revision"].format(number=self._number(row.held_since))
        return f"{state}{self.said.comma}{since}"

    def _comment(self, view: CommentView, kind: str) -> CompendiumEntry:
        label, about = self._told[kind], self._about(view.author, view)
        state = self._told["resolved"] if view.comment.resolved_at else ""
        then = view.block.words_then if view.block else None
        replies = [self._comment(each, "reply") for each in view.replies]
        if view.tells_name or self.tells_name(view.text):
            return self._unprinted(label, about, state, replies)
        return CompendiumEntry(
            label=label,
            about=about,
            state=state,
            text=view.text or self._told["taken_back"],
            facts=[(self._told["then"], then)] if then else [],
            replies=replies,
        )

    def _unprinted(
        self, label: str, about: Sequence[str], state: str, replies: Sequence[CompendiumEntry] = ()
    ) -> CompendiumEntry:
        """Return what stands for something that names somebody who may not be named."""
        note = self._told["not_printed"]
        return CompendiumEntry(label=label, about=about, state=state, notes=[note], replies=replies)

    def _about(self, author: ReviewAuthor, view: SuggestionView | CommentView) -> list[str]:
        """Return by whom something is, as far as the reader may know, and of which day."""
        written_by = view.written_by if isinstance(view, SuggestionView) else None
        parts = [
            self._who(author),
            self._told["in_word"].format(name=written_by) if written_by else "",
            languages.date_text(view.written_at.date().isoformat(), self.said.language),
        ]
        return [part for part in parts if part and not self.tells_name(part)]

    def _who(self, author: ReviewAuthor) -> str:
        names = author.organisation_names
        if names and author.name:
            return f"{name_in(names, self.said.language)} ({author.name})"
        if names:
            return name_in(names, self.said.language)
        if author.name:
            return self.said.comma.join(filter(None, [author.name, author.affiliation]))
        return self._told[f"by_{author.kind or 'nobody'}"]
