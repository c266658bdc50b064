"""The mailboxes that letters come back to: read by IMAP, whatever their servers do meanwhile."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from contextlib import contextmanager, suppress
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
import time_machine

from api.infra import clock
from api.infra.background import jobs
from api.mailings.service import bounces, mailbox, suppressions
from tests.contracts.test_logs import must_hold_no_canary, written
from tests.stories.test_bounces import a_letter, causes, failures, kind
from tests.support import bounce_reports
from tests.support.bounce_reports import NAME
from tests.support.builders import a_coalition
from tests.support.imap_server import (
    HOST,
    PASSWORD,
    USER,
    Mailbox,
    give,
    has,
    imap,
    moves,
    server_of,
    within_reach,
)
from tests.support.tls import certificate

if TYPE_CHECKING:
    import io
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.conftest import World
    from tests.support.client import Client

__all__ = ["kind", "written"]


@pytest.fixture
def coalition(owner: Client) -> str:
    return a_coalition(owner)


@pytest.fixture
def theirs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ssl.SSLContext:
    """The certificate of the mail server's name, which this machine has here."""
    shown, trust = certificate(tmp_path, HOST)
    monkeypatch.setattr(ssl, "create_default_context", lambda *_, **__: trust)
    true = socket.getaddrinfo

    def looked_up(host: Any, *more: Any, **also: Any) -> Any:
        return true("127.0.0.1" if host == HOST else host, *more, **also)

    monkeypatch.setattr(socket, "getaddrinfo", looked_up)
    return shown


@pytest.fixture
def box(theirs: ssl.SSLContext) -> Iterator[Mailbox]:
    with imap(theirs, ssl.create_default_context()) as found:
        yield found


def sweep(world: World, *ports: int, after: timedelta = timedelta()) -> None:
    """Do what the house does by itself, some time from now."""
    at = time_machine.travel(clock.now() + after, tick=True)
    with within_reach(world, *ports), at:
        with world.app.app_context():
            jobs.sweep()
        world.work()


def fault_of(world: World, coalition: str) -> str | None:
    return server_of(world, coalition).mailbox_fault


def test_what_came_back_is_taken_out_and_the_rest_is_left_for_a_person(
    world: World, coalition: str, box: Mailbox
) -> None:
    sent = a_letter(world, coalition)
    box.put(bounce_reports.answer(sent), bounce_reports.gmail(sent), bounce_reports.away(sent))
    has(world, coalition, box.port)
    sweep(world, box.port)
    assert causes(world, coalition) == {NAME: "bounce"}
    assert len(box.kept) == 2
    assert all(r"\Seen" in flags and r"\Deleted" not in flags for flags in box.kept)
    assert (fault_of(world, coalition), server_of(world, coalition).version) == (None, 1)


def test_a_mailbox_is_read_every_five_minutes(world: World, coalition: str, box: Mailbox) -> None:
    has(world, coalition, box.port)
    sweep(world, box.port)
    box.put(bounce_reports.postfix(a_letter(world, coalition)))
    sweep(world, box.port, after=timedelta(minutes=4))
    assert causes(world, coalition) == {}
    sweep(world, box.port, after=timedelta(minutes=6))
    assert causes(world, coalition) == {NAME: "bounce"}
    assert box.kept == []


def test_a_full_mailbox_is_read_in_batches(
    world: World, coalition: str, box: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mailbox, "BATCH", 4)
    monkeypatch.setattr(mailbox, "STEP", 3)
    sent = a_letter(world, coalition)
    box.put(*[bounce_reports.answer(sent)] * 9, bounce_reports.complaint(sent))
    has(world, coalition, box.port)
    for minutes in (0, 6):
        sweep(world, box.port, after=timedelta(minutes=minutes))
    assert causes(world, coalition) == {}
    sweep(world, box.port, after=timedelta(minutes=12))
    assert causes(world, coalition) == {NAME: "complaint"}
    assert len(box.kept) == 9


def test_what_a_person_marked_stays_until_they_take_it_away(
    world: World, coalition: str, box: Mailbox
) -> None:
    sent = a_letter(world, coalition)
    box.put(bounce_reports.answer(sent))
    box.delete()
    box.put(bounce_reports.postfix(sent))
    has(world, coalition, box.port)
    sweep(world, box.port)
    assert causes(world, coalition) == {NAME: "bounce"}
    assert len(box.kept) == 1


def test_a_worker_that_is_killed_takes_a_message_twice_and_nothing_more_happens(
    world: World, coalition: str, box: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        """Nothing catches it, as nothing outlives a kill."""

    true = bounces.take

    def take(raw: bytes) -> Any:
        true(raw)
        raise Killed

    box.put(bounce_reports.postfix(a_letter(world, coalition), status="4.2.2"))
    has(world, coalition, box.port)
    monkeypatch.setattr(bounces, "take", take)
    with suppress(Killed):
        sweep(world, box.port)
    assert len(box.kept) == 1
    monkeypatch.setattr(bounces, "take", true)
    sweep(world, box.port, after=timedelta(minutes=6))
    assert (box.kept, failures(world)) == ([], 1)


def test_a_message_that_cannot_be_taken_now_is_taken_later(
    world: World,
    coalition: str,
    box: Mailbox,
    monkeypatch: pytest.MonkeyPatch,
    written: io.StringIO,
) -> None:
    def away(*_: Any) -> None:
        raise ConnectionError(NAME)

    sent = a_letter(world, coalition)
    box.put(bounce_reports.answer(sent), bounce_reports.postfix(sent), bounce_reports.answer(sent))
    has(world, coalition, box.port)
    with monkeypatch.context() as patched:
        patched.setattr(suppressions, "suppress", away)
        sweep(world, box.port)
    assert (len(box.kept), causes(world, coalition)) == (3, {})
    sweep(world, box.port, after=timedelta(minutes=6))
    assert (len(box.kept), causes(world, coalition)) == (2, {NAME: "bounce"})
    assert '"message not taken"' in written.getvalue()
    must_hold_no_canary(written)


def test_a_wrong_password_is_told_and_tried_once_an_hour(
    world: World, coalition: str, box: Mailbox
) -> None:
    has(world, coalition, box.port, password="wrong")  # noqa: S106 # of an invented mailbox
    sweep(world, box.port)
    assert fault_of(world, coalition) == "login-refused"
    give(world, coalition, user=USER, password=PASSWORD)
    sweep(world, box.port, after=timedelta(minutes=30))
    assert fault_of(world, coalition) == "login-refused"
    sweep(world, box.port, after=timedelta(minutes=61))
    assert fault_of(world, coalition) is None


@pytest.mark.parametrize("login", [{"user": "a\r\nX DELETE INBOX"}, {"password": "a\0b"}])
def test_a_login_is_no_command(
    world: World, coalition: str, box: Mailbox, login: dict[str, str]
) -> None:
    has(world, coalition, box.port, **login)
    sweep(world, box.port)
    assert fault_of(world, coalition) == "login-refused"


def test_without_leave_of_the_operator_no_line_goes_inward(
    world: World, owner: Client, coalition: str, box: Mailbox
) -> None:
    has(world, coalition, box.port)
    sweep(world)
    assert fault_of(world, coalition) == "out-of-reach"  # of the port
    has(world, other := a_coalition(owner), 993)
    with world.app.app_context():
        jobs.sweep()
    world.work()
    assert fault_of(world, other) == "out-of-reach"  # of the address
    sweep(world, box.port, after=timedelta(minutes=6))
    assert fault_of(world, coalition) is None


def test_a_certificate_is_that_of_the_hosts_name(
    world: World, coalition: str, box: Mailbox
) -> None:
    has(world, coalition, box.port, host="127.0.0.1")
    sweep(world, box.port)
    assert fault_of(world, coalition) == "certificate"


def test_a_host_that_is_not_there_is_told(world: World, owner: Client, coalition: str) -> None:
    has(world, coalition, 993, host="nobody.invalid")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    has(world, other := a_coalition(owner), port, host="127.0.0.1")
    sweep(world, port)
    assert fault_of(world, coalition) == "host-unknown"
    assert fault_of(world, other) == "no-connection"


@contextmanager
def a_strange_server(
    theirs: ssl.SSLContext, speak: Callable[[ssl.SSLSocket], None]
) -> Iterator[int]:
    """Run a server that says what it likes; whoever breaks off is of no interest to it."""
    listening = socket.create_server(("127.0.0.1", 0))

    def run() -> None:
        with suppress(OSError):
            while True:
                plain, _ = listening.accept()
                with suppress(OSError), theirs.wrap_socket(plain, server_side=True) as line:
                    speak(line)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    try:
        yield listening.getsockname()[1]
    finally:
        listening.shutdown(socket.SHUT_RDWR)
        listening.close()
        thread.join(20)


def _answers(line: ssl.SSLSocket, said: dict[str, str]) -> None:
    """Answer as a server would, but for some commands."""
    line.sendall(b"* OK ready\r\n")
    with line.makefile("rb") as heard:
        for command in heard:
            tag, name, *_ = command.decode().upper().split()
            usual = {
                "CAPABILITY": "* CAPABILITY IMAP4rev1\r\n{tag} OK done\r\n",
                "SELECT": "* 1 EXISTS\r\n{tag} OK [READ-WRITE]\r\n",
                "FETCH": "* 1 FETCH (UID 7 FLAGS ())\r\n{tag} OK done\r\n",
                "UID": "* 1 FETCH (UID 7 BODY[] {4}\r\na: b)\r\n{tag} OK done\r\n",
                "LOGOUT": "* BYE bye\r\n{tag} OK done\r\n",
            }
            answer = (usual | said).get(name, "{tag} OK done\r\n")
            line.sendall(answer.replace("{tag}", tag).encode())


def _drips(line: ssl.SSLSocket) -> None:
    for _ in range(600):
        line.sendall(b"*")
        time.sleep(0.05)


def _floods(line: ssl.SSLSocket) -> None:
    line.sendall(b"* OK ready\r\n")
    while True:
        line.sendall(b"* OK more\r\n" * 10_000)


def _strange() -> dict[str, tuple[Callable[[ssl.SSLSocket], None], str]]:
    def says(**said: str) -> Callable[[ssl.SSLSocket], None]:
        return lambda line: _answers(line, said)

    return {
        "nothing": (lambda line: None, "junk"),
        "http": (lambda line: line.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n"), "junk"),
        "a long line": (lambda line: line.sendall(b"*" * 3_000_000), "junk"),
        "bytes now and then": (_drips, "time-out"),
        "too much": (_floods, "junk"),
        "a giant": (says(UID="* 1 FETCH (BODY[] {99999999999}\r\n"), "junk"),
        "below zero": (says(SELECT="* -5 EXISTS\r\n{tag} OK done\r\n"), ""),
        "no number": (says(SELECT="* many EXISTS\r\n{tag} OK done\r\n"), "junk"),
        "no": (says(UID="{tag} NO later\r\n"), "junk"),
        "bad": (says(SELECT="{tag} BAD what\r\n"), "junk"),
        "bye": (says(SELECT="* BYE bye\r\n"), "junk"),
        "read only": (says(SELECT="* 1 EXISTS\r\n{tag} OK [READ-ONLY]\r\n"), "junk"),
        "not now": (says(LOGIN="{tag} NO [UNAVAILABLE]\r\n"), "login-refused"),
        "no IMAP": (says(CAPABILITY="* CAPABILITY POP3\r\n{tag} OK done\r\n"), "junk"),
    }


@pytest.mark.parametrize("name", _strange())
def test_whatever_a_server_says_it_is_a_word_and_holds_up_nobody(  # noqa: PLR0913 # fixtures
    world: World,
    owner: Client,
    coalition: str,
    box: Mailbox,
    *,
    theirs: ssl.SSLContext,
    name: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(mailbox, "ROUND_SECONDS", 3.0)
    monkeypatch.setattr(mailbox, "ROUND_BYTES", 1_000_000)
    speak, fault = _strange()[name]
    other = a_coalition(owner)
    box.put(bounce_reports.postfix(a_letter(world, other)))
    has(world, other, box.port)
    with a_strange_server(theirs, speak) as port:
        has(world, coalition, port, password="word")  # noqa: S106 # of an invented mailbox
        began = time.monotonic()
        sweep(world, port, box.port)
        assert time.monotonic() - began < 15
    # Who breaks off in the middle is at times seen to be gone before what they said is read.
    assert (fault_of(world, coalition) or "") in ({fault, "no-connection"} if fault else {""})
    assert (fault_of(world, other), causes(world, other)) == (None, {NAME: "bounce"})


def test_a_server_that_is_back_is_read_again(
    world: World, coalition: str, box: Mailbox, theirs: ssl.SSLContext
) -> None:
    with a_strange_server(theirs, lambda line: None) as port:
        has(world, coalition, port)
        sweep(world, port)
        assert fault_of(world, coalition) in {"junk", "no-connection"}
    sweep(world, port, after=timedelta(minutes=6))
    assert fault_of(world, coalition) == "no-connection"
    moves(world, coalition, box.port)
    box.put(bounce_reports.postfix(a_letter(world, coalition)))
    sweep(world, box.port, after=timedelta(minutes=12))
    assert (fault_of(world, coalition), causes(world, coalition)) == (None, {NAME: "bounce"})
