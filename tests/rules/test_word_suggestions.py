"""What of a file of Word becomes which suggestion, and what is told instead."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from api.portable.rules import checking
from tests.rules.test_word_returns import IDS, back, sent_of
from tests.support import word_edits as edits
from tests.support.word_edits import EditedFile, Piece, with_parts
from tests.support.word_files import WordFile
from tests.support.word_written import by, ins, note, p, packed, part, read

if TYPE_CHECKING:
    from api.exchange.rules.returning import WordReturn

DOCUMENT: Any = {
    "format": "undersigned.statement/1",
    "slug": "specimen",
    "kind": "appeal",
    "language": "en",
    "title": "Open the doors",
    "coalition": {"name": "Specimen House"},
    "demand_lists": [
        {
            "country": "KZ",
            "demands": [
                {"id": "free", "text": "Free all who wait.", "rationale": "They did nothing."},
                {"id": "open", "text": "Open every door."},
            ],
        },
        {"country": "UZ", "demands": [{"id": "write", "text": "Write to the families."}]},
    ],
    "cases": [
        {"id": "a", "name": "A. Specimen", "country": "KZ", "occupation": "baker"},
        {"id": "b", "name": "B. Specimen", "country": "KZ", "occupation": "miller"},
    ],
    "body": [
        {"heading": "What we ask"},
        {"paragraph": "We **all** ask for [the law](https://specimen.example/law)[^1] today."},
        {"list": {"lead": "We need:", "items": ["bread;", "salt;", "clean water."]}},
        {"quote": {"lead": "They said:", "text": "Doors are opened by hands.",
                   "source": "Declaration", "locator": "paragraph 4"}},
        {"demands": {"lead": "We ask:"}},
        {"cases": {"lead": "For them:", "ids": ["a", "b"]}},
        {"paragraph": "The first paragraph that is nearly the same."},
        {"paragraph": "The other paragraph that is nearly the same."},
    ],
    "footnotes": {"1": "Law of 2031, article 5."},
}  # fmt: skip
HEADING, ASKED, LIST, QUOTE, DEMANDS, CASES, FIRST, OTHER = (f"block/{one}" for one in IDS[:8])


class Returning:
    """A file of the text above, edited and sent back."""

    def __init__(self, **changes: Any) -> None:
        document = checking.require({**DOCUMENT, **changes})[0]
        self.sent, self.made = sent_of(document)
        self.file = EditedFile.of(self.made)
        self.more: dict[str, bytes | str] = {}

    def place(self, target: str, number: int = 0) -> int:
        name = target.partition("/")[2].replace("-", "")
        return self.file.place(f"_us_{name}_{number}")

    def rewrite(
        self, target: str, number: int, old: str, new: str, *, tracked: bool = True
    ) -> None:
        """Replace words of a paragraph, of which the first become the others."""

        def change(words: str) -> list[Piece]:
            assert old in words
            before, after = words.split(old, 1)
            return [Piece(before), Piece(old, "del"), Piece(new, "ins"), Piece(after)]

        edits.rewrite(self.file, self.place(target, number), change, tracked=tracked)

    def swap(self, target: str, number: int, old: str, new: str) -> None:
        """Replace some XML of a paragraph."""
        place = self.place(target, number)
        text = self.file.parts[place]
        assert isinstance(text, str)
        assert old in text
        self.file.parts[place] = text.replace(old, new)

    def read(self, shape: str = "word") -> WordReturn:
        content = self.file.saved(shape)
        if self.more:
            content = packed({**WordFile(content).parts, **self.more})
        return back(self.sent, content)


def said(returned: WordReturn) -> list[Any]:
    return [
        (str(one.proposal.kind), one.proposal.target, *one.proposal.lines)
        for one in returned.suggestions
    ]


def told(returned: WordReturn) -> dict[str, list[str]]:
    return {str(one.what): one.words for one in returned.remarks}


def test_words_that_stay_keep_their_look_and_new_ones_bring_theirs() -> None:
    letter = Returning()
    letter.swap(ASKED, 0, "today.", "soon ")
    letter.file.parts[letter.place(ASKED)] = str(letter.file.parts[letter.place(ASKED)]).replace(
        "</w:p>", ins("<w:r><w:rPr><w:i/></w:rPr><w:t>and</w:t></w:r>", " well.") + "</w:p>"
    )

    returned = letter.read()

    line = "We **all** ask for [the law](https://specimen.example/law)[^1] soon *and* well."
    assert said(returned) == [("words", ASKED, line)]
    assert [one.is_tracked for one in returned.suggestions] == [False]
    assert [one.authors for one in returned.suggestions] == [("A. Specimen",)]


def test_looks_alone_are_told_and_not_suggested() -> None:
    letter = Returning()
    letter.swap(ASKED, 0, "<w:b />", "")

    returned = letter.read()

    assert said(returned) == []
    assert list(told(returned)) == ["looks"]


def test_a_footnote_is_reworded_in_its_place() -> None:
    letter = Returning()
    notes = letter.made.parts["word/footnotes.xml"].decode()
    letter.more["word/footnotes.xml"] = notes.replace("article 5.", "article 6.")

    assert said(letter.read()) == [("words", "footnote/1", "Law of 2031, article 6.")]


def test_a_new_footnote_comes_with_the_words_that_refer_to_it() -> None:
    letter = Returning()
    new = f'<w:footnote w:id="9"><w:p>{ins("See there.")}</w:p></w:footnote>'
    notes = letter.made.parts["word/footnotes.xml"].decode()
    letter.more["word/footnotes.xml"] = notes.replace("</w:footnotes>", f"{new}</w:footnotes>")
    place = letter.place(FIRST)
    one = letter.file.at(place)
    letter.file.parts[place] = (
        f'<w:p><w:bookmarkStart w:id="800" w:name="{one.names[0]}"/>'
        f"<w:r><w:t>{one.words}</w:t></w:r>{ins(note(9))}"
        '<w:bookmarkEnd w:id="800"/></w:p>'
    )

    (found,) = letter.read().suggestions

    assert found.proposal.lines == ("The first paragraph that is nearly the same.[^2]",)
    assert found.proposal.footnotes == {"2": "See there."}


def test_a_reference_that_is_taken_out_takes_its_footnote_along() -> None:
    letter = Returning()
    text = str(letter.file.parts[letter.place(ASKED)])
    start, end = text.index("<w:footnoteReference"), text.index("/>", text.index("<w:footnoteRef"))
    letter.file.parts[letter.place(ASKED)] = text[:start] + "<w:t/>" + text[end + 2 :]

    returned = letter.read()

    line = "We **all** ask for [the law](https://specimen.example/law) today."
    assert said(returned) == [("words", ASKED, line)]
    assert told(returned) == {}


def test_a_list_is_suggested_as_a_whole() -> None:
    letter = Returning()
    edits.move(letter.file, letter.place(LIST, 2), letter.place(LIST, 1), tracked=False, shape="")
    edits.split(letter.file, letter.place(LIST, 3), len("clean "), tracked=True)
    letter.rewrite(LIST, 0, "We need", "All need")

    assert said(letter.read()) == [
        ("words", LIST, "All need:", "salt;", "bread;", "clean", "water.")
    ]


def test_the_lead_of_a_list_is_left_out_by_itself() -> None:
    letter = Returning()
    edits.delete(letter.file, letter.place(LIST), tracked=True)

    assert said(letter.read()) == [("words", LIST, "", "bread;", "salt;", "clean water.")]


def test_a_quote_has_its_words_and_its_source_and_the_rest_is_data() -> None:
    letter = Returning()
    letter.rewrite(QUOTE, 1, "hands", "many hands")
    letter.rewrite(QUOTE, 2, "Declaration", "The declaration")
    letter.rewrite(QUOTE, 2, "paragraph 4", "paragraph 5")
    letter.file.parts[letter.place(QUOTE, 2)] = letter.file.at(letter.place(QUOTE, 2)).saying(
        "The declaration, paragraph 5"
    )

    returned = letter.read()

    lines = ("They said:", "Doors are opened by many hands.", "The declaration")
    assert said(returned) == [("words", QUOTE, *lines)]
    assert told(returned) == {"printed_from_data": [", paragraph 4 → , paragraph 5"]}


def test_a_quote_without_its_words_is_left_out_as_a_guess() -> None:
    letter = Returning()
    edits.delete(letter.file, letter.place(QUOTE, 1), tracked=True)

    (found,) = letter.read().suggestions

    assert (found.proposal.target, str(found.proposal.kind)) == (QUOTE, "deletion")
    assert found.is_guess


def test_demands_are_reworded_and_no_more() -> None:
    letter = Returning()
    letter.rewrite(DEMANDS, 2, "all who wait", "everybody who waits")
    edits.delete(letter.file, letter.place(DEMANDS, 3), tracked=True)  # why
    edits.delete(letter.file, letter.place(DEMANDS, 4), tracked=True)
    edits.rewrite(
        letter.file, letter.place(DEMANDS, 1), lambda words: [Piece(words), Piece("!", "ins")],
        tracked=True,
    )  # fmt: skip

    returned = letter.read()

    assert said(returned) == [("words", "demand/free", "Free everybody who waits.", "")]
    assert told(returned) == {
        "demands_left_out": ["Open every door."],
        "printed_from_data": ["Kazakhstan → Kazakhstan!"],
    }


def test_a_new_demand_stands_behind_them_as_a_guess() -> None:
    letter = Returning()
    edits.insert(letter.file, letter.place(DEMANDS, 2), "Let them go.", tracked=True, shape="word")

    (found,) = letter.read().suggestions

    assert (found.proposal.block, found.proposal.after) == ("list", IDS[4])
    assert (found.proposal.lines, found.is_guess) == (("Let them go.",), True)


def test_demands_that_run_on_are_told_apart() -> None:
    body = [*DOCUMENT["body"][:4], {"demands": {"layout": "paragraph"}}, *DOCUMENT["body"][5:]]
    letter = Returning(body=body)
    letter.rewrite(DEMANDS, 0, "nothing", "no harm")
    letter.file.parts[letter.place(DEMANDS)] = letter.file.at(letter.place(DEMANDS)).saying(
        "Free all who wait. They did no harm. Open every door now."
    )

    assert said(letter.read()) == [
        ("words", "demand/free", "Free all who wait.", "They did no harm."),
        ("words", "demand/open", "Open every door now."),
    ]


def test_parts_that_stand_elsewhere_are_told() -> None:
    letter = Returning()
    edits.move(letter.file, letter.place(DEMANDS, 4), letter.place(FIRST), tracked=False, shape="")
    edits.delete(letter.file, letter.place(CASES, 2), tracked=True)

    returned = letter.read()

    assert said(returned) == []
    assert told(returned) == {
        "parts_moved": ["Open every door."],
        "printed_from_data": ["B. Specimen, miller →"],
    }


def test_a_word_that_is_parted_where_there_is_one_paragraph_is_told() -> None:
    letter = Returning()
    edits.split(letter.file, letter.place(DEMANDS, 4), len("Open ev"), tracked=True)

    returned = letter.read()

    assert said(returned) == []
    assert told(returned) == {"parted": ["ery door."]}


@pytest.mark.parametrize("tracked", [True, False])
def test_spaces_count_where_they_are_tracked(tracked: bool) -> None:  # noqa: FBT001 # a parameter
    letter = Returning()
    letter.rewrite(FIRST, 0, " nearly", "  nearly", tracked=tracked)

    returned = letter.read()

    line = "The first paragraph that is  nearly the same."
    assert said(returned) == ([("words", FIRST, line)] if tracked else [])
    assert list(told(returned)) == ([] if tracked else ["spaces"])


def test_a_tracked_move_tells_which_of_two_moved() -> None:
    letter = Returning()
    edits.move(letter.file, letter.place(OTHER), letter.place(FIRST), tracked=True, shape="word")

    (found,) = letter.read().suggestions

    assert (str(found.proposal.kind), found.proposal.target) == ("move", OTHER)
    assert found.proposal.after == IDS[5]
    assert found.is_tracked


def test_one_of_two_that_are_alike_is_known_by_its_bookmark() -> None:
    body = [{"paragraph": "The same."}, {"paragraph": "The same."}, {"paragraph": "Another."}]
    letter = Returning(body=body, footnotes={}, cases=[], demand_lists=[])
    edits.delete(letter.file, letter.place(HEADING), tracked=False)

    assert said(letter.read("libreoffice")) == [("deletion", HEADING)]


def test_what_stands_over_the_text_or_under_it_has_no_place() -> None:
    letter = Returning()
    place = next(n for n, one in enumerate(letter.file.parts) if not isinstance(one, str))
    edits.insert(letter.file, place, "And we as well.", tracked=True, shape="word")

    returned = letter.read()

    assert said(returned) == []
    assert told(returned) == {"no_place": ["And we as well."]}


def test_the_title_is_plain_and_has_no_line_breaks() -> None:
    letter = Returning()
    place = next(
        n for n, one in enumerate(letter.file.parts)
        if not isinstance(one, str) and one.words == "Open the doors"
    )  # fmt: skip
    edits.rewrite(letter.file, place, lambda words: [Piece(words), Piece(" *now*", "ins")],
                  tracked=True)  # fmt: skip

    assert said(letter.read()) == [("words", "title", "Open the doors *now*")]


def test_what_no_text_may_hold_is_told() -> None:
    letter = Returning()
    letter.rewrite(FIRST, 0, "first", "\u202efirst")

    returned = letter.read()

    assert said(returned) == []
    assert list(told(returned)) == ["not_kept"]


def with_comment(letter: Returning, at: int, words: str = "Why?") -> WordReturn:
    """Return the file with a comment on a paragraph of plain words."""
    content = letter.file.saved("word")
    document = WordFile(content).parts["word/document.xml"].decode()
    start = document.rindex("<w:p ", 0, document.index(letter.file.at(at).names[0]))
    end = document.index("</w:p>", start)
    inside = document[start:end].replace("</w:pPr>", '</w:pPr><w:commentRangeStart w:id="5"/>', 1)
    inside += '<w:commentRangeEnd w:id="5"/><w:r><w:commentReference w:id="5"/></w:r>'
    changed = document[:start] + inside + document[end:]
    comment = f"<w:comment {by('C. Specimen', 5)}>{p(words)}</w:comment>"
    content = packed({**WordFile(content).parts, "word/document.xml": changed})
    return back(letter.sent, with_parts(content, comments=part("comments", comment)))


def test_a_comment_on_what_was_taken_out_is_on_its_block() -> None:
    letter = Returning()
    edits.delete(letter.file, letter.place(FIRST), tracked=True)

    returned = with_comment(letter, letter.place(FIRST))

    (thread,) = returned.threads
    assert (thread.block, thread.text, thread.author) == (IDS[6], "Why?", "C. Specimen")


def test_a_comment_says_on_which_words_it_is() -> None:
    letter = Returning()

    (thread,) = with_comment(letter, letter.place(OTHER)).threads

    text = "\u201cThe other paragraph that is nearly the same.\u201d: Why?"
    assert (thread.block, thread.text) == (IDS[7], text)


def test_a_comment_without_words_is_told() -> None:
    letter = Returning()

    returned = with_comment(letter, letter.place(OTHER), "")

    assert returned.threads == []
    assert list(told(returned)) == ["comments_without_words"]


def test_a_file_says_its_text_in_a_property_of_its_own_too() -> None:
    letter = Returning()
    core = letter.made.parts["docProps/core.xml"].decode()
    letter.more["docProps/core.xml"] = core.replace("urn:sha256:", "")
    text = read(packed({**letter.made.parts, **letter.more}))

    assert text["sha256"] == read(letter.made.content)["sha256"]
