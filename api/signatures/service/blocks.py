"""What a coalition does not let sign, opened to be compared."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.infra.security import keys
from api.signatures.models import Block
from api.signatures.rules import blocking
from api.signatures.rules.blocking import Blocked


def of(session: Session, coalition_id: UUID) -> list[Blocked]:
    """Return a coalition's blocks, ready for `blocking.fits`."""
    query = select(Block).where(Block.coalition_id == coalition_id)
    return [
        blocking.ready(row.kind, row.act, keys.read(session, row, Block.value))
        for row in session.scalars(query)
    ]
