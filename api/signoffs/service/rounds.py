"""Rounds: opening and changing one, asking more members, closing it, and reminding."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import exists, func, or_, select
from sqlalchemy.orm import Session

from api.accounts.rules import Actor, Role
from api.accounts.service import load
from api.coalitions.models import Member
from api.coalitions.service.locking import load_locked
from api.errors import Code, Conflict, Fault, Invalid, NotFound, point
from api.infra import clock
from api.infra.database.transactions import Stale, insert, is_any, reading, touch, transaction
from api.infra.security import audit, late_sealing
from api.organisations.models import Organisation
from api.signoffs import rules
from api.signoffs.models import Ask, QuestionClosing, SignOff, SignOffRound, Silence
from api.signoffs.service import requests, rows
from api.signoffs.service.rows import Board, BoardEntry, QuestionClosed, SignOffOver
from api.statements import service as statements
from api.statements.models import Statement
from api.statements.service import work

LONGEST = timedelta(days=3660)  # until a deadline
AT_ONCE = 50  # asks that one transaction reminds of
TOLD = ("soft_deadline", "hard_deadline", "zone", "silence")  # to those who are asked


class AfterDeadline(Conflict, title="The deadline is over"):
    """An answer comes before the hard deadline, or a coordinator enters it."""


@dataclass(frozen=True)
class RoundView:
    """A round, with the coordinator's note to all."""

    row: SignOffRound
    note: str | None

    @classmethod
    def of(cls, session: Session, row: SignOffRound) -> RoundView:
        """Unseal the note."""
        return cls(row, late_sealing.read(session, row, SignOffRound.note))


def set_round(
    actor: Actor, statement_id: UUID, expected: int | None, facts: Mapping[str, Any]
) -> RoundView:
    """Open a statement's round, which asks its members; or change it, which opens it again."""
    with transaction() as session:
        statement = load_locked(session, actor, Statement, statement_id, Role.COORDINATOR)
        return put_round(session, actor, statement, expected, facts)


def put_round(
    session: Session,
    actor: Actor,
    statement: Statement,
    expected: int | None,
    facts: Mapping[str, Any],
) -> RoundView:
    """Open or change the round of a statement, which the caller holds."""
    rows.must_be_open(statement)
    statements.current_revision(session, statement)
    statements.must_name_nobody(session, statement.coalition_id, facts["note"], "/note")
    found = rows.round_of(session, statement.id)
    if faults := list(_nonsense(found, facts)):
        raise Invalid("Nobody could keep these deadlines.", faults)
    if found is None:
        if expected is not None:
            raise Stale("There is no round yet: leave If-Match out.")
        return _opened(session, actor, statement, facts)
    if expected is None:
        raise Stale("There is a round already: read it and send its ETag in If-Match.")
    touch(found, expected)
    is_told = found.closed_at is not None or any(
        getattr(found, name) != facts[name] for name in TOLD
    )
    found.dropped = _dropped(found, facts)
    _write(session, found, facts)
    found.closed_at = None
    session.flush()
    board = rows.read_board(session, statement)
    requests.settle(session, board, board.entries)
    session.flush()
    if is_told and rules.in_time(clock.now(), found.hard_deadline):
        requests.ask_anew(session, board)
    audit.record(session, actor, "sign_off_round.changed", found, facts)
    return RoundView.of(session, found)


def _write(session: Session, found: SignOffRound, facts: Mapping[str, Any]) -> None:
    for name, value in facts.items():
        if name == "note":
            late_sealing.write(session, found, SignOffRound.note, value)
        else:
            setattr(found, name, value)


def _opened(
    session: Session, actor: Actor, statement: Statement, facts: Mapping[str, object]
) -> RoundView:
    found = SignOffRound(id=uuid4(), coalition_id=statement.coalition_id, statement_id=statement.id)
    _write(session, found, facts)
    insert(session, found, on_clash=Stale("Somebody opened one a moment ago. Read it."))
    board = rows.read_board(session, statement)
    requests.ask(session, board, found, board.entries)
    audit.record(session, actor, "sign_off_round.opened", found, facts)
    return RoundView.of(session, found)


def _dropped(found: SignOffRound, facts: Mapping[str, object]) -> dict[str, dict[str, str]]:
    """Return the deadlines that stand in calendars of members, and are to be taken out of them."""
    kept, now = dict(found.dropped or {}), clock.now().isoformat()
    for name in ("soft", "hard"):
        was: datetime | None = getattr(found, f"{name}_deadline")
        if facts[f"{name}_deadline"] is not None:
            kept.pop(name, None)
        elif was is not None:
            kept[name] = {"at": was.isoformat(), "until": now}
    return kept


def _nonsense(found: SignOffRound | None, facts: Mapping[str, Any]) -> Iterator[Fault]:
    now, hard = clock.now(), facts["hard_deadline"]
    for name in ("soft_deadline", "hard_deadline"):
        when: datetime | None = facts[name]
        was = getattr(found, name, None)
        if when is not None and when != was and not now < when < now + LONGEST:
            code = Code.TOO_EARLY if when <= now else Code.TOO_LATE
            yield Fault(f"/{name}", code, "It is past, or more than ten years away.")
    if hard is not None and facts["soft_deadline"] is not None and facts["soft_deadline"] > hard:
        yield Fault("/soft_deadline", Code.TOO_LATE, "It is after the hard one.")
    if hard is None and facts["silence"] is not Silence.NOTHING:
        yield Fault(
            "/silence", Code.CONFLICT, "Silence means something only after a hard deadline."
        )
    is_over = found is not None and not rules.in_time(now, found.hard_deadline)
    if is_over and hard == found.hard_deadline and facts["silence"] is not found.silence:  # type: ignore[union-attr] # it is one
        yield Fault(
            "/silence", Code.CONFLICT, "Members were told otherwise, and their time is over."
        )


def round_of(actor: Actor, statement_id: UUID) -> RoundView:
    """Return a statement's round."""
    with reading() as session:
        statement = load(session, actor, Statement, statement_id, Role.VIEWER)
        return RoundView.of(session, _must_have_round(session, statement))


def has_round(actor: Actor, statement_id: UUID) -> bool:
    """Tell whether a statement has a round."""
    with reading() as session:
        load(session, actor, Statement, statement_id, Role.COORDINATOR)
        return rows.round_of(session, statement_id) is not None


def close(actor: Actor, statement_id: UUID) -> RoundView:
    """End a round: what was answered stays, nobody is reminded. Twice is fine."""
    with transaction() as session:
        statement = load(session, actor, Statement, statement_id, Role.COORDINATOR, lock=True)
        found = _must_have_round(session, statement)
        if found.closed_at is None:
            shut(session, found)
            touch(found, None)
            audit.record(session, actor, "sign_off_round.closed", found)
        return RoundView.of(session, found)


def _must_have_round(session: Session, statement: Statement) -> SignOffRound:
    found = rows.round_of(session, statement.id)
    if found is None:
        raise NotFound("No member was asked to sign this off: PUT a round.")
    return found


def shut(session: Session, found: SignOffRound) -> None:
    """End a round inside the caller's transaction."""
    found.closed_at = clock.now()
    for row in session.scalars(select(Ask).where(Ask.round_id == found.id).with_for_update()):
        row.remind_at = None


def ask_more(actor: Actor, statement_id: UUID, member_ids: Sequence[UUID]) -> Board:
    """Ask members that were not asked, and new representatives of those that were."""
    with transaction() as session:
        statement = load(session, actor, Statement, statement_id, Role.COORDINATOR, lock=True)
        widen(session, actor, statement, member_ids)
        return rows.read_board(session, statement)


def widen(session: Session, actor: Actor, statement: Statement, member_ids: Sequence[UUID]) -> None:
    """Ask more members about a statement, which the caller holds."""
    board, found = board_underway(session, statement)
    entries = seats(board, member_ids)
    if any(entry.closed for entry in entries):
        raise QuestionClosed("An owner closed the question to one of them: open it again first.")
    nobody = set(requests.ask(session, board, found, entries))
    wrong = "Enter a representative of its organisation first."
    faults = [
        Fault(point("member_ids", at), Code.REQUIRED, wrong)
        for at, each in enumerate(member_ids)
        if each in nobody
    ]
    if faults:
        raise Invalid("Some have nobody to ask.", faults)
    told = {"member_ids": member_ids}
    audit.record(session, actor, "sign_off_round.widened", found, told)
    session.flush()


def board_underway(session: Session, statement: Statement) -> tuple[Board, SignOffRound]:
    """Return the board and round of a statement whose members may answer now, or raise."""
    rows.must_be_open(statement)
    found = _must_have_round(session, statement)
    if found.closed_at is not None:
        raise SignOffOver("The round was closed. PUT it again to open it.")
    if not rules.in_time(clock.now(), found.hard_deadline):
        raise AfterDeadline("Nobody could answer any more: move the hard deadline first.")
    return rows.read_board(session, statement), found


def seats(board: Board, member_ids: Sequence[UUID]) -> list[BoardEntry]:
    entries = {each.member.id: each for each in board.entries}
    wrong = "It is no lead and no member of the coalition today."
    faults = [
        Fault(point("member_ids", at), Code.NOT_FOUND, wrong)
        for at, each in enumerate(member_ids)
        if each not in entries
    ]
    if faults:
        raise Invalid("Only members sign off.", faults)
    return [entries[each] for each in dict.fromkeys(member_ids)]


def unanswered(session: Session, coalition_id: UUID) -> Mapping[UUID, int]:
    """Return how many members a coalition's open rounds wait for, by the statement.

    Of those that two people commit only the board knows whether the second is missing.
    """
    newest = SignOff.revision_number >= Statement.counted_from
    has_said = exists().where(
        SignOff.statement_id == Statement.id, SignOff.member_id == Ask.member_id, newest
    )
    is_closed = exists().where(
        QuestionClosing.statement_id == Statement.id, QuestionClosing.member_id == Ask.member_id
    )
    ends = SignOffRound.hard_deadline
    asked = (
        select(Statement.id)
        .select_from(SignOffRound)
        .join(Statement, Statement.id == SignOffRound.statement_id)
        .join(Ask, Ask.round_id == SignOffRound.id)
        .join(Member, Member.id == Ask.member_id)
        .where(
            SignOffRound.coalition_id == coalition_id,
            SignOffRound.closed_at.is_(None),
            or_(ends.is_(None), ends > clock.now()),
            Statement.state.in_(rows.SIGNS_OFF),
            rows.signing_off(),
            ~is_closed,
        )
    )
    silent = asked.where(~has_said).add_columns(func.count()).group_by(Statement.id)
    found: Counter[UUID] = Counter(dict(session.execute(silent).all()))
    needs_two = asked.join(Organisation, Organisation.id == Member.organisation_id).where(
        Organisation.needs_two, has_said
    )
    for text in session.scalars(
        select(Statement).where(Statement.id.in_(needs_two)).options(*work.WITHOUT_TEXT)
    ):
        states = [each.status for each in rows.read_board(session, text).entries if each.ask]
        found[text.id] += states.count(rules.Status.ONE_OF_TWO)
    return found


def asked(session: Session, statement_ids: Collection[UUID]) -> set[UUID]:
    """Return about which of some statements members were asked."""
    query = select(SignOffRound.statement_id).where(SignOffRound.statement_id.in_(statement_ids))
    return set(session.scalars(query))


def tally(session: Session, statement: Statement) -> tuple[bool, list[rules.Status]]:
    """Return whether members who were asked may answer now, and where each is."""
    board = rows.read_board(session, statement)
    return is_open(board), [each.status for each in board.entries]


def is_due(session: Session) -> bool:
    """Tell whether somebody should be reminded now."""
    return is_any(session, select(Ask.id).where(Ask.remind_at <= clock.now()))


def remind() -> int:
    """Remind those who have not answered and whose time it is; return how many letters.

    The next time is set in the transaction that promises the letters: twice is once.
    """
    letters = 0
    while True:
        with transaction() as session:
            due = select(Ask).where(Ask.remind_at <= clock.now()).order_by(Ask.remind_at, Ask.id)
            some = due.limit(AT_ONCE).with_for_update(skip_locked=True)
            asks: dict[UUID, list[Ask]] = defaultdict(list)
            for row in session.scalars(some):
                asks[row.round_id].append(row)
            for round_id, those in asks.items():
                letters += _reminded(session, session.get_one(SignOffRound, round_id), those)
            if not asks:
                return letters


def _reminded(session: Session, of: SignOffRound, asks: Sequence[Ask]) -> int:
    """Remind members of one round: its board is read once for all of them."""
    board = rows.read_board(session, session.get_one(Statement, of.statement_id))
    people = []
    for row in asks:
        entry = board.entry(row.member_id)
        owing = requests.owing(entry) if entry is not None and is_open(board) else []
        rests = entry.rests_until if entry is not None else date.min
        row.remind_at = requests.next_reminder(session, of, row, rests) if owing else None
        row.reminders += bool(owing)
        people += owing
    session.flush()
    requests.write_to(session, board, requests.REMINDER, people)
    return len(people)


def is_open(board: Board) -> bool:
    """Tell whether members may answer now."""
    return board.round is not None and is_open_now(board.statement, board.round)


def is_open_now(statement: Statement, found: SignOffRound) -> bool:
    """Tell whether the members of a statement may answer now."""
    return (
        found.closed_at is None
        and statement.state in rows.SIGNS_OFF
        and rules.in_time(clock.now(), found.hard_deadline)
    )
