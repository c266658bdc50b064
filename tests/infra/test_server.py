"""The HTTP server: slow clients take nobody's place, refusals are problems, and no log tells."""

from __future__ import annotations

import io
import json
import logging
import socket
import time
from contextlib import ExitStack, closing
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest

from api.cli import channel, listening as command, server
from api.web import logs
from tests.support.http_server import CANARY, GET, LARGE, PATIENCE, get, heard, serving, told

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """All that is logged, in full detail."""
    stream = io.StringIO()
    monkeypatch.setattr(logs, "sys", SimpleNamespace(stderr=stream))
    logs.configure("DEBUG")
    handler = logging.StreamHandler(stream)
    logging.getLogger().addHandler(handler)
    yield stream
    logging.getLogger().removeHandler(handler)
    monkeypatch.undo()
    logs.configure("WARNING")


def test_half_heads_hold_up_nobody_and_are_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(channel, "HEAD_SECONDS", 4.0)
    with serving() as house, ExitStack() as stack:
        lines = [stack.enter_context(house.connect()) for _ in range(500)]
        for line in lines:
            line.sendall(b"GET / HTTP/1.1\r\nHost: spec")
        assert house.seconds() < 4
        assert [heard(line) for line in lines] == [b""] * 500


@pytest.mark.parametrize(
    "begun", [b"", GET, GET + b"Content-Length: 900\r\n\r\n", b"\r\n\r\n"], ids=repr
)
def test_who_sends_a_byte_now_and_then_has_the_same_time(
    monkeypatch: pytest.MonkeyPatch, begun: bytes
) -> None:
    for name in ("HEAD_SECONDS", "BODY_SECONDS", "IDLE_SECONDS"):
        monkeypatch.setattr(channel, name, 1.0)
    with serving() as house, house.connect() as line:
        line.sendall(begun)
        began = time.monotonic()
        with pytest.raises(OSError):  # noqa: PT011, PT012 # broken pipe or reset
            while time.monotonic() - began < PATIENCE:
                line.sendall(b"\n" if begun == b"\r\n\r\n" else b"x")
                time.sleep(0.1)
        assert time.monotonic() - began < 5


def test_connections_that_ask_nothing_make_room_for_those_that_do(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(server, "MOST_CONNECTIONS", 100)
    with serving() as house, ExitStack() as stack:
        for _ in range(300):
            stack.enter_context(house.connect())
        assert house.seconds() < 2


HALF_HEAD, HALF_BODY = GET, get(b"Content-Length: 1000") + b"x"


@pytest.mark.parametrize(
    "words",
    [get(), HALF_HEAD, HALF_BODY, get() + HALF_HEAD, get() + HALF_BODY, get(path=b"/page")],
    ids=["idle", "half head", "half body", "another half head", "another half body", "unread"],
)
def test_who_came_first_makes_room_for_who_comes(
    monkeypatch: pytest.MonkeyPatch, words: bytes
) -> None:
    monkeypatch.setattr(server, "MOST_CONNECTIONS", 48)
    with serving() as house, ExitStack() as stack:
        for _ in range(60):
            line = stack.enter_context(house.connect())
            line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            line.sendall(words)
            if words not in {HALF_HEAD, HALF_BODY}:
                assert line.recv(10)
        for _ in range(40):
            assert house.seconds() < 2


def test_a_flood_of_half_heads_takes_no_place_of_who_sends_or_reads(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(server, "MOST_CONNECTIONS", 48)
    with serving() as house, ExitStack() as stack:
        sender, reader = house.connect(), house.connect()
        stack.enter_context(sender)
        stack.enter_context(reader)
        sender.sendall(get(b"Content-Length: 5", b"Connection: close") + b"ab")
        reader.sendall(get(b"Connection: close", path=b"/large"))
        reader.recv(10)
        for _ in range(200):
            stack.enter_context(house.connect()).sendall(HALF_HEAD)
        assert house.seconds() < 2

        sender.sendall(b"cde")
        assert told(heard(sender))["body"] == "abcde"
        assert len(heard(reader)) > LARGE["/large"]


def test_where_all_wait_for_a_thread_who_comes_waits_too(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(server, "MOST_CONNECTIONS", 48)
    with serving(threads=20) as house, ExitStack() as stack:
        lines = [stack.enter_context(house.connect()) for _ in range(100)]
        for line in lines:
            line.sendall(get(b"Connection: close", path=b"/slow"))
        for line in lines:
            assert heard(line).startswith(b"HTTP/1.1 200 OK")


def test_where_all_threads_are_busy_the_process_says_at_once_that_it_lives() -> None:
    with serving(threads=1) as house, ExitStack() as stack:
        lines = [stack.enter_context(house.connect()) for _ in range(3)]
        for line in lines:
            line.sendall(get(b"Connection: close", path=b"/slow"))
        time.sleep(0.3)
        began = time.monotonic()
        health = house.say(get(b"Connection: close", path=b"/healthz"))
        assert told(health)["PATH_INFO"] == "/healthz"
        assert time.monotonic() - began < 2
        behind = house.say(get(path=b"/healthz") + GET + b"\r\n")

        assert behind.count(b"200 OK") == 2
        assert time.monotonic() - began > 2, "who asks more behind it waits as everybody"


@pytest.mark.parametrize("path", [b"/stream", b"/large"])
def test_who_does_not_read_the_answer_gives_the_thread_back(
    monkeypatch: pytest.MonkeyPatch, path: bytes
) -> None:
    monkeypatch.setattr(channel, "READER_SECONDS", 1.0)
    with serving(threads=1) as house, house.connect() as line:
        line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        line.sendall(GET.replace(b"/who", path) + b"\r\n")
        line.recv(10)
        assert house.seconds() < 6
        until = time.monotonic() + 10
        while house.server.active_channels:
            assert time.monotonic() < until, "the connection stays"
            time.sleep(0.1)


def test_what_clients_send_and_do_not_read_is_bounded_in_all(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(server, "MOST_KEPT_BYTES", 3_000_000)
    with serving() as house, ExitStack() as stack:
        for _ in range(10):
            line = stack.enter_context(house.connect())
            line.sendall(GET + b"Content-Length: 1000000\r\n\r\n" + b"x" * 900_000)
        until = time.monotonic() + 10
        while len(house.server.active_channels) > 3:
            assert time.monotonic() < until
            time.sleep(0.1)
        assert house.seconds() < 2


def test_who_sent_little_stays_where_others_send_much(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "MOST_KEPT_BYTES", 2_000_000)
    with serving() as house, ExitStack() as stack:
        small = [stack.enter_context(house.connect()) for _ in range(5)]
        for line in small:
            line.sendall(GET + b"Content-Length: 1000\r\n\r\n" + b"x" * 100)
        for _ in range(3):
            line = stack.enter_context(house.connect())
            line.sendall(GET + b"Content-Length: 1000000\r\n\r\n" + b"x" * 700_000)
        until = time.monotonic() + 10
        while len(house.server.active_channels) > len(small) + 2:
            assert time.monotonic() < until
            time.sleep(0.1)
        for line in small:
            line.sendall(b"x" * 900)
            assert line.recv(12).endswith(b"200")


REFUSED = {
    "a token without its colon": (get(b"Authorization Bearer und_" + CANARY), 400),
    "a head that begins with a space": (get(b" folded: " + CANARY), 400),
    "a bare line feed": (get(b"X-Note: one\ntwo " + CANARY), 400),
    "a space before the colon": (get(b"Content-Length : 5"), 400),
    "the bytes of TLS": (
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + CANARY + b"\r\n\r\n",
        400,
    ),
    "HTTP/0.9": (b"GET /" + CANARY + b"\r\n\r\n", 400),
    "HTTP/2 by guess": (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505),
    "a small verb": (get().replace(b"GET", b"get"), 400),
    "no host": (b"GET / HTTP/1.1\r\n\r\n", 400),
    "two hosts": (get(b"Host: other.example"), 400),
    "an address of IPv6 that is none": (get(path=b"http://[" + CANARY), 400),
    "a long address": (get(path=b"/" + b"a" * 9000), 414),
    "a very long address": (get(path=b"/" + b"a" * 100_000), 414),
    "a long head": (get(b"X-Note: " + b"a" * 100_000), 431),
    "many heads": (get(*(b"X-%d: %s" % (n, CANARY) for n in range(5000))), 431),
    "a coding that is none": (get(b"Transfer-Encoding: gzip, chunked"), 501),
    "two lengths": (get(b"Content-Length: 5", b"Content-Length: 6"), 400),
    "a length that is none": (get(b"Content-Length: +5"), 400),
    "a length beyond numbers": (get(b"Content-Length: " + b"9" * 5000), 400),
    "a length and chunks": (get(b"Content-Length: 5", b"Transfer-Encoding: chunked"), 400),
    "chunked twice": (get(b"Transfer-Encoding: chunked", b"Transfer-Encoding: chunked"), 400),
    "an empty coding": (get(b"Transfer-Encoding:", b"Content-Length: 5"), 400),
    "chunks in HTTP/1.0": (get(b"Transfer-Encoding: chunked", version=b"1.0"), 400),
    "a chunk of no size": (get(b"Transfer-Encoding: chunked") + b"kestrel\r\n", 400),
    "a chunk without an end": (get(b"Transfer-Encoding: chunked") + b"1;" + b"a" * 2000, 400),
    "a trailer without an end": (
        get(b"Transfer-Encoding: chunked") + b"0\r\nX-Note: " + b"a" * 2000,
        400,
    ),
    "a large body": (get(b"Content-Length: 900000000"), 413),
    "a large body that waits": (get(b"Content-Length: 900000000", b"Expect: 100-continue"), 413),
    "an error of the application": (get(path=b"/broken/" + CANARY), 500),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_refused_before_the_application_is_a_problem_and_leaves_no_word(
    name: str, written: io.StringIO
) -> None:
    words, status = REFUSED[name]
    with serving() as house:
        answer = house.say(words)

    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.startswith((b"HTTP/1.1 %d " % status, b"HTTP/1.0 %d " % status))
    assert b"Content-Type: application/problem+json" in head
    problem = json.loads(body)
    assert problem["status"] == status
    assert problem["type"].startswith("/problems/")
    assert not set(problem) - {"type", "title", "status", "detail"}
    for text in (answer.decode().lower(), written.getvalue().lower()):
        assert "kestrel" not in text
        assert "bearer" not in text
        assert "127.0.0.1" not in text
        assert "waitress" not in text


def test_an_error_of_the_application_is_told_by_its_kind_and_place(written: io.StringIO) -> None:
    with serving() as house:
        house.say(get(path=b"/broken/" + CANARY))

    (line,) = map(json.loads, written.getvalue().splitlines())
    assert (line["event"], line["error"]) == ("server", "RuntimeError")
    assert line["at"][-1].startswith("http_server.py:")


def test_who_is_still_sending_hears_why_it_was_refused() -> None:
    with serving() as house, house.connect() as line:
        line.sendall(get(b"Content-Length: 900000000"))
        for _ in range(50):
            line.sendall(b"x" * 100_000)
        assert heard(line).startswith(b"HTTP/1.1 413 ")


def test_nothing_that_a_peer_says_of_itself_is_believed() -> None:
    lies = {
        b"SCRIPT_NAME": b"/lie",
        b"Script-Name": b"/lie",
        b"X_Forwarded_For": b"192.0.2.66",
        b"X-Forwarded-For": b"192.0.2.1",
        b"X-Forwarded-Proto": b"https",
        b"X-Forwarded-Prefix": b"/lie",
        b"Forwarded": b"for=192.0.2.2",
        b"REMOTE_ADDR": b"192.0.2.3",
        b"Remote-Addr": b"192.0.2.4",
    }
    with serving() as house:
        heads = [b"%s: %s" % each for each in lies.items()]
        environ = told(house.say(get(*heads, b"Connection: close")))

    assert environ["SCRIPT_NAME"] == ""
    assert environ["REMOTE_ADDR"] == "127.0.0.1"
    assert (
        environ["HTTP_X_FORWARDED_FOR"] == "192.0.2.1"
    )  # for who trusts a proxy; no other was let in


def test_a_path_is_told_as_it_was_sent() -> None:
    with serving() as house:
        assert (
            told(house.say(get(b"Connection: close", path=b"//v1//me")))["PATH_INFO"] == "//v1//me"
        )


def test_bodies_come_in_chunks_or_after_a_nod() -> None:
    close = b"Connection: close"
    with serving() as house:
        chunked = (
            get(b"Transfer-Encoding: Chunked", close) + b"3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n\r\n"
        )
        assert told(house.say(chunked))["body"] == "abcde"
        with house.connect() as line:
            line.sendall(get(b"Content-Length: 5", b"Expect: 100-continue", close))
            assert line.recv(1000) == b"HTTP/1.1 100 Continue\r\n\r\n"
            line.sendall(b"abcde")
            assert told(heard(line))["body"] == "abcde"
        assert told(house.say(get(b"Expect: 100-continue", close)))["body"] == ""


def test_requests_in_one_piece_are_answered_in_order() -> None:
    with serving() as house:
        paths = [b"/slow", b"/one", b"/two"]
        answer = house.say(b"".join(get(path=path) for path in paths) + GET + b"\r\n")

    places = [answer.index(b'"PATH_INFO": "%s"' % path) for path in [*paths, b"/who"]]
    assert places == sorted(places)


def test_who_asks_again_and_does_not_read_holds_no_thread_and_gets_whole_answers() -> None:
    with serving(threads=2) as house, ExitStack() as stack:
        lines = [stack.enter_context(house.connect()) for _ in range(2)]
        for line in lines:
            line.sendall(get(path=b"/page") * 20)
        time.sleep(1)
        assert house.seconds() < 5

        for line in lines:
            answers = heard(line).split(b"HTTP/1.1 200 OK\r\n")[1:]
            assert 1 <= len(answers) < 20
            bodies = [each.partition(b"\r\n\r\n")[2] for each in answers]
            assert {len(body) for body in bodies} == {LARGE["/page"]}


@pytest.mark.skipif(not socket.has_dualstack_ipv6(), reason="needs IPv6")
def test_all_addresses_of_ipv6_take_ipv4_too() -> None:
    with command.listen("[::]:0") as listening:
        for host in ("127.0.0.1", "::1"):
            with socket.create_connection((host, listening.getsockname()[1]), timeout=PATIENCE):
                listening.accept()[0].close()


def test_http_1_0_is_answered_and_closed() -> None:
    with serving() as house:
        assert house.say(b"GET /who HTTP/1.0\r\n\r\n").startswith(b"HTTP/1.0 200 OK\r\n")


def test_a_stop_ends_what_runs_and_takes_nothing_new() -> None:
    with serving() as house, closing(house.connect()) as running, closing(house.connect()) as idle:
        running.sendall(GET.replace(b"/who", b"/slow") + b"\r\n")
        time.sleep(0.3)
        house.server.stop()
        house.server.stop()

        assert heard(idle) == b""
        assert told(heard(running))["PATH_INFO"] == "/slow"
        house.thread.join(PATIENCE)
        with pytest.raises(OSError):  # noqa: PT011
            house.connect()


def test_a_stop_does_not_wait_for_who_does_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "STOP_SECONDS", 1.0)
    with serving() as house, house.connect() as line:
        line.sendall(GET.replace(b"/who", b"/stream") + b"\r\n")
        line.recv(10)
        began = time.monotonic()
        house.server.stop()
        house.thread.join(PATIENCE)
        assert time.monotonic() - began < 5
