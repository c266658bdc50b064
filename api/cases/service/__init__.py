"""The use cases of cases; other rungs call the functions that take a session."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from api.accounts.rules import Actor, Role
from api.accounts.service import load
from api.cases import rules
from api.cases.models import Case, CaseStatus, CaseStatusChange
from api.cases.service.closed import SINCE, Closed, closed
from api.cases.service.entries import (
    KEY_TELLS,
    WHO,
    KeyTaken,
    as_document,
    change_entry,
    enter_cases,
    entries,
    entry_of,
    hidden,
    keep_silent,
    label_of,
    own_label,
    put_all,
    replace_all,
    silences_of,
    unnamed,
    write_status,
)
from api.cases.service.history import Recorded, history_page, record, recorded
from api.cases.service.silences import (
    NONE,
    Edited,
    Entry,
    NamedIn,
    NameSilence,
    NamesPeople,
    Place,
    must_be_places,
    names_of,
    relabel,
    using,
)
from api.coalitions.models import Coalition
from api.coalitions.service.locking import load_locked, lock_coalition
from api.errors import Code, Conflict, Fault, Forbidden, Invalid, point
from api.infra import clock
from api.infra.database import paging
from api.infra.database.paging import Page, PageRequest
from api.infra.database.transactions import reading, rehearsal, touch, transaction
from api.infra.security import audit, keys
from api.infra.text import spelling

__all__ = [
    "SINCE",
    "Closed",
    "Edited",
    "Entry",
    "KeyTaken",
    "NameSilence",
    "NamedIn",
    "NamesPeople",
    "Place",
    "Recorded",
    "as_document",
    "closed",
    "entries",
    "hidden",
    "history_page",
    "label_of",
    "put_all",
    "record",
    "recorded",
    "replace_all",
    "unnamed",
]
MOST_SEARCHED = 2000  # sealed names that one request decrypts
BATCH = 200


class CaseInUse(Conflict, title="Demands or texts are about this case"):
    """What is asked for a case would lose its object."""


class TooManySealed(Invalid, title="Too many sealed names to look through"):
    """A search by words decrypts the names of all cases that may not be named."""


@dataclass(frozen=True)
class CaseView:
    """A case as one person may see it; key and identity hold nothing where they may not."""

    case: Case
    key: str | None
    label: str
    identity: Mapping[str, Any]
    relabelled: Sequence[Place] = ()  # by the change that it was answered to, or would be
    edited: Sequence[Edited] = ()  # by other labels


def enter(actor: Actor, coalition_id: UUID, facts: Mapping[str, object]) -> CaseView:
    """Enter a case into a coalition."""
    actor.must(coalition_id, Role.EDITOR)
    with transaction() as session:
        (entry,) = enter_cases(session, coalition_id, [facts], actor.user_id)
        keep_silent(session, coalition_id, silences_of([entry]))
        _check_key(facts, entry)
        audit.record(session, actor, "case.entered", entry.case, facts)
        return _shown(session, actor, entry.case)


def change(  # noqa: PLR0913 # what a request says
    actor: Actor,
    case_id: UUID,
    expected: int,
    changes: Mapping[str, object],
    labels: Mapping[str, str],
    *,
    preview: bool,
) -> CaseView:
    """Change some of a case's facts; whether it may be named, too.

    A name that is taken back leaves every text, for its label or for those of single places; they
    can be changed later. A preview tells where they would stand, and changes nothing.
    """
    with rehearsal() if preview else transaction() as session:
        row = load_locked(session, actor, Case, case_id, Role.EDITOR)
        _must_be_free_to(actor, row, changes)
        touch(row, expected)
        audit.record(session, actor, "case.changed", row, changes)
        is_taken_back = row.may_be_named and changes.get("may_be_named") is False
        first = labels if is_taken_back else NONE
        places = change_entry(session, entry_of(session, row), changes, by=actor, labels=first)
        _check_key(changes, entry_of(session, row))
        edited: list[Edited] = []
        if (labels or preview) and not is_taken_back:
            places, edited = _labels(session, actor, row, labels)
        shown = _shown(session, actor, row)
    now = case(actor, case_id) if preview else shown
    return replace(now, relabelled=places, edited=edited)


def _labels(
    session: Session, actor: Actor, case: Case, labels: Mapping[str, str]
) -> tuple[list[Place], list[Edited]]:
    """Put other labels where a name was taken back before; without labels, tell where it was."""
    if case.may_be_named or not actor.may(case.coalition_id, Role.COORDINATOR):
        must_be_places(labels, ())
        return [], []
    silence = NameSilence(entry_of(session, case), own_label(session, case), labels)
    relabel(session, silence, hidden(session, case.coalition_id))
    if labels:
        audit.record(session, actor, "case.labels_changed", case, {"places": sorted(labels)})
    return silence.places, silence.edited


def _must_be_free_to(actor: Actor, case: Case, changes: Mapping[str, object]) -> None:
    if actor.may(case.coalition_id, Role.COORDINATOR):
        return
    if changes.get("may_be_named", case.may_be_named) != case.may_be_named:
        raise Forbidden("Whether a case may be named is for a coordinator to say.")
    if not case.may_be_named and changes.keys() & {*WHO, "key"}:
        raise Forbidden("Who this case is may be changed by a coordinator only.")


def _check_key(given: Mapping[str, object], entry: Entry) -> None:
    case = entry.case
    if given.get("key") and not case.may_be_named and rules.tells(case.key, entry.names):
        raise Invalid(
            "A case that may not be named is named.",
            [Fault("/key", Code.HIDDEN_NAME, KEY_TELLS)],
        )


def remove(actor: Actor, case_id: UUID, expected: int) -> None:
    """Delete a case and its history; refused while anything refers to it."""
    with transaction() as session:
        case = load_locked(session, actor, Case, case_id, Role.COORDINATOR)
        touch(case, expected)
        users = using(session, case)
        if users:
            raise CaseInUse(f"Take it out of these first: {', '.join(users)}.")
        audit.destroy_salts(session, case_id)
        audit.record(session, actor, "case.deleted", case)
        session.delete(case)


def verify(actor: Actor, coalition_id: UUID, case_ids: Sequence[UUID], on: date | None) -> int:
    """Say that what is known of cases was looked at again, today or `on`; return how many."""
    actor.must(coalition_id, Role.EDITOR)
    with transaction() as session:
        lock_coalition(session, coalition_id)
        wanted = list(dict.fromkeys(case_ids))
        query = select(Case).where(Case.coalition_id == coalition_id, Case.id.in_(wanted))
        there = {row.id: row for row in session.scalars(query)}
        faults = [
            Fault(point("case_ids", place), Code.NOT_FOUND, "The coalition has no case of this id.")
            for place, case_id in enumerate(wanted)
            if case_id not in there
        ]
        if faults:
            raise Invalid("Only cases of the coalition can be verified.", faults)
        verified = {"last_verified": on or clock.today()}
        for case_id in wanted:
            touch(there[case_id], None)
            there[case_id].last_verified = verified["last_verified"]
            audit.record(session, actor, "case.changed", there[case_id], verified)
        return len(wanted)


def case(actor: Actor, case_id: UUID) -> CaseView:
    """Return one case, as the actor may see it."""
    with reading() as session:
        return _shown(session, actor, load(session, actor, Case, case_id, Role.VIEWER))


def several(actor: Actor, coalition_id: UUID, case_ids: Sequence[UUID]) -> list[CaseView]:
    """Return cases of a coalition in the order of their ids, as the actor may see them."""
    actor.must(coalition_id, Role.VIEWER)
    query = select(Case).where(Case.coalition_id == coalition_id, Case.id.in_(case_ids))
    with reading() as session:
        _near = session.get(Coalition, coalition_id)  # held, as every row asks for it
        there = {row.id: _shown(session, actor, row) for row in session.scalars(query)}
        return [there[each] for each in case_ids if each in there]


def disclose(actor: Actor, case_id: UUID) -> CaseView:
    """Return one case with who it is; of one that may not be named the record tells who looked."""
    with transaction() as session:
        row = load(session, actor, Case, case_id, Role.COORDINATOR)
        if not row.may_be_named:
            audit.record(session, actor, "case.disclosed", row)
        return _shown(session, actor, row)


def countries(actor: Actor, coalition_id: UUID) -> list[str]:
    """Return the countries, by code, of which a coalition has cases."""
    actor.must(coalition_id, Role.VIEWER)
    with reading() as session:
        query = select(Case.country).where(Case.coalition_id == coalition_id).distinct()
        return sorted(session.scalars(query))


def of_coalition(  # noqa: PLR0913 # the filters of one list
    actor: Actor,
    coalition_id: UUID,
    page: PageRequest,
    *,
    q: str | None = None,
    country: str | None = None,
    status: CaseStatus | None = None,
    may_be_named: bool | None = None,
    verified_before: date | None = None,
) -> Page[CaseView]:
    """Return a coalition's cases by country and name, or those that any spelling finds."""
    actor.must(coalition_id, Role.VIEWER)
    query = select(Case).where(Case.coalition_id == coalition_id)
    same = {Case.country: country, Case.status: status, Case.may_be_named: may_be_named}
    query = query.where(*[column == value for column, value in same.items() if value is not None])
    if verified_before is not None:
        never = Case.last_verified.is_(None)
        query = query.where(or_(never, Case.last_verified < verified_before))
    with reading() as session:
        if q is not None:
            found = spelling.matches(Case.spellings, q)
            if actor.may(coalition_id, Role.COORDINATOR):
                found = or_(found, Case.id.in_(_sealed_like(session, query, q)))
            query = query.where(found)
        order = [Case.country, Case.sort_name, Case.id]
        rows = paging.page(session, query, page, order)
        _near = session.get(Coalition, coalition_id)  # held, as every row asks for it
        return rows.of(lambda row: _shown(session, actor, row))


def _sealed_like(session: Session, query: Select[Case], sought: str) -> list[UUID]:
    """Return the cases whose sealed names any spelling finds, by decrypting them all."""
    sealed = query.where(Case.may_be_named.is_(False))
    count = session.scalar(select(func.count()).select_from(sealed.subquery())) or 0
    if count > MOST_SEARCHED:
        raise TooManySealed(
            f"{count:,} cases may not be named, and one request looks through {MOST_SEARCHED:,}.",
            [
                Fault(
                    "/country", Code.TOO_MANY, "Name a country, or another filter, to search fewer."
                )
            ],
        )
    rows = session.execute(sealed.with_only_columns(Case.id, Case.identity).order_by(Case.id))
    found = []
    for row_id, identity in rows.yield_per(BATCH):
        if identity is not None:
            who = keys.unseal(session, "cases.identity", row_id, identity)
            if spelling.found_in(spelling.index_of(names_of(who)), sought):
                found.append(row_id)
    return found


def change_status(actor: Actor, case_id: UUID, facts: Mapping[str, object]) -> Recorded:
    """Say what has become of a case, since when, and how we know."""
    with transaction() as session:
        case = load_locked(session, actor, Case, case_id, Role.EDITOR)
        touch(case, None)
        row = write_status(session, case, facts, actor.user_id)
        audit.record(session, actor, "case.status_changed", case, facts)
        return recorded(session, row, is_for_all=case.may_be_named, actor=actor)


def status_changes(actor: Actor, case_id: UUID, page: PageRequest) -> Page[Recorded]:
    """Return the history of a case's status, the last recorded first."""
    with reading() as session:
        case = load(session, actor, Case, case_id, Role.VIEWER)
        of, named = CaseStatusChange.case_id == case_id, case.may_be_named
        return history_page(session, CaseStatusChange, of, page, is_for_all=named, actor=actor)


def _shown(session: Session, actor: Actor, case: Case) -> CaseView:
    label = label_of(session, case)
    if not (case.may_be_named or actor.may(case.coalition_id, Role.COORDINATOR)):
        return CaseView(case, None, label, dict.fromkeys(WHO))
    return CaseView(case, case.key, label, entry_of(session, case).identity)
