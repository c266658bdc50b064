"""A file of Word as the draft of a statement: its blocks, its footnotes, its language. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from api.errors import Invalid
from api.exchange.rules import guessing
from api.exchange.rules.notes import WordNotes
from api.exchange.rules.remarks import Remarks, WordRemark, WordRemarkKind, WordRemarkKind as Kind
from api.infra.text import characters
from api.infra.word.text import WordComment, WordListPlace, WordPiece, WordText
from api.infra.word.views import SeenParagraph, plain, seen
from api.texts.rules import markdown
from api.texts.rules.document import PortableBlock
from api.texts.rules.markdown import Span

LONGEST_TITLE = 500
_CONTENTS = re.compile(r"toc( heading| \d)|table of contents|contents heading|contents \d")
_QUOTES = {"quote", "intense quote", "block text", "quotations", "block quote", "blockquote"}
_SOURCE = "quote source"
_GOES_ON = re.compile(r"list continue( \d)?")
_DASHES = "\u2014\u2013\u2015"  # before whom a quote is from
_BREAKS = re.compile(r"[ \t\n\v\f\r\u2028\u2029]+")
# Styles of our own files, of what a statement prints from its data; Word has some of these names.
_OF_DATA = {
    "coalition", "kind", "date", "fact", "edited", "logo", "salutation", "signatory",
    "signatory sort", "contact", "heading 1 ruled",
}  # fmt: skip
_PLAIN_NUMBER = re.compile(r"[^\w%]*%1[^\w%]*")


@dataclass(frozen=True)
class WordComments:
    """A comment with the replies to it, and the block of the draft that it is on."""

    comment: WordComment
    pointer: str | None  # None: on what stayed behind
    replies: list[WordComment]


@dataclass(frozen=True)
class ChangesBy:
    """How many pieces somebody inserted, deleted and moved, as Word tracked it."""

    author: str
    insertions: int
    deletions: int
    moves: int


@dataclass(frozen=True)
class WordDraft:
    """What a file of Word gives a statement, and what is to be said of it."""

    title: str
    language: str
    body: list[PortableBlock]
    footnotes: dict[str, str]
    remarks: list[WordRemark]
    changes: list[ChangesBy]
    comments: list[WordComments]


def drafted(text: WordText, language: str | None, *, accepted: bool) -> WordDraft:
    """Return the draft of what a file says, with all its tracked changes accepted or rejected.

    `language` is that of the text where somebody says it. Raise Invalid where there are no words.
    """
    writing = _Writing(text, accepted=accepted)
    writing.write()
    remarks = writing.remarks
    for name, count in text["lost"].items():
        remarks.add(WordRemarkKind(name), count=count)
    said = language
    if said is None:
        said, is_sure = guessing.language(run for each in writing.kept for run in each.runs)
        if not is_sure:
            remarks.add(Kind.GUESSED_LANGUAGE, said)
    return WordDraft(
        title=writing.title,
        language=said,
        body=writing.body,
        footnotes=writing.notes.texts,
        remarks=remarks.listed(),
        changes=_changes(text),
        comments=_threads(text["comments"], writing.pointers),
    )


class _Writing:
    """The blocks of a draft on their way."""

    def __init__(self, text: WordText, *, accepted: bool) -> None:
        self.remarks = Remarks()
        self.notes = WordNotes(text["notes"], self._marked, self.remarks, accepted=accepted)
        self._is_ours = text["sha256"] is not None
        self.kept = [
            each
            for each in seen(text["paragraphs"], accepted=accepted)
            if any(run["words"].strip() or "note" in run for run in each.runs)
            and not self._stays(each)
        ]
        self.title = ""
        self.body: list[PortableBlock] = []
        self.pointers: dict[int, str] = {}  # of blocks, by the numbers of their paragraphs
        self._counted: Counter[tuple[str, int]] = Counter()  # items of each list so far
        self._listed: WordListPlace | None = None  # of the item that the last block begins with
        self._places: set[int] = set()  # flows of tables and boxes that were told of

    def write(self) -> None:
        """Write title, blocks and notes."""
        if not self.kept:
            raise Invalid("There are no words in this document: send one that has a text.")
        rest = self._after_title()
        for here, after in zip(rest, [*rest[1:], None], strict=True):
            self._tell_place(here)
            self._block(here, is_last=after is None)
            for number in here.numbers:
                self.pointers[number] = f"/body/{len(self.body) - 1}"
        self.notes.write()

    def _stays(self, each: SeenParagraph) -> bool:
        style = next(iter(each.paragraph["styles"]), "")
        if _CONTENTS.fullmatch(style):
            self.remarks.add(Kind.CONTENTS)
        elif self._is_ours and style in _OF_DATA:
            self.remarks.add(Kind.PRINTED_FROM_DATA, each.words)
        else:
            return False
        return True

    def _after_title(self) -> list[SeenParagraph]:
        """Find the title; return what follows it, which may be what it was taken from."""
        marked = [each for each in self.kept if "title" in each.paragraph["styles"]]
        first = (marked or self.kept)[0]
        is_marked = bool(marked) or bool(first.paragraph["level"])
        words = _in_line(first.words)
        most = LONGEST_TITLE if is_marked else guessing.LONGEST_LINE
        self.title = guessing.shortened(words, most)
        if not is_marked or self.title != words:
            self.remarks.add(Kind.GUESSED_TITLE, self.title)
        if self.title != words or len(self.kept) == 1:
            return self.kept
        for run in first.runs:
            if "note" in run:
                self.remarks.add(Kind.NOTES_OF_TITLE, self.notes.words(run["note"]))
        self.pointers |= dict.fromkeys(first.numbers, "/title")
        return [each for each in self.kept if each is not first]

    def _tell_place(self, each: SeenParagraph) -> None:
        place, flow = each.paragraph["place"], each.paragraph["flow"]
        if place != "body" and flow not in self._places:
            self._places.add(flow)
            self.remarks.add(Kind.TABLES if place == "table" else Kind.BOXES, each.words)

    def _block(self, each: SeenParagraph, *, is_last: bool) -> None:
        styles, listed = each.paragraph["styles"], each.paragraph.get("list")
        last = self.body[-1] if self.body else {}
        is_guessed = not (is_last or listed) and guessing.is_heading(each)
        is_heading = bool(each.paragraph["level"]) or (is_guessed and not _looks_set(styles))
        text = self._marked(each.runs, is_heading=is_heading)
        if not text:  # what it says is hidden
            return
        if is_heading:
            self._heading(each, text)
        elif _is_source(each) and "quote" in last and "source" not in last["quote"]:
            last["quote"]["source"] = _in_line(each.words.lstrip(_DASHES + " "))
        elif _QUOTES.intersection(styles):
            self._new({"quote": {"text": text}})
        elif listed:
            self._item(each, text, listed, last)
        elif "list" in last and _GOES_ON.fullmatch(styles[0] if styles else ""):
            last["list"]["items"][-1] += f" {text}"
        else:
            self._new({"paragraph": text})

    def _new(self, block: PortableBlock) -> None:
        self.body.append(block)
        self._listed = None

    def _heading(self, each: SeenParagraph, text: str) -> None:
        level = each.paragraph["level"]
        if level == 0:
            self.remarks.add(Kind.GUESSED_HEADINGS, each.words)
        elif level > 1:
            self.remarks.add(Kind.LOWER_HEADINGS, each.words)
        if "list" in each.paragraph:
            self.remarks.add(Kind.HEADING_NUMBERS, each.words)
        self._new({"heading": text})

    def _item(
        self, each: SeenParagraph, text: str, listed: WordListPlace, last: PortableBlock
    ) -> None:
        """Write an item, into the list that is there where it goes on."""
        outer, key = self._listed, (listed["list"], listed["level"])
        is_inner = outer is not None and listed["level"] > outer["level"]
        goes_on = outer is not None and listed["list"] == outer["list"]
        if outer is not None and is_inner:
            self.remarks.add(Kind.LISTS_WITHIN_LISTS, each.words)
        if outer is not None and is_inner and outer["is_numbered"]:
            last["list"]["items"][-1] += f" {text}"
            return
        first, self._counted[key] = listed["start"] + self._counted[key], self._counted[key] + 1
        if is_inner or (goes_on and outer and listed["is_numbered"] == outer["is_numbered"]):
            last["list"]["items"].append(text)
            return
        if listed["is_numbered"] and first > 1:
            self.remarks.add(Kind.LISTS_COUNTED_ON, each.words)
        if listed["is_numbered"] and not _PLAIN_NUMBER.fullmatch(listed["label"]):
            self.remarks.add(Kind.LIST_LABELS, each.words)
        self._new({"list": {"ordered": listed["is_numbered"], "items": [text]}})
        self._listed = listed

    def _marked(self, runs: Sequence[WordPiece], *, is_heading: bool = False) -> str:
        """Return runs as inline Markdown; what cannot be kept is told."""
        spans = list(self._spans(runs, is_heading=is_heading))
        said = plain(runs)
        if "\n" in said.strip():
            self.remarks.add(Kind.LINE_BREAKS, said)
        text = markdown.written(spans).strip()
        wanted = sum(len(one.words.strip()) for one in spans if one.is_strong or one.is_emphasis)
        kept = (one for one in markdown.spans(text) if one.is_strong or one.is_emphasis)
        if sum(len(one.words.strip()) for one in kept) < wanted:
            self.remarks.add(Kind.LOOKS, said)
        return text

    def _spans(self, runs: Sequence[WordPiece], *, is_heading: bool) -> Iterable[Span]:
        for run in runs:
            words = _clean(run["words"])
            if "note" in run:
                if label := self.notes.label(run):
                    yield Span(label, is_note=True)
                continue
            if "is_hidden" in run:
                self.remarks.add(Kind.HIDDEN, words)
                continue
            if "is_struck" in run:
                self.remarks.add(Kind.STRUCK, words)
            link = run.get("link")
            if link and not markdown.is_address(link):
                self.remarks.add(Kind.LINKS, words)
                link = None
            is_strong = "is_strong" in run and not is_heading
            yield Span(words, "is_emphasis" in run, is_strong, link)


def _looks_set(styles: Sequence[str]) -> bool:
    """Tell whether a style says what a paragraph is, so that nothing is to be guessed."""
    return bool(_QUOTES.intersection(styles)) or _SOURCE in styles


def _is_source(each: SeenParagraph) -> bool:
    """Tell whether a paragraph says from whom the quote before it is."""
    styles = each.paragraph["styles"]
    is_dashed = each.words.lstrip().startswith(tuple(_DASHES))
    is_one = _SOURCE in styles or (is_dashed and bool(_QUOTES.intersection(styles)))
    return is_one and not any("note" in run for run in each.runs)  # plain words, in the format


def _in_line(text: str) -> str:
    """Return a text on one line; a space at which no line breaks is a letter of it."""
    return _clean(_BREAKS.sub(" ", text).strip())


def _clean(text: str) -> str:
    """Return a text without what nobody sees and nobody meant, as all that comes in has it."""
    text = characters.without_left_overs(text, one_line=False)
    return text if characters.piled(text) else unicodedata.normalize("NFC", text)


def _changes(text: WordText) -> list[ChangesBy]:
    pieces: dict[str, Counter[str]] = {}
    stories = [text["paragraphs"], *text["notes"].values()]
    for paragraph in (one for story in stories for one in story):
        for piece in (paragraph, *paragraph["runs"]):
            if change := piece.get("inserted"):
                kind = "moves" if change["is_move"] else "insertions"
                pieces.setdefault(change["author"], Counter())[kind] += 1
            if (change := piece.get("deleted")) and not change["is_move"]:
                pieces.setdefault(change["author"], Counter())["deletions"] += 1
    return [
        ChangesBy(author, found["insertions"], found["deletions"], found["moves"])
        for author, found in pieces.items()
    ]


def _threads(comments: Sequence[WordComment], pointers: dict[int, str]) -> list[WordComments]:
    known = {each["id"]: each for each in comments}
    threads: dict[str, WordComments] = {}
    for each in comments:
        top, passed = each, {each["id"]}
        while (parent := known.get(top["parent"] or "")) and parent["id"] not in passed:
            passed.add(parent["id"])
            top = parent
        place = None if top["paragraph"] is None else pointers.get(top["paragraph"])
        thread = threads.setdefault(top["id"], WordComments(top, place, []))
        if each is not top:
            thread.replies.append(each)
    return list(threads.values())
