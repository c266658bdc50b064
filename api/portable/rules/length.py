"""How long a text is, and how long its recipient lets it be. Pure.

A word is what stands between spaces and holds a letter or a digit, as word processors count. Where
no spaces stand between words, each Chinese or Japanese sign is one, and a dictionary knows others.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import icu

from api.errors import Code, Fault
from api.portable.rules import printing
from api.portable.rules.printing import Printed, PrintedBlock
from api.texts.rules import markdown

_SIGN = re.compile(r"[\u3005-\u3007\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003134f]")
_UNSPACED = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff]")  # Thai, Lao, Burmese, Khmer
_NO_WORD = 100  # below it ICU calls what stands between two of its boundaries no word


@dataclass(frozen=True)
class TextLength:
    """The words of a title and its text, and of the footnotes below."""

    words: int
    footnote_words: int


@dataclass(frozen=True)
class Bounds:
    """The most that a text's recipient takes of it; None: as much as there is."""

    words: int | None = None
    pages: int | None = None
    counts_footnotes: bool = True

    @classmethod
    def of(cls, kept: Mapping[str, object] | None) -> Bounds:
        """Return what a row keeps."""
        return cls(**kept) if kept else cls()  # type: ignore[arg-type] # as `vars` gave it

    def passed(self, length: TextLength, pages: int | None = None) -> Iterator[Fault]:
        """Yield a warning of each bound that a text passes."""
        words = length.words + (length.footnote_words if self.counts_footnotes else 0)
        for number, most, what in ((words, self.words, "words"), (pages, self.pages, "pages")):
            if number is not None and most is not None and number > most:
                over = f"It has {number:,} {what}, {number - most:,} more than its recipient takes."
                yield Fault("/body", Code.TOO_MANY, over, limit=most)


def length(printed: Printed) -> TextLength:
    """Return how long a printed text is.

    The title, the blocks with their demands and cases, and the sources of quotes count; to whom,
    by whom and of which day it is does not.
    """
    texts = (text for block in printed["blocks"] for text in _texts(block))
    notes = (note["text"] for note in printed["footnotes"])
    return TextLength(_words([printed["title"], *texts]), _words(notes))


def _texts(block: PrintedBlock) -> Iterator[str]:
    yield from printing.texts(block)
    if block["type"] == "quote":
        yield from (block.get("source", ""), block.get("locator", ""))
    elif block["type"] == "demands":
        yield from (listed.get("heading", "") for listed in block["lists"])


def _words(texts: Iterable[str]) -> int:
    dictionary = icu.BreakIterator.createWordInstance(icu.Locale.getRoot())
    return sum(_count(run, dictionary) for text in texts for run in _shown(text).split())


def _shown(text: str) -> str:
    return "".join(span.words for span in markdown.spans(text) if not span.is_note)


def _count(run: str, dictionary: icu.BreakIterator) -> int:
    """Return the number of words in what stands between two spaces."""
    signs = len(_SIGN.findall(run))
    rest = _SIGN.sub(" ", run).split() if signs else [run]
    return signs + sum(
        _found(each, dictionary) if _UNSPACED.search(each) else any(map(str.isalnum, each))
        for each in rest
    )


def _found(run: str, dictionary: icu.BreakIterator) -> int:
    dictionary.setText(run)
    return sum(dictionary.getRuleStatus() >= _NO_WORD for _ in dictionary)
