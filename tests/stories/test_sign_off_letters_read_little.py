"""A letter of a round reads its own member; reminders, and who looks, read the board once."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

import time_machine
from sqlalchemy import event

from api.infra.database.transactions import db, reading
from api.infra.mail import letters
from api.infra.security import keys
from api.signoffs.service import requests, rounds
from tests.support.signoffs import SigningOff, a_sign_off, letter_rows

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pytest
    from sqlalchemy.orm import InstrumentedAttribute, Session

    from api.infra.database.columns import Base
    from tests.conftest import World


@contextmanager
def queries() -> Iterator[list[str]]:
    """Note what is asked of the database meanwhile."""
    asked: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        asked.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield asked
    finally:
        event.remove(db.engine, "before_cursor_execute", note)


def join(text: SigningOff, number: int) -> None:
    """Have more members come, each with somebody who may answer, and ask them."""
    new = [text.member(f"Late {each}", f"Late{each}") for each in range(number)]
    asked = text.owner.post(f"{text.path}/sign-off-round/asks", {"member_ids": new})
    assert asked.status == 200, asked.body


def test_a_letter_reads_no_more_where_there_are_more_members(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = a_sign_off(world, world.user("owner"))
    text.open(note="Soon.")
    (one, *_) = letter_rows(world, requests.REQUEST)
    unsealed: list[object] = []
    read = keys.read

    def count(session: Session, row: Base, column: InstrumentedAttribute[Any]) -> object:
        unsealed.append(row)
        return read(session, row, column)

    monkeypatch.setattr(keys, "read", count)

    def told() -> tuple[letters.Facts | None, int, int]:
        unsealed.clear()
        with world.app.app_context(), queries() as asked, reading() as session:
            facts = letters.facts_of(session, requests.REQUEST, one)
        return facts, len(asked), len(unsealed)

    of_three = told()
    join(text, 7)
    text.say("Late1")

    assert of_three[0] is not None
    assert told() == of_three


def test_reminders_of_one_round_read_its_board_once(world: World) -> None:
    with time_machine.travel(datetime(2031, 5, 1, 10, tzinfo=UTC), tick=False) as clock:
        owner = world.user("owner")
        owner.token = owner.post("/v1/tokens", {"label": "tests", "days": 90})["secret"]
        text = a_sign_off(world, owner)
        text.open()
        join(text, 7)
        clock.move_to(datetime(2031, 5, 7, 10, tzinfo=UTC))
        with world.app.app_context(), queries() as asked:
            assert rounds.remind() == 10

    assert len([each for each in asked if "FROM sign_offs" in each]) == 1
    assert len({UUID(str(each)) for each in letter_rows(world, requests.REMINDER)}) == 10


def test_a_board_that_is_shown_is_read_once(world: World) -> None:
    text = a_sign_off(world, world.user("owner"))
    text.open()
    text.say("Ada")

    with world.app.app_context(), queries() as asked:
        assert text.prints() == ["Bread"]

    assert len([each for each in asked if "FROM sign_offs" in each]) == 1
