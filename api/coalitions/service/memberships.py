"""Which of a coalition's organisations are members of it; and many of them made so at once."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from uuid import UUID, uuid4

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from api.accounts.rules import Actor, Role
from api.coalitions.models import Member, MemberRole
from api.errors import Code, Fault, Invalid, point
from api.infra import clock
from api.infra.database.columns import By
from api.infra.database.transactions import reading, transaction
from api.infra.security import audit
from api.organisations.models import Organisation


def of(actor: Actor, coalition_id: UUID, ids: Collection[UUID]) -> Mapping[UUID, Member]:
    """Return the memberships of some organisations, by their ids; who is no member has none."""
    actor.must(coalition_id, Role.VIEWER)
    query = select(Member).where(
        Member.coalition_id == coalition_id, Member.organisation_id.in_(ids)
    )
    with reading() as session:
        return {row.organisation_id: row for row in session.scalars(query)}


def enter(actor: Actor, coalition_id: UUID, ids: Collection[UUID]) -> None:
    """Enter organisations as members from today, all of them; who is one, or was, stays as it is.

    Raise Invalid where one of them is not the coalition's.
    """
    actor.must(coalition_id, Role.COORDINATOR)
    with transaction() as session:
        put(session, actor, coalition_id, ids)


def put(session: Session, by: By, coalition_id: UUID, ids: Collection[UUID]) -> None:
    """Do the same in the transaction of a caller."""
    # A membership that somebody else writes meanwhile waits for the row of its organisation.
    own = select(Organisation.id).where(
        Organisation.coalition_id == coalition_id, Organisation.id.in_(ids)
    )
    wanted = dict.fromkeys(session.scalars(own.order_by(Organisation.id).with_for_update()))
    faults = [
        Fault(point("ids", place), Code.NOT_FOUND, "The coalition has no organisation of this id.")
        for place, each in enumerate(ids)
        if each not in wanted
    ]
    if faults:
        raise Invalid("Enter the organisations into the coalition first.", faults)
    members = select(Member.organisation_id).where(Member.organisation_id.in_(wanted))
    there = set(session.scalars(members))
    for each in wanted:
        if each not in there:
            facts = {"organisation_id": each, "role": MemberRole.MEMBER, "since": clock.today()}
            member = Member(id=uuid4(), coalition_id=coalition_id, **facts)
            session.add(member)
            audit.record(session, by, "member.entered", member, facts)


def missing(actor: Actor, coalition_id: UUID) -> int:
    """Return how many organisations are entered and were never members."""
    actor.must(coalition_id, Role.VIEWER)
    members = select(Member.organisation_id).where(Member.coalition_id == coalition_id)
    query = select(func.count()).where(
        Organisation.coalition_id == coalition_id, Organisation.id.not_in(members)
    )
    with reading() as session:
        return session.scalar(query) or 0
