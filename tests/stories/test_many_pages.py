"""A statement of more than sixty pages goes the whole way over HTTP."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import pikepdf
import pytest

from api.texts.rules import themes
from bench import large
from tests.stories.test_assemblies import a_template, assemble, some_facts
from tests.stories.test_exchange import given_out, take_in
from tests.stories.test_statements import draft_of
from tests.support.builders import a_coalition, a_revision

if TYPE_CHECKING:
    from tests.conftest import World
    from tests.support.client import Client

pytestmark = pytest.mark.long
THEMES = [theme for theme in themes.available() if not themes.shows_logos(theme)]


def pages_of(world: World, client: Client, statement: str) -> int:
    answer = client.get(f"/v1/statements/{statement}/document")
    if answer.status == 202:  # on a busy machine it takes longer than a request may
        world.work()
        answer = client.get(f"/v1/statements/{statement}/document")
    assert answer.status == 200, answer.body
    with pikepdf.open(io.BytesIO(answer.body)) as document:
        return len(document.pages)


def demands_of(document: dict[str, Any]) -> int:
    return sum(len(asked["demands"]) for asked in document["demand_lists"])


def test_many_pages_come_in_go_out_and_print_in_each_theme(world: World, owner: Client) -> None:
    document = large.document()
    taken = take_in(owner, a_coalition(owner), document)
    assert taken.status == 201, taken.body
    statement = str(taken["statement"]["id"])

    assert given_out(owner, statement) == document
    for number, theme in enumerate(THEMES):
        path = f"/v1/statements/{statement}/draft"
        whole = {**draft_of(owner, statement), "theme": theme, "title": f"Much {number}"}
        assert owner.put(path, {"document": whole}).status == 200
        a_revision(owner, statement, "material")
        assert pages_of(world, owner, statement) >= large.PAGES
        browser = owner.get(f"/v1/statements/{statement}/document", format="html")
        assert browser.body.count(b'id="note-') == large.FOOTNOTES


def test_five_hundred_demands_and_three_hundred_cases_are_assembled(
    world: World, owner: Client
) -> None:
    coalition = a_coalition(owner)
    assert take_in(owner, coalition, large.document()).status == 201
    facts = {**some_facts(owner), "countries": list(large.COUNTRIES)}

    assembled = assemble(owner, coalition, a_template(owner, coalition), facts=facts)

    assert assembled.status == 201, assembled.body
    assert demands_of(assembled["document"]) == large.DEMANDS
    assert len(assembled["document"]["cases"]) == large.CASES
    statement = assembled["statement"]["id"]
    a_revision(owner, statement)
    assert pages_of(world, owner, statement) > 20
    copied = owner.post(f"/v1/statements/{statement}/copies", {"slug": "next"})
    assert demands_of(copied["document"]) == large.DEMANDS
