"""What proves what somebody said: scans of sheets, mails, notes; for coordinators."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection
from contextlib import suppress
from dataclasses import dataclass
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.accounts.rules import Actor, Role
from api.accounts.service import load
from api.errors import Code, Conflict, DomainError, Fault, Gone, Invalid
from api.infra.database import paging
from api.infra.database.paging import Page, PageRequest
from api.infra.database.transactions import is_any, reading, transaction
from api.infra.runtime import runtime
from api.infra.security import audit, late_sealing
from api.infra.security.sealed_files import SealedFiles
from api.infra.storage import StorageUnavailable
from api.signatures import rules
from api.signatures.models import Evidence, Signature
from api.statements import service as statements
from api.statements.models import Statement

FILES = SealedFiles("evidence", Evidence)


class NoScan(Invalid, title="This is no evidence that can be kept"):
    """The bytes are none of the kinds that are taken, or not of the one that is said."""


class EvidenceInUse(Conflict, title="Something refers to this evidence"):
    """Signatures or answers stand on it."""


@dataclass(frozen=True)
class EvidenceUse:
    """What of higher rungs stands on evidence."""

    is_used: Callable[[Session, UUID], bool]


@dataclass(frozen=True)
class EvidenceView:
    """What is known of a piece of evidence, unsealed."""

    row: Evidence
    note: str | None

    @classmethod
    def of(cls, session: Session, row: Evidence) -> EvidenceView:
        """Unseal what was noted of it."""
        return cls(row, late_sealing.read(session, row, Evidence.note))


def put(
    actor: Actor, statement_id: UUID, content: bytes, kind: str, note: str | None
) -> EvidenceView:
    """Keep a scan of what was signed on paper, or a mail or note in which somebody answered."""
    found = rules.evidence_type(content, kind)
    if found != kind:
        raise NoScan(
            f"It is not {kind}." if found is None else f"It is {found}, not {kind}: say so.",
        )
    with reading() as session:
        owner = _signed(session, actor, statement_id).coalition_id
    row_id = uuid4()
    secret = FILES.put(owner, row_id, content)  # first: nobody waits for it with a lock
    row = Evidence(
        id=row_id,
        coalition_id=owner,
        statement_id=statement_id,
        content_type=kind,
        bytes=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        created_by=actor.user_id,
    )
    try:
        _enter(actor, row, secret, note)
    except DomainError:  # and of no other fault: it may be that the row was kept
        with suppress(StorageUnavailable):
            FILES.delete(owner, row_id)
        raise
    return EvidenceView(row, note)


def _enter(actor: Actor, row: Evidence, secret: bytes, note: str | None) -> None:
    with transaction() as session:
        _signed(session, actor, row.statement_id, lock=True)
        row.secret = FILES.sealed(session, row.coalition_id, row.id, secret)
        late_sealing.write(session, row, Evidence.note, note)
        session.add(row)
        told = {"sha256": row.sha256, "note": note}
        audit.record(session, actor, "evidence.kept", row, told)


def _signed(session: Session, actor: Actor, statement_id: UUID, *, lock: bool = False) -> Statement:
    """Return a statement that has a text to be signed: one that has none may be deleted."""
    found = load(session, actor, Statement, statement_id, Role.COORDINATOR, lock=lock)
    statements.current_revision(session, found)
    return found


def listed(actor: Actor, statement_id: UUID, page: PageRequest) -> Page[EvidenceView]:
    """Return the scans of a statement, the oldest first."""
    with reading() as session:
        statement = load(session, actor, Statement, statement_id, Role.COORDINATOR)
        query = select(Evidence).where(Evidence.statement_id == statement.id)
        found = paging.page(session, query, page, [Evidence.created_at, Evidence.id])
        return found.of(lambda row: EvidenceView.of(session, row))


def one(actor: Actor, evidence_id: UUID) -> EvidenceView:
    """Return what is known of a scan."""
    with reading() as session:
        row = load(session, actor, Evidence, evidence_id, Role.COORDINATOR)
        return EvidenceView.of(session, row)


def content_of(actor: Actor, evidence_id: UUID) -> tuple[Evidence, bytes]:
    """Return a scan."""
    with reading() as session:
        row = load(session, actor, Evidence, evidence_id, Role.COORDINATOR)
        found = FILES.read(session, row)
        if found is None:
            raise Gone("Its file is not in the storage. Restore it from a backup.")
        return row, found


def remove(actor: Actor, evidence_id: UUID) -> None:
    """Delete evidence on which nothing stands."""
    with transaction() as session:
        found = load(session, actor, Evidence, evidence_id, Role.COORDINATOR)
        load(session, actor, Statement, found.statement_id, Role.COORDINATOR, lock=True)
        row = load(session, actor, Evidence, evidence_id, Role.COORDINATOR, lock=True)
        used = select(Signature.id).where(Signature.evidence_id == row.id)
        if is_any(session, used):
            raise EvidenceInUse("Delete the signatures that it proves first.")
        if any(each.is_used(session, row.id) for each in runtime().wiring.all(EvidenceUse)):
            raise EvidenceInUse("An answer that was entered stands on it.")
        audit.record(session, actor, "evidence.deleted", row)
        FILES.delete_later(session, row)
        session.delete(row)


def of_statement(
    session: Session, statement: Statement, evidence_id: UUID, pointer: str | None = None
) -> UUID:
    """Return the id of a statement's evidence, or raise Invalid; without pointer, of the query."""
    row = session.get(Evidence, evidence_id)
    if row is None or row.statement_id != statement.id:
        wrong = "The statement has no evidence of this id."
        parameter = "evidence_id" if pointer is None else ""
        fault = Fault(pointer or "", Code.NOT_FOUND, wrong, parameter=parameter)
        raise Invalid("POST it to the statement's evidence first.", [fault])
    return row.id


def forget_unsigned(session: Session, statement: Statement, also: Collection[UUID]) -> int:
    """Delete mails and notes of a statement, and what is named, on which no signature stands.

    The caller holds the statement. Return how many there were.
    """
    is_said = Evidence.content_type.in_(rules.OF_ANSWERS) | Evidence.id.in_(also)
    signed = select(Signature.id).where(Signature.evidence_id == Evidence.id)
    query = select(Evidence).where(Evidence.statement_id == statement.id, is_said, ~signed.exists())
    found = session.scalars(query).all()
    for row in found:
        FILES.delete_later(session, row)
        audit.destroy_salts(session, row.id)
        session.delete(row)
    return len(found)


def forget_of(session: Session, statement: Statement) -> None:
    """Delete the scans of a statement: first the files, then the rows that name them.

    Who is killed in between leaves rows, by which a rerun finds that there is more to do.
    """
    for row in session.scalars(select(Evidence).where(Evidence.statement_id == statement.id)):
        FILES.delete(row.coalition_id, row.id)
        audit.destroy_salts(session, row.id)
        session.delete(row)
