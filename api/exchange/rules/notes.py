"""Footnotes and endnotes of a file of Word as those of a statement: labels and texts. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import count

from api.exchange.rules.remarks import Remarks, WordRemarkKind
from api.infra.word.text import WordParagraph, WordPiece
from api.infra.word.views import plain, seen
from api.texts.rules import markdown


class WordNotes:
    """The notes of one text: each has its own label, or the next number where it is referred to."""

    def __init__(
        self,
        notes: Mapping[str, Sequence[WordParagraph]],
        mark: Callable[[Sequence[WordPiece]], str],
        remarks: Remarks,
        *,
        accepted: bool,
    ) -> None:
        """Take the notes by their keys, and what makes runs inline Markdown."""
        self._mark, self._remarks = mark, remarks
        self._runs = {
            key: [each.runs for each in seen(story, accepted=accepted) if each.words.strip()]
            for key, story in notes.items()
        }
        self._labels: dict[str, str] = {}
        self.texts: dict[str, str] = {}

    def label(self, run: WordPiece) -> str | None:
        """Return the label of the note that a run marks; None of one that says nothing."""
        key = run["note"]
        if not self._runs.get(key):
            self._remarks.add(WordRemarkKind.EMPTY_NOTES, run["words"])
            return None
        if key not in self._labels:
            taken, own = set(self._labels.values()), run["words"].strip()
            is_own = bool(markdown.LABEL.fullmatch(own)) and own not in taken
            numbers = (str(number) for number in count(1))
            self._labels[key] = own if is_own else next(n for n in numbers if n not in taken)
        return self._labels[key]

    def words(self, key: str) -> str:
        return " ".join(map(plain, self._runs.get(key, ())))

    def write(self) -> None:
        """Write the notes that the text refers to, and those to which these refer."""
        written: set[str] = set()
        while waiting := [key for key in self._labels if key not in written]:
            for key in waiting:
                written.add(key)
                label, stories = self._labels[key], self._runs[key]
                if len(stories) > 1:
                    self._remarks.add(WordRemarkKind.LONG_NOTES, self.words(key))
                own = _without_label(stories[0], label)
                self.texts[label] = " ".join(map(self._mark, [own, *stories[1:]]))


def _without_label(runs: Sequence[WordPiece], label: str) -> Sequence[WordPiece]:
    """Return the runs of a note without the label before them, which prints by itself."""
    first = runs[0]
    is_label = "is_raised" in first and first["words"].strip() == label
    return runs[1:] if is_label and len(runs) > 1 else runs
