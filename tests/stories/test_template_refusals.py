"""What a template must not hold, sent to the API: refused in time, with its place and line."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import pytest

from tests.contracts.scene import a_source
from tests.rules.test_template_payloads import REFUSED, SECONDS
from tests.rules.test_template_syntax import with_paragraph
from tests.support.builders import a_coalition, made

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.conftest import World
    from tests.support.client import Client


@pytest.fixture
def world(worlds: dict[str, World]) -> Iterator[World]:
    """One app: nothing of a refused template comes to a database."""
    found = worlds["sqlite"]
    yield found
    found.empty()


def hostile(payload: str) -> dict[str, Any]:
    return {"source": with_paragraph("Words.\n" + payload)}


def test_every_payload_is_answered_in_time_with_its_line(owner: Client) -> None:
    address = f"/v1/coalitions/{a_coalition(owner)}/templates"
    owner.post(address, hostile("{{ nothing }}"))  # the first request warms the parser
    wrong = []
    for name, payload in REFUSED.items():
        start = time.monotonic()
        answer = owner.post(address, hostile(payload))
        took = time.monotonic() - start
        told = answer.faults if answer.status == 422 else {}
        where = set(told) == {"/source/body/1/paragraph"}
        if not where or "Line 2: " not in "".join(told.values()) or took > SECONDS:
            wrong.append((name, answer.status, told, took))

    assert wrong == []
    assert owner.get(address)["total"] == 0


def test_a_new_version_is_checked_as_the_first_was(owner: Client) -> None:
    address = f"/v1/coalitions/{a_coalition(owner)}/templates"
    template = made(owner, address, {"source": a_source()})

    refused = owner.put(f"/v1/templates/{template}", hostile("{{ ''.__class__ }}"))

    assert refused.status == 422
    assert owner.get(f"/v1/templates/{template}")["version_number"] == 1


@pytest.mark.parametrize("given", ["{{ 7 * 7 }}", "{% for a in city %}x{% endfor %}", "{# a #}"])
def test_a_fact_that_looks_like_a_placeholder_stays_words(owner: Client, given: str) -> None:
    coalition = a_coalition(owner)
    template = made(owner, f"/v1/coalitions/{coalition}/templates", {"source": a_source()})
    body = {"template_id": template, "slug": "letter", "facts": {"city": given}}

    assembled = owner.post(f"/v1/coalitions/{coalition}/assemblies", body)

    assert assembled.status == 201, assembled.body
    assert assembled["document"]["title"] == f"Open the doors in {given}"
    path = f"/v1/statements/{assembled['statement']['id']}/draft/document"
    assert given in owner.get(path, format="text").body.decode()
