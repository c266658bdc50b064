"""Sends the letters that are due: a job for each coalition, so that none waits for another.

Letters to many have a job beside it, in a lane of their own, so that no one who waits for a letter
waits for these. Where several jobs want a lane's threads they take turns.

A coalition's letters leave over its own server, where it has one, or over the house's. Letters that
may not tell who writes always leave over the house's. A letter is leased, sent, and what became of
it is written in the transaction that leases the next: one commit a letter, and a worker that is
killed repeats one letter at most, under the same Message-ID.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from api.infra import clock, metrics
from api.infra.background import jobs
from api.infra.background.jobs import Job, Work
from api.infra.database.transactions import is_any, reading, transaction
from api.infra.mail import letters, paces, verp
from api.infra.mail.letters import OUTBOX, Facts, Letter, LetterState
from api.infra.net.smtp import Connection, MailBroken, Refused, SmtpServer
from api.infra.outbox.rows import Ended
from api.infra.outbox.turns import Turn
from api.infra.runtime import runtime

log = structlog.get_logger()
LEASE = timedelta(minutes=10)  # of one letter; sending it takes less, unless its worker is gone
SERVER_PAUSE = timedelta(minutes=1)  # before a server that takes nothing is tried again
FIRST_PAUSE = timedelta(seconds=30)  # of a letter that was not taken; each later one twice as long
NO_WAY_PAUSE = timedelta(minutes=10)  # of a letter that only a house's server may send
LONGEST_PAUSE = timedelta(hours=6)
MOST_ATTEMPTS = 20  # over two and a half days
SUPPRESSED = "suppressed"


@dataclass(frozen=True)
class Way:
    """How letters leave: over which server, from whom, where they come back to, and how fast."""

    server: SmtpServer
    sender: str
    sender_name: str | None = None  # in place of the coalition's name
    returns: str | None = None  # None: to the sender
    pace: tuple[int, int] | None = None  # letters a minute: to all, and to one domain


@dataclass(frozen=True)
class Rules:
    """What a higher rung knows of a coalition's letters."""

    way: Callable[[Session, UUID], Way | None]  # None: over the house's server
    is_suppressed: Callable[[Session, UUID, Facts], bool]
    told: Callable[[UUID, str | None], None]  # what is wrong with its server; None: it works


def _rules() -> Rules:
    (found,) = runtime().wiring.all(Rules)
    return found


def _house() -> Way | None:
    server = runtime().smtp
    return Way(server, runtime().settings.mail_from) if server else None


def _own(session: Session, coalition_id: UUID | None) -> Way | None:
    return _rules().way(session, coalition_id) if coalition_id else None


def _unpromised(session: Session) -> Sequence[tuple[UUID | None, bool]]:
    """Return whose letters are due, could leave, and are promised by no job; the bulk apart."""
    query = select(Letter.coalition_id, Letter.is_bulk).where(OUTBOX.due()).distinct()
    found = [each for each in session.execute(query) if _own(session, each[0]) or _house()]
    keys = {letters.key_of(whose, is_bulk=is_bulk): (whose, is_bulk) for whose, is_bulk in found}
    waiting = set(session.scalars(select(Job.key).where(Job.key.in_(keys))))
    return [each for key, each in keys.items() if key not in waiting]


def are_unpromised(session: Session) -> bool:
    """Tell whether letters are due that no job is promised for."""
    return bool(_unpromised(session))


def find_due(_: Work) -> None:
    """Promise to send what has become due: what was not taken before, or was promised long ago."""
    with transaction() as session:
        for coalition_id, is_bulk in _unpromised(session):
            letters.promise_sending(session, coalition_id, is_bulk=is_bulk)


def send_due(work: Work) -> dict[str, int]:
    """Send what is due of one coalition, or of the house, until nothing is."""
    is_bulk = work.kind == letters.SEND_BULK
    whose = work.facts["coalition_id"] and UUID(work.facts["coalition_id"])
    with reading() as session:
        own = _own(session, whose)
        if not (own or _house()):
            return {"sent": 0}
        mine = (OUTBOX.due(), Letter.coalition_id == whose, Letter.is_bulk == is_bulk)
        if not is_any(session, select(Letter.id).where(*mine)):
            return {"sent": 0}
    with ExitStack() as opened:
        turn = LetterTurn(whose, own, opened, is_bulk=is_bulk, work=work)
        turn.run()
    if turn.pause is not None:
        raise turn.pause
    if turn.has_more:
        raise jobs.Again(work.facts)
    return {"sent": turn.sent}


@dataclass(frozen=True)
class Leased:
    """A letter that is being sent."""

    id: UUID
    kind: str
    coalition_id: UUID | None
    object_id: UUID
    attempts: int


@dataclass(frozen=True)
class Tried(Ended):
    """What became of a letter."""

    letter: Leased
    left: Facts | None = None  # what the mail server took

    def count(self) -> None:
        """Count it for whoever watches; one that was given back was not tried."""
        if "fault" in self.values:
            known = letters.kind_of(self.letter.kind)
            outcome = str(self.values.get("state", "later"))
            metrics.LETTERS.count(known.name if known else "unknown", outcome)

    def tell(self, session: Session) -> None:
        """Tell those who wait for what became of it, in the transaction that says so."""
        kind, object_id = letters.kind_of(self.letter.kind), self.letter.object_id
        if kind is None:
            return
        state = self.values.get("state")
        if kind.after and state in {LetterState.SENT, LetterState.DROPPED}:
            kind.after(session, object_id)
        if kind.left and self.left is not None:
            kind.left(session, object_id, self.left)
        if kind.failed and state is LetterState.FAILED:
            kind.failed(session, object_id)


class LetterTurn(Turn[Leased, Tried]):
    """One run of a worker through the letters of one coalition."""

    def __init__(
        self,
        whose: UUID | None,
        own: Way | None,
        opened: ExitStack,
        *,
        is_bulk: bool = False,
        work: Work | None = None,
    ) -> None:
        """Keep whose letters they are; lines are opened when a letter needs them."""
        super().__init__(work)
        self._whose, self._own, self._opened = whose, own, opened
        self._lines: dict[Way, Connection] = {}
        self._works = False
        self.sent = 0
        self.pause: jobs.Later | None = None  # of a server that takes nothing now
        table = OUTBOX.columns
        mine = and_(table.coalition_id == whose, table.is_bulk == is_bulk)
        # As ix_letters_due has them: by the last alone, PostgreSQL would sort all that wait.
        order = (table.coalition_id, table.is_bulk, table.state, table.run_after)
        self._taking = OUTBOX.taking(mine, order, *(each.name for each in fields(Leased)))

    def write(self, session: Session, ended: Sequence[Tried], size: int) -> Sequence[Leased]:
        """Write what became of a letter, unless somebody else took it meanwhile; lease the next."""
        for each in ended:
            if OUTBOX.end(session, self.lease, [each]):
                each.tell(session)
            each.count()
        taken = OUTBOX.take(session, self._taking, self.lease, until=LEASE) if size else ()
        return [Leased(*each) for each in taken]

    def is_done(self, last: Tried) -> bool:
        """End where the server takes nothing now."""
        del last
        return self.pause is not None

    def attempt(self, letter: Leased) -> Tried:
        """Send one letter. Where the server takes none it was not tried."""
        try:
            tried = self._sent(letter)
        except MailBroken as fault:
            log.warning("mail server broken", detail=fault.detail, sent=self.sent)
            self.pause = jobs.Later(SERVER_PAUSE, MailBroken.slug())
        except jobs.Later as pause:
            self.pause = pause
        else:
            self.sent += tried.values.get("state") is LetterState.SENT
            return tried
        return _put_back(letter, clock.now())

    def _sent(self, letter: Leased) -> Tried:
        """Send one letter. Its failure is its own; that of the server is nobody's."""
        try:
            return self._tried(letter)
        except (MailBroken, jobs.Later):
            raise
        except Refused as refused:
            return later(letter, str(refused), is_final=refused.is_final)
        except Exception as fault:  # noqa: BLE001 # one letter that cannot be written stops no other
            tried = later(letter, type(fault).__name__)
            is_over = tried.values.get("state") is LetterState.FAILED
            # One that is tried again is no error; a trace could hold values.
            told = log.error if is_over else log.info
            what = "letter failed" if is_over else "letter waits"
            told(what, letter=str(letter.id), kind=letter.kind, error=tried.values["fault"])
            return tried

    def _tried(self, letter: Leased) -> Tried:
        with reading() as session:
            facts = letters.facts_of(session, letter.kind, letter.object_id)
            if facts is None:
                return ended(letter, LetterState.DROPPED)
            if self._whose and _rules().is_suppressed(session, self._whose, facts):
                return ended(letter, LetterState.DROPPED, SUPPRESSED)
            # Whose server it is would tell who writes.
            way = self._own if self._own and facts.coalition is not None else _house()
            if way is None:
                return _put_back(letter, clock.now() + NO_WAY_PAUSE)
            token = (
                verp.token_of(session, self._whose, letter.id, facts.to) if way.returns else None
            )
        if seconds := self._seconds_until(way, facts.to):
            return _put_back(letter, clock.now() + timedelta(seconds=seconds))
        message = letters.written(letter.kind, facts)
        try:
            answer = self._line(way).send(letter.id, message, token)
        except MailBroken as fault:
            metrics.MAIL_SERVER_FAULTS.count("coalition" if way is self._own else "house")
            self._tell(way, fault.word)
            raise
        self._tell(way, None)
        kept = answer if facts.keeps_answer else None
        return replace(ended(letter, LetterState.SENT, answer=kept), left=facts)

    def _tell(self, way: Way, fault: str | None) -> None:
        """Tell what is wrong with a coalition's own server, or once a round that it works."""
        if way is self._own and self._whose and not (fault is None and self._works):
            _rules().told(self._whose, fault)
            self._works = fault is None

    def _seconds_until(self, way: Way, address: str) -> int:
        """Return in how many seconds a domain gets more; raise Later where nobody should now."""
        if self._whose is None or way.pace is None:
            return 0
        domain = address.rpartition("@")[2].casefold()
        of_all, of_domain = paces.count(self._whose, domain, *way.pace)
        if of_all:
            raise jobs.Later(timedelta(seconds=of_all), "rate")
        return of_domain

    def _line(self, way: Way) -> Connection:
        """Return a line to a server, opened once."""
        if way not in self._lines:
            connected = way.server.connected(way.sender, way.sender_name, way.returns)
            self._lines[way] = self._opened.enter_context(connected)
        return self._lines[way]


def later(letter: Leased, fault: str, *, is_final: bool = False) -> Tried:
    """Let a letter wait, longer each time, until it has failed for good."""
    attempts = letter.attempts + 1
    if is_final or attempts >= MOST_ATTEMPTS:
        return ended(letter, LetterState.FAILED, fault)
    pause = min(FIRST_PAUSE * 2 ** (attempts - 1), LONGEST_PAUSE)
    values = {"run_after": clock.now() + pause, "fault": fault, "attempts": attempts}
    return Tried(letter.id, values, letter)


def ended(
    letter: Leased, state: LetterState, fault: str | None = None, answer: str | None = None
) -> Tried:
    """Say that a letter has ended."""
    how = {"state": state, "fault": fault, "answer": answer, "ended_at": clock.now()}
    return Tried(letter.id, {**how, "attempts": letter.attempts + 1}, letter)


def _put_back(letter: Leased, until: datetime) -> Tried:
    """Give a letter back that was not tried."""
    return Tried(letter.id, {"run_after": until}, letter)
