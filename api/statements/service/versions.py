"""A draft as it was at each version: what somebody read who saves when it has changed since."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from uuid import uuid4

from sqlalchemy import ColumnElement, Select, delete, select
from sqlalchemy.orm import Session

from api.infra import clock
from api.infra.database.transactions import delete_all, is_any
from api.infra.security import keys
from api.portable.rules import secrecy
from api.portable.rules.diff import Version
from api.statements.models import DraftVersion, Statement
from api.statements.service import past
from api.texts.rules.document import PortableDocument

KEPT = timedelta(days=30)
MOST = 100  # of a statement


@dataclass(frozen=True)
class DraftText:
    """A draft, its blocks without their ids, and beside it what of its cases may not be named."""

    document: PortableDocument
    ids: list[str]
    secrets: secrecy.Secrets

    @property
    def public(self) -> Version:
        return Version(self.document, self.ids)

    @property
    def whole(self) -> Version:
        return Version(secrecy.join(self.document, self.secrets), self.ids)


def current(session: Session, statement: Statement) -> DraftText:
    """Return a statement's draft as it is now."""
    secrets = keys.read(session, statement, Statement.draft_secrets) or {}
    return DraftText(statement.draft, statement.block_ids, secrets)


def written(session: Session, statement: Statement) -> None:
    """Have a draft that was just written found by what it asks and names, and keep it."""
    past.index(session, statement, 0, statement.draft)
    _keep(session, statement, statement.version)
    old = _of(statement).with_only_columns(DraftVersion.id).offset(MOST)
    forget_of(session, DraftVersion.id.in_(old))


def keep_last(session: Session, statement: Statement) -> None:
    """Keep the draft that is about to be replaced in a new version, unless it is kept already.

    Where another one was kept last, somebody changed it who keeps none: what is kept of it leads
    nowhere.
    """
    last = session.scalars(_of(statement)).first()
    if last is None or _read(session, last) != current(session, statement):
        forget_of(session, DraftVersion.statement_id == statement.id)
        _keep(session, statement, statement.version - 1)


def at(session: Session, statement: Statement, version: int) -> DraftText | None:
    """Return the draft that a statement had at a version; None where that is not known any more."""
    now = current(session, statement)
    if version >= statement.version:
        return now if version == statement.version else None
    last = session.scalars(_of(statement)).first()
    found = session.scalars(_of(statement).where(DraftVersion.version <= version)).first()
    if found is None or last is None:
        return None
    draft = _read(session, found)
    return None if found is last and draft != now else draft


def having(session: Session, statement: Statement, block_id: str) -> DraftText | None:
    """Return the newest draft of before that had a block; None where none of them is known."""
    for row in session.scalars(_of(statement)):
        found = _read(session, row)
        if block_id in found.ids:
            return found
    return None


def forget_of(session: Session, *which: ColumnElement[bool]) -> None:
    """Forget drafts of before: of a statement, or of a coalition in which a name is taken back."""
    gone = delete(DraftVersion).where(*which)
    session.execute(gone.execution_options(synchronize_session=False))


def are_old(session: Session) -> bool:
    """Tell whether drafts are kept from which nobody goes on any more."""
    return is_any(session, select(DraftVersion.id).where(_is_old()))


def forget() -> None:
    """Forget drafts that were written long ago."""
    delete_all(DraftVersion, _is_old())


def _is_old() -> ColumnElement[bool]:
    return DraftVersion.created_at < clock.now() - KEPT


def _of(statement: Statement) -> Select[DraftVersion]:
    """Return the query of what is kept of a statement's drafts, the newest first."""
    query = select(DraftVersion).where(DraftVersion.statement_id == statement.id)
    return query.order_by(DraftVersion.version.desc())


def _keep(session: Session, statement: Statement, version: int) -> None:
    whose = {"coalition_id": statement.coalition_id, "statement_id": statement.id}
    row = DraftVersion(id=uuid4(), version=version, **whose)
    keys.write(session, row, DraftVersion.text, vars(current(session, statement)))
    session.add(row)
    session.flush()


def _read(session: Session, row: DraftVersion) -> DraftText:
    return DraftText(**keys.read(session, row, DraftVersion.text))
