"""The published text to every member that approved it: the PDF, and where it stands."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from sqlalchemy.orm import Session

from api.deliveries.service.sending import NotPrinted
from api.documents.rules.rendering import CONTENT_TYPES, Format
from api.documents.service import public
from api.infra.mail import letters
from api.infra.net.smtp import Attachment
from api.infra.runtime import runtime
from api.signoffs import rules
from api.signoffs.models import Approver, Ask, SignOffRound
from api.signoffs.service import letters as sign_off_letters, requests, rows
from api.signoffs.service.rows import ApproverView, Board, BoardEntry
from api.statements.events import StatementMoved
from api.statements.models import Signing, State, Statement

PUBLISHED = "deliveries.published"


def tell_approvers(session: Session, moved: StatementMoved) -> None:
    """Promise a letter to all who may answer for a member that approved what is published."""
    if moved.state is not State.PUBLISHED:
        return
    board = rows.read_board(session, session.get_one(Statement, moved.statement_id))
    behind = [entry for entry in board.entries if entry.status in rules.COUNTS]
    people = [who for entry in behind for who in entry.people if who.may_answer]
    requests.write_to(session, board, PUBLISHED, people)


def letter(session: Session, approver_id: UUID) -> letters.Facts | None:
    """Give a member what it approved, as it is public; None where it is not, or not its any more.

    Of a sensitive text only the link to the member's own page.
    """
    found = sign_off_letters.about(session, approver_id, _stands)
    if found is None or found.coalition is None:
        return found
    statement = _statement(session, approver_id)
    content = public.given_out(session, statement)
    if content is None:
        raise NotPrinted
    name = f"{statement.slug}.pdf"
    signing = session.get(Signing, statement.id)
    page = f"{runtime().settings.public_url}/s/{signing.address}" if signing else None
    return replace(
        found,
        facts={**found.facts, "statement_link": page},
        attachments=[Attachment(name, CONTENT_TYPES[Format.PDF], content)],
    )


def _statement(session: Session, approver_id: UUID) -> Statement:
    ask = session.get_one(Ask, session.get_one(Approver, approver_id).ask_id)
    return session.get_one(Statement, session.get_one(SignOffRound, ask.round_id).statement_id)


def _stands(board: Board, entry: BoardEntry, _: ApproverView) -> bool:
    return board.statement.state is State.PUBLISHED and entry.status in rules.COUNTS
