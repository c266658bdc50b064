"""What a stranger's message does to who reads what came back: nothing, and soon."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from api.infra.mail import bounces
from api.infra.runtime import EXTENSION
from api.mailings.service.bounces import Outcome
from tests.contracts.test_logs import must_hold_no_canary, written
from tests.stories.test_bounces import a_letter, causes, coalition, kind, take
from tests.support import bounce_reports
from tests.support.bounce_reports import NAME, Sent
from tests.support.workers import environment

if TYPE_CHECKING:
    import io

    from tests.conftest import World

__all__ = ["coalition", "kind", "written"]
MOST_SECONDS = 5.0


def _nested(depth: int, sent: Sent) -> bytes:
    opened = "".join(
        f'Content-Type: multipart/mixed; boundary="{n}"\n\n--{n}\n' for n in range(depth)
    )
    return f"X-Letter: {sent.token}\n{opened}".encode()


def hostile(sent: Sent) -> dict[str, bytes]:
    """Return messages that were made to break who reads them, or to keep them busy."""
    whole = bounce_reports.postfix(sent)
    start = f"From: postmaster@x.example\nX-Letter: {sent.token}\n"
    signs = "".join(
        f"{words}\n"
        for words in (
            "the following addresses had",
            "failed addresses follow:",
            "Your message could not be delivered",
            "A message that you sent could not be delivered",
            "This is the deliver program at",
            "not yet been delivered",
        )
    )
    slow = ["a" * 900, "a@" * 450, ",a@" * 300, " " * 900, "<" * 900, "=41" * 300]
    return {
        "nothing": b"",
        "zeros": b"\0" * 1_000_000,
        "noise": bytes(range(256)) * 4_000,
        "no header": start.encode() + b"\n" + b"\n" * 999_000,
        "deep": _nested(20_000, sent),
        "deep enough": _nested(bounces.MOST_PARTS, sent) + b"\n" * 900_000,
        "digests": _nested(15, sent).replace(b"mixed", b"digest") + b"\n\n" * 100_000,
        "one boundary": whole.replace(b"--4T0000.1/mx.post.example\n", b"", 1),
        "many parts": whole + b"--4T0000.1/mx.post.example\n\n" * 30_000,
        "many recipients": whole.replace(
            b"Action:", b"Action: failed\n\nFinal-Recipient: rfc822; a@b.example\nAction:" * 9_000
        ),
        "long header": start.encode() + b"To: " + b'";' * 400_000 + b"\n\n",
        "folded header": (start + "Content-Type: multipart/report" + '\n ;a";' * 99_000).encode(),
        "many headers": start.encode() + b"To: a@b.example\n" * 60_000,
        "comments": (start + "To: " + "(" * 400_000 + "\n\n").encode(),
        "charset": whole.replace(b"us-ascii", b"punycode"),
        "no charset": whole.replace(b"us-ascii", b"=?x?q?=ff?="),
        "base64": whole.replace(
            b"charset=us-ascii", b"charset=utf-8\nContent-Transfer-Encoding: base64"
        ),
        "uuencode": whole.replace(b"us-ascii", b"us-ascii\nContent-Transfer-Encoding: x-uuencode"),
        "type": whole.replace(b"message/delivery-status", b"message/;;//=\xff"),
        "wrong encoding": whole.replace(b"failed", b"f\xff\xfe\xed\xa0\x80ailed"),
        "many tokens": "".join(f"X-Letter: {n:a>40}\n" for n in ["b"] * 20_000).encode() + whole,
        **{
            f"words {n}": (start + "\n" + signs + f"{line}\n" * (900_000 // len(line))).encode()
            for n, line in enumerate(slow)
        },
        **{
            f"words in parts {n}": (
                start
                + 'Content-Type: multipart/mixed; boundary="b"\n\n'
                + f"--b\n\n{signs}{line}\n" * (900_000 // (len(line) + len(signs)))
            ).encode()
            for n, line in enumerate(slow)
        },
    }


def test_a_hostile_message_breaks_nothing_and_takes_little_time(
    world: World, coalition: str, written: io.StringIO
) -> None:
    sent, slow = a_letter(world, coalition), {}
    for name, raw in hostile(sent).items():
        began = time.process_time()
        assert take(world, raw) in Outcome
        if (took := time.process_time() - began) > MOST_SECONDS:
            slow[name] = took
    assert slow == {}
    must_hold_no_canary(written)


def test_of_a_giant_only_the_beginning_is_read(world: World, coalition: str) -> None:
    sent = a_letter(world, coalition)
    began = time.process_time()
    assert take(world, bounce_reports.postfix(sent) + b"x" * 100_000_000) is Outcome.BOUNCE
    assert take(world, b"x: y\n" * 20_000_000 + bounce_reports.postfix(sent)) is Outcome.IGNORED
    assert time.process_time() - began < MOST_SECONDS


def test_a_broken_parser_breaks_nothing_and_tells_no_address(
    world: World, coalition: str, monkeypatch: pytest.MonkeyPatch, written: io.StringIO
) -> None:
    def broken(whole: Any) -> None:
        raise RecursionError(NAME)

    raw = bounce_reports.postfix(a_letter(world, coalition))
    monkeypatch.setattr(bounces, "all_failures", broken)
    assert take(world, raw) is Outcome.IGNORED
    assert "RecursionError" in written.getvalue()
    assert NAME not in written.getvalue()


def _command(raw: bytes, world: World, **settings: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(  # noqa: S603 # our own command
        [Path(sys.executable).parent / "undersigned", "bounce"],
        input=raw,
        env={**environment(world.app.extensions[EXTENSION].settings), **settings},
        check=False,
        capture_output=True,
        timeout=60,
    )


def test_a_mail_server_hands_a_bounce_to_the_command(world: World, coalition: str) -> None:
    sent = a_letter(world, coalition)
    done = _command(bounce_reports.postfix(sent) + b"x" * 3_000_000, world)
    assert (done.returncode, done.stdout) == (0, b"bounce\n"), done.stderr
    assert causes(world, coalition) == {NAME: "bounce"}
    assert _command(b"Subject: hello\n\n", world).returncode == 0


@pytest.mark.parametrize(
    "settings",
    [
        {"UNDERSIGNED_DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none"},
        {"UNDERSIGNED_MASTER_KEYS": "wrong"},
    ],
    ids=["no server", "no key"],
)
def test_while_something_is_away_the_mail_server_is_to_try_again(
    world: World, coalition: str, settings: dict[str, str]
) -> None:
    done = _command(bounce_reports.postfix(a_letter(world, coalition)), world, **settings)
    assert done.returncode == 75
    assert NAME.encode() not in done.stderr
    assert causes(world, coalition) == {}
