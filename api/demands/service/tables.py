"""Demands as a table: many at once, out and in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.accounts.rules import Actor, Role
from api.cases import service as cases
from api.cases.models import Case
from api.coalitions.service.locking import lock_coalition
from api.demands import rules
from api.demands.models import Demand, DemandCase, DemandList, DemandStatus
from api.demands.service.rows import (
    NAMED,
    WRITTEN,
    add_demands,
    cases_about,
    change_demands,
    new_lists,
    telling,
    write_status,
)
from api.errors import Code
from api.infra.database.transactions import reading, touch
from api.infra.security import audit
from api.infra.tables import merging, reports
from api.infra.tables.importing import Import, batches
from api.infra.tables.merging import Merge, There
from api.infra.tables.reports import CellFault, How, Line, LineState, Reported

Facts = dict[str, Any]  # of a line, by column

MOST_LISTS = 500  # that one table makes, as each is numbered by itself
NEW: Mapping[str, object] = {
    **dict.fromkeys(WRITTEN), "status": DemandStatus.OPEN, "cases": [],
}  # fmt: skip
STAYS = ("key", "status")  # an empty cell leaves them
ALIKE = "These words are asked there: give the demand's key, or other words."


class Subject(NamedTuple):
    """Of whom a list asks."""

    country: str | None
    party: str | None


def given_out(actor: Actor, coalition_id: UUID) -> Iterator[list[dict[str, object]]]:
    """Return batches of a coalition's demands in order, as lines of a table."""
    actor.must(coalition_id, Role.VIEWER)
    sees_all = actor.may(coalition_id, Role.COORDINATOR)
    with reading() as session:
        query = select(Demand.id).join(DemandList, DemandList.id == Demand.list_id)
        query = query.where(Demand.coalition_id == coalition_id)
        ids = session.scalars(query.order_by(DemandList.position, Demand.position)).all()
    return batches(ids, partial(_lines, sees_all=sees_all))


def _lines(
    session: Session, ids: Sequence[UUID], *, sees_all: bool
) -> dict[UUID, dict[str, object]]:
    query = select(Demand, DemandList).join(DemandList, DemandList.id == Demand.list_id)
    about = cases_about(session, DemandCase.demand_id.in_(ids), sees_all=sees_all)
    rows = session.execute(query.where(Demand.id.in_(ids)))
    return {row.id: _line(row, of, about.get(row.id, {})) for row, of in rows}


def _line(demand: Demand, of: DemandList, about: Mapping[UUID, str]) -> dict[str, object]:
    facts = {
        "id": demand.id,
        "country": of.country,
        "party": of.party_key,
        "party_name": of.party_name,
        "party_countries": of.party_countries or [],
        "status": demand.status,
        "cases": list(about.values()),
        **{name: getattr(demand, name) for name in WRITTEN},
    }
    return reports.plain(facts, rules.COLUMNS)


class DemandImport(Import):
    """A table of demands on its way into a coalition, which is for editors."""

    action = "demand.imported"
    needs = Role.EDITOR

    def __init__(self, actor: Actor, coalition_id: UUID, how: How) -> None:
        super().__init__(actor, coalition_id, how)
        self.sees_all = actor.may(coalition_id, Role.COORDINATOR)
        self.missing: dict[Subject, dict[str, object]] = {}  # lists that will be made
        self.entering: list[tuple[Reported, Subject, Facts]] = []
        self.changing: list[tuple[Reported, Demand, Facts]] = []

    def begin(self) -> None:
        session, coalition_id = self.session, self.coalition_id
        lock_coalition(session, coalition_id)
        self.names = cases.unnamed(session, coalition_id)
        lists = session.scalars(select(DemandList).where(DemandList.coalition_id == coalition_id))
        self.lists = {Subject(row.country, row.party_key): row for row in lists}
        self.subjects = {row.id: subject for subject, row in self.lists.items()}
        of_mine = DemandCase.coalition_id == coalition_id
        self.about = cases_about(session, of_mine, sees_all=self.sees_all)
        self.cases = self._cases()
        rows = session.scalars(select(Demand).where(Demand.coalition_id == coalition_id)).all()
        self.merge = Merge(map(self._there, rows), [row.key for row in rows])

    def _cases(self) -> dict[str, UUID]:
        """Return the coalition's cases by all that a table may call them."""
        query = select(Case.id, Case.key, Case.may_be_named)
        rows = self.session.execute(query.where(Case.coalition_id == self.coalition_id)).all()
        by_key = {key: each for each, key, may_be_named in rows if may_be_named or self.sees_all}
        return {str(each): each for each, *_ in rows} | by_key

    def _there(self, demand: Demand) -> There[Demand]:
        alike = rules.sameness(*self.subjects[demand.list_id], demand.text)
        return There(demand, demand.id, demand.key, alike)

    def take(self, reported: Reported, line: Line) -> None:
        subject = Subject(line.facts.get("country"), line.facts.get("party"))
        text = line.facts.get("text")
        alike = rules.sameness(*subject, text) if text and any(subject) else None
        there = self.merge.row_of(line, alike)
        faults = [
            *self.merge.faults(line, there, alike),
            *self._of_subject(subject, line.facts, there),
            *(CellFault(name, Code.HIDDEN_NAME, NAMED) for name in telling(line.facts, self.names)),
            *self._of_cases(line.facts.get("cases")),
        ]
        if there is None:
            self._enter(reported, line, subject, faults)
        else:
            reported.id = there.id
            self._compare(reported, line, subject, there, faults)
        if any(subject) and reported.state in {LineState.ENTERED, LineState.CHANGED}:
            self._have_list(subject, line.facts)

    def _of_subject(
        self, subject: Subject, facts: Facts, there: There[Demand] | None
    ) -> Iterator[CellFault]:
        if all(subject):
            yield CellFault("country", Code.CONFLICT, "Give a country or a party, and not both.")
        if there is None and not any(subject):
            yield CellFault(
                "country", Code.REQUIRED, "Give a country or a party: of whom is it asked?"
            )
        if subject in self.lists or subject in self.missing:
            return
        if any(subject) and len(self.missing) >= MOST_LISTS:
            yield CellFault(
                "", Code.TOO_MANY, f"One table makes up to {MOST_LISTS} lists: send it in parts."
            )
        if subject.party:
            name = facts.get("party_name")
            if name is None:
                yield CellFault(
                    "party_name", Code.REQUIRED, "Give the party's name, as its list is made."
                )
            elif self.names.found_in(name):
                yield CellFault("party_name", Code.HIDDEN_NAME, NAMED)

    def _of_cases(self, given: Sequence[str] | None) -> Iterator[CellFault]:
        for key in given or ():
            if key not in self.cases:
                yield CellFault(
                    "cases", Code.NOT_FOUND, f"The coalition has no case {key}: enter it first."
                )

    def _have_list(self, subject: Subject, facts: Facts) -> None:
        if subject in self.lists or subject in self.missing:
            return
        if not subject.party:
            self.missing[subject] = {"country": subject.country}
            return
        party = {
            "id": subject.party,
            "name": facts.get("party_name"),
            "countries": facts.get("party_countries") or (),
        }
        self.missing[subject] = {"party": party}

    def _enter(
        self, reported: Reported, line: Line, subject: Subject, faults: list[CellFault]
    ) -> None:
        facts = merging.whole(line.facts, NEW)
        if facts["text"] is None:
            faults.append(CellFault("text", Code.REQUIRED, "Give the text of a new demand."))
        reported.settle(LineState.ENTERED, faults)
        if not faults:
            self.entering.append((reported, subject, self._linked(facts)))

    def _linked(self, facts: Facts) -> Facts:
        if "cases" in facts:
            facts["case_ids"] = list(dict.fromkeys(self.cases[key] for key in facts.pop("cases")))
        return facts

    def _compare(
        self,
        reported: Reported,
        line: Line,
        subject: Subject,
        there: There[Demand],
        faults: list[CellFault],
    ) -> None:
        demand, of = there.row, self.subjects[there.row.list_id]
        given = merging.given(line.facts, NEW, STAYS)
        if given.get("text", "") is None:
            faults.append(CellFault("text", Code.REQUIRED, "It cannot be empty."))
        about = self.about.get(demand.id, {})
        before = {name: getattr(demand, name) for name in (*WRITTEN, "status")}
        before |= {**of._asdict(), "cases": list(about.values())}
        if not faults and [self.cases[key] for key in given.get("cases", ())] == list(about):
            given.pop("cases", None)
        if any(subject):
            given |= subject._asdict()
        reported.settle(LineState.SAME, faults)
        if not faults:
            advice = ALIKE if self.merge.is_alike(line, there) else None
            if changes := reported.compare(before, given, self.how.on_difference, advice):
                self.changing.append((reported, demand, self._linked(changes)))

    def write(self) -> None:
        if self.missing:
            made = new_lists(self.session, self.coalition_id, list(self.missing.values()))
            self.lists |= zip(self.missing, made, strict=True)
        self._change()
        of_list: dict[Subject, list[tuple[Reported, Facts]]] = {}
        for reported, subject, facts in self.entering:
            of_list.setdefault(subject, []).append((reported, facts))
        for subject, some in of_list.items():
            every = [facts for _, facts in some]
            row = self.lists[subject]
            added = add_demands(self.session, row, every, self.by.user_id)
            for (reported, facts), demand in zip(some, added, strict=True):
                audit.record(self.session, self.by, "demand.added", demand, facts)
                reported.id = None if self.how.preview else demand.id

    def _change(self) -> None:
        every = []
        for _, demand, changes in self.changing:
            touch(demand, None)
            moved = {name: changes.pop(name) for name in Subject._fields if name in changes}
            if moved:
                subject = Subject(**{**dict.fromkeys(Subject._fields), **moved})
                changes["list_id"] = self.lists[subject].id
            every.append((demand, changes))
        change_demands(self.session, self.coalition_id, every)
        for demand, changes in every:
            audit.record(self.session, self.by, "demand.changed", demand, changes)
            if "status" in changes:
                write_status(self.session, demand, changes, self.by.user_id)
