"""The desk's screens ask the database as often of few rows as of many."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import event

from api.infra.database.transactions import db
from tests.support.desk import Desk, at_the_desk
from tests.support.plenty import Sizes, plenty, screens

if TYPE_CHECKING:
    from tests.conftest import World
    from tests.support.client import Client


MOST_BYTES = 150_000


def sizes(number: int) -> Sizes:
    names = ("cases", "demands", "lists", "signatures", "members", "statements")
    return Sizes(**dict.fromkeys(names, number), entries=number, letters=number)


def asked(world: World, desk: Desk, path: str, form: dict[str, str] | None) -> list[str]:
    """Return what a screen asks of the database."""
    found: list[str] = []

    def told(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        found.append(statement)

    with world.app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", told)
    try:
        data = {**(form or {}), "csrf": desk.proof}
        answer = desk.http.get(path) if form is None else desk.http.post(path, data=data)
    finally:
        event.remove(engine, "before_cursor_execute", told)
    assert answer.status_code in {200, 303}, (path, answer.status_code)
    assert len(answer.get_data()) < MOST_BYTES, path
    return found


def test_a_screen_asks_no_more_of_many_rows(world: World, owner: Client) -> None:
    few, many = (plenty(world.app, owner, sizes(number)) for number in (25, 45))
    desk = at_the_desk(world, owner)
    desk.go(f"/desk/{few.coalition}/")

    grown = {}
    for (name, path, form), (_, other, _) in zip(screens(few), screens(many), strict=True):
        desk.http.get(path)  # what a process keeps after the first time
        before, after = (asked(world, desk, each, form) for each in (path, other))
        if len(after) > len(before):
            rest = [each for each in after if after.count(each) > before.count(each)]
            grown[name] = len(before), len(after), sorted(set(rest))

    assert grown == {}
