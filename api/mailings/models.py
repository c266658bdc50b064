"""How a coalition's letters leave, and whom it writes to no more."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from api.infra.database import columns
from api.infra.security.keys import BlindBytes, Sealed


class Cause(StrEnum):
    """Why an address gets no more letters.

    `bounce`: nobody is there; or too many letters failed, which ends by itself. `complaint`:
    somebody called a letter of ours unwanted. `coordinator`: who asked to be left alone in
    another way.
    """

    BOUNCE = "bounce"
    COMPLAINT = "complaint"
    UNSUBSCRIBED = "unsubscribed"
    COORDINATOR = "coordinator"


class Security(StrEnum):
    """How a line to a mail server is encrypted; one that is not is not opened."""

    STARTTLS = "starttls"
    TLS = "tls"


class MailServer(columns.Versioned, columns.Base):
    """Where a coalition's letters go out, from whom, and where they come back to."""

    __tablename__ = "mail_servers"

    coalition_id: Mapped[UUID] = columns.part_of("coalitions", index=False, primary_key=True)
    host: Mapped[str] = mapped_column(String(253))
    port: Mapped[int]
    security: Mapped[Security] = mapped_column(columns.choice(Security))
    login: Mapped[Sealed | None]  # {"user", "password"}
    sender: Mapped[str] = mapped_column(String(254))
    sender_name: Mapped[str | None] = mapped_column(String(120))
    a_minute: Mapped[int]  # letters, to all
    a_minute_to_domain: Mapped[int]  # letters, to the mailboxes of one domain
    returns: Mapped[str | None] = mapped_column(String(254))  # what cannot be delivered goes there
    mailbox_host: Mapped[str | None] = mapped_column(String(253))  # IMAP over TLS
    mailbox_port: Mapped[int | None]
    mailbox_login: Mapped[Sealed | None]
    fault: Mapped[str | None] = mapped_column(String(80))
    faulty_since: Mapped[datetime | None]
    told_at: Mapped[datetime | None]
    mailbox_fault: Mapped[str | None] = mapped_column(String(80))
    mailbox_read_at: Mapped[datetime | None]


class Suppression(columns.Base):
    """One address that a coalition writes to no more, or that failed for a while."""

    __tablename__ = "suppressions"
    __table_args__ = (
        UniqueConstraint("coalition_id", "email_index"),
        Index("ix_suppressions_coalition_id_since", "coalition_id", "since", "id"),
    )

    id: Mapped[columns.Id]
    coalition_id: Mapped[UUID] = columns.part_of("coalitions", index=False)
    email_index: Mapped[bytes] = mapped_column(BlindBytes("suppressions.email"))
    email: Mapped[Sealed]  # to be exported, so that other tools leave it alone too
    cause: Mapped[Cause] = mapped_column(columns.choice(Cause))
    # None: it failed, and is still written to.
    since: Mapped[datetime | None]
    failures: Mapped[int] = mapped_column(default=0)  # that may pass: a full mailbox
    failed_at: Mapped[datetime | None]  # the last of them
    created_at: Mapped[columns.Created]
