"""The real Mailman 3: its roster and the consents agree, whoever comes and goes."""

from __future__ import annotations

from dataclasses import dataclass
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest

from tests.support import mailman
from tests.support.mailing_tools import connected, reachable

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.conftest import World
    from tests.support.client import Client
    from tests.support.mailman import Core

pytestmark = pytest.mark.long
NEWS = "news.specimen.example"


@dataclass(frozen=True)
class Real:
    """The core, as a tool to connect."""

    core: Core
    kind = "mailman"

    def settings(self, **more: str) -> dict[str, str]:
        mine = {"url": self.core.url, "user": "restadmin", "password": self.core.password}
        return {**mine, "list": NEWS, **more}


@pytest.fixture(scope="module")
def core(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Core]:
    folder: Path = tmp_path_factory.mktemp("mailman")
    with mailman.core(folder) as found:
        yield found


def test_the_roster_follows_the_consents_and_the_consents_the_roster(
    world: World, owner: Client, core: Core
) -> None:
    core.empty(NEWS)  # of the other database's people
    tool, server = Real(core), SimpleNamespace(port=core.port)
    with reachable(world, server):  # type: ignore[arg-type] # it has a port
        news = connected(world, owner, tool)
        path = f"/v1/coalitions/{news.rush.coalition}/connector-trials"
        good = owner.post(path, {"kind": "mailman", "settings": tool.settings(list="")})
        bad = owner.post(path, {"kind": "mailman", "settings": tool.settings(password="no")})  # noqa: S106
        assert [each["id"] for each in good["lists"]] == [NEWS]
        assert bad["fault"] == "key-refused"

        names = ("ada", "Eve", "kim+news", "lea")
        addresses = [f"{name}@specimen.example" for name in names]
        owns = [news.agreed(each, name="Ада Specimen") for each in addresses]
        news.rush.signed("nobody@specimen.example")
        assert {each.lower() for each in core.roster(NEWS)} == set(map(str.lower, addresses))

        assert owner.post(f"{news.path}/synchronisations", {"again": True}).status == 202
        news.work()
        assert len(core.roster(NEWS)) == 4

        withdrawal = f"/v1/public/own-signatures/{owns[1]}/withdrawal"
        assert world.stranger().post(withdrawal).status == 200
        news.work()
        core.leave(NEWS, addresses[2])
        news.read_back()

        left = {addresses[0], addresses[3]}
        assert core.roster(NEWS) == left
        assert {each["email"] for each in news.rush.signatures()} - {None} == left
        counts = news.now()["counts"]
        assert (counts["subscribed"], counts["unsubscribed"]) == (2, 2)

        for each in left:
            core.leave(NEWS, each)
        core.ask("POST", "/bans", email="banned@specimen.example")
        news.agreed("banned@specimen.example")
        assert [each["fault"] for each in news.pushes(state="refused")] == ["banned"]

        gone = tool.settings(list="gone.specimen.example")
        assert owner.patch(news.path, {"settings": gone}).status == 200
        news.agreed("zoe@specimen.example")
        assert news.now()["fault"] == "list-gone"
        assert owner.patch(news.path, {"settings": tool.settings()}).status == 200
        news.work()
        assert core.roster(NEWS) == {"zoe@specimen.example"}
