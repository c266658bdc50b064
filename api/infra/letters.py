"""Letters: promised in a transaction, sent after it, once at least, under a stable Message-ID.

A row says of what a letter tells, and nothing personal: to whom it goes and what it says is found
when it is sent. A rung writes the facts of its letters (`@facts_of`); the rung `mailings` puts them
into words (`words_by`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any, TypeVar
from uuid import UUID, uuid4

import structlog
from sqlalchemy import ForeignKey, Index, String, func, insert, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from api.errors import NotFound
from api.infra import clock, jobs
from api.infra.database import Base, Created, Id, Instant, Moment, choice, reading, transaction
from api.infra.mail import MailBroken, Message, Undeliverable, send
from api.infra.outside import outside

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from smtplib import SMTP

    from api.infra.jobs import Work

log = structlog.get_logger()
SEND = "letters.send"
BATCH = 100
LEASE = timedelta(minutes=5)  # a batch takes less, unless its worker is gone
FIRST_PAUSE = timedelta(seconds=30)  # each later one is twice as long
LONGEST_PAUSE = timedelta(hours=6)
MOST_ATTEMPTS = 16  # about three days
KEPT = timedelta(days=30)


class LetterState(StrEnum):
    """How far a letter is."""

    QUEUED = "queued"
    SENT = "sent"  # the mail server took it
    DROPPED = "dropped"  # nobody wants it any more
    FAILED = "failed"  # for good: `fault` says why
    HELD = "held"  # promised before a backup was taken that has been restored since


class Letter(Base):
    """One letter to one person. Its id is its Message-ID."""

    __tablename__ = "letters"
    __table_args__ = (Index("ix_letters_state_run_after", "state", "run_after"),)

    id: Mapped[Id]
    kind: Mapped[str] = mapped_column(String(60))  # feature.noun
    coalition_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("coalitions.id", ondelete="CASCADE"), index=True
    )
    object_id: Mapped[UUID] = mapped_column(index=True)  # what it is about
    state: Mapped[LetterState] = mapped_column(choice(LetterState), default=LetterState.QUEUED)
    attempts: Mapped[int] = mapped_column(default=0)
    run_after: Mapped[Moment] = mapped_column(default=clock.now)
    fault: Mapped[str | None] = mapped_column(String(80))
    created_at: Mapped[Created]
    ended_at: Mapped[datetime | None] = mapped_column(Instant)


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What a letter is made of: to whom, in which language, and what its words may use."""

    to: str
    to_name: str | None = None
    language: str
    facts: Mapping[str, Any] = field(default_factory=dict)
    coalition: str | None = None  # who writes; None: a neutral sender, and a subject without words


_Find = TypeVar("_Find", bound="Callable[[Session, UUID], Facts | None]")

FACTS: dict[str, Callable[[Session, UUID], Facts | None]] = {}
# After a letter went out, in a transaction of its own: what was kept for it alone may go.
AFTER: dict[str, Callable[[Session, UUID], None]] = {}
_words: list[Callable[[str, Facts], Message]] = []


def facts_of(
    kind: str, *, after: Callable[[Session, UUID], None] | None = None
) -> Callable[[_Find], _Find]:
    """Make a function the one that finds the facts of a kind of letter; None: it is not wanted."""

    def register(find: _Find) -> _Find:
        FACTS[kind] = find
        if after is not None:
            AFTER[kind] = after
        return find

    return register


def words_by(write: Callable[[str, Facts], Message]) -> None:
    """Have a function put the facts of every letter into words."""
    _words[:] = [write]


def promise(session: Session, kind: str, coalition_id: UUID | None, object_id: UUID) -> None:
    """Promise a letter in the caller's transaction."""
    promise_all(session, kind, coalition_id, [object_id])


def promise_all(
    session: Session, kind: str, coalition_id: UUID | None, object_ids: Sequence[UUID]
) -> None:
    """Promise a letter of one kind about each of several things."""
    now = clock.now()
    rows = [
        {
            "id": uuid4(),
            "kind": kind,
            "coalition_id": coalition_id,
            "object_id": object_id,
            "created_at": now,
            "run_after": now,
        }
        for object_id in object_ids
    ]
    if rows:
        session.execute(insert(Letter), rows)
        jobs.promise(session, SEND, None, {}, key=SEND)


def _due() -> Any:
    return (Letter.state == LetterState.QUEUED) & (Letter.run_after <= clock.now())


def _is_due(session: Session) -> bool:
    if outside().mail is None:
        return False
    return session.scalars(select(Letter.id).where(_due()).limit(1)).first() is not None


@jobs.job(SEND, when=_is_due)
def send_due(work: Work) -> dict[str, int]:
    """Send what is due, in one connection a batch, until nothing is."""
    del work
    server, sent = outside().mail, 0
    while server is not None and (batch := _leased()):
        try:
            with server.connected() as connection:
                for letter in batch:
                    sent += _sent(connection, letter)
        except MailBroken as fault:
            log.warning("mail server broken", detail=fault.detail)
            break  # what is left of the batch waits for its pause
    return {"sent": sent}


def _leased() -> Sequence[Letter]:
    """Take what waits longest; each has its next pause already, should this worker die."""
    with transaction() as session:
        query = select(Letter).where(_due()).order_by(Letter.run_after, Letter.id).limit(BATCH)
        found = session.scalars(query.with_for_update(skip_locked=True)).all()
        for letter in found:
            letter.attempts += 1
            letter.run_after = clock.now() + max(LEASE, _pause(letter.attempts))
        return found


def _pause(attempts: int) -> timedelta:
    return min(FIRST_PAUSE * (1 << min(attempts, MOST_ATTEMPTS)), LONGEST_PAUSE)


def _sent(connection: SMTP, letter: Letter) -> bool:
    """Send one letter; its failure is its own, a broken connection everybody's."""
    try:
        with reading() as session:
            facts = FACTS[letter.kind](session, letter.object_id)
        if facts is None:
            _ended(letter, LetterState.DROPPED)
            return False
        message = _words[0](letter.kind, facts)
        send(connection, outside().settings.mail_from, letter.id, message)
    except Undeliverable as refused:
        _ended(letter, LetterState.FAILED, str(refused))
        return False
    except MailBroken:
        if letter.attempts < MOST_ATTEMPTS:
            raise
        _ended(letter, LetterState.FAILED, MailBroken.slug())
        raise
    except Exception as fault:  # noqa: BLE001 # one letter that cannot be written stops no other
        name = type(fault).__name__
        log.error("letter failed", letter=str(letter.id), kind=letter.kind, error=name)  # noqa: TRY400 # a trace could hold values
        if letter.attempts >= MOST_ATTEMPTS:
            _ended(letter, LetterState.FAILED, name)
        return False
    _ended(letter, LetterState.SENT)
    return True


def _ended(letter: Letter, state: LetterState, fault: str | None = None) -> None:
    with transaction() as session:
        mine = update(Letter).where(Letter.id == letter.id, Letter.state == LetterState.QUEUED)
        session.execute(mine.values(state=state, fault=fault, ended_at=clock.now()))
        if state is not LetterState.QUEUED and letter.kind in AFTER:
            AFTER[letter.kind](session, letter.object_id)


def hold(session: Session) -> int:
    """Hold every letter that is promised and not sent; return how many."""
    queued = update(Letter).where(Letter.state == LetterState.QUEUED)
    return int(session.execute(queued.values(state=LetterState.HELD)).rowcount)  # type: ignore[attr-defined] # of an UPDATE there is one


def held() -> int:
    """Return how many letters a restore held."""
    with reading() as session:
        query = select(func.count()).select_from(Letter).where(Letter.state == LetterState.HELD)
        return session.scalar(query) or 0


def release(session: Session) -> int:
    """Queue the letters that were held; return how many."""
    waiting = update(Letter).where(Letter.state == LetterState.HELD)
    freed = waiting.values(state=LetterState.QUEUED, run_after=clock.now(), attempts=0)
    return int(session.execute(freed).rowcount)  # type: ignore[attr-defined] # of an UPDATE there is one


def replay(session: Session, letter_id: UUID) -> Letter:
    """Queue a letter again that failed for good, or raise NotFound."""
    found = session.get(Letter, letter_id, with_for_update=True)
    if found is None or found.state is not LetterState.FAILED:
        raise NotFound("No letter of this id has failed.")
    found.state, found.attempts, found.run_after = LetterState.QUEUED, 0, clock.now()
    jobs.promise(session, SEND, None, {}, key=SEND)
    return found
