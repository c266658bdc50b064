"""All that is kept of one signatory, for who asks for it (GDPR, Article 15)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.accounts.rules import Actor, Role
from api.accounts.service import load
from api.infra import clock
from api.infra.database.transactions import transaction
from api.infra.mail.letters import Letter
from api.infra.runtime import runtime
from api.infra.security import audit, keys
from api.infra.security.audit import AuditEntry
from api.infra.security.links import Link
from api.organisations.models import Organisation
from api.signatures.models import Consent, ConsentWords, Evidence, Signature
from api.signatures.service import rows
from api.signatures.service.evidence import EvidenceView
from api.signing.models import PendingSignature
from api.statements.models import Statement

HASHES = ("address_index", "domain_index", "entry_index", "prefix")


@dataclass(frozen=True)
class AlsoKept:
    """Who keeps more of a signature: the ids of the rows whose letters and links are its."""

    of: Callable[[Session, UUID], Sequence[UUID]]


def kept_of(actor: Actor, signature_id: UUID) -> dict[str, object]:
    """Return all that is kept of who gave a signature, opened; the record tells who looked."""
    with transaction() as session:
        row = load(session, actor, Signature, signature_id, Role.COORDINATOR)
        audit.record(session, actor, "signature.disclosed", row)
        statement = session.get_one(Statement, row.statement_id)
        pending = _pending(session, row)
        others = [
            which for kept in runtime().wiring.all(AlsoKept) for which in kept.of(session, row.id)
        ]
        scan = session.get(Evidence, row.evidence_id) if row.evidence_id else None
        about = [row.id, *(each.id for each in pending), *others]
        return {
            "signature": row,
            "statement": statement,
            "identity": rows.identity(session, row),
            "kept": [mark for mark in HASHES if getattr(row, mark) is not None],
            "consents": _consents(session, row.id),
            "requests": [_request(session, each) for each in pending],
            "letters": _about(session, Letter, about, "kind", "state", "created_at", "ended_at"),
            "links": _about(
                session, Link, about, "purpose", "created_at", "expires_at", "revoked_at"
            ),
            "evidence": scan and EvidenceView.of(session, scan),
            "record": [
                {"action": each.action, "at": clock.cut(each.at)}
                for each in session.scalars(
                    select(AuditEntry)
                    .where(AuditEntry.object_id.in_(about))
                    .order_by(AuditEntry.at, AuditEntry.id)
                )
            ],
        }


def _pending(session: Session, row: Signature) -> Sequence[PendingSignature]:
    """Return what the same mailbox sent for this statement, confirmed or not."""
    whose = PendingSignature.signature_id == row.id
    if row.address_index is not None:
        same = PendingSignature.address_index == row.address_index
        whose |= same & (PendingSignature.statement_id == row.statement_id)
    query = select(PendingSignature).where(whose)
    return session.scalars(query.order_by(PendingSignature.asked_at, PendingSignature.id)).all()


def _request(session: Session, row: PendingSignature) -> dict[str, object]:
    told = keys.read(session, row, PendingSignature.request) or {}
    return {"asked_at": clock.cut(row.asked_at), "language": row.language, "told": told}


def _consents(session: Session, signature_id: UUID) -> list[dict[str, object]]:
    query = (
        select(Consent, ConsentWords.words, Organisation.names)
        .join(ConsentWords, ConsentWords.sha256 == Consent.words_sha256)
        .outerjoin(Organisation, Organisation.id == Consent.organisation_id)
        .where(Consent.signature_id == signature_id)
        .order_by(Consent.given_on, Consent.id)
    )
    return [
        {**vars(row), "words": words, "organisation": names}
        for row, words, names in session.execute(query)
    ]


def _about(
    session: Session, model: type[Letter | Link], ids: list[UUID], *names: str
) -> list[dict[str, object]]:
    """Return what is told of letters and links; of instants the day."""
    query = select(model).where(model.object_id.in_(ids))
    found = session.scalars(query.order_by(model.created_at, model.id)).all()
    return [{name: _day_only(getattr(each, name)) for name in names} for each in found]


def _day_only(value: object) -> object:
    return clock.cut(value) if isinstance(value, datetime) else value
