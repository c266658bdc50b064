"""What is kept whole inside a text of the other direction, in a time that grows with the text."""

from __future__ import annotations

import pytest

from api.texts.rules import isolation
from api.texts.rules.isolation import Piece

LONG = 400_000  # characters; where each takes the time of all others, this takes hours


def isolated(*texts: str) -> str:
    return "".join(isolation.isolated([Piece(text, text) for text in texts]))


def test_an_address_after_a_full_stop_without_a_space_is_whole() -> None:
    assert isolated("سلام.specimen.example/سلام") == (
        'سلام.<bdi dir="ltr">specimen.example/سلام</bdi>'
    )


def test_an_address_over_pieces_is_whole_and_what_stands_beside_it_is_not_touched() -> None:
    assert isolated("(info@", "سازمان", ".example) سلام") == (
        '(<bdi dir="ltr">info@سازمان.example</bdi>) سلام'
    )


@pytest.mark.timeout(60)
@pytest.mark.parametrize(
    "part",
    ["a", "a.", "a-", "a@", "hello سلام ", "a@b.example سلام ", "سلام", "http://", "+1 2 3 4 5 6 "],
)
def test_a_long_text_takes_a_time_that_grows_with_it(part: str) -> None:
    text = part * (LONG // len(part)) + " سلام"
    assert isolated(text).count("سلام") == text.count("سلام")
    assert isolation.without_addresses(text).endswith("سلام")


@pytest.mark.timeout(60)
def test_many_tags_take_a_time_that_grows_with_them() -> None:
    pieces = [Piece("<em>", "", 1), Piece("hello سلام ", "hello سلام "), Piece("</em>", "", -1)]
    found = "".join(isolation.isolated(pieces * 20_000))
    assert found.count("<em>") == found.count("</em>") == 20_000
