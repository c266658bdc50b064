"""Which of a coalition's organisations are members of it, and which are only entered."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from uuid import UUID

from sqlalchemy import func, select

from api.accounts.rules import Actor, Role
from api.coalitions.models import Member
from api.infra.database.transactions import reading
from api.organisations.models import Organisation


def of(actor: Actor, coalition_id: UUID, ids: Collection[UUID]) -> Mapping[UUID, Member]:
    """Return the memberships of some organisations, by their ids; who is no member has none."""
    actor.must(coalition_id, Role.VIEWER)
    query = select(Member).where(
        Member.coalition_id == coalition_id, Member.organisation_id.in_(ids)
    )
    with reading() as session:
        return {row.organisation_id: row for row in session.scalars(query)}


def missing(actor: Actor, coalition_id: UUID) -> int:
    """Return how many organisations are entered and were never members."""
    actor.must(coalition_id, Role.VIEWER)
    members = select(Member.organisation_id).where(Member.coalition_id == coalition_id)
    query = select(func.count()).where(
        Organisation.coalition_id == coalition_id, Organisation.id.not_in(members)
    )
    with reading() as session:
        return session.scalar(query) or 0
