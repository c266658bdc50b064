"""How many signatures count: a journal of changes, folded into totals from time to time.

Signatories never wait for one another: each change adds rows to the journal, and no row is updated
by two. What is read is the totals and what of the journal is not folded yet, in one statement, for
a fold may move rows from the one to the other at any moment.

Whoever writes the journal holds the statement's row, FOR KEY SHARE at least (every change that a
coordinator makes holds more): so no material revision comes between the look at what counts and
the entry of it. Folding and placing hold it FOR NO KEY UPDATE, which lets key shares through.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, cast, delete, func, insert, literal, null, select, union_all
from sqlalchemy.orm import Session

from api.infra.database.transactions import is_any, reading, transaction
from api.signatures import rules
from api.signatures.models import (
    CountChange,
    SignatoryKind,
    Signature,
    SignatureState,
    Source,
    Total,
)
from api.signatures.rules import Audience, EffectiveState
from api.statements.events import StatementRevised
from api.statements.models import Signing, Statement, Weight

# How a statement is held at least by who writes the journal: those who sign do not wait for it.
HOLD = {"read": True, "key_share": True}
FOLDED_FROM = 200  # rows of the journal; fewer are read as they are
AT_ONCE = 10_000
TOLD = (CountChange.kind, CountChange.source, CountChange.country, CountChange.day)


class _Alike(NamedTuple):
    """What a row of the journal tells; signatures alike share one."""

    coalition_id: UUID
    statement_id: UUID
    kind: SignatoryKind
    source: Source
    country: str | None
    day: date
    is_shown: bool


@dataclass(frozen=True)
class Counts:
    """How many signatures of a statement count, as an audience may know."""

    total: int
    by_kind: dict[str, int]
    by_source: dict[str, int]
    by_country: dict[str, int]
    by_day: dict[str, int]
    paper: int
    withheld: int


def change(session: Session, signatures: Sequence[Signature], *, by: int) -> None:
    """Write into the journal that signatures begin (+1) or cease (-1) to count."""
    alike = Counter(map(_alike, signatures))
    _write(session, {facts: by * number for facts, number in alike.items()})


@contextmanager
def followed(
    session: Session, statement: Statement, signatures: Sequence[Signature]
) -> Iterator[None]:
    """Write into the journal what is different of rows that are changed inside."""
    before = _counted(statement, signatures)
    yield
    after = _counted(statement, signatures)
    after.subtract(before)
    _write(session, after)


def counts(statement: Statement, signature: Signature) -> bool:
    """Tell whether a signature counts now."""
    given_for, counted_from = signature.revision_number, statement.counted_from
    return rules.effective_state(signature.state, given_for, counted_from) is EffectiveState.COUNTED


def _counted(statement: Statement, signatures: Iterable[Signature]) -> Counter[_Alike]:
    return Counter(_alike(each) for each in signatures if counts(statement, each))


def _alike(row: Signature) -> _Alike:
    place = (row.coalition_id, row.statement_id)
    is_shown = row.visibility in rules.PRINTED
    return _Alike(*place, row.kind, row.source, row.country, row.day, is_shown)


def _write(session: Session, changes: Mapping[_Alike, int]) -> None:
    rows = [
        {"id": uuid4(), "change": number, **facts._asdict()}
        for facts, number in changes.items()
        if number
    ]
    if rows:
        session.execute(insert(CountChange), rows)


def begin_again(session: Session, revised: StatementRevised) -> None:
    """Nothing counts after a material revision until it is given for that one."""
    if revised.weight is Weight.MATERIAL:
        for model in (CountChange, Total):
            mine = delete(model).where(model.statement_id == revised.statement_id)
            session.execute(mine.execution_options(synchronize_session=False))


def of(session: Session, statement: Statement, audience: Audience = Audience.PUBLIC) -> Counts:
    """Return how many signatures count, in all and by what an audience may know of them.

    Where the public is not told how many have no name, they are in none of its numbers.
    """
    is_told = audience is not Audience.PUBLIC or tells_withheld(session, statement)
    found = _facets(session, statement.id) if is_told else _shown(session, statement)
    by_source = dict(sorted(found["source"].items()))
    return Counts(
        total=found["all"].total(),
        by_kind=dict(sorted(found["kind"].items())),
        by_source=by_source,
        by_country=rules.cells_to_show(found["country"], audience),
        by_day=rules.days_to_show(found["day"], audience),
        paper=by_source.get(Source.PAPER, 0),
        withheld=found["shown"]["false"],
    )


def tells_withheld(session: Session, statement: Statement) -> bool:
    """Tell whether everybody is told how many signatures count without a name."""
    signing = session.get(Signing, statement.id)
    return signing is None or signing.shows_withheld


def _shown(session: Session, statement: Statement) -> dict[str, Counter[str]]:
    """Return the counts of those that are listed in public, by facet and key."""
    columns = (Signature.kind, Signature.source, Signature.country, Signature.day)
    is_it = (
        Signature.statement_id == statement.id,
        Signature.state == SignatureState.CONFIRMED,
        Signature.revision_number >= statement.counted_from,
        Signature.visibility.in_(rules.PRINTED),
    )
    found: dict[str, Counter[str]] = defaultdict(Counter)
    rows = session.execute(select(*columns, func.count()).where(*is_it).group_by(*columns))
    for kind, source, country, day, number in rows:
        for facet, key in _places(kind, source, country, day, is_shown=True):
            found[facet][key] += number
    return found


def total(session: Session, statement: Statement, *, shown_only: bool = False) -> int:
    """Return how many signatures count, or how many of them are listed in public."""
    facet, key = ("shown", "true") if shown_only else ("all", "")
    is_it = (Total.statement_id == statement.id, Total.facet == facet, Total.key == key)
    folded = select(func.sum(Total.number)).where(*is_it)
    is_new: list[ColumnElement[bool]] = [CountChange.statement_id == statement.id]
    if shown_only:
        is_new.append(CountChange.is_shown.is_(True))
    new = select(func.sum(CountChange.change)).where(*is_new)
    sums = [func.coalesce(each.scalar_subquery(), 0) for each in (folded, new)]
    return int(session.scalar(select(sums[0] + sums[1])) or 0)


def _facets(session: Session, statement_id: UUID) -> dict[str, Counter[str]]:
    """Return the counts by facet and key, those that are zero left out."""
    nothing = [cast(null(), each.type) for each in (*TOLD, CountChange.is_shown)]
    totals = select(Total.facet, Total.key, Total.number, *nothing)
    journal = select(literal(""), literal(""), CountChange.change, *TOLD, CountChange.is_shown)
    rows = session.execute(
        union_all(
            totals.where(Total.statement_id == statement_id),
            journal.where(CountChange.statement_id == statement_id),
        )
    )
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for facet, key, number, *facts in rows:
        for place in [(facet, key)] if facet else _places(*facts):
            found[place[0]][place[1]] += number
    return defaultdict(Counter, {facet: +numbers for facet, numbers in found.items()})


def _places(
    kind: SignatoryKind, source: Source, country: str | None, day: date, is_shown: object
) -> list[tuple[str, str]]:
    """Return each facet that a row of the journal adds to, and under which key."""
    places = [
        ("all", ""),
        ("kind", kind.value),
        ("source", source.value),
        ("day", day.isoformat()),
        ("shown", "true" if is_shown else "false"),
    ]
    return places if country is None else [*places, ("country", country)]


def is_long(session: Session) -> bool:
    """Tell whether the journal is long enough to be folded."""
    return is_any(session, select(CountChange.id).offset(FOLDED_FROM - 1))


def fold() -> None:
    """Fold the journal of every statement into its totals."""
    while statement_id := _next():
        _fold(statement_id)


def _next() -> UUID | None:
    with reading() as session:
        return session.scalar(select(CountChange.statement_id).limit(1))


def _fold(statement_id: UUID) -> None:
    with transaction() as session:
        held = select(Statement.id).where(Statement.id == statement_id)
        if session.scalar(held.with_for_update(key_share=True)) is None:
            return  # it was deleted, and its journal with it
        some = select(CountChange.id).where(CountChange.statement_id == statement_id)
        taken = (
            delete(CountChange)
            .where(CountChange.id.in_(some.limit(AT_ONCE)))
            .returning(CountChange.change, *TOLD, CountChange.is_shown)
            .execution_options(synchronize_session=False)
        )
        sums: Counter[tuple[str, str]] = Counter()
        for number, kind, source, country, day, is_shown in session.execute(taken).all():
            for place in _places(kind, source, country, day, is_shown):
                sums[place] += number
        there = session.scalars(select(Total).where(Total.statement_id == statement_id)).all()
        totals = {(each.facet, each.key): each for each in there}
        for (facet, key), number in sums.items():
            found = totals.get((facet, key))
            if found is None:
                found = Total(statement_id=statement_id, facet=facet, key=key, number=0)
                session.add(found)
            found.number += number
