"""What docs/webhooks.md says works: its receiver, its requests, and its list of events."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from api import config
from api.infra import clock
from api.webhooks import rules
from tests.contracts.scene import operations
from tests.support.builders import a_coalition
from tests.support.signing import a_rush
from tests.support.webhook_receivers import reaching, receiver, work

if TYPE_CHECKING:
    import pytest

    from tests.conftest import World
    from tests.support.client import Answer, Client
    from tests.support.webhook_receivers import Handler

PAGE = config.share("docs", "webhooks.md").read_text("utf-8")
RECORD = config.share("docs", "record.md").read_text("utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)


def requests() -> list[tuple[str, str, Any]]:
    """Return method, address and body of each request of the page, in order."""
    found = []
    for block in blocks("http"):
        line, _, body = block.partition("\n")
        method, address = line.split()
        found.append((method, address, json.loads(body) if body.strip() else None))
    return found


def test_the_catalogue_lists_each_event_with_what_it_says() -> None:
    listed = re.findall(r"^\| `([a-z_]+\.[a-z_]+)` \| (.+) \|$", PAGE, re.MULTILINE)

    assert listed == [(name, kind.about) for name, kind in rules.CATALOGUE.items()]


def test_every_event_is_an_entry_of_the_record() -> None:
    entries = set(re.findall(r"^\| `([a-z_]+\.[a-z_]+)` \|", RECORD, re.MULTILINE))

    assert set(rules.CATALOGUE) - {rules.PUBLISHED} <= entries


def test_the_requests_of_the_page_are_in_openapi(world: World) -> None:
    known = {operation.name for operation in operations(world)}

    assert {f"{method} {address}" for method, address, _ in requests()} <= known


def test_the_receiver_and_the_requests_of_the_page_work(
    world: World, owner: Client, capsys: pytest.CaptureFixture[str]
) -> None:
    coalition = a_coalition(owner)
    code: dict[str, Any] = {}
    exec(blocks("python")[0], code)  # noqa: S102 # our own page
    answered: list[int] = []
    secret = ""

    def how(handler: Handler) -> None:
        took = there.took[-1]
        status = code["receive"](took.body, took.headers, secret)
        answered.append(status)
        handler.wfile.write(b"HTTP/1.1 %d X\r\nContent-Length: 0\r\n\r\n" % status)

    with receiver() as there, reaching(world, there):
        there.otherwise = how
        ids = {"coalition_id": coalition}
        made: dict[str, Answer] = {}
        for method, address, given in requests():
            path, body = address.format(**ids), given
            if body and "url" in body:
                body = {**body, "url": there.url}
            if body and "since" in body:
                now = clock.now()
                hour = timedelta(hours=1)
                body = {**body, "since": (now - hour).isoformat(), "until": now.isoformat()}
            answer = (owner.patch if method == "PATCH" else owner.post)(path, body)
            assert answer.status < 300, (path, answer.body)
            made[address] = answer
            if "secret" in answer.json:
                secret = answer["secret"]
                ids["endpoint_id"] = answer["endpoint"]["id"]
            if address.endswith("/webhook-endpoints"):
                rush = a_rush(world, owner, coalition=coalition)
                rush.publish()
                work(world)
                here = f"/v1/webhook-endpoints/{ids['endpoint_id']}/deliveries"
                (delivery,) = owner.get(here)["items"]
                ids["webhook_delivery_id"] = delivery["id"]
            work(world)

    assert set(answered) == {204}
    assert len(answered) == 3  # told, told again, and tested
    said = capsys.readouterr().out
    assert said.count("statement.published") == 1
    assert rush.statement in said
    assert code["receive"](b"{}", there.took[0].headers, secret) == 400
    body = json.loads(blocks("json")[0])
    assert set(body["data"]) == set(there.took[0].json["data"])
