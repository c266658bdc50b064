"""A process has a connection for each of its threads, so that none waits for another's."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING, NoReturn

import pytest
from click.testing import CliRunner

from api.app import create_app
from api.cli import running, serving
from api.infra.database.transactions import db
from api.infra.runtime import EXTENSION

if TYPE_CHECKING:
    from tests.conftest import World


class Asked(Exception):
    """An app was asked for."""


@pytest.mark.parametrize(
    ("command", "needed"),
    [("worker --threads 12", 74), ("serve --socket 0 --threads 40", 40)],
    ids=["worker", "serve"],
)
def test_a_process_has_as_many_connections_as_threads(
    world: World, monkeypatch: pytest.MonkeyPatch, command: str, needed: int
) -> None:
    runtime = world.app.extensions[EXTENSION]

    def made(threads: int) -> NoReturn:
        app = create_app(runtime.settings, runtime.pool, threads)
        with app.app_context():
            with ExitStack() as together:
                for _ in range(needed):
                    together.enter_context(db.engine.connect())
            db.engine.dispose()
        raise Asked

    for each in (serving, running):  # either asks for one
        monkeypatch.setattr(each, "app", made)
    monkeypatch.setattr("api.config.read", lambda: runtime.settings)
    monkeypatch.setattr("socket.socket", lambda **_: None)
    name, *arguments = command.split()

    done = CliRunner().invoke(getattr(serving, name), arguments)

    assert isinstance(done.exception, Asked), done.exception
