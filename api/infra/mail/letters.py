"""Letters: promised in a transaction, sent after it, once at least, under a stable Message-ID.

A row says of what a letter tells, and nothing personal: to whom it goes and what it says is found
when it is sent. A rung finds the facts of its kinds of letters (`LetterKind`); the rung `mailings`
puts them into words (`LetterWriter`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID, uuid4

import structlog
from sqlalchemy import ColumnElement, Index, String, and_, func, insert, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from api.errors import Conflict
from api.infra import clock
from api.infra.background import jobs
from api.infra.background.jobs import Work
from api.infra.database.columns import Base, Outgoing, choice, part_of
from api.infra.database.transactions import in_state, is_any, reading, transaction
from api.infra.mail.calendars import Deadline
from api.infra.net.smtp import Attachment, Message
from api.infra.outbox.rows import Outbox
from api.infra.runtime import runtime

log = structlog.get_logger()
SEND, SEND_BULK = "letters.send", "letters.send_bulk"
PROMISED = "promised letters"  # of a session
BATCH = 1000  # that are forgotten in one transaction
KEPT = timedelta(days=30)
KEPT_FAILED = timedelta(days=7)  # with what it was made of, so that it can be tried again


class LetterState(StrEnum):
    """How far a letter is.

    `sent`: the mail server took it. `dropped`: nobody wants it any more. `failed`: for good:
    `fault` says why. `held`: promised before a backup was taken that has been restored since.
    """

    QUEUED = "queued"
    SENT = "sent"
    DROPPED = "dropped"
    FAILED = "failed"
    HELD = "held"


class Letter(Outgoing, Base):
    """One letter to one person. Its id is its Message-ID."""

    __tablename__ = "letters"
    __table_args__ = (
        Index("ix_letters_due", "coalition_id", "is_bulk", "state", "run_after"),
        Index("ix_letters_state_run_after", "state", "run_after"),
        Index("ix_letters_state_ended_at", "state", "ended_at"),
    )

    kind: Mapped[str] = mapped_column(String(60))  # feature.noun
    coalition_id: Mapped[UUID | None] = part_of("coalitions", index=False)
    object_id: Mapped[UUID] = mapped_column(index=True)  # what it is about
    is_bulk: Mapped[bool] = mapped_column(default=False)  # one of many, that nobody waits for
    state: Mapped[LetterState] = mapped_column(choice(LetterState), default=LetterState.QUEUED)
    answer: Mapped[str | None] = mapped_column(String(200))  # of the server that took it
    ended_at: Mapped[datetime | None]

    @property
    def shown_run_after(self) -> datetime:
        return self._shown(self.run_after)

    @property
    def shown_ended_at(self) -> datetime | None:
        return self.ended_at and self._shown(self.ended_at)

    def _shown(self, at: datetime) -> datetime:
        kind = kind_of(self.kind)
        return clock.cut(at) if kind and kind.tells_day_only else at


OUTBOX = Outbox(Letter, LetterState.QUEUED)


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What a letter is made of: to whom, in which language, and what its words may use."""

    to: str
    to_name: str | None = None
    language: str
    facts: Mapping[str, Any] = field(default_factory=dict)
    coalition: str | None = None  # who writes; None: a neutral sender, and a subject without words
    attachments: Sequence[Attachment] = ()
    deadlines: Sequence[Deadline] = ()  # for the recipient's calendar; none where it is neutral
    unsubscribe: str | None = None  # where one click ends such letters; of what nobody asked for
    reply_to: str | None = None
    is_automatic: bool = True  # False: a person wrote it
    keeps_answer: bool = False  # what the server answers: it can tell its own keepers who got it


@dataclass(frozen=True)
class LetterKind:
    """What a kind of letter is, and what follows when one ends, in that transaction."""

    name: str  # feature.noun, as it stands in the table
    facts: Callable[[Session, UUID], Facts | None]  # None: it is not wanted
    _: KW_ONLY
    # After it ended: what was kept for it alone may go. One that failed for good ends when it is
    # forgotten: until then it can be tried again.
    after: Callable[[Session, UUID], None] | None = None
    # After the mail server took it; with what it was made of: the rows may differ by then.
    left: Callable[[Session, UUID, Facts], None] | None = None
    # After it failed: it may still be tried again.
    failed: Callable[[Session, UUID], None] | None = None
    is_bulk: bool = False  # it goes to many at once, and so delays no other
    tells_day_only: bool = False  # its instant would tell whose signature it is about


@dataclass(frozen=True)
class PromisedLetter:
    """A letter that is promised: of which kind, and about what."""

    kind: str
    object_id: UUID


@dataclass(frozen=True)
class LetterWriter:
    """Who puts the facts of every letter into words, given its kind; there is one."""

    write: Callable[[str, Facts], Message]


def kind_of(name: str) -> LetterKind | None:
    """Return a kind of letter that the running app writes; None: another version may know it."""
    return runtime().wiring.named(LetterKind).get(name)


def facts_of(session: Session, kind: str, object_id: UUID) -> Facts | None:
    """Return what a letter is made of; None: it is not wanted. Raise KeyError of no known kind."""
    return runtime().wiring.named(LetterKind)[kind].facts(session, object_id)


def promise(session: Session, kind: str, coalition_id: UUID | None, object_id: UUID) -> UUID:
    """Promise a letter in the caller's transaction; return its id."""
    (letter_id,) = promise_all(session, kind, coalition_id, [object_id])
    return letter_id


def promise_all(
    session: Session, kind: str, coalition_id: UUID | None, object_ids: Sequence[UUID]
) -> list[UUID]:
    """Promise a letter of one kind about each of several things; return their ids."""
    now, known = clock.now(), kind_of(kind)
    is_bulk = known is not None and known.is_bulk
    is_day_only = known is not None and known.tells_day_only
    ids = [uuid4() for _ in object_ids]
    rows: list[dict[str, object]] = [
        {
            "id": letter_id,
            "kind": kind,
            "coalition_id": coalition_id,
            "object_id": object_id,
            "is_bulk": is_bulk,
            "created_at": clock.day() if is_day_only else now,
            "run_after": now,
        }
        for letter_id, object_id in zip(ids, object_ids, strict=True)
    ]
    if rows:
        session.execute(insert(Letter), rows)
        promise_sending(session, coalition_id, is_bulk=is_bulk)
        session.info.setdefault(PROMISED, []).extend(
            PromisedLetter(kind, object_id) for object_id in object_ids
        )
    return ids


def promised(session: Session) -> Sequence[PromisedLetter]:
    """Return the letters that were promised in this transaction: a rehearsal shows them."""
    return tuple(session.info.get(PROMISED, ()))


def promise_sending(session: Session, coalition_id: UUID | None, *, is_bulk: bool = False) -> None:
    """Promise the job that sends a coalition's letters, or those of the house; the bulk apart."""
    facts = {"coalition_id": coalition_id and str(coalition_id)}
    key = key_of(coalition_id, is_bulk=is_bulk)
    jobs.promise(session, SEND_BULK if is_bulk else SEND, None, facts, key=key)


def key_of(coalition_id: UUID | None, *, is_bulk: bool) -> str:
    """Return the key of a job that sends a coalition's letters, or those of the house."""
    return f"{SEND_BULK if is_bulk else SEND}:{coalition_id or 'house'}"


def written(kind: str, facts: Facts) -> Message:
    """Put the facts of a letter into words."""
    (writer,) = runtime().wiring.all(LetterWriter)
    return writer.write(kind, facts)


class NotFailed(Conflict, title="The letter has not failed"):
    """Only a letter that has failed for good can be sent again."""


@dataclass(frozen=True)
class Standing:
    """How many letters are not sent, and since when the oldest waits that should be by now."""

    waiting: int
    held: int
    failed: int
    since: datetime | None


def standing() -> Standing:
    """Return what has not been sent."""
    unsent = [LetterState.QUEUED, LetterState.HELD, LetterState.FAILED]
    query = select(Letter.state, func.count()).where(Letter.state.in_(unsent))
    with reading() as session:
        count = dict(session.execute(query.group_by(Letter.state)).tuples().all())
        since = session.scalar(select(func.min(Letter.run_after)).where(OUTBOX.due()))
    waiting, held, failed = (count.get(state, 0) for state in unsent)
    return Standing(waiting, held, failed, since)


def hold(session: Session) -> int:
    """Hold every letter that is promised and not sent; return how many."""
    return OUTBOX.stop(session, state=LetterState.HELD)


def held() -> Sequence[Letter]:
    """Return the letters that a restore held, the oldest first."""
    with reading() as session:
        return session.scalars(in_state(Letter, LetterState.HELD)).all()


def release(session: Session, letter_ids: Sequence[UUID] | None) -> Sequence[UUID]:
    """Queue the letters that were held, all or those among these ids; return which."""
    query = in_state(Letter, LetterState.HELD, letter_ids)
    found = session.scalars(query.with_for_update()).all()
    for each in found:
        _queue(each)
    for whose, is_bulk in {(each.coalition_id, each.is_bulk) for each in found}:
        promise_sending(session, whose, is_bulk=is_bulk)
    return [each.id for each in found]


def replay(session: Session, letter: Letter) -> None:
    """Queue a letter again that failed for good."""
    if letter.state is not LetterState.FAILED:
        raise NotFailed(f"It is {letter.state}: only a failed letter can be sent again.")
    _queue(letter)
    promise_sending(session, letter.coalition_id, is_bulk=letter.is_bulk)


def _queue(letter: Letter) -> None:
    for name, value in OUTBOX.anew().items():
        setattr(letter, name, value)
    letter.ended_at = None


def _is_forgotten() -> ColumnElement[bool]:
    now = clock.now()
    over = Letter.state.in_([LetterState.SENT, LetterState.DROPPED])
    failed = and_(Letter.state == LetterState.FAILED, Letter.ended_at < now - KEPT_FAILED)
    return or_(and_(over, Letter.ended_at < now - KEPT), failed)


def are_old(session: Session) -> bool:
    """Tell whether letters ended long ago."""
    return is_any(session, select(Letter.id).where(_is_forgotten()))


def forget(_: Work) -> None:
    """Delete letters that ended long ago, and what was kept for those that failed."""
    while _forget_some() == BATCH:
        pass


def _forget_some() -> int:
    with transaction() as session:
        query = select(Letter).where(_is_forgotten()).order_by(Letter.id).limit(BATCH)
        found = session.scalars(query.with_for_update(skip_locked=True)).all()
        for letter in found:
            kind = kind_of(letter.kind)
            if letter.state is LetterState.FAILED and kind and kind.after:
                kind.after(session, letter.object_id)
            session.delete(letter)
        return len(found)
