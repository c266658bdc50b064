"""What tests begin with is built once, and put back as it was: nobody notices."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from flask import request_started

from tests.support.builders import a_coalition, a_dead_job
from tests.support.signoffs import SigningOff, a_sign_off

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.conftest import World


def built(world: World) -> SigningOff:
    return a_sign_off(world, world.user("owner"))


def rows(world: World) -> list[bytes]:
    return sorted(world.rows().splitlines())


@contextmanager
def counted(world: World) -> Iterator[list[object]]:
    """Count what the app is asked."""
    asked: list[object] = []

    def count(_: object, **__: object) -> None:
        asked.append(1)

    with request_started.connected_to(count, world.app):
        yield asked


def test_the_second_time_every_row_is_there_and_nothing_was_asked(world: World) -> None:
    world.empty()
    built(world)
    before = rows(world)
    world.empty()

    with counted(world) as asked:
        text = built(world)

    assert rows(world) == before
    assert asked == []
    text.open()
    assert text.say("Ada").status == 200
    assert text.state("Bread") == "approved"


def test_what_follows_something_else_is_built_anew(world: World) -> None:
    world.empty()
    built(world)
    world.empty()
    owner = world.user("owner")
    a_dead_job(world, a_coalition(owner))

    with counted(world) as asked:
        a_sign_off(world, owner)

    assert len(asked) > 10


def test_what_a_test_asks_itself_is_asked(world: World) -> None:
    text = built(world)
    with counted(world) as asked:
        text.owner.get(text.path)
        text.owner.get(text.path)
    assert len(asked) == 2
