"""What is announced is heard, and stands on paper with all who hear it."""

from __future__ import annotations

from uuid import UUID

from api.signatures.events import SignaturesForgotten, Why
from api.statements.events import StatementMoved, StatementRevised
from api.statements.models import State, Weight
from tests.support import event_list

ONE, TWO, THREE = (UUID(int=each) for each in (1, 2, 3))


def test_the_page_of_events_is_the_one_that_is_written() -> None:
    assert event_list.PAPER.read_text("utf-8") == event_list.written()


def test_every_event_is_announced_and_heard() -> None:
    assert event_list.events()
    for event in event_list.events():
        assert event_list.announcers(event), event
        assert event_list.listeners(event), event
        assert all(line.endswith(".") for line in event_list.listeners(event)), event


def test_an_event_lies_in_a_job_as_it_did_when_events_were_words() -> None:
    of = {"coalition_id": ONE, "statement_id": TWO}
    ids = {"coalition_id": str(ONE), "statement_id": str(TWO)}
    moved = StatementMoved(**of, state=State.PUBLISHED)
    revised = StatementRevised(**of, number=3, weight=Weight.MATERIAL)
    forgotten = SignaturesForgotten(**of, signature_ids=(TWO, THREE), why=Why.OVER)

    assert moved.facts() == {**ids, "state": "published"}
    assert revised.facts() == {**ids, "number": "3", "weight": "material"}
    assert forgotten.facts() == {**ids, "signature_ids": f"{TWO},{THREE}", "why": "over"}
