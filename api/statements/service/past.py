"""Whom texts name and what they ask: where that was before, by a key or by words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, Select, delete, insert, select
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased, defer

from api.accounts.rules import Actor, Role
from api.accounts.service import load
from api.demands.models import Demand
from api.infra.database import paging
from api.infra.database.paging import Page, PageRequest
from api.infra.database.transactions import reading, transaction
from api.statements import rules
from api.statements.models import NamedCase, PastDemand, Revision, Statement
from api.texts.rules.document import PortableDocument

MOST_ROWS = 1000  # of which the likest are chosen


@dataclass(frozen=True)
class DemandAsked:
    """A demand in a text: the statement, and how the text and the demand read there."""

    statement: Statement
    past: PastDemand
    title: str
    day: date | None
    likeness: float | None

    @property
    def url(self) -> str:
        number = self.past.revision_number
        text = f"revisions/{number}" if number else "draft"
        return f"/v1/statements/{self.statement.id}/{text}"


def of_demand(actor: Actor, demand_id: UUID, page: PageRequest) -> Page[DemandAsked]:
    """Return the texts that ask a demand, by its key, the newest statement first."""
    with reading() as session:
        demand = load(session, actor, Demand, demand_id, Role.VIEWER)
        query = _once(demand.coalition_id).where(PastDemand.key == demand.key)
        order = [PastDemand.begun_at, PastDemand.statement_id, PastDemand.revision_number]
        found = paging.page(session, query, page, order, descending=True)
        return paging.Page(_asked(session, found.items, {}), found.following, found.total)


def like(
    actor: Actor, coalition_id: UUID, q: str | None, limit: int, whom: Mapping[str, str]
) -> list[DemandAsked]:
    """Return the texts that ask the like of some words, of a country or party, likest first.

    Without words all that was asked, the newest first.
    """
    actor.must(coalition_id, Role.VIEWER)
    query = _once(coalition_id)
    for name, value in whom.items():
        query = query.where(getattr(PastDemand, name) == value)
    newest_first = PastDemand.begun_at.desc(), PastDemand.revision_number.desc()
    with reading() as session:
        if q is None:
            order = *newest_first, PastDemand.statement_id, PastDemand.key
            latest = session.scalars(query.order_by(*order).limit(limit)).all()
            return _asked(session, latest, {})
        wordings = session.scalars(query.with_only_columns(PastDemand.stems).distinct())
        found = rules.likenesses(rules.stems(q), wordings)
        best = sorted(found, key=lambda wording: (-found[wording], wording))[:limit]
        some = query.where(PastDemand.stems.in_(best)).order_by(*newest_first).limit(MOST_ROWS)
        rows = sorted(session.scalars(some), key=lambda row: -found[row.stems])[:limit]
        return _asked(session, rows, found)


def index(session: Session, statement: Statement, number: int, document: PortableDocument) -> None:
    """Keep which cases the draft (0) or a revision names and what it asks, to be found by that."""
    forget_index(session, statement, number)
    place = {"statement_id": statement.id, "revision_number": number}
    named = [
        {**place, "key": case["id"], "status": case.get("status")}
        for case in document.get("cases", ())
    ]
    asked = [
        {**place, "coalition_id": statement.coalition_id, **facts}
        for facts in rules.past_demands(document)
    ]
    for model, new in ((NamedCase, named), (PastDemand, asked)):
        if new:
            session.execute(insert(model), new)


def forget_index(session: Session, statement: Statement, number: int) -> None:
    """Have a text be found by nothing any more."""
    for model in (NamedCase, PastDemand):
        is_of_it = (model.statement_id == statement.id, model.revision_number == number)
        session.execute(delete(model).where(*is_of_it))


def names_case(key: str, *numbers: int | InstrumentedAttribute[int]) -> ColumnElement[bool]:
    """Return the condition that a statement names a case in one of its texts; 0 is its draft."""
    query = select(NamedCase.statement_id).where(
        NamedCase.statement_id == Statement.id,
        NamedCase.key == key,
        NamedCase.revision_number.in_(numbers),
    )
    return query.exists()


def make_stems() -> None:
    """Make the words by which demands are searched, where they were left out."""
    with transaction() as session:
        query = select(PastDemand).where(PastDemand.stems == "")
        for row in session.scalars(query.with_for_update()):
            row.stems = rules.stems(row.text)


def _once(coalition_id: UUID) -> Select[PastDemand]:
    """Return what a coalition's texts ask, each wording of a statement once.

    It stands in the newest revision that has it, or in the draft where no revision does.
    """
    later = aliased(PastDemand)
    again = select(later.key).where(
        later.statement_id == PastDemand.statement_id,
        later.key == PastDemand.key,
        later.text == PastDemand.text,
        later.revision_number > PastDemand.revision_number,
    )
    of_coalition = select(PastDemand).where(PastDemand.coalition_id == coalition_id)
    return of_coalition.where(~again.exists())


def _asked(
    session: Session, rows: Sequence[PastDemand], likenesses: dict[str, float]
) -> list[DemandAsked]:
    """Return the demands of rows, with title and day of the texts that they stand in."""
    ids, day = {row.statement_id for row in rows}, ("dateline", "date")
    drafts = select(Statement, Statement.draft[day].as_string()).where(Statement.id.in_(ids))
    frozen = select(
        Revision.statement_id,
        Revision.number,
        Revision.document["title"].as_string(),
        Revision.document[day].as_string(),
    ).where(
        Revision.statement_id.in_(ids), Revision.number.in_({row.revision_number for row in rows})
    )
    without_text = drafts.options(defer(Statement.draft), defer(Statement.draft_secrets))
    statements, texts = {}, {}
    for statement, on in session.execute(without_text):
        statements[statement.id] = statement
        texts[statement.id, 0] = statement.title, on
    for statement_id, number, title, on in session.execute(frozen):
        texts[statement_id, number] = title, on
    found = []
    for row in rows:
        title, on = texts.get((row.statement_id, row.revision_number), (None, None))
        if title is not None:  # else it was deleted a moment ago
            likeness, when = likenesses.get(row.stems), on and date.fromisoformat(on)
            found.append(DemandAsked(statements[row.statement_id], row, title, when, likeness))
    return found
