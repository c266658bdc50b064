"""Cases as a table: many at once, out and in."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.accounts.rules import Actor, Role
from api.cases import rules
from api.cases.models import Case
from api.cases.service.entries import (
    KEY_TELLS,
    OPEN,
    SHOWN,
    TOLD,
    WHO,
    change_entry,
    enter_cases,
    entry_of,
    forget,
    label_of,
    record_silence,
    rewrite,
    telling,
    write_status,
)
from api.cases.service.silences import Entry, NameSilence, names_of, naming_after, spoken_of
from api.coalitions.models import Coalition
from api.coalitions.service.locking import lock_coalition
from api.errors import Code, DomainError
from api.infra.database.transactions import touch, transaction
from api.infra.security import audit, keys
from api.infra.tables import merging, reports
from api.infra.tables.importing import Import, batches
from api.infra.tables.merging import Merge, There
from api.infra.tables.reports import CellFault, How, Line, LineState, Reported

Facts = dict[str, Any]  # of a line, by column
Change = Callable[[Session, Entry, Mapping[str, object]], object]

MOST_SPOKEN = 20  # names in texts that one table moves, as each has every text read
NEW: Mapping[str, object] = {
    **dict.fromkeys((*WHO, *OPEN, "status")),
    "aliases": [],
    "sources": [],
    "may_be_named": True,
}
STAYS = ("key", "status", "may_be_named")  # an empty cell leaves them
WHOSE = {*WHO, "key"}
FOR_COORDINATORS = "Who this case is may be changed by a coordinator only: leave it empty."
EMPTY = "It cannot be empty. A table of somebody who may not see every name lacks some."
ALIKE = "A case of this name and country is there: give its key, or a new one to somebody else."


def given_out(actor: Actor, coalition_id: UUID) -> Iterator[list[dict[str, object]]]:
    """Return batches of a coalition's cases, as far as the actor may see them, as lines.

    The record tells who took the names along.
    """
    actor.must(coalition_id, Role.VIEWER)
    sees_all = actor.may(coalition_id, Role.COORDINATOR)
    with transaction() as session:
        query = select(Case.id).where(Case.coalition_id == coalition_id)
        order = Case.country, Case.sort_name, Case.key
        ids = session.scalars(query.order_by(*order)).all()
        audit.append(session, actor, "case.exported", coalition_id, coalition_id)
    return batches(ids, partial(_lines, coalition_id=coalition_id, sees_all=sees_all))


def _lines(
    session: Session, ids: Sequence[UUID], *, coalition_id: UUID, sees_all: bool
) -> dict[UUID, dict[str, object]]:
    _near = session.get(Coalition, coalition_id)  # held, as every row asks for it
    rows = session.scalars(select(Case).where(Case.id.in_(ids)))
    return {row.id: _line(session, row, sees_all=sees_all) for row in rows}


def _line(session: Session, case: Case, *, sees_all: bool) -> dict[str, object]:
    is_told = case.may_be_named or sees_all
    who = entry_of(session, case).identity if is_told else dict.fromkeys(WHO)
    facts = {
        "id": case.id,
        **{name: getattr(case, name) for name in OPEN},
        **who,
        "key": case.key if is_told else None,
        "label": label_of(session, case),
        "status": case.status,
    }
    return reports.plain(facts, rules.COLUMNS)


class CaseImport(Import):
    """A table of cases on its way into a coalition, which is for editors."""

    action = "case.imported"
    needs = Role.EDITOR
    by: Actor

    def __init__(self, actor: Actor, coalition_id: UUID, how: How) -> None:
        super().__init__(actor, coalition_id, how)
        self.sees_all = actor.may(coalition_id, Role.COORDINATOR)
        self.sounds: dict[Hashable, str | int] = {}  # the key of a case, or a line
        self.entering: list[tuple[Reported, Facts]] = []
        self.changing: list[tuple[Reported, Entry, Facts]] = []

    def begin(self) -> None:
        lock_coalition(self.session, self.coalition_id)
        mine = select(Case).where(Case.coalition_id == self.coalition_id)
        rows = self.session.scalars(mine).all()
        self.keys = [row.key for row in rows]
        self.merge = Merge(map(self._there, rows), self.keys)

    def _there(self, case: Case) -> There[Case]:
        if self._is_hidden(case):
            return There(case, case.id, None, None)
        name = entry_of(self.session, case).identity["name"]
        self.sounds.setdefault(rules.sound(name, case.country), case.key)
        return There(case, case.id, case.key, rules.sameness(name, case.country))

    def _is_hidden(self, case: Case) -> bool:
        return not (case.may_be_named or self.sees_all)

    def take(self, reported: Reported, line: Line) -> None:
        name, country = line.facts.get("name"), line.facts.get("country")
        alike = rules.sameness(name, country) if name and country else None
        there = self.merge.row_of(line, alike)
        reported.faults = self.merge.faults(line, there, alike)
        if there is None:
            self._enter(reported, line)
        else:
            reported.id = there.id
            self._compare(reported, line, there)

    def _enter(self, reported: Reported, line: Line) -> None:
        facts = merging.whole(line.facts, NEW)
        faults = [
            CellFault(name, Code.REQUIRED, f"Give the {name} of a new case.")
            for name in ("name", "country")
            if facts[name] is None
        ]
        if line.facts.get("may_be_named", True) is None:
            faults.append(
                CellFault("may_be_named", Code.REQUIRED, "Write true or false for a new case.")
            )
        if not faults and not facts["may_be_named"]:
            faults = _telling(facts, facts["key"])
        reported.settle(LineState.ENTERED, [*reported.faults, *faults])
        if reported.state is LineState.ENTERED:
            self.entering.append((reported, facts))
            sound = rules.sound(facts["name"], facts["country"])
            other = self.sounds.setdefault(sound, line.line)
            if other != line.line:
                reported.faults = [_sounds_like(other)]

    def _compare(self, reported: Reported, line: Line, there: There[Case]) -> None:
        case = there.row
        entry, given = entry_of(self.session, case), merging.given(line.facts, NEW, STAYS)
        faults = []
        if self._is_hidden(case):
            given = {name: value for name, value in given.items() if name not in WHOSE or value}
            faults = [
                CellFault(name, Code.FORBIDDEN, FOR_COORDINATORS) for name in given if name in WHOSE
            ]
        if not self.sees_all and given.get("may_be_named", case.may_be_named) != case.may_be_named:
            detail = "Whether a case may be named is for a coordinator to say."
            faults.append(CellFault("may_be_named", Code.FORBIDDEN, detail))
        faults += [
            CellFault(name, Code.REQUIRED, EMPTY)
            for name in ("name", "country")
            if given.get(name, "") is None
        ]
        before = {**entry.identity, **{name: getattr(case, name) for name in (*OPEN, "status")}}
        after = {**before, **given}
        if after != before and not faults and not after["may_be_named"]:
            faults = _telling(after, None if after["key"] == case.key else after["key"])
        reported.settle(LineState.SAME, [*reported.faults, *faults])
        if reported.state is not LineState.REFUSED:
            advice = ALIKE if self.merge.is_alike(line, there) else None
            if changes := reported.compare(before, given, self.how.on_difference, advice):
                self.changing.append((reported, entry, changes))

    def settle(self) -> None:
        """Look through every text once for the names that may not be told from now on."""
        silences = list(self._silences())
        spoken = spoken_of(self.session, self.coalition_id, [each for _, each in silences])
        ids = {id(each) for each in spoken}
        waiting = [each for each in silences if id(each[1]) in ids]
        for reported, silence in waiting[:MOST_SPOKEN]:
            if silence.label is not None:
                self._take_back(reported)
            elif naming := naming_after(self.session, silence):
                detail = f"Take the name out of these first: {', '.join(naming)}."
                reported.refuse([CellFault("may_be_named", Code.HIDDEN_NAME, detail)])
        for reported, _ in waiting[MOST_SPOKEN:]:
            detail = f"Texts hold more than {MOST_SPOKEN} such names: send fewer lines at once."
            reported.refuse([CellFault("may_be_named", Code.TOO_MANY, detail)])

    def _silences(self) -> Iterator[tuple[Reported, NameSilence]]:
        for reported, facts in self.entering:
            if not facts["may_be_named"]:
                case = Case(coalition_id=self.coalition_id, key=facts["key"] or "")
                yield reported, NameSilence(Entry(case, {name: facts[name] for name in WHO}), None)
        for reported, entry, changes in self.changing:
            case, identity = entry.case, {**entry.identity, **changes}
            if changes.get("may_be_named", case.may_be_named):
                continue
            every = Entry(case, {**identity, "aliases": [*identity["aliases"], *entry.names]})
            if case.may_be_named:
                shown = {name: changes.get(name, getattr(case, name)) for name in SHOWN}
                yield reported, NameSilence(every, " ".join(filter(None, shown.values())))
            elif set(every.names) != set(entry.names):
                yield reported, NameSilence(Entry(case, identity), None)

    def _take_back(self, reported: Reported) -> None:
        """Take a name out of the texts now; where that cannot be, nothing of it stays."""
        (found,) = [each for each in self.changing if each[0] is reported]
        self.changing.remove(found)
        _, entry, changes = found
        keys.hold(self.session, self.coalition_id)
        try:
            with self.session.begin_nested():
                self._change(entry.case, changes, partial(change_entry, by=self.by))
        except DomainError as refused:
            forget(self.session)
            reported.refuse([CellFault("may_be_named", Code.HIDDEN_NAME, refused.detail)])

    def _change(self, case: Case, changes: Facts, change: Change) -> None:
        facts = dict(changes)
        status = facts.pop("status", None)
        touch(case, None)
        audit.record(self.session, self.by, "case.changed", case, changes)
        # Read again: another line may have taken a name out of what is said here.
        silence = change(self.session, entry_of(self.session, case), facts)
        if isinstance(silence, NameSilence):  # else the texts were looked through at once
            record_silence(self.session, silence, self.by)
        if status is not None:
            write_status(self.session, case, {"status": status}, self.by.user_id)

    def write(self) -> None:
        given = [facts.get("key") for _, facts in self.entering]
        given += [changes.get("key") for *_, changes in self.changing]
        free = rules.Keys([*self.keys, *filter(None, given)])
        for reported, entry, changes in self.changing:
            if reported.state is LineState.CHANGED:
                self._change(entry.case, changes, partial(rewrite, free=free))
        self.session.flush()
        entering = [each for each in self.entering if each[0].state is LineState.ENTERED]
        every = [facts for _, facts in entering]
        entered = enter_cases(self.session, self.coalition_id, every, self.by.user_id)
        for (reported, facts), entry in zip(entering, entered, strict=True):
            audit.record(self.session, self.by, "case.entered", entry.case, facts)
            reported.id = None if self.how.preview else entry.case.id


def _sounds_like(other: str | int) -> CellFault:
    """Return that a name sounds like that of a case, or of a line before."""
    who = f"line {other}" if isinstance(other, int) else f"the case {other}"
    detail = f"Its name sounds like that of {who}. It is entered as another one."
    if isinstance(other, int):
        return CellFault("name", Code.MAY_BE_SAME, detail, line=other)
    return CellFault("name", Code.MAY_BE_SAME, detail, allowed=(other,))


def _telling(facts: Facts, key: str | None) -> list[CellFault]:
    """Return what would tell who a case is that may not be named."""
    names = names_of(facts)
    faults = [CellFault(name, Code.HIDDEN_NAME, TOLD) for name in telling(facts, names)]
    return (
        [*faults, CellFault("key", Code.HIDDEN_NAME, KEY_TELLS)]
        if key and rules.tells(key, names)
        else faults
    )
