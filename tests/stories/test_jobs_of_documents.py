"""Documents of many signatures are printed by a job, and hold no name that left meanwhile."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest

from api.documents.rules import rendering
from api.documents.service import waiting
from api.infra.background.jobs import JobKind
from api.signatures.service import rows
from tests.stories.test_documents import document_of
from tests.stories.test_jobs import found
from tests.stories.test_signature_csv import send
from tests.support.builders import a_coalition, a_role, a_signature, a_text
from tests.support.wiring import added

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.orm import Session

    from api.infra.background.jobs import Work
    from api.signatures.models import Signature
    from tests.conftest import World
    from tests.support.client import Client

MANY = "kind,name,visibility\n" + "".join(
    f"individual,Specimen Signatory {number},public\n" for number in range(201)
)


def test_who_asked_for_a_job_sees_how_far_it_is(world: World, owner: Client) -> None:
    coalition = a_coalition(owner)
    viewer = a_role(owner, coalition, world.user(), "viewer")
    seen: list[int] = []

    def act(work: Work) -> None:
        for percent in (10, 60):
            work.progress(percent)
            seen.append(viewer.get(f"/v1/jobs/{work.id}")["progress"])

    text = a_text(owner, coalition)
    send(owner, text, MANY)
    job = viewer.get(document_of(text[0]))["id"]
    with added(world.app, JobKind("documents.print", act)):
        world.work()

    assert seen == [10, 60]
    assert viewer.get(f"/v1/jobs/{job}")["progress"] == 100


def test_each_who_asks_for_a_long_document_sees_how_far_it_is(world: World, owner: Client) -> None:
    coalition = a_coalition(owner)
    viewers = [a_role(owner, coalition, world.user(), "viewer") for _ in range(2)]
    text = a_text(owner, coalition)
    send(owner, text, MANY)

    asked = [viewer.get(document_of(text[0])) for viewer in viewers]
    seen = [viewer.get(a.headers["Location"]) for viewer, a in zip(viewers, asked, strict=True)]

    assert [each.status for each in seen] == [200, 200]


def test_a_document_of_many_signatures_is_a_job(world: World, owner: Client) -> None:
    text = a_text(owner, a_coalition(owner))
    send(owner, text, MANY)

    first = owner.get(document_of(text[0]))
    second = owner.get(document_of(text[0]))
    in_words = owner.get(document_of(text[0]), format="text")
    assert [each.status for each in (first, second, in_words)] == [202, 202, 202]
    assert first.headers["Location"] == f"/v1/jobs/{first.id}"
    assert first.id == second.id != in_words.id
    assert world.work() >= 2
    job = owner.get(first.headers["Location"])
    printed = owner.get(job["result"]["url"])

    assert (job["state"], job["progress"]) == ("done", 100)
    assert printed.status == 200
    assert printed.body.startswith(b"%PDF")
    assert owner.get(document_of(text[0])).body == printed.body
    assert owner.get(document_of(text[0]), theme="brief").status == 202
    assert b"Specimen Signatory 200" in owner.get(document_of(text[0]), format="text").body


def test_a_promised_document_of_a_text_that_is_gone_is_not_printed(
    world: World, owner: Client
) -> None:
    coalition = a_coalition(owner)
    text = a_text(owner, coalition)
    send(owner, text, MANY)
    job = owner.get(document_of(text[0])).id
    etag = owner.get(f"/v1/coalitions/{coalition}").etag

    assert owner.delete(f"/v1/coalitions/{coalition}", etag=etag).status == 204
    world.work()

    assert found(world, UUID(job)).fault == "not-found"
    assert owner.get(f"/v1/jobs/{job}").status == 404


@pytest.mark.parametrize("change", [{"name": "B. Specimen"}, {"visibility": "coalition"}])
def test_a_name_that_is_changed_or_hidden_leaves_the_kept_documents(
    world: World, owner: Client, change: dict[str, str]
) -> None:
    coalition = a_coalition(owner)
    text = a_text(owner, coalition)
    signature = a_signature(owner, *text)
    owner.get(document_of(text[0]), format="text")

    assert owner.patch(f"/v1/signatures/{signature}", change).status == 200
    world.work()

    kept = world.storage / "documents" / coalition
    assert [each for each in kept.rglob("*") if each.is_file()] == []


def test_a_name_that_is_taken_back_while_its_document_is_made_is_not_kept(
    world: World, owner: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def rendered(*given: Any, **more: Any) -> bytes:
        content = rendering.rendered(*given, **more)
        assert owner.post(f"/v1/signatures/{signature}/withdrawal").status == 200
        world.work()
        return content

    coalition = a_coalition(owner)
    text = a_text(owner, coalition)
    signature = a_signature(owner, *text)
    monkeypatch.setattr(
        waiting, "rendering", SimpleNamespace(**{**vars(rendering), "rendered": rendered})
    )

    assert owner.get(document_of(text[0]), format="text").status == 200
    world.work()

    kept = world.storage / "documents" / coalition
    assert [each for each in kept.rglob("*") if each.is_file()] == []


@pytest.mark.parametrize("how", ["withdrawal", "erasure"])
def test_a_name_that_is_taken_back_leaves_the_kept_documents(
    world: World, owner: Client, how: str
) -> None:
    coalition = a_coalition(owner)
    text = a_text(owner, coalition)
    signature = a_signature(owner, *text)
    owner.get(document_of(text[0]))
    kept = world.storage / "documents" / coalition
    assert len([each for each in kept.rglob("*") if each.is_file()]) == 1

    assert owner.post(f"/v1/signatures/{signature}/{how}").status == 200
    world.work()

    assert [each for each in kept.rglob("*") if each.is_file()] == []


def test_a_board_counts_people_who_are_too_many_and_their_list_has_them(
    owner: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = a_text(owner, a_coalition(owner))
    house = {"kind": "organisation", "name": "Specimen House"}
    hidden = "individual,Hidden Specimen,coalition\n"
    send(owner, text, MANY + hidden)
    a_signature(owner, *text, **house)
    opened: list[int] = []
    read = rows.identities

    def counted(session: Session, some: Sequence[Signature]) -> object:
        opened.append(len(some))
        return read(session, some)

    monkeypatch.setattr(rows, "identities", counted)

    board = owner.get(f"/v1/statements/{text[0]}/sign-off-board")

    assert [line["text"] for line in board["would_print"]] == ["Specimen House"]
    assert (board["unread"], board["would_withhold"]) == (201, 1)
    assert sum(opened) < 5
    listed = owner.get(f"/v1/statements/{text[0]}/signatures", kind="individual", limit=200)
    assert (len(listed["items"]), listed["total"]) == (200, 202)
