"""Two change one text at once: what only one touched is as it made it, what both did is told."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, strategies as st

from api.portable.rules import merging
from api.portable.rules.diff import Version
from api.portable.rules.merging import BOTH, GONE, LEFT_OUT, MOVED, Merged, merged

Blocks = list[tuple[str, str]]  # ids and words
IDS = [f"block-{number}" for number in range(6)]
BEFORE: Blocks = [(one, f"Words of {one}.") for one in IDS]


def text(blocks: Blocks, **more: Any) -> Version:
    body = [{"paragraph": words} for _, words in blocks]
    document: Any = {"format": "undersigned.statement/1", "title": "Open", "body": body, **more}
    return Version(document, [one for one, _ in blocks])


def blocks_of(found: Merged) -> Blocks:
    body: Any = found.version.document["body"]
    assert not any("id" in block for block in body)
    words = [block["paragraph"] for block in body]
    return list(zip(found.version.ids, words, strict=True))


def told(found: Merged) -> dict[str, str]:
    return {each.pointer: each.detail for each in found.collisions}


def ids(blocks: Blocks) -> list[str]:
    return [one for one, _ in blocks]


@st.composite
def edits(draw: st.DrawFn, name: str, own: frozenset[str]) -> Blocks:
    """Draw a text after an edit that touches some blocks only, and brings new ones."""
    found: Blocks = []
    for one, words in BEFORE:
        what = draw(st.sampled_from(["keep", "change", "remove"])) if one in own else "keep"
        if what != "remove":
            found.append((one, f"{words} {name}" if what == "change" else words))
    for number in range(draw(st.integers(0, 3))):
        place = draw(st.integers(0, len(found)))
        found.insert(place, (f"{name} {number}", "New words."))
    return found


def moved(draw: Any, blocks: Blocks, one: str) -> Blocks:
    """Return blocks of which one, if it is there, stands somewhere else."""
    rest = [each for each in blocks if each[0] != one]
    place = draw(st.integers(0, len(rest)))
    return [*rest[:place], *(each for each in blocks if each[0] == one), *rest[place:]]


@given(st.data())
def test_two_edits_of_different_blocks_are_both_there(data: Any) -> None:
    own = frozenset(data.draw(st.sets(st.sampled_from(IDS))))
    theirs = data.draw(edits("theirs", frozenset(IDS) - own))
    mine = data.draw(edits("mine", own))

    found = merged(text(BEFORE), text(theirs), text(mine))

    assert not found.collisions
    both = dict(blocks_of(found))
    for one, words in BEFORE:
        assert both.get(one) == (dict(mine) if one in own else dict(theirs)).get(one), words
    new = {one for one in (*ids(theirs), *ids(mine)) if one not in IDS}
    assert {*both} == {one for one in IDS if one in both} | new


@given(st.data())
def test_the_order_is_that_of_each_but_for_what_the_other_moved(data: Any) -> None:
    theirs, mine = data.draw(edits("theirs", frozenset())), data.draw(edits("mine", frozenset()))
    here, there = data.draw(st.permutations(IDS))[:2]
    theirs, mine = moved(data.draw, theirs, there), moved(data.draw, mine, here)

    found = merged(text(BEFORE), text(theirs), text(mine))

    if found.collisions:  # two neighbours changed places: either of them may be the one that moved
        assert set(told(found).values()) == {MOVED}
        return
    both = ids(blocks_of(found))
    assert len(both) == len({*both}) == len({*ids(theirs), *ids(mine)})
    # Each sees its own order, unless the other has moved one of its blocks.
    for side, other in ((theirs, mine), (mine, theirs)):
        shared = [one for one in IDS if one not in {here, there}]
        if [one for one in ids(other) if one in IDS] == IDS:  # the other moved nothing
            assert [one for one in both if one in ids(side)] == ids(side)
        assert [one for one in both if one in shared] == shared


@given(st.data())
def test_what_one_alone_changed_is_as_it_left_it(data: Any) -> None:
    other = data.draw(edits("theirs", frozenset(IDS)))
    other = moved(data.draw, other, data.draw(st.sampled_from(IDS)))

    for theirs, mine in ((other, BEFORE), (BEFORE, other), (other, other)):
        found = merged(text(BEFORE), text(theirs), text(mine))
        assert not found.collisions
        assert blocks_of(found) == other


@given(st.data())
def test_nothing_that_both_touched_is_lost_unseen(data: Any) -> None:
    theirs = data.draw(edits("theirs", frozenset(IDS)))
    mine = data.draw(edits("mine", frozenset(IDS)))
    words = dict(BEFORE)
    clashing = {
        one
        for one in IDS
        if words[one] not in (dict(theirs).get(one), dict(mine).get(one))
        and dict(theirs).get(one) != dict(mine).get(one)
    }

    found = merged(text(BEFORE), text(theirs), text(mine))

    places = {f"/body/{place}" for place, one in enumerate(ids(mine)) if one in clashing}
    places |= {"/body"} if clashing - {*ids(mine)} else set()
    assert set(told(found)) == places


@given(st.data())
def test_of_what_both_add_at_one_place_theirs_comes_first(data: Any) -> None:
    place = data.draw(st.integers(0, len(BEFORE)))
    new = {
        name: [(f"{name} {number}", "New.") for number in range(data.draw(st.integers(1, 3)))]
        for name in ("theirs", "mine")
    }
    theirs, mine = ([*BEFORE[:place], *more, *BEFORE[place:]] for more in new.values())

    found = ids(blocks_of(merged(text(BEFORE), text(theirs), text(mine))))

    both = [one for one, _ in (*new["theirs"], *new["mine"])]
    assert found == [*IDS[:place], *both, *IDS[place:]]


A, B, C, D = BEFORE[:4]
CHANGED = (A[0], "Other words."), (A[0], "Again other words.")


@pytest.mark.parametrize(
    ("theirs", "mine", "expected"),
    [
        pytest.param([CHANGED[0], B], [B, CHANGED[1]], {"/body/1": BOTH}, id="both change"),
        pytest.param([B], [CHANGED[0], B], {"/body/0": GONE}, id="they leave out what I change"),
        pytest.param([CHANGED[0], B], [B], {"/body": LEFT_OUT}, id="I leave out what they change"),
        pytest.param([B, C, D, A], [B, C, A, D], {"/body/2": MOVED}, id="both move"),
        pytest.param([B, C, D], [B, C, D, A], {"/body/3": GONE}, id="they leave out what I move"),
        pytest.param([B, C, D, A], [B, C, D], {"/body": LEFT_OUT}, id="I leave out what they move"),
    ],
)
def test_what_collides_is_told_where_it_is_in_my_text(
    theirs: Blocks, mine: Blocks, expected: dict[str, str]
) -> None:
    before = [A, B] if len({*ids(theirs), *ids(mine)}) == 2 else [A, B, C, D]

    assert told(merged(text(before), text(theirs), text(mine))) == expected


@pytest.mark.parametrize(
    ("theirs", "mine", "expected"),
    [
        pytest.param([B, A, C, D], [A, B, D, C], [B, A, D, C], id="two pairs change places"),
        pytest.param([B, C, D, A], [B, C, D, A], [B, C, D, A], id="both move alike"),
        pytest.param([D, A, B, C], [A, B, C], None, id="leaving out what moved collides"),
        pytest.param([A, B, C], [A, B, C], [A, B, C], id="both leave out the same"),
        pytest.param([B, C, D], [A, B, C], [B, C], id="each leaves out another one"),
        pytest.param([CHANGED[0], B, C, D], [B, C, D, A], [B, C, D, CHANGED[0]], id="one moves it"),
    ],
)
def test_moves_and_changes_go_together(
    theirs: Blocks, mine: Blocks, expected: Blocks | None
) -> None:
    found = merged(text([A, B, C, D]), text(theirs), text(mine))

    assert (None if found.collisions else blocks_of(found)) == expected


MINISTER = {"name": "A. Specimen", "title": "Minister"}
CASE = {"id": "ayan", "name": "Ayan Specimenov", "country": "KZ"}
LIST = {
    "country": "KZ",
    "demands": [{"id": "kz-1", "text": "One."}, {"id": "kz-2", "text": "Two."}],
}


def around(**more: Any) -> Version:
    whole: dict[str, Any] = {
        "cases": [CASE],
        "demand_lists": [LIST],
        "footnotes": {"a": "First.", "b": "Second."},
        "addressees": [MINISTER, {"name": "B. Specimen"}],
        "dateline": {"place": "Samarkand"},
        **more,
    }
    whole = {key: part for key, part in whole.items() if part is not None}
    return text([A, B], **whole)


def demands(*texts: str, **more: Any) -> list[dict[str, Any]]:
    listed = [{"id": f"kz-{number}", "text": said} for number, said in enumerate(texts, 1)]
    return [{**LIST, "demands": listed, **more}]


@pytest.mark.parametrize(
    ("theirs", "mine", "both"),
    [
        ({"title": "Shut"}, {"dateline": {"place": "Tashkent"}}, None),
        (
            {"demand_lists": demands("One!", "Two.")},
            {"demand_lists": demands("One.", "Two!", "Three.")},
            {"demand_lists": demands("One!", "Two!", "Three.")},
        ),
        (
            {"footnotes": {"a": "First!", "b": "Second.", "c": "Third."}},
            {"footnotes": {"b": "Second!", "a": "First."}},
            {"footnotes": {"a": "First!", "b": "Second!", "c": "Third."}},
        ),
        ({"footnotes": {"a": "First.", "b": "Second.", "c": "Third."}}, {"footnotes": None},
         {"footnotes": {"c": "Third."}}),
        ({"theme": "brief"}, {"footnotes": None}, None),
        (
            {"addressees": [{**MINISTER, "title": "President"}, {"name": "B. Specimen"}]},
            {"addressees": [{"name": "B. Specimen"}, MINISTER]},
            {"addressees": [{"name": "B. Specimen"}, {**MINISTER, "title": "President"}]},
        ),
        (
            {"cases": [{**CASE, "status": "released"}]},
            {"cases": [CASE, {**CASE, "id": "dana"}]},
            {"cases": [{**CASE, "status": "released"}, {**CASE, "id": "dana"}]},
        ),
    ],
)  # fmt: skip
def test_what_stands_around_the_body_is_merged_part_by_part(
    theirs: Any, mine: Any, both: Any
) -> None:
    expected = around(**(both or {**theirs, **mine}))

    found = merged(around(), around(**theirs), around(**mine))

    assert not found.collisions
    assert found.version == expected


@pytest.mark.parametrize(
    ("theirs", "mine", "expected"),
    [
        ({"title": "Shut"}, {"title": "Ajar"}, {"/title": BOTH}),
        ({"title": "Shut"}, {"title": "Shut"}, {}),
        (
            {"demand_lists": demands("One!", "Two.")},
            {"demand_lists": demands("One?", "Two.")},
            {"/demand_lists/0/demands/0": BOTH},
        ),
        (
            {"demand_lists": demands("One!", "Two.")},
            {"demand_lists": None},
            {"": LEFT_OUT},
        ),
        ({"footnotes": {"a": "1", "b": "2"}}, {"footnotes": {"a": "1.", "b": "3"}},
         {"/footnotes/a": BOTH, "/footnotes/b": BOTH}),
        ({"footnotes": {"c": "1"}}, {"footnotes": {"c": "2"}}, {"/footnotes/c": BOTH}),
        ({"dateline": None}, {"dateline": {"place": "Tashkent"}}, {"/dateline": GONE}),
        ({"cases": [{**CASE, "born": 1}]}, {"cases": [{**CASE, "born": 2}]}, {"/cases/0": BOTH}),
        (
            {"addressees": [{"name": "X"}, {"name": "X"}]},
            {"addressees": [{"name": "Y"}]},
            {"/addressees": BOTH},
        ),
    ],
)  # fmt: skip
def test_what_stands_around_it_collides_by_its_parts(
    theirs: Any, mine: Any, expected: dict[str, str]
) -> None:
    assert told(merged(around(), around(**theirs), around(**mine))) == expected


@pytest.mark.timeout(30)
def test_a_text_of_very_many_blocks_is_merged_in_a_moment() -> None:
    before = [(f"block-{number}", f"Words {number}.") for number in range(20_000)]
    theirs = [
        (one, f"{words} Theirs.") if int(one[6:]) % 2 else (one, words) for one, words in before
    ]
    mine = [(one, words) if int(one[6:]) % 2 else (one, f"{words} Mine.") for one, words in before]

    found = merged(text(before), text(theirs), text(mine))
    turned = merged(text(before), text(theirs[::-1]), text([mine[-1], *mine[:-1]]))

    assert not found.collisions
    assert {words.rsplit(" ", 1)[1] for _, words in blocks_of(found)} == {"Theirs.", "Mine."}
    assert len(turned.collisions) == merging.MOST_TOLD
    assert ids(blocks_of(found)) == ids(before)
