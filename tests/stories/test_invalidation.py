"""Many signatures leave the count by one rule, and come back; an attack is seen before."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from sqlalchemy import update

from api.infra import clock
from api.infra.background.jobs import Job
from api.infra.database.transactions import transaction
from api.moderation import rules
from api.moderation.service import invalidation
from api.signatures.models import SignatureState
from tests.support.builders import Signing, a_coalition, a_text
from tests.support.public_signatures import row_of, strangers

if TYPE_CHECKING:
    from tests.conftest import World
    from tests.support.client import Answer, Client

ROBOTS = "robots.example"


@pytest.fixture
def signing(world: World, owner: Client) -> Signing:
    coalition = a_coalition(owner)
    return Signing(world, owner, coalition, *a_text(owner, coalition))


def invalidate(signing: Signing, *, preview: bool = False, **rule: Any) -> Answer:
    path = f"{signing.path}/invalidations{'?preview=true' if preview else ''}"
    return signing.owner.post(path, {"rule": rule, "reason": "Robots."})


def total(signing: Signing) -> int:
    return int(signing.counts()["total"])


def test_a_dry_count_changes_nothing(signing: Signing, world: World) -> None:
    robots = strangers(world, signing.statement, ["Robot"] * 3, domain=ROBOTS)
    strangers(world, signing.statement, ["Ada Specimen"])

    answer = invalidate(signing, preview=True, domain=ROBOTS)

    assert (answer["number"], set(answer["sample"])) == (3, set(robots))
    assert answer["made"] is None
    assert total(signing) == 4
    assert signing.owner.get(f"{signing.path}/invalidations")["items"] == []


def test_a_rule_takes_out_whom_it_means_and_undoing_brings_them_back(
    signing: Signing, world: World
) -> None:
    robots = strangers(world, signing.statement, ["Robot"] * 3, domain=ROBOTS)
    held = strangers(world, signing.statement, ["Held"], domain=ROBOTS, state=SignatureState.HELD)
    strangers(world, signing.statement, ["Ada Specimen"])
    signing.sign(name="Entered Robot")

    made = invalidate(signing, domain=ROBOTS)["made"]

    assert made["number"] == 4
    assert total(signing) == 2
    assert signing.names(signing.somebody("editor")) == ["Ada Specimen", "Entered Robot"]
    assert b"robots.example" not in world.rows()
    for _ in range(2):
        undone = signing.owner.post(f"/v1/invalidations/{made['id']}/undoing")
        assert undone.status == 200
    assert undone["undone_at"]
    assert undone["number"] == 4
    assert total(signing) == 5
    assert row_of(world, held[0]).state is SignatureState.HELD
    assert row_of(world, held[0]).flags == []
    assert row_of(world, robots[0]).invalidation_id is None
    (listed,) = signing.owner.get(f"{signing.path}/invalidations")["items"]
    assert listed["rule"] == {"domain": ROBOTS, "source": "public"}
    assert signing.owner.get(f"/v1/invalidations/{made['id']}").json["reason"] == "Robots."


def test_each_part_of_a_rule_narrows_it(signing: Signing, world: World) -> None:
    (one, *_) = strangers(world, signing.statement, ["Хакимова Ада", "Bob Specimen"])
    strangers(world, signing.statement, ["Khakimova B"], prefix="198.51.100.0/24", domain=ROBOTS)
    strangers(world, signing.statement, ["Eve Specimen"], ago=timedelta(hours=5))
    an_hour_ago = (clock.now() - timedelta(hours=1)).isoformat()

    found = {
        "pattern": invalidate(signing, preview=True, name_pattern="*hakimova*")["number"],
        "both": invalidate(signing, preview=True, name_pattern="*hakimova*", domain=ROBOTS)[
            "number"
        ],
        "prefix": invalidate(signing, preview=True, prefix_of=one)["number"],
        "domain": invalidate(signing, preview=True, domain_of=one)["number"],
        "from": invalidate(signing, preview=True, **{"from": an_hour_ago})["number"],
        "until": invalidate(signing, preview=True, until=an_hour_ago)["number"],
        "country": invalidate(signing, preview=True, country="UZ")["number"],
        "below": invalidate(signing, preview=True, domain=f"mail.{ROBOTS}")["number"],
    }

    assert found == {
        "pattern": 2, "both": 1, "prefix": 3, "domain": 3, "from": 3, "until": 1, "country": 0,
        "below": 0,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("rule", "place"),
    [
        ({}, "/rule"),
        ({"source": "entered"}, "/rule"),
        ({"name_pattern": "*"}, "/rule/name_pattern"),
        ({"domain": "com"}, "/rule/domain"),
        ({"prefix_of": str(uuid4())}, "/rule/prefix_of"),
        ({"from": "2031-01-02T00:00:00Z", "until": "2031-01-01T00:00:00Z"}, "/rule/until"),
    ],
)
def test_a_rule_that_means_everybody_or_nobody_is_refused(
    signing: Signing, rule: dict[str, Any], place: str
) -> None:
    answer = invalidate(signing, **rule)

    assert answer.status == 422
    assert list(answer.faults) == [place]


def test_a_signature_of_another_statement_points_at_nobody(signing: Signing, world: World) -> None:
    other, _ = a_text(signing.owner, signing.coalition)
    (theirs,) = strangers(world, other, ["Ada Specimen"])

    assert invalidate(signing, domain_of=theirs).status == 422


def test_a_hostile_pattern_takes_no_time(signing: Signing, world: World) -> None:
    strangers(world, signing.statement, ["a" * 110 + "b"] * 50)
    began = time.perf_counter()

    answer = invalidate(signing, preview=True, name_pattern="*a" * 100 + "c?(.+)+$")

    assert answer["number"] == 0
    assert time.perf_counter() - began < 5


def test_many_are_taken_out_by_a_job_that_may_be_killed(
    signing: Signing, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rules, "MOST_IN_REQUEST", 10)
    monkeypatch.setattr(rules, "AT_ONCE", 7)
    strangers(world, signing.statement, [f"Robot {n}" for n in range(20)])
    strangers(world, signing.statement, [f"Ada {n}" for n in range(20)])

    answer = invalidate(signing, name_pattern="robot *")
    assert answer.status == 202
    assert answer.headers["Location"] == f"/v1/jobs/{answer['made']['job_id']}"
    assert total(signing) == 40
    _cut_off_after(monkeypatch, "take_out_batch", 2)
    world.work()
    assert 20 < total(signing) < 40
    assert signing.owner.get(answer.headers["Location"])["state"] == "queued"
    strangers(world, signing.statement, ["Robot 21"])  # who came later is not meant

    _again(world)

    assert total(signing) == 21
    job = signing.owner.get(answer.headers["Location"])
    assert (job["state"], job["result"]) == ("done", {"number": 20})
    undone = signing.owner.post(f"/v1/invalidations/{answer['made']['id']}/undoing")
    assert undone.status == 202
    world.work()
    assert total(signing) == 41


def _cut_off_after(monkeypatch: pytest.MonkeyPatch, name: str, batches: int) -> None:
    """Have a job break after some of its batches, as if its worker were killed between two."""
    act = getattr(invalidation, name)
    done: list[int] = []

    def cut(*args: Any) -> Any:
        if len(done) == batches:
            monkeypatch.setattr(invalidation, name, act)
            raise OSError
        done.append(1)
        return act(*args)

    monkeypatch.setattr(invalidation, name, cut)


def _again(world: World) -> None:
    """Let the pause of a job that broke be over."""
    with world.app.app_context(), transaction() as session:
        session.execute(update(Job).values(run_after=clock.now()))
    world.work()


@pytest.mark.long
def test_ten_thousand_leave_in_one_invalidation(signing: Signing, world: World) -> None:
    for start in range(0, 10_000, 2_500):
        strangers(world, signing.statement, [f"Robot {start + n}" for n in range(2_500)])
    strangers(world, signing.statement, ["Ada Specimen"], domain="other.example")
    began = time.perf_counter()

    answer = invalidate(signing, domain="strangers.example")
    world.work()

    assert answer.status == 202
    assert total(signing) == 1
    assert time.perf_counter() - began < 60


def test_two_rules_at_once_take_each_signature_out_once(signing: Signing, world: World) -> None:
    strangers(world, signing.statement, ["Robot"] * 30, domain=ROBOTS)
    callers = [signing.somebody("coordinator") for _ in range(3)]

    def act(number: int) -> int:
        callers[number].http = world.app.test_client()
        path = f"{signing.path}/invalidations"
        body = {"rule": {"domain": ROBOTS}, "reason": "Robots."}
        return int(callers[number].post(path, body)["made"]["number"])

    with ThreadPoolExecutor(3) as pool:
        assert sum(pool.map(act, range(3))) == 30

    assert total(signing) == 0


def test_trends_show_an_attack_without_naming_anybody(signing: Signing, world: World) -> None:
    robots = strangers(
        world, signing.statement, ["Robot"] * 6, domain=ROBOTS, prefix="x", flags=["one_word"]
    )
    strangers(world, signing.statement, ["Ada Specimen"] * 2)
    strangers(world, signing.statement, ["Old Robot"] * 9, domain=ROBOTS, ago=timedelta(days=2))

    told = signing.owner.get(f"{signing.path}/signing-trends")

    assert told["total"] == 8
    assert [hour["confirmed"] for hour in told["hours"]][-1] + told["hours"][-2]["confirmed"] == 8
    assert len(told["hours"]) == 24
    assert told["flags"] == {"one_word": 6}
    (share,) = told["domains"]
    assert share["number"] == 6
    assert share["signature_id"] in robots
    assert [each["number"] for each in told["prefixes"]] == [6]
    assert b"robots" not in told.body
    pointed = invalidate(signing, preview=True, prefix_of=share["signature_id"])
    assert pointed["number"] == 6


def test_a_stranger_and_an_editor_see_and_do_nothing(signing: Signing, world: World) -> None:
    (given,) = strangers(world, signing.statement, ["Ada Specimen"])
    made = invalidate(signing, domain="strangers.example")["made"]["id"]
    tries: list[tuple[str, str, Any]] = [
        ("GET", f"{signing.path}/moderation-queue", None),
        ("GET", f"{signing.path}/signing-trends", None),
        ("GET", f"{signing.path}/retention", None),
        ("GET", f"/v1/signatures/{given}/data", None),
        ("GET", f"/v1/invalidations/{made}", None),
        ("POST", f"/v1/invalidations/{made}/undoing", None),
        ("POST", f"/v1/signatures/{given}/approval", None),
        (
            "POST",
            f"{signing.path}/invalidations",
            {"rule": {"country": "KZ"}, "reason": "Because."},
        ),
    ]
    for caller, status in ((world.user("stranger"), 404), (signing.somebody("editor"), 403)):
        for method, path, body in tries:
            assert caller.send(method, path, body).status == status, path
    assert total(signing) == 0
