"""Who reads which comment and as whose, and what became of its block."""

from __future__ import annotations

from typing import Any, cast
from uuid import uuid4

import pytest

from api.portable.rules.diff import Version
from api.portable.rules.proposals import Proposal, ProposalKind
from api.reviews import rules
from api.reviews.models import Readership
from api.reviews.rules import BlockState, Reader, SuggestedPlace, TextBlocks, WrittenFacts
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


def a_text(*blocks: Any, title: str = "Doors") -> Version:
    ids = [chr(ord("a") + place) for place in range(len(blocks))]
    return Version(cast("Any", {"title": title, "body": blocks}), ids)


def words_of(*lines: str, target: str = "block/a") -> Proposal:
    return Proposal(ProposalKind.WORDS, target, lines)


def told(place: SuggestedPlace) -> list[str]:
    marks = {"same": "{}", "removed": "[-{}-]", "added": "[+{}+]"}
    return ["".join(marks[run.op].format(run.words) for run in line) for line in place.pieces]


def test_the_place_of_a_suggestion_is_the_same_changed_or_gone() -> None:
    then, after = a_text({"paragraph": "We ask."}), a_text({"paragraph": "We do ask."})
    proposal = words_of("We ask now.")

    for now, state, lines in (
        (then, BlockState.SAME, ("We ask.",)),
        (after, BlockState.CHANGED, ("We do ask.",)),
        (a_text(), BlockState.GONE, None),
    ):
        place = rules.suggested(proposal, then, now)
        assert (place.state, place.now, place.then) == (state, lines, ("We ask.",))
        assert told(place) == ["We ask[+ now+]."]
    unread = rules.suggested(proposal, None, after)
    assert (unread.state, unread.then, told(unread)) == (
        BlockState.CHANGED, None, ["[+We ask now.+]"],
    )  # fmt: skip


def test_a_block_that_is_put_in_is_gone_with_the_one_before_it() -> None:
    then = a_text({"paragraph": "We ask."})
    after = Proposal(ProposalKind.INSERTION, None, ("More.",), "paragraph", "a")
    first = Proposal(ProposalKind.INSERTION, None, ("More.",), "paragraph")

    assert rules.suggested(after, then, then).state is BlockState.SAME
    assert rules.suggested(after, then, a_text()).state is BlockState.GONE
    assert rules.suggested(first, then, a_text()).state is BlockState.SAME
    assert told(rules.suggested(first, then, then)) == ["[+More.+]"]


def test_what_is_left_out_or_moved_is_told_in_its_own_words() -> None:
    then = a_text({"paragraph": "We ask."}, {"paragraph": "We wait."})

    out = rules.suggested(Proposal(ProposalKind.DELETION, "block/a"), then, then)
    moved = rules.suggested(Proposal(ProposalKind.MOVE, "block/a", after="b"), then, then)
    assert (told(out), told(moved)) == (["[-We ask.-]"], ["We ask."])


def test_items_of_a_list_are_compared_with_those_that_they_were() -> None:
    then = a_text({"list": {"items": ["Bread", "Salt", "Water"]}})

    added = rules.suggested(words_of("Bread", "Oil", "Salt", "Water"), then, then)
    fewer = rules.suggested(words_of("Bread", "Clean water"), then, then)
    assert told(added) == ["Bread", "[+Oil+]", "Salt", "Water"]
    assert told(fewer)[0] == "Bread"
    assert "".join(told(fewer)).count("[-") >= 1


def test_a_footnote_to_which_nothing_leads_is_named() -> None:
    notes = {"1": "See[^2].", "2": "There.", "3": "Nowhere."}
    proposal = Proposal(ProposalKind.WORDS, "block/a", ("So.[^1]",), footnotes=notes)

    assert rules.unused_notes(proposal) == ["3"]
    assert rules.unpacked(rules.packed(proposal)) == proposal


def test_a_credit_is_told_where_names_are_and_the_member_does_not_hide() -> None:
    assert rules.knows_credit(NAMED, None)
    assert rules.knows_credit(NAMED, Visibility.PUBLIC)
    for read_by, shown_as in (
        (OWN, Visibility.PUBLIC), (UNNAMED, None),
        (NAMED, Visibility.ANONYMOUS), (NAMED, Visibility.COALITION),
    ):  # fmt: skip
        assert not rules.knows_credit(read_by, shown_as)
