"""The facts that a template asks for: declared, drawn as a form, given and checked."""

from __future__ import annotations

from typing import Any

import jsonschema
import pytest

from api.config import share
from api.portable.rules import reading
from api.templates.rules import declarations, facts

SUMMIT = {"name": "summit", "type": "text", "label": "Summit", "required": True}
QUOTES = {
    "name": "quotes",
    "type": "list",
    "label": "Quotes",
    "fields": [
        {"name": "text", "type": "long_text", "label": "Text", "required": True},
        {"name": "locator", "type": "text", "label": "Place", "default": "paragraph 1"},
    ],
}


def a_fact(kind: str, **parts: Any) -> dict[str, Any]:
    return {"name": "it", "type": kind, "label": "It", **parts}


def checked(fact: dict[str, Any], value: Any) -> tuple[Any, list[str]]:
    clean, faults = facts.check([fact], {"it": value})
    assert {fault.pointer.split("/")[1] for fault in faults} <= {"it"}
    return clean.get("it"), [fault.detail for fault in faults]


@pytest.mark.parametrize(
    ("fact", "value"),
    [
        (a_fact("text"), "O'Brien & *Sons*"),
        (a_fact("text"), "Тоҷикистон, O\u2018zbekiston, ایران"),
        (a_fact("long_text"), "one\ntwo"),
        (a_fact("markdown"), "*one* and [two](https://specimen.example/a_b)"),
        (a_fact("date"), "2031-05-14"),
        (a_fact("number"), 12_000_000_000),
        (a_fact("number"), 2.5),
        (a_fact("number"), 0),
        (a_fact("boolean"), False),
        (a_fact("country"), "KZ"),
        (a_fact("country"), "NO"),
        (a_fact("url"), "https://specimen.example/a?b=c#d"),
        (a_fact("url"), "http://specimen.example:8080/"),
        (a_fact("choice", choices=["a", "b"]), "b"),
        (a_fact("list", of="country"), ["KZ", "KG"]),
        (a_fact("list"), ["one", "two"]),
    ],
)
def test_a_fact_of_its_type_is_taken_as_it_is(fact: dict[str, Any], value: Any) -> None:
    assert declarations.declaration_faults([fact]) == []
    assert checked(fact, value) == (value, [])
    jsonschema.validate({"it": value}, facts.schema([fact]))


@pytest.mark.parametrize(
    ("fact", "value", "words"),
    [
        (a_fact("text"), 3, "text"),
        (a_fact("text"), ["a"], "text"),
        (a_fact("text"), "one\ntwo", "one line"),
        (a_fact("text"), "a\x00b", "U+0000"),
        (a_fact("text"), "a\x1bb", "U+001B"),
        (a_fact("text"), "a\ud800b", "U+D800"),
        (a_fact("text"), "a\u202eb", "U+202E"),
        (a_fact("text"), "a\U00013000b", "U+13000 EGYPTIAN HIEROGLYPH A001"),
        (a_fact("text"), "a" * 1_001, "1,000"),
        (a_fact("long_text"), "a" * 20_001, "20,000"),
        (a_fact("long_text"), "a\x07b", "U+0007"),
        (a_fact("markdown"), "<script>a</script>", "HTML"),
        (a_fact("markdown"), "# heading", "heading"),
        (a_fact("markdown"), "![a](https://specimen.example/a.png)", "image"),
        (a_fact("markdown"), "[a](javascript:b)", "link"),
        (a_fact("markdown"), "a[^1]", "footnote"),
        (a_fact("markdown"), "a" * 20_001, "20,000"),
        (a_fact("date"), "14 May 2031", "YYYY-MM-DD"),
        (a_fact("date"), "2031-02-30", "YYYY-MM-DD"),
        (a_fact("date"), "20310514", "YYYY-MM-DD"),
        (a_fact("date"), "2031-05-14T00:00", "YYYY-MM-DD"),
        (a_fact("date"), 20310514, "text"),
        (a_fact("number"), "3", "number"),
        (a_fact("number"), True, "number"),
        (a_fact("number"), float("nan"), "number"),
        (a_fact("number"), float("inf"), "number"),
        (a_fact("number"), 10**100, "number"),
        pytest.param(a_fact("number"), 10**400, "number", id="more than a float holds"),
        (a_fact("number"), -float("inf"), "number"),
        (a_fact("boolean"), "yes", "true or false"),
        (a_fact("boolean"), 1, "true or false"),
        (a_fact("country"), "Kazakhstan", "two letters"),
        (a_fact("country"), "kz", "two letters"),
        (a_fact("country"), "EU", "two letters"),
        (a_fact("country"), "ZZ", "two letters"),
        (a_fact("url"), "javascript:alert(1)", "https://"),
        (a_fact("url"), "file:///etc/passwd", "https://"),
        (a_fact("url"), "https://", "https://"),
        (a_fact("url"), "https:///a", "https://"),
        (a_fact("url"), "https://a b", "https://"),
        (a_fact("url"), "https://someone@specimen.example", "https://"),
        (a_fact("url"), "https://specimen.example:99999", "https://"),
        (a_fact("url"), "https://[", "https://"),
        (a_fact("choice", choices=["a", "b"]), "c", "a, b"),
        (a_fact("list"), "a", "list"),
        (a_fact("list"), ["a"] * 201, "200"),
        (a_fact("list", of="country"), ["KZ", "XX"], "two letters"),
        (a_fact("list"), [""], "It"),
        (a_fact("text", required=True), "", "It"),
        (a_fact("text", required=True), " ", "It"),
        (a_fact("text", required=True), None, "It"),
        (a_fact("list", required=True), [], "It"),
        ({**QUOTES, "name": "it"}, ["a"], "object"),
        ({**QUOTES, "name": "it"}, [{}], "Text"),
    ],
)
def test_a_fact_that_is_not_of_its_type_is_refused(
    fact: dict[str, Any], value: Any, words: str
) -> None:
    _, details = checked(fact, value)

    assert len(details) == 1
    assert words in details[0]


def test_a_missing_fact_is_its_default_or_empty() -> None:
    declared = [
        a_fact("text", name="note", default="none"),
        a_fact("text", name="place"),
        a_fact("number", name="amount"),
        a_fact("boolean", name="is_open"),
        a_fact("date", name="day"),
        QUOTES,
    ]

    clean, faults = facts.check(declared, {"quotes": [{"text": "One."}], "place": None})

    assert faults == []
    assert clean == {
        "note": "none",
        "place": "",
        "amount": None,
        "is_open": False,
        "day": "",
        "quotes": [{"text": "One.", "locator": "paragraph 1"}],
    }


def test_an_unknown_fact_is_refused_with_the_nearest_name() -> None:
    _, faults = facts.check([SUMMIT, QUOTES], {"summit": "a", "sumit": "b", "quotes": [{"txt": 1}]})

    assert [fault.pointer for fault in faults] == ["/sumit", "/quotes/0/txt", "/quotes/0/text"]
    assert "Did you mean `summit`?" in faults[0].detail
    assert "Did you mean `text`?" in faults[1].detail


def test_every_fault_is_told_at_once_with_its_place() -> None:
    quotes = [{"text": "One."}, {"text": 2}, {"text": "Three.", "locator": "a\x00"}]

    _, faults = facts.check([SUMMIT, QUOTES], {"quotes": quotes})

    assert [fault.pointer for fault in faults] == [
        "/summit",
        "/quotes/1/text",
        "/quotes/2/locator",
    ]


def test_texts_come_out_composed_and_without_spaces_around() -> None:
    decomposed = " e\u0301\n"

    assert checked(a_fact("text"), decomposed) == ("\u00e9", [])


@pytest.mark.parametrize("given", [None, [], "text", 3])
def test_facts_that_are_no_object_are_refused(given: Any) -> None:
    _, faults = facts.check([SUMMIT], given)

    assert [fault.pointer for fault in faults] == [""]


def test_facts_of_more_than_256_kb_are_refused() -> None:
    _, faults = facts.check([QUOTES], {"quotes": [{"text": "a" * 2_000}] * 199})

    assert "256 kB" in faults[0].detail


@pytest.mark.parametrize(
    ("fact", "pointer"),
    [
        ("text", "/0"),
        ({"type": "text", "label": "A"}, "/0/name"),
        (a_fact("text", name="Summit"), "/0/name"),
        (a_fact("text", name="a-b"), "/0/name"),
        (a_fact("text", name="_a"), "/0/name"),
        (a_fact("text", name="a" * 41), "/0/name"),
        (a_fact("text", name="cases"), "/0/name"),
        (a_fact("string"), "/0/type"),
        (a_fact("text", label=""), "/0/label"),
        (a_fact("text", help=3), "/0/help"),
        (a_fact("text", required="yes"), "/0/required"),
        (a_fact("text", caption="A"), "/0/caption"),
        (a_fact("text", choices=["a"]), "/0/choices"),
        (a_fact("choice"), "/0/choices"),
        (a_fact("choice", choices=[]), "/0/choices"),
        (a_fact("choice", choices=["a", "a"]), "/0/choices"),
        (a_fact("choice", choices=["a"], default="b"), "/0/default"),
        (a_fact("date", default="today"), "/0/default"),
        (a_fact("text", default=3), "/0/default"),
        (a_fact("text", fields=[]), "/0/fields"),
        (a_fact("text", of="text"), "/0/of"),
        (a_fact("list", of="choice"), "/0/of"),
        (a_fact("list", of="list"), "/0/of"),
        (a_fact("list", fields=[]), "/0/fields"),
        (a_fact("list", fields=[a_fact("text")], of="text"), "/0/of"),
        (a_fact("list", fields=[a_fact("list")]), "/0/fields/0/type"),
        (a_fact("list", fields=[a_fact("text"), a_fact("date")]), "/0/fields"),
        (a_fact("list", default=["a", 2]), "/0/default/1"),
    ],
)
def test_a_declaration_of_the_wrong_shape_is_refused(fact: Any, pointer: str) -> None:
    assert [fault.pointer for fault in declarations.declaration_faults([fact])] == [pointer]


def test_a_name_is_declared_once() -> None:
    assert [f.pointer for f in declarations.declaration_faults([SUMMIT, SUMMIT])] == ["/1/name"]


def test_a_form_can_be_drawn_from_the_schema() -> None:
    choice = {
        "name": "layout",
        "type": "choice",
        "label": "Layout",
        "help": "How it is set.",
        "choices": ["list", "paragraph"],
        "required": True,
        "default": "list",
    }

    assert facts.schema([SUMMIT, choice, QUOTES]) == {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "additionalProperties": False,
        "required": ["summit"],
        "x-order": ["summit", "layout", "quotes"],
        "properties": {
            "summit": {
                "title": "Summit",
                "x-type": "text",
                "type": "string",
                "minLength": 1,
                "maxLength": 1000,
            },
            "layout": {
                "title": "Layout",
                "x-type": "choice",
                "description": "How it is set.",
                "default": "list",
                "type": "string",
                "minLength": 1,
                "enum": ["list", "paragraph"],
            },
            "quotes": {
                "title": "Quotes",
                "x-type": "list",
                "type": "array",
                "maxItems": 200,
                "items": {
                    "type": "object",
                    "additionalProperties": False,
                    "required": ["text"],
                    "x-order": ["text", "locator"],
                    "properties": {
                        "text": {
                            "title": "Text",
                            "x-type": "long_text",
                            "type": "string",
                            "minLength": 1,
                            "maxLength": 20000,
                        },
                        "locator": {
                            "title": "Place",
                            "x-type": "text",
                            "default": "paragraph 1",
                            "type": "string",
                            "maxLength": 1000,
                        },
                    },
                },
            },
        },
    }


def test_the_summit_letters_example_fits_its_schema() -> None:
    letter = reading.read(share("templates", "statements", "summit-letter.yaml").read_bytes())
    schema = facts.schema(letter["facts"])

    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(letter["example"], schema)
    assert list(schema["properties"]) == schema["x-order"]
