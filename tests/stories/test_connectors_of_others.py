"""Another's package brings a tool by an entry point: the example of docs/connectors.md."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from api.connectors.service import tools
from tests.support.mailing_tools import Fake, Server, connected, reachable, said

if TYPE_CHECKING:
    from collections.abc import Iterator

    from werkzeug import Request, Response

    from tests.conftest import World
    from tests.support.client import Client

PAGE = Path(__file__).parents[2] / "docs" / "connectors.md"
LIST = "friends"


class FakeSparrow(Fake):
    """As the tool of the example."""

    kind = "sparrow"

    def settings(self) -> dict[str, str]:
        return {"url": self.url, "key": "hidden falcon", "list": LIST}

    def well(self, request: Request) -> Response:
        if request.headers.get("X-Key") != "hidden falcon":
            return said({}, 403)
        parts = request.path.split("/")[2:]
        if not parts:
            return said({"lists": [{"id": LIST, "name": "Friends"}]})
        people = self.lists[parts[0]]
        if request.method == "PUT":
            people[parts[2]] = json.loads(request.get_data())
            return said({"id": "1"})
        if request.method == "DELETE":
            return said({}, 200 if people.pop(parts[2], None) else 404)
        return said({"people": list(people)})


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The example, installed as a package of its own."""
    source, names = re.findall(r"```(?:python|toml)\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    (tmp_path / "sparrow.py").write_text(source, "utf-8")
    about = tmp_path / "sparrow-1.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: sparrow\nVersion: 1\n")
    points = re.sub(r'\[project\.entry-points\."(.+?)"\]', r"[\1]", names).replace('"', "")
    extra = "broken = sparrow:Missing\ncsv = sparrow:Sparrow\n"
    (about / "entry_points.txt").write_text(points + extra, "utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    tools.kinds.cache_clear()
    yield source
    tools.kinds.cache_clear()
    sys.modules.pop("sparrow", None)


@pytest.fixture
def tool(world: World) -> Iterator[FakeSparrow]:
    with Server() as server, reachable(world, server):
        yield FakeSparrow(server, {LIST: {}})


def test_the_example_has_forty_lines(package: str) -> None:
    assert len([line for line in package.splitlines() if line.strip()]) <= 40


def test_the_example_subscribes_unsubscribes_and_reads_back(
    world: World, owner: Client, package: str, tool: FakeSparrow
) -> None:
    news = connected(world, owner, tool, fields_told={"country": "land", "language": "lang"})
    owns = [news.agreed(f"ada{number}@specimen.example") for number in range(3)]
    told: dict[str, Any] = tool.lists[LIST]["ada0@specimen.example"]
    assert (told["name"], told["land"], told["lang"]) == ("Ada Specimen", "KZ", "en")
    assert "Specimen Committee" in told["agreed"]

    path = f"/v1/public/own-signatures/{owns[0]}/withdrawal"
    assert world.stranger().post(path).status == 200
    del tool.lists[LIST]["ada1@specimen.example"]
    news.read_back()

    assert tool.of(LIST) == {"ada2@specimen.example"}
    assert news.now()["counts"]["unsubscribed"] == 2


def test_a_package_that_is_broken_or_takes_our_name_harms_no_other(
    owner: Client, package: str
) -> None:
    items = owner.get("/v1/connector-kinds")["items"]
    kinds = {each["kind"]: each["name"] for each in items}

    assert kinds["sparrow"] == "Sparrow"
    assert kinds["csv"] == "CSV"
    assert "broken" not in kinds


def test_a_package_that_was_taken_away_leaves_its_connector_waiting(
    world: World, owner: Client, package: str, tool: FakeSparrow, monkeypatch: pytest.MonkeyPatch
) -> None:
    news = connected(world, owner, tool)
    tools.kinds.cache_clear()
    monkeypatch.setattr(tools, "entry_points", lambda group: ())
    news.agreed("ada@specimen.example")

    shown = news.now()
    assert (shown["status"], shown["fault"]) == ("failing", "kind-unknown")
    assert (shown["settings"], shown["secrets_set"]) == ({}, ["key", "list", "url"])
    assert news.rush.total() == 1
