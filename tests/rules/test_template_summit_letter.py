"""The summit letter that ships, and filling in the limited child."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest

from api.config import share
from api.errors import Invalid
from api.infra.sandbox.pool import ChildPool, LimitReached
from api.portable.rules import reading
from api.templates.rules import filling, template
from tests.rules.test_template_filling import GIVEN
from tests.rules.test_template_syntax import a_template

if TYPE_CHECKING:
    from collections.abc import Iterator

MODULE = "api.templates.rules.filling"


def the_summit_letter() -> dict[str, Any]:
    return reading.read(share("templates", "statements", "summit-letter.yaml").read_bytes())


def test_the_summit_letter_is_a_template_and_its_example_a_whole_draft() -> None:
    letter = the_summit_letter()
    facts = letter["example"]
    lists = [{"country": code, "name": code, "demands": []} for code in facts["countries"]]

    assert template.check(letter) == []
    draft = filling.fill(letter, facts, {**GIVEN, "demand_lists": lists})

    assert [next(iter(block)) for block in draft["body"]].count("quote") == len(facts["quotes"])
    assert "{" not in json.dumps(draft["body"], ensure_ascii=False).replace('{"', "")
    schema = json.loads(share("api", "portable", "statement.schema.json").read_text("utf-8"))
    document = {
        "format": "undersigned.statement/1",
        "slug": "specimen",
        "kind": letter["kind"],
        "language": letter["language"],
        "coalition": {"name": "Specimen coalition"},
        **draft,
    }
    jsonschema.validate(document, schema)


def test_the_summit_letter_asks_for_little() -> None:
    letter = the_summit_letter()
    needed = [fact["name"] for fact in letter["facts"] if fact.get("required")]
    facts = {name: letter["example"][name] for name in needed} | {
        "countries": ["KZ"],
        "name_cases": True,
    }

    draft = filling.fill(letter, facts, GIVEN | {"coalition": {}})

    assert draft["title"] == "The promises of the First Summit of Specimen States must now be kept"
    assert draft["dateline"] == {"date": "2031-04-10"}
    assert {"cases", "demands", "paragraph"} == {next(iter(block)) for block in draft["body"]}
    assert any(
        block.get("paragraph", "").startswith("We ask the leaders") for block in draft["body"]
    )


def test_the_kinds_of_templates_are_those_of_statements() -> None:
    schema = json.loads(share("api", "portable", "statement.schema.json").read_text("utf-8"))

    assert list(template.KINDS) == schema["properties"]["kind"]["enum"]


@pytest.fixture(scope="module")
def children() -> Iterator[ChildPool]:
    children = ChildPool([MODULE], spares=1)
    yield children
    children.close()


def in_child(children: ChildPool, whole: Any, facts: Any, given: Any) -> dict[str, Any]:
    payload = {"template": whole, "facts": facts, "given": given}
    draft: dict[str, Any] = json.loads(children.run(MODULE, payload))
    return draft


def test_the_limited_child_fills_as_we_do(children: ChildPool) -> None:
    letter = the_summit_letter()
    facts = letter["example"] | {"countries": ["KZ", "KG"]}

    assert in_child(children, letter, facts, GIVEN) == filling.fill(letter, facts, GIVEN)


def test_the_limited_child_refuses_with_the_same_faults(children: ChildPool) -> None:
    with pytest.raises(Invalid) as answer:
        in_child(children, a_template(body=[{"paragraph": "\n{{ lipsum(9) }}"}]), {}, {})

    assert [fault.pointer for fault in answer.value.faults] == ["/template/body/0/paragraph"]
    assert answer.value.faults[0].detail.startswith("Line 2: ")


def test_a_filling_that_takes_too_long_is_ended(children: ChildPool) -> None:
    text = (
        "{% for a in cases %}{% for b in cases %}{% if a.label == b.status %}x{% endif %}"
        "{% endfor %}{% endfor %}"
    )
    cases = [{"label": "A lawyer"}] * 6_000

    start = time.monotonic()
    with pytest.raises(LimitReached):
        in_child(children, a_template(body=[{"paragraph": text}]), {}, {"cases": cases})

    assert time.monotonic() - start < 6
