"""What may turn the sense of a text is found, however it is written; what is the same is left."""

# ruff: noqa: RUF001 - words of every language stand in their own letters

from __future__ import annotations

from typing import Any

import pytest

from api.portable.rules import identity, measuring
from api.portable.rules.diff import Version, diff
from api.portable.rules.guard import SenseTurn, TurnKind, turns

CASES = [{"id": "ayan", "name": "Ayan Specimenov", "country": "KZ"}]


def document(*paragraphs: str, language: str = "en", **more: Any) -> Any:
    return {
        "language": language,
        "kind": "appeal",
        "title": "Open the doors",
        "coalition": {"name": "Specimen Coalition"},
        "body": [{"paragraph": each} for each in paragraphs],
        "cases": CASES,
        **more,
    }


def demanding(*demands: tuple[str, str], country: str = "KZ") -> Any:
    listed = [{"id": key, "text": text} for key, text in demands]
    return document(
        body=[{"paragraph": "We ask."}, {"demands": {"lists": [country]}}],
        demand_lists=[{"country": country, "demands": listed}],
    )


def found(old: Any, new: Any, *organisations: str) -> list[SenseTurn]:
    ids = [f"b{place}" for place in range(len(old["body"]))]
    came = identity.carried(old["body"], ids, new["body"])
    later = [one or f"n{place}" for place, one in enumerate(came)]
    names = {name for one in (old, new) for name in measuring.names_of(one, organisations)}
    return turns(diff(Version(old, ids), Version(new, later)), old, new, names)


def kinds(old: Any, new: Any) -> list[str]:
    return [turn.kind.value for turn in found(old, new)]


@pytest.mark.parametrize(
    ("language", "old", "new"),
    [
        ("en", "We ask today.", "We ask now."),
        ("en", "We ask 1,000 people.", "We ask 1000 people."),
        ("en", "We ask three people.", "We ask 3 people."),
        ("en", "It was on 3 March 2031.", "It was on March 3, 2031."),
        ("de", "Am 03.05.2031 um 1.000.", "Am 3.5.2031 um 1000."),
        ("ru", "Их 10 000, с 3 марта.", "Их 10000, с 3 марта."),
        ("fa", "۱۲ نفر در ۳ اسفند", "12 نفر در 3 اسفند"),
        ("en", "They do not lie.", "They don\u2019t lie."),
        ("en", "They cannot lie.", "They can not lie, they say."),
        ("fr", "Il y a une porte.", "Il y a la porte."),
        ("en", "It may rain.", "It might rain."),
    ],
)
def test_the_same_in_other_words_turns_nothing(language: str, old: str, new: str) -> None:
    assert kinds(document(old, language=language), document(new, language=language)) == []


@pytest.mark.parametrize(
    ("language", "old", "new", "kind"),
    [
        ("en", "We ask 12 people.", "We ask 13 people.", "number"),
        ("en", "We ask three people.", "We ask four people.", "number"),
        ("en", "Twenty-one wait.", "Twenty wait.", "number"),
        ("en", "20 of 30 people.", "30 of 20 people.", "number"),
        ("en", "By article 12a.", "By article 12b.", "number"),
        ("ru", "Освободите двух пекарей.", "Освободите трёх пекарей.", "number"),
        ("ar", "١٢ شخصا", "١٣ شخصا", "number"),
        ("zh", "释放12名囚犯。", "释放13名囚犯。", "number"),
        ("en", "By 3 March.", "By 3 May.", "date"),
        ("en", "Since Monday.", "Since Tuesday.", "date"),
        ("ru", "До 3 марта 2031 года.", "До 4 марта 2031 года.", "date"),
        ("fa", "تا ۳ اسفند", "تا ۳ بهمن", "date"),
        ("en", "Free Ayan Specimenov.", "Free the baker.", "name"),
        ("en", "We ask Kazakhstan.", "We ask Kyrgyzstan.", "name"),
        ("ru", "В Казахстане ждут.", "В Кыргызстане ждут.", "name"),
        ("en", "They lie.", "They never lie.", "negation"),
        ("en", "They do not lie, they die.", "They lie, they do not die.", "negation"),
        ("en", "A lawful order.", "An unlawful order.", "negation"),
        ("ru", "Это законный приказ.", "Это незаконный приказ.", "negation"),
        ("ru", "Они лгут.", "Они не лгут.", "negation"),
        ("fa", "او آزاد است.", "او آزاد نیست.", "negation"),
        ("fa", "او کار می\u200cکند.", "او کار نمی\u200cکند.", "negation"),
    ],
)
def test_what_may_turn_the_sense_is_found(language: str, old: str, new: str, kind: str) -> None:
    assert kinds(document(old, language=language), document(new, language=language)) == [kind]


def test_a_demand_is_found_that_came_or_went_or_is_asked_of_another() -> None:
    old = demanding(("kz-1", "Open."), ("kz-2", "Close."))

    (went,) = found(old, demanding(("kz-1", "Open.")))
    (came,) = found(demanding(("kz-1", "Open.")), old)
    moved = found(old, demanding(("kz-1", "Open."), ("kz-2", "Close."), country="UZ"))

    assert (went.kind, went.removed, went.pointer) == (TurnKind.DEMAND, ("kz-2",), "/body/1")
    assert (came.added, came.pointer) == (("kz-2",), "/demand_lists/0/demands/1")
    asked = [turn for turn in moved if turn.kind is TurnKind.DEMAND]
    assert [turn.added for turn in asked] == [("kz-1 (UZ)",), ("kz-2 (UZ)",)]


def test_a_demand_that_stands_in_another_block_neither_came_nor_went() -> None:
    old = demanding(("kz-1", "Open."), ("kz-2", "Close."))
    ids = [{"demands": {"ids": [key]}} for key in ("kz-2", "kz-1")]
    apart = {**old, "body": [old["body"][0], *ids]}

    assert TurnKind.DEMAND not in {turn.kind for turn in found(old, apart)}


def test_each_is_pointed_at_where_it_stands_in_the_text_after() -> None:
    old = document(
        "Same.", "We ask 12.", "Goes 7.", title="By May", footnotes={"a": "See 1."},
        addressees=[{"name": "A. Specimen"}],
    )  # fmt: skip
    new = document(
        "Same.", "We ask 13.", title="By June", footnotes={"a": "See 2."},
        addressees=[{"name": "B. Specimen"}],
    )  # fmt: skip
    new["body"][0]["paragraph"] = old["body"][0]["paragraph"] = "Same.[^a]"

    places = {(turn.pointer, turn.kind.value) for turn in found(old, new)}

    assert places >= {
        ("/title", "date"), ("/body/1", "number"), ("/body", "number"), ("/footnotes/a", "number"),
    }  # fmt: skip
    assert {place for place, kind in places if kind == "name"} <= {"/addressees", "/addressees/0"}
    assert ("/addressees/0", "name") in places


def test_an_address_that_a_link_leads_to_is_no_number() -> None:
    old = document("See [the court](https://specimen.example/2030).")
    new = document("See [the court](https://specimen.example/2031).")

    assert found(old, new) == []


def test_an_organisation_is_known_by_its_acronym() -> None:
    (turn,) = found(document("With LH."), document("With others."), "Lantern House", "LH")

    assert (turn.kind, turn.removed) == (TurnKind.NAME, ("LH",))
