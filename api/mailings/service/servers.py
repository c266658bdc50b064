"""A coalition's own mail server: set, tried, and told about when it takes nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import InstrumentedAttribute, Session

from api.accounts.models import RoleGrant
from api.accounts.rules import Actor, Role
from api.coalitions.models import Coalition
from api.coalitions.service import owners
from api.errors import Invalid, NotFound
from api.infra import clock
from api.infra.database.transactions import Stale, reading, touch, transaction
from api.infra.mail import letters, verp
from api.infra.mail.letters import Facts, Letter
from api.infra.mail.sender import Way
from api.infra.net.smtp import SmtpServer
from api.infra.runtime import runtime
from api.infra.security import audit, keys
from api.mailings.models import MailServer, Security
from api.mailings.rules import servers as rules
from api.mailings.service import suppressions

Login = InstrumentedAttribute[bytes | None]

TEST, BROKEN = "mailings.test", "mailings.broken"
PATIENCE = timedelta(minutes=10)  # most faults are over by then
SAID = (
    "host", "port", "security", "sender", "sender_name", "a_minute", "a_minute_to_domain", "returns"
)  # fmt: skip
SCHEMES = {Security.STARTTLS: "smtp+starttls", Security.TLS: "smtps"}


@dataclass(frozen=True)
class MailServerView:
    """A mail server as its coalition sees it: with whose login, and without the password."""

    row: MailServer
    user: str | None
    mailbox_user: str | None


def server(actor: Actor, coalition_id: UUID) -> MailServerView:
    """Return a coalition's mail server, and whether it works."""
    actor.must(coalition_id, Role.COORDINATOR)
    with reading() as session:
        return _shown(session, _of(session, coalition_id))


def is_there(actor: Actor, coalition_id: UUID) -> bool:
    """Tell whether a coalition has a server of its own."""
    actor.must(coalition_id, Role.OWNER)
    with reading() as session:
        return session.get(MailServer, coalition_id) is not None


def put(
    actor: Actor, coalition_id: UUID, expected: int | None, facts: Mapping[str, Any]
) -> MailServerView:
    """Say where a coalition's letters go out. A password that is left out stays as it is."""
    if faults := rules.server_faults(facts, runtime().egress):
        raise Invalid("This server cannot be used.", faults)
    with transaction() as session:
        actor.must(coalition_id, Role.OWNER)
        session.get(Coalition, coalition_id, with_for_update=True)  # one server, one at a time
        row = session.get(MailServer, coalition_id)
        if row is None and expected is not None:
            raise Stale("Somebody has just deleted it. Send it without If-Match to set it anew.")
        if row is None:
            row = MailServer(coalition_id=coalition_id)
            session.add(row)
        elif expected is None:
            raise Stale("Somebody has just set a server. Read it, and change that.")
        else:
            touch(row, expected)
        _write(session, row, facts)
        keys.blind(session, coalition_id, verp.PURPOSE, "")  # made now: sending only reads
        session.flush()
        audit.append(session, actor, "mail_server.changed", coalition_id, coalition_id)
        _send_again(session, coalition_id)
        return _shown(session, row)


def _write(session: Session, row: MailServer, facts: Mapping[str, Any]) -> None:
    mailbox = facts["mailbox"] or {}
    is_same, is_same_box = facts["host"] == row.host, mailbox.get("host") == row.mailbox_host
    for name in SAID:
        setattr(row, name, facts[name])
    row.mailbox_host, row.mailbox_port = mailbox.get("host"), mailbox.get("port")
    _keep_login(session, row, MailServer.login, facts, keeps=is_same)
    _keep_login(session, row, MailServer.mailbox_login, mailbox, keeps=is_same_box)
    row.fault = row.mailbox_fault = row.faulty_since = row.told_at = None


def _keep_login(
    session: Session, row: MailServer, column: Login, facts: Mapping[str, object], *, keeps: bool
) -> None:
    """Keep who logs in. No password that was typed for one host is ever told to another."""
    user, password = facts.get("user"), facts.get("password")
    if user is not None and password is None:
        known = login_of(session, row, column)
        password = known["password"] if keeps and known.get("user") == user else ""
    secret = None if user is None else {"user": user, "password": password}
    keys.write(session, row, column, secret)


def drop(actor: Actor, coalition_id: UUID, expected: int) -> None:
    """Forget a coalition's server: its letters leave over the house's again."""
    with transaction() as session:
        actor.must(coalition_id, Role.OWNER)
        row = _of(session, coalition_id)
        touch(row, expected)
        audit.append(session, actor, "mail_server.deleted", coalition_id, coalition_id)
        session.delete(row)
        _send_again(session, coalition_id)


def _send_again(session: Session, coalition_id: UUID) -> None:
    """Have what waits leave the new way."""
    for is_bulk in (False, True):
        letters.promise_sending(session, coalition_id, is_bulk=is_bulk)


def try_out(actor: Actor, coalition_id: UUID) -> Letter:
    """Promise a letter to the owner who asks, over the coalition's server."""
    with transaction() as session:
        actor.must(coalition_id, Role.OWNER)
        _of(session, coalition_id)
        whose = RoleGrant.coalition_id == coalition_id, RoleGrant.user_id == actor.user_id
        grant = session.scalars(select(RoleGrant).where(*whose)).one()
        audit.append(session, actor, "mail_server.tried", coalition_id, coalition_id)
        letter_id = letters.promise(session, TEST, coalition_id, grant.id)
        return session.get_one(Letter, letter_id)


def _of(session: Session, coalition_id: UUID) -> MailServer:
    row = session.get(MailServer, coalition_id)
    if row is None:
        raise NotFound("The coalition has no mail server of its own: its letters leave by ours.")
    return row


def login_of(session: Session, row: MailServer, column: Login) -> dict[str, str]:
    """Return who logs in, and with what; empty where nobody does."""
    return keys.read(session, row, column) or {}


def _shown(session: Session, row: MailServer) -> MailServerView:
    user = login_of(session, row, MailServer.login).get("user")
    return MailServerView(row, user, login_of(session, row, MailServer.mailbox_login).get("user"))


def way(session: Session, coalition_id: UUID) -> Way | None:
    """Return how a coalition's letters leave, where it has a server of its own."""
    row = session.get(MailServer, coalition_id)
    if row is None:
        return None
    login = login_of(session, row, MailServer.login)
    scheme, egress = SCHEMES[row.security], runtime().egress
    return Way(
        SmtpServer(scheme, row.host, row.port, login.get("user"), login.get("password"), egress),
        row.sender,
        row.sender_name,
        row.returns,
        (row.a_minute, row.a_minute_to_domain),
    )


def is_suppressed(session: Session, coalition_id: UUID, facts: Facts) -> bool:
    """Tell whether a letter is not sent, as its address wants none or takes none.

    Who unsubscribed still gets what they ask for: a confirmation, a receipt.
    """
    for cause in suppressions.suppressed(session, coalition_id, [facts.to]).values():
        return cause in suppressions.DEAF or facts.unsubscribe is not None
    return False


def is_faulty(session: Session, coalition_id: UUID) -> bool:
    """Tell whether a coalition's own mail server takes no letters now."""
    row = session.get(MailServer, coalition_id)
    return row is not None and row.faulty_since is not None


def told(coalition_id: UUID, fault: str | None) -> None:
    """Keep what is wrong with a coalition's server; tell its owners, once, where it stays so."""
    with reading() as session:
        row = session.get(MailServer, coalition_id)
        if row is None or (fault is None and row.fault is None):
            return
    with transaction() as session:
        row = session.get(MailServer, coalition_id, with_for_update=True, populate_existing=True)
        if row is None:
            return
        row.fault, now = fault, clock.now()
        if fault is None:
            row.faulty_since = row.told_at = None
            return
        row.faulty_since = row.faulty_since or now
        if row.told_at is None and row.faulty_since <= now - PATIENCE:
            row.told_at = now
            # Of no coalition: it leaves over the house's server, for theirs takes nothing.
            letters.promise_all(session, BROKEN, None, owners.roles_of(session, coalition_id))


def test_facts(session: Session, role_id: UUID) -> Facts | None:
    grant = session.get(RoleGrant, role_id)
    row = session.get(MailServer, grant.coalition_id) if grant else None
    return owners.letter_to(session, grant, host=row.host) if grant and row else None


def broken_facts(session: Session, role_id: UUID) -> Facts | None:
    """Find what is wrong still; None where it has healed."""
    grant = session.get(RoleGrant, role_id)
    row = session.get(MailServer, grant.coalition_id) if grant else None
    if grant is None or row is None or row.fault is None:
        return None
    return owners.letter_to(session, grant, host=row.host, fault=row.fault)
