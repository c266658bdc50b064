"""What two texts of a statement differ by, printed; nothing of it is kept."""

from __future__ import annotations

from enum import StrEnum
from uuid import UUID

from api.accounts.rules import Actor
from api.documents.rules import diffs as rules
from api.documents.service import look_of, waiting
from api.infra.database.transactions import reading
from api.portable.rules import printing
from api.statements.service import diffs


class DiffFormat(StrEnum):
    """What a comparison is printed as."""

    PDF = "pdf"
    HTML = "html"


def printed_diff(
    actor: Actor, statement_id: UUID, before: int | None, after: int | None, form: DiffFormat
) -> tuple[bytes, str]:
    """Return a comparison's bytes and the statement's slug.

    Raises Busy where others are at it, LimitReached if it is long.
    """
    found = diffs.diff(actor, statement_id, before, after)
    statement, document = found.statement, found.after.version.document
    with reading() as session:
        look = look_of(session, statement.coalition_id, document, None)
    told = (found.before.number, found.after.number, found.parts, found.change)
    compared = rules.Compared(printing.resolve(document), *told)
    if form is DiffFormat.HTML:
        return rules.page(compared, look, for_paper=False).encode(), statement.slug
    page = rules.page(compared, look, for_paper=True)
    return waiting.laid_out(statement.coalition_id, page, look), statement.slug
