"""Answers that a coordinator enters for a member: who said it, how, when, and what proves it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
import time_machine

from tests.stories.test_record import actions
from tests.support.signoffs import SigningOff, a_sign_off

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.conftest import World
    from tests.support.client import Answer


@pytest.fixture
def text(world: World) -> Iterator[SigningOff]:
    """A text with the members Bread (Ada), Salt (Bob) and Water (Cyd), on the first of May."""
    with time_machine.travel(datetime(2031, 5, 1, 10, tzinfo=UTC), tick=False):
        owner = world.user("owner")
        owner.token = owner.post("/v1/tokens", {"label": "tests", "days": 90})["secret"]
        yield a_sign_off(world, owner)


def enter(text: SigningOff, name: str, **facts: Any) -> Answer:
    """Enter that a member approved, which it said in another way."""
    body = {
        "member_id": text.members[name],
        "answer": "approved",
        "visibility": "public",
        "revision_sha256": text.sha256,
        "by": {"name": "Bob", "role": "Director"},
        **facts,
    }
    return text.owner.post(f"{text.path}/sign-offs", body)


def test_an_answer_that_is_entered_keeps_how_it_came(text: SigningOff) -> None:
    text.open()
    mail = b"From: bob@specimen.example\r\nDate: Thu, 1 May 2031 09:00:00 +0000\r\n\r\nYes."
    path = f"{text.path}/evidence"
    evidence = text.owner.send("POST", path, mail, kind="message/rfc822").id
    how = {"means": "email", "said_on": "2031-05-01", "note": "He wrote twice."}

    entered = enter(text, "Salt", evidence_id=evidence, **how)

    assert entered.status == 201, entered.body
    (answer,) = text.entry("Salt")["answers"]
    assert answer["is_entered"]
    assert {key: answer[key] for key in how} == how
    assert answer["evidence_id"] == evidence
    (seen,) = text.seen("Bob")["answers"]
    assert (seen["is_entered"], seen["means"], seen["said_on"]) == (True, "email", "2031-05-01")
    assert not {"note", "evidence_id"} & seen.keys(), "those are the coordinators'"
    used = text.owner.send("DELETE", f"/v1/evidence/{evidence}")
    assert used["type"] == "/problems/evidence-in-use"
    assert actions(text.owner, text.coalition, action="sign_off.entered") != []


def test_an_answer_is_not_of_tomorrow_nor_proved_by_another_text(text: SigningOff) -> None:
    text.open()
    another = a_sign_off(text.world, text.owner)
    path = f"{another.path}/evidence"
    evidence = text.owner.send("POST", path, b"Yes.", kind="text/plain").id

    late = enter(text, "Salt", said_on="2031-05-02")
    other = enter(text, "Salt", evidence_id=evidence)

    assert (late.status, list(late.faults)) == (422, ["/said_on"])
    assert (other.status, list(other.faults)) == (422, ["/evidence_id"])
    assert text.state("Salt") == "asked"
    assert enter(text, "Salt").status == 201, "nothing of it has to be known"
