"""Mail: a message in, one delivery by SMTP out. Which letters there are, `infra/letters` knows."""

from __future__ import annotations

import smtplib
import ssl
from contextlib import contextmanager
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP as POLICY
from email.utils import format_datetime
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from api.config import BadSettings
from api.errors import Unavailable
from api.infra import clock

if TYPE_CHECKING:
    from collections.abc import Iterator
    from uuid import UUID

SECONDS = 20.0  # to connect, and for each answer
PORTS = {"smtp": 25, "smtp+starttls": 587, "smtps": 465}
PERMANENT = range(500, 600)


class MailBroken(Unavailable):
    """The mail server does not take what we send now; later it may."""

    title = "The mail server does not answer"


class Undeliverable(Exception):
    """The mail server refuses this one message for good; `code` is its answer's."""

    def __init__(self, code: int) -> None:
        """Keep the code only: the server's words may hold the address."""
        super().__init__(f"smtp-{code}")
        self.code = code


@dataclass(frozen=True, kw_only=True)
class Message:
    """One letter, ready to be sent."""

    to: str  # one address
    to_name: str | None = None
    sender_name: str
    subject: str
    text: str
    html: str


@dataclass(frozen=True)
class Server:
    """Where mail goes out: `smtp://`, `smtp+starttls://` or `smtps://user:password@host:port`."""

    scheme: str
    host: str
    port: int
    user: str | None
    password: str | None

    @classmethod
    def at(cls, url: str) -> Server:
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

    @contextmanager
    def connected(self) -> Iterator[smtplib.SMTP]:
        """Open one connection for several messages; raise MailBroken."""
        try:
            connection = self._opened()
        except (OSError, smtplib.SMTPException) as fault:
            raise MailBroken(f"It could not be reached ({type(fault).__name__}).") from fault
        try:
            yield connection
        finally:
            connection.close()  # without QUIT: what was accepted is accepted

    def _opened(self) -> smtplib.SMTP:
        if self.scheme == "smtps":
            secure = ssl.create_default_context()
            connection: smtplib.SMTP = smtplib.SMTP_SSL(
                self.host, self.port, timeout=SECONDS, context=secure
            )
        else:
            connection = smtplib.SMTP(self.host, self.port, timeout=SECONDS)
        try:
            if self.scheme == "smtp+starttls":
                connection.starttls(context=ssl.create_default_context())
            if self.user is not None:
                connection.login(self.user, self.password or "")
        except BaseException:
            connection.close()
            raise
        return connection


def send(connection: smtplib.SMTP, sender: str, message_id: UUID, message: Message) -> None:
    """Hand one message over; raise Undeliverable, or MailBroken where it may go later."""
    written = compose(sender, message_id, message)
    try:
        connection.send_message(written, from_addr=sender, to_addrs=[message.to])
    except smtplib.SMTPRecipientsRefused as refused:
        ((code, _),) = refused.recipients.values()
        raise _refusal(code, refused) from refused
    except smtplib.SMTPResponseException as refused:
        raise _refusal(refused.smtp_code, refused) from refused
    except smtplib.SMTPNotSupportedError as refused:  # an address that this server cannot take
        raise Undeliverable(553) from refused
    except (OSError, smtplib.SMTPException) as fault:
        raise MailBroken(f"It broke off ({type(fault).__name__}).") from fault


def _refusal(code: int, fault: Exception) -> Exception:
    if code in PERMANENT:
        return Undeliverable(code)
    return MailBroken(f"It answers {code} ({type(fault).__name__}).")


def compose(sender: str, message_id: UUID, message: Message) -> EmailMessage:
    """Return a message as it goes out.

    `Address` is what keeps one address one: in a plain header a comma would make it two.
    """
    domain = sender.rpartition("@")[2]
    written = EmailMessage(policy=POLICY)
    written["From"] = Address(message.sender_name, addr_spec=sender)
    written["To"] = Address(message.to_name or "", addr_spec=message.to)
    written["Subject"] = message.subject
    written["Date"] = format_datetime(clock.now())
    written["Message-ID"] = f"<{message_id}@{domain}>"
    written["Auto-Submitted"] = "auto-generated"
    written.set_content(message.text, cte="quoted-printable")
    written.add_alternative(message.html, subtype="html", cte="quoted-printable")
    return written
