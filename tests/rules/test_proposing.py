"""A proposal names one place of a text, and the text as it were with it is shown."""

from __future__ import annotations

from typing import Any

import pytest

from api.errors import Invalid
from api.portable.rules.diff import Version
from api.portable.rules.proposals import Proposal, ProposalKind, lines_of, targets_of, with_proposal

WORDS, INSERTION, DELETION, MOVE = ProposalKind
LETTER = Version(
    {
        "format": "undersigned.statement/1",
        "slug": "open-letter",
        "kind": "open_letter",
        "language": "en",
        "title": "An open letter",
        "coalition": {"name": "Specimen Coalition"},
        "demand_lists": [
            {
                "country": "KZ",
                "demands": [
                    {"id": "release", "text": "Release them.", "rationale": "It is time."},
                    {"id": "pay", "text": "Pay them."},
                    {"id": "unprinted", "text": "Listen."},
                ],
            }
        ],
        "body": [
            {"heading": "Что мы просим"},
            {"paragraph": "We wrote in May.[^1]"},
            {"quote": {"lead": "They said:", "text": "نه، هرگز.", "source": "A *Gazette*"}},
            {"list": {"lead": "We saw", "ordered": True, "items": ["面包", "bread"]}},
            {"demands": {"lead": "We ask:", "ids": ["release", "pay"]}},
            {"cases": {"items": [{"text": "Dana, a baker.", "cases": ["dana"]}]}},
            {"demands": {"ids": ["pay"]}},
        ],
        "cases": [{"id": "dana", "name": "Dana", "country": "KZ"}],
        "footnotes": {"1": "A letter of four pages."},
    },
    ["head", "may", "quote", "list", "asked", "cases", "again"],
)


def said(version: Version) -> list[str]:
    """Return the blocks of a text as their lines, one text each."""
    lines = (lines_of(version, f"block/{one}") for one in version.ids)
    return [" | ".join(each or ()) for each in lines]


def body_of(version: Version) -> dict[str, Any]:
    return dict(zip(version.ids, version.document["body"], strict=True))


def pointers(proposal: Proposal, version: Version = LETTER) -> dict[str, str]:
    with pytest.raises(Invalid) as refused:
        with_proposal(version, proposal, "new")
    return {fault.pointer: fault.detail for fault in refused.value.faults}


def test_places_stand_in_the_order_in_which_they_print() -> None:
    assert [(place.target, place.kind, place.lines) for place in targets_of(LETTER)] == [
        ("title", "title", ("An open letter",)),
        ("block/head", "heading", ("Что мы просим",)),
        ("block/may", "paragraph", ("We wrote in May.[^1]",)),
        ("block/quote", "quote", ("They said:", "نه، هرگز.", "A *Gazette*")),
        ("block/list", "list", ("We saw", "面包", "bread")),
        ("block/asked", "demands", ("We ask:",)),
        ("demand/release", "demand", ("Release them.", "It is time.")),
        ("demand/pay", "demand", ("Pay them.",)),
        ("block/cases", "cases", ("Dana, a baker.",)),
        ("block/again", "demands", ()),
        ("footnote/1", "footnote", ("A letter of four pages.",)),
    ]


def test_every_place_says_its_lines_and_one_that_is_not_there_none() -> None:
    for place in targets_of(LETTER):
        assert lines_of(LETTER, place.target) == place.lines
    assert lines_of(LETTER, "demand/unprinted") == ("Listen.",)
    for target in ("", "block/none", "demand/none", "footnote/2", "slug", "title/1"):
        assert lines_of(LETTER, target) is None


@pytest.mark.parametrize(
    ("target", "lines"),
    [
        ("title", ("An open *letter*",)),
        ("block/head", ("Мы просим",)),
        ("block/quote", ("They wrote:", "نه.", "A [Gazette]")),
        ("block/list", ("We saw", "面包", "水", "*bread*")),
        ("block/list", ("We saw", "面包")),
        ("block/asked", ("We demand:",)),
        ("demand/release", ("Free them.", "It is late.")),
        ("block/cases", ("Dana, who bakes.",)),
        ("footnote/1", ("A letter.",)),
    ],
)
def test_words_are_put_into_their_place_alone(target: str, lines: tuple[str, ...]) -> None:
    found = with_proposal(LETTER, Proposal(WORDS, target, lines), "new")

    there = {place.target: place.lines for place in targets_of(LETTER)}
    assert {place.target: place.lines for place in targets_of(found)} == {**there, target: lines}
    assert body_of(found)["cases"]["cases"]["items"][0]["cases"] == ["dana"]
    assert body_of(found)["list"]["list"]["ordered"] is True


def test_a_lead_a_source_and_a_rationale_go_where_their_line_is_empty() -> None:
    found = with_proposal(LETTER, Proposal(WORDS, "block/quote", ("", "نه.", " ")), "new")
    assert body_of(found)["quote"] == {"quote": {"text": "نه."}}

    found = with_proposal(LETTER, Proposal(WORDS, "demand/release", ("Free them.", "")), "new")
    assert lines_of(found, "demand/release") == ("Free them.",)


@pytest.mark.parametrize(
    ("proposal", "block"),
    [
        (Proposal(INSERTION, None, ("新的",), "paragraph", "may"), {"paragraph": "新的"}),
        (Proposal(INSERTION, None, ("New",), "heading", "may"), {"heading": "New"}),
        (Proposal(INSERTION, None, ("So.",), "quote", "may"), {"quote": {"text": "So."}}),
        (
            Proposal(INSERTION, None, ("So.", "Who"), "quote", "may"),
            {"quote": {"text": "So.", "source": "Who"}},
        ),
        (
            Proposal(INSERTION, None, ("Then:", "So.", ""), "quote", "may"),
            {"quote": {"lead": "Then:", "text": "So."}},
        ),
        (Proposal(INSERTION, None, ("a", "b"), "list", "may"), {"list": {"items": ["a", "b"]}}),
    ],
)
def test_a_block_is_put_in_behind_another(proposal: Proposal, block: object) -> None:
    found = with_proposal(LETTER, proposal, "new")
    assert list(found.ids)[:3] == ["head", "may", "new"]
    assert body_of(found)["new"] == block


def test_a_block_is_put_first_left_out_or_moved() -> None:
    first = with_proposal(LETTER, Proposal(INSERTION, None, ("Hear us.",), "paragraph"), "new")
    assert list(first.ids)[:2] == ["new", "head"]

    out = with_proposal(LETTER, Proposal(DELETION, "block/head"), "new")
    assert list(out.ids)[:2] == ["may", "quote"]

    moved = with_proposal(LETTER, Proposal(MOVE, "block/again", after="head"), "new")
    assert list(moved.ids)[:3] == ["head", "again", "may"]
    assert body_of(moved) == body_of(LETTER)


def test_a_footnote_goes_with_its_last_reference() -> None:
    for proposal in (
        Proposal(DELETION, "block/may"),
        Proposal(WORDS, "block/may", ("We wrote in May.",)),
    ):
        assert "footnotes" not in with_proposal(LETTER, proposal, "new").document


def test_a_footnote_that_is_brought_has_a_label_that_no_other_has() -> None:
    lines, notes = ("Мы просим[^1]",), {"1": "См. письмо.[^b]", "b": "Второе."}
    found = with_proposal(LETTER, Proposal(WORDS, "block/head", lines, footnotes=notes), "new")

    assert lines_of(found, "block/head") == ("Мы просим[^2]",)
    assert found.document["footnotes"] == {
        "1": "A letter of four pages.", "2": "См. письмо.[^b]", "b": "Второе.",
    }  # fmt: skip

    named = {"b": "Else."}
    quote = Proposal(INSERTION, None, ("So.[^b]", "A [^b]"), "quote", footnotes=named)
    again = with_proposal(found, quote, "new")
    assert again.document["footnotes"]["b-2"] == "Else."
    assert lines_of(again, "block/new") == ("So.[^b-2]", "A [^b]")  # a source is plain text


def test_lines_that_do_not_fit_their_place_are_refused_with_their_number() -> None:
    for target, lines, count in (
        ("block/quote", ("a", "b"), "3 lines"),
        ("title", (), "1 line,"),
        ("demand/pay", ("a", "b"), "1 line,"),
        ("block/list", ("a",), "2 lines or more"),
    ):
        assert count in pointers(Proposal(WORDS, target, lines))["/lines"]
    assert "1 line" in pointers(Proposal(INSERTION, None, (), "paragraph"))["/lines"]
    assert "3 lines" in pointers(Proposal(INSERTION, None, tuple("abcd"), "quote"))["/lines"]
    assert "no words" in pointers(Proposal(WORDS, "block/again", ("a",)))["/lines"]


def test_empty_lines_and_what_is_no_inline_markdown_are_refused() -> None:
    assert "empty" in pointers(Proposal(WORDS, "block/list", ("", "a", " ")))["/lines/2"]
    assert "HTML" in pointers(Proposal(WORDS, "block/quote", ("", "<b>a</b>", "")))["/lines/1"]
    assert "U+FDD2" in pointers(Proposal(WORDS, "title", ("a\ufdd2b",)))["/lines/0"]
    with_proposal(LETTER, Proposal(WORDS, "title", ("<b>a</b>",)), "new")  # a title is plain text


def test_a_proposal_of_what_is_not_there_is_refused() -> None:
    alone = Version({**LETTER.document, "body": [{"paragraph": "Alone."}]}, ["alone"])

    assert "no such place" in pointers(Proposal(WORDS, "block/none", ("a",)))["/target"]
    assert "no such place" in pointers(Proposal(DELETION, None))["/target"]
    assert "Only a block" in pointers(Proposal(MOVE, "title"))["/target"]
    assert "one block" in pointers(Proposal(DELETION, "block/alone"), alone)["/target"]
    assert "no such block" in pointers(Proposal(MOVE, "block/may", after="none"))["/after"]
    assert "itself" in pointers(Proposal(MOVE, "block/may", after="may"))["/after"]
    assert "quote" in pointers(Proposal(INSERTION, None, ("a",), "cases"))["/block"]
