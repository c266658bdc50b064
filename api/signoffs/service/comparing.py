"""What changed of a text since a member knew it."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy.orm import Session

from api.signoffs.service.rows import ApproverView, Board, BoardEntry
from api.statements import service as statements


def since(
    session: Session, board: Board, entry: BoardEntry, who: ApproverView
) -> Callable[[], statements.Diff] | None:
    """Return what compares the text with that which a member answered, or was asked about.

    None: it is the same, or cannot be compared.
    """
    if entry.answers:
        known = entry.answers[-1].revision
    else:
        known = statements.newest_at(session, board.statement, who.approver.created_at)
    return statements.since(session, board.statement, known)
