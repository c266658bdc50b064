"""A coalition's letters leave over its own server, and what comes back is respected."""

from __future__ import annotations

import ssl
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import timedelta
from ipaddress import ip_network
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import pytest
import time_machine

from api.infra import clock
from api.infra.background import jobs
from api.infra.database.transactions import reading, transaction
from api.infra.mail import letters, sender, verp
from api.infra.mail.letters import LetterWriter
from api.infra.net.egress import Egress
from api.infra.runtime import EXTENSION
from api.mailings import rules
from api.mailings.models import Cause
from api.mailings.service import suppressions
from tests.support.builders import a_coalition, a_role
from tests.support.smtp_server import Post, a_kind, letter_of, mail_at, promise, server
from tests.support.tls import certificate
from tests.support.wiring import added

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.conftest import World
    from tests.support.client import Client

HOST = "127.0.0.1"


@pytest.fixture
def coalition(owner: Client) -> str:
    return a_coalition(owner)


@pytest.fixture(autouse=True)
def _kind(world: World) -> Iterator[None]:
    with a_kind(world.app):
        yield


@pytest.fixture
def theirs(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[ssl.SSLContext]:
    """What a coalition's server shows; the operator lets this machine be connected to."""
    shown, trusting = certificate(tmp_path, HOST)
    true = ssl.create_default_context  # with arguments it is the test's server that asks
    monkeypatch.setattr(
        ssl, "create_default_context", lambda **more: true(**more) if more else trusting
    )
    with reaching(world, networks=(ip_network("127.0.0.0/8"),)):
        yield shown


@contextmanager
def reaching(world: World, **more: Any) -> Iterator[None]:
    before = world.app.extensions[EXTENSION]
    world.app.extensions[EXTENSION] = replace(before, egress=Egress(**more))
    try:
        yield
    finally:
        world.app.extensions[EXTENSION] = before


def allow(world: World, port: int) -> None:
    runtime = world.app.extensions[EXTENSION]
    egress = replace(runtime.egress, ports=frozenset({port}))
    world.app.extensions[EXTENSION] = replace(runtime, egress=egress)


def set_server(owner: Client, coalition: str, port: int, **facts: Any) -> dict[str, Any]:
    path = f"/v1/coalitions/{coalition}/mail-server"
    body = {"host": HOST, "port": port, "sender": "letters@ngo.specimen.example", **facts}
    answer = owner.send("PUT", path, body, headers=_match(owner, path))
    assert answer.status == 200, answer.body
    return dict(answer.json)


def _match(owner: Client, path: str) -> dict[str, str]:
    there = owner.get(path)
    return {"If-Match": there.headers["ETag"]} if there.status == 200 else {}


def later(**span: float) -> time_machine.travel:
    return time_machine.travel(clock.now() + timedelta(**span), tick=False)


def sweep(world: World) -> None:
    with world.app.app_context():
        jobs.sweep()
    world.work()


def test_letters_leave_over_the_coalitions_server_as_its_sender_and_come_back_with_a_token(
    world: World, owner: Client, coalition: str, theirs: ssl.SSLContext
) -> None:
    login = {"user": "specimen", "password": "pass word/"}
    with server(Post(), tls=theirs, auth=True) as own, server(Post()) as house:
        allow(world, own.port)
        shown = set_server(
            owner, coalition, own.port, **login, sender_name="Us", returns="back@ngo.example"
        )
        with mail_at(world, f"smtp://{HOST}:{house.port}"):
            (about,) = promise(world, coalition=coalition)
            promise(world)
            world.work()

    (took,) = own.took
    assert took["From"] == "Us <letters@ngo.specimen.example>"
    assert len(house.took) == 1
    assert "password" not in shown
    assert b"pass word/" not in owner.get(f"/v1/coalitions/{coalition}/mail-server").body
    letter = letter_of(world, about)
    with world.app.app_context(), reading() as session:
        assert verp.read(session, took["X-Letter"], ["x@y.example"]) is None
        found = verp.read(session, took["X-Letter"], ["other@x.example", took["To"]])
    assert found is not None
    assert found[0].id == letter.id


def test_a_server_that_encrypts_from_the_first_byte_is_reached_if_it_is_the_right_one(
    world: World,
    owner: Client,
    coalition: str,
    theirs: ssl.SSLContext,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    path = f"/v1/coalitions/{coalition}/mail-server"
    with server(Post(), tls=theirs, at_once=True) as own:
        allow(world, own.port)
        set_server(owner, coalition, own.port, security="tls")
        with monkeypatch.context() as strange:
            nobody = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # trusts no authority
            strange.setattr(ssl, "create_default_context", lambda: nobody)
            promise(world, coalition=coalition)
            world.work()
        assert (own.took, owner.get(path)["fault"]) == ([], "certificate")
        with later(minutes=2):
            sweep(world)

    assert (len(own.took), owner.get(path)["fault"]) == (1, None)


def test_a_letter_that_may_not_tell_who_writes_leaves_over_the_house_or_waits(
    world: World, owner: Client, coalition: str, theirs: ssl.SSLContext
) -> None:
    with (
        a_kind(world.app, coalition=None),
        server(Post(), tls=theirs) as own,
        server(Post()) as house,
    ):
        allow(world, own.port)
        set_server(owner, coalition, own.port)
        (about,) = promise(world, coalition=coalition)
        world.work()
        assert letter_of(world, about).state == "queued"
        with mail_at(world, f"smtp://{HOST}:{house.port}"), later(minutes=11):
            sweep(world)

    assert (own.took, len(house.took)) == ([], 1)


def test_a_broken_server_delays_nobody_else_is_told_once_and_heals_by_itself(
    world: World, owner: Client, coalition: str, theirs: ssl.SSLContext
) -> None:
    del theirs
    path = f"/v1/coalitions/{coalition}/mail-server"
    allow(world, 1)
    set_server(owner, coalition, 1)
    with server(Post()) as house, mail_at(world, f"smtp://{HOST}:{house.port}"):
        (about,) = promise(world, coalition=coalition)
        promise(world)
        world.work()
        assert len(house.took) == 1
        assert owner.get(path)["fault"] == "no-connection"
        assert "check host and port" in owner.get(path)["advice"]
        for minutes in (11, 12, 13):
            with later(minutes=minutes):
                sweep(world)
        told = [each["To"] for each in house.took if owner.email in each["To"]]
        assert told == [f"owner <{owner.email}>"]
        assert letter_of(world, about).attempts == 0
        owner.send("DELETE", path, headers=_match(owner, path))
        with later(minutes=20):
            sweep(world)

    assert letter_of(world, about).state == "sent"
    assert owner.get(path).status == 404


def test_a_server_that_refuses_the_sender_is_told_so_until_it_takes_it(
    world: World, owner: Client, coalition: str, theirs: ssl.SSLContext
) -> None:
    path = f"/v1/coalitions/{coalition}/mail-server"
    with server(Post({"MAIL": ["550 Not you"]}), tls=theirs) as own:
        allow(world, own.port)
        set_server(owner, coalition, own.port)
        (about,) = promise(world, coalition=coalition)
        world.work()
        assert owner.get(path)["fault"] == "sender-refused"
        with later(minutes=2):
            sweep(world)

    assert letter_of(world, about).state == "sent"
    assert owner.get(path)["fault"] is None


def test_a_letter_tries_the_server_out(
    world: World, owner: Client, coalition: str, theirs: ssl.SSLContext
) -> None:
    with server(Post(), tls=theirs) as own:
        allow(world, own.port)
        set_server(owner, coalition, own.port)
        assert owner.post(f"/v1/coalitions/{coalition}/mail-server/trials").status == 202
        with added(world.app, LetterWriter(rules.write)):
            world.work()

    (took,) = own.took
    assert took["Subject"] == f"Letters leave over {HOST}"


@pytest.mark.parametrize(
    ("facts", "pointer"),
    [
        ({"host": "127.0.0.1"}, "/host"),
        ({"host": "0x7f.1"}, "/host"),
        ({"host": "mail.specimen.example", "port": 6379}, "/port"),
        ({"host": "mail.specimen.example", "mailbox": {"host": "[::1]"}}, "/mailbox/host"),
        ({"host": "mail.specimen.example", "mailbox": {"host": "a.example"}}, "/returns"),
        ({"host": "mail.specimen.example", "sender": "почта@specimen.example"}, "/sender"),
    ],
)
def test_a_server_that_leads_inward_is_refused_with_its_place(
    owner: Client, coalition: str, facts: dict[str, Any], pointer: str
) -> None:
    body = {"sender": "letters@specimen.example", "port": 587, **facts}

    answer = owner.send("PUT", f"/v1/coalitions/{coalition}/mail-server", body)

    assert answer.status == 422
    assert pointer in [each["pointer"] for each in answer["errors"]]


def test_a_name_that_leads_inward_is_not_connected_to(
    world: World, owner: Client, coalition: str
) -> None:
    with server(Post()) as inner:
        allow(world, inner.port)
        set_server(owner, coalition, inner.port, host="localhost")
        promise(world, coalition=coalition)
        world.work()

    assert inner.connections == 0
    assert owner.get(f"/v1/coalitions/{coalition}/mail-server")["fault"] == "out-of-reach"


@pytest.mark.parametrize("pace", ["a_minute", "a_minute_to_domain"])
def test_no_more_letters_a_minute_leave_than_were_allowed_whichever_worker_sends_them(
    world: World, owner: Client, coalition: str, theirs: ssl.SSLContext, pace: str
) -> None:
    with server(Post(), tls=theirs) as own:
        allow(world, own.port)
        set_server(owner, coalition, own.port, **{pace: 3})
        promise(world, 8, coalition=coalition)
        world.work()
        world.app.extensions[EXTENSION].rate_limits.close()  # another process counted nothing
        with world.app.app_context(), suppress(jobs.Later):
            sender.send_due(
                jobs.Work(uuid4(), letters.SEND, {"coalition_id": coalition}, None, uuid4(), 1)
            )
        assert len(own.took) == 3
        with later(minutes=2):
            sweep(world)
        assert len(own.took) == 6
        with later(minutes=4):
            sweep(world)

    assert len(own.took) == 8


@pytest.mark.parametrize(
    ("cause", "unsubscribe", "goes"),
    [
        (Cause.BOUNCE, None, False),
        (Cause.COMPLAINT, None, False),
        (Cause.UNSUBSCRIBED, None, True),
        (Cause.UNSUBSCRIBED, "https://house.example/u/x", False),
        (Cause.COORDINATOR, "https://house.example/u/x", False),
    ],
)
def test_who_wants_nothing_gets_nothing_but_what_they_ask_for(
    world: World, coalition: str, cause: Cause, unsubscribe: str | None, *, goes: bool
) -> None:
    address = "Kestrel.Canary+x@specimen.example"
    with (
        a_kind(world.app, unsubscribe=unsubscribe, to=address),
        server(Post()) as house,
        mail_at(world, f"smtp://{HOST}:{house.port}"),
    ):
        with world.app.app_context(), transaction() as session:
            assert suppressions.suppress(session, UUID(coalition), address.casefold(), cause)
        (about,) = promise(world, coalition=coalition)
        promise(world)
        world.work()

    assert len(house.took) == 1 + goes
    found = letter_of(world, about)
    assert (found.state, found.fault) == (("sent", None) if goes else ("dropped", "suppressed"))


def test_suppressions_are_listed_exported_and_lifted(
    world: World, owner: Client, coalition: str
) -> None:
    path = f"/v1/coalitions/{coalition}/suppressions"
    made = owner.post(path, {"email": "finch@specimen.example"})
    assert made.status == 201
    assert owner.post(path, {"email": "FINCH@specimen.example"}).status == 409
    for day in range(suppressions.MOST_FAILURES - 1):
        with later(days=day), world.app.app_context(), transaction() as session:
            assert not suppressions.failed(session, UUID(coalition), "full@specimen.example")
            assert not suppressions.failed(session, UUID(coalition), "full@specimen.example")

    assert [each["email"] for each in owner.get(path)["items"]] == ["finch@specimen.example"]
    last = later(days=suppressions.MOST_FAILURES)
    with last, world.app.app_context(), transaction() as session:
        assert suppressions.failed(session, UUID(coalition), "full@specimen.example")
    table = owner.get(f"{path}.csv").body.decode("utf-8-sig")
    assert "finch@specimen.example" in table
    assert "full@specimen.example" in table
    assert b"finch" not in world.dump()
    editor, other = world.user(), world.user()
    a_role(owner, coalition, editor, "editor")
    assert editor.get(path).status == 403
    assert other.send("DELETE", f"/v1/suppressions/{made.id}").status == 404
    assert owner.send("DELETE", f"/v1/suppressions/{made.id}").status == 204
    assert [each["cause"] for each in owner.get(path)["items"]] == ["bounce"]


def test_an_address_that_failed_for_a_while_is_forgotten_after_a_month(
    world: World, owner: Client, coalition: str
) -> None:
    with world.app.app_context(), transaction() as session:
        suppressions.failed(session, UUID(coalition), "full@specimen.example")
    with later(days=31):
        sweep(world)
        with world.app.app_context(), transaction() as session:
            for _ in range(suppressions.MOST_FAILURES - 1):
                assert not suppressions.failed(session, UUID(coalition), "full@specimen.example")

    assert owner.get(f"/v1/coalitions/{coalition}/suppressions")["items"] == []


def test_only_an_owner_sets_the_server_and_a_password_left_out_stays(
    world: World, owner: Client, coalition: str
) -> None:
    path = f"/v1/coalitions/{coalition}/mail-server"
    facts = {"host": "mail.specimen.example", "user": "letters", "password": "plover"}
    set_server(owner, coalition, 587, **facts)
    coordinator = world.user()
    a_role(owner, coalition, coordinator, "coordinator")
    assert coordinator.get(path)["user"] == "letters"
    body = {"host": "mail.specimen.example", "port": 587, "sender": "x@specimen.example"}
    assert coordinator.send("PUT", path, body, headers=_match(owner, path)).status == 403
    assert owner.send("PUT", path, body).status == 428

    set_server(owner, coalition, 465, host="mail.specimen.example", user="letters", security="tls")

    with world.app.app_context(), reading() as session:
        from api.mailings.service import servers  # noqa: PLC0415 # beside its only use

        way = servers.way(session, UUID(coalition))
    assert way is not None
    assert (way.server.scheme, way.server.password) == ("smtps", "plover")
    assert b"plover" not in world.dump()
    # A password is told to no other host than the one that it was typed for.
    set_server(owner, coalition, 465, host="other.specimen.example", user="letters", security="tls")
    with world.app.app_context(), reading() as session:
        way = servers.way(session, UUID(coalition))
    assert way is not None
    assert (way.server.host, way.server.password) == ("other.specimen.example", "")


def test_every_spelling_of_an_address_is_left_alone(world: World, coalition: str) -> None:
    spelled = ["Finch+news@gmail.com", "f.inch@gmail.com"]
    with world.app.app_context(), transaction() as session:
        suppressions.suppress(session, UUID(coalition), "finch@gmail.com", Cause.COMPLAINT)
        found = suppressions.suppressed(session, UUID(coalition), [*spelled, "other@gmail.com"])

    assert found.keys() == set(spelled)
