"""Suggestions as those who may read them do: coordinators, editors, and who is asked."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from api.accounts.rules import Actor, Role
from api.accounts.service import load
from api.errors import NotFound
from api.infra.database import paging
from api.infra.database.paging import Page, PageRequest
from api.infra.database.transactions import reading, transaction
from api.infra.security import audit, keys
from api.portable.rules import proposals
from api.portable.rules.proposals import Based, Proposal
from api.reviews import rules
from api.reviews.models import Consultation, Suggestion, SuggestionState
from api.reviews.rules import SuggestedPlace
from api.reviews.service import forgetting
from api.reviews.service.reading import ReviewAuthor, ReviewReading, reader_of
from api.statements.models import Statement
from api.statements.service.work import UNPUBLISHED


@dataclass(frozen=True)
class SuggestionAnswer:
    """What a coordinator said of a suggestion, or took in place of it."""

    is_changed: bool  # it was accepted with other words
    reason: str | None  # why it was declined
    lines: Sequence[str] | None  # that went in instead, to those who may read them


@dataclass(frozen=True)
class SuggestionView:
    """A suggestion as somebody reads it; without a proposal it was taken back or erased."""

    suggestion: Suggestion
    proposal: Proposal | None
    reason: str | None
    written_by: str | None  # the author that Word wrote; to coordinators
    author: ReviewAuthor
    written_at: datetime  # to others than coordinators, the beginning of the day
    decided_at: datetime | None  # as that
    tells_name: bool = False
    place: SuggestedPlace | None = None
    answer: SuggestionAnswer | None = None
    collides_with: Sequence[UUID] = ()  # while it is open, of those that the reader may read
    collides_with_text: bool = False


def of_consultation(
    actor: Actor,
    consultation_id: UUID,
    page: PageRequest,
    *,
    revision: int | None = None,
    **filters: Any,
) -> Page[SuggestionView]:
    """Return suggestions, oldest first, placed in a revision, or in the draft for None."""
    with reading() as session:
        row = load(session, actor, Consultation, consultation_id, Role.EDITOR)
        query = select(Suggestion).where(Suggestion.consultation_id == row.id)
        for name, value in filters.items():
            if value is not None:
                query = query.where(getattr(Suggestion, name) == value)
        reader = reader_of(actor, row.coalition_id)
        views = SuggestionViews(ReviewReading(session, row, reader, revision))
        if not reader.is_coordinator:
            # Neither a total nor a short page tells that there is what they may not read.
            told = views.of(session.scalars(query).all())
            query = query.where(Suggestion.id.in_([each.suggestion.id for each in told]))
        found = paging.page(session, query, page)
        return Page(views.of(found.items), found.following, found.total)


def undecided(session: Session, coalition_id: UUID) -> Mapping[UUID, int]:
    """Return how many suggestions for texts that are still written wait, by the statement."""
    query = (
        select(Consultation.statement_id, func.count())
        .join(Suggestion, Suggestion.consultation_id == Consultation.id)
        .join(Statement, Statement.id == Consultation.statement_id)
        .where(
            Consultation.coalition_id == coalition_id,
            Suggestion.state == SuggestionState.OPEN,
            Suggestion.content.is_not(None),
            Statement.state.in_(UNPUBLISHED),
        )
        .group_by(Consultation.statement_id)
    )
    return dict(session.execute(query).all())


def suggestion(actor: Actor, suggestion_id: UUID, revision: int | None = None) -> SuggestionView:
    """Return one suggestion."""
    with reading() as session:
        found = load(session, actor, Suggestion, suggestion_id, Role.EDITOR)
        row = session.get_one(Consultation, found.consultation_id)
        return shown(session, actor, row, found, revision)


def shown(
    session: Session,
    actor: Actor,
    consultation: Consultation,
    found: Suggestion,
    revision: int | None = None,
) -> SuggestionView:
    """Return one suggestion as an actor reads it, or raise NotFound."""
    reader = reader_of(actor, consultation.coalition_id)
    views = SuggestionViews(ReviewReading(session, consultation, reader, revision)).of([found])
    if not views:
        raise NotFound("Check the id; it may also have been taken back.")
    return views[0]


def erase(actor: Actor, suggestion_id: UUID) -> None:
    """Erase what somebody suggested; what went into the draft stays there."""
    with transaction() as session:
        found = load(session, actor, Suggestion, suggestion_id, Role.COORDINATOR)
        session.get_one(Consultation, found.consultation_id, with_for_update=True)
        found = load(session, actor, Suggestion, suggestion_id, Role.COORDINATOR, lock=True)
        audit.record(session, actor, "suggestion.erased", found)
        forgetting.erase_suggestion(session, found)


def proposal_of(session: Session, row: Suggestion) -> Proposal:
    """Return what a suggestion proposes, which is not erased."""
    return rules.unpacked(keys.read(session, row, Suggestion.content)["proposal"])


@dataclass
class SuggestionViews:
    """The suggestions of a consultation, in one reading of it."""

    reading: ReviewReading

    def all(self) -> list[SuggestionView]:
        """Return all that the reader may see, oldest first."""
        return self.of(self._every)

    def of(self, found: Iterable[Suggestion]) -> list[SuggestionView]:
        """Return those that the reader may see, in their order."""
        return [view for row in found if (view := self._view(row))]

    @cached_property
    def _every(self) -> Sequence[Suggestion]:
        query = select(Suggestion).where(Suggestion.consultation_id == self.reading.consultation.id)
        ordered = query.order_by(Suggestion.created_at, Suggestion.id)
        return self.reading.session.scalars(ordered).all()

    def _view(self, row: Suggestion) -> SuggestionView | None:
        is_coordinator = self.reading.reader.is_coordinator
        content = keys.read(self.reading.session, row, Suggestion.content)
        if content is None:
            return self._erased(row) if is_coordinator else None
        proposal = rules.unpacked(content["proposal"])
        written = self.reading.facts(row, [*rules.said_in(proposal), content["reason"]])
        if written is None:
            return None
        others, is_with_text = self._collisions.get(row.id, ((), False))
        return SuggestionView(
            row,
            proposal,
            content["reason"],
            content["written_by"] if is_coordinator else None,
            self.reading.author(row, is_me=rules.is_own(self.reading.reader, written)),
            self.reading.told_at(row.created_at),
            row.decided_at and self.reading.told_at(row.decided_at),
            tells_name=is_coordinator and written.tells_name,
            place=rules.suggested(
                proposal, self.reading.version(row.revision_number), self.reading.text
            ),
            answer=self._answer(row),
            collides_with=sorted(others),
            collides_with_text=is_with_text,
        )

    def _erased(self, row: Suggestion) -> SuggestionView:
        return SuggestionView(
            row, None, None, None, ReviewAuthor(None), row.created_at, row.decided_at
        )

    def _answer(self, row: Suggestion) -> SuggestionAnswer | None:
        """Return how it was decided; what names somebody, to coordinators.

        Words that went in instead are the draft's: who is asked reads them once they are frozen.
        """
        answer = keys.read(self.reading.session, row, Suggestion.answer)
        if answer is None:
            return None
        reader = self.reading.reader
        reason, lines = answer.get("reason"), answer.get("lines")
        is_asked = reader.commenter_id is not None
        told = [reason, *(lines or ())]
        if not reader.is_coordinator and any(self.reading.tells_name(each) for each in told):
            return SuggestionAnswer(lines is not None, None, None)
        is_shown = not is_asked or row.held_since is not None
        return SuggestionAnswer(lines is not None, reason, lines if is_shown else None)

    @cached_property
    def _collisions(self) -> dict[UUID, tuple[set[UUID], bool]]:
        """Of what is open, and collides: with which others, and whether with the text."""
        based: list[Based] = []
        others: dict[UUID, set[UUID]] = defaultdict(set)
        with_text = set()
        for row in self._every:
            if row.state is not SuggestionState.OPEN:
                continue
            content = keys.read(self.reading.session, row, Suggestion.content)
            proposal = rules.unpacked(content["proposal"])
            if not self.reading.facts(row, [*rules.said_in(proposal), content["reason"]]):
                continue
            base = self.reading.version(row.revision_number)
            if base is None:
                with_text.add(row.id)
            else:
                based.append(Based(str(row.id), proposal, base))
        merged = proposals.merged(self.reading.text, based, rules.new_id)
        for collision in merged.collisions:
            ids = {UUID(key) for key in collision.keys}
            with_text |= ids if len(ids) == 1 else set()
            for each in ids:
                others[each] |= ids - {each}
        return {each: (others[each], each in with_text) for each in {*others, *with_text}}
