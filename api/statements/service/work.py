"""What waits for somebody's work: cases to verify, demands to ask after, drafts to renew."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, func, literal, or_, select, union_all
from sqlalchemy.orm import defer

from api.accounts.rules import Actor, Role
from api.cases import service as cases
from api.cases.models import Case, CaseStatus, CaseStatusChange
from api.coalitions.models import Coalition
from api.demands.models import Demand, DemandStatus, DemandStatusChange
from api.infra import clock, pages
from api.infra.database import reading
from api.statements.models import NamedCase, State, Statement
from api.texts.rules import markdown

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from uuid import UUID

    from sqlalchemy import Select, Subquery
    from sqlalchemy.engine import Row
    from sqlalchemy.orm import Session

    from api.infra.pages import Page, PageRequest

    Behind = tuple[UUID, str]  # a case, and what a draft does not know of it

NEVER = date(1, 1, 1)
CLOSED = (CaseStatus.RELEASED, CaseStatus.DECEASED)  # what is verified of them will not change
UNANSWERED = (DemandStatus.OPEN, DemandStatus.PARTLY_MET)
UNPUBLISHED = (State.DRAFT, State.REVIEW)
MOST_SHOWN = 300  # characters of a demand
MOST_NAMED = 10  # cases of one draft
CHANGED = func.coalesce(
    select(func.max(CaseStatusChange.changed_on))
    .where(CaseStatusChange.case_id == Case.id)
    .correlate(Case)
    .scalar_subquery(),
    literal(NEVER),
)


class WorkKind(StrEnum):
    """What sort of work waits."""

    CASE = "case"  # was not verified for long
    DEMAND = "demand"  # had no news for long
    DRAFT = "draft"  # names cases whose status it does not know


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
class Wanted:
    """Which work is asked for: of one kind or all, and after how many days something is late."""

    kind: WorkKind | None
    case_days: int
    demand_days: int


@dataclass(frozen=True)
class Work:
    """A page of what waits, and how much there is of each kind."""

    page: Page[WorkItem]
    counts: dict[str, int]


def work(actor: Actor, coalition_id: UUID, page: PageRequest, wanted: Wanted) -> Work:
    """Return what waits in a coalition, what has waited longest first."""
    actor.must(coalition_id, Role.VIEWER)
    with reading() as session:
        waiting = _waiting(coalition_id, wanted)
        columns = waiting.c
        number = func.count().label("number")
        counted = select(columns.kind, number).group_by(columns.kind)
        counts = {row.kind: row.number for row in session.execute(counted)}
        query = select(*columns)
        if wanted.kind is not None:
            query = query.where(columns.kind == wanted.kind)
        order = [columns.since, columns.kind, columns.one]
        found = pages.page(session, query, page, order)
        told = _Told(session, coalition_id, [row.one for row in found.items])
        items = pages.Page(told.items(found.items), found.following, found.total)
        return Work(items, {kind: counts.get(kind, 0) for kind in WorkKind})


def _waiting(coalition_id: UUID, wanted: Wanted) -> Subquery:
    today = clock.today()
    verified_before = today - timedelta(days=wanted.case_days)
    news_before = today - timedelta(days=wanted.demand_days)
    return union_all(
        _cases(coalition_id, verified_before),
        _demands(coalition_id, news_before),
        _drafts(coalition_id),
    ).subquery()


def _cases(coalition_id: UUID, verified_before: date) -> Select[Any]:
    since = func.coalesce(Case.last_verified, literal(NEVER))
    columns = _columns(WorkKind.CASE, since, Case.id)
    is_open = or_(Case.status.is_(None), Case.status.not_in(CLOSED))
    return select(*columns).where(
        Case.coalition_id == coalition_id, is_open, since < verified_before
    )


def _demands(coalition_id: UUID, news_before: date) -> Select[Any]:
    news = select(
        DemandStatusChange.demand_id, func.max(DemandStatusChange.changed_on).label("day")
    ).where(DemandStatusChange.coalition_id == coalition_id)
    latest = news.group_by(DemandStatusChange.demand_id).subquery()
    since = func.coalesce(latest.c.day, literal(NEVER))
    query = select(*_columns(WorkKind.DEMAND, since, Demand.id))
    query = query.outerjoin(latest, latest.c.demand_id == Demand.id)
    return query.where(
        Demand.coalition_id == coalition_id, Demand.status.in_(UNANSWERED), since < news_before
    )


def _drafts(coalition_id: UUID) -> Select[Any]:
    columns = _columns(WorkKind.DRAFT, func.min(CHANGED), Statement.id)
    of_coalition = Statement.coalition_id == coalition_id
    return _behind(*columns).where(of_coalition).group_by(Statement.id)


def _behind(*columns: Any) -> Select[Any]:
    """Return the cases of drafts that say another status than is, or none since that changed."""
    changed = select(CaseStatusChange.id).where(
        CaseStatusChange.case_id == Case.id, CaseStatusChange.recorded_at > Statement.created_at
    )
    is_silent = and_(NamedCase.status.is_(None), changed.exists())
    query = select(*columns).join(NamedCase, NamedCase.statement_id == Statement.id)
    query = query.join(
        Case, and_(Case.coalition_id == Statement.coalition_id, Case.key == NamedCase.key)
    )
    return query.where(
        Statement.state.in_(UNPUBLISHED),
        NamedCase.revision_number == 0,
        Case.status.is_not(None),
        or_(NamedCase.status != Case.status, is_silent),
    )


def _columns(kind: WorkKind, since: Any, one: Any) -> list[Any]:
    return [literal(kind.value).label("kind"), since.label("since"), one.label("one")]


class _Told:
    """The rows that a page of work is about, read at once."""

    def __init__(self, session: Session, coalition_id: UUID, ids: Sequence[UUID]) -> None:
        self.session = session
        self.coalition = session.get_one(Coalition, coalition_id)  # every label asks for it
        self.behind = self._behind(ids)
        named = [each for told in self.behind.values() for each, _ in told[:MOST_NAMED]]
        self.cases = self._by_id(select(Case).where(Case.id.in_([*ids, *named])))
        self.demands = self._by_id(select(Demand).where(Demand.id.in_(ids)))
        without_text = defer(Statement.draft), defer(Statement.draft_secrets)
        drafts = select(Statement).where(Statement.id.in_(ids)).options(*without_text)
        self.drafts = self._by_id(drafts)

    def _behind(self, ids: Sequence[UUID]) -> dict[UUID, list[Behind]]:
        """Return of which cases drafts say another status, and what, in the order of change.

        Without their coalition: told it, SQLite would begin with all of its cases.
        """
        columns = Statement.id, CHANGED, Case.id, Case.status, NamedCase.status
        rows = self.session.execute(_behind(*columns).where(Statement.id.in_(ids)))
        found: dict[UUID, list[Behind]] = {}
        for draft_id, day, case_id, status, said in sorted(rows, key=lambda row: row[1:3]):
            since = "" if day == NEVER else f" since {day}"
            told = f"{status}{since}, it says {said or 'nothing'}"
            found.setdefault(draft_id, []).append((case_id, told))
        return found

    def _by_id(self, query: Select[Any]) -> dict[UUID, Any]:
        return {row.id: row for row in self.session.scalars(query)}

    def items(self, rows: Sequence[Row[Any]]) -> list[WorkItem]:
        """Return what rows of work are about; what was deleted a moment ago is left out."""
        acts: dict[WorkKind, tuple[Callable[..., dict[str, Any]], dict[UUID, Any]]] = {
            WorkKind.CASE: (self._case, self.cases),
            WorkKind.DEMAND: (self._demand, self.demands),
            WorkKind.DRAFT: (self._draft, self.drafts),
        }
        found = []
        for row in rows:
            kind, since = WorkKind(row.kind), None if row.since == NEVER else row.since
            act, there = acts[kind]
            if row.one in there:
                found.append(WorkItem(kind=kind, since=since, **act(there[row.one], since)))
        return found

    def _case(self, case: Case, since: date | None) -> dict[str, Any]:
        return {
            "what": cases.label_of(self.session, case),
            "why": f"Last verified on {since}." if since else "Nobody has verified it.",
            "url": f"/v1/cases/{case.id}",
            "case_ids": [case.id],
        }

    def _demand(self, demand: Demand, since: date | None) -> dict[str, Any]:
        return {
            "what": markdown.plain(demand.text)[:MOST_SHOWN],
            "why": f"It is {demand.status}, and there is no news since {since or 'it was asked'}.",
            "url": f"/v1/demands/{demand.id}",
            "demand_id": demand.id,
        }

    def _draft(self, draft: Statement, _: date | None) -> dict[str, Any]:
        behind = self.behind.get(draft.id, [])
        some = [(self.cases[one], told) for one, told in behind[:MOST_NAMED] if one in self.cases]
        told = [f"{cases.label_of(self.session, case)} ({differs})" for case, differs in some]
        more = len(behind) - MOST_NAMED
        rest = f", and {more} more" if more > 0 else ""
        return {
            "what": draft.title,
            "why": f"The status of cases changed: {'; '.join(told)}{rest}.",
            "url": f"/v1/statements/{draft.id}/draft",
            "case_ids": [case.id for case, _ in some],
            "statement_id": draft.id,
        }
