"""The two texts of a file with tracked changes: with all accepted, and with all rejected. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from api.infra.word.text import WordParagraph, WordPiece


@dataclass
class SeenParagraph:
    """A paragraph as it stands in one of the two texts; there, some may have become one."""

    paragraph: WordParagraph  # whose style it has
    runs: list[WordPiece]
    numbers: list[int]  # of the paragraphs in the file that it was made of

    @property
    def words(self) -> str:
        """What it says; marks of notes say nothing."""
        return plain(self.runs)


def plain(runs: Iterable[WordPiece]) -> str:
    return "".join(run["words"] for run in runs if "note" not in run)


def seen(paragraphs: Sequence[WordParagraph], *, accepted: bool) -> list[SeenParagraph]:
    """Return the paragraphs of one of the two texts, in their order.

    Where the mark that ends one is not in it, the next of the same flow goes on there. What is
    joined has the look of the first that says something; what was never parted, that of its end.
    """
    gone = "deleted" if accepted else "inserted"
    found: list[SeenParagraph] = []
    unended: dict[int, SeenParagraph] = {}
    for number, paragraph in enumerate(paragraphs):
        one = unended.pop(paragraph["flow"], None)
        if one is None:
            one = SeenParagraph(paragraph, [], [])
            found.append(one)
        elif not (accepted and one.runs):
            one.paragraph = paragraph
        one.runs += (run for run in paragraph["runs"] if gone not in run)
        one.numbers.append(number)
        if gone in paragraph:
            unended[paragraph["flow"]] = one
    empty = [each for each in unended.values() if not each.runs]
    return [each for each in found if not any(each is one for one in empty)]
