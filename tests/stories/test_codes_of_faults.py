"""Programs tell what is wrong by codes: in a body, a query, a document, a table, on a page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.stories.test_pages import filled, posted
from tests.support.builders import a_case, a_coalition
from tests.support.signing import a_rush

if TYPE_CHECKING:
    from tests.conftest import World
    from tests.support.client import Client

CASE = {"name": "Ayan Specimenov", "country": "KZ"}
LETTER = {
    "format": "undersigned.statement/1",
    "slug": "specimen-letter",
    "kind": "open_letter",
    "language": "en",
    "title": "Let the bakers go home",
    "body": [{"paragraph": "Nobody shall be held for bread."}],
}
A_SUM = {"name": "a", "type": "sum", "label": "A"}
TEMPLATE = {
    "name": "appeal",
    "title": "An appeal",
    "title_text": "An appeal",
    "kind": "appeal",
    "language": "en",
}


@pytest.mark.parametrize(
    ("changed", "codes"),
    [
        ({"name": None}, {"/name": "required"}),
        ({"name": "Ayan\u202eSpecimenov"}, {"/name": "bad_character"}),
        ({"country": "ZZ"}, {"/country": "not_a_country"}),
        ({"status": "free"}, {"/status": "not_a_choice"}),
        ({"aliases": ["Ayan", 7]}, {"/aliases/1": "wrong_type"}),
        ({"called": "Ayan"}, {"/called": "unknown_field"}),
        ({"name": "", "country": None}, {"/name": "too_short", "/country": "required"}),
    ],
)
def test_of_a_body(owner: Client, changed: dict[str, Any], codes: dict[str, str]) -> None:
    cases = f"/v1/coalitions/{a_coalition(owner)}/cases"

    refused = owner.post(cases, {**CASE, **changed})

    assert (refused.status, refused.codes) == (422, codes)


def test_a_bound_and_the_choices_stand_beside_their_codes(owner: Client) -> None:
    cases = f"/v1/coalitions/{a_coalition(owner)}/cases"

    (long,) = owner.post(cases, {**CASE, "occupation": "a" * 301})["errors"]
    (strange,) = owner.post(cases, {**CASE, "status": "free"})["errors"]

    assert (long["code"], long["limit"]) == ("too_long", 300)
    assert (strange["code"], "imprisoned" in strange["allowed"]) == ("not_a_choice", True)
    assert long.keys() == {"pointer", "code", "detail", "limit"}


@pytest.mark.parametrize(
    ("query", "codes"),
    [
        ({"limit": "many"}, {"limit": "wrong_type"}),
        ({"limit": "1000"}, {"limit": "too_large"}),
        ({"cursor": "zz"}, {"cursor": "wrong_format"}),
        ({"colour": "red"}, {"colour": "unknown_field"}),
    ],
)
def test_of_a_query(owner: Client, query: dict[str, str], codes: dict[str, str]) -> None:
    refused = owner.get(f"/v1/coalitions/{a_coalition(owner)}/cases", **query)

    assert (refused.status, refused.codes) == (422, codes)


@pytest.mark.parametrize(
    ("changed", "codes"),
    [
        ({"title": None}, {"/document/title": "wrong_type"}),
        ({"language": "qq"}, {"/document/language": "not_a_language"}),
        ({"kind": "poem"}, {"/document/kind": "not_a_choice"}),
        ({"body": [{"paragraph": "One[^1]"}]}, {"/document/body/0/paragraph": "not_found"}),
        ({"body": [{"paragraph": "<b>One</b>"}]}, {"/document/body/0/paragraph": "bad_markup"}),
        ({"body": [{"cases": {"ids": ["a"]}}]}, {"/document/body/0/cases/ids/0": "not_found"}),
        ({"footnotes": {"a": "A note."}}, {"/document/footnotes/a": "unused"}),
        ({"theme": "none"}, {"/document/theme": "not_a_choice"}),
    ],
)
def test_of_a_document(owner: Client, changed: dict[str, Any], codes: dict[str, str]) -> None:
    statements = f"/v1/coalitions/{a_coalition(owner)}/statements"

    refused = owner.post(statements, {"document": {**LETTER, **changed}})

    assert (refused.status, refused.codes) == (422, codes)


@pytest.mark.parametrize(
    ("changed", "codes"),
    [
        ({"language": "??"}, {"/source/language": "not_a_language"}),
        ({"facts": [A_SUM]}, {"/source/facts/0/type": "not_a_choice"}),
        ({"body": [{"paragraph": "{{ nothing }}"}]}, {"/source/body/0/paragraph": "bad_markup"}),
        ({"body": [{"paragraf": "One"}]}, {"/source/body/0/paragraf": "unknown_field"}),
    ],
)
def test_of_a_template(owner: Client, changed: dict[str, Any], codes: dict[str, str]) -> None:
    templates = f"/v1/coalitions/{a_coalition(owner)}/templates"

    refused = owner.post(templates, {"source": {**TEMPLATE, "body": LETTER["body"], **changed}})

    assert (refused.status, refused.codes) == (422, codes)


def test_of_a_name_that_may_not_be_told(owner: Client) -> None:
    coalition = a_coalition(owner)
    a_case(owner, coalition, name="Aigerim Specimenova", may_be_named=False)
    body = [{"paragraph": "We ask for Aigerim Specimenova."}]

    refused = owner.post(
        f"/v1/coalitions/{coalition}/statements", {"document": {**LETTER, "body": body}}
    )

    assert refused.codes == {"/document/body/0/paragraph": "hidden_name"}


def test_of_a_table_line_by_line(owner: Client) -> None:
    coalition = a_coalition(owner)
    table = [{"name": "Ayan Specimenov", "country": "ZZ", "may_be_named": True}, {"country": "KZ"}]

    told = owner.post(f"/v1/coalitions/{coalition}/case-imports?preview=true", {"cases": table})
    refused = owner.post(f"/v1/coalitions/{coalition}/case-imports", {"cases": table})

    codes = [[fault["code"] for fault in line["faults"]] for line in told["lines"]]
    assert codes == [["not_a_country"], ["required"]]
    assert refused.codes == {"/cases/0/country": "not_a_country", "/cases/1/name": "required"}


def test_of_who_signs_in_public(world: World, owner: Client) -> None:
    rush = a_rush(world, owner)

    for facts, codes in (
        ({"email": "ada@"}, {"/email": "not_an_email"}),
        ({"name": "see www.specimen.example"}, {"/name": "has_link"}),
        ({"name": "12345"}, {"/name": "no_letters"}),
        ({"consents": rush.consents("signing")}, {"/visibility": "consent_needed"}),
        ({"proof": "AAAA"}, {"/proof": "outdated"}),
    ):
        refused = rush.sent(**{"email": "ada@specimen.example"} | facts)
        assert (refused.status, refused.codes) == (422, codes)


@pytest.mark.parametrize(
    ("changed", "english", "russian"),
    [
        ({"name": "see www.specimen.example"}, "no web or e-mail address", "адрес сайта"),
        ({"name": "12345"}, "with letters", "буквами"),
        ({"name": "Ada\u202e Specimen"}, "cannot be kept", "нельзя"),
        ({"role": "a" * 121}, "shorten", "сократите"),
        ({"email": "ada@"}, "check the address", "почтовый"),
        ({"country": "ZZ"}, "choose a country", "страну из списка"),
    ],
)
def test_what_a_rule_refuses_is_said_in_the_words_of_the_page(
    world: World, owner: Client, changed: dict[str, Any], english: str, russian: str
) -> None:
    rush, browser = a_rush(world, owner), world.app.test_client()
    facts = filled(browser, rush, **changed)
    for language, words in (("en", english), ("fa", english), ("ru", russian)):
        answer = posted(browser, f"/s/{rush.address}?language={language}", facts)
        assert answer.status_code == 422
        assert words in answer.text
