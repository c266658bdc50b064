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
from sqlalchemy import ForeignKey, Index, String, and_, func, insert, or_, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from api.errors import Conflict
from api.infra import clock, jobs
from api.infra.database import Base, Created, Id, Instant, Moment, choice, reading, transaction
from api.infra.mail import Attachment, MailBroken, Refused
from api.infra.outside import outside

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from api.infra.jobs import Work
    from api.infra.mail import Connection, Message

log = structlog.get_logger()
SEND = "letters.send"
BATCH = 1000  # that are forgotten in one transaction
LEASE = timedelta(minutes=10)  # of one letter; sending it takes less, unless its worker is gone
SERVER_PAUSE = timedelta(minutes=1)  # before a server that takes nothing is tried again
FIRST_PAUSE = timedelta(seconds=30)  # of a letter that was not taken; each later one twice as long
LONGEST_PAUSE = timedelta(hours=6)
MOST_ATTEMPTS = 20  # over two and a half days
KEPT = timedelta(days=30)
KEPT_FAILED = timedelta(days=7)  # with what it was made of, so that it can be tried again


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
    __table_args__ = (
        Index("ix_letters_state_run_after", "state", "run_after"),
        Index("ix_letters_state_ended_at", "state", "ended_at"),
    )

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
    attachments: Sequence[Attachment] = ()
    unsubscribe: str | None = None  # where one click ends such letters; of what nobody asked for


_Find = TypeVar("_Find", bound="Callable[[Session, UUID], Facts | None]")

FACTS: dict[str, Callable[[Session, UUID], Facts | None]] = {}
# After a letter ended, in that transaction: what was kept for it alone may go. One that failed for
# good ends when it is forgotten: until then it can be tried again.
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


class NotFailed(Conflict):
    """Only a letter that has failed for good can be sent again."""

    title = "The letter has not failed"


def _due() -> Any:
    return and_(Letter.state == LetterState.QUEUED, Letter.run_after <= clock.now())


def _is_due(session: Session) -> bool:
    if outside().mail is None:
        return False
    return session.scalars(select(Letter.id).where(_due()).limit(1)).first() is not None


@jobs.job(SEND, when=_is_due)
def send_due(work: Work) -> dict[str, int]:
    """Send what is due, over one connection, until nothing is."""
    del work
    server, sent = outside().mail, 0
    with reading() as session:
        is_due = _is_due(session)
    if server is None or not is_due:
        return {"sent": 0}
    try:
        with server.connected(outside().settings.mail_from) as connection:
            while letter := _leased():
                sent += _sent(connection, letter)
    except MailBroken as fault:
        log.warning("mail server broken", detail=fault.detail, sent=sent)
        raise jobs.Later(SERVER_PAUSE, MailBroken.slug()) from None
    return {"sent": sent}


def _leased() -> Letter | None:
    """Take what waits longest, for as long as its sending may take."""
    with transaction() as session:
        query = select(Letter).where(_due()).order_by(Letter.run_after, Letter.id).limit(1)
        found = session.scalars(query.with_for_update(skip_locked=True)).first()
        if found is not None:
            found.attempts += 1
            found.run_after = clock.now() + LEASE
        return found


def _sent(connection: Connection, letter: Letter) -> bool:
    """Send one letter. Its failure is its own; that of the server is nobody's."""
    try:
        with reading() as session:
            facts = FACTS[letter.kind](session, letter.object_id)
        if facts is None:
            _ended(letter, LetterState.DROPPED)
            return False
        connection.send(letter.id, _words[0](letter.kind, facts))
    except MailBroken:
        _change(letter, run_after=clock.now(), attempts=letter.attempts - 1)
        raise
    except Refused as refused:
        _later(letter, str(refused), is_final=refused.is_final)
        return False
    except Exception as fault:  # noqa: BLE001 # one letter that cannot be written stops no other
        name = type(fault).__name__
        log.error("letter failed", letter=str(letter.id), kind=letter.kind, error=name)  # noqa: TRY400 # a trace could hold values
        _later(letter, name)
        return False
    _ended(letter, LetterState.SENT)
    return True


def _later(letter: Letter, fault: str, *, is_final: bool = False) -> None:
    """Let a letter wait, longer each time, until it has failed for good."""
    if is_final or letter.attempts >= MOST_ATTEMPTS:
        _change(letter, state=LetterState.FAILED, fault=fault, ended_at=clock.now())
        return
    pause = min(FIRST_PAUSE * 2 ** (letter.attempts - 1), LONGEST_PAUSE)
    _change(letter, run_after=clock.now() + pause, fault=fault)


def _change(letter: Letter, **values: Any) -> None:
    with transaction() as session:
        session.execute(_mine(letter).values(**values))


def _ended(letter: Letter, state: LetterState) -> None:
    with transaction() as session:
        how = {"state": state, "fault": None, "ended_at": clock.now()}
        if session.execute(_mine(letter).values(**how)).rowcount:  # type: ignore[attr-defined] # of an UPDATE there is one
            _let_go(session, letter)


def _mine(letter: Letter) -> Any:
    """Change a letter, unless somebody else has taken it meanwhile."""
    mine = and_(Letter.state == LetterState.QUEUED, Letter.attempts == letter.attempts)
    return update(Letter).where(Letter.id == letter.id, mine)


def _let_go(session: Session, letter: Letter) -> None:
    if letter.kind in AFTER:
        AFTER[letter.kind](session, letter.object_id)


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
        since = session.scalar(select(func.min(Letter.run_after)).where(_due()))
    waiting, held, failed = (count.get(state, 0) for state in unsent)
    return Standing(waiting, held, failed, since)


def hold(session: Session) -> int:
    """Hold every letter that is promised and not sent; return how many."""
    queued = update(Letter).where(Letter.state == LetterState.QUEUED)
    return int(session.execute(queued.values(state=LetterState.HELD)).rowcount)  # type: ignore[attr-defined] # of an UPDATE there is one


def held() -> Sequence[Letter]:
    """Return the letters that a restore held, the oldest first."""
    with reading() as session:
        query = select(Letter).where(Letter.state == LetterState.HELD)
        return session.scalars(query.order_by(Letter.created_at, Letter.id)).all()


def release(session: Session, letter_ids: Sequence[UUID] | None) -> Sequence[UUID]:
    """Queue the letters that were held, all or those among these ids; return which."""
    query = select(Letter).where(Letter.state == LetterState.HELD)
    if letter_ids is not None:
        query = query.where(Letter.id.in_(letter_ids))
    found = session.scalars(query.with_for_update()).all()
    for each in found:
        _queue(each)
    jobs.promise(session, SEND, None, {}, key=SEND)
    return [each.id for each in found]


def replay(session: Session, letter: Letter) -> None:
    """Queue a letter again that failed for good."""
    if letter.state is not LetterState.FAILED:
        raise NotFailed(f"It is {letter.state}: only a failed letter can be sent again.")
    _queue(letter)
    jobs.promise(session, SEND, None, {}, key=SEND)


def _queue(letter: Letter) -> None:
    letter.state, letter.run_after, letter.attempts = LetterState.QUEUED, clock.now(), 0
    letter.ended_at = letter.fault = None


def _is_forgotten() -> Any:
    now = clock.now()
    over = Letter.state.in_([LetterState.SENT, LetterState.DROPPED])
    failed = and_(Letter.state == LetterState.FAILED, Letter.ended_at < now - KEPT_FAILED)
    return or_(and_(over, Letter.ended_at < now - KEPT), failed)


def _old(session: Session) -> bool:
    return session.scalars(select(Letter.id).where(_is_forgotten()).limit(1)).first() is not None


@jobs.job("letters.forget", when=_old)
def forget(work: Work) -> None:
    """Delete letters that ended long ago, and what was kept for those that failed."""
    del work
    while _forget_some() == BATCH:
        pass


def _forget_some() -> int:
    with transaction() as session:
        query = select(Letter).where(_is_forgotten()).order_by(Letter.id).limit(BATCH)
        found = session.scalars(query.with_for_update(skip_locked=True)).all()
        for letter in found:
            if letter.state is LetterState.FAILED:
                _let_go(session, letter)
            session.delete(letter)
        return len(found)
