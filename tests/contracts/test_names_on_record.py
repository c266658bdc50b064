"""Which addresses of the API tell names that are hidden, and which of them the record knows."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select

from api.infra.database.transactions import reading
from api.infra.security.audit import AuditEntry
from tests.contracts.scene import MAKERS, Scene, operations
from tests.support.builders import a_case, a_demand, a_demand_list, a_signature

if TYPE_CHECKING:
    from tests.conftest import World

WHO, CASE = "Kestrel Canary", "Wren Canary"
# A file that leaves, or all that is known of one person: the record tells who took it. Files of
# signatories hold hidden names where that is asked for, with an entry (test_signature_csv.py).
ON_RECORD = {
    "GET /v1/signatures/{signature_id}/data",
    "GET /v1/statements/{statement_id}/export",
    "GET /v1/coalitions/{coalition_id}/cases.csv",
    "GET /v1/coalitions/{coalition_id}/cases.json",
}
# What coordinators work with, page by page: their roles and tokens are on the record.
IN_DAILY_WORK = {
    "GET /v1/cases/{case_id}",
    "GET /v1/coalitions/{coalition_id}/cases",
    "GET /v1/signatures/{signature_id}",
    "GET /v1/statements/{statement_id}/signatures",
}


@pytest.fixture
def scene(world: World) -> Scene:
    return Scene(world)


def _entries(world: World) -> int:
    with world.app.app_context(), reading() as session:
        return session.scalar(select(func.count()).select_from(AuditEntry)) or 0


def _always(thing: str, scene: Scene) -> str:
    del scene
    return thing


def test_what_tells_hidden_names_is_known_and_files_of_them_are_on_the_record(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = a_case(scene.owner, scene.coalition, name=CASE, may_be_named=False)
    demand_list = a_demand_list(scene.owner, scene.coalition)
    demand = a_demand(scene.owner, demand_list, case_ids=[case])
    statement, sha256 = scene.text()
    who = a_signature(scene.owner, statement, sha256, name=WHO, visibility="coalition")
    here = {"case_id": case, "list_id": demand_list, "demand_id": demand}
    for name, thing in {**here, "statement_id": statement, "signature_id": who}.items():
        monkeypatch.setitem(MAKERS, name, partial(_always, thing))
    coordinator = scene.callers["coordinator"]

    told, recorded = set(), set()
    for operation in operations(scene.world):
        if operation.method != "GET":
            continue
        request = scene.request(operation)
        before = _entries(scene.world)
        body = request.sent_by(coordinator).body
        if WHO.encode() in body or CASE.encode() in body:
            told.add(operation.name)
            if _entries(scene.world) > before:
                recorded.add(operation.name)

    assert told == ON_RECORD | IN_DAILY_WORK
    assert recorded == ON_RECORD
