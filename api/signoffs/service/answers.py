"""What members answer: by the link of a letter, or entered by a coordinator who was told."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from api.accounts.rules import Actor, Role
from api.coalitions.models import Coalition
from api.coalitions.service.locking import load_locked, lock_coalition
from api.errors import Code, Conflict, Fault, Gone, Invalid, NotFound
from api.infra import clock
from api.infra.database.transactions import insert, reading, transaction
from api.infra.mail import letters
from api.infra.security import audit, keys, links
from api.signatures.models import Visibility
from api.signatures.service import evidence
from api.signatures.service.rows import current
from api.signing.service import settings
from api.signoffs import rules
from api.signoffs.models import UNKNOWN, Approver, Ask, SignOff, SignOffRound
from api.signoffs.rules import Status
from api.signoffs.service import appearances, comparing, lines, requests, rows
from api.signoffs.service.rounds import AfterDeadline, RoundView, is_open
from api.signoffs.service.rows import (
    ApproverView,
    Board,
    BoardEntry,
    QuestionClosed,
    SignOffOver,
    UnsealedAnswer,
)
from api.statements import service as statements
from api.statements.models import Revision, Statement

CONTENT = ("reason", "reservations")
CHOSE_LESS = "Another person who answers for your organisation chose less."


class HandedOn(Conflict, title="This was handed to a colleague"):
    """Who hands it to a colleague answers no more."""


class NoMember(Gone, title="No member any more"):
    """An organisation that left is asked no more; how it appears it can still choose."""


class AlreadyAsked(Conflict, title="This address is asked already"):
    """One person, one voice."""


REFUSALS = (SignOffOver, AfterDeadline, HandedOn, NoMember, QuestionClosed, links.LinkExpired)


@dataclass(frozen=True)
class AskedApproval:
    """What a person sees who is asked: the text, by when, and what was answered so far."""

    board: Board
    coalition: Coalition
    revision: Revision
    edited_on: date | None  # the last day on which it was edited in public
    round: RoundView
    entry: BoardEntry
    me: ApproverView
    why_not: str | None  # they may not answer now
    may_choose: bool  # how the organisation appears
    visibility: Visibility | None  # as it does now, or will; None: nobody chose
    why_less: str | None  # than this person chose
    may_be_guessed: bool  # without a name: so few are
    is_sensitive: bool
    # Compares the text with the one that they answered, or were asked about; None: it is the same.
    compare: Callable[[], statements.Diff] | None

    @property
    def statement(self) -> Statement:
        return self.board.statement

    @property
    def may_answer(self) -> bool:
        return self.why_not is None

    @property
    def proposal(self) -> UnsealedAnswer | None:
        """What another person proposed, for this one to confirm."""
        found = requests.proposal(self.entry)
        is_own = found is not None and found.approver_key == str(self.me.root)
        return None if is_own else found

    @property
    def line(self) -> str:
        """As the member prints by name."""
        return lines.line_of(self.board, self.entry, self.revision)

    @property
    def zone(self) -> str:
        """In which the member is told the time (IANA)."""
        return requests.zone_of(self.round.row, self.entry.organisation)

    @property
    def places(self) -> list[dict[str, str]]:
        found = rules.places(self.revision.printed)
        return [{"pointer": pointer, "text": text} for pointer, text in found.items()]


def asked(secret: str) -> AskedApproval:
    """Return what the link of a letter leads to; it goes on showing what happened."""
    with reading() as session:
        return shown(session, *followed(session, secret))


@contextmanager
def acting(secret: str, *, prints: bool = False) -> Iterator[tuple[Session, Board, Approver]]:
    """Open the transaction of who acts by a link, as `followed` holds it; not too often."""
    requests.must_pace(secret)
    with transaction() as session:
        yield session, *followed(session, secret, lock=True, prints=prints)


def followed(
    session: Session, secret: str, *, lock: bool = False, prints: bool = False
) -> tuple[Board, Approver]:
    """Return the board and the person that a link is of; `lock`, for who acts, holds the statement.

    What will print holds the coalition before: a name that is taken back at the same moment must
    not come in behind.
    """
    link = links.follow(session, rows.PURPOSE, secret)
    if prints:
        lock_coalition(session, link.coalition_id)
    row = session.get(Approver, link.object_id)
    ask = session.get(Ask, row.ask_id) if row is not None else None
    if row is None or ask is None:
        raise NotFound("The coalition deleted what this link was about.")
    statement_id = session.get_one(SignOffRound, ask.round_id).statement_id
    statement = session.get_one(
        Statement, statement_id, with_for_update=lock or None, populate_existing=lock
    )
    board = rows.read_board(session, statement, also=[ask.member_id])
    entry, me = board.asked(row)
    if not (entry.stands or rows.is_of_today(entry.member)):
        raise NoMember("Its organisation is no member of the coalition any more.")
    if me.has_left:
        raise links.LinkExpired("You may not answer for the organisation any more.")
    return board, row


def shown(session: Session, board: Board, approver: Approver) -> AskedApproval:
    (entry, me), statement = board.asked(approver), board.statement
    try:
        must_answer(board, entry, me)
        why_not = None
    except REFUSALS as refused:
        why_not = refused.title
    try:
        _must_choose(board, entry, me)
        may_choose = True
    except REFUSALS:
        may_choose = False
    return AskedApproval(
        board,
        session.get_one(Coalition, statement.coalition_id),
        statements.current_revision(session, statement),
        statements.edited_on(session, statement.id, statement.revision_number),
        RoundView.of(session, _round(board)),
        entry,
        me,
        why_not,
        may_choose,
        entry.visibility,
        CHOSE_LESS if appearances.is_kept_lower(entry, me) else None,
        appearances.may_be_guessed(session, board, entry),
        settings.of(session, statement).is_sensitive,
        comparing.since(session, board, entry, me),
    )


def diff(secret: str) -> statements.Diff:
    """Return what changed since they answered, or were asked; raise NotFound where nothing did."""
    compare = asked(secret).compare
    if compare is None:
        raise NotFound("Nothing has changed since, or it cannot be shown any more.")
    return compare()


def _round(board: Board) -> SignOffRound:
    if board.round is None:
        raise NotFound("The round was deleted.")
    return board.round


def must_answer(board: Board, entry: BoardEntry, me: ApproverView) -> None:
    must_speak(me)
    if not rows.is_of_today(entry.member):
        raise NoMember("The organisation is no member of the coalition any more.")
    if entry.closed is not None:
        raise QuestionClosed("Its coordinators closed it, and say why: GET this link.")
    if _round(board).closed_at is not None:
        raise SignOffOver("The coordinators closed it. Write to them.")
    rows.must_be_open(board.statement)
    if not is_open(board):
        raise AfterDeadline("Write to the coordinators: they can still enter an answer.")


def _must_choose(board: Board, entry: BoardEntry, me: ApproverView) -> None:
    """Let a person pass who says how their organisation appears: that has no deadline."""
    must_speak(me)
    if entry.closed is not None:
        raise QuestionClosed("Its coordinators closed it, and say why: GET this link.")
    appearances.must_stand(board, entry)


def must_speak(me: ApproverView) -> None:
    if me.handed_to is not None:
        raise HandedOn("Your colleague answers now; you can go on reading here.")
    if not me.may_answer:
        raise links.LinkExpired("You may not answer for the organisation any more.")


def choose(secret: str, visibility: Visibility) -> AskedApproval:
    """Choose how a member appears, before it answers, with it, or once the text is published."""
    with acting(secret, prints=True) as (session, board, approver):
        entry, me = board.asked(approver)
        _must_choose(board, entry, me)
        appearances.put(session, board, entry, visibility, approver_key=str(me.root))
        now = rows.read_board(session, board.statement, also=[entry.member.id])
        return shown(session, now, approver)


def answer(secret: str, facts: Mapping[str, Any]) -> AskedApproval:
    """Answer for a member. The same twice is once; another answer goes before the earlier one."""
    prints = facts["prints_reservation"] or facts["printed_name"] is not None
    with acting(secret, prints=prints) as (session, board, approver):
        entry, me = board.asked(approver)
        must_answer(board, entry, me)
        who = {"name": me.name, "role": me.role}
        put = _put(session, board, entry, facts, who, approver_id=approver.id)
        if facts["visibility"] is not None:
            appearances.put(session, board, entry, facts["visibility"], approver_key=str(me.root))
        if put is not None:
            _record(session, None, "sign_off.answered", put)
        now = rows.read_board(session, board.statement)
        if put is not None:
            _follow_up(session, now, now.asked(approver)[0])
        return shown(session, now, approver)


def enter(actor: Actor, statement_id: UUID, facts: Mapping[str, Any]) -> BoardEntry:
    """Enter an answer that a member gave in another way, until the text is published."""
    with transaction() as session:
        statement = load_locked(session, actor, Statement, statement_id, Role.COORDINATOR)
        rows.must_be_open(statement)
        board = rows.read_board(session, statement)
        entry = board.entry(facts["member_id"])
        if entry is None:
            wrong = "It is no lead and no member of the coalition today."
            raise Invalid("Only members sign off.", [Fault("/member_id", Code.NOT_FOUND, wrong)])
        if entry.closed is not None:
            raise QuestionClosed("An owner closed the question to it: open it again first.")
        _must_have_come(session, statement, facts)
        put = _put(session, board, entry, facts, facts["by"], user_id=actor.user_id)
        if facts["visibility"] is not None:
            approver_key = str(rows.approver_named(entry.people, facts["by"]["name"]) or UNKNOWN)
            appearances.put(
                session, board, entry, facts["visibility"], approver_key=approver_key, by=actor
            )
        if put is not None:
            _record(session, actor, "sign_off.entered", put)
        board = rows.read_board(session, statement)
        entry = next(each for each in board.entries if each.member.id == entry.member.id)
        if put is not None:
            _follow_up(session, board, entry)
        return entry


def _must_have_come(session: Session, statement: Statement, facts: Mapping[str, Any]) -> None:
    """Let pass what is said of how an answer came, or raise Invalid."""
    if facts["said_on"] is not None and facts["said_on"] > clock.today():
        wrong = Fault("/said_on", Code.TOO_LATE, "That day is to come.")
        raise Invalid("An answer is entered after it was given.", [wrong])
    if facts["evidence_id"] is not None:
        evidence.of_statement(session, statement, facts["evidence_id"], "/evidence_id")


def _told(facts: Mapping[str, Any]) -> dict[str, object]:
    """Return what is known of how an answer came, as it is kept; nothing of one by a link."""
    on = facts.get("said_on")
    told = {"means": facts.get("means"), "on": on and on.isoformat(), "note": facts.get("note")}
    return {"told": told} if any(told.values()) else {}


def _record(session: Session, by: Actor | None, action: str, row: SignOff) -> None:
    """Record an answer: but for an approval by name, its day, or its instant tells whose it is."""
    facts = {
        "member_id": row.member_id,
        "answer": row.answer,
        "revision_sha256": row.revision_sha256,
        "approver_id": row.approver_id,
    }
    if by is not None:
        told = keys.read(session, row, SignOff.content).get("told", {})
        facts |= {"means": told.get("means"), "evidence_id": row.evidence_id}
    is_cut = not appearances.is_told(session, row)
    audit.record(session, by, action, row, facts, is_cut=is_cut)


def _put(  # noqa: PLR0913 # of whom, by whom, and what
    session: Session,
    board: Board,
    entry: BoardEntry,
    facts: Mapping[str, Any],
    who: Mapping[str, object],
    *,
    approver_id: UUID | None = None,
    user_id: UUID | None = None,
) -> SignOff | None:
    """Add an answer to the text that was seen; None where the same person said the same before."""
    statement = board.statement
    revision = current(session, statement, facts["revision_sha256"])
    earlier = any(
        each.answer in rules.POSITIVE and each.revision < revision.number
        for each in entry.current_answers
    )
    rules.must_fit(
        facts,
        rules.places(revision.printed),
        has_approved=earlier,
        needs_two=entry.organisation.needs_two,
    )
    lines.must_print(session, statement, facts, who)
    content = {field: facts[field] for field in CONTENT} | {
        "by": {"name": who["name"], "role": who.get("role")},
        **_told(facts),
    }
    if facts["in_personal_capacity"]:
        content["personal"] = True
    if name := lines.corrected(entry, statement, facts):
        content["name"] = name
    last = entry.answers[-1] if entry.answers else None
    kept = {
        "revision_number": revision.number,
        "revision_sha256": revision.sha256,
        "answer": facts["answer"],
        "prints_reservation": facts["prints_reservation"],
        "shows_logo": facts["shows_logo"],
        "approver_id": approver_id,
        "user_id": user_id,
        "evidence_id": facts.get("evidence_id"),
    }
    is_same = (
        all(getattr(last.row, name) == value for name, value in kept.items()) if last else False
    )
    if last is not None and last.content == content and is_same:
        return None
    row = SignOff(
        id=uuid4(),
        coalition_id=statement.coalition_id,
        statement_id=statement.id,
        member_id=entry.member.id,
        number=1 + (last.row.number if last else 0),
        **kept,
    )
    keys.write(session, row, SignOff.content, content)
    insert(session, row, on_clash=AlreadyAsked("Another answer came in the same moment."))
    return row


def _follow_up(session: Session, board: Board, entry: BoardEntry) -> None:
    """Set its next reminder; after the first of two, write to those who have not answered.

    The others' stay: one that is due now would be put off.
    """
    requests.settle(session, board, [entry])
    session.flush()
    if entry.status is Status.ONE_OF_TWO:
        requests.write_to(session, board, requests.HALF, requests.owing(entry))


def hand_over(secret: str, facts: Mapping[str, object]) -> AskedApproval:
    """Have a colleague answer instead; the giver's link goes on showing what happens."""
    with acting(secret) as (session, board, approver):
        must_answer(board, *board.asked(approver))
        ask = session.get_one(Ask, approver.ask_id)
        colleague = requests.approver(session, ask, approver.language, facts)
        colleague.handed_by = approver.id
        approver.ended_at = clock.now()
        insert(session, colleague, on_clash=AlreadyAsked("Name somebody who is not asked yet."))
        links.issue(session, rows.PURPOSE, ask.coalition_id, colleague.id)
        audit.record(session, None, "sign_off.handed_over", colleague, {"by": approver.id})
        letters.promise(session, requests.HANDED, ask.coalition_id, colleague.id)
        return shown(session, rows.read_board(session, board.statement), approver)
