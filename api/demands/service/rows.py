"""Demand lists and demands inside a caller's transaction, and how they name cases."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

from sqlalchemy import delete, func, select

from api.cases import service as cases
from api.cases.models import Case
from api.cases.rules import names_in, without
from api.demands import rules
from api.demands.models import (
    Demand,
    DemandCase,
    DemandKind,
    DemandList,
    DemandStatus,
    DemandStatusChange,
)
from api.errors import Conflict, Fault, Invalid, point
from api.infra import audit
from api.infra.database import flush, insert, touch
from api.texts.rules import markdown

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sqlalchemy.orm import InstrumentedAttribute, Session

PRINTED = ("text", "rationale", "addressee", "key")  # of a demand
WRITTEN = ("key", "text", "rationale", "kind", "addressee")
NAMED = "This names a case that may not be named: write its public label."


class ListThere(Conflict):
    """One list a country, one a party."""

    title = "This country or party has a demand list already"


@dataclass(frozen=True)
class Asked:
    """A demand and the cases that it is about, in order."""

    demand: Demand
    case_ids: list[UUID]


def documents(session: Session, coalition_id: UUID) -> list[dict[str, Any]]:
    """Return a coalition's demand lists in order, as a portable statement holds them."""
    lists = select(DemandList).where(DemandList.coalition_id == coalition_id)
    demands = select(Demand).where(Demand.coalition_id == coalition_id).order_by(Demand.position)
    about = _keys_of_cases(session, Demand.coalition_id, coalition_id)
    found: dict[UUID, list[dict[str, Any]]] = {}
    for demand in session.scalars(demands):
        found.setdefault(demand.list_id, []).append(_document(demand, about.get(demand.id, [])))
    return [
        {**_subject(one), "demands": found.get(one.id, [])}
        for one in session.scalars(lists.order_by(DemandList.position))
    ]


def as_document(session: Session, demand: Demand) -> dict[str, Any]:
    """Return a demand as a portable statement holds it; what is empty is left out."""
    return _document(demand, _keys_of_cases(session, Demand.id, demand.id).get(demand.id, []))


def by_key(session: Session, coalition_id: UUID) -> dict[str, Demand]:
    """Return a coalition's demands by key."""
    query = select(Demand).where(Demand.coalition_id == coalition_id)
    return {demand.key: demand for demand in session.scalars(query)}


def put_list(session: Session, coalition_id: UUID, facts: Mapping[str, Any]) -> DemandList:
    """Return the list of a portable statement's country or party; make it where it is missing."""
    party = facts.get("party")
    query = select(DemandList).where(DemandList.coalition_id == coalition_id)
    is_same = (
        DemandList.party_key == party["id"] if party else DemandList.country == facts["country"]
    )
    there = session.scalars(query.where(is_same)).first()
    return there or new_list(session, coalition_id, facts)


def put_demand(
    session: Session,
    demand_list: DemandList,
    facts: Mapping[str, Any],
    cases: Mapping[str, Case],  # by key
) -> Demand:
    """Add a demand of a portable statement at the end of a list."""
    return new_demand(session, demand_list, _from_document(facts, cases), None)


def replace_demand(
    session: Session, demand: Demand, facts: Mapping[str, Any], cases: Mapping[str, Case]
) -> None:
    """Set a demand to what a portable statement says of it; it stays in its list."""
    wanted = _from_document(facts, cases)
    status = wanted.pop("status")
    touch(demand, None)
    change_demand(session, demand, wanted)
    if status != demand.status:
        write_status(session, demand, {"status": status}, None)


def new_list(session: Session, coalition_id: UUID, subject: Mapping[str, Any]) -> DemandList:
    """Make an empty list at the end of a coalition's lists."""
    touch(cases.hold(session, coalition_id), None)
    position = _end(session, DemandList.position, DemandList.coalition_id, coalition_id)
    demand_list = DemandList(id=uuid4(), coalition_id=coalition_id, position=position)
    set_subject(session, demand_list, subject)
    insert(session, demand_list, on_clash=ListThere("Add to the list that is there."))
    return demand_list


def set_subject(session: Session, demand_list: DemandList, subject: Mapping[str, Any]) -> None:
    """Say of whom a list asks: one country, or one party."""
    party = subject.get("party") or {}
    names = _hidden_names(session, demand_list.coalition_id)
    if names_in(party.get("name", ""), names):
        raise Invalid(NAMED, [Fault("/party/name", NAMED)])
    demand_list.country = subject.get("country")
    demand_list.party_key = party.get("id")
    demand_list.party_name = party.get("name")
    demand_list.party_countries = list(party.get("countries", ())) or None


def new_demand(
    session: Session, demand_list: DemandList, facts: Mapping[str, Any], by: UUID | None
) -> Demand:
    """Add a demand at the end of a list."""
    coalition_id = demand_list.coalition_id
    cases.hold(session, coalition_id)
    position = _end(session, Demand.position, Demand.list_id, demand_list.id)
    demand = Demand(
        id=uuid4(), coalition_id=coalition_id, list_id=demand_list.id, position=position
    )
    of_coalition = select(Demand.key).where(Demand.coalition_id == coalition_id)
    key = facts["key"] or rules.next_key(demand_list.subject, session.scalars(of_coalition))
    _write(session, demand, {**facts, "key": key})
    demand.status = facts["status"]
    clash = cases.KeyTaken("Choose another key, or leave it out to get one.")
    insert(session, demand, on_clash=clash)
    _link(session, demand, facts["case_ids"])
    _record(session, demand, {"status": facts["status"]}, by)
    touch(demand_list, None)
    return demand


def change_demand(session: Session, demand: Demand, changes: Mapping[str, Any]) -> None:
    """Change some of a demand's facts; `list_id` moves it to the end of another list."""
    cases.hold(session, demand.coalition_id)
    touch(session.get_one(DemandList, demand.list_id), None)
    wanted = changes.get("list_id", demand.list_id)
    if wanted != demand.list_id:
        touch(_list_of(session, demand.coalition_id, wanted), None)
        demand.position = _end(session, Demand.position, Demand.list_id, wanted)
        demand.list_id = wanted
    _write(session, demand, changes)
    flush(session, on_clash=cases.KeyTaken("Choose another key."))
    if "case_ids" in changes:
        session.execute(delete(DemandCase).where(DemandCase.demand_id == demand.id))
        _link(session, demand, changes["case_ids"])


def write_status(
    session: Session, demand: Demand, facts: Mapping[str, Any], by: UUID | None
) -> DemandStatusChange:
    """Set what has become of a demand, and keep it in the history."""
    demand.status = facts["status"]
    return _record(session, demand, facts, by)


def asked(session: Session, demands: Iterable[Demand]) -> list[Asked]:
    """Return demands with the cases that they are about."""
    rows = list(demands)
    query = select(DemandCase).where(DemandCase.demand_id.in_([row.id for row in rows]))
    about: dict[UUID, list[UUID]] = {}
    for link in session.scalars(query.order_by(DemandCase.position)):
        about.setdefault(link.demand_id, []).append(link.case_id)
    return [Asked(row, about.get(row.id, [])) for row in rows]


def _end(
    session: Session,
    position: InstrumentedAttribute[int],
    parent: InstrumentedAttribute[UUID],
    parent_id: UUID,
) -> int:
    last = session.scalar(select(func.max(position)).where(parent == parent_id))
    return 0 if last is None else last + 1


def _list_of(session: Session, coalition_id: UUID, list_id: UUID) -> DemandList:
    found = session.get(DemandList, list_id)
    if found is None or found.coalition_id != coalition_id:
        fault = Fault("/list_id", "The coalition has no demand list of this id.")
        raise Invalid("A demand moves within its coalition.", [fault])
    return found


def _write(session: Session, demand: Demand, facts: Mapping[str, Any]) -> None:
    for name in WRITTEN:
        if name in facts:
            setattr(demand, name, facts[name])
    demand.spellings = rules.spellings(demand.text, demand.rationale)
    with session.no_autoflush:
        names = _hidden_names(session, demand.coalition_id)
    told = [name for name in PRINTED if name in facts and _names(demand, name, names)]
    if told:
        raise Invalid(NAMED, [Fault(point(name), NAMED) for name in told])


def _hidden_names(session: Session, coalition_id: UUID) -> list[str]:
    return [name for entry in cases.hidden(session, coalition_id) for name in entry.names]


def _names(demand: Demand, field: str, names: Sequence[str]) -> bool:
    return names_in(getattr(demand, field) or "", names) is not None


def _link(session: Session, demand: Demand, case_ids: Sequence[UUID]) -> None:
    query = select(Case.id).where(Case.coalition_id == demand.coalition_id, Case.id.in_(case_ids))
    there = set(session.scalars(query))
    detail = "The coalition has no case of this id."
    faults = [
        Fault(point("case_ids", index), detail)
        for index, case_id in enumerate(case_ids)
        if case_id not in there
    ]
    if faults:
        raise Invalid("Enter the cases into the coalition first.", faults)
    of_demand = {"coalition_id": demand.coalition_id, "demand_id": demand.id}
    for position, case_id in enumerate(case_ids):
        session.add(DemandCase(case_id=case_id, position=position, **of_demand))
    session.flush()


def _record(
    session: Session, demand: Demand, facts: Mapping[str, Any], by: UUID | None
) -> DemandStatusChange:
    row = DemandStatusChange(
        coalition_id=demand.coalition_id, demand_id=demand.id, status=facts["status"]
    )
    return cases.record(session, row, facts, by)


def _from_document(facts: Mapping[str, Any], cases: Mapping[str, Case]) -> dict[str, Any]:
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


def _document(demand: Demand, about: Sequence[str]) -> dict[str, Any]:
    facts = {
        "id": demand.key,
        "text": demand.text,
        "rationale": demand.rationale,
        "kind": demand.kind and demand.kind.value,
        "addressee": demand.addressee,
        "cases": about,
        "status": None if demand.status is DemandStatus.OPEN else demand.status.value,
    }
    return {key: value for key, value in facts.items() if value not in (None, "", [])}


def _subject(demand_list: DemandList) -> dict[str, Any]:
    if demand_list.country is not None:
        return {"country": demand_list.country}
    party = demand_list.party or {}
    return {"party": {name: value for name, value in party.items() if value}}


def _keys_of_cases(
    session: Session, column: InstrumentedAttribute[UUID], value: UUID
) -> dict[UUID, list[str]]:
    query = select(DemandCase.demand_id, Case.key).join(Case, Case.id == DemandCase.case_id)
    query = query.join(Demand, Demand.id == DemandCase.demand_id).where(column == value)
    found: dict[UUID, list[str]] = {}
    for demand_id, key in session.execute(query.order_by(DemandCase.position)):
        found.setdefault(demand_id, []).append(key)
    return found


def _about(session: Session, case: Case) -> list[str]:
    query = select(Demand.key).join(DemandCase, DemandCase.demand_id == Demand.id)
    keys = session.scalars(query.where(DemandCase.case_id == case.id).order_by(Demand.key))
    return [f"demand {key}" for key in keys]


def _without(session: Session, entry: cases.Entry, label: str | None) -> list[str]:
    """Put the label in place of a case's names; return what names it after that."""
    query = select(Demand).where(Demand.coalition_id == entry.case.coalition_id)
    naming = []
    for demand in session.scalars(query.order_by(Demand.key)).all():
        named = [name for name in PRINTED if _names(demand, name, entry.names)]
        if named and label is not None:
            _relabel(session, demand, entry.names, label)
            named = [name for name in PRINTED if _is_unfit(demand, name, entry.names)]
        naming += [f"the {name} of demand {demand.key}" for name in named]
    lists = select(DemandList).where(DemandList.coalition_id == entry.case.coalition_id)
    for one in session.scalars(lists):
        if names_in(one.party_name or "", entry.names):
            naming.append(f"the party's name of demand list {one.party_key}")
    return naming


def _relabel(session: Session, demand: Demand, names: Sequence[str], label: str) -> None:
    marked = markdown.escape(label)
    demand.text = without(demand.text, names, marked)
    demand.rationale = demand.rationale and without(demand.rationale, names, marked)
    demand.addressee = demand.addressee and without(demand.addressee, names, label)
    demand.spellings = rules.spellings(demand.text, demand.rationale)
    touch(demand, None)
    touch(session.get_one(DemandList, demand.list_id), None)
    audit.record(session, None, "demand.relabelled", demand)


def _is_unfit(demand: Demand, field: str, names: Sequence[str]) -> bool:
    """Tell whether a field names a case still, or lost its shape as the name went."""
    is_marked = field in {"text", "rationale"}
    return _names(demand, field, names) or bool(
        is_marked and markdown.faults(getattr(demand, field) or "")
    )


cases.references.append(_about)
cases.texts.append(_without)
