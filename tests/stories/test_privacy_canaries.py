"""Who signs in public is nowhere to be read: in the database, dumps, logs, jobs, letters, files."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from api.infra import clock
from api.infra.background import jobs
from api.infra.background.jobs import Job
from api.infra.database.transactions import reading, transaction
from api.infra.mail.letters import Letter
from api.infra.security.audit import AuditEntry
from api.signatures.models import SignatureState, Visibility
from api.statements.models import Signing as Opened
from api.web import logs
from tests.stories.test_canaries import a_dump
from tests.support.builders import Signing, a_coalition, a_text
from tests.support.public_signatures import opened, strangers, with_letters
from tests.support.signing import a_rush

if TYPE_CHECKING:
    import pytest

    from tests.conftest import World
    from tests.support.client import Client

CANARIES = ("Zimorodkova", "Зимородкова", "zimorodok.example", "zimorodok-block", "zimorod*")


def work(world: World, owner: Client) -> Signing:
    """Moderate a day's signatures, with every request that takes or gives a name."""
    coalition = a_coalition(owner)
    signing = Signing(world, owner, coalition, *a_text(owner, coalition))
    opened(world, signing.statement, until=clock.today())
    names = ["Ada Zimorodkova", "Ада Зимородкова"]
    of_them: dict[str, Any] = {"domain": "zimorodok.example"}
    given, hidden = strangers(world, signing.statement, names, **of_them)
    held = strangers(
        world,
        signing.statement,
        names * 4,
        state=SignatureState.HELD,
        flags=["mixed_script"],
        visibility=Visibility.COALITION,
        **of_them,
    )
    with_letters(world, given, name="Ada Zimorodkova")
    blocks = f"/v1/coalitions/{coalition}/blocks"
    for block in (
        {"kind": "address", "value": "zimorodok-block@zimorodok.example", "act": "drop"},
        {"kind": "name", "value": "zimorod* *"},
    ):
        assert owner.post(blocks, block).status == 201
        assert owner.post(blocks, block).status == 409
    reject = {"reason": "It is Zimorodkova."}
    assert owner.post(f"/v1/signatures/{held[0]}/rejection", reject).status == 200
    assert owner.post(f"/v1/signatures/{held[1]}/approval").status == 200
    rule = {"rule": {"name_pattern": "*zimorod*", "domain": "zimorodok.example"}}
    path = f"{signing.path}/invalidations"
    assert owner.post(f"{path}?preview=true", {**rule, "reason": "Once."})["number"] > 0
    made = owner.post(path, {**rule, "reason": "A robot."})["made"]["id"]
    assert owner.post(f"/v1/invalidations/{made}/undoing").status == 200
    owner.post(path, {"rule": {"domain": "Zimorodkova"}, "reason": "Zimorodkova"})
    owner.post(f"{signing.path}/moderation-decisions", {"ids": ["Zimorodkova"]})
    for read in ("moderation-queue", "signing-trends", "retention", "invalidations"):
        assert owner.get(f"{signing.path}/{read}").status == 200
    assert b"Zimorodkova" in owner.get(f"/v1/signatures/{given}/data").body
    assert owner.get(f"{signing.path}/document", format="text").status == 200
    assert owner.post(f"/v1/signatures/{hidden}/erasure").status == 200
    with world.app.app_context():
        jobs.sweep()
    world.work()
    return signing


def kept(world: World, logged: str) -> dict[str, bytes]:
    with world.app.app_context(), reading() as session:
        rows = {
            model.__tablename__: "\n".join(
                repr({key: value for key, value in vars(row).items() if key[0] != "_"})
                for row in session.scalars(select(model))
            ).encode()
            for model in (Job, Letter, AuditEntry)
        }
    return {
        **rows,
        "database": world.dump(),
        "dump": a_dump(world),
        "storage": world.files(),
        "names of files": "\n".join(map(str, world.storage.rglob("*"))).encode(),
        "logs": logged.encode(),
    }


def test_no_canary_is_readable_after_a_day_and_none_is_known_after_its_end(
    world: World, owner: Client, capfd: pytest.CaptureFixture[str]
) -> None:
    logs.configure("INFO")
    signing = work(world, owner)
    logged = capfd.readouterr()
    logs.configure("WARNING")

    assert logged.err.count('"event": "request"') > 10
    for place, content in kept(world, logged.out + logged.err).items():
        assert content or place in {"dump", "storage"}, place
        found = [canary for canary in CANARIES if canary.encode() in content]
        assert not found, place

    _end(world)

    assert signing.counts()["total"] == 3  # two that were given, and one that was approved
    answers = [
        signing.owner.get(f"{signing.path}/signatures"),
        signing.owner.get(f"{signing.path}/moderation-queue"),
        signing.owner.get(f"{signing.path}/document", format="text"),
    ]
    for answer in answers:
        assert answer.status == 200
        assert "Zimorodkova" not in answer.body.decode()


def _end(world: World) -> None:
    """Let the statement's day be over."""
    with world.app.app_context():
        with transaction() as session:
            for row in session.scalars(select(Opened)):
                row.retain_until = row.told_until = clock.today() - timedelta(days=1)
                row.told_on = clock.today() - timedelta(days=7)
        jobs.sweep()
    world.work()


def test_no_canary_of_the_public_page_is_readable(
    world: World, owner: Client, capfd: pytest.CaptureFixture[str]
) -> None:
    logs.configure("INFO")
    rush = a_rush(world, owner, moderation="flagged")
    blocks = f"/v1/coalitions/{rush.coalition}/blocks"
    owner.post(blocks, {"kind": "address", "value": "no@zimorodok.example", "act": "drop"})
    shy = {"visibility": "coalition", "name": "Ada Zimorodkova", "role": "Zimorodkova"}
    own = rush.signed("ada@zimorodok.example", **shy)
    rush.signed("one@zimorodok.example", **{**shy, "name": "Zimorodkova ♥♥"})
    rush.sent("no@zimorodok.example", **shy)
    rush.sent("late@zimorodok.example", **shy)
    rush.sent("bad@zimorodok.example", name="Zimorodkova www.zimorodok.example")
    rush.confirm("Zimorodkova")
    rush.work()
    (held,) = owner.get(f"/v1/statements/{rush.statement}/moderation-queue")["items"]
    assert (held["name"], held["reasons"]) == ("Zimorodkova ♥♥", ["symbols"])
    data = owner.get(f"/v1/signatures/{held['id']}/data")
    assert data.status == 200, data.body
    assert owner.post(f"/v1/signatures/{held['id']}/approval").status == 200
    assert rush.total() == 2
    path = f"/v1/public/own-signatures/{own}"
    assert world.stranger().post(f"{path}/withdrawal").status == 200

    logged = capfd.readouterr()
    logs.configure("WARNING")

    assert rush.total() == 1
    for place, content in kept(world, logged.out + logged.err).items():
        found = [canary for canary in CANARIES if canary.encode() in content]
        assert not found, place
