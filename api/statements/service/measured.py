"""How much a revision changes of the one before it."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.organisations.models import Organisation
from api.portable.rules import measuring
from api.portable.rules.measuring import Measure
from api.statements.models import Revision, Statement
from api.statements.service.rows import any_revision
from api.texts.rules.document import PortableDocument


def to_measure(
    session: Session, statement: Statement, revision: Revision, document: PortableDocument
) -> Callable[[], Measure | None]:
    """Return what measures a revision, to be called when everything is written.

    A long text is measured for a second: nobody waits for it. None: the revision before it is not
    there, or not to be read.
    """
    older = None
    if revision.number > 1:
        older = any_revision(session, statement, revision.number - 1)
    before = None if older is None or older.is_taken_back else older.printed
    called, after = _called(session, statement), revision.printed
    return lambda: before and measuring.measure(before, after, measuring.names_of(document, called))


def _called(session: Session, statement: Statement) -> list[str]:
    """Return the names and acronyms of a coalition's organisations."""
    query = select(Organisation.names, Organisation.acronym).where(
        Organisation.coalition_id == statement.coalition_id
    )
    return [
        name
        for names, acronym in session.execute(query)
        for name in (*names.values(), acronym)
        if name
    ]
