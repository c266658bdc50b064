"""Forgetting what was said, and who said it: at once, or when its day has come."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import ColumnElement, delete, func, select
from sqlalchemy.orm import Session

from api.infra import clock
from api.infra.database.transactions import is_any, touch, transaction
from api.infra.mail.letters import Letter
from api.infra.security import audit, links
from api.reviews import rules
from api.reviews.models import Comment, Commenter, Consultation, Suggestion, SuggestionState
from api.reviews.service import rows
from api.statements.models import Statement


def erase_comment(session: Session, row: Comment) -> None:
    """Forget the words of a comment and who wrote it; what others replied stays.

    The caller holds the consultation: nobody replies meanwhile.
    """
    audit.destroy_salts(session, row.id)
    is_answered = is_any(session, select(Comment.id).where(Comment.parent_id == row.id))
    if is_answered:
        row.content, row.commenter_id, row.user_id = None, None, None
        return
    parent = session.get(Comment, row.parent_id) if row.parent_id else None
    session.delete(row)
    session.flush()
    if parent is not None and parent.content is None:
        erase_comment(session, parent)  # nobody is left for whom its place was kept


def erase_suggestion(session: Session, row: Suggestion) -> None:
    """Forget a suggestion and who made it; what went into the draft stays there.

    Of an accepted one it is still counted that there was one. The caller holds the consultation.
    """
    audit.destroy_salts(session, row.id)
    if row.state is SuggestionState.ACCEPTED:
        row.content, row.answer, row.commenter_id, row.user_id = None, None, None, None
    else:
        session.delete(row)
    session.flush()


def erase_commenter(session: Session, row: Commenter) -> None:
    """Forget a person with all that they wrote; the caller holds the consultation."""
    replies_first = Comment.parent_id.is_(None)
    query = select(Comment.id).where(Comment.commenter_id == row.id).order_by(replies_first)
    for comment_id in session.scalars(query).all():
        if comment := session.get(Comment, comment_id):
            erase_comment(session, comment)
    own = select(Suggestion).where(Suggestion.commenter_id == row.id)
    for suggestion in session.scalars(own).all():
        erase_suggestion(session, suggestion)
    session.flush()
    audit.destroy_salts(session, row.id)
    _forget_letters(session, [row.id])
    session.delete(row)


def delete_consultation(session: Session, row: Consultation) -> None:
    """Delete a consultation with all of it; links to it say that it is over."""
    for model in (Commenter, Comment, Suggestion):
        ids = session.scalars(select(model.id).where(model.consultation_id == row.id)).all()
        audit.destroy_salts(session, *ids)
        if model is Commenter:
            _forget_letters(session, ids)
    session.delete(row)


def _forget_letters(session: Session, commenter_ids: Sequence[UUID]) -> None:
    session.execute(delete(Letter).where(Letter.object_id.in_(commenter_ids)))
    for each in commenter_ids:
        links.revoke(session, each)


def _is_undated() -> ColumnElement[bool]:
    """The text is written no more, and nothing says yet when what was said of it goes."""
    ended = select(Statement.id).where(Statement.state.not_in(rows.TAKES))
    return Consultation.forget_on.is_(None) & Consultation.statement_id.in_(ended)


def _is_over() -> ColumnElement[bool]:
    return (Consultation.forget_on <= clock.today()) & Consultation.is_kept.is_(False)


def is_due(session: Session) -> bool:
    """Tell whether a consultation's days begin or end."""
    return is_any(session, select(Consultation.id).where(_is_undated() | _is_over()))


def date_all() -> None:
    """Count the days of what was said of a text from when it is published, or given up."""
    with transaction() as session:
        query = select(Consultation).where(_is_undated()).order_by(Consultation.id)
        for row in session.scalars(query.with_for_update(skip_locked=True)).all():
            row.forget_on = clock.today() + rules.KEPT
            touch(row, None)


def forget() -> int:
    """Delete the consultations whose day has come, each in its transaction; return how many."""
    number = 0
    while True:
        with transaction() as session:
            query = select(Consultation).where(_is_over()).order_by(Consultation.id).limit(1)
            row = session.scalars(query.with_for_update(skip_locked=True)).first()
            if row is None:
                return number
            told = {
                "comments": _number(session, row, Comment),
                "suggestions": _number(session, row, Suggestion),
            }
            audit.record(session, None, "consultation.forgotten", row, told)
            delete_consultation(session, row)
            number += 1


def _number(session: Session, row: Consultation, model: type[Comment | Suggestion]) -> int:
    query = select(func.count()).where(model.consultation_id == row.id)
    return session.scalar(query) or 0
