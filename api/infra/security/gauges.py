"""How the record stands, for whoever watches: how far it is sealed, and what waits."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from api.infra.database.gauges import Gauge, GaugeReading, GaugeSource, age
from api.infra.security import audit
from api.infra.security.audit import AuditEntry

SEALED = Gauge("undersigned_record_entries", "Sealed entries of the record: its head's number.")
SEALED_AT = Gauge(
    "undersigned_record_head_timestamp_seconds",
    "When happened what the record's head tells of; 0: nothing is sealed.",
)
UNSEALED = Gauge(
    "undersigned_record_unsealed_oldest_seconds",
    "For how long the oldest entry waits to be sealed; 0: none does.",
)


def _read(session: Session) -> Iterator[GaugeReading]:
    columns = select(AuditEntry.number, AuditEntry.at).where(AuditEntry.number.is_not(None))
    head = session.execute(columns.order_by(AuditEntry.number.desc()).limit(1)).first()
    waits = session.scalar(select(func.min(AuditEntry.at)).where(audit.is_to_be_sealed()))
    yield GaugeReading(SEALED, head.number if head else 0)
    yield GaugeReading(SEALED_AT, head.at.timestamp() if head else 0)
    yield GaugeReading(UNSEALED, age(waits))


STANDING = GaugeSource("record", (SEALED, SEALED_AT, UNSEALED), _read)
