"""Block lists and the queue: who may sign, and who is looked at before they count."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import pytest
from sqlalchemy import update

from api.accounts.models import RoleGrant
from api.infra.background import jobs
from api.infra.database.transactions import reading, transaction
from api.infra.mail import letters
from api.infra.mail.letters import Letter
from api.signatures.models import BlockAct, Signature, SignatureState
from api.signatures.rules import blocking
from api.signatures.service import blocks
from tests.support.builders import Signing, a_coalition, a_role, a_text
from tests.support.public_signatures import number_of, opened, row_of, strangers

if TYPE_CHECKING:
    from tests.conftest import World
    from tests.support.client import Client

HELD = SignatureState.HELD


@pytest.fixture
def signing(world: World, owner: Client) -> Signing:
    coalition = a_coalition(owner)
    return Signing(world, owner, coalition, *a_text(owner, coalition))


def queue(signing: Signing) -> list[dict[str, object]]:
    items: list[dict[str, object]] = signing.owner.get(f"{signing.path}/moderation-queue")["items"]
    return items


def test_a_block_is_listed_keeps_its_kind_out_and_can_be_deleted(
    signing: Signing, world: World
) -> None:
    path = f"/v1/coalitions/{signing.coalition}/blocks"
    body = {"kind": "domain", "value": "*.Kenar.example", "act": "drop", "note": "Robots."}
    made = signing.owner.post(path, body)

    assert made.status == 201, made.body
    assert [each["value"] for each in signing.owner.get(path)["items"]] == ["*.Kenar.example"]
    assert b"kenar.example" not in world.rows().lower()
    with world.app.app_context(), reading() as session:
        found = blocks.of(session, UUID(signing.coalition))
        assert blocking.fits(found, "a@mail.kenar.example", "Ada") is BlockAct.DROP
    assert signing.owner.post(path, {**body, "value": "kenar.example"}).status == 409
    assert signing.owner.post(path, {"kind": "name", "value": "*"}).faults == {
        "/value": "Write at least 3 letters."
    }

    assert signing.owner.send("DELETE", f"/v1/blocks/{made.id}").status == 204
    assert signing.owner.send("DELETE", f"/v1/blocks/{made.id}").status == 404
    assert signing.owner.get(path)["items"] == []


def test_blocks_are_for_coordinators(signing: Signing) -> None:
    path = f"/v1/coalitions/{signing.coalition}/blocks"

    assert signing.somebody("editor").get(path).status == 403
    assert signing.world.user("stranger").get(path).status == 404


def test_what_is_held_waits_the_oldest_day_first_with_its_reasons(
    signing: Signing, world: World
) -> None:
    strangers(world, signing.statement, ["Second"], state=HELD, flags=["capitals"])
    strangers(world, signing.statement, ["First"], state=HELD, ago=timedelta(days=1))

    assert [(each["name"], each["reasons"]) for each in queue(signing)] == [
        ("First", []),
        ("Second", ["capitals"]),
    ]
    assert signing.counts()["total"] == 0
    assert signing.names(signing.somebody("editor")) == []


def test_an_approved_signature_counts_and_gets_its_place(signing: Signing, world: World) -> None:
    (held,) = strangers(world, signing.statement, ["Ada Specimen"], state=HELD)

    for _ in range(2):
        assert signing.owner.post(f"/v1/signatures/{held}/approval")["state"] == "counted"
    world.work()

    assert signing.counts()["total"] == 1
    assert signing.names() == ["Ada Specimen"]
    assert row_of(world, held).position == 1
    assert queue(signing) == []


def test_who_is_approved_gets_a_place_and_others_that_wait_for_theirs_are_left_alone(
    signing: Signing, world: World
) -> None:
    waiting = strangers(world, signing.statement, ["Bek Specimen", "Cyd Specimen"])
    with world.app.app_context(), transaction() as session:
        session.execute(update(Signature).values(position=None))
    (held,) = strangers(world, signing.statement, ["Ada Specimen"], state=HELD)

    assert signing.owner.post(f"/v1/signatures/{held}/approval").status == 200

    assert row_of(world, held).position == 1
    assert [row_of(world, each).position for each in waiting] == [None, None]


def test_a_rejected_signature_does_not_count_and_can_come_back(
    signing: Signing, world: World
) -> None:
    (given,) = strangers(world, signing.statement, ["Ada Specimen"])
    path, body = f"/v1/signatures/{given}", {"reason": "A robot."}

    for _ in range(2):
        assert signing.owner.post(f"{path}/rejection", body)["state"] == "rejected"
    assert signing.counts()["total"] == 0
    assert signing.names(signing.somebody("editor")) == []

    assert signing.owner.post(f"{path}/approval")["name"] == "Ada Specimen"
    assert signing.counts()["total"] == 1


def test_what_a_coordinator_entered_is_not_for_moderation(signing: Signing) -> None:
    entered = signing.sign()

    answer = signing.owner.post(f"/v1/signatures/{entered}/approval")

    assert answer.status == 409
    assert answer["type"] == "/problems/not-for-moderation"


def test_several_are_decided_together_or_none(signing: Signing, world: World) -> None:
    held = strangers(world, signing.statement, [f"Person {n}" for n in range(5)], state=HELD)
    path = f"{signing.path}/moderation-decisions"

    stray = signing.owner.post(path, {"decision": "approve", "ids": [*held, str(uuid4())]})
    assert stray.status == 422
    assert list(stray.faults) == ["/ids/5"]
    bare = signing.owner.post(path, {"decision": "reject", "ids": held})
    assert list(bare.faults) == ["/reason"]
    assert signing.counts()["total"] == 0

    approved = signing.owner.post(path, {"decision": "approve", "ids": [*held, held[0]]})
    assert approved.json == {"changed": 5, "unchanged": 0}
    assert signing.counts()["total"] == 5


def test_two_coordinators_at_once_count_a_signature_once(signing: Signing, world: World) -> None:
    held = strangers(world, signing.statement, ["Ada Specimen"] * 4, state=HELD)
    callers = [signing.somebody("coordinator") for _ in range(4)]

    def decide(number: int) -> int:
        client = callers[number]
        client.http = world.app.test_client()
        return client.post(
            f"{signing.path}/moderation-decisions", {"decision": "approve", "ids": held}
        ).status

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(decide, range(4))) == [200] * 4

    assert signing.counts()["total"] == 4


def test_coordinators_are_told_once_a_day_that_something_waits(
    signing: Signing, world: World
) -> None:
    a_role(signing.owner, signing.coalition, world.user("kollege"), "coordinator")
    a_role(signing.owner, signing.coalition, world.user("reader"), "viewer")
    (held,) = strangers(world, signing.statement, ["Ada Specimen"], state=HELD)

    for _ in range(2):
        _swept(world)

    assert number_of(world, Letter) == 2
    facts = _facts(world)
    assert facts is not None
    queue = f"http://127.0.0.1:5000/v1/statements/{signing.statement}/moderation-queue"
    about = {"title": "Open the doors", "number": 1, "link": queue, "accent": "#0b5563"}
    assert facts.facts == about
    assert facts.coalition == "Specimen Coalition"
    signing.owner.post(f"/v1/signatures/{held}/rejection", {"reason": "A robot."})
    assert _facts(world) is None


def test_of_a_sensitive_statement_a_neutral_letter_tells(signing: Signing, world: World) -> None:
    opened(world, signing.statement, until=None, sensitive=True)
    strangers(world, signing.statement, ["Ada Specimen"], state=HELD)

    facts = _facts(world)

    assert facts is not None
    assert facts.coalition is None


def _swept(world: World) -> None:
    with world.app.app_context():
        jobs.sweep()
    world.work()


def _facts(world: World) -> letters.Facts | None:
    with world.app.app_context(), reading() as session:
        grant = session.query(RoleGrant).filter_by(role="owner").one()
        return letters.facts_of(session, "moderation.waiting", grant.id)


def test_a_decision_is_undone_by_putting_the_signature_back_into_the_queue(
    signing: Signing, world: World
) -> None:
    first, second = strangers(world, signing.statement, ["Ada", "Bela"], state=HELD)
    path = f"{signing.path}/moderation-decisions"
    for ids, said, reason in (([first], "approve", None), ([second], "reject", "A robot.")):
        body = {"decision": said, "ids": ids, "reason": reason}
        assert signing.owner.post(path, body)["changed"] == 1
    assert queue(signing) == []

    back = signing.owner.post(path, {"decision": "hold", "ids": [first, second]})

    assert back.json == {"changed": 2, "unchanged": 0}
    assert {each["id"] for each in queue(signing)} == {first, second}
    assert signing.owner.get(f"{signing.path}/signature-counts")["total"] == 0
    entries = f"/v1/coalitions/{signing.coalition}/audit-entries"
    assert len(signing.owner.get(entries, action="signature.held")["items"]) == 2
