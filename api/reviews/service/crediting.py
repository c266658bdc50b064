"""Whom a text thanks: whose suggestions it holds, as far as its reader may know."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import Select, select, update
from sqlalchemy.orm import Session

from api.accounts.rules import Actor, Role
from api.accounts.service import load
from api.infra.database.transactions import reading
from api.reviews import rules
from api.reviews.models import Consultation, Suggestion, SuggestionState
from api.reviews.service.reading import ReviewReading, reader_of
from api.reviews.service.rows import CommenterView
from api.statements import service as statements
from api.statements.events import StatementRevised
from api.statements.models import Statement, Weight


@dataclass(frozen=True)
class Credit:
    """A member, or a person outside, whose suggestions a text holds."""

    member_id: UUID | None
    organisation_names: Mapping[str, str] | None
    name: str | None  # of a person outside
    affiliation: str | None
    suggestions: int
    since: int  # the first revision that holds one


@dataclass(frozen=True)
class RevisionCredits:
    """Whom a revision thanks; `unnamed` are the suggestions of all others who made one."""

    revision_number: int
    credits: Sequence[Credit]
    unnamed: int


def hold(session: Session, revised: StatementRevised) -> None:
    """Say of what was accepted since the text was frozen last that this revision holds it.

    A redaction is made of the revision before it, not of the draft: it holds nothing new.
    """
    if revised.weight is Weight.REDACTION:
        return
    of_it = select(Consultation.id).where(Consultation.statement_id == revised.statement_id)
    first = update(Suggestion).where(
        Suggestion.consultation_id.in_(of_it),
        Suggestion.state == SuggestionState.ACCEPTED,
        Suggestion.held_since.is_(None),
    )
    session.execute(first.values(held_since=revised.number))


def of_revision(actor: Actor, statement_id: UUID, number: int) -> RevisionCredits:
    """Return whom a revision thanks, with those whom the ones before it do.

    Coordinators know all. Others know the members that did not choose to stand without their name,
    where it was said at the opening that all who are asked read who wrote what; and nobody outside.
    """
    with reading() as session:
        statement = load(session, actor, Statement, statement_id, Role.VIEWER)
        revision = statements.any_revision(session, statement, number)
        query = select(Consultation).where(Consultation.statement_id == statement.id)
        ordered = query.order_by(Consultation.created_at, Consultation.id)
        thanked: dict[object, list[_Thanked]] = defaultdict(list)
        unnamed = 0
        for row in session.scalars(ordered).all():
            seen = ReviewReading(session, row, reader_of(actor, row.coalition_id), number)
            for suggestion in session.scalars(_held(row, revision.number)):
                who = seen.people.get(suggestion.commenter_id) if suggestion.commenter_id else None
                if who is None or not _is_known(seen, who):
                    unnamed += 1
                    continue
                one = who.commenter.member_id or who.commenter.email_index
                thanked[one].append(_Thanked(who, suggestion.held_since or number))
        return RevisionCredits(number, [_credit(each) for each in thanked.values()], unnamed)


class _Thanked(NamedTuple):
    who: CommenterView
    since: int


def _held(row: Consultation, number: int) -> Select[Suggestion]:
    """Return the query of what others than coordinators suggested, and a revision holds."""
    query = select(Suggestion).where(
        Suggestion.consultation_id == row.id,
        Suggestion.held_since <= number,
        Suggestion.user_id.is_(None),
    )
    return query.order_by(Suggestion.created_at, Suggestion.id)


def _is_known(seen: ReviewReading, who: CommenterView) -> bool:
    if seen.reader.is_coordinator:
        return True
    is_told = rules.knows_credit(seen.consultation.read_by, seen.shown_as(who))
    return is_told and who.commenter.member_id is not None


def _credit(those: Sequence[_Thanked]) -> Credit:
    who = those[0].who
    is_member = who.commenter.member_id is not None
    return Credit(
        who.commenter.member_id,
        who.organisation.names if who.organisation else None,
        None if is_member else who.name,
        None if is_member else who.affiliation,
        len(those),
        min(each.since for each in those),
    )
