"""Proves a backup: what comes back of it in an empty house is all there, unchanged, and opens."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.infra.background import kept_files
from api.infra.background.kept_files import KeptFiles
from api.infra.backup import archive, backups
from api.infra.backup.backups import Kept, UnsoundBackup
from api.infra.database.transactions import reading
from api.infra.runtime import runtime
from api.infra.security import audit, keys
from api.infra.vault import KeyMissing

BATCH = 1000


@dataclass(frozen=True)
class BackupProof:
    """What a backup that can be restored holds, and what was looked at."""

    kept: Kept  # with the files that the house had lost before, or that were damaged
    made_at: datetime
    program: str  # the version that made it
    entries: int  # of the record, chained anew
    values: int  # sealed, and opened


def prove(path: Path) -> BackupProof:
    """Restore a backup into this house, which is empty, and look at all of it, or raise."""
    kept = backups.restore(path)
    with archive.opened(path) as source:
        manifest = source.manifest
    head = audit.head_of(kept.head)
    verdict = audit.verify(head)
    if verdict.fault is not None:
        raise UnsoundBackup(f"The record: {verdict.fault}")
    with reading() as session:
        values = _opened(session)
        missing, damaged = _missing(session), _damaged(session)
    return BackupProof(
        kept=replace(kept, missing=missing, damaged=damaged),
        made_at=datetime.fromisoformat(manifest["created_at"]),
        program=manifest["program"],
        entries=head.number,
        values=values,
    )


def _opened(session: Session) -> int:
    """Open every sealed value, and return how many there are."""
    count = 0
    for place, column in keys.sealed_columns():
        (primary,) = column.table.primary_key
        query = select(primary, column).where(column.is_not(None))
        found = session.connection().execute(query.execution_options(yield_per=BATCH))
        for row_id, sealed in found:
            try:
                keys.unseal_bytes(session, place, row_id, sealed)
            except (KeyMissing, ValueError) as lost:
                raise UnsoundBackup(f"{place} of {row_id} cannot be opened by any key.") from lost
            count += 1
    return count


def _missing(session: Session) -> list[str]:
    connection = session.connection()
    referred = (each.referred(connection) for each in runtime().wiring.all(KeptFiles))
    return sorted(set().union(*referred) - set(kept_files.keys(runtime().storage)))


def _damaged(session: Session) -> list[str]:
    """Read every file that cannot be made again as the house would."""
    return sorted(key for each in runtime().wiring.all(KeptFiles) for key in each.damaged(session))
