"""Reads the mailboxes that letters come back to, by IMAP over TLS.

What was a report is deleted there: it names a person, and has done its part. All else stays, marked
as seen, for whoever looks after the mailbox. A worker that is killed between taking and marking
takes a message twice, which changes nothing.
"""

from __future__ import annotations

import imaplib
import re
import socket
import ssl
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import ColumnElement, and_, or_, select, update
from sqlalchemy.orm import Session

from api.errors import DomainError
from api.infra import clock
from api.infra.database.transactions import is_any, reading, transaction
from api.infra.mail.bounces import MOST_BYTES
from api.infra.net.egress import Egress, EgressRefused
from api.infra.runtime import runtime, thread_context
from api.mailings.models import MailServer
from api.mailings.rules.servers import MAILBOX_PORTS
from api.mailings.service import bounces, servers
from api.mailings.service.bounces import Outcome

log = structlog.get_logger()
EVERY = timedelta(minutes=5)
EVERY_REFUSED = timedelta(hours=1)  # a server locks who comes with a wrong password all the time
REFUSED = "login-refused"
AT_ONCE = 4  # mailboxes
BATCH = 50  # messages of one mailbox in one round
STEP = 2_000  # messages whose flags are read at a time
MOST_MESSAGES = 100_000  # whose flags are read
STEP_SECONDS, ROUND_SECONDS = 20.0, 120.0
ROUND_BYTES = 2 * BATCH * MOST_BYTES  # what a server may say in one round
LINE_BYTES = 500  # that a line counts as: a million short ones fill the memory, too
FAULTS: tuple[tuple[type[Exception], str], ...] = (
    (ssl.SSLCertVerificationError, "certificate"),
    (TimeoutError, "time-out"),
    (OSError, "no-connection"),
)
UID = re.compile(r"\bUID (\d{1,10})\b", re.ASCII)
SEEN = re.compile(r"\\(Seen|Deleted)\b", re.IGNORECASE)
UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f]")


class MailboxBroken(Exception):
    """A mailbox could not be read; `fault` is a word for why."""

    def __init__(self, fault: str) -> None:
        """Keep the word only: what a server says may hold anything."""
        super().__init__(fault)
        self.fault = fault


@dataclass(frozen=True)
class Target:
    """A mailbox and how to enter it."""

    host: str
    port: int
    user: str
    password: str


def are_due(session: Session) -> bool:
    """Tell whether a mailbox has not been read for a while."""
    return is_any(session, select(MailServer.coalition_id).where(_is_due()))


def read_due() -> dict[str, int]:
    """Read the mailboxes that are due; return how many, and what became of their messages."""
    within, due = thread_context(), _leased()

    def read(coalition_id: UUID) -> list[Outcome]:
        with within():
            return _read(coalition_id)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        outcomes = [each for found in pool.map(read, due) for each in found]
    counts = {outcome.value: outcomes.count(outcome) for outcome in Outcome}
    return {"mailboxes": len(due), **counts}


def _is_due() -> ColumnElement[bool]:
    now = clock.now()
    is_refused = MailServer.mailbox_fault.is_not_distinct_from(REFUSED)
    return and_(
        MailServer.mailbox_host.is_not(None),
        MailServer.mailbox_login.is_not(None),
        or_(
            MailServer.mailbox_read_at.is_(None),
            and_(~is_refused, MailServer.mailbox_read_at <= now - EVERY),
            MailServer.mailbox_read_at <= now - EVERY_REFUSED,
        ),
    )


def _leased() -> Sequence[UUID]:
    """Take the mailboxes that are due: nobody else reads them for as long as this may take."""
    with transaction() as session:
        query = select(MailServer.coalition_id).where(_is_due())
        found = session.scalars(query.with_for_update(skip_locked=True)).all()
        _change(session, MailServer.coalition_id.in_(found), mailbox_read_at=clock.now())
        return found


def _change(session: Session, which: ColumnElement[bool], **values: object) -> None:
    """Write what became of a mailbox; nobody's edit, so the row's version stays."""
    session.execute(
        update(MailServer).where(which).values(**values, updated_at=MailServer.updated_at)
    )


def _read(coalition_id: UUID) -> list[Outcome]:
    """Read one mailbox, and keep what is wrong with it. Its failure is its own."""
    outcomes: list[Outcome] = []
    try:
        try:
            with reading() as session:
                target = _target(session, coalition_id)
            if target is not None:
                _take_all(target, outcomes)
            fault = None
        except MailboxBroken as broken:
            fault = broken.fault
        with transaction() as session:
            _change(session, MailServer.coalition_id == coalition_id, mailbox_fault=fault)
    except Exception as failed:  # noqa: BLE001 # one mailbox stops no other; it is read again soon
        _log("mailbox not read", failed, coalition=str(coalition_id))
    return outcomes


def _target(session: Session, coalition_id: UUID) -> Target | None:
    """Find the mailbox; None: it was taken away a moment ago."""
    row = session.get(MailServer, coalition_id)
    if row is None or row.mailbox_host is None or row.mailbox_login is None:
        return None
    login = servers.login_of(session, row, MailServer.mailbox_login)
    port = row.mailbox_port or min(MAILBOX_PORTS)
    return Target(row.mailbox_host, port, login["user"], login["password"])


def _take_all(target: Target, outcomes: list[Outcome]) -> None:
    """Take the unseen messages of a mailbox, so many in one round."""
    with _entered(target) as line:
        for uid in _unseen(line)[:BATCH]:
            outcome = _taken(_fetched(line, uid))
            if outcome is None:
                continue
            outcomes.append(outcome)
            is_done = outcome is not Outcome.IGNORED
            mark = r"(\Seen \Deleted)" if is_done else r"(\Seen)"
            _said(line.uid("STORE", uid, "+FLAGS.SILENT", mark))
            if is_done:  # where a server cannot take away one, all that are marked so go
                _said(line.uid("EXPUNGE", uid) if line.knows_one else line.expunge())


def _taken(raw: bytes) -> Outcome | None:
    """Take one message; None: not now, so it stays unseen for the next round."""
    try:
        return bounces.take(raw)
    except Exception as failed:  # noqa: BLE001 # one message stops no other
        _log("message not taken", failed)
        return None


def _log(event: str, failed: Exception, **facts: str) -> None:
    """Say what went wrong; a trace could hold values."""
    name = failed.slug() if isinstance(failed, DomainError) else type(failed).__name__
    log.error(event, error=name, **facts)


def _unseen(line: _Line) -> list[str]:
    """Return the oldest messages that nobody has seen, at least as many as one round takes.

    By their flags: what a search of some of the messages means, servers do not agree on.
    """
    count, found = min(int(line.messages), MOST_MESSAGES), list[str]()
    for first in range(1, count + 1, STEP):
        data = _said(line.fetch(f"{first}:{min(first + STEP - 1, count)}", "(UID FLAGS)"))
        rows = [each.decode("latin-1") for each in data if isinstance(each, bytes)]
        unseen = [each for each in rows if not SEEN.search(each)]
        found += [each[1] for each in map(UID.search, unseen) if each]
        if len(found) >= BATCH:
            break
    return found


def _fetched(line: _Line, uid: str) -> bytes:
    """Return a message, as much of it as is read; nothing of one that was just taken away."""
    data = _said(line.uid("FETCH", uid, f"(BODY.PEEK[]<0.{MOST_BYTES}>)"))
    return next((bytes(part[1]) for part in data if isinstance(part, tuple)), b"")


def _said(answer: tuple[str, list[Any]]) -> list[Any]:
    """Return what a server said, if it did what it was asked for."""
    how, data = answer
    if how != "OK":
        raise MailboxBroken("junk")
    return data


class _Line(imaplib.IMAP4_SSL):
    """A line to a checked address of a host: its certificate is that of the host's name."""

    def __init__(self, egress: Egress, host: str, port: int) -> None:
        """Open it, for so long: a server that says a byte now and then keeps every time-out."""
        self._egress, self._left, self.messages = egress, ROUND_BYTES, b"0"
        self.knows_one = False  # how to take away one message
        self._open_socket: ssl.SSLSocket | None = None
        self._until = time.monotonic() + ROUND_SECONDS  # a line that was cut may still be full
        self._watch = threading.Timer(ROUND_SECONDS, self._cut)
        self._watch.daemon = True
        self._watch.start()
        try:
            super().__init__(
                host, port, ssl_context=ssl.create_default_context(), timeout=STEP_SECONDS
            )
        except BaseException:
            self.close_line()
            raise

    def _create_socket(self, timeout: float | None) -> ssl.SSLSocket:
        plain = self._egress.connected(self.host, self.port, timeout)
        secure: ssl.SSLSocket = self.ssl_context.wrap_socket(
            plain, server_hostname=self.host, do_handshake_on_connect=False
        )
        self._open_socket = secure
        secure.do_handshake()
        return secure

    def close_line(self) -> None:
        """Close it, whatever state it is in."""
        self._watch.cancel()
        with suppress(OSError, AttributeError):  # it may not have come so far
            self.shutdown()
        if self._open_socket is not None:
            self._open_socket.close()

    def _cut(self) -> None:
        """End what another thread waits for."""
        if self._open_socket is not None:
            with suppress(OSError):  # of the socket alone: its encryption is in use
                socket.socket.shutdown(self._open_socket, socket.SHUT_RDWR)

    def read(self, size: int) -> bytes:
        """Read so many bytes, as the server announced them."""
        self._spend(size)
        return super().read(size)

    def readline(self) -> bytes:
        """Read one line."""
        found = super().readline()
        self._spend(max(len(found), LINE_BYTES))
        return found

    def _spend(self, size: int) -> None:
        self._left -= size
        if self._left < 0 or time.monotonic() > self._until:
            raise self.abort("It says too much.")

    def enter(self, user: str, password: str) -> None:
        """Say who we are, in any script where the server can; raise MailboxBroken."""
        if UNPRINTABLE.search(user + password):
            raise MailboxBroken(REFUSED)
        try:
            if "AUTH=PLAIN" in self.capabilities:
                self.authenticate("PLAIN", lambda _: f"\0{user}\0{password}".encode())
            else:
                self.login(self._quote(user), password)
        except self.abort:
            raise
        except (self.error, UnicodeError):
            raise MailboxBroken(REFUSED) from None
        able = _said(self.capability())[-1] or b""  # after a login a server can do more
        self.knows_one = b"UIDPLUS" in able.upper().split()
        answer, data = self.select("INBOX")
        self.messages = _said((answer, data))[0] or b"0"


@contextmanager
def _entered(target: Target) -> Iterator[_Line]:
    """Open a mailbox for a while, or raise MailboxBroken, as when it breaks off later."""
    began = time.monotonic()
    try:
        with ExitStack() as closing:
            line = _opened(target)
            closing.callback(line.close_line)
            line.enter(target.user, target.password)
            yield line
            with suppress(OSError, imaplib.IMAP4.error):
                line.logout()
    except (OSError, imaplib.IMAP4.error, EgressRefused, ValueError) as fault:
        is_late = time.monotonic() - began >= ROUND_SECONDS
        raise MailboxBroken("time-out" if is_late else _word(fault)) from None


def _opened(target: Target) -> _Line:
    egress = runtime().egress
    # Settings may have changed since it was set.
    if target.port not in MAILBOX_PORTS | egress.ports:
        raise EgressRefused("out-of-reach")
    return _Line(egress, target.host, target.port)


def _word(fault: Exception) -> str:
    """Return a word for what went wrong on a line."""
    if isinstance(fault, EgressRefused):
        return fault.fault
    return next((word for kind, word in FAULTS if isinstance(fault, kind)), "junk")
