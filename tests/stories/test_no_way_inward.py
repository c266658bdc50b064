"""No target that a user sets leads inward: nothing is connected to, whatever its name says."""
# ruff: noqa: RUF001, S104 # look-alikes of digits, and addresses that are refused

from __future__ import annotations

import socket
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from ipaddress import ip_address, ip_network
from typing import TYPE_CHECKING, Any

import pytest

from api.infra.net import http
from api.infra.net.egress import Egress, EgressRefused, is_outside
from api.infra.net.http import CallFailed
from api.infra.runtime import runtime
from tests.support import webhook_receivers
from tests.support.builders import a_case, a_coalition
from tests.support.tls import certificate
from tests.support.webhook_receivers import (
    TYPES,
    deliveries,
    entered,
    later,
    reaching,
    receiver,
    told,
    work,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.conftest import World
    from tests.support.client import Client
    from tests.support.webhook_receivers import Receiver

INNER_PORT = 8443  # one that is allowed without any setting
NAME = "hooks.specimen.example"
PUBLIC = "93.184.215.14"
# What a name may not stand for: this machine, its networks, and the ways round to them.
INWARD = (
    "127.0.0.1", "127.255.0.9", "0.0.0.0", "10.0.0.1", "172.16.9.9", "192.168.1.1", "100.64.0.1",
    "169.254.169.254", "192.0.0.8", "192.0.2.1", "198.18.0.1", "198.51.100.7", "203.0.113.9",
    "192.88.99.1", "224.0.0.1", "239.1.1.1", "240.0.0.1", "255.255.255.255",
    "::1", "::", "fe80::1", "fc00::1", "fd12:3456::1", "fec0::1", "ff02::1", "100::1",
    "::ffff:127.0.0.1", "::ffff:169.254.169.254", "::ffff:10.0.0.1", "::127.0.0.1",
    "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::7f00:1",
    "2002:7f00:1::", "2002:a9fe:a9fe::1", "2001::1", "2001:0:7f00:1::", "2001:10::1",
    "2001:20::1", "2001:db8::1", "3fff::1", "4000::1", "5f00::1",
)  # fmt: skip
OUTWARD = (PUBLIC, "1.1.1.1", "2606:2800:21f:cb07:6820:80da:af6b:8b2c", "64:ff9b::5db8:d70e")
# How it can be written into an address.
LITERAL = (
    "https://127.0.0.1/", "https://127.1/", "https://2130706433/", "https://0x7f000001/",
    "https://0x7f.0.0.1/", "https://0177.0.0.1/", "https://017700000001/", "https://0/",
    "https://0.0.0.0/", "https://127.0.0.1./", "https://[::1]/", "https://[::]/",
    "https://[::ffff:127.0.0.1]/", "https://[::ffff:7f00:1]/", "https://[64:ff9b::7f00:1]/",
    "https://[2002:7f00:1::]/", "https://[fe80::1%25eth0]/", "https://169.254.169.254/latest/",
    "https://１２７.0.0.1/", "https://①②⑦.⓪.⓪.①/", "https://127。0。0。1/",
    "https://93.184.215.14/", "https://[2606:2800:21f:cb07:6820:80da:af6b:8b2c]/",
)  # fmt: skip
OTHERWISE_WRONG = (
    "http://hooks.specimen.example/", "ftp://hooks.specimen.example/", "file:///etc/passwd",
    "gopher://hooks.specimen.example:443/", "//hooks.specimen.example/", "hooks.specimen.example",
    "https://", "https:///x", "https://hooks.specimen.example:22/", "https:// /",
    "https://hooks.specimen.example:0/", "https://hooks.specimen.example:99999/",
    "https://hooks.specimen.example@127.0.0.1/", "https://user@hooks.specimen.example/",
    "https://user:word@hooks.specimen.example/", "https://hooks.specimen.example/#here",
    "https://hooks.specimen.example:443@localhost/", "https://hooks specimen.example/",
    "https://hooks.specimen.example\r\nX: y/", "https://[::1", "https://xn--/",
    "javascript:alert(1)", "https://" + "a" * 300 + ".example/",
)  # fmt: skip
INNER_NAMES = ("localhost", "localhost.", "ip6-localhost", "LOCALHOST")


@dataclass
class Wire:
    """What names stand for, how often each was asked for, and what was connected to."""

    names: dict[str, list[list[str]]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    connected: list[str] = field(default_factory=list)

    def resolve(self, host: Any, port: Any, *_: Any, **__: Any) -> list[Any]:
        name = host.decode() if isinstance(host, bytes) else str(host)
        try:
            found = [str(ip_address(name))]
        except ValueError:
            self.asked.append(name)
            answers = self.names.get(name)
            if answers is None:
                raise socket.gaierror(socket.EAI_NONAME, "no such host") from None
            found = answers.pop(0) if len(answers) > 1 else answers[0]
        kinds = {4: socket.AF_INET, 6: socket.AF_INET6}
        return [
            (
                kinds[ip_address(each).version],
                socket.SOCK_STREAM,
                6,
                "",
                (each, port) if ip_address(each).version == 4 else (each, port, 0, 0),
            )
            for each in found
        ]


@pytest.fixture
def wire(monkeypatch: pytest.MonkeyPatch) -> Wire:
    """Answer for every name, and let no connection leave this machine."""
    found, connect = Wire(), socket.socket.connect

    def connecting(self: socket.socket, address: Any) -> None:
        if self.family in {socket.AF_INET, socket.AF_INET6} and address[1] != 5432:
            found.connected.append(address[0])
            if not ip_address(address[0]).is_loopback:
                raise ConnectionRefusedError
        connect(self, address)

    monkeypatch.setattr(socket, "getaddrinfo", found.resolve)
    monkeypatch.setattr(socket.socket, "connect", connecting)
    return found


@contextmanager
def inner_sinks() -> Iterator[list[Receiver]]:
    """Listen within, on the port that is open to users' targets, for both kinds of address."""
    with ExitStack() as stack:
        yield [stack.enter_context(receiver(host, INNER_PORT)) for host in ("127.0.0.1",)]


def hits(sinks: list[Receiver]) -> int:
    return sum(each.connections for each in sinks)


@pytest.mark.parametrize("address", INWARD)
def test_an_address_within_is_known(address: str) -> None:
    assert not is_outside(ip_address(address))


@pytest.mark.parametrize("address", OUTWARD)
def test_an_address_of_the_internet_is_known(address: str) -> None:
    assert is_outside(ip_address(address))


@pytest.fixture
def coalition(owner: Client) -> str:
    return a_coalition(owner)


@pytest.mark.parametrize("url", [*LITERAL, *OTHERWISE_WRONG])
def test_an_address_that_is_no_target_is_refused_when_it_is_set(
    owner: Client, coalition: str, url: str
) -> None:
    path = f"/v1/coalitions/{coalition}/webhook-endpoints"
    answer = owner.post(path, {"url": url, "label": "Site", "types": TYPES})
    endpoint = f"/v1/webhook-endpoints/{webhook_receivers.an_endpoint(owner, coalition)}"
    changed = owner.patch(endpoint, {"url": url})

    assert answer.status == changed.status == 422, (answer.body, changed.body)
    assert set(answer.faults) == set(changed.faults) == {"/url"}
    assert len(owner.get(path)["items"]) == 1


def test_no_name_leads_inward(world: World, owner: Client, coalition: str, wire: Wire) -> None:
    with inner_sinks() as sinks:
        endpoint = entered(owner, coalition, url=f"https://{NAME}:{INNER_PORT}/")["endpoint"]["id"]
        a_case(owner, coalition)
        for address in INWARD:
            wire.names[NAME] = [[address]]
            later(world)
            work(world)
            (delivery,) = deliveries(owner, endpoint)
            assert delivery["fault"] == "out-of-reach", address
            assert delivery["status"] is None
            owner.post(f"/v1/webhook-deliveries/{delivery['id']}/replays")

        assert hits(sinks) == 0
    assert wire.connected == []


@pytest.mark.parametrize("name", INNER_NAMES)
def test_no_name_of_this_machine_leads_inward(
    world: World, owner: Client, coalition: str, wire: Wire, name: str
) -> None:
    wire.names |= {name: [["127.0.0.1"]], name.lower(): [["127.0.0.1"]]}
    with inner_sinks() as sinks:
        endpoint = entered(owner, coalition, url=f"https://{name}:{INNER_PORT}/")["endpoint"]["id"]
        a_case(owner, coalition)
        work(world)

        assert hits(sinks) == 0
    assert deliveries(owner, endpoint)[0]["fault"] == "out-of-reach"
    assert wire.connected == []


@pytest.mark.parametrize("others", [[PUBLIC, "127.0.0.1"], ["::1", PUBLIC]])
def test_one_inward_address_of_several_is_enough_to_refuse(
    world: World, owner: Client, coalition: str, wire: Wire, others: list[str]
) -> None:
    wire.names[NAME] = [others]
    endpoint = entered(owner, coalition, url=f"https://{NAME}/")["endpoint"]["id"]
    a_case(owner, coalition)
    work(world)

    assert deliveries(owner, endpoint)[0]["fault"] == "out-of-reach"
    assert wire.connected == []


def test_a_name_that_changes_its_address_after_it_was_checked_changes_nothing(
    world: World, owner: Client, coalition: str, wire: Wire
) -> None:
    wire.names[NAME] = [[PUBLIC], ["127.0.0.1"]]
    with inner_sinks() as sinks:
        endpoint = entered(owner, coalition, url=f"https://{NAME}:{INNER_PORT}/")["endpoint"]["id"]
        a_case(owner, coalition)
        work(world)
        assert wire.asked == [NAME]
        assert wire.connected == [PUBLIC]
        assert deliveries(owner, endpoint)[0]["fault"] == "no-connection"

        later(world)
        work(world)  # now it is resolved, and checked, again

        assert deliveries(owner, endpoint)[0]["fault"] == "out-of-reach"
        assert hits(sinks) == 0
    assert wire.connected == [PUBLIC]


def test_no_proxy_of_the_environment_is_used(
    world: World, owner: Client, coalition: str, wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    wire.names[NAME] = [[PUBLIC]]
    with inner_sinks() as sinks:
        for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "HTTP_PROXY"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{INNER_PORT}")
        entered(owner, coalition, url=f"https://{NAME}/")
        a_case(owner, coalition)
        work(world)

        assert hits(sinks) == 0
    assert wire.connected == [PUBLIC]


def test_what_the_operator_allows_no_more_is_not_connected_to(
    world: World, owner: Client, coalition: str
) -> None:
    with receiver(port=INNER_PORT) as sink:
        with reaching(world, sink):
            endpoint = entered(owner, coalition, url=sink.url)["endpoint"]["id"]
        a_case(owner, coalition)
        work(world)

        assert sink.connections == 0
    assert deliveries(owner, endpoint)[0]["fault"] == "out-of-reach"


def test_what_is_allowed_is_the_network_that_the_operator_names_and_no_other(
    world: World, owner: Client, coalition: str
) -> None:
    with receiver("127.0.0.2") as sink, reaching(world, sink, network="127.0.0.1/32"):
        path = f"/v1/coalitions/{coalition}/webhook-endpoints"
        answer = owner.post(path, {"url": sink.url, "label": "Site", "types": TYPES})

    assert set(answer.faults) == {"/url"}
    assert sink.connections == 0


def test_a_server_is_asked_by_its_name_over_the_checked_address(  # noqa: PLR0913, PLR0917 # fixtures
    world: World,
    owner: Client,
    coalition: str,
    wire: Wire,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    theirs, ours = certificate(tmp_path, NAME)
    sni: list[str] = []
    theirs.sni_callback = lambda _socket, name, _context: sni.append(name)
    wire.names[NAME] = [["127.0.0.1"]]
    with receiver(tls=theirs) as there, reaching(world, there):
        port = there.port
        url = f"https://{NAME}:{port}/hook?key=kestrel"
        endpoint = entered(owner, coalition, url=url)["endpoint"]["id"]
        a_case(owner, coalition)
        work(world)
        assert deliveries(owner, endpoint)[0]["fault"] == "certificate"  # nobody vouches for it
        assert there.took == []

        monkeypatch.setattr(http, "trusted", lambda: ours)
        later(world)
        work(world)
        assert deliveries(owner, endpoint)[0]["state"] == "delivered"

        other = f"https://other.specimen.example:{port}/"
        wire.names["other.specimen.example"] = [["127.0.0.1"]]
        wrong = entered(owner, coalition, url=other)["endpoint"]["id"]
        a_case(owner, coalition)
        work(world)
        assert deliveries(owner, wrong)[0]["fault"] == "certificate"

    assert there.took[0].headers["host"] == f"{NAME}:{port}"
    assert there.took[0].headers[":path"] == "/hook?key=kestrel"
    assert set(sni) == {NAME, "other.specimen.example"}


def test_of_several_addresses_one_that_answers_is_used(
    world: World, owner: Client, coalition: str, wire: Wire
) -> None:
    wire.names[NAME] = [["127.0.0.3", "127.0.0.1"]]
    with receiver() as there, reaching(world, there):
        port = there.port
        entered(owner, coalition, url=f"http://{NAME}:{port}/")
        for _ in range(3):
            a_case(owner, coalition)
        work(world)

    assert len(there.took) == 3
    assert wire.connected == ["127.0.0.3", "127.0.0.1"]


def test_no_cookie_comes_back(world: World, owner: Client, coalition: str) -> None:
    with told(world, owner, coalition) as (there, _, _):
        there.headers = {"Set-Cookie": "id=1; Path=/"}
        for _ in range(2):
            a_case(owner, coalition)
        work(world)

    assert len(there.took) == 2
    assert all("cookie" not in took.headers for took in there.took)


def test_a_line_leads_to_one_server(world: World) -> None:
    with world.app.app_context(), receiver() as there, reaching(world, there):
        other = there.url.replace("127.0.0.1", "127.0.0.2")
        with (
            http.line(runtime().egress, there.url) as line,
            pytest.raises(ValueError, match="one server"),
        ):
            line.call("GET", other)


def test_a_name_that_nobody_knows_is_a_word(world: World, wire: Wire) -> None:
    with (
        world.app.app_context(),
        pytest.raises(CallFailed) as failed,
        http.line(runtime().egress, "https://nobody.specimen.example/"),
    ):
        pass

    assert failed.value.fault == "host-unknown"


def test_mail_servers_are_checked_alike(wire: Wire) -> None:
    wire.names = {"in.specimen.example": [["10.0.0.1"]], "out.specimen.example": [[PUBLIC]]}
    with pytest.raises(EgressRefused):
        Egress().connected("in.specimen.example", 25, 1)
    assert wire.connected == []

    with pytest.raises(ConnectionRefusedError):
        Egress().connected("out.specimen.example", 25, 1)
    inside = Egress(networks=(ip_network("10.0.0.0/8"),))
    with pytest.raises(ConnectionRefusedError):
        inside.connected("in.specimen.example", 25, 1)
    assert wire.connected == [PUBLIC, "10.0.0.1"]


def test_a_mail_server_is_reached_at_the_next_of_its_addresses(wire: Wire) -> None:
    wire.names = {"mail.specimen.example": [[PUBLIC, "127.0.0.1", "127.0.0.2"]]}
    with socket.create_server(("127.0.0.1", 0)) as there:
        reach = Egress(networks=(ip_network("127.0.0.0/8"),))
        reach.connected("mail.specimen.example", there.getsockname()[1], 5).close()

    assert wire.connected == [PUBLIC, "127.0.0.1"]
    assert wire.asked == ["mail.specimen.example"]  # once: what was checked is what is reached
