"""The published text to every member that approved it: the PDF, and where it stands."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from sqlalchemy.orm import Session

from api.coalitions.models import Coalition
from api.deliveries.service.sending import NotPrinted
from api.documents.rules.rendering import CONTENT_TYPES, Format
from api.documents.service import public
from api.infra.mail import letters
from api.infra.net.smtp import Attachment
from api.infra.runtime import runtime
from api.organisations.models import Organisation
from api.organisations.rules import name_in
from api.organisations.service import Represented
from api.signing.service import settings
from api.signoffs import rules
from api.signoffs.models import Approver, Ask, SignOffRound
from api.signoffs.service import edit_notices, letters as sign_off_letters, rows
from api.signoffs.service.rows import ApproverView, Board, BoardEntry
from api.statements.events import StatementMoved
from api.statements.models import Signing, State, Statement

PUBLISHED = "deliveries.published"


def tell_approvers(session: Session, moved: StatementMoved) -> None:
    """Promise a letter to all who may answer for a member that approved what is published."""
    if moved.state is not State.PUBLISHED:
        return
    statement = session.get_one(Statement, moved.statement_id)
    ids = []
    for entry in rows.read_board(session, statement).entries:
        if entry.status in rules.COUNTS:
            people = [who.approver.id for who in entry.people if who.may_answer]
            ids += people or edit_notices.put(session, statement, entry.organisation.id)
    session.flush()
    letters.promise_all(session, PUBLISHED, statement.coalition_id, ids)


def letter(session: Session, object_id: UUID) -> letters.Facts | None:
    """Give a member what it approved, as it is public; None where it is not, or not its any more.

    Of a sensitive text only the link to the member's own page; who has none, as the answer was
    entered for the member, gets that of the public page.
    """
    noticed = edit_notices.notified(session, object_id)
    if noticed is None:
        found = sign_off_letters.about(session, object_id, _stands)
        if found is None or found.coalition is None:
            return found
        statement = _statement(session, object_id)
    else:
        statement, who = noticed
        found = _without_link(session, statement, who)
        if found.coalition is None:
            return found if found.facts["link"] else None
    content = public.given_out(session, statement)
    if content is None:
        raise NotPrinted
    return replace(
        found,
        facts={**found.facts, "statement_link": _page(session, statement)},
        attachments=[Attachment(f"{statement.slug}.pdf", CONTENT_TYPES[Format.PDF], content)],
    )


def _page(session: Session, statement: Statement) -> str | None:
    signing = session.get(Signing, statement.id)
    return f"{runtime().settings.public_url}/s/{signing.address}" if signing else None


def _without_link(session: Session, statement: Statement, who: Represented) -> letters.Facts:
    coalition = session.get_one(Coalition, statement.coalition_id)
    is_sensitive = settings.of(session, statement).is_sensitive
    language = who.representative.language or statement.language
    organisation = session.get_one(Organisation, who.representative.organisation_id)
    return letters.Facts(
        to=who.email,
        to_name=who.name,
        language=language,
        coalition=None if is_sensitive else coalition.name,
        facts={
            "name": who.name,
            "organisation": name_in(organisation.names, language),
            "title": statement.title,
            "accent": coalition.accent,
            "link": _page(session, statement) if is_sensitive else None,
        },
    )


def _statement(session: Session, approver_id: UUID) -> Statement:
    ask = session.get_one(Ask, session.get_one(Approver, approver_id).ask_id)
    return session.get_one(Statement, session.get_one(SignOffRound, ask.round_id).statement_id)


def _stands(board: Board, entry: BoardEntry, _: ApproverView) -> bool:
    return board.statement.state is State.PUBLISHED and entry.status in rules.COUNTS
