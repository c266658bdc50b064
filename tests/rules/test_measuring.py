"""How much a revision changes is counted, whatever is said of it."""

from __future__ import annotations

import time
from typing import Any

import pytest

from api.portable.rules import guard, identity, measuring
from api.portable.rules.diff import Version, diff
from api.texts.rules import wording

CASES = [{"id": "ayan", "name": "Ayan Specimenov", "country": "KZ"}]


def document(*paragraphs: str, **more: Any) -> Any:
    return {
        "language": "en",
        "kind": "appeal",
        "title": "Open the doors",
        "coalition": {"name": "Specimen Coalition"},
        "body": [{"paragraph": each} for each in paragraphs],
        "cases": CASES,
        **more,
    }


def measured(old: Any, new: Any, *organisations: str) -> measuring.Measure:
    """Return what was measured of a text saved by a client that knows no ids of blocks."""
    ids = [f"b{place}" for place in range(len(old["body"]))]
    came = identity.carried(old["body"], ids, new["body"])
    later = [one or f"n{place}" for place, one in enumerate(came)]
    names = [name for one in (old, new) for name in measuring.names_of(one, organisations)]
    parts = diff(Version(old, ids), Version(new, later))
    return measuring.measure(parts, guard.turns(parts, old, new, names), new["language"])


def test_a_comma_adds_no_word_and_touches_one_block() -> None:
    found = measured(document("We ask, today.", "Same."), document("We ask today.", "Same."))

    assert found == measuring.Measure(blocks_changed=1)


def test_words_numbers_and_names_that_came_or_went_are_told() -> None:
    old = document("We ask Kazakhstan to free 12 people by 2031.", "Stays.", "Goes away.")
    new = document("We ask Kyrgyzstan to free Ayan Specimenov by 2032.", "Stays.")

    found = measured(old, new)

    assert (found.words_removed, found.words_added) == (6, 4)
    assert (found.blocks_changed, found.blocks_removed, found.blocks_added) == (1, 1, 0)
    assert found.numbers == ["12", "2031", "2032"]
    assert found.names == ["Ayan Specimenov", "Kazakhstan", "Kyrgyzstan"]


def test_a_word_that_turns_the_sense_is_counted_where_it_moved() -> None:
    found = measured(document("They do not lie, they die."), document("They lie, they do not die."))

    assert (found.words_removed, found.words_added) == (2, 2)


def test_of_a_language_whose_negations_are_not_known_none_are_measured() -> None:
    old, new = document("Wir bitten.", language="de"), document("Wir bitten nicht.", language="de")

    assert measured(old, new).negations is None
    assert measured(document("We ask."), document("We do not ask.")).negations == ["not"]


def test_counts_hold_no_word_of_the_text() -> None:
    old, new = document("We ask Kazakhstan to free 12."), document("We never ask Kazakhstan.")

    counts = measured(old, new).counts

    assert (counts["numbers"], counts["negations"]) == (1, 1)
    assert all(isinstance(count, int) for count in counts.values())


def test_title_and_day_count_and_are_no_block() -> None:
    old = document("Same.", dateline={"place": "Vilnius", "date": "2031-05-14"})
    new = document("Same.", title="Shut them", dateline={"place": "Riga", "date": "2031-05-15"})

    found = measured(old, new)

    assert found.blocks_changed == 0
    assert (found.numbers, found.dates) == ([], ["14 May 2031", "15 May 2031"])
    assert (found.words_removed, found.words_added) == (5, 4)


def test_an_organisation_is_found_by_its_name_and_acronym() -> None:
    old, new = document("With Lantern House."), document("With LH.")

    assert measured(old, new, "Lantern House", "LH").names == ["LH", "Lantern House"]


def test_blocks_that_moved_count_for_themselves_and_not_for_what_stayed() -> None:
    old, new = document("One.", "Two.", "Three.", "Four."), document("Two.", "Three.", "One.")

    found = measured(old, new)

    assert (found.blocks_moved, found.blocks_removed, found.blocks_changed) == (1, 1, 0)
    assert (found.words_removed, found.words_added) == (1, 0)


REST = pytest.mark.rest  # as one does


@pytest.mark.parametrize("blocks", [1, *(pytest.param(each, marks=REST) for each in (8, 50, 1000))])
def test_a_text_of_a_megabyte_that_is_written_anew_is_measured_in_seconds(blocks: int) -> None:
    words = 1_000_000 // 5 // blocks
    old = document(*[" ".join(["they", "lied"] * (words // 2))] * blocks)
    new = document(*[" ".join(["lied", "they", "died"] * (words // 3))] * blocks)

    started = time.process_time()
    found = measured(old, new)

    assert found.words_added
    assert time.process_time() - started < 10


def test_of_a_text_that_is_too_long_to_compare_what_stayed_in_its_place_is_left_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(wording, "MOST_PAIRS", 0)
    old, new = document("We ask today.", "Same."), document("Today ask we now.", "Same.")

    found = measured(old, new)

    assert (found.blocks_changed, found.words_removed, found.words_added) == (1, 3, 4)


def test_a_whole_text_is_compared_in_order_as_far_as_its_share_goes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    old, new = (
        document("They lie, we ask.", "so it is."),
        document("We ask, they lie.", "it is so."),
    )
    whole = measured(old, new)
    monkeypatch.setattr(wording, "MOST_PAIRS_IN_ALL", 36)  # as much as the first block takes

    found = measured(old, new)

    assert found.blocks_changed == whole.blocks_changed == 2
    assert found.words_added > whole.words_added
