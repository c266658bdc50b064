"""Consultations with those who are asked and their threads, opened for who reads them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from api.cases import service as cases
from api.coalitions.models import Member
from api.errors import Conflict, Gone
from api.infra import clock
from api.infra.security import keys
from api.organisations.models import Organisation
from api.portable.rules import printing
from api.reviews import rules
from api.reviews.models import Comment, Commenter, Consultation
from api.reviews.rules import AuthorKind, BlockPlace, CommentFacts, Reader, TextBlocks
from api.signatures.models import Visibility
from api.signoffs.service import rows as signoffs
from api.statements.models import State, Statement
from api.statements.service import diffs

PURPOSE = "consultation.comment"
TAKES = frozenset({State.DRAFT, State.REVIEW})


class ConsultationOver(Conflict, title="The time for comments is over"):
    """Comments are taken until the deadline, and no longer than the text is being written."""


@dataclass(frozen=True)
class ConsultationView:
    """A consultation, and how much was said in it."""

    consultation: Consultation
    note: str | None
    is_open: bool
    commenters: int
    comments: int
    unresolved: int


@dataclass(frozen=True)
class CommenterView:
    """A person who is asked, unsealed, and the member that they speak for."""

    commenter: Commenter
    name: str
    email: str
    affiliation: str | None
    organisation: Organisation | None

    @property
    def has_link(self) -> bool:
        return self.commenter.ended_at is None


@dataclass(frozen=True)
class CommentAuthor:
    """Who wrote a comment, as far as its reader may know."""

    kind: AuthorKind | None  # None: who wrote it is forgotten
    is_me: bool = False
    name: str | None = None
    affiliation: str | None = None
    organisation_names: Mapping[str, str] | None = None
    commenter_id: UUID | None = None


@dataclass(frozen=True)
class CommentView:
    """A comment as somebody reads it; without text it was taken back, or is not theirs to read."""

    comment: Comment
    text: str | None
    author: CommentAuthor
    written_at: datetime  # to others than coordinators, the beginning of the day
    tells_name: bool = False
    block: BlockPlace | None = None
    replies: Sequence[CommentView] = ()


def opened(session: Session, rows: Sequence[Consultation]) -> list[ConsultationView]:
    """Return consultations with what was said in each."""
    ids = [row.id for row in rows]
    asked = _numbers(session, Commenter.consultation_id, ids)
    said = _numbers(session, Comment.consultation_id, ids)
    is_waiting = Comment.parent_id.is_(None) & Comment.resolved_at.is_(None)
    waiting = _numbers(session, Comment.consultation_id, ids, is_waiting)
    states = select(Statement.id, Statement.state).where(
        Statement.id.in_([row.statement_id for row in rows])
    )
    state = dict(session.execute(states).all())
    return [
        ConsultationView(
            row,
            note_of(session, row),
            state[row.statement_id] in TAKES and clock.now() < row.closes_at,
            asked.get(row.id, 0),
            said.get(row.id, 0),
            waiting.get(row.id, 0),
        )
        for row in rows
    ]


def note_of(session: Session, row: Consultation) -> str | None:
    """Return what was written to who is asked; nothing where it tells a name that may not be."""
    note: str | None = keys.read(session, row, Consultation.note)
    is_told = note and cases.unnamed(session, row.coalition_id).found_in(note)
    return None if is_told else note


def _numbers(session: Session, column: Any, ids: Sequence[UUID], *which: Any) -> dict[UUID, int]:
    query = select(column, func.count()).where(column.in_(ids), *which).group_by(column)
    return dict(session.execute(query).all())


def must_be_open(session: Session, consultation: Consultation) -> Statement:
    """Return the statement of a consultation that takes comments, or raise ConsultationOver."""
    statement = session.get_one(Statement, consultation.statement_id)
    if statement.state not in TAKES:
        raise ConsultationOver(f"The text is {statement.state}. Write to the coordinators.")
    if clock.now() >= consultation.closes_at:
        raise ConsultationOver("Write to the coordinators: they can move the deadline.")
    return statement


def commenters(session: Session, rows: Iterable[Commenter]) -> dict[UUID, CommenterView]:
    """Return people who are asked, unsealed, by their keys and in their order."""
    every = list(rows)
    query = (
        select(Member.id, Organisation)
        .join(Organisation, Organisation.id == Member.organisation_id)
        .where(Member.id.in_({row.member_id for row in every if row.member_id}))
    )
    of: dict[UUID | None, Organisation] = dict(session.execute(query).all())
    return {
        row.id: CommenterView(
            row, organisation=of.get(row.member_id), **keys.read(session, row, Commenter.person)
        )
        for row in every
    }


@dataclass
class Opening:
    """One reading of a consultation's comments by somebody; it remembers what it looked up."""

    session: Session
    consultation: Consultation
    reader: Reader
    now: TextBlocks
    _texts: dict[int, TextBlocks | None] = field(default_factory=dict)
    _people: dict[UUID, CommenterView] | None = None
    _shown: dict[UUID, Visibility | None] | None = None

    @property
    def statement(self) -> Statement:
        return self.session.get_one(Statement, self.consultation.statement_id)

    def threads(self, roots: Sequence[Comment]) -> list[CommentView]:
        """Return the threads that the reader may see, in their order."""
        query = select(Comment).where(Comment.parent_id.in_([row.id for row in roots]))
        of: dict[UUID | None, list[Comment]] = defaultdict(list)
        for row in self.session.scalars(query.order_by(Comment.created_at, Comment.id)):
            of[row.parent_id].append(row)
        found = (self._thread(root, of[root.id]) for root in roots)
        return [each for each in found if each is not None]

    def _thread(self, root: Comment, below: Sequence[Comment]) -> CommentView | None:
        """Return a thread; one whose beginning may not be read, to who wrote in it."""
        head = self.comment(root)
        replies = [reply for row in below if (reply := self.comment(row))]
        if head is None and any(reply.author.is_me for reply in replies):
            head = CommentView(root, None, CommentAuthor(None), clock.cut(root.created_at))
        if head is None or (root.content is None and not replies):
            return None
        block = self._placed(root)
        return CommentView(**{**vars(head), "block": block, "replies": replies})

    def comment(self, row: Comment) -> CommentView | None:
        """Return one comment without what is around it; None: it is not the reader's to see."""
        content = keys.read(self.session, row, Comment.content)
        text = content and content["text"]
        hidden = cases.unnamed(self.session, row.coalition_id)
        written = CommentFacts(
            row.commenter_id, row.user_id is not None, bool(text and hidden.found_in(text))
        )
        if not rules.may_read(self.reader, self.consultation.read_by, written):
            return None
        is_coordinator = self.reader.is_coordinator
        return CommentView(
            row,
            text,
            self._author(row, is_me=rules.is_own(self.reader, written)),
            row.created_at if is_coordinator else clock.cut(row.created_at),
            tells_name=is_coordinator and written.tells_name,
        )

    def _author(self, row: Comment, *, is_me: bool) -> CommentAuthor:
        if row.commenter_id is None:
            return CommentAuthor(AuthorKind.COORDINATOR if row.user_id else None)
        who = self.people[row.commenter_id]
        member_id = who.commenter.member_id
        kind = AuthorKind.MEMBER if member_id else AuthorKind.GUEST
        shown_as = self.shown.get(member_id) if member_id else None
        if not is_me and not rules.knows_author(self.reader, self.consultation.read_by, shown_as):
            return CommentAuthor(kind)
        is_told = is_me or self.reader.is_coordinator or who.organisation is None
        return CommentAuthor(
            kind,
            is_me,
            who.name if is_told else None,
            who.affiliation if is_told else None,
            who.organisation.names if who.organisation else None,
            row.commenter_id if self.reader.is_coordinator else None,
        )

    @property
    def people(self) -> dict[UUID, CommenterView]:
        if self._people is None:
            query = select(Commenter).where(Commenter.consultation_id == self.consultation.id)
            self._people = commenters(self.session, self.session.scalars(query))
        return self._people

    @property
    def shown(self) -> dict[UUID, Visibility | None]:
        """How members chose to appear under the text, by the member."""
        if self._shown is None:
            ids = {who.commenter.member_id for who in self.people.values()} - {None}
            found = signoffs.appearances_of(
                self.session, self.consultation.statement_id, [each for each in ids if each]
            )
            self._shown = {member: row.visibility for member, row in found.items()}
        return self._shown

    def _placed(self, root: Comment) -> BlockPlace | None:
        if root.block_id is None:
            return None
        return rules.placed(root.block_id, self.now, self._text(root.revision_number))

    def _text(self, number: int) -> TextBlocks | None:
        """Return the text that was read; None where a name was taken back and left no words."""
        if number == self.now.number:
            return self.now
        if number not in self._texts:
            try:
                self._texts[number] = blocks_of(self.session, self.statement, number)
            except Gone:
                self._texts[number] = None
        return self._texts[number]


def blocks_of(session: Session, statement: Statement, number: int | None) -> TextBlocks:
    """Return the blocks of a revision, or of the draft for None; raise Gone where none may read."""
    version = diffs.side(session, statement, number).version
    printed: Any = printing.resolve(version.document)
    return TextBlocks.of(number, version.ids, printed["blocks"])
