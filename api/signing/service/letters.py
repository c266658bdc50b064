"""What the letters to signatories say: confirm, you have signed already, your receipt."""

from __future__ import annotations

from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from api.coalitions.models import Coalition
from api.infra.mail import letters
from api.infra.runtime import runtime
from api.infra.security import codes, keys, links
from api.signatures.rules import naming
from api.signing import rules
from api.signing.models import PendingSignature
from api.signing.service.confirming import same
from api.signing.service.pending_batch import code_of
from api.statements.models import Signing, Statement


def _facts(session: Session, asked: PendingSignature, **more: object) -> letters.Facts | None:
    request = keys.read(session, asked, PendingSignature.request)
    if request is None:
        return None
    statement = session.get_one(Statement, asked.statement_id)
    signing = session.get_one(Signing, statement.id)
    coalition = session.get_one(Coalition, statement.coalition_id)
    name = (request.get("represented_by") or {}).get("name") or request.get("name")
    return letters.Facts(
        to=request["email"],
        language=asked.language,
        coalition=None if signing.is_sensitive else coalition.name,
        facts={
            "name": None if name and naming.may_link(name) else name,
            "title": statement.title,
            "accent": coalition.accent,
            "statement_link": _page("s", signing.address),
            **more,
        },
    )


def _page(kind: str, rest: str) -> str:
    return f"{runtime().settings.public_url}/{kind}/{rest}"


def confirmation(session: Session, pending_id: UUID) -> letters.Facts | None:
    """Ask the mailbox whether it wants to sign."""
    asked = session.get(PendingSignature, pending_id)
    link = links.newest(session, rules.CONFIRM, pending_id)
    if asked is None or link is None or asked.signature_id is not None:
        return None
    signing = session.get_one(Signing, asked.statement_id)
    return _facts(
        session,
        asked,
        link=_page("c", links.secret_of(session, link)),
        code=codes.spelled(code_of(session, asked)),
        code_link=_page("s", f"{signing.address}/code"),
        days=rules.KEPT.days,
        asked_at=asked.asked_at.astimezone(ZoneInfo(signing.zone)),
    )


def is_told(session: Session, pending_id: UUID) -> None:
    """Delete what was asked again: the letter was all that it could lead to."""
    asked = session.get(PendingSignature, pending_id)
    if asked is not None:
        session.delete(asked)


def again(session: Session, pending_id: UUID) -> letters.Facts | None:
    """Tell the mailbox that it has signed already, with its link."""
    asked = session.get(PendingSignature, pending_id)
    signature = asked and same(session, asked)
    return _own(session, asked, signature.id) if asked and signature else None


def is_received(session: Session, pending_id: UUID) -> None:
    """Forget the address: the receipt was the last that needed it."""
    asked = session.get(PendingSignature, pending_id)
    if asked is not None:
        asked.request = None


def receipt(session: Session, pending_id: UUID) -> letters.Facts | None:
    """Give the mailbox the link by which a signature is seen, corrected, hidden and withdrawn."""
    asked = session.get(PendingSignature, pending_id)
    return _own(session, asked, asked.signature_id) if asked and asked.signature_id else None


def _own(session: Session, asked: PendingSignature, signature_id: UUID) -> letters.Facts | None:
    link = links.newest(session, rules.OWN, signature_id)
    return _facts(session, asked, link=_page("m", links.secret_of(session, link))) if link else None
