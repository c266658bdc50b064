"""A statement's board, its members in order: who is asked, who answered, and where each is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import Session

from api.coalitions.models import Member, MemberRole
from api.errors import Conflict
from api.infra import clock
from api.infra.security import keys
from api.infra.text import spelling
from api.organisations.models import Organisation, Representative
from api.signatures.models import Signature, SignatureState, Visibility
from api.signoffs import rules
from api.signoffs.models import Appearance, Approver, Ask, SignOff, SignOffRound, Silence
from api.signoffs.rules import AnswerGiven, HowTold, Status
from api.signoffs.service import unanswered
from api.signoffs.service.unanswered import ClosedQuestion, TimeAsked
from api.statements.models import State, Statement

PURPOSE = "signoff.answer"
SIGNS_OFF = frozenset({State.DRAFT, State.REVIEW})


class SignOffOver(Conflict, title="The sign-off is over"):
    """Members answer until the sign-off is closed or the text is published."""


class QuestionClosed(Conflict, title="The question was closed"):
    """An owner closed the question to a member, which could not answer it."""


@dataclass(frozen=True)
class ApproverView:
    """Who may answer for a member, unsealed."""

    approver: Approver
    name: str
    email: str
    role: str | None
    root: UUID  # the first of those who handed it on: all of them are one person
    has_left: bool  # the organisation
    handed_by: str | None
    handed_to: str | None
    has_answered: bool  # of the text as it is, but for editorial changes

    @property
    def may_answer(self) -> bool:
        return self.approver.ended_at is None and not self.has_left


@dataclass(frozen=True)
class UnsealedAnswer(AnswerGiven):
    """One answer, unsealed."""

    row: SignOff
    content: Mapping[str, Any]

    @property
    def by(self) -> str:
        """The name of who gave it."""
        return str(self.content["by"]["name"])

    @property
    def told(self) -> HowTold:
        return HowTold.of(self.content)


@dataclass(frozen=True)
class BoardEntry:
    """A member, who may answer for it, what it said, and where that leaves it."""

    member: Member
    organisation: Organisation
    ask: Ask | None
    people: list[ApproverView]
    answers: list[UnsealedAnswer]  # in the order in which they came
    status: Status
    counted_from: int
    appearance: Appearance | None
    signature: Signature | None  # what publishing made of its approval
    is_open: bool  # everybody may know that it approved, if it did
    time_asked: TimeAsked | None  # for the text as it is
    closed: ClosedQuestion | None

    @property
    def chosen(self) -> Visibility | None:
        """How it chose to appear; None: it has not."""
        return self.appearance.visibility if self.appearance else None

    @property
    def visibility(self) -> Visibility | None:
        """How it appears, or will; None: it has not chosen, and counts without its name."""
        return self.signature.visibility if self.signature else self.chosen

    @property
    def stands(self) -> bool:
        """Whether it became a signature, which stays where the organisation leaves."""
        return self.appearance is not None and self.appearance.signature_id is not None

    @property
    def is_shown(self) -> bool:
        """Whether everybody may know that it stands behind the text."""
        return self.status in rules.COUNTS and self.is_open

    @property
    def rests_until(self) -> date:
        """The day before which it is not reminded."""
        return self.time_asked.until if self.time_asked else date.min

    @property
    def current_answers(self) -> list[UnsealedAnswer]:
        """What it said of the text as it is, but for editorial changes."""
        return [each for each in self.answers if each.revision >= self.counted_from]

    @property
    def approves(self) -> bool:
        """Whether what it said last of that text approves."""
        return any(each.answer in rules.POSITIVE for each in self.current_answers[-1:])

    @property
    def behind(self) -> list[UnsealedAnswer]:
        """The approvals that make it count, the latest last."""
        if self.status not in rules.COUNTS:
            return []
        approving = rules.approving(self.current_answers)
        return approving if self.organisation.needs_two else approving[-1:]


@dataclass(frozen=True)
class Board:
    """A statement, its round, and its members in order, lead first."""

    statement: Statement
    round: SignOffRound | None
    entries: list[BoardEntry]

    def entry(self, member_id: UUID) -> BoardEntry | None:
        return next((each for each in self.entries if each.member.id == member_id), None)

    def asked(self, approver: Approver) -> tuple[BoardEntry, ApproverView]:
        """Return the member that somebody may answer for or could, and them."""
        every = ((entry, who) for entry in self.entries for who in entry.people)
        return next((entry, who) for entry, who in every if who.approver.id == approver.id)


def round_of(session: Session, statement_id: UUID) -> SignOffRound | None:
    """Return a statement's round, read anew: the caller may have waited for the statement."""
    query = select(SignOffRound).where(SignOffRound.statement_id == statement_id)
    return session.scalars(query.execution_options(populate_existing=True)).first()


def must_be_open(statement: Statement) -> None:
    """Let a text pass that is not published yet, or raise SignOffOver."""
    if statement.state not in SIGNS_OFF:
        raise SignOffOver(f"The text is {statement.state}.")


def read_board(
    session: Session, statement: Statement, *, also: Collection[UUID] = (), only: UUID | None = None
) -> Board:
    """Return a statement's members of today, and where each is; `also` some that may have left.

    With `only` one member, in whatever part and time, and nothing is read of the others.
    """
    found = round_of(session, statement.id)
    members = _members(session, statement.coalition_id, also, only)
    ids = [member.id for member, _ in members]
    appearances = appearances_of(session, statement.id, ids)
    signatures = _signatures(session, appearances.values())
    answers = _answers(session, statement.id, ids)
    asks = _asks(session, found, ids)
    people = _people(session, statement, asks.values(), answers)
    unasked = [organisation.id for member, organisation in members if member.id not in asks]
    with_somebody = _with_somebody(session, unasked)
    times = unanswered.times(session, statement, ids)
    closed = unanswered.closed(session, statement, ids)
    entries = []
    for member, organisation in members:
        ask = asks.get(member.id)
        there = people[ask.id] if ask else []
        said = [_given(session, row, there) for row in answers[member.id]]
        appearance_ = appearances.get(member.id)
        signature = signatures.get(appearance_.signature_id) if appearance_ else None
        case = rules.AnswerFacts(
            said=said,
            counted_from=statement.counted_from,
            needs_two=organisation.needs_two,
            is_asked=ask is not None,
            is_asked_again=ask is not None and ask.asked_again_at is not None,
            has_somebody=any(each.may_answer for each in there)
            if ask
            else organisation.id in with_somebody,
            silence=found.silence if found else Silence.NOTHING,
            is_over=_is_over(found, there),
            is_closed=member.id in closed,
            needs_time=member.id in times,
        )
        is_withdrawn = signature is not None and signature.state is SignatureState.WITHDRAWN
        entries.append(
            BoardEntry(
                member,
                organisation,
                ask,
                there,
                said,
                Status.WITHDRAWN if is_withdrawn else rules.status(case),
                statement.counted_from,
                appearance_,
                signature,
                is_open(statement, appearance_, signature),
                times.get(member.id),
                closed.get(member.id),
            )
        )
    return Board(statement, found, entries)


def entry_of(session: Session, statement: Statement, member_id: UUID) -> BoardEntry:
    """Return where one member is, in whatever part and time."""
    (found,) = read_board(session, statement, only=member_id).entries
    return found


def appearances_of(
    session: Session, statement_id: UUID, member_ids: Collection[UUID]
) -> dict[UUID, Appearance]:
    """Return how members chose to appear under a statement, by the member; read anew."""
    query = select(Appearance).where(
        Appearance.statement_id == statement_id, Appearance.member_id.in_(member_ids)
    )
    rows = session.scalars(query.execution_options(populate_existing=True))
    return {row.member_id: row for row in rows}


def _signatures(session: Session, found: Iterable[Appearance]) -> dict[UUID | None, Signature]:
    ids = [each.signature_id for each in found if each.signature_id is not None]
    rows = session.scalars(select(Signature).where(Signature.id.in_(ids))) if ids else ()
    return {row.id: row for row in rows}


def is_open(
    statement: Statement, appearance: Appearance | None, signature: Signature | None
) -> bool:
    """Tell whether everybody may know of an approval.

    Once it is published its signature says so: that may be hidden, withdrawn or deleted since.
    """
    if signature is not None:
        is_there = signature.state is SignatureState.CONFIRMED
        return is_there and signature.visibility is Visibility.PUBLIC
    is_chosen = appearance is not None and appearance.visibility is Visibility.PUBLIC
    return is_chosen and statement.state in SIGNS_OFF


def appearance(session: Session, statement: Statement, member_id: UUID) -> Appearance:
    """Return how a member appears under a statement, entered where nothing says it yet.

    The caller holds the statement.
    """
    found = appearances_of(session, statement.id, [member_id]).get(member_id)
    if found is None:
        whose = {"coalition_id": statement.coalition_id, "statement_id": statement.id}
        found = Appearance(id=uuid4(), member_id=member_id, **whose)
        session.add(found)
        session.flush()
    return found


def is_of_today(member: Member) -> bool:
    """Tell whether an organisation is a member that signs off now."""
    until, today = member.until, clock.today()
    is_there = member.since <= today and (until is None or until > today)
    return is_there and member.role in {MemberRole.LEAD, MemberRole.MEMBER}


def signing_off() -> ColumnElement[bool]:
    """Return the condition of the members that sign off now."""
    may_sign = Member.role.in_([MemberRole.LEAD, MemberRole.MEMBER])
    return and_(may_sign, Member.is_there_on(clock.today()))


def _members(
    session: Session, coalition_id: UUID, also: Collection[UUID], only: UUID | None
) -> list[tuple[Member, Organisation]]:
    wanted = Member.id == only if only else signing_off() | Member.id.in_(also)
    query = (
        select(Member, Organisation)
        .join(Organisation, Organisation.id == Member.organisation_id)
        .where(Member.coalition_id == coalition_id, wanted)
        .order_by(Member.since, Member.created_at, Member.id)
    )
    found = [(member, organisation) for member, organisation in session.execute(query)]
    return sorted(found, key=lambda each: each[0].role is not MemberRole.LEAD)


def _asks(
    session: Session, found: SignOffRound | None, member_ids: Collection[UUID]
) -> dict[UUID, Ask]:
    if found is None:
        return {}
    query = select(Ask).where(Ask.round_id == found.id, Ask.member_id.in_(member_ids))
    return {row.member_id: row for row in session.scalars(query)}


def _people(
    session: Session,
    statement: Statement,
    asks: Iterable[Ask],
    answers: Mapping[UUID, Sequence[SignOff]],
) -> dict[UUID, list[ApproverView]]:
    """Return who may answer or could, by the ask, in the order in which they came."""
    query = (
        select(Approver, Representative.left_on)
        .outerjoin(Representative, Representative.id == Approver.representative_id)
        .where(Approver.ask_id.in_([ask.id for ask in asks]))
        .order_by(Approver.created_at, Approver.id)
        .execution_options(populate_existing=True)
    )
    rows = session.execute(query).all()
    above = {row.id: row.handed_by for row, _ in rows}
    known = {row.id: keys.read(session, row, Approver.person) for row, _ in rows}
    names: dict[UUID | None, str] = {row_id: who["name"] for row_id, who in known.items()}
    given = {row.handed_by: names[row.id] for row, _ in rows}
    answered = {
        row.approver_id
        for several in answers.values()
        for row in several
        if row.revision_number >= statement.counted_from
    }
    found: dict[UUID, list[ApproverView]] = defaultdict(list)
    for row, left_on in rows:
        root = row.id
        while (giver := above[root]) is not None:
            root = giver
        person = ApproverView(
            approver=row,
            **known[row.id],
            root=root,
            has_left=left_on is not None and left_on <= clock.today(),
            handed_by=names.get(row.handed_by),
            handed_to=given.get(row.id),
            has_answered=row.id in answered,
        )
        found[row.ask_id].append(person)
    return found


def _answers(
    session: Session, statement_id: UUID, member_ids: Collection[UUID]
) -> dict[UUID, list[SignOff]]:
    query = select(SignOff).where(
        SignOff.statement_id == statement_id, SignOff.member_id.in_(member_ids)
    )
    found: dict[UUID, list[SignOff]] = defaultdict(list)
    for row in session.scalars(query.order_by(SignOff.number)):
        found[row.member_id].append(row)
    return found


def _with_somebody(session: Session, organisation_ids: Collection[UUID]) -> set[UUID]:
    query = select(Representative.organisation_id).where(
        Representative.organisation_id.in_(organisation_ids),
        Representative.left_on.is_(None) | (Representative.left_on > clock.today()),
    )
    return set(session.scalars(query)) if organisation_ids else set()


def _given(session: Session, row: SignOff, people: Sequence[ApproverView]) -> UnsealedAnswer:
    """Return an answer with the key of who gave it: one a person, however they answered."""
    content = keys.read(session, row, SignOff.content)
    name = content["by"]["name"]
    of = {each.approver.id: each.root for each in people}
    root = of.get(row.approver_id) if row.approver_id else approver_named(people, name)
    key = str(root) if root else f"name {spelling.exact(name)}"
    return UnsealedAnswer(key, row.answer, row.revision_number, row, content)


def approver_named(people: Sequence[ApproverView], name: str) -> UUID | None:
    """Return the first approver of somebody of a name, if it is one who may answer or could."""
    return {spelling.exact(each.name): each.root for each in people}.get(spelling.exact(name))


def _is_over(found: SignOffRound | None, people: Sequence[ApproverView]) -> bool:
    """Tell whether the time of a member to speak is over, if it was asked within it."""
    if found is None or found.hard_deadline is None:
        return False
    hard = found.hard_deadline
    was_asked = any(each.approver.created_at < hard for each in people)
    return was_asked and not rules.in_time(clock.now(), hard)
