"""What addressees answered, against what they were asked."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import case, exists, func, or_, select
from sqlalchemy.orm import Session

from api.accounts.rules import Actor, Role
from api.accounts.service import load
from api.coalitions.models import Addressee
from api.coalitions.service.locking import lock_coalition
from api.deliveries.models import Delivery, DeliveryState, Response, ResponseDemand
from api.deliveries.service import NO_SUCH
from api.demands import service as demands
from api.demands.models import Demand
from api.errors import Code, Fault, Invalid, point
from api.infra import clock
from api.infra.database import paging
from api.infra.database.paging import Page, PageRequest
from api.infra.database.transactions import reading, transaction
from api.infra.security import audit, keys
from api.statements.models import Statement

ANSWERS_WITHIN = timedelta(days=30)  # who has not by then is asked after
ASKED_AFTER = timedelta(days=365)  # and after that no more


@dataclass(frozen=True)
class ResponseView:
    """A response with its words, and the demands that it speaks to."""

    row: Response
    text: str
    sources: list[str]
    demands: list[ResponseDemand]


def missing(session: Session, coalition_id: UUID) -> Mapping[UUID, int]:
    """Return, by the statement, of how many addressees that got it long ago no answer is kept."""
    now = clock.now()
    has_answer = exists().where(
        Response.statement_id == Delivery.statement_id,
        Response.addressee_id == Delivery.addressee_id,
    )
    whom = func.count(Delivery.addressee_id.distinct())
    query = select(Delivery.statement_id, whom).group_by(Delivery.statement_id)
    found = query.where(
        Delivery.coalition_id == coalition_id,
        Delivery.state == DeliveryState.DELIVERED,
        Delivery.delivered_at.between(now - ASKED_AFTER, now - ANSWERS_WITHIN),
        Delivery.addressee_id.is_not(None),
        ~has_answer,
    )
    return dict(session.execute(found).all())


def handed(session: Session, ids: Collection[UUID]) -> Mapping[UUID, tuple[int, int]]:
    """Return to how many addressees each statement went, and of how many an answer is kept.

    Who was deleted since still got it: each is known by the name of then.
    """
    has_answer = exists().where(
        Response.statement_id == Delivery.statement_id,
        or_(
            Response.addressee_id == Delivery.addressee_id, Response.addressee == Delivery.addressee
        ),
    )
    got = Delivery.state.in_([DeliveryState.WAITING, DeliveryState.DELIVERED])
    each = select(
        Delivery.statement_id, Delivery.addressee, case((has_answer, 1), else_=0).label("is_kept")
    )
    every = each.where(Delivery.statement_id.in_(ids), got).distinct().subquery()
    one = [every.c.statement_id, every.c.addressee]
    whom = select(*one, func.max(every.c.is_kept).label("is_kept")).group_by(*one).subquery()
    counted = select(whom.c.statement_id, func.count(), func.sum(whom.c.is_kept))
    counted = counted.group_by(whom.c.statement_id)
    rows = session.execute(counted) if ids else ()
    return {statement_id: (number, answered) for statement_id, number, answered in rows}


def record(actor: Actor, statement_id: UUID, facts: Mapping[str, Any]) -> ResponseView:
    """Keep what an addressee answered. A demand whose status it changes gets it as evidence."""
    with transaction() as session:
        statement = load(session, actor, Statement, statement_id, Role.COORDINATOR)
        lock_coalition(session, statement.coalition_id)
        addressee = session.get(Addressee, facts["addressee_id"])
        about = _demands(session, statement, facts["demands"])
        if addressee is None or addressee.coalition_id != statement.coalition_id:
            raise Invalid(
                "Enter the addressee first.", [Fault("/addressee_id", Code.NOT_FOUND, NO_SUCH)]
            )
        row = Response(
            id=uuid4(),
            coalition_id=statement.coalition_id,
            statement_id=statement.id,
            addressee_id=addressee.id,
            addressee=addressee.name,
            answered_on=facts["answered_on"] or clock.today(),
            created_by=actor.user_id,
        )
        said = {"text": facts["text"], "sources": facts["sources"]}
        keys.write(session, row, Response.words, said)
        session.add(row)
        session.flush()
        links = [
            ResponseDemand(
                coalition_id=row.coalition_id, response_id=row.id, position=position, **each
            )
            for position, each in enumerate(facts["demands"])
        ]
        session.add_all(links)
        told = {"demands": facts["demands"], **said, "addressee_id": str(addressee.id)}
        audit.record(session, actor, "response.recorded", row, told)
        for demand, link in zip(about, links, strict=True):
            if link.status is not None:
                of_it = {"status": link.status, "on": row.answered_on, "evidence": facts["text"]}
                demands.put_status(session, actor, demand, {**of_it, "sources": facts["sources"]})
        return ResponseView(row, facts["text"], facts["sources"], links)


def _demands(
    session: Session, statement: Statement, given: Sequence[Mapping[str, Any]]
) -> list[Demand]:
    ids = [each["demand_id"] for each in given]
    query = select(Demand).where(Demand.coalition_id == statement.coalition_id, Demand.id.in_(ids))
    known = {row.id: row for row in session.scalars(query.with_for_update())}
    wrong = "The coalition has no demand of this id."
    faults = [
        Fault(point("demands", index, "demand_id"), Code.NOT_FOUND, wrong)
        for index, each in enumerate(ids)
        if each not in known
    ]
    if faults:
        raise Invalid("Enter the demand into the coalition first.", faults)
    return [known[each] for each in ids]


def of_statement(actor: Actor, statement_id: UUID, page: PageRequest) -> Page[ResponseView]:
    """Return the responses to a statement, the latest recorded first."""
    with reading() as session:
        load(session, actor, Statement, statement_id, Role.COORDINATOR)
        query = select(Response).where(Response.statement_id == statement_id)
        found = paging.page(session, query, page, descending=True)
        return paging.Page(_shown(session, found.items), found.following, found.total)


def one(actor: Actor, response_id: UUID) -> ResponseView:
    """Return a response."""
    with reading() as session:
        return _shown(session, [load(session, actor, Response, response_id, Role.COORDINATOR)])[0]


def _shown(session: Session, rows: Sequence[Response]) -> list[ResponseView]:
    query = select(ResponseDemand).where(ResponseDemand.response_id.in_([row.id for row in rows]))
    about: dict[UUID, list[ResponseDemand]] = {}
    for link in session.scalars(query.order_by(ResponseDemand.position)):
        about.setdefault(link.response_id, []).append(link)
    found = []
    for row in rows:
        said = keys.read(session, row, Response.words)
        found.append(ResponseView(row, said["text"], said["sources"], about.get(row.id, [])))
    return found
