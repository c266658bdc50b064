"""What a document prints: its words, its signatories, and the hash of what is signed."""

# ruff: noqa: RUF001 - the texts are in several scripts

from __future__ import annotations

import json
from typing import Any

import pytest

from api.portable.rules import names, printing


def a_document(**changes: Any) -> Any:
    """Return a small valid document with some keys changed."""
    return {
        "format": "undersigned.statement/1",
        "slug": "bread-and-salt",
        "kind": "appeal",
        "language": "en",
        "title": "Bread and salt",
        "coalition": {"name": "Bakers’ Circle"},
        "body": [{"paragraph": "We ask for bread and salt."}],
    } | changes


def demand_lists() -> list[dict[str, Any]]:
    return [
        {
            "country": "KZ",
            "demands": [
                {"id": "kz-1", "text": "Bake *bread*.", "rationale": "We are hungry."},
                {"id": "kz-2", "text": "Bring salt.", "status": "withdrawn"},
            ],
        },
        {"country": "KG", "demands": []},
        {
            "party": {"id": "union", "name": "The *Union*", "countries": ["KZ"]},
            "demands": [{"id": "union-1", "text": "Lower the duty."}],
        },
    ]


def cases() -> list[dict[str, Any]]:
    return [
        {"id": "a", "name": "Ayan *Specimenov*", "country": "KZ", "born": 1990, "summary": "1. x"},
        {"id": "b", "name": "Dana Exampleva", "country": "KG", "born": 1991, "occupation": "cook"},
        {"id": "c", "name": "Mysal House", "country": "KZ"},
        {
            "id": "d",
            "name": "Hidden One",
            "country": "KZ",
            "occupation": "poet",
            "may_be_named": False,
        },
        {
            "id": "e",
            "name": "Hidden Two",
            "country": "KZ",
            "born": 1960,
            "summary": "taken",
            "may_be_named": False,
            "public_label": "a singer",
        },
        {"id": "f", "name": "Hidden Three", "country": "KG", "may_be_named": False},
    ]


def block(given: dict[str, Any], **changes: Any) -> Any:
    return printing.resolve(a_document(body=[given], **changes))["blocks"][0]


def lines(signatories: list[dict[str, Any]], **changes: Any) -> list[str]:
    document = a_document(signatories=signatories, **changes)
    return [line["text"] for line in printing.signatories(document)["lines"]]


def test_a_small_document_prints_no_empty_keys() -> None:
    assert printing.resolve(a_document()) == {
        "language": "en",
        "direction": "ltr",
        "kind": "appeal",
        "title": "Bread and salt",
        "coalition": "Bakers’ Circle",
        "specimen": False,
        "addressees": [],
        "blocks": [{"type": "paragraph", "text": "We ask for bread and salt."}],
        "footnotes": [],
        "contacts": [],
    }


def test_the_dateline_and_the_occasion_are_said_in_one_line_each() -> None:
    printed = printing.resolve(
        a_document(
            dateline={"place": "Brussels", "date": "2031-05-14"},
            occasion={"name": "Summit", "place": "Khiva", "country": "UZ", "date": "2031-05-08"},
        )
    )

    assert printed["dateline"] == "Brussels, 14 May 2031"
    assert printed["occasion"] == "Summit, Khiva, Uzbekistan, 8 May 2031"


def test_the_statement_s_language_says_countries_dates_and_commas() -> None:
    document = a_document(language="fa", dateline={"place": "دوشنبه", "date": "2031-05-14"})

    printed = printing.resolve(document | {"addressees": [{"name": "م", "country": "KG"}]})

    assert printed["direction"] == "rtl"
    assert printed["dateline"] == "دوشنبه، ۱۴ مهٔ ۲۰۳۱"
    assert printed["addressees"] == [{"name": "م", "country": "قرقیزستان"}]


def test_a_coalition_s_country_names_print_everywhere() -> None:
    changes = {
        "language": "ru",
        "coalition": {"name": "К", "country_names": {"KG": "Кыргызстан"}},
        "demand_lists": [{"country": "KG", "demands": [{"id": "x", "text": "х"}]}],
        "cases": [{"id": "x", "name": "N", "country": "KG", "may_be_named": False}],
        "occasion": {"name": "День", "country": "KG"},
        "signatories": [{"kind": "organisation", "name": "О", "country": "KG"}],
        "signatory_list": {"show_country": True},
        "body": [{"demands": {}}, {"cases": {"ids": ["x"]}}],
    }

    printed = printing.resolve(a_document(**changes))
    told = json.dumps([printed, printing.signatories(a_document(**changes))], ensure_ascii=False)

    assert told.count("Кыргызстан") == 4
    assert "Киргизия" not in told


def test_a_quote_keeps_its_source_and_says_the_day_in_words() -> None:
    quote = {"text": "Bread.", "source": "A *book*", "locator": "p. 4", "retrieved": "2031-05-14"}

    assert block({"quote": quote}) == {
        "type": "quote",
        "text": "Bread.",
        "source": "A *book*",
        "locator": "p. 4",
        "retrieved": "14 May 2031",
    }


def test_a_list_is_unordered_unless_said() -> None:
    assert block({"list": {"items": ["a"]}}) == {"type": "list", "ordered": False, "items": ["a"]}
    assert block({"list": {"lead": "So:", "ordered": True, "items": ["a"]}})["ordered"]


def test_demands_print_under_the_name_of_their_country_or_party() -> None:
    assert block({"demands": {"lead": "We ask:"}}, demand_lists=demand_lists()) == {
        "type": "demands",
        "lead": "We ask:",
        "layout": "list",
        "lists": [
            {
                "heading": "Kazakhstan",
                "demands": [
                    {"id": "kz-1", "text": "Bake *bread*.", "rationale": "We are hungry."},
                    {"id": "kz-2", "text": "Bring salt."},
                ],
            },
            {"heading": "The *Union*", "demands": [{"id": "union-1", "text": "Lower the duty."}]},
        ],
    }


@pytest.mark.parametrize("given", [{"layout": "paragraph"}, {"headings": False}])
def test_demands_print_without_headings_where_asked(given: dict[str, Any]) -> None:
    printed = block({"demands": given}, demand_lists=demand_lists())

    assert all("heading" not in one for one in printed["lists"])


def test_demands_are_chosen_by_lists_in_the_block_s_order() -> None:
    printed = block({"demands": {"lists": ["union", "KZ"]}}, demand_lists=demand_lists())

    assert [one["heading"] for one in printed["lists"]] == ["The *Union*", "Kazakhstan"]


def test_demands_are_chosen_by_ids_in_the_block_s_order() -> None:
    chosen = {"ids": ["kz-2", "union-1", "kz-1"]}

    printed = block({"demands": chosen}, demand_lists=demand_lists())

    assert [
        (one["heading"], [demand["id"] for demand in one["demands"]]) for one in printed["lists"]
    ] == [("Kazakhstan", ["kz-2"]), ("The *Union*", ["union-1"]), ("Kazakhstan", ["kz-1"])]


def test_a_case_prints_its_name_and_what_is_known_and_a_hidden_one_its_label() -> None:
    chosen = {"lead": "For:", "ids": ["b", "a", "c", "d", "e", "f"]}

    assert block({"cases": chosen}, cases=cases()) == {
        "type": "cases",
        "lead": "For:",
        "items": [
            "Dana Exampleva, cook",
            "Ayan \\*Specimenov\\* (1990), 1. x",
            "Mysal House",
            "poet, Kazakhstan",
            "a singer",
            "Kyrgyzstan",
        ],
    }


def test_cases_are_chosen_by_country_in_the_block_s_order() -> None:
    printed = block({"cases": {"countries": ["KG", "KZ"]}}, cases=cases()[:3])

    assert [item.split(" ")[0] for item in printed["items"]] == ["Dana", "Ayan", "Mysal"]


def test_items_of_cases_print_as_they_are() -> None:
    items = [{"text": "The *cook* is free.", "cases": ["b"]}, {"text": "Others wait."}]

    printed = block({"cases": {"items": items}}, cases=cases())

    assert printed["items"] == ["The *cook* is free.", "Others wait."]


def test_footnotes_print_in_the_order_of_reference_under_their_own_labels() -> None:
    document = a_document(
        body=[
            {"quote": {"lead": "So[^7]", "text": "b[^2]"}},
            {"demands": {"layout": "paragraph"}},
            {"paragraph": "again[^7]"},
        ],
        demand_lists=[
            {"country": "KZ", "demands": [{"id": "x", "text": "y", "rationale": "z[^1]"}]}
        ],
        footnotes={"1": "one", "2": "two[^4]", "4": "four", "7": "*seven*", "9": "[^9]"},
    )

    assert printing.resolve(document)["footnotes"] == [
        {"label": "7", "text": "*seven*"},
        {"label": "2", "text": "two[^4]"},
        {"label": "1", "text": "one"},
        {"label": "4", "text": "four"},
    ]


def test_signatories_print_leads_first_then_organisations_then_people() -> None:
    given = [
        {"kind": "individual", "name": "Person", "lead": True},
        {"kind": "organisation", "name": "Organisation", "acronym": "O"},
        {"kind": "organisation", "name": "Lead", "lead": True},
    ]

    printed = printing.signatories(a_document(signatories=given))

    assert printed["lines"] == [
        {"text": "Lead", "lead": True, "kind": "organisation"},
        {"text": "Organisation (O)", "lead": False, "kind": "organisation"},
        {"text": "Person", "lead": False, "kind": "individual"},
    ]


def test_a_line_is_composed_and_has_a_country_only_where_asked() -> None:
    given = [
        {"kind": "organisation", "name": "Org", "acronym": "O", "country": "NO"},
        {"kind": "individual", "name": "P", "role": "cook", "affiliation": "Inn", "country": "KZ"},
        {
            "kind": "individual",
            "name": "Q",
            "affiliation": "Inn",
            "country": "KZ",
            "as_printed": "Q!",
        },
    ]

    assert lines(given) == ["Org (O)", "P, cook, Inn", "Q!"]
    shown = lines(given, signatory_list={"show_country": True})
    assert shown == ["Org (O), Norway", "P, cook, Inn, Kazakhstan", "Q!"]


def test_a_hidden_signatory_is_only_counted_or_shown_by_initials() -> None:
    given = [
        {"kind": "individual", "name": "Ayan S", "visibility": "coalition"},
        {"kind": "individual", "visibility": "anonymous"},
        {
            "kind": "individual",
            "name": "Aigul Türkmen-Tau",
            "country": "KZ",
            "role": "cook",
            "as_printed": "Aigul",
            "visibility": "initials",
        },
        {"kind": "individual", "name": "123", "visibility": "initials"},
    ]

    printed = printing.signatories(a_document(signatories=given, withheld=14))

    assert [line["text"] for line in printed["lines"]] == ["A. T., Kazakhstan"]
    assert printed["withheld"] == 17


def test_a_redacted_document_prints_initials_as_it_has_them() -> None:
    given = [
        {
            "kind": "individual",
            "name": "A. T.",
            "as_printed": "A. T., Oslo",
            "visibility": "initials",
        }
    ]

    assert lines(given, redacted=True) == ["A. T., Oslo"]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Әсел Үлгібаева", "Ә. Ү."),
        ("ұлан (бек) тау", "Ұ. Б. Т."),
        ("თამარ ნიმუშაძე", "თ. ნ."),
        ("گلناز نمونه", "گ. ن."),
        ("Արմեն Օրինակյան", "Ա. Օ."),
        ("आशा उदाहरण", "आ. उ."),
        ("किरण", "कि."),
        ("‘Abdu O'Neil", "A. O."),
        ("e\u0308l", "E\u0308."),
        ("42", ""),
    ],
)
def test_initials_are_made_in_any_script(name: str, expected: str) -> None:
    assert names.initials(name) == expected


def test_signatories_are_sorted_without_regard_to_case_and_accents() -> None:
    given = ["Zulu", "Émile", "eagle", "Ünvan", "“Alpha”", "Ёлка", "Емеля", "Яблоко", "ارمغان"]
    signed = [{"kind": "organisation", "name": name} for name in given]

    assert lines(signed, signatory_list={"order": "alphabetical"}) == [
        "“Alpha”",
        "eagle",
        "Émile",
        "Ünvan",
        "Zulu",
        "Ёлка",
        "Емеля",
        "Яблоко",
        "ارمغان",
    ]


def test_initials_are_sorted_by_what_shows() -> None:
    """The place in the list would tell more of a hidden name than its initial does."""
    hidden = {"kind": "individual", "name": "Azamat", "visibility": "initials"}
    signed = [{"kind": "individual", "name": "Aa"}, hidden, {"kind": "individual", "name": "Abel"}]

    assert lines(signed, signatory_list={"order": "alphabetical"}) == ["A.", "Aa", "Abel"]


def test_signatories_are_sorted_by_the_name_of_their_country() -> None:
    signed = [
        {"kind": "organisation", "name": "Nowhere"},
        {"kind": "organisation", "name": "Second of Norway", "country": "NO"},
        {"kind": "organisation", "name": "First of Norway", "country": "NO"},
        {"kind": "organisation", "name": "Of Germany", "country": "DE"},
    ]

    assert lines(signed, signatory_list={"order": "country"}) == [
        "Of Germany",
        "Second of Norway",
        "First of Norway",
        "Nowhere",
    ]
