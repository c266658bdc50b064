"""What came and what went stands between signs, which stand at the words and not at the spaces."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given

from api.documents.rules import diffs
from api.portable.rules.diff import diff
from api.texts.rules.wording import Comparison
from api.texts.rules.words import words
from tests.rules.test_diff import TEXTS, text


@pytest.mark.parametrize(
    ("before", "after", "shown"),
    [
        ("On 14 May we ask for it.", "We ask for it.", "[\u2212On 14 May we][+We] ask for it."),
        ("Today we ask for it.", "we ask for it.", "[\u2212Today] we ask for it."),
        ("we ask for it.", "Today we ask for it.", "[+Today] we ask for it."),
        ("We ask for it.", "We ask for it, today.", "We ask for it[+, today]."),
        ("We ask for it.", "We ask today for it.", "We ask [+today] for it."),
    ],
)
def test_signs_stand_at_the_words(before: str, after: str, shown: str) -> None:
    marked = str(diffs.marked(Comparison().pieces(before, after)))

    assert re.sub(r"<[^>]*>", "", marked) == shown


@given(TEXTS, TEXTS)
def test_a_number_names_one_part_of_a_comparison(old: Any, new: Any) -> None:
    told = list(diffs.runs(diff(text(*old), text(*new)), words("en")))
    labels = [part.label for part in told if isinstance(part, diffs.ToldPart)]
    numbers = re.findall(r"\d+", " ".join(labels))

    assert len(numbers) == len(set(numbers)), labels


def test_what_was_left_out_is_told_where_it_stood_and_not_as_what_stands_there_now() -> None:
    before, after = ("a", "b", "c", "d"), ("a", "d", "b")
    blocks = [[(ord(one), {"paragraph": one}) for one in each] for each in (before, after)]
    told = diffs.runs(diff(text(*blocks[0]), text(*blocks[1])), words("en"))

    assert [(part.label, part.what) for part in told if isinstance(part, diffs.ToldPart)] == [
        ("Paragraph 2", "moved from place 4"),
        ("Paragraph", "left out from place 3"),
    ]
