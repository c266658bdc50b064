"""All that a file of Word which came back gives: suggestions, comments, and what to know. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from api.errors import Invalid
from api.exchange.rules import sending, suggesting
from api.exchange.rules.blocks import arranged
from api.exchange.rules.remarks import Remarks, WordRemark
from api.exchange.rules.return_remarks import OF_RETURNS, WordReturnKind as Kind
from api.exchange.rules.returned import compared
from api.exchange.rules.sending import SentText
from api.exchange.rules.suggesting import Suggesting, WordSuggestion
from api.exchange.rules.threads import WordThread, threads
from api.infra.word import aligning, views
from api.infra.word.text import WordText
from api.portable.rules.diff import Version

MOST_NEW = 500  # paragraphs that no text of ours has
TOO_MUCH_NEW = (
    f"More than {MOST_NEW} of its paragraphs are new: begin a statement with it, or send them in"
    " parts."
)
_LOST = (Kind.PICTURES, Kind.DRAWINGS, Kind.OBJECTS, Kind.EQUATIONS, Kind.SYMBOLS)


@dataclass(frozen=True)
class WordReturn:
    """What came back in a file of Word."""

    suggestions: Sequence[WordSuggestion]
    threads: Sequence[WordThread]
    remarks: Sequence[WordRemark]
    found: int  # of the text's blocks
    blocks: int

    @property
    def is_ours(self) -> bool:
        """Tell whether half of the text's blocks are known again."""
        return self.found * 2 >= self.blocks


def read_back(sent: SentText, text: WordText, lost: Mapping[str, int]) -> WordReturn:
    """Return what a file gives beside what went out; `lost` is what of that is not read."""
    if len(text["paragraphs"]) > len(sent.units) * 2 + MOST_NEW:
        raise Invalid(TOO_MUCH_NEW)
    returned = compared(sent, text)
    remarks = Remarks(OF_RETURNS)
    where = arranged(returned)
    made = Suggesting(returned, where, remarks).run()
    suggesting.tell(returned, where, remarks)
    said = threads(returned, where, text["comments"], remarks)
    for kind in _LOST:
        if (more := text["lost"].get(kind, 0) - lost.get(kind, 0)) > 0:
            remarks.add(kind, count=more)
    return WordReturn(made, said, remarks.listed(), returned.found, len(sent.blocks))


def likest(versions: Sequence[Version], text: WordText) -> int:
    """Return the place of the text of which most paragraphs stand in a file; the first of equals.

    Changes that are tracked are looked at as they were before.
    """
    said = {
        aligning.same(one.words)
        for is_accepted in (True, False)
        for one in views.seen(text["paragraphs"], accepted=is_accepted)
    }

    def share(place: int) -> float:
        words = sending.words_of(versions[place])
        return sum(one in said for one in words) / max(len(words), 1)

    return max(range(len(versions)), key=share)
