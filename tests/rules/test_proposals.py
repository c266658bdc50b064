"""Many propose other words for one text: what goes together goes in, nothing is lost unseen."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import count, permutations
from time import process_time
from typing import Any

import pytest
from hypothesis import given, strategies as st

from api.portable.rules.diff import Version
from api.portable.rules.proposals import (
    Based,
    Collision,
    Proposal,
    ProposalKind,
    ProposalsMerged,
    lines_of,
    merged,
    targets_of,
    with_proposal,
)

WORDS, INSERTION, DELETION, MOVE = ProposalKind
Blocks = dict[str, Any]  # paragraphs, or whole blocks, by ids

FOUR: Blocks = {
    "en": "We ask the council to publish the report before the end of May.",
    "ru": "Мы просим совет опубликовать доклад до конца мая.",
    "fa": "ما از شورا می‌خواهیم گزارش را تا پایان ماه منتشر کند.",
    "zh": "我们请求理事会在五月底之前公布报告。",
}


def text(blocks: Blocks, **more: Any) -> Version:
    body = [{"paragraph": each} if isinstance(each, str) else each for each in blocks.values()]
    document: dict[str, Any] = {
        "format": "undersigned.statement/1",
        "kind": "open_letter",
        "language": "en",
        "title": "An open letter",
        "coalition": {"name": "Specimen Coalition"},
        "body": body,
    }
    whole: Any = {**document, **more}
    return Version(whole, list(blocks))


BASE = text(FOUR)


def words(one: str, *lines: str, notes: dict[str, str] | None = None) -> Proposal:
    target = one if "/" in one or one == "title" else f"block/{one}"
    return Proposal(WORDS, target, lines, footnotes=notes or {})


def replaced(one: str, *pairs: str, base: Version = BASE) -> Proposal:
    """Return a proposal that puts each second text in the place of the one before it."""
    found = words(one).target or ""
    (line,) = lines_of(base, found) or ()
    for old, new in zip(pairs[::2], pairs[1::2], strict=True):
        assert line.count(old) == 1
        line = line.replace(old, new)
    return Proposal(WORDS, found, (line,))


def put(line: str, after: str | None = None, **more: Any) -> Proposal:
    return Proposal(INSERTION, None, (line,), "paragraph", after, **more)


def left_out(one: str) -> Proposal:
    return Proposal(DELETION, f"block/{one}")


def moved(one: str, after: str | None) -> Proposal:
    return Proposal(MOVE, f"block/{one}", after=after)


def together(
    *proposals: Proposal, now: Version | None = None, base: Version = BASE
) -> ProposalsMerged:
    """Return what becomes of proposals; their keys are their places, from "0"."""
    given_ = [Based(str(key), each, base) for key, each in enumerate(proposals)]
    found = merged(now or base, given_, ids())
    outcomes = [*found.taken, *(key for each in found.collisions for key in each.keys)]
    assert sorted(outcomes) == sorted(each.key for each in given_)
    return found


def ids() -> Any:
    numbers = count(1)
    return lambda: f"new-{next(numbers)}"


def line(found: ProposalsMerged, one: str) -> str:
    (only,) = lines_of(found.version, f"block/{one}") or ()
    return only


def lines(found: ProposalsMerged, one: str) -> tuple[str, ...] | None:
    return lines_of(found.version, one if "/" in one else f"block/{one}")


def collided(found: ProposalsMerged) -> list[tuple[str | None, str, str]]:
    return [(each.target, " ".join(each.keys), each.reason.value) for each in found.collisions]


# Words


@pytest.mark.parametrize(
    ("one", "first", "second", "both"),
    [
        (
            "en",
            ("the council", "the parliament"),
            ("May", "June"),
            "We ask the parliament to publish the report before the end of June.",
        ),
        (
            "ru",
            ("просим", "призываем"),
            ("мая", "июня"),
            "Мы призываем совет опубликовать доклад до конца июня.",
        ),
        (
            "fa",
            ("شورا", "مجلس"),
            ("منتشر", "چاپ"),
            "ما از مجلس می‌خواهیم گزارش را تا پایان ماه چاپ کند.",
        ),
        ("zh", ("理事会", "议会"), ("五月", "六月"), "我们请求议会在六月底之前公布报告。"),
    ],
)
def test_different_words_of_one_block_go_in_together(
    one: str, first: Sequence[str], second: Sequence[str], both: str
) -> None:
    found = together(replaced(one, *first), replaced(one, *second))

    assert line(found, one) == both
    assert found.taken == ("0", "1")
    assert list(found.version.ids) == list(FOUR)


@pytest.mark.parametrize(
    ("one", "first", "second"),
    [
        ("en", ("the report", "the findings"), ("report", "whole report")),
        ("ru", ("конца мая", "1 июня"), ("мая", "июня")),
        ("fa", ("گزارش را", "همه گزارش را"), ("گزارش", "سند")),
        ("zh", ("公布报告", "发表全文"), ("公布", "公开")),
    ],
)
def test_the_same_words_changed_in_two_ways_collide_and_neither_goes_in(
    one: str, first: Sequence[str], second: Sequence[str]
) -> None:
    found = together(replaced(one, *first), replaced(one, *second))

    assert line(found, one) == FOUR[one]
    assert collided(found) == [(f"block/{one}", "0 1", "words")]
    assert not found.taken


def test_what_overlaps_stays_out_and_the_rest_of_the_block_goes_in() -> None:
    found = together(
        replaced("en", "council", "parliament"),
        replaced("en", "the council", "all councils"),
        replaced("en", "May", "June"),
    )
    assert line(found, "en") == FOUR["en"].replace("May", "June")
    assert found.taken == ("2",)
    assert collided(found) == [("block/en", "0 1", "words")]


def test_what_collides_through_others_is_one_collision() -> None:
    found = together(
        replaced("en", "the council", "every board"),
        replaced("en", "council", "parliament", "report", "paper"),
        replaced("en", "publish", "print"),
        replaced("en", "report", "finding"),
    )
    assert line(found, "en") == FOUR["en"].replace("publish", "print")
    assert collided(found) == [("block/en", "0 1 3", "words")]


def test_the_same_proposal_of_many_is_one() -> None:
    same = [replaced("zh", "公布", "公开")] * 3
    found = together(*same, put("完。", "zh"), put("完。", "zh"), left_out("ru"), left_out("ru"))

    assert line(found, "zh") == FOUR["zh"].replace("公布", "公开")
    assert list(found.version.ids) == ["en", "fa", "zh", "new-1"]
    assert len(found.taken) == 7


def test_an_edit_that_two_share_is_made_once() -> None:
    found = together(
        replaced("en", "May", "June"), replaced("en", "May", "June", "the council", "you")
    )
    assert line(found, "en") == "We ask you to publish the report before the end of June."


def test_words_put_in_at_one_point_collide_unless_they_are_the_same() -> None:
    found = together(replaced("en", "We ask", "We now ask"), replaced("en", "We ask", "We all ask"))
    assert collided(found) == [("block/en", "0 1", "words")]

    found = together(replaced("en", "We ask", "We now ask"), replaced("en", "We ask", "We now ask"))
    assert line(found, "en") == FOUR["en"].replace("We ask", "We now ask")


def test_words_put_in_beside_words_that_another_takes_out_collide() -> None:
    found = together(
        replaced("en", " before the end of May", ""),
        replaced("en", "end of May", "end of May or June"),
    )
    assert collided(found) == [("block/en", "0 1", "words")]


def test_signs_beside_one_another_in_a_script_without_spaces_may_be_one_word() -> None:
    base = text({"a": "请释放他们。"})
    found = together(
        replaced("a", "释", "解", base=base), replaced("a", "放", "怀", base=base), base=base
    )
    assert collided(found) == [("block/a", "0 1", "words")]


def test_the_title_a_demand_and_a_footnote_are_places_too() -> None:
    asked = [{"country": "KZ", "demands": [{"id": "free", "text": "Free them all."}]}]
    blocks = {"a": "Итак.[^1]", "asked": {"demands": {"lists": ["KZ"]}}}
    base = text(blocks, demand_lists=asked, footnotes={"1": "См. доклад за май."})
    found = together(
        words("title", "A letter"),
        words("demand/free", "Free them now."),
        replaced("footnote/1", "май", "июнь", base=base),
        replaced("footnote/1", "доклад", "письмо", base=base),
        base=base,
    )
    assert not found.collisions
    assert [place.lines for place in targets_of(found.version)] == [
        ("A letter",), ("Итак.[^1]",), (), ("Free them now.",), ("См. письмо за июнь.",),
    ]  # fmt: skip


# Lines


SHOPPING = text({"list": {"list": {"lead": "We need", "items": ["bread;", "сыр;", "茶。"]}}})


def listed(*items: str) -> Proposal:
    return words("list", *items)


def test_items_of_a_list_are_changed_left_out_and_put_in_together() -> None:
    found = together(
        listed("We all need", "bread;", "сыр;", "茶。"),
        listed("We need", "bread;", "старый сыр;", "茶。"),
        listed("We need", "bread;", "сыр;", "茶。", "نمک"),
        listed("We need", "bread;", "сыр;", "茶。", "oil"),
        listed("We need", "сыр;", "茶。"),
        base=SHOPPING,
    )
    assert not found.collisions
    assert lines(found, "list") == ("We all need", "старый сыр;", "茶。", "نمک", "oil")


def test_an_item_that_one_changes_and_another_leaves_out_is_a_collision() -> None:
    found = together(
        listed("We need", "bread;", "茶。"),
        listed("We need", "bread;", "старый сыр;", "茶。"),
        listed("We need", "fresh bread;", "сыр;", "茶。"),
        base=SHOPPING,
    )
    assert lines(found, "list") == ("We need", "fresh bread;", "сыр;", "茶。")
    assert collided(found) == [("block/list", "0 1", "words")]


def test_a_list_of_which_each_item_is_left_out_by_somebody_collides() -> None:
    base = text({"a": "So.", "list": {"list": {"items": ["bread", "сыр"]}}})
    found = together(listed("bread"), listed("сыр"), base=base)
    assert lines(found, "list") == ("bread", "сыр")
    assert collided(found) == [("block/list", "0 1", "words")]


def test_the_source_of_a_quote_and_its_words_go_in_together() -> None:
    base = text({"q": {"quote": {"text": "We will see to it.", "source": "Minutes, page 3"}}})
    found = together(
        words("q", "We will see.", "Minutes, page 3"),
        words("q", "We will see to it.", "Minutes, page 4"),
        base=base,
    )
    assert lines(found, "q") == ("We will see.", "Minutes, page 4")


def test_marks_that_do_not_fit_together_are_a_collision() -> None:
    base = text({"a": "One two *three four five* six."})
    found = together(
        words("a", "One two three four five six."),
        words("a", "*One two three four five* six."),
        words("title", "One"),
        base=base,
    )
    assert line(found, "a") == "One two *three four five* six."
    assert collided(found) == [("block/a", "0 1", "markup")]
    assert found.taken == ("2",)


def test_emphasis_that_fits_together_goes_in() -> None:
    base = text({"a": "One two *three four five* six."})
    found = together(
        words("a", "One two *three four* five six."),
        words("a", "*One two three four five* six."),
        base=base,
    )
    assert line(found, "a") == "*One two three four* five six."


# The draft


def test_what_the_draft_changed_elsewhere_in_a_block_stays() -> None:
    now = text({**FOUR, "fa": FOUR["fa"].replace("شورا", "مجلس")})
    found = together(replaced("fa", "منتشر", "چاپ"), now=now)
    assert line(found, "fa") == "ما از مجلس می‌خواهیم گزارش را تا پایان ماه چاپ کند."


def test_what_the_draft_changed_in_another_way_is_a_collision_with_it() -> None:
    now = text({**FOUR, "ru": FOUR["ru"].replace("мая", "июля")})
    found = together(
        replaced("ru", "мая", "июня"),
        replaced("ru", "просим", "призываем"),
        replaced("ru", "просим", "призываем", "мая", "июля"),
        now=now,
    )
    assert line(found, "ru") == "Мы призываем совет опубликовать доклад до конца июля."
    assert found.taken == ("1", "2")
    assert collided(found) == [("block/ru", "0", "words")]


def test_proposals_of_different_texts_are_put_together() -> None:
    later = text({**FOUR, "en": "So: " + FOUR["en"].replace("May", "June")})
    proposals = [
        Based("old", replaced("en", "the council", "you"), BASE),
        Based("new", replaced("en", "June", "July", base=later), later),
        Based("same", replaced("en", "the council", "you", base=later), later),
        Based("else", replaced("en", "May", "autumn"), BASE),
    ]
    found = merged(later, proposals, ids())
    assert line(found, "en") == "So: We ask you to publish the report before the end of July."
    assert collided(found) == [("block/en", "else", "words")]


def test_what_the_draft_has_already_is_taken() -> None:
    base = text({"first": "First.", **FOUR, "list": {"list": {"items": ["a b", "c d"]}}})
    proposals = [
        replaced("zh", "五月", "六月"), put("Новое.", "ru"), left_out("fa"), moved("first", "en"),
        listed("a b", "c d", "e f"), listed("a b", "c d", "g h"), words("title", "Open letter"),
    ]  # fmt: skip
    once = together(*proposals, base=base)
    assert not once.collisions

    again = together(*proposals, now=once.version, base=base)

    assert again.version == once.version
    assert again.taken == once.taken


def test_what_is_not_in_the_draft_any_more_is_a_collision_with_it() -> None:
    base = text({"first": "Look.[^1]", **FOUR}, footnotes={"1": "A note.", "2": "Unused."})
    now = text({"fa": FOUR["fa"]})
    found = together(
        words("en", "We ask."), words("footnote/1", "Note."), words("demand/none", "None."),
        moved("ru", None), moved("fa", "en"), put("So.", "zh"), left_out("none"), left_out("en"),
        replaced("fa", "شورا", "شورا[^2]"),
        now=now, base=base,
    )  # fmt: skip
    assert found.version == now
    assert {each.reason.value for each in found.collisions} == {"gone"}
    assert found.taken == ("7",)  # what was to be left out is


def test_a_block_that_the_draft_changed_or_moved_is_not_left_out() -> None:
    for now in (
        text({**FOUR, "ru": "Мы просим."}),
        text({"ru": FOUR["ru"], **FOUR}),
    ):
        assert collided(together(left_out("ru"), now=now)) == [("block/ru", "0", "left_out")]


def test_a_block_that_the_draft_moved_elsewhere_is_not_moved_again() -> None:
    now = text({"zh": FOUR["zh"], **FOUR})
    found = together(moved("zh", "en"), replaced("zh", "公布", "公开"), now=now)
    assert list(found.version.ids) == ["zh", "en", "ru", "fa"]
    assert collided(found) == [("block/zh", "0", "place")]
    assert found.taken == ("1",)


# Blocks


def order(*proposals: Proposal, now: Version | None = None) -> str:
    found = together(*proposals, now=now)
    assert not found.collisions
    return " ".join(found.version.ids)


def test_blocks_put_in_at_one_place_both_go_in_in_their_order() -> None:
    assert order(put("Да.", "ru"), put("Yes.", "ru"), put("是。")) == (
        "new-3 en ru new-1 new-2 fa zh"
    )


def test_a_block_goes_behind_what_the_draft_put_in_at_its_place() -> None:
    now = text({"en": FOUR["en"], "late": "Late.", "ru": FOUR["ru"]})
    assert order(put("So.", "en"), now=now) == "en late new-1 ru"


def test_a_block_behind_one_that_goes_stands_behind_what_stood_before() -> None:
    assert order(left_out("ru"), put("So.", "ru"), moved("zh", "ru")) == "en zh new-1 fa"
    assert order(left_out("en"), put("So.", "en")) == "new-1 ru fa zh"


def test_a_block_behind_one_that_moves_goes_with_it() -> None:
    assert order(moved("en", "fa"), put("So.", "en"), moved("zh", "en")) == "ru fa en zh new-1"


def test_a_block_moves_and_its_words_change() -> None:
    found = together(moved("zh", None), replaced("zh", "公布", "公开"))
    assert list(found.version.ids) == ["zh", "en", "ru", "fa"]
    assert line(found, "zh") == FOUR["zh"].replace("公布", "公开")


def test_moves_of_one_block_to_different_places_collide() -> None:
    found = together(moved("zh", None), moved("zh", "en"), moved("ru", None), moved("ru", None))
    assert list(found.version.ids) == ["ru", "en", "fa", "zh"]
    assert collided(found) == [("block/zh", "0 1", "place")]


def test_blocks_that_are_moved_behind_one_another_collide() -> None:
    found = together(moved("en", "fa"), moved("fa", "zh"), moved("zh", "en"), moved("ru", "zh"))
    assert collided(found) == [("block/en", "0 1 2", "place")]
    assert list(found.version.ids) == ["en", "fa", "zh", "ru"]


def test_a_block_that_one_leaves_out_and_another_changes_or_moves_stays_as_it_is() -> None:
    for other in (moved("ru", None), replaced("ru", "мая", "июня")):
        found = together(left_out("ru"), other, left_out("ru"), put("So.", "ru"))
        assert list(found.version.ids) == ["en", "ru", "new-1", "fa", "zh"]
        assert line(found, "ru") == FOUR["ru"]
        assert collided(found) == [("block/ru", "0 1 2", "left_out")]


def test_demands_whose_block_is_left_out_keep_their_words() -> None:
    asked = [{"country": "KZ", "demands": [{"id": "free", "text": "Free them."}]}]
    base = text({"a": "So.", "asked": {"demands": {"lists": ["KZ"]}}}, demand_lists=asked)
    found = together(left_out("asked"), words("demand/free", "Free all."), base=base)
    assert collided(found) == [("block/asked", "0 1", "left_out")]
    assert found.version == base


def test_a_text_keeps_one_block() -> None:
    everything = [left_out(one) for one in FOUR]
    found = together(*everything)
    assert found.version == BASE
    assert collided(found) == [("block/en", "0 1 2 3", "left_out")]
    assert order(*everything, put("新的。")) == "new-1"


# Footnotes


def test_footnotes_that_are_brought_get_labels_of_their_own() -> None:
    base = text({**FOUR, "note": "So.[^1]"}, footnotes={"1": "The first."})
    found = together(
        words("en", FOUR["en"] + "[^1]", notes={"1": "Свод, 2031."}),
        words("zh", FOUR["zh"] + "[^1]", notes={"1": "報告書。"}),
        words("zh", FOUR["zh"] + "[^1]", notes={"1": "報告書。"}),
        put("ما[^a]", "zh", footnotes={"a": "آنجا."}),
        base=base,
    )
    assert not found.collisions
    notes = found.version.document["footnotes"]
    assert line(found, "note") == "So.[^1]"
    assert notes["1"] == "The first."
    assert line(found, "en") == f"{FOUR['en']}[^2]"
    assert notes["2"] == "Свод, 2031."
    assert line(found, "zh") == f"{FOUR['zh']}[^3]"
    assert notes["3"] == "報告書。"
    assert line(found, "new-1") == "ما[^a]"
    assert len(notes) == 4


def test_a_footnote_whose_reference_goes_keeps_words_that_another_proposes() -> None:
    base = text({"a": "So.[^1] And on.", "b": "End."}, footnotes={"1": "A note."})
    for other in (left_out("a"), words("a", "So. And on.")):
        found = together(other, words("footnote/1", "A longer note."), base=base)
        assert collided(found) == [("footnote/1", "0 1", "left_out")]
        assert found.version == base

        alone = together(other, base=base)
        assert "footnotes" not in alone.version.document


# Any text, any proposals

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
