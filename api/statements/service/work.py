"""What waits for somebody's work: cases to verify, demands to ask after, drafts to renew."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Subquery, and_, func, literal, or_, select, union_all
from sqlalchemy.engine import Row
from sqlalchemy.orm import InstrumentedAttribute, Session, defer

from api.accounts.rules import Actor, Role
from api.cases import service as cases
from api.cases.models import CLOSED, Case, CaseStatusChange
from api.coalitions.models import Coalition
from api.demands.models import (
    FOR_FREEDOM,
    UNANSWERED,
    Demand,
    DemandCase,
    DemandStatusChange,
)
from api.infra import clock
from api.infra.database import paging
from api.infra.database.paging import Page, PageRequest
from api.infra.database.transactions import reading
from api.statements.models import NamedCase, Signing, State, Statement
from api.texts.rules import markdown

Behind = tuple[UUID, str]  # a case, and what a draft does not know of it
Waiting = Select[str, date, UUID]  # the kind of work, since when it waits, and of what

_Row = TypeVar("_Row", Case, Demand, Statement)
_Query = TypeVar("_Query", bound="Select[*tuple[Any, ...]]")
NEVER = date(1, 1, 1)
WITHOUT_TEXT = defer(Statement.draft), defer(Statement.draft_secrets)
UNPUBLISHED = (State.DRAFT, State.REVIEW)
MOST_SHOWN = 300  # characters of a demand
MOST_NAMED = 10  # cases of one draft or demand
CHANGED = func.coalesce(cases.SINCE, literal(NEVER))
IS_OPEN = or_(Case.status.is_(None), Case.status.not_in(CLOSED))
ABOUT = select(Case.id).join(DemandCase, DemandCase.case_id == Case.id).correlate(Demand)
ABOUT = ABOUT.where(DemandCase.demand_id == Demand.id)
# It asks for the freedom of people of whom nobody is held any more.
IS_SETTLED = and_(
    Demand.status.in_(UNANSWERED),
    or_(*(Demand.kind.is_not_distinct_from(kind) for kind in FOR_FREEDOM)),
    ABOUT.exists(),
    ~ABOUT.where(IS_OPEN).exists(),
)


class WorkKind(StrEnum):
    """What sort of work waits.

    `case`: was not verified for long. `demand`: had no news for long. `draft`: names cases
    whose status it does not know.
    """

    CASE = "case"
    DEMAND = "demand"
    DRAFT = "draft"


@dataclass(frozen=True)
class WorkItem:
    """One thing to be done: of what, since when, why, and where."""

    kind: WorkKind
    what: str
    since: date | None  # None: never
    why: str
    url: str
    case_ids: Sequence[UUID] = ()
    demand_id: UUID | None = None
    statement_id: UUID | None = None


@dataclass(frozen=True)
class WorkFilter:
    """Which work is asked for: of one kind or all, and after how many days something is late."""

    kind: WorkKind | None
    case_days: int
    demand_days: int


@dataclass(frozen=True)
class WorkPage:
    """A page of what waits, and how much there is of each kind."""

    page: Page[WorkItem]
    counts: dict[str, int]


def work(actor: Actor, coalition_id: UUID, page: PageRequest, wanted: WorkFilter) -> WorkPage:
    """Return what waits in a coalition, what has waited longest first."""
    actor.must(coalition_id, Role.VIEWER)
    with reading() as session:
        waiting = _waiting(coalition_id, wanted)
        columns, counts = waiting.c, _counts(session, waiting)
        query, total = select(*columns), sum(counts.values())
        if wanted.kind is not None:
            query, total = query.where(columns.kind == wanted.kind), counts[wanted.kind]
        order = [columns.since, columns.kind, columns.one]
        found = paging.page(session, query, page, order, total=total)
        told = _Told(session, coalition_id, [row.one for row in found.items])
        items = paging.Page(told.items(found.items), found.following, found.total)
        return WorkPage(items, counts)


def numbers(actor: Actor, coalition_id: UUID, wanted: WorkFilter) -> dict[str, int]:
    """Return how much waits in a coalition, of each kind."""
    actor.must(coalition_id, Role.VIEWER)
    with reading() as session:
        return _counts(session, _waiting(coalition_id, wanted))


def _counts(session: Session, waiting: Subquery) -> dict[str, int]:
    query = select(waiting.c.kind, func.count().label("number")).group_by(waiting.c.kind)
    counts = {row.kind: row.number for row in session.execute(query)}
    return {kind: counts.get(kind, 0) for kind in WorkKind}


def _waiting(coalition_id: UUID, wanted: WorkFilter) -> Subquery:
    today = clock.today()
    verified_before = today - timedelta(days=wanted.case_days)
    news_before = today - timedelta(days=wanted.demand_days)
    return union_all(
        _cases(coalition_id, verified_before),
        _demands(coalition_id, news_before),
        _settled(coalition_id),
        _drafts(coalition_id),
    ).subquery()


def _cases(coalition_id: UUID, verified_before: date) -> Waiting:
    since = func.coalesce(Case.last_verified, literal(NEVER))
    return _work(WorkKind.CASE, since, Case.id).where(
        Case.coalition_id == coalition_id, IS_OPEN, since < verified_before
    )


def _demands(coalition_id: UUID, news_before: date) -> Waiting:
    news = select(DemandStatusChange.changed_on).correlate(Demand)
    news = news.where(DemandStatusChange.demand_id == Demand.id)
    last = (DemandStatusChange.recorded_at.desc(), DemandStatusChange.id.desc())
    latest = news.order_by(*last).limit(1).scalar_subquery()
    since = func.coalesce(latest, literal(NEVER))
    return _work(WorkKind.DEMAND, since, Demand.id).where(
        Demand.coalition_id == coalition_id,
        Demand.status.in_(UNANSWERED),
        ~IS_SETTLED,
        since < news_before,
    )


def _settled(coalition_id: UUID) -> Waiting:
    since = ABOUT.with_only_columns(func.max(CHANGED)).scalar_subquery()
    asked = _work(WorkKind.DEMAND, since, Demand.id)
    return asked.where(Demand.coalition_id == coalition_id, IS_SETTLED)


def _drafts(coalition_id: UUID) -> Waiting:
    drafts = _behind(_work(WorkKind.DRAFT, func.min(CHANGED), Statement.id))
    return drafts.where(Statement.coalition_id == coalition_id).group_by(Statement.id)


def _behind(query: _Query) -> _Query:
    """Narrow it to cases of drafts that say another status than is, or none since that changed."""
    changed = select(CaseStatusChange.id).where(
        CaseStatusChange.case_id == Case.id, CaseStatusChange.recorded_at > Statement.created_at
    )
    is_silent = and_(NamedCase.status.is_(None), changed.exists())
    query = query.join(NamedCase, NamedCase.statement_id == Statement.id)
    query = query.join(
        Case, and_(Case.coalition_id == Statement.coalition_id, Case.key == NamedCase.key)
    )
    return query.where(
        Statement.state.in_(UNPUBLISHED),
        NamedCase.revision_number == 0,
        Case.status.is_not(None),
        or_(NamedCase.status != Case.status, is_silent),
    )


def _work(kind: WorkKind, since: ColumnElement[date], one: InstrumentedAttribute[UUID]) -> Waiting:
    return select(literal(kind.value).label("kind"), since.label("since"), one.label("one"))


class _Told:
    """The rows that a page of work is about, read at once."""

    def __init__(self, session: Session, coalition_id: UUID, ids: Sequence[UUID]) -> None:
        self.session = session
        self.coalition = session.get_one(Coalition, coalition_id)  # every label asks for it
        self.behind = self._behind(ids)
        self.settled = self._settled(ids)
        several = (*self.behind.values(), *self.settled.values())
        named = [each for told in several for each, _ in told[:MOST_NAMED]]
        self.cases = self._by_id(select(Case).where(Case.id.in_([*ids, *named])))
        self.demands = self._by_id(select(Demand).where(Demand.id.in_(ids)))
        drafts = select(Statement).where(Statement.id.in_(ids)).options(*WITHOUT_TEXT)
        self.drafts = self._by_id(drafts)
        self.opening = self._opening(ids)

    def _behind(self, ids: Sequence[UUID]) -> dict[UUID, list[Behind]]:
        """Return of which cases drafts say another status, and what, in the order of change.

        Without their coalition: told it, SQLite would begin with all of its cases.
        """
        query = select(Statement.id, CHANGED, Case.id, Case.status, NamedCase.status)
        rows = self.session.execute(_behind(query).where(Statement.id.in_(ids)))
        found: dict[UUID, list[Behind]] = {}
        for draft_id, day, case_id, status, said in sorted(rows, key=lambda row: row[1:3]):
            told = f"{status}{_since(day)}, it says {said or 'nothing'}"
            found.setdefault(draft_id, []).append((case_id, told))
        return found

    def _settled(self, ids: Sequence[UUID]) -> dict[UUID, list[Behind]]:
        """Return whose freedom settled demands ask for, and since when they are free or dead."""
        query = select(Demand.id, CHANGED, DemandCase.position, Case.id, Case.status)
        query = query.join(DemandCase, DemandCase.demand_id == Demand.id)
        query = query.join(Case, Case.id == DemandCase.case_id)
        rows = self.session.execute(query.where(Demand.id.in_(ids), IS_SETTLED))
        found: dict[UUID, list[Behind]] = {}
        for demand_id, day, _, case_id, status in sorted(rows, key=lambda row: row[1:3]):
            told = f"{status}{_since(day)}"
            found.setdefault(demand_id, []).append((case_id, told))
        return found

    def _opening(self, ids: Sequence[UUID]) -> dict[UUID, date]:
        """Return which texts open for signing by themselves, and on which day (UTC)."""
        query = select(Signing.statement_id, Signing.opens_at).join(Statement)
        query = query.where(Statement.id.in_(ids), Statement.state == State.REVIEW)
        rows = self.session.execute(query.where(Signing.opens_at > clock.now()))
        return {one: opens_at.date() for one, opens_at in rows if opens_at is not None}

    def _by_id(self, query: Select[_Row]) -> dict[UUID, _Row]:
        return {row.id: row for row in self.session.scalars(query)}

    def items(self, rows: Sequence[Row[str, date, UUID]]) -> list[WorkItem]:
        """Return what rows of work are about; what was deleted a moment ago is left out."""
        found = []
        for _, day, one in rows:
            since = None if day == NEVER else day
            if case := self.cases.get(one):
                found.append(self._case(case, since))
            elif demand := self.demands.get(one):
                found.append(self._demand(demand, since))
            elif draft := self.drafts.get(one):
                found.append(self._draft(draft, since))
        return found

    def _case(self, case: Case, since: date | None) -> WorkItem:
        return WorkItem(
            kind=WorkKind.CASE,
            what=cases.label_of(self.session, case),
            since=since,
            why=f"Last verified on {since}." if since else "Nobody has verified it.",
            url=f"/v1/cases/{case.id}",
            case_ids=[case.id],
        )

    def _demand(self, demand: Demand, since: date | None) -> WorkItem:
        why = f"It is {demand.status}, and there is no news since {since or 'it was asked'}."
        some, told = self._named(self.settled.get(demand.id, []))
        if some:
            why = f"It is {demand.status}, and nobody whom it is about is held: {told}."
        return WorkItem(
            kind=WorkKind.DEMAND,
            what=markdown.plain(demand.text)[:MOST_SHOWN],
            since=since,
            why=why,
            url=f"/v1/demands/{demand.id}",
            demand_id=demand.id,
            case_ids=some,
        )

    def _draft(self, draft: Statement, since: date | None) -> WorkItem:
        some, told = self._named(self.behind.get(draft.id, []))
        opens_on = self.opening.get(draft.id)
        opens = f" It opens for signing on {opens_on}, as it is." if opens_on else ""
        return WorkItem(
            kind=WorkKind.DRAFT,
            what=draft.title,
            since=since,
            why=f"The status of cases changed: {told}.{opens}",
            url=f"/v1/statements/{draft.id}/draft",
            case_ids=some,
            statement_id=draft.id,
        )

    def _named(self, several: Sequence[Behind]) -> tuple[list[UUID], str]:
        """Return the first of several cases, and what is told of all of them."""
        some = [(self.cases[one], of) for one, of in several[:MOST_NAMED] if one in self.cases]
        told = [f"{cases.label_of(self.session, case)} ({of})" for case, of in some]
        more = len(several) - MOST_NAMED
        rest = f", and {more} more" if more > 0 else ""
        return [case.id for case, _ in some], "; ".join(told) + rest


def _since(day: date) -> str:
    return "" if day == NEVER else f" since {day}"
