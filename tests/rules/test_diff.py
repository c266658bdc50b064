"""Two texts are compared part by part: what moved is told as moved, and nothing is lost."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from hypothesis import given, strategies as st

from api.portable.rules.diff import DiffPart, PartState, Version, diff
from api.texts.rules.wording import Op

CASES = [
    {"id": "ayan", "name": "Ayan Specimenov", "country": "KZ", "occupation": "baker"},
    {"id": "dana", "name": "Dana Exampleva", "country": "KZ", "occupation": "apprentice"},
]
LISTS = [
    {"country": "KZ", "demands": [{"id": f"kz-{n}", "text": f"Demand {n}."} for n in range(1, 4)]}
]
_LINES = st.sampled_from(["We ask.", "We wait.", "They *bake* bread.", "So it is.", "No."])
_BLOCKS = st.one_of(
    _LINES.map(lambda text: {"paragraph": text}),
    _LINES.map(lambda text: {"heading": text}),
    st.builds(lambda text, source: {"quote": {"text": text, "source": source}}, _LINES, _LINES),
    st.builds(
        lambda items, ordered: {"list": {"items": items, "ordered": ordered}},
        st.lists(_LINES, min_size=1, max_size=4), st.booleans(),
    ),
    st.permutations(["kz-1", "kz-2", "kz-3"]).map(lambda ids: {"demands": {"ids": ids[:2]}}),
    st.permutations(["ayan", "dana"]).map(lambda ids: {"cases": {"ids": ids[:1]}}),
)  # fmt: skip
TEXTS = st.lists(
    st.tuples(st.integers(0, 6), _BLOCKS), max_size=6, unique_by=lambda block: block[0]
)


def text(*blocks: tuple[int, Any], **more: Any) -> Version:
    document: Any = {
        "language": "en",
        "kind": "appeal",
        "title": "Open the doors",
        "coalition": {"name": "Specimen Coalition"},
        "cases": CASES,
        "demand_lists": LISTS,
        "body": [block for _, block in blocks],
        **more,
    }
    return Version(document, [str(number) for number, _ in blocks])


def paragraphs(*lines: str, **more: Any) -> Version:
    return text(*((number, {"paragraph": line}) for number, line in enumerate(lines)), **more)


def words(parts: Iterable[DiffPart], left_out: Op) -> list[str]:
    """Return every word that one side has in what differs."""
    return [
        piece.words
        for part in parts
        for piece in [
            *(piece for passage in part.passages for piece in passage.pieces),
        ]
        if piece.op is not left_out
    ] + [word for part in parts for word in words(part.parts, left_out)]


def differing(before: Version, after: Version) -> list[DiffPart]:
    return [part for part in diff(before, after) if part.differs]


def told(parts: Iterable[DiffPart]) -> list[tuple[str, str, str]]:
    return [(part.kind, part.key, part.change.value) for part in parts]


@given(TEXTS)
def test_equal_texts_differ_by_nothing(blocks: Any) -> None:
    found = diff(text(*blocks), text(*blocks))

    assert not any(part.differs for part in found)
    assert not any(part.passages or part.parts for part in found)


@given(TEXTS, TEXTS)
def test_the_blocks_of_each_side_can_be_read_in_its_order(old: Any, new: Any) -> None:
    body = [part for part in diff(text(*old), text(*new)) if part.key.isdecimal()]

    after = [part for part in body if part.change is not PartState.REMOVED]
    assert [part.key for part in after] == [str(number) for number, _ in new]
    assert [part.place for part in after] == [*range(1, len(new) + 1)]
    stayed = [part for part in after if part.change is not PartState.ADDED and not part.came_from]
    gone = {part.key: part.place for part in body if part.change is PartState.REMOVED}
    moved = {part.key: part.came_from for part in after if part.came_from}
    places = {str(number): place for place, (number, _) in enumerate(old, 1)}
    assert {key: places[key] for key in (*gone, *moved)} == gone | moved
    assert [part.key for part in stayed] == sorted(
        (part.key for part in stayed), key=lambda key: places[key]
    )


@given(TEXTS, TEXTS)
def test_what_differs_one_way_differs_the_other_way_round(old: Any, new: Any) -> None:
    there, back = differing(text(*old), text(*new)), differing(text(*new), text(*old))

    assert sorted("".join(words(there, Op.ADDED))) == sorted("".join(words(back, Op.REMOVED)))
    assert bool(there) == bool(back)


def test_a_block_that_moved_is_told_as_moved_and_where_it_stood() -> None:
    found = differing(
        text((1, {"paragraph": "One."}), (2, {"paragraph": "Two."}), (3, {"paragraph": "Three."})),
        text((2, {"paragraph": "Two."}), (3, {"paragraph": "Three."}), (1, {"paragraph": "One!"})),
    )

    (moved,) = found
    assert (moved.key, moved.place, moved.came_from) == ("1", 3, 1)
    assert words([moved], Op.REMOVED) == ["One", "!"]


def test_a_paragraph_that_became_a_heading_is_the_same_block() -> None:
    (found,) = differing(text((1, {"paragraph": "Why"})), text((1, {"heading": "Why"})))

    assert found.change is PartState.CHANGED
    assert found.settings == (("kind", "paragraph", "heading"),)
    assert found.passages == ()


def test_demands_and_cases_are_known_by_their_ids() -> None:
    (demands,) = differing(
        text((1, {"demands": {"ids": ["kz-1", "kz-2"]}})),
        text((1, {"demands": {"ids": ["kz-2", "kz-3"]}})),
    )
    (cases,) = differing(
        text((1, {"cases": {"ids": ["ayan"]}})), text((1, {"cases": {"ids": ["dana", "ayan"]}}))
    )

    assert told(demands.parts) == [("demand", "kz-1", "removed"), ("demand", "kz-3", "added")]
    assert told(cases.parts) == [("case", "dana", "added")]


def test_items_of_a_list_are_known_by_their_words() -> None:
    (found,) = differing(
        text((1, {"list": {"items": ["Bread for all.", "Free the two bakers now."]}})),
        text((1, {"list": {"items": ["Salt.", "Bread for all.", "Free the three bakers now."]}})),
    )

    assert [part.change for part in found.parts] == [PartState.ADDED, PartState.CHANGED]
    assert words(found.parts[1:], Op.SAME) == [" two", " three"]


def test_title_day_addressees_footnotes_and_contacts_are_compared_too() -> None:
    found = differing(
        paragraphs(
            "So it is.[^1]",
            dateline={"place": "Vilnius", "date": "2031-05-14"},
            addressees=[{"name": "A. Official", "title": "President"}],
            footnotes={"1": "So says the court."},
            contacts=[{"name": "Rasa", "email": "rasa@example.org"}],
        ),
        paragraphs(
            "So it is.[^1]",
            title="Shut the doors",
            dateline={"place": "Vilnius", "date": "2031-05-15"},
            addressees=[{"name": "B. Official", "title": "President"}],
            footnotes={"1": "So said the court."},
            contacts=[{"name": "Rasa", "email": "office@example.org"}],
        ),
    )

    assert [part.kind for part in found] == [
        "title", "dateline", "addressee", "footnote", "contact"
    ]  # fmt: skip
    assert {part.change for part in found} == {PartState.CHANGED}


def test_a_language_or_kind_that_changed_is_told() -> None:
    (title,) = differing(paragraphs("Same."), paragraphs("Same.", kind="petition"))

    assert title.settings == (("kind", "appeal", "petition"),)
