"""Demand lists and demands inside a caller's transaction, and how they name cases."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, delete, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from api.cases import service as cases
from api.cases.models import Case
from api.cases.rules import NameIndex
from api.coalitions.service.locking import lock_coalition
from api.demands import rules
from api.demands.models import (
    Demand,
    DemandCase,
    DemandList,
    DemandStatusChange,
)
from api.errors import Code, Conflict, Fault, Invalid, point
from api.infra.database.transactions import flush, touch
from api.infra.security import audit
from api.texts.rules import markdown

PRINTED = ("text", "rationale", "addressee", "key")  # of a demand
WRITTEN = ("key", "text", "rationale", "kind", "addressee")
AT_ONCE = 1000  # ids in one query
NAMED = "This names a case that may not be named: write its public label."


class ListThere(Conflict, title="This country or party has a demand list already"):
    """One list a country, one a party."""


@dataclass(frozen=True)
class DemandWithCases:
    """A demand and the cases that it is about, in order."""

    demand: Demand
    case_ids: list[UUID]


def new_list(session: Session, coalition_id: UUID, subject: Mapping[str, object]) -> DemandList:
    """Make an empty list at the end of a coalition's lists."""
    return new_lists(session, coalition_id, [subject])[0]


def new_lists(
    session: Session, coalition_id: UUID, subjects: Sequence[Mapping[str, object]]
) -> list[DemandList]:
    """Make empty lists, in order, at the end of a coalition's lists."""
    touch(lock_coalition(session, coalition_id), None)
    first = _end(session, DemandList.position, DemandList.coalition_id, coalition_id)
    made = []
    for position, subject in enumerate(subjects, first):
        row = DemandList(id=uuid4(), coalition_id=coalition_id, position=position)
        set_subject(session, row, subject)
        made.append(row)
    session.add_all(made)
    flush(session, on_clash=ListThere("Add to the list that is there."))
    return made


def set_subject(session: Session, demand_list: DemandList, subject: Mapping[str, Any]) -> None:
    """Say of whom a list asks: one country, or one party."""
    party = subject.get("party") or {}
    if cases.unnamed(session, demand_list.coalition_id).found_in(party.get("name", "")):
        raise Invalid(NAMED, [Fault("/party/name", Code.HIDDEN_NAME, NAMED)])
    demand_list.country = subject.get("country")
    demand_list.party_key = party.get("id")
    demand_list.party_name = party.get("name")
    demand_list.party_countries = list(party.get("countries", ())) or None


def add_demands(
    session: Session, demand_list: DemandList, every: Sequence[Mapping[str, Any]], by: UUID | None
) -> list[Demand]:
    """Add demands at the end of a list; many cost a few queries more than one."""
    coalition_id = demand_list.coalition_id
    lock_coalition(session, coalition_id)
    first = _end(session, Demand.position, Demand.list_id, demand_list.id)
    free = _free_keys(session, demand_list, every)
    of_list = {"coalition_id": coalition_id, "list_id": demand_list.id}
    added = []
    for position, facts in enumerate(every, first):
        demand = Demand(id=uuid4(), position=position, status=facts["status"], **of_list)
        _write(session, demand, {**facts, "key": facts["key"] or next(free)})
        added.append(demand)
    session.add_all(added)
    clash = cases.KeyTaken("Choose another key, or leave it out to get one.")
    flush(session, on_clash=clash)
    for demand in added:
        write_status(session, demand, {"status": demand.status}, by)
    about = zip(added, (facts["case_ids"] for facts in every), strict=True)
    _link(session, coalition_id, dict(about))
    if added:
        touch(demand_list, None)
    return added


def _free_keys(
    session: Session, demand_list: DemandList, every: Iterable[Mapping[str, Any]]
) -> Iterator[str]:
    given = [facts["key"] for facts in every]
    if all(given):
        return iter(())
    there = select(Demand.key).where(Demand.coalition_id == demand_list.coalition_id)
    return rules.next_keys(demand_list.subject, [*session.scalars(there), *filter(None, given)])


def change_demands(
    session: Session, coalition_id: UUID, every: Sequence[tuple[Demand, Mapping[str, Any]]]
) -> None:
    """Change some facts of demands; many cost a few queries more than one.

    `list_id` moves one to the end of another list.
    """
    lock_coalition(session, coalition_id)
    lists = _lists_of(session, coalition_id, every)
    ends: dict[UUID, int] = {}
    for demand, changes in every:
        wanted = changes.get("list_id", demand.list_id)
        if wanted not in lists:
            fault = Fault(
                "/list_id", Code.NOT_FOUND, "The coalition has no demand list of this id."
            )
            raise Invalid("A demand moves within its coalition.", [fault])
        if wanted != demand.list_id:
            end = ends.get(wanted)
            place = Demand.position, Demand.list_id, wanted
            ends[wanted] = (_end(session, *place) if end is None else end) + 1
            demand.position, demand.list_id = ends[wanted] - 1, wanted
        _write(session, demand, changes)
    for one in lists.values():
        touch(one, None)
    flush(session, on_clash=cases.KeyTaken("Choose another key."))
    about = {demand: changes["case_ids"] for demand, changes in every if "case_ids" in changes}
    for some in _in_parts([demand.id for demand in about]):
        session.execute(delete(DemandCase).where(DemandCase.demand_id.in_(some)))
    _link(session, coalition_id, about)


def _lists_of(
    session: Session, coalition_id: UUID, every: Iterable[tuple[Demand, Mapping[str, Any]]]
) -> dict[UUID, DemandList]:
    """Return the lists that demands are in, or go to, by id."""
    ids = {each for row, new in every for each in (row.list_id, new.get("list_id", row.list_id))}
    query = select(DemandList).where(DemandList.coalition_id == coalition_id)
    with session.no_autoflush:
        found = [
            row
            for some in _in_parts(list(ids))
            for row in session.scalars(query.where(DemandList.id.in_(some)))
        ]
    return {row.id: row for row in found}


def _in_parts(ids: Sequence[UUID]) -> Iterator[Sequence[UUID]]:
    """Yield ids in parts that one query can name."""
    return (ids[start : start + AT_ONCE] for start in range(0, len(ids), AT_ONCE))


def write_status(
    session: Session, demand: Demand, facts: Mapping[str, Any], by: UUID | None
) -> DemandStatusChange:
    """Set what has become of a demand, and keep it in the history."""
    demand.status = facts["status"]
    row = DemandStatusChange(
        coalition_id=demand.coalition_id, demand_id=demand.id, status=demand.status
    )
    return cases.record(session, row, facts, by)


def asked(session: Session, demands: Iterable[Demand]) -> list[DemandWithCases]:
    """Return demands with the cases that they are about."""
    rows = list(demands)
    about = cases_about(session, DemandCase.demand_id.in_([row.id for row in rows]))
    return [DemandWithCases(row, list(about.get(row.id, ()))) for row in rows]


def cases_about(
    session: Session, condition: ColumnElement[bool], *, sees_all: bool = True
) -> dict[UUID, dict[UUID, str]]:
    """Return the cases that demands are about, in order, each by its key.

    Who may not see a key, as it may tell a name, finds the id in its place.
    """
    columns = DemandCase.demand_id, Case.id, Case.key, Case.may_be_named
    query = select(*columns).join(Case, Case.id == DemandCase.case_id).where(condition)
    found: dict[UUID, dict[UUID, str]] = {}
    for demand_id, case_id, key, may_be_named in session.execute(
        query.order_by(DemandCase.position)
    ):
        told = key if may_be_named or sees_all else str(case_id)
        found.setdefault(demand_id, {})[case_id] = told
    return found


def _end(
    session: Session,
    position: InstrumentedAttribute[int],
    parent: InstrumentedAttribute[UUID],
    parent_id: UUID,
) -> int:
    last = session.scalar(select(func.max(position)).where(parent == parent_id))
    return 0 if last is None else last + 1


def _write(session: Session, demand: Demand, facts: Mapping[str, Any]) -> None:
    for name in WRITTEN:
        if name in facts:
            setattr(demand, name, facts[name])
    demand.spellings = rules.spellings(demand.text, demand.rationale)
    with session.no_autoflush:
        names = cases.unnamed(session, demand.coalition_id)
    if told := telling(facts, names):
        raise Invalid(NAMED, [Fault(point(name), Code.HIDDEN_NAME, NAMED) for name in told])


def telling(facts: Mapping[str, Any], names: NameIndex) -> list[str]:
    """Return which facts of a demand hold one of these names."""
    return [field for field in PRINTED if names.found_in(facts.get(field) or "")]


def _link(session: Session, coalition_id: UUID, about: Mapping[Demand, Sequence[UUID]]) -> None:
    """Say which cases demands are about, in order."""
    wanted = list({each for ids in about.values() for each in ids})
    query = select(Case.id).where(Case.coalition_id == coalition_id)
    there: set[UUID] = set()
    for some in _in_parts(wanted):
        there.update(session.scalars(query.where(Case.id.in_(some))))
    detail = "The coalition has no case of this id."
    faults = [
        Fault(point("case_ids", index), Code.NOT_FOUND, detail)
        for ids in about.values()
        for index, case_id in enumerate(ids)
        if case_id not in there
    ]
    if faults:
        raise Invalid("Enter the cases into the coalition first.", faults)
    session.add_all(
        DemandCase(
            coalition_id=coalition_id, demand_id=demand.id, case_id=case_id, position=position
        )
        for demand, ids in about.items()
        for position, case_id in enumerate(ids)
    )
    session.flush()


def references_to(session: Session, case: Case) -> list[cases.NamedIn]:
    query = select(Demand.key).join(DemandCase, DemandCase.demand_id == Demand.id)
    keys = session.scalars(query.where(DemandCase.case_id == case.id).order_by(Demand.key))
    return [cases.NamedIn(f"demand {key}", "demand", key) for key in keys]


def said(session: Session, coalition_id: UUID) -> Iterator[str]:
    """Yield every text of a coalition's demands and lists in which a name may stand."""
    columns = [getattr(Demand, name) for name in PRINTED]
    for row in session.execute(select(*columns).where(Demand.coalition_id == coalition_id)):
        yield from filter(None, row)
    names = select(DemandList.party_name).where(DemandList.coalition_id == coalition_id)
    yield from filter(None, session.scalars(names))


def take_name_back(session: Session, silence: cases.NameSilence) -> list[cases.NamedIn]:
    """Put the label in place of a case's names; return what names it after that."""
    entry = silence.entry
    names = NameIndex(entry.names)
    query = select(Demand).where(Demand.coalition_id == entry.case.coalition_id)
    naming = []
    for demand in session.scalars(query.order_by(Demand.key)).all():
        named = telling({name: getattr(demand, name) for name in PRINTED}, names)
        if named and silence.label is not None:
            _relabel(session, demand, named, silence)
            named = [name for name in PRINTED if _is_unfit(demand, name, names)]
        naming += [
            cases.NamedIn(f"the {name} of demand {demand.key}", "demand", demand.key)
            for name in named
        ]
    lists = select(DemandList).where(DemandList.coalition_id == entry.case.coalition_id)
    for one in session.scalars(lists):
        if names.found_in(one.party_name or ""):
            told = f"the party's name of demand list {one.party_key}"
            naming.append(cases.NamedIn(told, "list", one.party_key or ""))
    return naming


def _relabel(
    session: Session, demand: Demand, named: Sequence[str], silence: cases.NameSilence
) -> None:
    for name in ("text", "rationale", "addressee"):  # not the key: other texts refer to it
        if name in named:
            silence.put_label(demand, "demand", name, is_markdown=name != "addressee")
    demand.spellings = rules.spellings(demand.text, demand.rationale)
    touch(demand, None)
    touch(session.get_one(DemandList, demand.list_id), None)
    audit.record(session, None, "demand.relabelled", demand)


def _is_unfit(demand: Demand, field: str, names: NameIndex) -> bool:
    """Tell whether a field names a case still, or lost its shape as the name went."""
    is_marked = field in {"text", "rationale"}
    text = getattr(demand, field) or ""
    return bool(names.found_in(text) or (is_marked and markdown.faults(text)))
