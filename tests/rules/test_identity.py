"""A block is the same while its words change or it moves; its id is of nobody's words."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given, strategies as st

from api.portable.rules import identity, printing
from tests.rules.test_checking import a_document

TEXT = UUID("2f1c6c0e-6d1a-4f0e-9a43-0d6a3f1f9b11")
TEXTS = st.lists(st.text("abc ", min_size=1, max_size=12), max_size=12)
DIFFERENT = st.lists(st.text("abc ", min_size=1, max_size=12), max_size=12, unique=True)
# Eight paragraphs of which no two have a word in common.
WALK = [f"we{n} walk{n} to{n} the{n} sea{n}" for n in range(8)]


def body(*texts: str) -> Any:
    return [{"paragraph": text} for text in texts]


def ids(count: int) -> list[str]:
    return [f"id-{place}" for place in range(count)]


def after(before: Any, now: Any) -> list[str | None]:
    return identity.carried(before, ids(len(before)), now)


def kept(*places: int | None) -> list[str | None]:
    return [None if place is None else f"id-{place}" for place in places]


@given(TEXTS)
def test_who_sends_the_same_text_without_ids_changes_none(texts: list[str]) -> None:
    assert after(body(*texts), body(*texts)) == ids(len(texts))


@given(DIFFERENT, st.randoms())
def test_blocks_that_only_move_keep_their_ids(texts: list[str], random: Any) -> None:
    places = list(range(len(texts)))
    random.shuffle(places)

    found = after(body(*texts), body(*(texts[place] for place in places)))

    assert found == kept(*places)


@given(DIFFERENT, st.data())
def test_a_block_whose_words_change_in_its_place_keeps_its_id(texts: list[str], data: Any) -> None:
    changed = data.draw(st.sets(st.sampled_from(range(len(texts))))) if texts else set()
    now = [f"{text}!" if place in changed else text for place, text in enumerate(texts)]

    assert after(body(*texts), body(*now)) == ids(len(texts))


@given(DIFFERENT, st.data())
def test_what_is_put_in_or_left_out_takes_no_id_of_what_stays(texts: list[str], data: Any) -> None:
    place = data.draw(st.integers(0, len(texts)))
    more = [*texts[:place], "new", *texts[place:]]

    assert after(body(*texts), body(*more)) == kept(*range(place), None, *range(place, len(texts)))
    back = identity.carried(body(*more), ids(len(more)), body(*texts))
    assert back == kept(*range(place), *range(place + 1, len(more)))


@given(TEXTS, TEXTS, st.data())
def test_no_two_blocks_get_one_id(before: list[str], now: list[str], data: Any) -> None:
    blocks = body(*now)
    whose = data.draw(st.permutations(ids(len(before))))
    for block, one in zip(blocks, whose, strict=False):
        if data.draw(st.booleans()):
            block["id"] = one

    found = [one for one in after(body(*before), blocks) if one]

    assert len(found) == len(set(found))
    assert set(found) <= set(ids(len(before)))


ASKED = "We ask that the doors of the archive be opened to everybody."
CHANGED = "We ask again that the doors of the archive be opened to everybody at once."


@pytest.mark.parametrize(
    ("before", "now", "expected"),
    [
        pytest.param([ASKED], ["Hear us.", CHANGED], [None, 0], id="one is put before it"),
        pytest.param(["Hear us.", ASKED], [CHANGED], [1], id="one before it is left out"),
        pytest.param([ASKED, WALK[0]], [WALK[1], CHANGED], [None, 0], id="at the cost of another"),
        pytest.param(
            [WALK[0], ASKED, *WALK[1:4]],
            [WALK[0], WALK[3], CHANGED, *WALK[1:3]],
            [0, 4, 1, 2, 3],
            id="something moves past it",
        ),
        pytest.param(WALK[:3], [WALK[0], *WALK[5:8]], [0, 1, 2, None], id="by order, of nothing"),
        pytest.param(
            ["我们请求把档案馆的门打开。"],
            ["听我们说。", "我们再次请求立即把档案馆的门打开。"],
            [None, 0],
            id="without spaces",
        ),
        pytest.param(
            ["ما می‌خواهیم که درهای بایگانی باز شود."],
            ["بشنوید.", "ما باز هم می‌خواهیم که درهای بایگانی باز شود."],
            [None, 0],
            id="from right to left",
        ),
        pytest.param(
            ["Thanks.", "A", "Thanks.", "B"], ["A", "Thanks.", "B"], [1, 2, 3], id="alike"
        ),
    ],
)
def test_a_block_is_found_by_what_it_says_where_its_neighbours_do_not_tell(
    before: list[str], now: list[str], expected: list[int | None]
) -> None:
    assert after(body(*before), body(*now)) == kept(*expected)


def test_a_block_of_another_kind_in_its_place_is_the_same() -> None:
    before = [*body(WALK[0]), {"heading": "Our demands"}, *body(WALK[1])]
    now = [*body(WALK[0]), {"list": {"items": ["Open the doors."]}}, *body(WALK[1])]

    assert after(before, now) == kept(0, 1, 2)


def test_an_id_that_is_sent_is_taken_whatever_the_block_says() -> None:
    one, own, other = body(WALK[1], WALK[0], WALK[2])
    now = [{**one, "id": "id-0"}, {**own, "id": "mine"}, other]

    assert after(body(*WALK[:3]), now) == ["id-0", "mine", "id-2"]


def test_where_ids_are_sent_a_block_without_one_is_new_unless_it_is_like_that_before() -> None:
    first, last = {"paragraph": WALK[0], "id": "id-0"}, {"paragraph": WALK[1], "id": "id-2"}
    before = body(WALK[0], ASKED, WALK[1])

    assert after(before, [first, *body(CHANGED), last]) == kept(0, 1, 2)
    assert after(before, [first, *body(WALK[3]), last]) == kept(0, None, 2)
    assert after(before, body(WALK[0], WALK[3], WALK[1])) == kept(0, 1, 2)


@pytest.mark.timeout(30)
@pytest.mark.parametrize("count", [3_000, 30_000])
def test_a_text_of_very_many_blocks_holds_up_nobody(count: int) -> None:
    texts = [f"paragraph {place}" for place in range(count)]
    now = [text if place % 3 else f"{text} changed" for place, text in enumerate(texts)]

    assert after(body(*texts), body(*now)) == ids(count)
    assert len(after(body(*texts), body(*(f"other {text}" for text in reversed(texts))))) == count


def test_a_text_of_which_no_ids_are_kept_has_the_same_at_each_reading() -> None:
    first = identity.known(TEXT, None, 3)

    assert first == identity.known(TEXT, None, 3)
    assert first[:2] == identity.known(TEXT, ["one"], 2)  # kept for another text than is there
    assert len({*first, *identity.known(uuid4(), None, 3)}) == 6
    assert identity.known(TEXT, ["one", "two"], 2) == ["one", "two"]


def test_a_document_is_the_same_without_ids_and_with_them() -> None:
    document: Any = a_document(body=body("a", "b"))

    whole = identity.identified(document, ["one", "two"])

    assert whole["format"] == identity.VERSION_2
    assert [block["id"] for block in whole["body"]] == ["one", "two"]
    assert identity.bare(whole) == document
    assert printing.resolve(whole) == printing.resolve(document)
