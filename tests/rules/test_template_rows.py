"""Templates that name cases and addressees, group blocks, and make footnotes."""

from __future__ import annotations

from typing import Any

import jsonschema
import pytest

from api.errors import Invalid
from api.templates.rules import facts, filling, template

ROW = "2f1c6c0e-6d1a-4f0e-9a43-0d6a3f1f9b11"
FACTS: list[dict[str, Any]] = [
    {"name": "people", "type": "list", "of": "case", "label": "People"},
    {"name": "person", "type": "case", "label": "Person"},
    {"name": "office", "type": "addressee", "label": "Office"},
    {"name": "offices", "type": "list", "of": "addressee", "label": "Offices"},
    {"name": "countries", "type": "list", "of": "country", "label": "Countries"},
    {"name": "note", "type": "markdown", "label": "Note"},
    {
        "name": "findings",
        "type": "list",
        "label": "Findings",
        "fields": [
            {"name": "country", "type": "country", "label": "Country"},
            {"name": "text", "type": "text", "label": "Text"},
            {"name": "source", "type": "markdown", "label": "Source"},
            {"name": "about", "type": "case", "label": "About"},
        ],
    },
]
GIVEN: dict[str, Any] = {
    "cases": [
        {"id": "ayan", "label": "Ayan Specimen", "country": "KZ", "born": 1987, "status": "a_b"},
        {"id": "dana", "label": "Dana Specimen", "country": "KZ"},
        {"id": "kg-1", "label": "a nurse", "country": "KG", "status": "released"},
    ],
    "case_rows": {ROW: "dana"},
    "addressees": {ROW: {"name": "A. Specimen", "title": "Minister", "country": "KZ"}},
    "demand_lists": [
        {
            "country": "KZ",
            "name": "Kazakhstan",
            "demands": [
                {"id": "kz-1", "text": "One.", "cases": ["dana"]},
                {"id": "kz-2", "text": "Two.", "cases": []},
                {"id": "kz-3", "text": "Three.", "cases": ["dana", "ayan"]},
            ],
        },
        {"country": "KG", "name": "Kyrgyzstan", "demands": [{"id": "kg-1", "text": "Four."}]},
    ],
}  # fmt: skip


def a_template(**parts: Any) -> dict[str, Any]:
    whole = {
        "name": "a-template",
        "title": "A template",
        "kind": "appeal",
        "language": "en",
        "facts": FACTS,
        "title_text": "A title",
        "body": [{"paragraph": "First."}],
    }
    return whole | parts


def filled(body: list[dict[str, Any]], /, **given: Any) -> list[dict[str, Any]]:
    blocks: list[dict[str, Any]] = filling.fill(a_template(body=body), given, GIVEN)["body"]
    return blocks


def drafted(body: list[dict[str, Any]], /, **given: Any) -> dict[str, Any]:
    return filling.fill(a_template(body=body), given, GIVEN)


def refused(whole: dict[str, Any], given: dict[str, Any]) -> dict[str, str]:
    with pytest.raises(Invalid) as answer:
        filling.fill(whole, given, GIVEN)
    return {fault.pointer: fault.detail for fault in answer.value.faults}


def test_a_case_is_named_by_its_key_or_its_id() -> None:
    text = '{{ people|joined("label") }}, {{ person.label }} ({{ person.born }})'

    [block] = filled([{"paragraph": text}], people=["ayan", ROW], person="ayan")

    assert block == {"paragraph": "Ayan Specimen and Dana Specimen, Ayan Specimen (1987)"}


def test_a_case_in_a_record_is_a_case_too() -> None:
    body = [{"for": "one in findings", "paragraph": "{{ one.about.label }} {{ one.text }}"}]

    assert filled(body, findings=[{"about": ROW, "text": "a"}, {"text": "b"}]) == [
        {"paragraph": "Dana Specimen a"},
        {"paragraph": "b"},
    ]


def test_a_case_that_is_not_there_is_told_where_it_stands() -> None:
    given = {"people": ["ayan", "x"], "person": ROW.replace("2", "3"), "findings": [{"about": "y"}]}

    assert list(refused(a_template(), given)) == [
        "/facts/people/1",
        "/facts/person",
        "/facts/findings/0/about",
    ]


@pytest.mark.parametrize("value", ["A B", "", {"id": "ayan"}, ["ayan"], 3, "a" * 81, "a\nb"])
def test_what_is_no_key_of_a_case_is_refused(value: Any) -> None:
    fact = {"name": "it", "type": "case", "label": "It", "required": True}

    _, faults = facts.check([fact], {"it": value})

    assert [fault.pointer for fault in faults] == ["/it"]
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({"it": value}, facts.schema([fact]))


def test_a_case_that_was_not_given_is_empty_and_false() -> None:
    body: list[dict[str, Any]] = [
        {"paragraph": "Here.{% if person %} Never.{% endif %} {{ person.label }}"},
        {"if": "not person", "paragraph": "Nobody."},
        {"cases": {"cases_from": "person"}},
        {"demands": {"lead": "Never:", "cases_from": "people"}},
    ]

    assert filled(body) == [{"paragraph": "Here."}, {"paragraph": "Nobody."}]


def test_an_addressee_is_named_by_its_id_or_says_itself() -> None:
    whole = a_template(
        addressees=[
            {"for": "one in offices", "name": "{{ one.name }}", "title": "{{ one.title }}"},
            {"if": "office", "name": "{{ office.name }}", "country": "{{ office.country }}"},
        ]
    )
    given: dict[str, Any] = {"offices": [ROW, {"name": "B. Specimen"}], "office": {"name": "C."}}

    found = filling.fill(whole, given, GIVEN)["addressees"]

    assert found == [
        {"name": "A. Specimen", "title": "Minister"},
        {"name": "B. Specimen"},
        {"name": "C."},
    ]
    jsonschema.validate(given, facts.schema(FACTS))


def test_an_addressee_that_is_wrong_is_told_where_it_stands() -> None:
    given = {"offices": ["x", {"title": "President"}, {"name": "A", "country": "XX", "fax": "1"}]}

    found = refused(a_template(), {"offices": given["offices"][1:]})
    assert list(found) == [
        "/facts/offices/0/name",
        "/facts/offices/1/fax",
        "/facts/offices/1/country",
    ]
    assert list(refused(a_template(), {"offices": ["x"]})) == ["/facts/offices/0"]


def test_blocks_name_the_cases_of_a_fact_of_a_loop_or_all_given() -> None:
    body: list[dict[str, Any]] = [
        {"cases": {"cases_from": "people"}},
        {"cases": {"cases_from": "person", "lead": "One:"}},
        {"for": "case in cases", "if": 'case.country == "KG"', "cases": {"cases_from": "case"}},
        {"cases": {"items": [{"for": "one in people", "text": "x", "cases_from": "one"}, "y"]}},
    ]

    assert filled(body, people=[ROW, "ayan", "dana"], person="kg-1")[:3] == [
        {"cases": {"ids": ["dana", "ayan"]}},
        {"cases": {"lead": "One:", "ids": ["kg-1"]}},
        {"cases": {"ids": ["kg-1"]}},
    ]
    assert filled(body, people=["ayan"])[-1] == {
        "cases": {"items": [{"text": "x", "cases": ["ayan"]}, {"text": "y"}]}
    }


def test_demands_about_cases_come_in_the_order_of_their_lists() -> None:
    body = [{"demands": {"lead": "We ask:", "cases_from": "people"}}]

    assert filled(body, people=["ayan", "dana"]) == [
        {"demands": {"lead": "We ask:", "ids": ["kz-1", "kz-3"]}}
    ]
    assert filled(body, people=["ayan"])[0]["demands"]["ids"] == ["kz-3"]


def test_a_case_that_no_demand_is_about_is_told() -> None:
    body = [{"demands": {"cases_from": "people"}}]

    [(pointer, detail)] = refused(a_template(body=body), {"people": ["dana", "kg-1"]}).items()

    assert pointer == "/template/body/0/demands/cases_from"
    assert "a nurse" in detail


def test_a_group_of_blocks_is_repeated_and_left_out_as_one() -> None:
    body: list[dict[str, Any]] = [
        {
            "for": "code in countries",
            "blocks": [
                {"heading": "{{ code|country }}"},
                {
                    "for": "one in findings",
                    "if": "one.country == code",
                    "paragraph": "{{ loop.index }} {{ one.text }}",
                },
                {"if": 'cases|where("country", code)', "cases": {"countries_from": "code"}},
                {"demands": {"lists_from": "code", "headings": False}},
            ],
        },
        {"if": "note", "blocks": [{"heading": "Never"}, {"paragraph": "{{ note }}"}]},
    ]
    findings = [
        {"country": "KG", "text": "a"},
        {"country": "KZ", "text": "b"},
        {"country": "KG", "text": "c"},
    ]

    assert filled(body, countries=["KG", "KZ"], findings=findings) == [
        {"heading": "Kyrgyzstan"},
        {"paragraph": "1 a"},
        {"paragraph": "3 c"},
        {"cases": {"countries": ["KG"]}},
        {"demands": {"lists": ["KG"], "headings": False}},
        {"heading": "Kazakhstan"},
        {"paragraph": "2 b"},
        {"cases": {"countries": ["KZ"]}},
        {"demands": {"lists": ["KZ"], "headings": False}},
    ]


def test_records_are_chosen_by_a_part_and_give_a_part() -> None:
    text = (
        '{{ cases|each("country")|country|joined }}; '
        '{{ cases|where("country", person.country)|count }} '
        '{{ cases|where("status", "released")|joined("label") }}; {{ cases|each("status")|joined }}'
    )

    [block] = filled([{"paragraph": text}], person="ayan")

    assert block["paragraph"] == "Kazakhstan and Kyrgyzstan; 2 a nurse; a\\_b and released"


def test_footnotes_are_numbered_as_they_come_and_the_same_text_is_one() -> None:
    body: list[dict[str, Any]] = [
        {"paragraph": "Own[^2]."},
        {"for": "one in findings", "paragraph": "{{ one.text }}{{ one.source|footnote }}"},
        {"list": {"items": ["{{ note|footnote }}x"]}},
    ]
    findings = [
        {"text": "a", "source": "*One*, page 1"},
        {"text": "b"},
        {"text": "c", "source": " *One*,  page 1 "},
        {"text": "d", "source": "[Two](https://two.example)"},
    ]
    whole = a_template(body=body, footnotes={"2": "The template's own."})

    draft = filling.fill(whole, {"findings": findings, "note": "Three"}, GIVEN)

    assert [block.get("paragraph") for block in draft["body"]] == [
        "Own[^2].", "a[^1]", "b", "c[^1]", "d[^3]", None,
    ]  # fmt: skip
    assert draft["footnotes"] == {
        "2": "The template's own.",
        "1": "*One*, page 1",
        "3": "[Two](https://two.example)",
        "4": "Three",
    }


def test_plain_words_in_a_footnote_print_literally() -> None:
    body = [{"for": "one in findings", "paragraph": "x{{ one.text|footnote }}"}]

    draft = drafted(body, findings=[{"text": "1. *a* [^2] <b>"}])

    assert draft["footnotes"] == {"1": "1. \\*a\\* \\[\\^2\\] \\<b>"}


def test_a_footnote_of_a_block_that_is_left_out_goes_with_it() -> None:
    body: list[dict[str, Any]] = [
        {"paragraph": "Here."},
        {"quote": {"lead": "It says{{ note|footnote }}:", "text": "{{ person.label }}"}},
    ]

    assert "footnotes" not in drafted(body, note="Source")


def test_contacts_and_a_theme_go_into_the_draft() -> None:
    whole = a_template(
        theme="letter",
        contacts=[
            {"for": "one in offices", "name": "{{ one.name }}", "email": "{{ one.title }}"},
        ],
    )

    draft = filling.fill(
        whole, {"offices": [{"name": "A"}, {"name": "B", "title": "b@a.example"}]}, {}
    )

    assert draft["contacts"] == [{"name": "A"}, {"name": "B", "email": "b@a.example"}]


@pytest.mark.parametrize(
    ("parts", "pointer"),
    [
        ({"theme": "nothing"}, "/theme"),
        ({"theme": ["letter"]}, "/theme"),
        ({"contacts": [{"email": "a@b.example"}]}, "/contacts/0/name"),
        ({"contacts": [{"name": "a", "fax": "1"}]}, "/contacts/0/fax"),
        ({"body": [{"blocks": []}]}, "/body/0/blocks"),
        ({"body": [{"blocks": [{"blocks": [{"paragraph": "x"}]}]}]}, "/body/0/blocks/0/blocks"),
        ({"body": [{"blocks": [{"paragraph": "{{ x }}"}]}]}, "/body/0/blocks/0/paragraph"),
        ({"body": [{"blocks": [{"paragraph": "x"}], "heading": "y"}]}, "/body/0"),
        ({"body": [{"cases": {"cases_from": "countries"}}]}, "/body/0/cases/cases_from"),
        ({"body": [{"cases": {"cases_from": "findings"}}]}, "/body/0/cases/cases_from"),
        ({"body": [{"cases": {"cases_from": "nobody"}}]}, "/body/0/cases/cases_from"),
        ({"body": [{"demands": {"cases_from": "offices"}}]}, "/body/0/demands/cases_from"),
        ({"body": [{"demands": {"lists_from": "people"}}]}, "/body/0/demands/lists_from"),
        ({"body": [{"demands": {"ids": ["a"], "cases_from": "people"}}]}, "/body/0/demands"),
        ({"title_text": "{{ note|footnote }}"}, "/title_text"),
        ({"contacts": [{"name": "{{ note|footnote }}"}]}, "/contacts/0/name"),
        ({"body": [{"paragraph": "x", "if": "note|footnote"}]}, "/body/0/if"),
        ({"body": [{"paragraph": "[^1]"}], "footnotes": {"1": "{{ note|footnote }}"}},
         "/footnotes/1"),
        ({"body": [{"paragraph": "{{ people|footnote }}"}]}, "/body/0/paragraph"),
        ({"body": [{"paragraph": "{{ note|footnote|upper }}"}]}, "/body/0/paragraph"),
        ({"body": [{"paragraph": '{{ note|footnote ~ "x" }}'}]}, "/body/0/paragraph"),
        ({"body": [{"paragraph": '{{ people|each("name")|joined }}'}]}, "/body/0/paragraph"),
        ({"body": [{"paragraph": "{{ people|each(person.label)|joined }}"}]}, "/body/0/paragraph"),
        ({"body": [{"paragraph": '{{ people|each("label") }}'}]}, "/body/0/paragraph"),
        ({"body": [{"paragraph": '{{ findings|each("source")|joined }}'}]}, "/body/0/paragraph"),
        ({"body": [{"paragraph": '{{ people|where("label")|count }}'}]}, "/body/0/paragraph"),
        ({"body": [{"paragraph": '{{ cases|where("label", cases)|count }}'}]}, "/body/0/paragraph"),
        ({"body": [{"paragraph": '{{ person|where("label", "x")|count }}'}]}, "/body/0/paragraph"),
        ({"body": [{"paragraph": '{{ people|each("__class__")|joined }}'}]}, "/body/0/paragraph"),
        ({"body": [{"paragraph": "{{ person }}"}]}, "/body/0/paragraph"),
    ],
)  # fmt: skip
def test_what_these_may_not_be_is_refused_with_its_place(
    parts: dict[str, Any], pointer: str
) -> None:
    faults = template.check(a_template(**parts))

    assert [fault.pointer for fault in faults] == [pointer], faults


def test_many_footnotes_stay_within_the_bounds_of_a_draft() -> None:
    body = [
        {
            "paragraph": "{% for a in findings %}{% for b in findings %}"
            "{{ a.source|footnote }}{% endfor %}{% endfor %}"
        }
    ]
    findings = [{"source": f"{number} " + "a" * 1_000} for number in range(200)]

    found = refused(a_template(body=body), {"findings": findings})

    assert list(found) == ["/template/body/0/paragraph"]
