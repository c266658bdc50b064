"""An owner reads what was done in the coalition, and proves what an entry stands for."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
import rfc8785
from sqlalchemy import select

from api.infra.background import jobs
from api.infra.database.transactions import db
from api.infra.security import audit
from api.infra.security.audit import AuditEntry
from tests.contracts.scene import a_source
from tests.support.builders import (
    Signing,
    a_case,
    a_coalition,
    a_demand,
    a_demand_list,
    a_role,
    a_signature,
    a_text,
    an_organisation,
)

if TYPE_CHECKING:
    from tests.conftest import World
    from tests.support.client import Client


@pytest.fixture
def coalition(owner: Client) -> str:
    return a_coalition(owner)


@pytest.fixture
def signing(world: World, owner: Client, coalition: str) -> Signing:
    return Signing(world, owner, coalition, *a_text(owner, coalition))


def record(owner: Client, coalition: str, **query: Any) -> list[dict[str, Any]]:
    answer = owner.get(f"/v1/coalitions/{coalition}/audit-entries", limit=200, **query)
    assert answer.status == 200, answer.body
    items: list[dict[str, Any]] = answer["items"]
    return items


def actions(owner: Client, coalition: str, **query: Any) -> list[str]:
    return [each["action"] for each in record(owner, coalition, **query)]


def commits_to(entry: dict[str, Any], facts: dict[str, Any]) -> bool:
    """Compute a commitment as docs/record.md says."""
    salted = bytes.fromhex(entry["salt"]) + rfc8785.dumps(facts)
    return bool(entry["commitment"] == hashlib.sha256(salted).hexdigest())


def test_what_was_done_is_listed_newest_first_with_who_did_it(
    world: World, owner: Client, coalition: str
) -> None:
    editor = a_role(owner, coalition, world.user("editor"), "editor")
    case = a_case(editor, coalition)

    found = record(owner, coalition)

    assert [each["action"] for each in found] == [
        "case.entered",
        "role.granted",
        "coalition.founded",
        "role.granted",
    ]
    assert found[0]["object_id"] == case
    assert found[0]["user_id"] == editor.get("/v1/me")["id"]
    assert found[0]["token_id"] == editor.get("/v1/tokens")["items"][0]["id"]
    assert found[0]["number"] is None
    assert found[-1]["user_id"] == owner.get("/v1/me")["id"]
    assert found == sorted(found, key=lambda each: str(each["at"]), reverse=True)


def test_the_list_is_filtered_and_paged(world: World, owner: Client, coalition: str) -> None:
    editor = a_role(owner, coalition, world.user("editor"), "editor")
    one, other = (a_case(editor, coalition) for _ in range(2))
    owner.patch(f"/v1/cases/{one}", {"occupation": "baker"})

    assert actions(owner, coalition, object_id=one) == ["case.changed", "case.entered"]
    assert actions(owner, coalition, action="case.entered", object_id=other) == ["case.entered"]
    mine = editor.get("/v1/me")["id"]
    assert actions(owner, coalition, user_id=mine) == ["case.entered"] * 2
    assert actions(owner, coalition, action="case.deleted") == []

    path = f"/v1/coalitions/{coalition}/audit-entries"
    first = owner.get(path, limit=3)
    following = owner.get(first.headers["Link"].split(">")[0][1:])
    assert following.status == 200, following.body
    assert first["total"] == 6
    assert len(first["items"]) == len(following["items"]) == 3
    assert first["items"] + following["items"] == record(owner, coalition)


@pytest.mark.parametrize(
    "query", [{"action": ""}, {"action": "x" * 61}, {"object_id": "x"}, {"user_id": "1"}, {"x": 1}]
)
def test_a_filter_that_cannot_be_is_refused(
    owner: Client, coalition: str, query: dict[str, Any]
) -> None:
    path = f"/v1/coalitions/{coalition}/audit-entries"

    assert owner.get(path, **query).status == 422


def test_another_coalitions_record_stays_there(owner: Client, coalition: str) -> None:
    other = a_coalition(owner)
    case = a_case(owner, other)

    assert "case.entered" not in actions(owner, coalition)
    assert actions(owner, coalition, object_id=case) == []


def test_sealing_gives_numbers_and_the_head_that_anybody_here_sees(
    world: World, owner: Client, coalition: str
) -> None:
    assert owner.get("/v1/audit-head").json == {
        "number": 0,
        "hash": "0" * 64,
        "head": "0:" + "0" * 64,
        "backed_up_at": None,
    }
    with world.app.app_context():
        audit.seal_now()

    head = world.user("reader").get("/v1/audit-head")

    newest = record(owner, coalition)[0]
    assert head.status == 200
    assert head["head"] == f"{head['number']}:{head['hash']}"
    assert newest["number"]
    assert len(newest["hash"]) == 64
    assert head["number"] >= newest["number"]


def test_the_sweeper_and_a_worker_seal_what_was_done(
    world: World, owner: Client, coalition: str
) -> None:
    assert record(owner, coalition)[0]["number"] is None

    with world.app.app_context():
        jobs.sweep()
    world.work()

    assert record(owner, coalition)[0]["number"]


def test_an_owner_can_show_what_an_entry_says(
    world: World, owner: Client, coalition: str, signing: Signing
) -> None:
    editor = a_role(owner, coalition, world.user("editor"), "editor")
    signature = signing.sign(name="A. Specimen")
    answer = owner.send(
        "POST",
        f"{signing.path}/transitions",
        {"state": "review"},
        headers={"If-Match": owner.get(signing.path).etag},
    )
    assert answer.status == 200
    template = a_source()
    kept = owner.post(f"/v1/coalitions/{coalition}/templates", {"source": template})

    (revised,) = record(owner, coalition, action="statement.revised")
    (moved,) = record(owner, coalition, action="statement.moved")
    granted, _ = record(owner, coalition, action="role.granted")
    (entered,) = record(owner, coalition, object_id=signature)
    (template_kept,) = record(owner, coalition, action="template.kept")
    weight = owner.get(f"{signing.path}/revisions/1")["weight"]
    assert commits_to(revised, {"number": 1, "sha256": signing.sha256, "weight": weight})
    assert not commits_to(revised, {"number": 1, "sha256": "0" * 64, "weight": weight})
    assert commits_to(moved, {"state": "review"})
    assert commits_to(granted, {"user_id": editor.get("/v1/me")["id"], "role": "editor"})
    assert commits_to(template_kept, {"number": 1, "source": kept["source"]})
    sent = {
        "kind": "individual",
        "name": "A. Specimen",
        "revision_sha256": signing.sha256,
        "visibility": "public",
        "lead": False,
    }
    left_out = (
        "acronym",
        "role",
        "affiliation",
        "as_printed",
        "represented_by",
        "email",
        "reservation",
    )
    empty = dict.fromkeys((*left_out, "country", "organisation_id"))
    assert commits_to(entered, {**sent, **empty})


def test_a_use_case_that_entails_others_leaves_an_entry_of_each(
    owner: Client, coalition: str
) -> None:
    case = a_case(owner, coalition, name="Kenar Specimenova", may_be_named=True, country="KZ")
    asked = a_demand_list(owner, coalition, country="KZ")
    demand = a_demand(owner, asked, text="Release Kenar Specimenova.", case_ids=[case])
    named = [{"paragraph": "Kenar Specimenova is held."}]
    statement, _ = a_text(owner, coalition, body=named)
    key = owner.get(f"/v1/cases/{case}")["key"]
    assert key

    assert owner.patch(f"/v1/cases/{case}", {"may_be_named": False}).status == 200

    assert actions(owner, coalition, object_id=case)[:2] == ["case.name_taken_back", "case.changed"]
    assert actions(owner, coalition, object_id=demand)[0] == "demand.relabelled"
    assert actions(owner, coalition, object_id=statement)[:3] == [
        "statement.redacted",
        "revision.taken_back",
        "statement.relabelled",
    ]
    newest = owner.get(f"/v1/statements/{statement}/revisions")["items"][0]
    (redacted,) = record(owner, coalition, action="statement.redacted")
    assert commits_to(redacted, {"number": 2, "sha256": newest["sha256"]})


@pytest.mark.parametrize("act", ["withdrawal", "erasure", None])
def test_nobody_can_guess_who_was_forgotten(signing: Signing, act: str | None) -> None:
    signature, other = signing.sign(name="A. Specimen"), signing.sign(name="B. Specimen")
    path = f"/v1/signatures/{signature}"
    signing.owner.patch(path, {"email": "a@specimen.example"})
    assert all(
        each["salt"] for each in record(signing.owner, signing.coalition, object_id=signature)
    )

    answer = signing.owner.post(f"{path}/{act}") if act else signing.owner.delete(path)
    assert answer.status < 300, answer.body

    left = record(signing.owner, signing.coalition, object_id=signature)
    assert len(left) == 3
    assert [each["salt"] for each in left] == [None] * 3
    assert [bool(each["commitment"]) for each in left] == [False, True, True]
    assert record(signing.owner, signing.coalition, object_id=other)[0]["salt"]
    with signing.world.app.app_context():
        audit.seal_now()
        assert audit.verify(audit.head()).fault is None


def test_what_is_done_twice_is_told_once(signing: Signing) -> None:
    signature = signing.sign()
    for _ in range(2):
        assert signing.owner.post(f"/v1/signatures/{signature}/withdrawal").status == 200
    token = signing.owner.post("/v1/tokens", {"label": "Site"})["token"]["id"]
    for _ in range(2):
        assert signing.owner.post(f"/v1/tokens/{token}/revocation").status == 200

    assert actions(signing.owner, signing.coalition, action="signature.withdrawn") == [
        "signature.withdrawn"
    ]
    rows = signing.world.rows().decode()
    assert rows.count("'token.revoked'") == 1


def test_a_table_of_many_signatories_is_one_entry(signing: Signing) -> None:
    table = b"kind,name\nindividual,A. Specimen\nindividual,B. Specimen\n"
    answer = signing.owner.send(
        "POST",
        f"{signing.path}/signature-imports?revision_sha256={signing.sha256}",
        table,
        kind="text/csv",
    )
    assert answer.status < 300, answer.body

    (entry,) = record(signing.owner, signing.coalition, action="signature.imported")
    assert entry["object_id"] == signing.statement
    assert commits_to(entry, {"count": 2, "revision_sha256": signing.sha256})
    assert "signature.entered" not in actions(signing.owner, signing.coalition)


def test_the_record_outlives_the_coalition_and_tells_nothing_of_it(
    world: World, owner: Client, coalition: str
) -> None:
    an_organisation(owner, coalition, names={"en": "Canary Kestrel"})
    owner.delete(f"/v1/coalitions/{coalition}")

    assert owner.get(f"/v1/coalitions/{coalition}/audit-entries").status == 404
    rows = world.rows().decode()
    assert "'coalition.deleted'" in rows
    assert "Kestrel" not in rows
    with world.app.app_context():
        audit.seal_now()
        assert audit.verify().fault is None


def test_the_table_holds_ids_verbs_and_hashes_only(
    world: World, owner: Client, signing: Signing
) -> None:
    a_signature(
        owner,
        signing.statement,
        signing.sha256,
        name="Kenar Canarova",
        email="kenar-canary@specimen.example",
        visibility="anonymous",
    )
    a_case(owner, signing.coalition, name="Kenar Hiddenova", may_be_named=False, key="kz-7")
    an_organisation(owner, signing.coalition, names={"en": "Kestrel Canary House"})

    with world.app.app_context(), db.engine.connect() as connection:
        rows = connection.execute(select(AuditEntry.__table__)).all()
    table = "\n".join(map(repr, rows))

    assert table.count("'signature.entered'") == 1
    for canary in ("Canar", "canary", "Hiddenova", "Kestrel", owner.email, "specimen.example"):
        assert canary not in table, canary


def test_of_an_unknown_coalition_there_is_no_record(owner: Client) -> None:
    assert owner.get(f"/v1/coalitions/{uuid4()}/audit-entries").status == 404
