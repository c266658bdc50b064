"""What is said of a file of Word that came back and could not be a suggestion. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class WordReturnKind(StrEnum):
    """What a remark on a file that came back is about."""

    PRINTED_FROM_DATA = "printed_from_data"
    SIGNATORIES = "signatories"
    NO_PLACE = "no_place"
    DEMANDS_LEFT_OUT = "demands_left_out"
    LINES_LEFT_OUT = "lines_left_out"
    PARTS_MOVED = "parts_moved"
    PARTED = "parted"
    NOT_KEPT = "not_kept"
    NOTES_LEFT_OUT = "notes_left_out"
    COMMENTS_WITHOUT_WORDS = "comments_without_words"
    COMMENTS_CUT = "comments_cut"
    LOOKS = "looks"
    SPACES = "spaces"
    LINE_BREAKS = "line_breaks"
    HIDDEN = "hidden"
    STRUCK = "struck"
    PICTURES = "pictures"
    DRAWINGS = "drawings"
    OBJECTS = "objects"
    EQUATIONS = "equations"
    SYMBOLS = "symbols"


OF_RETURNS: Mapping[WordReturnKind, str] = {
    WordReturnKind.PRINTED_FROM_DATA: "These words are printed from data (who speaks, to whom,"
    " names of countries, cases, sources): they are changed there, by a coordinator.",
    WordReturnKind.SIGNATORIES: "What stands under the text (signatories, contacts) is another than"
    " it is now; nobody tracked a change of it, so it may have been so when the file was made.",
    WordReturnKind.NO_PLACE: "These words are new where the text has no place for them: over it,"
    " or among signatories and contacts.",
    WordReturnKind.DEMANDS_LEFT_OUT: "Demands are left out of their list and not of the text: these"
    " were, in the file.",
    WordReturnKind.LINES_LEFT_OUT: "These lines can be put in other words and not be left out by"
    " themselves: they were, in the file.",
    WordReturnKind.PARTS_MOVED: "These are parts of a block and cannot stand elsewhere: they were"
    " moved, in the file.",
    WordReturnKind.PARTED: "These were parted into paragraphs where the text has one.",
    WordReturnKind.NOT_KEPT: "The text cannot hold these words as they are (a sign or mark in them,"
    " or a place that needs words): say them in another way.",
    WordReturnKind.NOTES_LEFT_OUT: "These footnotes say nothing any more, and something refers to"
    " them still: take the reference out.",
    WordReturnKind.COMMENTS_WITHOUT_WORDS: "Comments without words were left out.",
    WordReturnKind.COMMENTS_CUT: "These comments are too long, and were cut.",
    WordReturnKind.LOOKS: "Bold, italic or links alone are others here: nothing was suggested of"
    " it.",
    WordReturnKind.SPACES: "Spaces or signs that nobody sees are others here, and no change that is"
    " tracked says so: they stayed as they are.",
    WordReturnKind.LINE_BREAKS: "Line breaks within a paragraph became spaces.",
    WordReturnKind.HIDDEN: "These words are hidden in the file, and stayed behind.",
    WordReturnKind.STRUCK: "These words are struck through by hand and not as a tracked change:"
    " they were read as they are.",
    WordReturnKind.PICTURES: "Pictures that were put in stayed behind.",
    WordReturnKind.DRAWINGS: "Drawings and charts stayed behind.",
    WordReturnKind.OBJECTS: "Objects of other programs stayed behind.",
    WordReturnKind.EQUATIONS: "Equations came as the letters and signs in them: look at each.",
    WordReturnKind.SYMBOLS: "Signs that only a font of symbols has stayed behind.",
}
