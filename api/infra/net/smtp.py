"""Mail: a message in, one delivery by SMTP out; which there are, `infra/mail/letters` knows."""

from __future__ import annotations

import re
import smtplib
import socket
import ssl
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, replace
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP as POLICY
from functools import lru_cache
from typing import Any, cast
from urllib.parse import unquote, urlsplit
from uuid import UUID

from email_validator import EmailNotValidError, ValidatedEmail, validate_email

from api.config import BadSettings
from api.errors import Unavailable
from api.infra import clock
from api.infra.net.egress import Egress, EgressRefused
from api.infra.text.characters import on_one_line

CONNECT_SECONDS = 20.0
# For each answer. A server may look for viruses first, and who gives up earlier sends twice.
ANSWER_SECONDS = 120.0
MOST_BYTES = 64_000  # of an answer
PORTS = {"smtp": 25, "smtp+starttls": 587, "smtps": 465}
MOST_ANSWER = 200  # characters of a server's answer
READY = 220
TAKEN = (250, 251)
# What is wrong, by what was raised; the first that fits.
_WORDS: tuple[tuple[type[Exception], str], ...] = (
    (smtplib.SMTPAuthenticationError, "login-refused"),
    (smtplib.SMTPNotSupportedError, "no-encryption"),
    (ssl.SSLCertVerificationError, "certificate"),
    (ssl.SSLError, "no-encryption"),
    (TimeoutError, "time-out"),
)
PERMANENT = range(500, 600)
NO_SUCH_ADDRESS = 553
_AUTOMATIC: Any = POLICY.header_factory("Auto-Submitted", "auto-generated")
INTERNATIONAL = ("SMTPUTF8", "BODY=8BITMIME")  # for a mailbox whose name is not ASCII (RFC 6531)


class MailBroken(Unavailable, title="The mail server does not answer"):
    """The mail server takes nothing from us now; later it may. `word` says what is wrong."""

    def __init__(self, detail: str, word: str = "no-connection") -> None:
        """Keep what to tell the operator, and a word for who set the server."""
        super().__init__(detail)
        self.word = word


class Refused(Exception):
    """This one message was not taken; others may be. It may go later, unless that `is_final`."""

    def __init__(self, code: int | None = None) -> None:
        """Keep the code only, the server's words may hold the address; None: it broke off."""
        super().__init__("smtp-broken" if code is None else f"smtp-{code}")
        self.is_final = code in PERMANENT


@dataclass(frozen=True)
class Attachment:
    """A file that goes with a letter."""

    name: str
    media_type: str
    data: bytes


@dataclass(frozen=True, kw_only=True)
class Message:
    """One letter, ready to be sent."""

    to: str  # one address
    to_name: str | None = None
    sender_name: str
    subject: str
    text: str
    html: str
    attachments: Sequence[Attachment] = ()
    unsubscribe: str | None = None  # where one click ends such letters (RFC 8058)
    reply_to: str | None = None
    is_automatic: bool = True  # False: a person wrote it, to this recipient (RFC 3834)


@dataclass(frozen=True)
class SmtpServer:
    """Where mail goes out: `smtp://`, `smtp+starttls://` or `smtps://user:password@host:port`."""

    scheme: str
    host: str
    port: int
    user: str | None
    password: str | None
    egress: Egress | None = None  # of a server that a user set: what it may be

    @classmethod
    def at(cls, url: str) -> SmtpServer:
        """Read a server's address, or raise BadSettings."""
        parts = urlsplit(url)
        try:
            port = parts.port
        except ValueError:
            port = 0
        if parts.scheme not in PORTS or not parts.hostname or port == 0 or parts.path.strip("/"):
            raise BadSettings(
                "UNDERSIGNED_SMTP_URL is smtp://, smtp+starttls:// or smtps://user:password@host."
                " See docs/settings.md."
            )
        user, password = (value and unquote(value) for value in (parts.username, parts.password))
        return cls(parts.scheme, parts.hostname, port or PORTS[parts.scheme], user, password)

    def connected(
        self, sender: str, sender_name: str | None = None, returns: str | None = None
    ) -> closing[Connection]:
        """Open a connection for any number of messages; raise MailBroken.

        A `sender_name` stands in place of a message's own. What cannot be delivered comes back to
        `returns`, with the token of its letter.
        """
        return closing(Connection(self, sender, sender_name, returns))

    def opened(self) -> smtplib.SMTP:
        """Return a connection over which messages may go, or raise MailBroken."""
        try:
            return self._opened()
        except EgressRefused as fault:
            raise MailBroken("It may not be connected to.", fault.fault) from None
        except (OSError, smtplib.SMTPException) as fault:
            word = next((word for kind, word in _WORDS if isinstance(fault, kind)), "no-connection")
            raise MailBroken(f"It could not be reached ({type(fault).__name__}).", word) from None

    def _opened(self) -> smtplib.SMTP:
        connection: _Line
        if self.scheme == "smtps":
            secure = ssl.create_default_context()
            connection = _SecureLine(timeout=CONNECT_SECONDS, context=secure)
        else:
            connection = _Line(timeout=CONNECT_SECONDS)
        connection.egress = self.egress
        code, _ = connection.connect(self.host, self.port)
        if code != READY:
            connection.close()
            raise smtplib.SMTPConnectError(code, "")
        try:
            if self.scheme == "smtp+starttls":
                connection.starttls(context=ssl.create_default_context())
            connection.ehlo_or_helo_if_needed()
            if self.user is not None:
                connection.login(self.user, self.password or "")
            connection.sock.settimeout(ANSWER_SECONDS)  # type: ignore[union-attr] # it is connected
        except BaseException:
            connection.close()
            raise
        return connection


class _Line(smtplib.SMTP):
    """A line to a checked address; names in certificates are checked against the host's name."""

    egress: Egress | None = None  # None: the operator's own server

    def connect(
        self, host: str = "localhost", port: int = 0, source_address: Any = None
    ) -> tuple[int, bytes]:
        self._host = host  # what certificates are checked against
        return super().connect(host, port, source_address)

    def getreply(self) -> tuple[int, bytes]:
        """Read one answer. The time-out is for all of it: a server may send a byte now and then."""
        if self.file is None:
            self.file = _Lines(cast("socket.socket", self.sock))
        with self.file.within_time():
            return super().getreply()

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        if self.egress is None:
            return socket.create_connection((host, port), timeout)
        return self.egress.connected(host, port, timeout)


class _Lines:
    """The lines of a server: each answer within the time-out of its socket, and within bounds."""

    def __init__(self, line: socket.socket) -> None:
        self._socket, self._read = line, b""
        self._until, self._left = 0.0, 0

    @contextmanager
    def within_time(self) -> Iterator[None]:
        """Read one answer inside."""
        seconds = self._socket.gettimeout() or ANSWER_SECONDS
        self._until, self._left = time.monotonic() + seconds, MOST_BYTES
        try:
            yield
        finally:
            with suppress(OSError):  # it may be closed
                self._socket.settimeout(seconds)

    def readline(self, most: int) -> bytes:
        """Return one line, or what there is of it at the end; raise OSError."""
        while b"\n" not in self._read and len(self._read) < most:
            self._socket.settimeout(max(0.001, self._until - time.monotonic()))
            part = self._socket.recv(4096)
            if not part:
                break
            self._read += part
        end = self._read.find(b"\n", 0, most) + 1 or most
        found, self._read = self._read[:end], self._read[end:]
        self._left -= len(found)
        if self._left < 0:
            raise OSError("It says too much.")
        return found

    def close(self) -> None:
        """Nothing is open but the socket, which its line closes."""


class _SecureLine(smtplib.SMTP_SSL, _Line):
    """The same, encrypted from its first byte."""


class Connection:
    """A line to the server, for one message after another."""

    def __init__(
        self,
        server: SmtpServer,
        sender: str,
        sender_name: str | None = None,
        returns: str | None = None,
    ) -> None:
        """Open it, or raise MailBroken."""
        self._server, self._sender = server, sender
        self._sender_name, self._returns = sender_name, returns
        self._smtp = server.opened()
        self._is_fresh = True

    def send(self, message_id: UUID, message: Message, token: str | None = None) -> str:
        """Hand one message over; return what the server answers, without the address.

        Raise Refused where it is not taken, or MailBroken if none is.
        """
        recipient = _recipient(message.to)
        if self._sender_name:
            message = replace(message, sender_name=self._sender_name)
        written = compose(self._sender, message_id, message, recipient)
        back_to = self._sender
        if token and self._returns:
            back_to = return_path(self._returns, token)
            written["X-Letter"] = token  # some reports hold the letter only, and no return path
        policy = POLICY.clone(utf8=True) if recipient.smtputf8 else POLICY
        self._begin(back_to, INTERNATIONAL if recipient.smtputf8 else ())
        address = recipient.ascii_email or f"{recipient.local_part}@{recipient.ascii_domain}"
        said = self._hand_over(address, written.as_bytes(policy=policy))
        if address.lower() in said.lower():
            said = re.sub(re.escape(address), "…", said, flags=re.IGNORECASE)
        return said[:MOST_ANSWER]

    def close(self) -> None:
        """End it. What was accepted is accepted, so no answer is waited for."""
        with suppress(OSError, smtplib.SMTPException):
            self._smtp.putcmd("quit")
        self._smtp.close()

    def _begin(self, back_to: str, options: tuple[str, ...]) -> None:
        """Say that a message comes. Many servers close a line after so many: then on a new one."""
        try:
            self._announce(back_to, options)
        except MailBroken:
            if self._is_fresh:
                raise
            self._smtp = self._server.opened()
            self._announce(back_to, options)
        self._is_fresh = False

    def _announce(self, back_to: str, options: tuple[str, ...]) -> None:
        try:
            if options and self._smtp.sock and not self._smtp.has_extn("smtputf8"):
                raise Refused(NO_SUCH_ADDRESS)
            code, _ = self._smtp.mail(back_to, options)
        except (OSError, smtplib.SMTPException) as fault:
            self._smtp.close()
            raise MailBroken(f"It broke off ({type(fault).__name__}).") from None
        if code not in TAKEN:
            self._smtp.close()
            raise MailBroken(
                f"It answers {code} to the address that letters come from.", "sender-refused"
            )

    def _hand_over(self, address: str, written: bytes) -> str:
        """Give the message to its recipient; what goes wrong now may be the message's own fault."""
        try:
            code, said = self._smtp.rcpt(address)
            if code in TAKEN:
                code, said = self._smtp.data(written)
            if code not in TAKEN:
                self._smtp.rset()
        except smtplib.SMTPDataError as refused:
            code, said = refused.smtp_code, b""
            self._smtp.close()
        except (OSError, smtplib.SMTPException):
            self._smtp.close()
            raise Refused from None
        if code not in TAKEN:
            raise Refused(code)
        return on_one_line(f"{code} {said.decode(errors='replace')}")


def return_path(returns: str, token: str) -> str:
    """Return where one letter comes back to: an address with its token (VERP)."""
    local, _, domain = returns.rpartition("@")
    return f"{local}+{token}@{domain}"


def _recipient(address: str) -> ValidatedEmail:
    """Read an address; its domain may be written in any script, and so may its name."""
    try:
        return validate_email(address, check_deliverability=False, globally_deliverable=False)
    except EmailNotValidError:
        raise Refused(NO_SUCH_ADDRESS) from None


def compose(
    sender: str, message_id: UUID, message: Message, recipient: ValidatedEmail
) -> EmailMessage:
    """Return a message as it goes out.

    `Address` is what keeps one address one: in a plain header a comma would make it two.
    """
    domain = sender.rpartition("@")[2]
    to_name = on_one_line(message.to_name or "")
    local = recipient.ascii_local_part or recipient.local_part
    written = EmailMessage(policy=POLICY)
    written["From"] = _from(message.sender_name, sender)
    written["To"] = Address(to_name, username=local, domain=recipient.ascii_domain)
    written["Subject"] = on_one_line(message.subject)
    written["Date"] = clock.now()
    written["Message-ID"] = f"<{message_id}@{domain}>"
    if message.is_automatic:
        written["Auto-Submitted"] = _AUTOMATIC
    if message.reply_to:
        written["Reply-To"] = _recipient(message.reply_to).normalized
    if message.unsubscribe:
        written["List-Unsubscribe"] = f"<{message.unsubscribe}>"
        written["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    written.set_content(message.text, cte="quoted-printable")
    written.add_alternative(message.html, subtype="html", cte="quoted-printable")
    for each in message.attachments:
        main, _, sub = each.media_type.partition("/")
        written.add_attachment(each.data, maintype=main, subtype=sub, filename=each.name)
    return written


@lru_cache(maxsize=64)
def _from(sender_name: str, sender: str) -> Any:
    """Return the header of who writes, which is the same for letter after letter."""
    return POLICY.header_factory("From", Address(on_one_line(sender_name), addr_spec=sender))
