"""Comments with their replies, as somebody reads them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from api.infra import clock
from api.infra.security import keys
from api.reviews import rules
from api.reviews.models import Comment
from api.reviews.rules import BlockPlace
from api.reviews.service.reading import ReviewAuthor, ReviewReading


@dataclass(frozen=True)
class CommentView:
    """A comment as somebody reads it; without text it was taken back, or is not theirs to read."""

    comment: Comment
    text: str | None
    author: ReviewAuthor
    written_at: datetime  # to others than coordinators, the beginning of the day
    tells_name: bool = False
    written_by: str | None = None  # the author that Word wrote; to coordinators
    block: BlockPlace | None = None
    replies: Sequence[CommentView] = ()


@dataclass
class CommentThreads:
    """The comments of a consultation, in one reading of it."""

    reading: ReviewReading

    def threads(self, roots: Sequence[Comment]) -> list[CommentView]:
        """Return the threads that the reader may see, in their order."""
        query = select(Comment).where(Comment.parent_id.in_([row.id for row in roots]))
        of: dict[UUID | None, list[Comment]] = defaultdict(list)
        for row in self.reading.session.scalars(query.order_by(Comment.created_at, Comment.id)):
            of[row.parent_id].append(row)
        found = (self._thread(root, of[root.id]) for root in roots)
        return [each for each in found if each is not None]

    def _thread(self, root: Comment, below: Sequence[Comment]) -> CommentView | None:
        """Return a thread; one whose beginning may not be read, to who wrote in it."""
        head = self.comment(root)
        replies = [reply for row in below if (reply := self.comment(row))]
        if head is None and any(reply.author.is_me for reply in replies):
            head = CommentView(root, None, ReviewAuthor(None), clock.cut(root.created_at))
        if head is None or (root.content is None and not replies):
            return None
        block = self._placed(root)
        return CommentView(**{**vars(head), "block": block, "replies": replies})

    def comment(self, row: Comment) -> CommentView | None:
        """Return one comment without what is around it; None: it is not the reader's to see."""
        is_coordinator = self.reading.reader.is_coordinator
        content = keys.read(self.reading.session, row, Comment.content)
        text = content and content["text"]
        written = self.reading.facts(row, [text])
        if written is None:
            return None
        return CommentView(
            row,
            text,
            self.reading.author(row, is_me=rules.is_own(self.reading.reader, written)),
            self.reading.told_at(row.created_at),
            tells_name=is_coordinator and written.tells_name,
            written_by=content.get("written_by") if content and is_coordinator else None,
        )

    def _placed(self, root: Comment) -> BlockPlace | None:
        if root.block_id is None:
            return None
        return rules.placed(
            root.block_id, self.reading.now, self.reading.blocks(root.revision_number)
        )
