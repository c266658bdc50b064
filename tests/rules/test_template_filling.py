"""Filling: a template and facts in, a draft in the portable format's shape out."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import assume, given, strategies as st

from api.errors import Invalid
from api.templates.rules import filling, filters, sandbox
from api.texts.rules import markdown
from tests.rules.test_template_syntax import a_template

GIVEN: dict[str, Any] = {
    "coalition": {
        "name": "Specimen coalition",
        "countries": ["KZ", "KG"],
        "members": [
            {"name": "Specimen Rights", "acronym": "SR", "country": "BE", "role": "lead"},
            {"name": "O'Brien *House*", "country": "SE", "role": "member"},
            {"name": "Third Specimen", "acronym": "TS", "role": "member"},
        ],
    },
    "demand_lists": [
        {"country": "KZ", "name": "Kazakhstan", "demands": [{"text": "Free *all* now."}]},
        {"country": "KG", "name": "Kyrgyzstan", "demands": [{"text": "One."}, {"text": "Two."}]},
        {"party": "eu", "name": "European Union", "demands": []},
    ],
    "cases": [{"label": "A journalist", "country": "KZ", "occupation": "journalist"}],
}


def filled(body: list[dict[str, Any]], /, **facts: Any) -> list[dict[str, Any]]:
    draft = filling.fill(a_template(body=body), facts, GIVEN)
    blocks: list[dict[str, Any]] = draft["body"]
    return blocks


def paragraph(text: str, /, **facts: Any) -> str:
    [block] = filled([{"paragraph": text}], **facts)
    words: str = block["paragraph"]
    return words


def refused(whole: dict[str, Any], facts: dict[str, Any], given_data: Any = None) -> list[str]:
    with pytest.raises(Invalid) as answer:
        filling.fill(whole, facts, GIVEN if given_data is None else given_data)
    return [str(fault) for fault in answer.value.faults]


@pytest.mark.parametrize(
    "words",
    [
        'O\'Brien & Sons, "quoted"',
        "*not strong* _nor this_ **nor that**",
        "[no link](https://specimen.example)",
        "a[^1] `code` <b>no HTML</b> &amp; \\ ~ | #",
        "1. no list",
        "- no list",
        "# no heading",
        "> no quote",
        "{{ 7 * 7 }} {% if summit %}x{% endif %} {# no comment #}",
        "snake_case_name https://specimen.example/a_b_c",
        "Тоҷикистон ایران",
    ],
)
def test_a_facts_words_print_literally(words: str) -> None:
    result = paragraph("{{ summit }}", summit=words)

    assert markdown.plain(result) == words
    assert markdown.faults(result) == []


@given(st.text("ab1 *_[](){}!#>+-=~|`<&\\^.:'\"%", min_size=1, max_size=12))
def test_any_words_print_literally_wherever_they_stand(words: str) -> None:
    assume(words.strip())
    expected = " ".join(words.split())
    blocks = filled(
        [{"paragraph": text} for text in ("{{ summit }}", "A {{ summit }} b.", "**{{ summit }}**")],
        summit=words,
    )

    assert [markdown.plain(block["paragraph"]) for block in blocks] == [
        expected,
        f"A {expected} b.",
        expected,
    ]


def test_an_apostrophe_stays_as_it_is() -> None:
    assert paragraph("{{ summit }}", summit="O'Brien") == "O'Brien"


def test_markdown_survives_only_in_facts_declared_so() -> None:
    text = "*one* [two](https://specimen.example)"

    assert paragraph("{{ note }}", note=text) == text
    assert paragraph("{{ note if note else summit }}", note=text) == text
    assert markdown.plain(paragraph("{{ summit }}", summit=text)) == text


def test_plain_fields_get_facts_as_they_are() -> None:
    whole = a_template(
        title_text="On *{{ summit }}* [^1]",
        body=[
            {"quote": {"text": "{{ summit }}", "source": "{{ summit }}", "locator": "{{ note }}"}}
        ],
    )

    draft = filling.fill(
        whole, {"summit": "a_b*c", "note": "*strong* [link](https://a.example)"}, {}
    )

    assert draft["title"] == "On *a_b*c* [^1]"
    assert draft["body"] == [
        {"quote": {"text": "a\\_b\\*c", "source": "a_b*c", "locator": "strong link"}}
    ]


def test_three_quotes_become_three_quote_blocks() -> None:
    body = [
        {
            "for": "quote in quotes",
            "quote": {"lead": "{{ loop.index }} of {{ loop.length }}", "text": "{{ quote.text }}"},
        }
    ]

    assert filled(body, quotes=[{"text": "A."}, {"text": "B."}, {"text": "C."}]) == [
        {"quote": {"lead": "1 of 3", "text": "A."}},
        {"quote": {"lead": "2 of 3", "text": "B."}},
        {"quote": {"lead": "3 of 3", "text": "C."}},
    ]


def test_a_condition_is_asked_for_each_item() -> None:
    body = [
        {"paragraph": "Always."},
        {"for": "quote in quotes", "if": "quote.text != 'B.'", "paragraph": "{{ quote.text }}"},
        {"if": "is_open", "heading": "Never"},
    ]

    result = filled(body, quotes=[{"text": "A."}, {"text": "B."}])

    assert result == [{"paragraph": "Always."}, {"paragraph": "A."}]


def test_a_field_may_have_the_name_of_a_method() -> None:
    assert paragraph("{{ quotes[0].items }}", quotes=[{"text": "A.", "items": "B"}]) == "B"


def test_blocks_that_come_out_empty_are_left_out() -> None:
    body: list[dict[str, Any]] = [
        {"paragraph": "Here."},
        {"paragraph": " {{ note }}\n{% if is_open %}x{% endif %} "},
        {"heading": "{{ summit }}"},
        {"quote": {"lead": "It says:", "text": "{{ note }}"}},
        {"list": {"lead": "Such as:", "items": ["{{ note }}"]}},
        {"cases": {"countries_from": "countries"}},
        {"quote": {"text": "Words.", "source": "{{ summit }}", "url": "{% if note %}x{% endif %}"}},
    ]

    assert filled(body) == [{"paragraph": "Here."}, {"quote": {"text": "Words."}}]


def test_a_text_is_one_line_and_keeps_its_no_break_spaces() -> None:
    text = "\n  One\n  {% if summit %}\n  two\u00a0{{ amount }}\n  {% endif %}\n\n  three.\n"

    assert paragraph(text, summit="a", amount=3) == "One two\u00a03 three."


def test_items_repeat_and_fall_away() -> None:
    items = [
        "First.",
        {"for": "code in countries", "text": "{{ code|country }}"},
        {"if": "note", "text": "x"},
    ]
    body: list[dict[str, Any]] = [
        {"list": {"ordered": True, "items": items}},
        {"cases": {"items": [{"text": "A.", "cases": ["a"]}, "B."]}},
    ]

    assert filled(body, countries=["KZ", "KG"]) == [
        {"list": {"ordered": True, "items": ["First.", "Kazakhstan", "Kyrgyzstan"]}},
        {"cases": {"items": [{"text": "A.", "cases": ["a"]}, {"text": "B."}]}},
    ]


def test_demands_and_cases_stay_blocks_with_their_lead_filled() -> None:
    body: list[dict[str, Any]] = [
        {"demands": {"lead": "After {{ summit }}:", "layout": "{{ host }}paragraph"}},
        {"demands": {"lists": ["KZ", "eu"], "headings": False}},
        {"demands": {"ids": ["kz-1"]}},
        {"demands": {}},
        {"demands": {"lists_from": "countries"}},
        {"cases": {"ids": ["a-b"], "lead": "{{ summit }}"}},
        {"cases": {"countries_from": "host"}},
    ]

    blocks = filled(body, summit="a_b", countries=["KG", "KZ", "KG"])

    assert blocks == [
        {"demands": {"lead": "After a\\_b:", "layout": "paragraph"}},
        {"demands": {"lists": ["KZ", "eu"], "headings": False}},
        {"demands": {"ids": ["kz-1"]}},
        {"demands": {}},
        {"demands": {"lists": ["KG", "KZ"]}},
        {"cases": {"ids": ["a-b"], "lead": "a\\_b"}},
    ]


def test_a_country_without_a_demand_list_or_case_is_told() -> None:
    body = [{"demands": {"lists_from": "countries"}}, {"cases": {"countries_from": "countries"}}]

    faults = refused(a_template(body=body), {"countries": ["KZ", "TJ"]})

    assert [fault.split(":")[0] for fault in faults] == [
        "/template/body/0/demands/lists_from",
        "/template/body/1/cases/countries_from",
    ]
    assert all("Tajikistan" in fault for fault in faults)


def test_footnotes_that_nothing_refers_to_are_left_out() -> None:
    whole = a_template(
        body=[{"paragraph": "One[^1]."}, {"if": "is_open", "paragraph": "Two[^2]."}],
        footnotes={"1": "See {{ summit }} and[^3].", "2": "Never.", "3": "Last."},
    )

    assert filling.fill(whole, {"summit": "a_b"}, {})["footnotes"] == {
        "1": "See a\\_b and[^3].",
        "3": "Last.",
    }


def test_dates_countries_lists_and_numbers_print_in_the_templates_language() -> None:
    text = (
        "{{ held_on|date }}; {{ countries|country|joined }}; {{ amount|number }} "
        '{{ amount|plural(one="письмо", few="письма", many="писем", other="письма") }}'
    )
    whole = a_template(language="ru", body=[{"paragraph": text}])
    facts = {"held_on": "2031-05-14", "countries": ["KZ", "KG", "TJ"], "amount": 12}
    own = {"coalition": {"and": "да", "country_names": {"KG": "Кыргызстан"}}}

    [block] = filling.fill(whole, facts, own)["body"]

    assert block["paragraph"].startswith("14 мая 2031\u202f")
    assert block["paragraph"].endswith("; Казахстан, Кыргызстан да Таджикистан; 12 писем")


def test_the_filters_do_what_they_say() -> None:
    text = (
        '{{ summit|upper }} {{ summit|title }} {{ summit|capitalize }} {{ note|default("none") }} '
        "{{ countries|first|country }} {{ countries|last|country }} {{ countries|count }} "
        '{{ quotes|joined("text") }} {{ amount|number }} {{ "a" ~ amount ~ summit }}'
    )

    result = paragraph(
        text,
        summit="the SUMMIT",
        countries=["KZ", "KG"],
        quotes=[{"text": "A"}, {"text": "B"}, {"text": "C"}],
        amount=2.5,
    )

    assert result == (
        "THE SUMMIT The Summit The summit none Kazakhstan Kyrgyzstan 2 A, B and C 2.5 "
        "a2.5the SUMMIT"
    )


def test_members_print_by_name_and_acronym() -> None:
    assert paragraph('{{ coalition.members|joined("label") }}') == (
        "Specimen Rights (SR), O'Brien \\*House\\* and Third Specimen (TS)"
    )


def test_given_demands_keep_their_markdown() -> None:
    text = (
        "{% for list in demand_lists %}{{ list.name }}:{% for demand in list.demands %} "
        "{{ demand.text }}{% endfor %} {% endfor %}"
    )

    assert paragraph(text) == "Kazakhstan: Free *all* now. Kyrgyzstan: One. Two. European Union:"


def test_what_is_not_listed_never_reaches_a_template() -> None:
    data = {"cases": [{"label": "A lawyer", "country": "KZ", "name": "Canary Canaryev"}], "x": 1}
    whole = a_template(body=[{"paragraph": "{% for case in cases %}{{ case.label }}{% endfor %}"}])

    assert "Canary" not in json.dumps(filling.fill(whole, {}, data))
    for text in ("{{ cases[0].name }}", "{{ x }}"):
        assert refused(a_template(body=[{"paragraph": text}]), {}, data)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("One.\n{{ countries|first }}", "Line 2: This list is empty"),
        ("One.\n{{ quotes[3].text }}", "Line 2:"),
        ("One.\n\n{% if amount > summit %}x{% endif %}", "Line 3: Two things of different sorts"),
    ],
)
def test_a_fault_of_filling_has_its_place_and_line(text: str, words: str) -> None:
    [fault] = refused(a_template(body=[{"paragraph": text}]), {"amount": 3})

    assert fault.startswith("/template/body/0/paragraph: ")
    assert words in fault


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("{{ amount }}. One", "3. One"),
        ("{{ summit }} two", "- one two"),
        ("On {{ amount }}. {{ summit }}", "On 3. - one"),
    ],
)
def test_a_fact_never_opens_a_list(text: str, result: str) -> None:
    assert paragraph(text, amount=3, summit="- one") == result


@pytest.mark.parametrize(
    ("parts", "pointer"),
    [
        ({"dateline": {"date": "{{ summit }}"}}, "/template/dateline/date"),
        ({"occasion": {"name": "a", "country": "{{ summit }}"}}, "/template/occasion/country"),
        ({"body": [{"quote": {"text": "a", "url": "{{ summit }}"}}]}, "/template/body/0/quote/url"),
        ({"body": [{"demands": {"layout": "{{ summit }}"}}]}, "/template/body/0/demands/layout"),
        ({"title_text": "{{ note }}"}, "/template/title_text"),
        ({"body": [{"paragraph": "{{ note }}"}]}, "/template/body"),
    ],
)
def test_a_field_that_is_filled_wrongly_is_told(parts: dict[str, Any], pointer: str) -> None:
    [fault] = refused(a_template(**parts), {"summit": "table"})

    assert fault.startswith(pointer + ": ")


def test_wrong_facts_are_told_under_facts() -> None:
    assert refused(a_template(), {"sumit": "a", "held_on": "today"})[0].startswith("/facts/sumit: ")


def test_a_draft_ends_at_two_million_characters() -> None:
    text = "{% for a in quotes %}{% for b in quotes %}{{ a.text }}{% endfor %}{% endfor %}"

    [fault] = refused(
        a_template(body=[{"paragraph": text}]), {"quotes": [{"text": "a" * 1_000}] * 200}
    )

    assert "2,000,000" in fault


@pytest.mark.parametrize(
    "text",
    ["{{ ''.__class__ }}", "{{ x.items() }}", "{{ 1 + 1 }}", "{{ -y }}", "{{ x }}", "{{ range }}"],
)
def test_behind_the_check_stands_a_second_wall(text: str) -> None:
    compiled = sandbox.environment(filters.Manner("en"), str).from_string(text)

    with pytest.raises(Exception, match=r"undefined|not allowed|not safe|no attribute") as wall:
        "".join(compiled.generate({"y": 1}))
    assert "object at 0x" not in str(wall.value)
