"""From nothing to a signed urgent appeal, by the calls that docs/templates.md lists."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from api.config import share
from tests.support.pdf_words import letters, letters_of

if TYPE_CHECKING:
    from tests.conftest import World
    from tests.support.client import Answer, Client

PAGE = share("docs", "templates.md").read_text("utf-8")
SECTION = PAGE[PAGE.index("## An urgent appeal in") : PAGE.index("## Preview")]


@dataclass(frozen=True)
class Call:
    """One call as the page has it."""

    name: str
    method: str
    path: str
    headers: dict[str, str]
    body: str


def calls() -> list[Call]:
    [block] = re.findall(r"```text\n(.*?)```", SECTION, re.DOTALL)
    return [call(part) for part in block.strip().split("\n\n")]


def call(part: str) -> Call:
    first, *rest = part.split("\n")
    name, method, path = re.fullmatch(r"(\w+) = (GET|POST) (\S+)", first).groups()  # type: ignore[union-attr] # else the page is wrong
    headers = {}
    while rest and (found := re.fullmatch(r"([A-Z][A-Za-z-]+): (.*)", rest[0])):
        headers[found[1]] = found[2]
        rest = rest[1:]
    return Call(name, method, path, headers, "\n".join(rest))


def filled(text: str, answers: dict[str, Answer]) -> str:
    """Put parts of earlier answers where a text has {name.part.part}."""
    return re.sub(r"\{(\w+)((?:\.\w+)+)\}", lambda found: part_of(answers, *found.groups()), text)


def part_of(answers: dict[str, Answer], name: str, path: str) -> str:
    if path == ".etag":
        return answers[name].etag
    value: Any = answers[name].json
    for key in path.strip(".").split("."):
        value = value[key]
    return str(value)


def sent(client: Client, one: Call, answers: dict[str, Answer]) -> Answer:
    body = json.loads(filled(one.body, answers)) if one.body else None
    headers = {name: filled(value, answers) for name, value in one.headers.items()}
    return client.send(one.method, filled(one.path, answers), body, headers=headers)


def test_eight_calls_lead_from_nothing_to_a_signed_pdf(world: World) -> None:
    coordinator = world.user("coordinator")
    answers: dict[str, Answer] = {}

    for one in calls():
        answers[one.name] = sent(coordinator, one, answers)
        assert answers[one.name].status in {200, 201}, (one, answers[one.name].body)

    assert len(answers) <= 8
    *_, pdf = answers.values()
    assert pdf.body.startswith(b"%PDF-")
    text = letters_of(pdf.body)
    for words in ("Ayan Specimen", "Release Ayan Specimen at once.", "Specimen Committee"):
        assert letters(words) in text, words
    assert letters("Statement of his lawyer") in text


def test_the_second_appeal_takes_the_copy_of_the_first(world: World) -> None:
    coordinator = world.user("coordinator")
    answers: dict[str, Answer] = {}
    for one in calls()[:5]:
        answers[one.name] = sent(coordinator, one, answers)
    templates = f"/v1/coalitions/{answers['coalition'].id}/templates"
    [first] = coordinator.get(templates)["items"]

    again = calls()[4]
    second = sent(coordinator, again_with(again, "free-ayan-2"), answers)

    assert second.status == 201, second.body
    assert coordinator.get(templates)["items"] == [first]
    made = second["statement"]["template_version_id"]
    assert made == answers["appeal"]["statement"]["template_version_id"]


def test_a_copy_that_was_changed_is_the_one_that_is_taken(world: World) -> None:
    coordinator = world.user("coordinator")
    answers: dict[str, Answer] = {}
    for one in calls()[:5]:
        answers[one.name] = sent(coordinator, one, answers)
    [first] = coordinator.get(f"/v1/coalitions/{answers['coalition'].id}/templates")["items"]
    path = f"/v1/templates/{first['id']}"
    source = coordinator.get(path)["source"] | {"title_text": "Written by ourselves"}
    assert coordinator.put(path, {"source": source}).status == 200

    second = sent(coordinator, again_with(calls()[4], "free-ayan-2"), answers)

    assert second["document"]["title"] == "Written by ourselves"


def again_with(one: Call, slug: str) -> Call:
    return Call(one.name, one.method, one.path, one.headers, one.body.replace("free-ayan", slug))
