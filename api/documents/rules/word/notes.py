"""Footnotes of Word: each at its first reference, under its own label."""

from __future__ import annotations

from collections import Counter

from api.documents.rules.word.package import Relationships
from api.documents.rules.word.runs import DocumentLanguage, Runs
from api.documents.rules.word.xml import Xml, properties, root, w, words
from api.portable.rules import printing
from api.portable.rules.printing import Printed, PrintedFootnote
from api.texts.rules import markdown

_RAISED = properties("rPr", [w("rStyle", val="FootnoteReference")])
_SPACE = w("r", words(" "))
BEFORE_THE_FIRST = (-1, 0)  # ids of what Word draws above footnotes, on their page and on the next
_ANCHOR = "_Note{}"


class Notes:
    """The footnotes of a statement, in the order of their first references.

    Word numbers footnotes itself. Where that would give other labels than ours, each prints its
    own. A footnote to which only another refers cannot be one of Word's: it stands under that one.
    """

    def __init__(self, printed: Printed, language: DocumentLanguage) -> None:
        """Find which footnotes the text itself refers to."""
        self._texts = {note["label"]: note["text"] for note in printed["footnotes"]}
        said = [text for block in printed["blocks"] for text in printing.texts(block)]
        self._uses = Counter(label for text in said for label in markdown.footnote_labels(text))
        own = [note["label"] for note in printed["footnotes"] if note["label"] in self._uses]
        self._ids = {label: place for place, label in enumerate(own, 1)}
        self._is_counted = all(label == str(place) for label, place in self._ids.items())
        self._seen: set[str] = set()
        self._language = language
        self.links = Relationships()

    def reference(self, label: str) -> Xml:
        """Return the footnote's mark; where it was referred to before, a link to that place."""
        place = self._ids.get(label)
        if place is None:
            return _raised(label)
        if label in self._seen:
            return w("hyperlink", _raised(label), anchor=_ANCHOR.format(place), history=1)
        self._seen.add(label)
        own = {} if self._is_counted else {"customMarkFollows": 1}
        mark = w("footnoteReference", **own, id=place)
        run = w("r", _RAISED, mark, "" if self._is_counted else words(label))
        if self._uses[label] == 1:
            return run
        number = f"9{place:06}"  # of bookmarks, those of the text count from one
        start = w("bookmarkStart", id=number, name=_ANCHOR.format(place))
        return Xml(f"{start}{run}{w('bookmarkEnd', id=number)}")

    def part(self) -> bytes:
        """Return the part of the file that holds them all."""
        runs = Runs(self._language, self.links, _raised)
        lines = [
            w("footnote", _line(w("r", w(kind))), type=kind, id=place)
            for kind, place in zip(
                ("separator", "continuationSeparator"), BEFORE_THE_FIRST, strict=True
            )
        ]
        seen = set(self._ids)
        for label, place in self._ids.items():
            mark = w("footnoteRef") if self._is_counted else words(label)
            inner = [self._paragraph(runs, label, w("r", _RAISED, mark))]
            inner += (
                self._paragraph(runs, note["label"], _raised(note["label"]))
                for note in self._under(label, seen)
            )
            lines.append(w("footnote", *inner, id=place))
        return root("footnotes", *lines)

    def _under(self, label: str, seen: set[str]) -> list[PrintedFootnote]:
        """Return the footnotes that this one is the first to refer to, and those below them."""
        found: list[PrintedFootnote] = []
        waiting = [label]
        for each in waiting:  # grows
            for name in markdown.footnote_labels(self._texts[each]):
                if name not in seen and name in self._texts:
                    seen.add(name)
                    waiting.append(name)
                    found.append({"label": name, "text": self._texts[name]})
        return found

    def _paragraph(self, runs: Runs, label: str, mark: Xml) -> Xml:
        text = self._texts[label]
        style = [w("pStyle", val="FootnoteText")]
        way = self._language.way_of(text)
        if way != self._language.direction:
            style.append(w("bidi", val=int(way == "rtl")))
        return w("p", properties("pPr", style), mark, _SPACE, runs.marked(text))


def _raised(label: str) -> Xml:
    return w("r", _RAISED, words(label))


def _line(inner: Xml) -> Xml:
    spacing = w("spacing", before=0, after=0, line=240, lineRule="auto")
    return w("p", properties("pPr", [spacing]), inner)
