"""Two wordings of a text are compared word by word, and nothing of either is lost."""

from __future__ import annotations

from itertools import groupby

import pytest
from hypothesis import given, strategies as st

from api.texts.rules import markdown, wording
from api.texts.rules.wording import Op, WordRun

WORDS = st.lists(
    st.sampled_from(
        ["We", "ask", "*ask*", "12", "12.5", ",", ".", " ", "  ", "[^1]", "[^2]", "не", "می‌خواهیم",
         "释放", "[the court](https://example.org/a)", "**now *and* then**", "\\*", "don\u2019t"]
    ),
    max_size=14,
).map(" ".join)  # fmt: skip


def pieces(old: str, new: str) -> tuple[WordRun, ...]:
    return wording.Comparison().pieces(old, new)


def read(found: tuple[WordRun, ...], left_out: Op) -> list[tuple[object, ...]]:
    """Return letter by letter what one side says, and how each is set."""
    return [
        (sign, piece.marks, piece.is_note)
        for piece in found
        if piece.op is not left_out
        for sign in piece.words
    ]


def said(text: str) -> list[tuple[object, ...]]:
    return [
        (
            sign,
            tuple(
                filter(None, (each.is_emphasis and "em", each.is_strong and "strong", each.link))
            ),
            each.is_note,
        )
        for each in markdown.spans(text)
        for sign in each.words
    ]


def shown(found: tuple[WordRun, ...]) -> str:
    signs = {Op.SAME: "{}", Op.ADDED: "+{}+", Op.REMOVED: "-{}-"}
    turns = groupby(found, key=lambda piece: piece.op)
    return "".join(signs[op].format("".join(one.words for one in run)) for op, run in turns)


@given(WORDS, WORDS)
def test_each_side_can_be_read_from_what_both_differ_by(old: str, new: str) -> None:
    found = pieces(old, new)

    assert read(found, Op.ADDED) == said(old)
    assert read(found, Op.REMOVED) == said(new)


@given(WORDS)
def test_equal_texts_differ_by_nothing(text: str) -> None:
    assert all(piece.op is Op.SAME for piece in pieces(text, text))


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("We ask today.", "We ask, today.", "We ask+,+ today."),
        ("We ask.", "Today we ask.", "-We-+Today we+ ask."),
        ("We ask you.", "Today, We ask you.", "+Today, +We ask you."),
        ("Free 12 people.", "Free 13 people.", "Free- 12-+ 13+ people."),
        ("It costs 10,000 now.", "It costs 10,500 now.", "It costs- 10,000-+ 10,500+ now."),
        ("They may speak.", "They may not speak.", "They may+ not+ speak."),
        ("Free bread, salt.", "Release oil, tea.", "-Free bread, salt-+Release oil, tea+."),
        ("立即释放他们", "立即释放他", "立即释放他-们-"),
        ("We ask.", "We ask. We wait.", "We ask.+ We wait.+"),
        ("The *court* sat.", "The court sat.", "The- court-+ court+ sat."),
        ("So it says.[^1]", "So it says.[^2]", "So it says.-1-+2+"),
    ],
)
def test_what_changed_is_told_as_a_person_would(old: str, new: str, told: str) -> None:
    assert shown(pieces(old, new)) == told


def test_words_that_are_set_otherwise_say_how() -> None:
    found = pieces("See [it](https://a.example).", "See [it](https://b.example).")

    assert [(one.op, one.marks) for one in found if one.op is not Op.SAME] == [
        (Op.REMOVED, ("https://a.example",)),
        (Op.ADDED, ("https://b.example",)),
    ]


def test_a_passage_that_is_too_long_to_compare_is_written_anew(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(wording, "MOST_PAIRS", 3)

    assert shown(pieces("We ask", "We wait")) == "-We ask-+We wait+"


def edited(old: str, new: str) -> list[tuple[str, str]]:
    """Return what was taken out and what came in, edit by edit."""
    return [(old[start:end], text) for start, end, text in wording.edits(old, new)]


@given(WORDS, WORDS)
def test_edits_make_of_one_text_the_other(old: str, new: str) -> None:
    found, at = "", 0
    for start, end, text in wording.edits(old, new):
        assert at <= start <= end
        found += old[at:start] + text
        at = end
    assert found + old[at:] == new


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("We ask you today.", "Today we ask you today.", [("We", "Today we")]),
        ("We ask you today.", "ask you now.", [("We ", ""), ("today", "now")]),
        ("Мы просим вас.", "Мы **просим** вас.", [("просим", "**просим**")]),
        ("释放所有囚犯", "放开全部犯人", [("释放所有囚犯", "放开全部犯人")]),
        ("شورا و مجلس", "مجلس و شورا", [("شورا و مجلس", "مجلس و شورا")]),
        ("So [it](https://example.org/a) is.", "So [it](https://example.org/b) is.",
         [("](https://example.org/a)", "](https://example.org/b)")]),
        ("The court says.[^1]", "The court says.[^12]", [("[^1]", "[^12]")]),
        ("bread\ufdd2tea", "bread now\ufdd2hot tea", [("", " now"), ("", "hot ")]),
    ],
)  # fmt: skip
def test_edits_are_of_whole_words_marks_and_addresses(
    old: str, new: str, told: list[tuple[str, str]]
) -> None:
    assert edited(old, new) == told


def test_a_text_that_is_too_long_to_compare_is_edited_as_a_whole() -> None:
    old, new = "ask " * 10_001, "ask " * 10_002
    assert edited(old, new) == [(old, new)]
