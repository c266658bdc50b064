"""Scans of sheets that people signed on paper: kept under a key of their own, for coordinators."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import suppress
from uuid import UUID, uuid4

from sqlalchemy import Connection, select
from sqlalchemy.orm import Session

from api.accounts.rules import Actor, Role
from api.accounts.service import load
from api.errors import Code, Conflict, DomainError, Fault, Gone, Invalid
from api.infra.background import kept_files
from api.infra.database import paging
from api.infra.database.paging import Page, PageRequest
from api.infra.database.transactions import is_any, reading, transaction
from api.infra.runtime import runtime
from api.infra.security import audit, keys
from api.infra.storage import StorageUnavailable
from api.infra.vault import KeyMissing
from api.signatures import rules
from api.signatures.models import Evidence, Signature
from api.statements import service as statements
from api.statements.models import Statement

FOLDER = "evidence"
SECRET = "evidence.secret"  # noqa: S105 # a place


class NoScan(Invalid, title="This is no scan that can be kept"):
    """The bytes are none of the kinds that scanners make."""


class EvidenceInUse(Conflict, title="Signatures refer to this evidence"):
    """Signatures stand on it."""


def put(actor: Actor, statement_id: UUID, content: bytes, kind: str, note: str | None) -> Evidence:
    """Keep a scan of what was signed on paper."""
    found = rules.scan_type(content)
    if found is None or found != kind:
        raise NoScan(
            f"It is not {kind}." if found is None else f"It is {found}, not {kind}: say so.",
        )
    with reading() as session:
        owner = _signed(session, actor, statement_id).coalition_id
    row_id = uuid4()
    secret, locked = keys.lock(content, row_id)
    runtime().storage.put(_place(owner, row_id), locked)  # first: nobody waits for it with a lock
    row = Evidence(
        id=row_id,
        coalition_id=owner,
        statement_id=statement_id,
        content_type=kind,
        bytes=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        note=note,
        created_by=actor.user_id,
    )
    try:
        _enter(actor, row, secret)
    except DomainError:  # and of no other fault: it may be that the row was kept
        with suppress(StorageUnavailable):
            runtime().storage.delete(_place(owner, row_id))
        raise
    return row


def _enter(actor: Actor, row: Evidence, secret: bytes) -> None:
    with transaction() as session:
        _signed(session, actor, row.statement_id, lock=True)
        row.secret = keys.seal_bytes(session, row.coalition_id, SECRET, row.id, secret)
        session.add(row)
        told = {"sha256": row.sha256, "note": row.note}
        audit.record(session, actor, "evidence.kept", row, told)


def _signed(session: Session, actor: Actor, statement_id: UUID, *, lock: bool = False) -> Statement:
    """Return a statement that has a text to be signed: one that has none may be deleted."""
    found = load(session, actor, Statement, statement_id, Role.COORDINATOR, lock=lock)
    statements.current_revision(session, found)
    return found


def listed(actor: Actor, statement_id: UUID, page: PageRequest) -> Page[Evidence]:
    """Return the scans of a statement, the oldest first."""
    with reading() as session:
        statement = load(session, actor, Statement, statement_id, Role.COORDINATOR)
        query = select(Evidence).where(Evidence.statement_id == statement.id)
        return paging.page(session, query, page, [Evidence.created_at, Evidence.id])


def one(actor: Actor, evidence_id: UUID) -> Evidence:
    """Return what is known of a scan."""
    with reading() as session:
        return load(session, actor, Evidence, evidence_id, Role.COORDINATOR)


def content_of(actor: Actor, evidence_id: UUID) -> tuple[Evidence, bytes]:
    """Return a scan."""
    with reading() as session:
        row = load(session, actor, Evidence, evidence_id, Role.COORDINATOR)
        found = _opened(session, row)
        if found is None:
            raise Gone("Its file is not in the storage. Restore it from a backup.")
        return row, found


def _opened(session: Session, row: Evidence) -> bytes | None:
    locked = runtime().storage.get(_place(row.coalition_id, row.id))
    if locked is None:
        return None
    return keys.unlock(keys.unseal_bytes(session, SECRET, row.id, row.secret), locked, row.id)


def remove(actor: Actor, evidence_id: UUID) -> None:
    """Delete a scan on which no signature stands."""
    with transaction() as session:
        found = load(session, actor, Evidence, evidence_id, Role.COORDINATOR)
        load(session, actor, Statement, found.statement_id, Role.COORDINATOR, lock=True)
        row = load(session, actor, Evidence, evidence_id, Role.COORDINATOR, lock=True)
        used = select(Signature.id).where(Signature.evidence_id == row.id)
        if is_any(session, used):
            raise EvidenceInUse("Delete the signatures that it proves first.")
        audit.record(session, actor, "evidence.deleted", row)
        kept_files.delete_later(session, _place(row.coalition_id, row.id))
        session.delete(row)


def of_statement(session: Session, statement: Statement, evidence_id: UUID) -> UUID:
    """Return the id of a scan of a statement, or raise Invalid."""
    row = session.get(Evidence, evidence_id)
    if row is None or row.statement_id != statement.id:
        fault = Fault(
            "", Code.NOT_FOUND, "The statement has no evidence of this id.", parameter="evidence_id"
        )
        raise Invalid("POST the scan to the statement's evidence first.", [fault])
    return row.id


def forget_of(session: Session, statement: Statement) -> None:
    """Delete the scans of a statement: first the files, then the rows that name them.

    Who is killed in between leaves rows, by which a rerun finds that there is more to do.
    """
    for row in session.scalars(select(Evidence).where(Evidence.statement_id == statement.id)):
        runtime().storage.delete(_place(row.coalition_id, row.id))
        audit.destroy_salts(session, row.id)
        session.delete(row)


def forget(coalition_id: UUID) -> None:
    """Delete the scans of a coalition that was deleted."""
    storage = runtime().storage
    for place in list(storage.keys(f"{FOLDER}/{coalition_id}")):
        storage.delete(place)


def _place(coalition_id: UUID, evidence_id: UUID) -> str:
    return f"{FOLDER}/{coalition_id}/{evidence_id}"


def referred(connection: Connection) -> set[str]:
    rows = connection.execute(select(Evidence.coalition_id, Evidence.id))
    return {_place(*row) for row in rows}


def damaged(session: Session) -> Iterator[str]:
    """Yield the key of every scan that is there and does not open."""
    for row in session.scalars(select(Evidence)):
        try:
            _opened(session, row)
        except (KeyMissing, ValueError):  # ValueError: it is cut short
            yield _place(row.coalition_id, row.id)
