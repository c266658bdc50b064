"""Names and addresses of people at risk: nowhere to be read, after a day's work with them."""

from __future__ import annotations

import os
import shutil
import subprocess
from typing import TYPE_CHECKING

from api.infra.database.transactions import db
from api.web import logs
from tests.stories.test_exchange import a_document, take_in
from tests.support.builders import a_case, a_coalition, a_demand, a_demand_list, a_role, made

if TYPE_CHECKING:
    import pytest

    from tests.conftest import World
    from tests.support.client import Client

CANARIES = (
    "Kenarova",
    "Кенарова",
    "kenar-address",
    "kenar-addressee",
    "kenar-evidence",
    "Kenar Hiddenova",
    "Kenar Shyness",
    "kenar-user",
    "Kenarbearer",
)


def work(world: World, owner: Client) -> None:
    """Use everything that takes what must stay hidden, and break some of it."""
    coalition = a_coalition(owner)
    a_role(owner, coalition, world.user("kenar-user"), "viewer")
    made(
        owner,
        f"/v1/coalitions/{coalition}/addressees",
        {"name": "President of Specimen", "email": "kenar-addressee@specimen.example"},
    )
    case = a_case(
        owner,
        coalition,
        name="Aygul Kenarova",
        aliases=["Айгуль Кенарова"],
        key="tm-1",
        country="TM",
        may_be_named=False,
        summary="seen by Kenarova",
    )
    owner.post(
        f"/v1/cases/{case}/status-changes",
        {"status": "imprisoned", "on": "2031-05-01", "evidence": "kenar-evidence"},
    )
    asked = a_demand_list(owner, coalition, country="TM")
    a_demand(owner, asked, text="Release her.", case_ids=[case])
    document = a_document(
        cases=[
            {
                "id": "tm-1",
                "name": "Aygul Kenarova",
                "aliases": ["Айгуль Кенарова"],
                "country": "TM",
                "may_be_named": False,
                "public_label": "a nurse",
            }
        ],
        signatories=[
            {"kind": "individual", "name": "Open Name"},
            {"kind": "individual", "name": "Kenar Hiddenova", "visibility": "coalition"},
            {"kind": "individual", "name": "Kenar Shyness", "visibility": "initials"},
            {
                "kind": "organisation",
                "name": "Open House",
                "represented_by": {"name": "Kenarbearer"},
            },
        ],
    )
    statement = take_in(owner, coalition, document)["statement"]["id"]
    for form in ("pdf", "html", "text", "markdown"):
        assert owner.get(f"/v1/statements/{statement}/document", format=form).status == 200
    revision = owner.get(f"/v1/statements/{statement}/revisions/1")
    entered = owner.post(
        f"/v1/statements/{statement}/signatures",
        {
            "kind": "individual",
            "name": "Kenarova",
            "email": "kenar-address@specimen.example",
            "revision_sha256": revision["sha256"],
            "visibility": "anonymous",
        },
    )
    assert entered.status == 201
    owner.get(f"/v1/coalitions/{coalition}/cases", q="Kenarova")
    owner.post(f"/v1/statements/{statement}/signatures", {"name": "Kenarova"})
    owner.get("/v1/Kenarova", q="kenar-address@specimen.example")
    owner.post(f"/v1/coalitions/{coalition}/cases", {"name": "Kenarova"}, key="Kenarova")
    owner.send("POST", f"/v1/coalitions/{coalition}/imports", b"{Kenarova", kind="application/json")
    owner.send("POST", f"/v1/coalitions/{coalition}/imports", b"{Kenarova", kind="text/Kenarova")


def test_no_canary_is_readable_in_database_storage_or_logs(
    world: World, owner: Client, capfd: pytest.CaptureFixture[str]
) -> None:
    logs.configure("INFO")

    work(world, owner)

    logged = capfd.readouterr()
    logs.configure("WARNING")
    assert logged.err.count('"event": "request"') > 10
    kept = {
        "database": world.dump(),
        "dump": a_dump(world),
        "storage": world.files(),
        "names of files": "\n".join(map(str, world.storage.rglob("*"))).encode(),
        "logs": (logged.out + logged.err).encode(),
    }
    for place, content in kept.items():
        found = [canary for canary in CANARIES if canary.encode() in content]
        assert not found, place


def a_dump(world: World) -> bytes:
    """Return what pg_dump writes, where there is one for the database in use."""
    tool = shutil.which("pg_dump")
    if world.engine != "postgresql":
        return b""
    if tool is None:
        assert not os.environ.get("CI"), "CI has PostgreSQL's tools"
        return b""
    with world.app.app_context():
        address = db.engine.url.set(drivername="postgresql")
    done = subprocess.run(  # noqa: S603 # a tool of the database's own
        [tool, address.render_as_string(hide_password=False)], check=True, capture_output=True
    )
    assert b"CREATE TABLE" in done.stdout
    return done.stdout
