"""What came and what went stands between signs, which stand at the words and not at the spaces."""

from __future__ import annotations

import re

import pytest

from api.documents.rules import diffs
from api.texts.rules.wording import Comparison


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
