"""The facts of the page on which a text is commented on, and other words are suggested for it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from markupsafe import Markup

from api.documents.rules.blocks import StatementText
from api.pages.rules.facts import Form, Framed


@dataclass(frozen=True, kw_only=True)
class Remark:
    """What somebody said, as one reader may see it."""

    id: str
    who: str
    when: str
    text: str  # empty: it was taken back
    is_mine: bool = False


@dataclass(frozen=True, kw_only=True)
class CommentThread:
    """A comment with its replies, and what became of its part of the text since."""

    head: Remark
    replies: tuple[Remark, ...] = ()
    is_resolved: bool = False
    has_changed: bool = False
    then: Markup | None = None  # what the part said, against what it says; or before it went


@dataclass(frozen=True, kw_only=True)
class Suggested:
    """What somebody suggested, as one reader may see it, and what became of it."""

    id: str
    who: str
    when: str
    what: str  # would become of the place
    texts: tuple[Markup, ...]  # line by line, with what would go and what would come
    reason: str
    state: Literal["open", "accepted", "declined"]
    revision: int | None = None  # the first that holds it
    answer: str = ""  # why it was declined
    instead: tuple[Markup, ...] = ()  # the lines that were accepted in its place
    is_mine: bool = False
    has_changed: bool = False  # its place, since


@dataclass(frozen=True, kw_only=True)
class WordsField:
    """Some words of a part, to be written otherwise."""

    name: str
    label: str
    text: str  # as it reads
    hints: tuple[str, ...] = ()
    is_long: bool = True  # it may have several lines

    @property
    def rows(self) -> int:
        """How high it is, for the words in it."""
        lines = sum(1 + len(line) // _IN_A_LINE for line in self.text.split("\n"))
        return max(2, min(lines + 1, _HIGHEST))


_IN_A_LINE, _HIGHEST = 44, 14


@dataclass(frozen=True, kw_only=True)
class WordsFold:
    """Where other words for a part are suggested, or that it be left out; names of its fields."""

    words: tuple[WordsField, ...]
    why: str
    leave: str = ""  # empty: it cannot be left out

    @property
    def names(self) -> tuple[str, ...]:
        return (*(each.name for each in self.words), self.leave, self.why)


@dataclass(frozen=True, kw_only=True)
class InsertFold:
    """Where a new part is suggested; names of its fields."""

    name: str
    sort: str
    why: str

    @property
    def names(self) -> tuple[str, ...]:
        return (self.name, self.why)


@dataclass(frozen=True, kw_only=True)
class CommentPart:
    """A block of the text, or its head or its notes, and what was said of it."""

    html: Markup = field(default_factory=Markup)
    name: str = ""  # of the field that takes a comment on it; empty: it takes none
    threads: tuple[CommentThread, ...] = ()
    suggestions: tuple[Suggested, ...] = ()
    words: WordsFold | None = None
    insert: InsertFold | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """Of the fields that take words."""
        folds = [each.names for each in (self.words, self.insert) if each]
        return tuple(name for name in (self.name, *sum(folds, ())) if name)


@dataclass(frozen=True)
class FileRead:
    """What came of a file of Word that was sent back."""

    gave: str  # how many suggestions and comments, in a sentence
    remarks: tuple[tuple[str, tuple[str, ...]], ...]  # what could not be read, and its words


@dataclass(frozen=True, kw_only=True)
class CommentPage(Framed):
    """A text that is open for comments, those of its reader and those that they may read."""

    text: StatementText
    head: CommentPart
    parts: tuple[CommentPart, ...]
    notes: CommentPart
    whole: tuple[CommentThread, ...]  # of the text as a whole
    gone: tuple[CommentThread, ...]  # of parts that it has no more
    suggested_gone: tuple[Suggested, ...]
    revision_sha256: str
    name: str
    closes: str
    read_by: Literal["coordinators", "commenters_unnamed", "commenters_named"]
    word: str = ""  # where the text is as a file of Word
    organisation: str = ""  # empty: a person outside
    note: str = ""
    is_over: bool = False
    file: Form = field(default_factory=Form)
    read: FileRead | None = None
    unsent: tuple[str, ...] = ()  # what was typed where nothing is taken any more
    form: Form = field(default_factory=Form)
    erase: Form = field(default_factory=Form)
    is_sent: bool = False
    is_saved: bool = False
    has_changed: bool = False
    wait: str = ""  # before another try
