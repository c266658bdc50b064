"""Nobody waits for somebody else's slow receiver (promise 21)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from api.infra.queue import Lane, threads_of
from tests.support import slow_receivers

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import World
    from tests.support.client import Client

# Ten seconds are ten only where nothing else takes the machine.
pytestmark = pytest.mark.long
PEOPLE = 60  # who keep a server busy for longer than anybody may wait
MOST_SECONDS = 10


def test_a_confirmation_arrives_while_two_coalitions_write_to_many_over_slow_servers(
    world: World, owner: Client, tmp_path: Path
) -> None:
    waited = slow_receivers.behind_mail_servers(world, owner, tmp_path, PEOPLE)

    assert waited.elsewhere < MOST_SECONDS
    assert waited.beside is not None
    assert waited.beside < MOST_SECONDS


def test_a_confirmation_arrives_while_two_coalitions_hand_many_over_to_slow_tools(
    world: World, owner: Client
) -> None:
    assert slow_receivers.behind_tools(world, owner, PEOPLE).elsewhere < MOST_SECONDS


def test_a_confirmation_arrives_while_forty_slow_receivers_share_four_threads(
    world: World, owner: Client, tmp_path: Path
) -> None:
    assert threads_of(Lane.LETTERS, 1) == 4
    many = {"servers": 40, "endpoints": 10, "letters": 8, "threads": 1}

    waited = slow_receivers.behind_many(world, owner, tmp_path, **many)

    assert waited.elsewhere < MOST_SECONDS
