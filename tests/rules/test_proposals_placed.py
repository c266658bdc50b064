"""Proposals find their places in a draft that has changed, and blocks come, go and move."""

from __future__ import annotations

from api.portable.rules.proposals import (
    Based,
    merged,
)
from tests.support.proposals import (
    BASE,
    FOUR,
    collided,
    ids,
    left_out,
    line,
    listed,
    moved,
    order,
    put,
    replaced,
    text,
    together,
    words,
)


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
