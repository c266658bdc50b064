"""What a template is made of, and what its text may hold."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from api.portable.rules import reading
from api.templates.rules import declarations, shape, syntax, template
from api.templates.rules.names import FILTERS, GIVEN, TESTS, Scope

FACTS: list[dict[str, Any]] = [
    {"name": "summit", "type": "text", "label": "Summit"},
    {"name": "note", "type": "markdown", "label": "Note"},
    {"name": "amount", "type": "number", "label": "Amount"},
    {"name": "held_on", "type": "date", "label": "Day"},
    {"name": "is_open", "type": "boolean", "label": "Open"},
    {"name": "host", "type": "country", "label": "Host"},
    {"name": "countries", "type": "list", "of": "country", "label": "Countries"},
    {
        "name": "quotes",
        "type": "list",
        "label": "Quotes",
        "fields": [
            {"name": "text", "type": "long_text", "label": "Text"},
            {"name": "items", "type": "text", "label": "A name that is a method of dict"},
        ],
    },
]


def a_template(**parts: Any) -> dict[str, Any]:
    whole = {
        "name": "a-template",
        "title": "A template",
        "kind": "open_letter",
        "language": "en",
        "facts": FACTS,
        "title_text": "A title",
        "body": [{"paragraph": "First."}],
    }
    return whole | parts


def with_paragraph(text: str) -> dict[str, Any]:
    return a_template(body=[{"paragraph": "First."}, {"paragraph": text}])


ALLOWED = [
    "No placeholder, { and } and % on their own.",
    "{{ summit }}",
    "{{- summit -}}",
    "{# for the next author #}{{ summit }}",
    "{{ summit|upper }}, {{ summit|lower }}, {{ summit|title }}, {{ summit|capitalize }}",
    '{{ summit|default("the summit") }}, {{ note|default(summit) }}',
    "{{ held_on|date }} and {{ held_on }}",
    "{{ host|country }} and {{ countries|country|joined }}",
    "{{ countries|first|country }}, {{ quotes[0].text }}, {{ (quotes|last).text }}",
    '{{ quotes[0]["text"] }} {{ quotes[0].items }}',
    '{{ quotes|count }} {{ quotes|length|plural(one="quote", other="quotes") }}',
    "{{ amount }} {{ amount|number }}",
    '{{ coalition.members|joined("label") }} {{ coalition.name }}',
    "{% if summit and not note or is_open %}a{% elif amount > 3 %}b{% else %}c{% endif %}",
    "{% if host == 'KZ' or host in countries %}a{% endif %}",
    "{% if amount is even or amount is odd or amount is none %}a{% endif %}",
    "{% if host is in countries %}a{% endif %}",
    '{{ "a" if is_open else "b" }} {{ summit or "the summit" }} {{ summit ~ ", " ~ amount }}',
    (
        "{% for quote in quotes if quote.text %}{{ loop.index }}. {{ quote.text }}"
        "{% if not loop.last %}; {% endif %}{% else %}none{% endfor %}"
    ),
    (
        "{% for list in demand_lists %}{{ list.country|country }}: "
        "{% for demand in list.demands %}{{ demand.text }} {% endfor %}{% endfor %}"
    ),
    "{% for case in cases %}{{ case.label }}, {% endfor %}",
    "[{{ summit }}](https://example.org/{{ host }}) and *{{ summit }}*",
    "{% if summit %}" * 8 + "x" + "{% endif %}" * 8,
]


@pytest.mark.parametrize("text", ALLOWED)
def test_the_language_of_templates_is_allowed(text: str) -> None:
    assert template.check(with_paragraph(text)) == []


def test_a_template_of_more_than_64_kb_is_refused_unread() -> None:
    faults = template.check(with_paragraph("{{ " + "(" * 70_000))

    assert [fault.pointer for fault in faults] == [""]
    assert "64 kB" in faults[0].detail


@pytest.mark.parametrize(
    "condition",
    [
        "summit %}{{ cycler }}{% if true",
        "summit }}{{ lipsum",
        "{% if summit %}",
        "summit #}",
        "summit) or (lipsum()",
        ") or (summit",
        "summit, note",
        "",
        "set x = 1",
        "for q in quotes",
        "quote",
    ],
)
def test_a_condition_cannot_leave_its_place(condition: str) -> None:
    faults = template.check(a_template(body=[{"paragraph": "Words.", "if": condition}]))

    assert {fault.pointer for fault in faults} == {"/body/0/if"}


@pytest.mark.parametrize(
    "condition", ["summit", "not note", "quotes|count > 1", "quotes", "is_open"]
)
def test_a_condition_may_be_any_expression(condition: str) -> None:
    assert template.check(a_template(body=[{"paragraph": "Words.", "if": condition}])) == []


@pytest.mark.parametrize(
    "loop",
    [
        "quotes",
        "quote in",
        "a, b in quotes",
        "quote in quotes if quote",
        "quote in quotes|reverse",
        "quote in range(9)",
        "quote in summit",
        "quote in nothing",
        "summit in quotes",
        "self in quotes",
        "Quote in quotes",
        "_q in quotes",
        "quote in coalition.__class__",
        "quote in quotes %}{{ lipsum",
        "quote in quotes recursive",
    ],
)
def test_a_block_repeats_over_a_declared_or_given_list_only(loop: str) -> None:
    faults = template.check(a_template(body=[{"paragraph": "Words.", "for": loop}]))

    assert {fault.pointer for fault in faults} == {"/body/0/for"}
    assert faults[0].detail.startswith("Line 1: ")


def test_a_blocks_own_loop_counts_among_the_two() -> None:
    two = "{% for a in quotes %}{% for b in quotes %}x{% endfor %}{% endfor %}"

    assert template.check(with_paragraph(two)) == []
    faults = template.check(a_template(body=[{"for": "quote in quotes", "paragraph": two}]))
    assert "2 deep" in faults[0].detail


def test_a_misspelt_name_is_answered_with_the_nearest_and_all_that_exist() -> None:
    [fault] = template.check(with_paragraph("{{ sumit }}"))

    assert "Did you mean `summit`?" in fault.detail
    assert all(name in fault.detail for name in ("quotes", "coalition", "demand_lists", "cases"))


def test_every_fault_of_a_text_is_told_with_its_own_line() -> None:
    faults = template.check(with_paragraph("{{ one }}\n{{ two|safe }}\n{% if three %}x{% endif %}"))

    assert [fault.detail[:7] for fault in faults] == ["Line 1:", "Line 2:", "Line 3:"]


def test_a_fact_may_not_take_a_word_of_the_grammar() -> None:
    for name in ("self", "super", "loop", "cases", "coalition", "language", "if", "true"):
        facts = [{"name": name, "type": "text", "label": "A fact"}]
        assert [f.pointer for f in template.check(a_template(facts=facts))] == ["/facts/0/name"]


@pytest.mark.parametrize(
    ("parts", "pointer"),
    [
        ({"name": "A Template"}, "/name"),
        ({"title": ""}, "/title"),
        ({"title": "two\nlines"}, "/title"),
        ({"title": "A\u0000title"}, "/title"),
        ({"kind": "letter"}, "/kind"),
        ({"language": "english"}, "/language"),
        ({"description": 3}, "/description"),
        ({"facts": {}}, "/facts"),
        ({"surprise": 1}, "/surprise"),
        ({"body": []}, "/body"),
        ({"body": "text"}, "/body"),
        ({"body": [[]]}, "/body/0"),
        ({"body": ["text"]}, "/body/0"),
        ({"body": [{}]}, "/body/0"),
        ({"body": [{"paragraph": "a", "heading": "b"}]}, "/body/0"),
        ({"body": [{"paragraf": "a"}]}, "/body/0/paragraf"),
        ({"body": [{"paragraph": " "}]}, "/body/0/paragraph"),
        ({"body": [{"paragraph": 3}]}, "/body/0/paragraph"),
        ({"body": [{"paragraph": "a", "if": True}]}, "/body/0/if"),
        ({"body": [{"paragraph": "a", "for": []}]}, "/body/0/for"),
        ({"body": [{"paragraph": "a \u202e b"}]}, "/body/0/paragraph"),
        ({"body": [{"paragraph": "a \U00013000 b"}]}, "/body/0/paragraph"),
        ({"body": [{"paragraph": "<b>a</b>"}]}, "/body/0/paragraph"),
        ({"body": [{"paragraph": "# a"}]}, "/body/0/paragraph"),
        ({"body": [{"paragraph": "[a](javascript:b)"}]}, "/body/0/paragraph"),
        ({"body": [{"paragraph": "a[^1]"}]}, "/body/0/paragraph"),
        ({"footnotes": {"1": "never referred to"}}, "/footnotes/1"),
        ({"footnotes": ["a"]}, "/footnotes"),
        ({"footnotes": {"a b": "c"}}, "/footnotes/a b"),
        ({"body": [{"quote": "a"}]}, "/body/0/quote"),
        ({"body": [{"quote": {"lead": "a"}}]}, "/body/0/quote/text"),
        ({"body": [{"quote": {"text": "a", "url": "ftp://a"}}]}, "/body/0/quote/url"),
        ({"body": [{"quote": {"text": "a", "retrieved": "today"}}]}, "/body/0/quote/retrieved"),
        ({"body": [{"list": {"items": []}}]}, "/body/0/list/items"),
        ({"body": [{"list": {"items": ["a"], "ordered": "yes"}}]}, "/body/0/list/ordered"),
        ({"body": [{"list": {"items": ["{{ x }}"]}}]}, "/body/0/list/items/0"),
        ({"body": [{"list": {"items": [{"text": "{{ x }}"}]}}]}, "/body/0/list/items/0/text"),
        ({"body": [{"demands": {"layout": "table"}}]}, "/body/0/demands/layout"),
        ({"body": [{"demands": {"lists": "{{ countries }}"}}]}, "/body/0/demands/lists"),
        ({"body": [{"demands": {"lists": ["{{ host }}"]}}]}, "/body/0/demands/lists/0"),
        ({"body": [{"demands": {"lists": ["KZ"], "ids": ["a"]}}]}, "/body/0/demands"),
        ({"body": [{"demands": {"lists_from": "summit"}}]}, "/body/0/demands/lists_from"),
        ({"body": [{"demands": {"lists_from": "nothing"}}]}, "/body/0/demands/lists_from"),
        ({"body": [{"cases": {}}]}, "/body/0/cases"),
        ({"body": [{"cases": {"ids": ["A B"]}}]}, "/body/0/cases/ids/0"),
        ({"body": [{"cases": {"items": [{"cases": ["a"]}]}}]}, "/body/0/cases/items/0/text"),
        ({"dateline": {"day": "2031-05-14"}}, "/dateline/day"),
        ({"occasion": {"place": "Samarkand"}}, "/occasion/name"),
        ({"occasion": {"name": "a", "country": "XX"}}, "/occasion/country"),
        ({"addressees": [{"title": "President"}]}, "/addressees/0/name"),
        ({"example": {"sumit": "a"}}, "/example/sumit"),
        ({"example": 3}, "/example"),
    ],
)
def test_a_template_of_the_wrong_shape_is_refused_with_its_place(
    parts: dict[str, Any], pointer: str
) -> None:
    faults = template.check(a_template(**parts))

    assert {fault.pointer for fault in faults} == {pointer}, faults


@pytest.mark.parametrize("whole", [None, [], "text", 3, {}, {"a": object()}])
def test_what_is_no_template_is_refused(whole: Any) -> None:
    assert template.check(whole)


def test_the_language_stays_small() -> None:
    assert len(FILTERS) <= 17
    assert len(TESTS) <= 4
    assert set(GIVEN) == {"language", "coalition", "demand_lists", "cases"}


def test_a_text_is_checked_as_markdown_with_words_for_its_placeholders() -> None:
    assert syntax.stand_in("a {{ b }} [c]({{ d }}){% if e %}f{% endif %}") == (
        "a x [c](https://example.org)f"
    )
    assert syntax.check("{{ a }}", Scope({"a": "text"})) == []


PAGE = (Path(__file__).parents[2] / "docs" / "templates.md").read_text("utf-8")


@pytest.mark.parametrize("word", [*FILTERS, *declarations.TYPES, *shape.GROUPS])
def test_every_filter_type_and_block_is_documented(word: str) -> None:
    assert re.search(rf"`{word}\b", PAGE)


def test_the_documented_template_is_one() -> None:
    [example] = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)

    assert template.check(reading.read(example.encode())) == []
