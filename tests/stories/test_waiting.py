"""Pages that requests wait for: few at a time, not too long, and else a job or another moment."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import pytest

from api.infra.pdf import render
from api.infra.runtime import EXTENSION
from api.infra.sandbox.bulkhead import Bulkhead, Busy
from api.infra.sandbox.pool import Limits
from tests.support.builders import a_coalition, a_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.conftest import World
    from tests.support.client import Answer, Client


@pytest.fixture
def coalition(owner: Client) -> str:
    return a_coalition(owner)


@pytest.fixture
def statement(owner: Client, coalition: str) -> str:
    return a_text(owner, coalition)[0]


@pytest.fixture
def full(world: World, coalition: str) -> Iterator[None]:
    """All places of the coalition are taken."""
    places: Bulkhead = world.app.extensions[EXTENSION].bulkhead
    with places.one(UUID(coalition)), places.one(UUID(coalition)):
        yield


def draft(owner: Client, statement: str, form: str = "pdf") -> Answer:
    return owner.get(f"/v1/statements/{statement}/draft/document", format=form)


def test_few_are_laid_out_at_a_time_and_fewer_of_one() -> None:
    places, one, other, third = Bulkhead(in_all=3, of_one=2), uuid4(), uuid4(), uuid4()
    with places.one(one), places.one(one):
        with pytest.raises(Busy), places.one(one):
            pass
        with places.one(other), pytest.raises(Busy), places.one(third):
            pass
        with places.one(third):
            pass
    with places.one(one), places.one(one), places.one(other):
        pass


def test_places_are_given_back_by_what_fails_and_counted_by_all_threads() -> None:
    places, coalition = Bulkhead(in_all=1, of_one=1), uuid4()
    for _ in range(3):
        with pytest.raises(ZeroDivisionError), places.one(coalition):
            1 / 0  # noqa: B018 # it fails
    most: list[None] = []
    inside = threading.Semaphore(0)

    def take() -> None:
        try:
            with places.one(coalition):
                most.append(None)
                inside.acquire()
        except Busy:
            inside.release()

    threads = [threading.Thread(target=take) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert len(most) == 1


def test_a_preview_that_finds_no_place_is_to_be_asked_for_again(
    owner: Client, coalition: str, statement: str, full: None
) -> None:
    template = owner.post(
        f"/v1/coalitions/{coalition}/template-previews", {"built_in": "open-letter"}
    )
    for answer in (draft(owner, statement), template):
        assert (answer.status, answer["type"]) == (503, "/problems/busy")
        assert answer.headers["Retry-After"] == "5"
    assert draft(owner, statement, "html").status == 200


def test_a_document_that_finds_no_place_becomes_a_job(
    world: World, owner: Client, statement: str, full: None
) -> None:
    answer = owner.get(f"/v1/statements/{statement}/document")

    assert answer.status == 202
    world.work()
    done = owner.get(answer.headers["Location"])
    assert done["state"] == "done"
    assert owner.get(done["result"]["url"]).body.startswith(b"%PDF")


def test_a_preview_has_a_size_and_a_document_of_more_becomes_a_job(
    owner: Client, statement: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(render, "MOST_WAITED_FOR", 500)

    shown = draft(owner, statement)

    assert (shown.status, shown["type"]) == (422, "/problems/limit-reached")
    assert "500" in shown["detail"]
    assert owner.get(f"/v1/statements/{statement}/document").status == 202
    assert draft(owner, statement, "html").status == 200


def test_a_page_that_takes_longer_than_a_request_may_becomes_a_job(
    owner: Client, statement: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(render, "WAITED_FOR", Limits(cpu_seconds=20, wall_seconds=0.001))

    assert draft(owner, statement)["type"] == "/problems/busy"  # others may have taken its time
    assert owner.get(f"/v1/statements/{statement}/document").status == 202


def test_nobody_waits_for_more_than_half_a_minute() -> None:
    assert render.WAITED_FOR.cpu_seconds <= render.WAITED_FOR.wall_seconds < 26
