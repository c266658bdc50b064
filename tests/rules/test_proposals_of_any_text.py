"""Any proposals for any text: each is taken or collides, whatever their order."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import permutations
from time import process_time
from typing import Any

from hypothesis import given, strategies as st

from api.portable.rules.diff import Version
from api.portable.rules.proposals import (
    Based,
    Collision,
    Proposal,
    ProposalKind,
    lines_of,
    merged,
    targets_of,
    with_proposal,
)
from tests.support.proposals import (
    DELETION,
    FOUR,
    INSERTION,
    MOVE,
    WORDS,
    ids,
    left_out,
    moved,
    put,
    replaced,
    text,
    together,
    words,
)

_SAID = ["the", "report", "совет", "просим", "شورا", "گزارش", "理", "事会", "May", "и"]
_LINES = st.lists(st.sampled_from(_SAID), min_size=1, max_size=6).map(" ".join)
_BLOCK = st.one_of(
    _LINES,
    st.lists(_LINES, min_size=1).map(lambda items: {"list": {"lead": "Мы:", "items": items}}),
    st.builds(lambda said, who: {"quote": {"text": said, "source": who}}, _LINES, _LINES),
)  # fmt: skip
TEXTS = st.lists(_BLOCK, min_size=1, max_size=5).map(
    lambda blocks: text({f"block-{place}": each for place, each in enumerate(blocks)})
)


@st.composite
def proposals(draw: st.DrawFn, base: Version, kinds: Iterable[ProposalKind]) -> Proposal:
    kind = draw(st.sampled_from(list(kinds)))
    one = draw(st.sampled_from(list(base.ids)))
    after = draw(st.sampled_from([None, *(each for each in base.ids if each != one)]))
    if kind is INSERTION:
        return put(draw(_LINES), after)
    if kind is not WORDS:
        return moved(one, after) if kind is MOVE or len(base.ids) == 1 else left_out(one)
    said = [draw(st.just(each) | _LINES) for each in lines_of(base, f"block/{one}") or ()]
    if len(said) > 1 and "list" in base.document["body"][list(base.ids).index(one)]:
        said[draw(st.integers(1, len(said))) : draw(st.integers(2, 9))] = draw(st.lists(_LINES))
        said += [] if len(said) > 1 else ["и"]
    return words(one, *said)


@st.composite
def givens(
    draw: st.DrawFn, kinds: Iterable[ProposalKind] = ProposalKind
) -> tuple[Version, list[Based]]:
    """Draw a draft, and proposals of it and of a text before it."""
    base = draw(TEXTS)
    now = base
    for number in range(draw(st.integers(0, 3))):
        now = with_proposal(now, draw(proposals(now, ProposalKind)), f"late-{number}")
    bases = draw(st.lists(st.sampled_from([base, now]), max_size=8))
    made = [Based(f"{n}", draw(proposals(each, kinds)), each) for n, each in enumerate(bases)]
    return now, made


@given(givens())
def test_every_proposal_is_taken_or_collides(drawn: tuple[Version, list[Based]]) -> None:
    now, made = drawn
    found = merged(now, made, ids())

    kept_out = [key for each in found.collisions for key in each.keys]
    assert sorted([*found.taken, *kept_out]) == sorted(each.key for each in made)
    assert len(found.version.ids) == len({*found.version.ids})
    assert len(found.version.ids) == len(found.version.document["body"]) > 0
    for place in targets_of(found.version):
        place.require(place.lines)


@given(givens(), st.randoms(use_true_random=False))
def test_the_order_of_proposals_is_that_of_the_blocks_they_put_in_alone(
    drawn: tuple[Version, list[Based]], random: Any
) -> None:
    now, made = drawn
    again = random.sample(made, len(made))
    one, other = merged(now, made, ids()), merged(now, again, ids())

    assert {*one.taken} == {*other.taken}
    assert _sets(one.collisions) == _sets(other.collisions)
    old = {*now.ids}
    assert [each for each in one.version.ids if each in old] == [
        each for each in other.version.ids if each in old
    ]
    assert _said(one.version) == _said(other.version)


def _sets(collisions: Iterable[Collision]) -> set[tuple[object, ...]]:
    return {(each.target, frozenset(each.keys), each.reason) for each in collisions}


def _said(version: Version) -> list[list[str]]:
    """Return the lines of blocks: blocks and items that came in may stand in another order."""
    return sorted(sorted(lines_of(version, f"block/{one}") or ()) for one in version.ids)


@given(st.data())
def test_one_proposal_of_the_draft_is_that_proposal(data: Any) -> None:
    base = data.draw(TEXTS)
    only = data.draw(proposals(base, ProposalKind))
    if only.block_id and only.block_id == only.after:
        return
    found = merged(base, [Based("only", only, base)], lambda: "new")
    assert found.version == with_proposal(base, only, "new")
    assert found.taken == ("only",)


@given(st.data())
def test_proposals_of_different_blocks_are_all_taken_with_their_words(data: Any) -> None:
    base = data.draw(TEXTS)
    made = data.draw(st.lists(proposals(base, {WORDS, INSERTION}), max_size=6))
    made = list({each.target or f"{n}": each for n, each in enumerate(made)}.values())
    found = merged(base, [Based(f"{n}", each, base) for n, each in enumerate(made)], ids())

    assert not found.collisions
    there = [lines_of(found.version, f"block/{one}") for one in found.version.ids]
    for each in made:
        assert each.lines in there


@given(givens())
def test_who_is_taken_finds_the_words_in_the_draft(
    drawn: tuple[Version, list[Based]],
) -> None:
    now, made = drawn
    found = merged(now, made, ids())
    there = " ".join(" ".join(place.lines) for place in targets_of(found.version)).split()
    for each in made:
        is_new = merged(now, [each], ids()).version != now  # or another may change what is there
        if is_new and each.key in found.taken and each.proposal.kind is not DELETION:
            before = " ".join(lines_of(each.base, str(each.proposal.target)) or ()).split()
            for word in {*" ".join(each.proposal.lines).split()} - {*before}:
                assert word in there


def test_every_order_of_some_proposals_gives_the_same_text() -> None:
    made = [
        replaced("en", "the council", "you"), replaced("en", "May", "June"), moved("zh", "en"),
        moved("fa", "en"), left_out("ru"), replaced("zh", "公布", "公开"),
    ]  # fmt: skip
    versions = [together(*each).version for each in permutations(made)]
    assert all(each == versions[0] for each in versions)


def test_eight_times_sixty_proposals_of_sixty_pages_take_less_than_a_second() -> None:
    blocks = {f"b-{n}": f"{FOUR['en']} {FOUR['ru']} № {n}. {FOUR['zh']}" for n in range(1_200)}
    base = text(blocks)
    changes = [
        ("the council", "you"), ("May", "June"), ("совет", "сейм"), ("мая", "июня"),
        ("五月", "六月"), ("公布", "公开"), ("We ask", "We now ask"), ("We ask", "We all ask"),
    ]  # fmt: skip
    made = [
        Based(f"{set_} {n}", replaced(f"b-{n * 19}", *change, base=base), base)
        for set_, change in enumerate(changes)
        for n in range(60)
    ]
    start = process_time()
    found = merged(base, made, ids())

    assert process_time() - start < 1
    assert len(found.collisions) == 60
    assert len(found.taken) == 360
