"""Who reads which comment and as whose, and what became of its block."""

from __future__ import annotations

from uuid import uuid4

import pytest

from api.reviews import rules
from api.reviews.models import Readership
from api.reviews.rules import BlockState, Reader, TextBlocks, WrittenFacts
from api.signatures.models import Visibility

ADA, BOB = uuid4(), uuid4()
OF_ADA, OF_COORDINATORS = WrittenFacts(ADA), WrittenFacts(None, is_coordinators=True)
TELLING = WrittenFacts(ADA, tells_name=True)
OWN, UNNAMED, NAMED = Readership
A = {"type": "paragraph", "text": "We *ask* for this."}
B = {"type": "heading", "text": "What we ask"}


@pytest.mark.parametrize("read_by", Readership)
def test_who_wrote_it_and_coordinators_always_read_it(read_by: Readership) -> None:
    for written in (OF_ADA, TELLING):
        assert rules.may_read(Reader(ADA), read_by, written)
        assert rules.may_read(rules.COORDINATOR, read_by, written)


@pytest.mark.parametrize("read_by", Readership)
def test_what_tells_a_name_nobody_else_reads(read_by: Readership) -> None:
    assert not rules.may_read(Reader(BOB), read_by, TELLING)
    assert not rules.may_read(rules.EDITOR, read_by, TELLING)
    assert not rules.may_read(Reader(BOB), read_by, WrittenFacts(None, True, True))  # noqa: FBT003


@pytest.mark.parametrize(("read_by", "may"), [(OWN, False), (UNNAMED, True), (NAMED, True)])
def test_others_read_what_was_opened_to_them(read_by: Readership, may: bool) -> None:  # noqa: FBT001
    assert rules.may_read(Reader(BOB), read_by, OF_ADA) is may
    assert rules.may_read(Reader(BOB), read_by, OF_COORDINATORS)
    assert rules.may_read(rules.EDITOR, read_by, OF_ADA)


def test_who_wrote_it_is_told_to_coordinators_and_where_it_was_opened_so() -> None:
    assert rules.knows_author(rules.COORDINATOR, OWN, Visibility.ANONYMOUS)
    assert rules.knows_author(Reader(BOB), NAMED, None)
    assert rules.knows_author(Reader(BOB), NAMED, Visibility.PUBLIC)
    for read_by, reader, shown_as in (
        (NAMED, Reader(BOB), Visibility.COALITION),
        (NAMED, Reader(BOB), Visibility.ANONYMOUS),
        (UNNAMED, Reader(BOB), Visibility.PUBLIC),
        (NAMED, rules.EDITOR, Visibility.PUBLIC),
    ):
        assert not rules.knows_author(reader, read_by, shown_as)


def test_a_block_is_the_same_changed_or_gone_wherever_it_stands_now() -> None:
    then = TextBlocks.of(1, ["a", "b"], [A, B])
    now = TextBlocks.of(2, ["b", "c", "a"], [B, A, {**A, "text": "We ask for that."}])

    same, changed = rules.placed("b", now, then), rules.placed("a", now, then)
    gone = rules.placed("a", TextBlocks.of(2, ["c"], [A]), then)

    assert (same.state, same.place, same.words_then) == (BlockState.SAME, 1, None)
    assert (changed.state, changed.place) == (BlockState.CHANGED, 3)
    assert changed.words_then == "We ask for this."
    assert (gone.state, gone.place) == (BlockState.GONE, None)
    assert gone.words_then == "We ask for this."


def test_of_a_text_that_nobody_may_read_no_words_are_told() -> None:
    now = TextBlocks.of(2, ["a"], [A])

    assert rules.placed("a", now, None) == rules.BlockPlace("a", BlockState.CHANGED, 1)
    assert rules.placed("b", now, None) == rules.BlockPlace("b", BlockState.GONE, None)


def test_all_that_a_block_says_is_told_of_it() -> None:
    demand = {"id": "kz-1", "text": "Release *them*.", "rationale": "They did nothing."}
    demands = {"lead": "We ask:", "lists": [{"heading": "Kazakhstan", "demands": [demand]}]}
    quote = {"lead": "It says:", "text": "Doors.", "source": "A_b", "locator": "p. 3"}

    assert rules.words(demands) == ("We ask:", "Kazakhstan", "Release *them*.", "They did nothing.")
    assert rules.words(quote) == ("It says:", "Doors.", "A\\_b", "p. 3")
    assert rules.words({"items": ["One", "Two"]}) == ("One", "Two")
