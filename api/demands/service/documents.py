"""Demand lists and demands as a portable statement holds them, out and in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, cast
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.cases.models import Case
from api.demands.models import Demand, DemandCase, DemandKind, DemandList, DemandStatus
from api.demands.service.rows import (
    add_demands,
    cases_about,
    change_demands,
    new_list,
    write_status,
)
from api.infra.database.transactions import touch
from api.texts.rules.document import PortableDemand, PortableDemandList, PortableParty


def documents(session: Session, coalition_id: UUID) -> list[PortableDemandList]:
    """Return a coalition's demand lists in order, as a portable statement holds them."""
    lists = select(DemandList).where(DemandList.coalition_id == coalition_id)
    demands = select(Demand).where(Demand.coalition_id == coalition_id).order_by(Demand.position)
    about = cases_about(session, DemandCase.coalition_id == coalition_id)
    found: dict[UUID, list[PortableDemand]] = {}
    for demand in session.scalars(demands):
        keys = list(about.get(demand.id, {}).values())
        found.setdefault(demand.list_id, []).append(_document(demand, keys))
    ordered = session.scalars(lists.order_by(DemandList.position))
    return [_list_document(one, found.get(one.id, [])) for one in ordered]


def by_key(session: Session, coalition_id: UUID) -> dict[str, Demand]:
    """Return a coalition's demands by key."""
    query = select(Demand).where(Demand.coalition_id == coalition_id)
    return {demand.key: demand for demand in session.scalars(query)}


def put_list(session: Session, coalition_id: UUID, facts: PortableDemandList) -> DemandList:
    """Return the list of a portable statement's country or party; make it where it is missing."""
    party = facts.get("party")
    query = select(DemandList).where(DemandList.coalition_id == coalition_id)
    is_same = (
        DemandList.party_key == party["id"] if party else DemandList.country == facts["country"]
    )
    there = session.scalars(query.where(is_same)).first()
    return there or new_list(session, coalition_id, facts)


def put_demands(
    session: Session,
    demand_list: DemandList,
    every: Iterable[PortableDemand],
    cases: Mapping[str, Case],  # by key
) -> list[Demand]:
    """Add demands of a portable statement at the end of a list."""
    facts = [_from_document(each, cases) for each in every]
    return add_demands(session, demand_list, facts, None)


def replace_demands(
    session: Session,
    coalition_id: UUID,
    every: Iterable[tuple[Demand, PortableDemand]],
    cases: Mapping[str, Case],
) -> None:
    """Set demands to what a portable statement says of them; each stays in its list."""
    wanted = [(demand, _from_document(facts, cases)) for demand, facts in every]
    for demand, _ in wanted:
        touch(demand, None)
    change_demands(session, coalition_id, wanted)
    for demand, facts in wanted:
        if facts["status"] != demand.status:
            write_status(session, demand, {"status": facts["status"]}, None)


def _from_document(facts: PortableDemand, cases: Mapping[str, Case]) -> dict[str, Any]:
    kind = facts.get("kind")
    return {
        "key": facts["id"],
        "text": facts["text"],
        "rationale": facts.get("rationale"),
        "kind": kind and DemandKind(kind),
        "addressee": facts.get("addressee"),
        "status": DemandStatus(facts.get("status", "open")),
        "case_ids": [cases[key].id for key in dict.fromkeys(facts.get("cases", ()))],
    }


def _document(demand: Demand, about: Sequence[str]) -> PortableDemand:
    facts = {
        "id": demand.key,
        "text": demand.text,
        "rationale": demand.rationale,
        "kind": demand.kind and demand.kind.value,
        "addressee": demand.addressee,
        "cases": about,
        "status": None if demand.status is DemandStatus.OPEN else demand.status.value,
    }
    told = {key: value for key, value in facts.items() if value not in (None, "", [])}
    return cast("PortableDemand", told)


def _list_document(one: DemandList, demands: list[PortableDemand]) -> PortableDemandList:
    if one.country is not None:
        return {"country": one.country, "demands": demands}
    party = {name: value for name, value in (one.party or {}).items() if value}
    return {"party": cast("PortableParty", party), "demands": demands}
