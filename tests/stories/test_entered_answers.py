"""Answers that a coordinator enters for a member: who said it, how, when, and what proves it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
import time_machine

from api.infra.background import jobs
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
        owner.token = owner.post("/v1/tokens", {"label": "tests", "days": 365})["secret"]
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


def sweep(text: SigningOff) -> None:
    with text.world.app.app_context():
        jobs.sweep()
    text.world.work()


def stored(text: SigningOff) -> int:
    folder = text.world.storage / "evidence" / text.coalition
    return len([path for path in folder.rglob("*") if path.is_file()])


def proved(text: SigningOff) -> str:
    """Enter an answer with a note and a mail, and publish; return the address of its keeping."""
    text.open()
    path = f"{text.path}/evidence?note=Canary"
    evidence = text.owner.send("POST", path, b"Yes, we sign.", kind="text/plain")
    assert evidence["note"] == "Canary"
    assert b"Canary" not in text.world.dump()
    how = {"means": "email", "said_on": "2031-05-01", "note": "He wrote twice."}
    assert enter(text, "Salt", evidence_id=evidence.id, **how).status == 201
    text.move("review", "published")
    return f"{text.path}/answer-evidence"


def test_what_proves_an_answer_goes_ninety_days_after_publishing(text: SigningOff) -> None:
    keeping = proved(text)
    signed = text.owner.send("POST", f"{text.path}/evidence", b"%PDF-1.7", kind="application/pdf")
    lines = b"kind,name\nindividual,A. Specimen\n"
    query = {"evidence_id": signed.id, "revision_sha256": text.sha256}
    path = f"{text.path}/signature-imports"
    text.owner.send("POST", path, lines, kind="text/csv", query_string=query)
    told = text.owner.get(keeping)

    assert (told["is_kept"], told["forget_on"]) == (False, "2031-07-30")
    with time_machine.travel(datetime(2031, 7, 29, 10, tzinfo=UTC), tick=False):
        sweep(text)
        assert stored(text) == 2
    with time_machine.travel(datetime(2031, 7, 30, 10, tzinfo=UTC), tick=False):
        sweep(text)
        (answer,) = text.entry("Salt")["answers"]
        assert (answer["note"], answer["evidence_id"]) == (None, None)
        assert (answer["means"], answer["answer"]) == ("email", "approved")
        assert stored(text) == 1, "what was signed on paper has a day of its own"
        left = text.owner.get(f"{text.path}/evidence")["items"]
        assert [each["id"] for each in left] == [signed.id]
        assert text.owner.get(keeping)["forgotten_on"] == "2031-07-30"
        assert actions(text.owner, text.coalition, action="answer_evidence.forgotten") != []


def test_what_proves_an_answer_is_kept_where_a_coordinator_says_so(text: SigningOff) -> None:
    keeping = proved(text)

    assert text.owner.put(keeping, {"is_kept": True})["is_kept"]
    with time_machine.travel(datetime(2031, 7, 30, 10, tzinfo=UTC), tick=False):
        sweep(text)
        assert (stored(text), text.entry("Salt")["answers"][0]["note"]) == (1, "He wrote twice.")
        assert text.owner.put(keeping, {"is_kept": False}).status == 200
        sweep(text)
        assert (stored(text), text.entry("Salt")["answers"][0]["note"]) == (0, None)
