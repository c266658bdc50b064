"""When the last backup succeeded, for whoever watches."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.infra.database.gauges import Gauge, GaugeReading, GaugeSource
from api.infra.security.audit import AuditEntry

BACKUP_AT = Gauge(
    "undersigned_backup_timestamp_seconds", "When the last backup succeeded; 0: none has."
)


def _read(session: Session) -> Iterator[GaugeReading]:
    # As ix_audit_entries_coalition_id_at has them: entries of the house are few.
    mine = (AuditEntry.coalition_id.is_(None), AuditEntry.action == "house.backed_up")
    at = session.scalar(select(AuditEntry.at).where(*mine).order_by(AuditEntry.at.desc()).limit(1))
    yield GaugeReading(BACKUP_AT, at.timestamp() if at else 0)


STANDING = GaugeSource("backups", (BACKUP_AT,), _read)
