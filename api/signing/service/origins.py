"""Which sites' pages may read and sign a statement from a visitor's browser."""

from __future__ import annotations

from sqlalchemy import select

from api.coalitions.models import Coalition
from api.infra.database.transactions import reading
from api.statements.models import Signing


def may_read(address: str, origin: str) -> bool:
    """Tell whether the coalition of an address names a site: exactly, with scheme and port."""
    query = select(Coalition.origins).join(Signing, Signing.coalition_id == Coalition.id)
    with reading() as session:
        return origin in (session.scalar(query.where(Signing.address == address)) or ())
