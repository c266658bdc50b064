"""Many propose other words for one text: what goes together goes in, nothing is lost unseen."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from api.portable.rules.proposals import (
    targets_of,
)
from tests.support.proposals import (
    FOUR,
    SHOPPING,
    collided,
    left_out,
    line,
    lines,
    listed,
    put,
    replaced,
    text,
    together,
    words,
)


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
