"""Which drafts say something else than what was frozen of them."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import Text, and_, cast, select
from sqlalchemy.orm import Session

from api.statements.models import Revision, Statement


def written_on(session: Session, ids: Collection[UUID]) -> set[UUID]:
    """Return those of some statements whose draft is not what their newest revision says."""
    newest = and_(
        Revision.statement_id == Statement.id, Revision.number == Statement.revision_number
    )
    # Where both are kept in the same letters they are the same: no text is read for that.
    differ = cast(Revision.document, Text) != cast(Statement.draft, Text)
    query = select(Statement.id, Statement.draft, Revision.document).join(Revision, newest)
    rows = session.execute(query.where(Statement.id.in_(ids), differ)) if ids else ()
    return {statement_id for statement_id, draft, frozen in rows if draft != frozen}
