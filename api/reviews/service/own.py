"""What those who are asked read and write by the link of their letter, without an account."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.coalitions.models import Coalition
from api.errors import DomainError, NotFound
from api.infra import clock
from api.infra.database.transactions import reading, transaction
from api.infra.runtime import runtime
from api.infra.security import audit, links, secret_tokens
from api.portable.rules import proposals
from api.portable.rules.proposals import TextPlace
from api.reviews import rules
from api.reviews.models import (
    Comment,
    Commenter,
    Consultation,
    Suggestion,
    SuggestionSource,
)
from api.reviews.rules import Reader, TextBlocks
from api.reviews.service import comments, forgetting, rows, suggesting
from api.reviews.service.reading import ReviewReading
from api.reviews.service.rows import CommenterView
from api.reviews.service.suggesting import GivenSuggestion
from api.reviews.service.suggestions import SuggestionView, SuggestionViews
from api.reviews.service.threads import CommentThreads, CommentView
from api.signatures.service.rows import current
from api.signoffs.service.answers import NoMember
from api.statements import service as statements
from api.statements.models import Revision, Statement


@dataclass(frozen=True)
class Consulted:
    """What a person reads who is asked: the text, until when, who reads it, and what was said."""

    consultation: Consultation
    statement: Statement
    coalition: Coalition
    revision: Revision
    edited_on: date | None  # the last day on which it was edited in public
    note: str | None
    me: CommenterView
    why_not: str | None  # no comment is taken any more
    blocks: TextBlocks
    threads: Sequence[CommentView]
    targets: Sequence[
        TextPlace
    ]  # for which words can be suggested, in the order in which they print
    suggestions: Sequence[SuggestionView]

    @property
    def may_comment(self) -> bool:
        return self.why_not is None

    @property
    def places(self) -> list[dict[str, str]]:
        """The blocks in their order: id, and how each reads."""
        return [
            {"id": block_id, "text": "\n".join(rules.words(block))}
            for block_id, block in self.blocks.blocks.items()
        ]


def consulted(secret: str) -> Consulted:
    """Return what a link leads to; it goes on showing that when the deadline is over."""
    with reading() as session:
        return _consulted(session, *followed(session, secret))


def secret_of_asked(statement_id: UUID, member_id: UUID, email_index: bytes) -> str | None:
    """Return the secret by which somebody who answers for a member comments on a text as well.

    None where no consultation is open to this person.
    """
    with reading() as session:
        query = (
            select(Commenter)
            .join(Consultation, Consultation.id == Commenter.consultation_id)
            .where(
                Consultation.statement_id == statement_id,
                Consultation.closes_at > clock.now(),
                Commenter.member_id == member_id,
                Commenter.email_index == email_index,
                Commenter.ended_at.is_(None),
            )
            .order_by(Consultation.closes_at.desc(), Commenter.id)
        )
        who = session.scalars(query.limit(1)).first()
        if who is None or not rows.belongs(session, who):
            return None
        if session.get_one(Statement, statement_id).state not in rows.TAKES:
            return None
        link = links.newest(session, rows.PURPOSE, who.id)
        return links.secret_of(session, link) if link else None


def followed(
    session: Session, secret: str, *, lock: bool = False
) -> tuple[Consultation, Commenter]:
    """Return the consultation and the person that a link is of; `lock` holds the first.

    Who speaks for a member that left reads nothing any more, and can only be forgotten.
    """
    row, who = _linked(session, secret, lock=lock)
    if not rows.belongs(session, who):
        raise NoMember(
            "Your organisation has left the coalition. You can still erase what you wrote, with who"
            " you are: POST to erasure."
        )
    return row, who


def _linked(session: Session, secret: str, *, lock: bool = False) -> tuple[Consultation, Commenter]:
    """Return what a link leads to, also of who left."""
    link = links.follow(session, rows.PURPOSE, secret)
    query = select(Commenter.consultation_id).where(Commenter.id == link.object_id)
    consultation_id = session.scalar(query)
    row = None
    if consultation_id is not None:
        row = session.get(Consultation, consultation_id, with_for_update=lock or None)
    who = session.get(Commenter, link.object_id)
    if row is None or who is None:
        raise NotFound("The coalition deleted what this link was about.")
    return row, who


def _consulted(session: Session, row: Consultation, who: Commenter) -> Consulted:
    statement = session.get_one(Statement, row.statement_id)
    try:
        rows.must_be_open(session, row)
        why_not = None
    except DomainError as refused:
        why_not = refused.title
    revision = statements.current_revision(session, statement)
    seen = ReviewReading(session, row, Reader(who.id), revision.number)
    query = select(Comment).where(Comment.consultation_id == row.id, Comment.parent_id.is_(None))
    roots = session.scalars(query.order_by(Comment.created_at, Comment.id)).all()
    return Consulted(
        row,
        statement,
        session.get_one(Coalition, row.coalition_id),
        revision,
        statements.edited_on(session, statement.id, statement.revision_number),
        rows.note_of(session, row),
        rows.commenters(session, [who])[who.id],
        why_not,
        seen.now,
        CommentThreads(seen).threads(roots),
        proposals.targets_of(seen.text),
        SuggestionViews(seen).all(),
    )


def write(
    secret: str,
    sha256: str,
    given: Sequence[Mapping[str, Any]],
    suggested: Sequence[GivenSuggestion] = (),
    source: SuggestionSource = SuggestionSource.PAGE,
) -> Consulted:
    """Say something of the text that was seen, and suggest other words for it, all or none.

    The same twice is once.
    """
    must_pace(secret)
    with transaction() as session:
        row, who = followed(session, secret, lock=True)
        statement = rows.must_be_open(session, row)
        revision = current(session, statement, sha256)
        comments.add(session, row, revision, given, Reader(who.id))
        if suggested:
            suggesting.add(session, row, revision, suggested, Reader(who.id), source=source)
        session.flush()
        return _consulted(session, row, who)


def suggest(
    secret: str,
    sha256: str,
    given: Sequence[GivenSuggestion],
    source: SuggestionSource = SuggestionSource.API,
) -> Consulted:
    """Suggest other words for the text that was seen, as `write` does."""
    return write(secret, sha256, [], given, source)


def must_pace(secret: str) -> None:
    """Raise where a link writes too often."""
    runtime().rate_limits.hit(rules.WRITING, "comment", secret_tokens.hashed(secret).hex())


def take_back(secret: str, comment_id: UUID) -> Consulted:
    """Erase something that one wrote oneself, also when the deadline is over."""
    with transaction() as session:
        row, who = followed(session, secret, lock=True)
        found = session.get(Comment, comment_id)
        if found is None or found.commenter_id != who.id:
            raise NotFound("You wrote no such comment here; it may be taken back already.")
        audit.record(session, None, "comment.erased", found)
        forgetting.erase_comment(session, found)
        session.flush()
        return _consulted(session, row, who)


def withdraw(secret: str, suggestion_id: UUID) -> Consulted:
    """Erase a suggestion that one made oneself; what the draft took of it stays there."""
    with transaction() as session:
        row, who = followed(session, secret, lock=True)
        found = session.get(Suggestion, suggestion_id, with_for_update=True)
        if found is None or found.commenter_id != who.id:
            raise NotFound("You made no such suggestion here; it may be taken back already.")
        audit.record(session, None, "suggestion.erased", found)
        forgetting.erase_suggestion(session, found)
        return _consulted(session, row, who)


def forget_me(secret: str) -> None:
    """Erase who one is, and all that one wrote; the link ends."""
    with transaction() as session:
        _, who = _linked(session, secret, lock=True)
        audit.record(session, None, "commenter.erased", who)
        forgetting.erase_commenter(session, who)
