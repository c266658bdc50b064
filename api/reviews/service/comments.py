"""Comments as coordinators and editors read them, answer, resolve and erase them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from api.accounts.rules import Actor, Role
from api.accounts.service import load
from api.errors import Code, Conflict, Fault, Invalid, NotFound
from api.infra import clock
from api.infra.database import paging
from api.infra.database.paging import Page, PageRequest
from api.infra.database.transactions import reading, transaction
from api.infra.security import audit, keys
from api.reviews import rules
from api.reviews.models import Comment, Consultation
from api.reviews.rules import Reader, TextBlocks
from api.reviews.service import forgetting
from api.reviews.service.reading import ReviewReading, reader_of
from api.reviews.service.threads import CommentThreads, CommentView
from api.statements import service as statements
from api.statements.models import Revision, Statement


class TooManyComments(Conflict, title="There is no room for more comments"):
    """A consultation, and each person in it, has so many comments and no more."""


class NotAThread(Conflict, title="Only what begins a thread is resolved"):
    """A reply is resolved with what it replies to."""


def of_consultation(  # noqa: PLR0913 # the filters of one list
    actor: Actor,
    consultation_id: UUID,
    page: PageRequest,
    *,
    revision: int | None = None,
    block_id: str | None = None,
    is_resolved: bool | None = None,
) -> Page[CommentView]:
    """Return the threads of a consultation, placed in a revision, or in the draft for None."""
    with reading() as session:
        row = load(session, actor, Consultation, consultation_id, Role.EDITOR)
        query = select(Comment).where(
            Comment.consultation_id == row.id, Comment.parent_id.is_(None)
        )
        if block_id is not None:
            query = query.where(Comment.block_id == block_id)
        if is_resolved is not None:
            resolved = Comment.resolved_at.is_not(None)
            query = query.where(resolved if is_resolved else ~resolved)
        threads = _threads(session, actor, row, revision)
        if not threads.reading.reader.is_coordinator:
            # Neither a total nor a short page tells that there is what they may not read.
            told = threads.threads(session.scalars(query).all())
            query = query.where(Comment.id.in_([each.comment.id for each in told]))
        found = paging.page(session, query, page)
        return Page(threads.threads(found.items), found.following, found.total)


def _threads(
    session: Session, actor: Actor, row: Consultation, revision: int | None
) -> CommentThreads:
    return CommentThreads(ReviewReading(session, row, reader_of(actor, row.coalition_id), revision))


def comment(actor: Actor, comment_id: UUID, revision: int | None = None) -> CommentView:
    """Return one comment with its replies; a reply with what it replies to."""
    with reading() as session:
        found = load(session, actor, Comment, comment_id, Role.EDITOR)
        return _thread(session, actor, found, revision)


def _thread(
    session: Session, actor: Actor, found: Comment, revision: int | None = None
) -> CommentView:
    root = found if found.parent_id is None else session.get_one(Comment, found.parent_id)
    row = session.get_one(Consultation, root.consultation_id)
    threads = _threads(session, actor, row, revision).threads([root])
    if not threads:
        raise NotFound("Check the id; it may also have been taken back.")
    return threads[0]


def write(actor: Actor, consultation_id: UUID, facts: Mapping[str, Any]) -> CommentView:
    """Say something as a coordinator, or reply; also when the deadline is over."""
    with transaction() as session:
        row = load(session, actor, Consultation, consultation_id, Role.COORDINATOR, lock=True)
        statement = session.get_one(Statement, row.statement_id)
        revision = statements.current_revision(session, statement)
        put = add(session, row, revision, [facts], rules.COORDINATOR, by=actor)
        return _thread(session, actor, put[0])


def add(  # noqa: PLR0913 # of what, what, and by whom
    session: Session,
    row: Consultation,
    revision: Revision,
    given: Sequence[Mapping[str, Any]],
    reader: Reader,
    *,
    by: Actor | None = None,
) -> list[Comment]:
    """Write comments of one person on a text, all or none. The same twice is once.

    Those of a file of Word tell the author that Word wrote (`written_by`), and some are resolved
    (`is_resolved`). With a commenter as `reader` and `by` together, a coordinator enters what that
    person sent. The caller holds the consultation.
    """
    said = _said_by(session, row, reader, by)
    seen = ReviewReading(session, row, reader, revision.number)
    put = []
    for facts in given:
        parent = _parent(seen, facts)
        block_id = parent.block_id if parent else facts["block_id"]
        if parent is None:
            _must_be_there(seen.now, block_id)
        key = (parent.id if parent else None, block_id, facts["text"])
        if key not in said:
            made = Comment(
                id=uuid4(),
                coalition_id=row.coalition_id,
                consultation_id=row.id,
                parent_id=parent.id if parent else None,
                commenter_id=reader.commenter_id,
                user_id=by.user_id if by and reader.commenter_id is None else None,
                block_id=block_id,
                revision_number=revision.number,
            )
            content = {"text": facts["text"]}
            if written_by := facts.get("written_by"):
                content["written_by"] = written_by
            keys.write(session, made, Comment.content, content)
            session.add(made)
            session.flush()
            told = {"block_id": block_id, "parent_id": made.parent_id}
            told |= {"revision_sha256": revision.sha256}
            audit.record(session, by, "comment.written", made, told)
            if facts.get("is_resolved"):
                made.resolved_at = clock.now()
                audit.record(session, by, "comment.resolved", made)
            said[key] = made
        put.append(said[key])
    _must_have_room(session, row, said, reader)
    return put


def ids(session: Session, row: Consultation) -> set[UUID]:
    """Return the ids of all comments of a consultation."""
    return set(session.scalars(select(Comment.id).where(Comment.consultation_id == row.id)))


_Key = tuple[UUID | None, str | None, str]  # what it replies to, the block, the words


def _said_by(
    session: Session, row: Consultation, reader: Reader, by: Actor | None
) -> dict[_Key, Comment]:
    """Return what a person said before, by where and with which words."""
    query = select(Comment).where(Comment.consultation_id == row.id, Comment.content.is_not(None))
    if by is None or reader.commenter_id is not None:
        query = query.where(Comment.commenter_id == reader.commenter_id)
    else:
        query = query.where(Comment.user_id == by.user_id)
    return {
        (each.parent_id, each.block_id, keys.read(session, each, Comment.content)["text"]): each
        for each in session.scalars(query)
    }


def _must_have_room(
    session: Session, row: Consultation, said: Mapping[_Key, Comment], reader: Reader
) -> None:
    every = select(func.count()).where(Comment.consultation_id == row.id)
    if (session.scalar(every) or 0) > rules.MOST_COMMENTS:
        raise TooManyComments("Write to the coordinators: they can open the text once more.")
    if not reader.is_coordinator and len(said) > rules.MOST_OF_ONE:
        raise TooManyComments("Take back what is settled, or write to the coordinators.")


def _parent(seen: ReviewReading, facts: Mapping[str, Any]) -> Comment | None:
    """Return what is replied to: the beginning of a thread that who replies can read."""
    if facts["parent_id"] is None:
        return None
    if facts["block_id"] is not None:
        wrong = "A reply is about the block of what it replies to: leave it out."
        raise Invalid(
            "A reply has no block of its own.", [Fault("/block_id", Code.CONFLICT, wrong)]
        )
    found = seen.session.get(Comment, facts["parent_id"])
    is_here = found is not None and found.consultation_id == seen.consultation.id
    is_thread = found is not None and found.parent_id is None and found.content is not None
    if found is None or not is_here or not is_thread or not CommentThreads(seen).comment(found):
        wrong = "There is no such thread here; reply to what begins one."
        raise Invalid(wrong, [Fault("/parent_id", Code.NOT_FOUND, wrong)])
    return found


def _must_be_there(now: TextBlocks, block_id: str | None) -> None:
    if block_id is not None and block_id not in now.blocks:
        wrong = "The newest revision has no such block."
        raise Invalid(wrong, [Fault("/block_id", Code.NOT_FOUND, wrong)])


def resolve(actor: Actor, comment_id: UUID) -> CommentView:
    """Say that a thread is settled. Twice is fine."""
    return _settle(actor, comment_id, is_resolved=True)


def reopen(actor: Actor, comment_id: UUID) -> CommentView:
    """Say that a thread is not settled after all. Twice is fine."""
    return _settle(actor, comment_id, is_resolved=False)


def _settle(actor: Actor, comment_id: UUID, *, is_resolved: bool) -> CommentView:
    with transaction() as session:
        found = load(session, actor, Comment, comment_id, Role.COORDINATOR, lock=True)
        if found.parent_id is not None:
            raise NotAThread("Send the id of what it replies to.")
        if (found.resolved_at is not None) is not is_resolved:
            found.resolved_at = clock.now() if is_resolved else None
            if is_resolved:
                audit.record(session, actor, "comment.resolved", found)
            else:
                audit.record(session, actor, "comment.reopened", found)
        return _thread(session, actor, found)


def erase(actor: Actor, comment_id: UUID) -> None:
    """Erase what somebody wrote; replies of others stay."""
    with transaction() as session:
        found = load(session, actor, Comment, comment_id, Role.COORDINATOR)
        session.get_one(Consultation, found.consultation_id, with_for_update=True)
        audit.record(session, actor, "comment.erased", found)
        forgetting.erase_comment(session, found)
