"""Updates are sent bit by bit, held up, cut and refused: each arrives once."""

from __future__ import annotations

import time
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from api.infra.mail import letters
from api.updates.service import people, sending
from tests.contracts.test_letter_workers import settings_of
from tests.support.mailing_consents import News, news, updates
from tests.support.smtp_server import Post, server
from tests.support.workers import working

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.conftest import World
    from tests.support.client import Client


@pytest.fixture
def post() -> Iterator[Post]:
    with server(Post()) as found:
        yield found


@pytest.fixture
def them(world: World, owner: Client) -> News:
    return news(world, owner)


def test_a_pause_holds_every_letter_and_each_arrives_once_afterwards(
    them: News, post: Post
) -> None:
    them.many(5)
    path = them.written()
    them.promised(path)
    assert them.progress(path)["on_the_way"] == 5

    assert them.owner.post(f"{path}/pause")["state"] == "paused"
    assert them.owner.post(f"{path}/pause").status == 200
    them.work(post)
    assert list(updates(post)) == []
    told = them.progress(path)
    assert (told["state"], told["waiting"], told["percent"]) == ("paused", 5, 0)

    assert them.owner.post(f"{path}/resumption")["state"] == "sending"
    them.work(post)

    assert len(set(post.recipients)) == len(post.recipients) == 5
    assert them.progress(path)["state"] == "sent"


def test_a_letter_that_is_refused_is_counted_and_holds_up_nothing(them: News, post: Post) -> None:
    them.many(3)
    path = them.written()
    post.answers["RCPT"] = ["550 No such user"]

    them.begin(path)
    them.work(post)

    told = them.progress(path)
    assert (told["state"], told["sent"], told["failed"]) == ("sent", 2, 1)
    (failed,) = them.owner.get(
        f"/v1/coalitions/{them.rush.coalition}/letters", state="failed", kind=sending.LETTER
    )["items"]
    assert them.owner.post(f"/v1/letters/{failed['id']}/replays").status == 200
    them.work(post)
    told = them.progress(path)
    assert (told["sent"], told["failed"]) == (3, 0)


def test_gathering_goes_on_where_it_was_cut(
    them: News, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    them.many(7)
    monkeypatch.setattr("api.updates.service.people.AT_ONCE", 2)
    monkeypatch.setattr(sending, "AT_ONCE", 2)
    path = them.written()
    them.begin(path)
    steps = _cut(monkeypatch, people.Gathering, "next", after=2)
    with pytest.raises(KeyboardInterrupt):
        them.rush.work()
    monkeypatch.undo()
    assert steps
    assert them.progress(path)["left_out"] is None
    cut = _cut(monkeypatch, letters, "promise_all", after=1)
    monkeypatch.setattr(sending, "AT_ONCE", 3)
    with them.world.app.app_context(), pytest.raises(KeyboardInterrupt):
        sending.send()
    monkeypatch.undo()
    assert cut

    for _ in range(2):
        with them.world.app.app_context():  # the job that was cut waits for its lease
            sending.send()
        them.work(post)

    assert len(set(post.recipients)) == len(post.recipients) == 7
    assert them.progress(path)["state"] == "sent"


def _cut(monkeypatch: pytest.MonkeyPatch, where: Any, name: str, after: int) -> list[int]:
    """Have a function end its process, as it were, at its next call but some."""
    calls: list[int] = []
    true = getattr(where, name)

    def cut(*args: Any, **named: Any) -> Any:
        calls.append(1)
        if len(calls) > after:
            raise KeyboardInterrupt
        return true(*args, **named)

    monkeypatch.setattr(where, name, cut)
    return calls


def test_only_so_many_letters_are_on_the_way_at_a_time(
    them: News, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "MOST_ON_THE_WAY", 4)
    monkeypatch.setattr(sending, "FEW_ON_THE_WAY", 2)
    them.many(9)
    path = them.written()

    them.promised(path)
    told = them.progress(path)
    assert (told["on_the_way"], told["waiting"]) == (4, 5)

    them.work(post, times=6)
    assert len(set(post.recipients)) == len(post.recipients) == 9
    assert them.progress(path)["state"] == "sent"


MANY, KILLS = 10_000, 3


@pytest.mark.long
@pytest.mark.timeout(900)
def test_ten_thousand_get_it_once_though_workers_are_killed(them: News, post: Post) -> None:
    """What may repeat is the letter that a killed worker was just sending, under its own id."""
    them.many(MANY)
    path = them.written()
    them.begin(path)
    settings = settings_of(them.world, post)

    for kill in range(1, KILLS + 1):
        with working(settings) as process:
            _wait(partial(_has_taken, post, MANY * kill // (KILLS + 1)))
            process.kill()
    with working(settings):
        _wait(lambda: them.progress(path)["state"] == "sent")

    told = them.progress(path)
    assert (told["sent"], told["failed"], told["gone"]) == (MANY, 0, 0)
    assert len(set(post.recipients)) == len(set(post.ids)) == MANY
    assert len(post.recipients) <= MANY + KILLS


def _has_taken(post: Post, number: int) -> bool:
    return len(post.took) >= number


def _wait(is_so: Callable[[], bool]) -> None:
    until = time.monotonic() + 600
    while not is_so():
        assert time.monotonic() < until
        time.sleep(0.2)
