"""The use cases of demand lists and demands; other rungs call what takes a session."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, Select, bindparam, func, select, update
from sqlalchemy.orm import Session

from api.accounts.rules import Actor, Role
from api.accounts.service import load
from api.cases import service as cases
from api.cases.models import Case
from api.coalitions.models import Coalition
from api.coalitions.service.locking import load_locked, lock_coalition
from api.demands import rules
from api.demands.models import (
    Demand,
    DemandCase,
    DemandKind,
    DemandList,
    DemandStatus,
    DemandStatusChange,
)
from api.demands.service.documents import (
    by_key,
    documents,
    put_demands,
    put_list,
    replace_demands,
)
from api.demands.service.rows import (
    DemandWithCases,
    ListThere,
    add_demands,
    asked,
    change_demands,
    new_list,
    set_subject,
    write_status,
)
from api.errors import Conflict, Invalid
from api.infra.database import paging
from api.infra.database.paging import Page, PageRequest
from api.infra.database.transactions import flush, is_any, reading, touch, transaction
from api.infra.security import audit
from api.infra.text import spelling

__all__ = [
    "DemandWithCases",
    "by_key",
    "documents",
    "put_demands",
    "put_list",
    "replace_demands",
]


class ListNotEmpty(Conflict, title="There are demands in this list"):
    """A list goes after its demands, so that nobody loses them by one call."""


@dataclass(frozen=True)
class WholeDemandList:
    """A demand list with its demands in order."""

    demand_list: DemandList
    demands: list[DemandWithCases]


@dataclass(frozen=True)
class Order:
    """Ids in their order, and the version of what they belong to."""

    ids: list[UUID]
    version: int


def start_list(actor: Actor, coalition_id: UUID, subject: Mapping[str, object]) -> WholeDemandList:
    """Start a list of what is asked of a country or a party."""
    actor.must(coalition_id, Role.EDITOR)
    with transaction() as session:
        started = new_list(session, coalition_id, subject)
        audit.record(session, actor, "demand_list.started", started, subject)
        return WholeDemandList(started, [])


def change_list(
    actor: Actor, list_id: UUID, expected: int, subject: Mapping[str, object]
) -> WholeDemandList:
    """Change of whom a list asks."""
    with transaction() as session:
        demand_list = load_locked(session, actor, DemandList, list_id, Role.EDITOR)
        touch(demand_list, expected)
        set_subject(session, demand_list, subject)
        flush(session, on_clash=ListThere("Move the demands to the list that is there."))
        audit.record(session, actor, "demand_list.changed", demand_list, subject)
        return _whole(session, demand_list)


def remove_list(actor: Actor, list_id: UUID, expected: int) -> None:
    """Delete a list that has no demands."""
    with transaction() as session:
        demand_list = load_locked(session, actor, DemandList, list_id, Role.EDITOR)
        touch(demand_list, expected)
        count = session.scalar(select(func.count()).where(Demand.list_id == list_id))
        if count:
            raise ListNotEmpty(f"Move or delete its {count} demands first.")
        touch(session.get_one(Coalition, demand_list.coalition_id), None)
        audit.record(session, actor, "demand_list.deleted", demand_list)
        session.delete(demand_list)


def demand_list(actor: Actor, list_id: UUID) -> WholeDemandList:
    """Return one list with its demands in order."""
    with reading() as session:
        return _whole(session, load(session, actor, DemandList, list_id, Role.VIEWER))


def one_list(actor: Actor, list_id: UUID) -> DemandList:
    """Return one list without its demands, which may be thousands."""
    with reading() as session:
        return load(session, actor, DemandList, list_id, Role.VIEWER)


def lists(actor: Actor, coalition_id: UUID, page: PageRequest) -> Page[DemandList]:
    """Return a coalition's lists in order, without their demands."""
    actor.must(coalition_id, Role.VIEWER)
    with reading() as session:
        query = select(DemandList).where(DemandList.coalition_id == coalition_id)
        return paging.page(session, query, page, [DemandList.position, DemandList.id])


def order_of_lists(actor: Actor, coalition_id: UUID) -> Order:
    """Return the order of a coalition's lists."""
    with reading() as session:
        return _order(session, load(session, actor, Coalition, coalition_id, Role.VIEWER))


def order_lists(actor: Actor, coalition_id: UUID, expected: int, ids: Sequence[UUID]) -> Order:
    """Put a coalition's lists in another order."""
    actor.must(coalition_id, Role.EDITOR)
    with transaction() as session:
        coalition = lock_coalition(session, coalition_id)
        touch(coalition, expected)
        _reorder(session, coalition, ids)
        told = {"ids": ids}
        audit.append(session, actor, "demand_list.ordered", coalition_id, coalition_id, facts=told)
        return _order(session, coalition)


def order_of_demands(actor: Actor, list_id: UUID) -> Order:
    """Return the order of a list's demands."""
    with reading() as session:
        return _order(session, load(session, actor, DemandList, list_id, Role.VIEWER))


def order_demands(actor: Actor, list_id: UUID, expected: int, ids: Sequence[UUID]) -> Order:
    """Put a list's demands in another order."""
    with transaction() as session:
        demand_list = load_locked(session, actor, DemandList, list_id, Role.EDITOR)
        touch(demand_list, expected)
        _reorder(session, demand_list, ids)
        audit.record(session, actor, "demand.ordered", demand_list, {"ids": ids})
        return _order(session, demand_list)


def add(actor: Actor, list_id: UUID, facts: Mapping[str, object]) -> DemandWithCases:
    """Add a demand at the end of a list."""
    with transaction() as session:
        demand_list = load_locked(session, actor, DemandList, list_id, Role.EDITOR)
        added = add_demands(session, demand_list, [facts], actor.user_id)
        audit.record(session, actor, "demand.added", added[0], facts)
        return asked(session, added)[0]


def change(
    actor: Actor, demand_id: UUID, expected: int, changes: Mapping[str, object]
) -> DemandWithCases:
    """Change some of a demand's facts, or move it to another list."""
    with transaction() as session:
        demand = load_locked(session, actor, Demand, demand_id, Role.EDITOR)
        touch(demand, expected)
        change_demands(session, demand.coalition_id, [(demand, changes)])
        audit.record(session, actor, "demand.changed", demand, changes)
        return asked(session, [demand])[0]


def remove(actor: Actor, demand_id: UUID, expected: int) -> None:
    """Delete a demand and its history; texts keep the words that they had of it."""
    with transaction() as session:
        demand = load_locked(session, actor, Demand, demand_id, Role.EDITOR)
        touch(demand, expected)
        touch(session.get_one(DemandList, demand.list_id), None)
        audit.record(session, actor, "demand.deleted", demand)
        session.delete(demand)


def demand(actor: Actor, demand_id: UUID) -> DemandWithCases:
    """Return one demand."""
    with reading() as session:
        return asked(session, [load(session, actor, Demand, demand_id, Role.VIEWER)])[0]


def of_list(actor: Actor, list_id: UUID, page: PageRequest) -> Page[DemandWithCases]:
    """Return a list's demands in order."""
    with reading() as session:
        load(session, actor, DemandList, list_id, Role.VIEWER)
        return _page(session, select(Demand).where(Demand.list_id == list_id), page)


def of_case(actor: Actor, case_id: UUID, page: PageRequest) -> Page[DemandWithCases]:
    """Return the demands that are about a case."""
    with reading() as session:
        load(session, actor, Case, case_id, Role.VIEWER)
        return _page(session, select(Demand).where(_is_about(case_id)), page)


def of_coalition(  # noqa: PLR0913 # the filters of one list
    actor: Actor,
    coalition_id: UUID,
    page: PageRequest,
    *,
    q: str | None = None,
    country: str | None = None,
    party: str | None = None,
    kind: DemandKind | None = None,
    status: DemandStatus | None = None,
    case_id: UUID | None = None,
    keys: Collection[str] | None = None,
) -> Page[DemandWithCases]:
    """Return a coalition's demands in the order of its lists, or those that pass the filters."""
    actor.must(coalition_id, Role.VIEWER)
    query = select(Demand).where(Demand.coalition_id == coalition_id)
    same = {Demand.kind: kind, Demand.status: status}
    query = query.where(*[column == value for column, value in same.items() if value is not None])
    of_whom = {DemandList.country: country, DemandList.party_key: party}
    for column, value in of_whom.items():
        if value is not None:
            query = query.where(Demand.list_id.in_(select(DemandList.id).where(column == value)))
    if keys is not None:
        query = query.where(Demand.key.in_(keys))
    if q is not None:
        query = query.where(spelling.matches(Demand.spellings, q))
    if case_id is not None:
        query = query.where(_is_about(case_id))
    with reading() as session:
        return _page(session, query, page)


def change_status(actor: Actor, demand_id: UUID, facts: Mapping[str, object]) -> cases.Recorded:
    """Say what has become of a demand, since when, and how we know."""
    with transaction() as session:
        demand = load_locked(session, actor, Demand, demand_id, Role.EDITOR)
        row = put_status(session, actor, demand, facts)
        is_for_all = _is_of_named_only(session, demand_id)
        return cases.recorded(session, row, is_for_all=is_for_all, actor=actor)


def put_status(
    session: Session, actor: Actor, demand: Demand, facts: Mapping[str, object]
) -> DemandStatusChange:
    """Write what has become of a demand of a coalition that is held."""
    touch(demand, None)
    touch(session.get_one(DemandList, demand.list_id), None)
    row = write_status(session, demand, facts, actor.user_id)
    audit.record(session, actor, "demand.status_changed", demand, facts)
    return row


def status_changes(actor: Actor, demand_id: UUID, page: PageRequest) -> Page[cases.Recorded]:
    """Return the history of a demand's status, the last recorded first."""
    with reading() as session:
        load(session, actor, Demand, demand_id, Role.VIEWER)
        of, named = DemandStatusChange.demand_id == demand_id, _is_of_named_only(session, demand_id)
        return cases.history_page(
            session, DemandStatusChange, of, page, is_for_all=named, actor=actor
        )


def _is_of_named_only(session: Session, demand_id: UUID) -> bool:
    query = select(Case.id).join(DemandCase, DemandCase.case_id == Case.id)
    unnamed = query.where(DemandCase.demand_id == demand_id, Case.may_be_named.is_(False))
    return not is_any(session, unnamed)


def _is_about(case_id: UUID) -> ColumnElement[bool]:
    return Demand.id.in_(select(DemandCase.demand_id).where(DemandCase.case_id == case_id))


def _page(session: Session, query: Select[Demand], page: PageRequest) -> Page[DemandWithCases]:
    rows = paging.page(session, query, page, [Demand.list_position, Demand.position, Demand.id])
    return paging.Page(asked(session, rows.items), rows.following, rows.total)


def _whole(session: Session, demand_list: DemandList) -> WholeDemandList:
    query = select(Demand).where(Demand.list_id == demand_list.id).order_by(Demand.position)
    return WholeDemandList(demand_list, asked(session, session.scalars(query)))


def _order(session: Session, whole: Coalition | DemandList) -> Order:
    model, within = _parts(whole)
    ids = session.scalars(select(model.id).where(within).order_by(model.position))
    return Order(list(ids), whole.version)


def _parts(whole: Coalition | DemandList) -> tuple[type[Demand | DemandList], ColumnElement[bool]]:
    """Return what stands in order in a coalition or a list: its lists, its demands."""
    if isinstance(whole, Coalition):
        return DemandList, DemandList.coalition_id == whole.id
    return Demand, Demand.list_id == whole.id


def _reorder(session: Session, whole: Coalition | DemandList, ids: Sequence[UUID]) -> None:
    model, within = _parts(whole)
    if faults := rules.order_faults(_order(session, whole).ids, ids):
        raise Invalid("An order names each one that is there once.", faults)
    # First out of the way: the database lets no two have one position, not even for a moment.
    # The rows themselves are as before, so they keep their versions and times.
    table = model.metadata.tables[model.__tablename__]
    same = {"updated_at": table.c.updated_at}
    away = update(table).where(within)
    session.execute(away.values(position=-table.c.position - 1, **same))
    place = update(table).where(table.c.id == bindparam("row"))
    places = [{"row": one, "place": index} for index, one in enumerate(ids)]
    if places:
        session.execute(place.values(position=bindparam("place"), **same), places)
