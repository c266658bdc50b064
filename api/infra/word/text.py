"""What is read of a file of Word, as JSON holds it between the child and who asked."""

from __future__ import annotations

from typing import Literal, NotRequired, TypedDict

SAVE_IT = "Save it as Word Document (.docx), and send that."


class WordChange(TypedDict):
    """A tracked change: who made it and when, as their program wrote both down; each may be ""."""

    author: str
    at: str
    is_move: bool


class WordPiece(TypedDict):
    """Words of one look, or the mark of a footnote, whose `words` are its own label if it has one.

    What was inserted by one and deleted by another is both.
    """

    words: str
    is_strong: NotRequired[Literal[True]]
    is_emphasis: NotRequired[Literal[True]]
    is_struck: NotRequired[Literal[True]]  # by hand; what is deleted and tracked is `deleted`
    is_hidden: NotRequired[Literal[True]]
    is_raised: NotRequired[Literal[True]]  # as marks of notes are
    link: NotRequired[str]  # an address, or # and the name of a place in the file
    note: NotRequired[str]  # the key of a footnote or endnote
    language: NotRequired[str]  # as the file says, where the words are in letters that have one
    inserted: NotRequired[WordChange]
    deleted: NotRequired[WordChange]


class WordListPlace(TypedDict):
    """Of which list a paragraph is an item."""

    list: str
    level: int  # 0 is the outermost
    is_numbered: bool
    label: str  # "%1." where Word writes 1. and 2.; with letters or Roman figures: their name
    start: int


class WordParagraph(TypedDict):
    """A paragraph; `inserted` and `deleted` are of its mark, which parts it from the next."""

    runs: list[WordPiece]
    styles: list[str]  # the name of its style and of those that it builds upon, in small letters
    level: int  # of a heading, from 1; 0: it is none
    place: Literal["body", "table", "box"]
    flow: int  # paragraphs of one flow follow one another: a cell, a text box, a note
    bookmarks: list[str]
    list: NotRequired[WordListPlace]
    inserted: NotRequired[WordChange]
    deleted: NotRequired[WordChange]


class WordComment(TypedDict):
    """A comment, on words of a paragraph; its parent is the comment that it answers."""

    id: str
    author: str
    at: str
    text: str
    parent: str | None
    is_resolved: bool
    words: str  # on which it is; "": on a place
    paragraph: int | None  # its number in the body; None: it is on a footnote


class WordText(TypedDict):
    """All that is read of a file of Word."""

    paragraphs: list[WordParagraph]
    notes: dict[str, list[WordParagraph]]
    comments: list[WordComment]
    lost: dict[str, int]  # how many there are of what is not read, by its name in `Unread`
    sha256: str | None  # of our text that the file was made of, where it is one of ours
