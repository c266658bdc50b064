"""The reference shows what an OpenAPI document says of an operation."""

from __future__ import annotations

from typing import Any

from api.pages.rules import reference

JSON = "application/json"


def operation(**facts: Any) -> reference.Operation:
    """Return one operation of a document, which has these facts beside what each has."""
    needed = {"operationId": "listThings", "tags": ["things"], "responses": {}}
    document = {"paths": {"/v1/things": {"get": needed | facts}}}
    (found,) = reference.chapters(document)["things"].operations
    return found


def asked(schema: dict[str, Any]) -> reference.FieldRow:
    """Return the row of a parameter with a schema."""
    (fields,) = operation(parameters=[{"in": "query", "name": "q", "schema": schema}]).taken
    (row,) = fields.rows
    return row


def test_what_is_taken_where_a_value_is_left_out_is_told_whatever_it_is() -> None:
    assert asked({"type": "string", "default": "en"}).words == 'Left out: "en".'
    assert asked({"type": "boolean", "default": False}).words == "Left out: false."
    assert asked({"type": "array", "default": ["a"], "items": {}}).words == 'Left out: ["a"].'
    nothings: tuple[object, ...] = (None, "", [], {})
    for nothing in nothings:
        assert asked({"type": "array", "default": nothing, "items": {}}).words == ""


def test_an_answer_is_told_with_the_headers_that_are_its_own() -> None:
    headers: dict[str, object] = {"ETag": {}, "Link": {}, "Deprecation": {}}
    found = operation(responses={"200": {"description": "OK", "headers": headers}, "404": {}})

    assert [each.headers for each in found.answers] == ["ETag, Link"]
    assert found.refusals == "404"


def test_an_example_with_an_apostrophe_is_one_word_to_a_shell() -> None:
    body = {"content": {JSON: {"schema": {}, "example": {"name": "O'Brien"}}}}

    assert """O'"'"'Brien""" in operation(requestBody=body).call
