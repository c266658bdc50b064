"""Mail against a real server: what it takes, what it refuses, and what it never gets."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import pytest

from api.config import BadSettings
from api.infra.net import smtp
from api.infra.net.smtp import Attachment, MailBroken, Message, Refused, SmtpServer
from tests.support.smtp_server import Post, server
from tests.support.tls import certificate

if TYPE_CHECKING:
    from pathlib import Path

SENDER = "undersigned@specimen.example"
ID = UUID("0b5563aa-0000-4000-8000-000000000001")


def a_message(**facts: str) -> Message:
    whole: dict[str, Any] = {
        "to": "a@specimen.example",
        "sender_name": "Specimen Coalition",
        "subject": "Open the doors",
        "text": "Hello,\n.\nOpen.\n",
        "html": "<p>Hello</p>",
        **facts,
    }
    return Message(**whole)


def send(post: Post, *messages: Message, url: str = "smtp://127.0.0.1") -> None:
    with SmtpServer.at(f"{url}:{post.port}").connected(SENDER) as connection:
        for message in messages:
            connection.send(uuid4(), message)


def test_a_letter_arrives_whole() -> None:
    with (
        server(Post()) as post,
        SmtpServer.at(f"smtp://127.0.0.1:{post.port}").connected(SENDER) as it,
    ):
        it.send(ID, a_message(to_name="A. Specimen", subject="Откройте двери"))

    (took,) = post.took
    assert took["From"] == f"Specimen Coalition <{SENDER}>"
    assert took["To"] == '"A. Specimen" <a@specimen.example>'
    assert took["Subject"] == "Откройте двери"
    assert took["Message-ID"] == f"<{ID}@specimen.example>"
    assert took["Auto-Submitted"] == "auto-generated"
    plain, html = took.iter_parts()
    assert plain.get_content().splitlines() == ["Hello,", ".", "Open."]
    assert html.get_content().strip() == "<p>Hello</p>"


def test_files_and_a_way_out_go_along() -> None:
    attached = Attachment("Открытое письмо.pdf", "application/pdf", b"%PDF-1.7 specimen")
    way_out = "https://house.example/u/secret"
    with server(Post()) as post:
        send(post, replace(a_message(), attachments=[attached], unsubscribe=way_out))

    (took,) = post.took
    (file,) = took.iter_attachments()
    assert (file.get_filename(), file.get_content_type()) == (attached.name, "application/pdf")
    assert file.get_content() == attached.data
    assert took["List-Unsubscribe"] == f"<{way_out}>"
    assert took["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def test_many_letters_go_over_one_connection_and_over_a_new_one_when_the_server_has_enough() -> (
    None
):
    with server(Post()) as post:
        send(post, *[a_message()] * 5)
        assert (len(post.took), post.connections) == (5, 1)

    with server(Post(most=2)) as post:
        send(post, *[a_message()] * 5)
        assert (len(post.took), post.connections) == (5, 3)


@pytest.fixture
def theirs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ssl.SSLContext:
    """What a server shows that we trust."""
    shown, trusting = certificate(tmp_path, "127.0.0.1")
    monkeypatch.setattr(ssl, "create_default_context", lambda: trusting)
    return shown


def test_a_password_is_said_and_a_wrong_one_takes_nothing(
    theirs: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    with server(Post(), tls=theirs, auth=True) as post:
        send(post, a_message(), url="smtp+starttls://specimen:pass%20word%2F@127.0.0.1")
        assert len(post.took) == 1
        monkeypatch.setattr(smtp, "CONNECT_SECONDS", 1.0)  # this server delays who guesses
        with pytest.raises(MailBroken, match="could not be reached"):
            send(post, a_message(), url="smtp+starttls://specimen:wrong@127.0.0.1")


def test_what_should_be_encrypted_is_or_does_not_go(
    theirs: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    with server(Post(), tls=theirs) as post:
        send(post, a_message(), url="smtp+starttls://127.0.0.1")
        assert len(post.took) == 1
        monkeypatch.undo()
        with pytest.raises(MailBroken, match="SSLCertVerificationError"):
            send(post, a_message(), url="smtp+starttls://127.0.0.1")
    with server(Post()) as post, pytest.raises(MailBroken, match="SMTPNotSupportedError"):
        send(post, a_message(), url="smtp+starttls://127.0.0.1")
    assert post.took == []


@pytest.mark.parametrize(
    ("command", "answer", "is_final"),
    [
        ("RCPT", "550 No such mailbox", True),
        ("RCPT", "450 Greylisted", False),
        ("RCPT", "421 Go away", False),
        ("DATA", "554 Looks like spam", True),
        ("DATA", "451 Later", False),
        ("DATA", "452 Full", False),
    ],
)
def test_who_refuses_one_letter_takes_the_next(command: str, answer: str, is_final: bool) -> None:  # noqa: FBT001 # a case of a table
    with (
        server(Post({command: [answer]})) as post,
        SmtpServer.at(f"smtp://127.0.0.1:{post.port}").connected(SENDER) as connection,
    ):
        with pytest.raises(Refused) as refused:
            connection.send(uuid4(), a_message())
        connection.send(uuid4(), a_message(to="b@specimen.example"))

    assert (str(refused.value), refused.value.is_final) == (f"smtp-{answer[:3]}", is_final)
    assert post.recipients == ["b@specimen.example"]


@pytest.mark.parametrize("answer", ["550 You may not send", "451 Not now", "421 Closing"])
def test_who_refuses_our_address_is_no_server_now(answer: str) -> None:
    with server(Post({"MAIL": [answer]})) as post, pytest.raises(MailBroken, match=answer[:3]):
        send(post, a_message())


def test_nobody_there_is_no_server() -> None:
    with server(Post()) as post:
        pass
    with pytest.raises(MailBroken, match="ConnectionRefusedError"):
        send(post, a_message())


def test_who_takes_too_long_may_have_taken_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(smtp, "ANSWER_SECONDS", 0.2)
    with server(Post(seconds=1.0)) as post:
        with pytest.raises(Refused, match="smtp-broken") as refused:
            send(post, a_message())
        assert not refused.value.is_final


def drips(line: socket.socket) -> None:
    for _ in range(200):
        line.sendall(b"2")
        time.sleep(0.05)


def floods(line: socket.socket) -> None:
    while True:
        line.sendall(b"220-and this\r\n" * 1000)


def drips_later(line: socket.socket) -> None:
    line.sendall(b"220 ready\r\n")
    line.recv(1000)
    drips(line)


@pytest.mark.parametrize("speak", [drips, floods, drips_later])
def test_who_answers_without_end_is_no_server_in_the_time_of_one_answer(
    speak: Callable[[socket.socket], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(smtp, "CONNECT_SECONDS", 1.0)
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            with suppress(OSError), listening.accept()[0] as line:
                speak(line)

        threading.Thread(target=serve, daemon=True).start()
        began = time.monotonic()
        with pytest.raises(MailBroken):
            SmtpServer.at(f"smtp://127.0.0.1:{listening.getsockname()[1]}").opened()

    assert time.monotonic() - began < 5


def test_a_domain_in_any_script_is_reached_and_a_mailbox_where_the_server_can() -> None:
    with server(Post()) as post:
        send(post, a_message(to="a@bücher.example"), a_message(to="пётр@пример.example"))
        assert post.recipients[0] == "a@xn--bcher-kva.example"
        assert post.recipients[1] == "пётр@xn--e1afmkfd.example"
    with server(Post(), utf8=False) as post:
        with pytest.raises(Refused, match="553"):
            send(post, a_message(to="пётр@specimen.example"))
        send(post, a_message(to="a@bücher.example"))
        assert len(post.took) == 1


@pytest.mark.parametrize(
    "address",
    [
        "a@specimen.example, b@specimen.example",
        "a@specimen.example\r\nRCPT TO:<b@specimen.example>",
        "a@specimen.example> BODY=8BITMIME",
        "<a@specimen.example>",
        "a b@specimen.example",
        "@specimen.example",
        "a",
        "",
    ],
)
def test_what_is_no_one_address_goes_nowhere(address: str) -> None:
    with server(Post()) as post:
        with pytest.raises(Refused, match="553"):
            send(post, a_message(to=address))
        assert post.recipients == []


def test_words_in_headers_make_no_header_and_turn_nothing_around() -> None:
    hostile = "Open\r\nBcc: b@specimen.example\r\n\r\nthe \u202edoors\x00"
    message = a_message(subject=hostile + "x" * 900, sender_name=hostile, to_name=hostile)
    with server(Post()) as post:
        send(post, message)

    (took,) = post.took
    assert took["Bcc"] is None
    assert post.recipients == ["a@specimen.example"]
    assert took["Subject"].startswith("Open Bcc: b@specimen.example the doors")
    for header in ("From", "To"):
        assert [each.display_name for each in took[header].addresses] == [
            "Open Bcc: b@specimen.example the doors"
        ]
    assert all(len(line) <= 998 for line in took.as_bytes().splitlines())


@pytest.mark.parametrize(
    "url",
    ["http://mail.specimen.example", "smtp://", "smtp://host:0", "smtp://host:x", "smtp://host/x"],
)
def test_what_is_no_server_s_address_stops_the_start(url: str) -> None:
    with pytest.raises(BadSettings):
        SmtpServer.at(url)
