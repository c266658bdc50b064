"""A consultation and its statement, as a coordinator holds them who decides on suggestions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from uuid import UUID

from sqlalchemy.orm import Session

from api.accounts.rules import Actor, Role
from api.accounts.service import load
from api.coalitions.service.locking import load_locked
from api.errors import Code, Conflict, Fault, Invalid
from api.infra import clock
from api.infra.security import audit, keys
from api.portable.rules import proposals
from api.portable.rules.diff import Version
from api.portable.rules.proposals import Based, ProposalKind
from api.reviews import rules
from api.reviews.models import Consultation, Suggestion, SuggestionState
from api.reviews.rules import ClashReason
from api.reviews.service import suggestions
from api.reviews.service.reading import ReviewReading
from api.reviews.service.suggestions import SuggestionView, SuggestionViews
from api.statements import service as statements
from api.statements.models import Statement
from api.statements.service import versions

DECIDE = "Take one as it is, or with lines that hold what you want of both."


class SuggestionCollides(Conflict, title="The suggestion collides with the draft"):
    """What a suggestion would change was changed since, or left out."""


@dataclass
class SuggestionDesk:
    """A consultation and its statement, and what a coordinator does with what is said in it."""

    session: Session
    actor: Actor
    consultation: Consultation
    statement: Statement

    @classmethod
    def at(
        cls, session: Session, actor: Actor, consultation_id: UUID, *, is_held: bool = True
    ) -> SuggestionDesk:
        """Hold the statement as everybody does who writes its draft, and then the consultation."""
        role = Role.COORDINATOR
        row = load(session, actor, Consultation, consultation_id, role)
        if not is_held:
            return cls(session, actor, row, session.get_one(Statement, row.statement_id))
        statement = load_locked(session, actor, Statement, row.statement_id, role)
        row = load(session, actor, Consultation, consultation_id, role, lock=True)
        return cls(session, actor, row, statement)

    @classmethod
    def of(
        cls, session: Session, actor: Actor, suggestion_id: UUID
    ) -> tuple[SuggestionDesk, Suggestion]:
        """Hold what a suggestion belongs to, and return that with the suggestion as it is then."""
        found = load(session, actor, Suggestion, suggestion_id, Role.COORDINATOR)
        desk = cls.at(session, actor, found.consultation_id)
        return desk, load(session, actor, Suggestion, suggestion_id, Role.COORDINATOR, lock=True)

    @property
    def views(self) -> SuggestionViews:
        """What is suggested, against the draft as it is at this moment."""
        return SuggestionViews(
            ReviewReading(self.session, self.consultation, rules.COORDINATOR, None)
        )

    def shown(self, row: Suggestion) -> SuggestionView:
        (view,) = self.views.of([row])
        return view

    @property
    def draft(self) -> Version:
        return versions.current(self.session, self.statement).whole

    @cached_property
    def reading(self) -> ReviewReading:
        """The texts that were read when something was suggested."""
        return ReviewReading(self.session, self.consultation, rules.COORDINATOR, None)

    def based(self, row: Suggestion, base: Version) -> Based:
        return Based(str(row.id), suggestions.proposal_of(self.session, row), base)

    def with_one(self, row: Suggestion) -> Version:
        """Return the draft with a suggestion, or raise SuggestionCollides."""
        base = self.reading.version(row.revision_number)
        if base is None:
            raise self._collides(row, ClashReason.UNREADABLE)
        found = proposals.merged(self.draft, [self.based(row, base)], rules.new_id)
        for collision in found.collisions:
            raise self._collides(row, ClashReason(collision.reason.value))
        return found.version

    def with_lines(self, row: Suggestion, lines: Sequence[str]) -> Version:
        """Return the draft with other lines at the place of a suggestion, as they are."""
        proposal = suggestions.proposal_of(self.session, row)
        if proposal.kind not in {ProposalKind.WORDS, ProposalKind.INSERTION}:
            wrong = "It has no lines: accept it as it is, or decline it."
            raise Invalid(wrong, [Fault("/lines", Code.CONFLICT, wrong)])
        draft, target = self.draft, proposal.target
        is_gone = target is not None and proposals.lines_of(draft, target) is None
        if is_gone or (target is None and proposal.after not in {None, *draft.ids}):
            raise self._collides(row, ClashReason.GONE)
        changed = replace(proposal, lines=tuple(lines))
        return proposals.with_proposal(draft, changed, rules.new_id())

    def _collides(self, row: Suggestion, reason: ClashReason) -> SuggestionCollides:
        view = self.shown(row)
        place, proposal = view.place, view.proposal
        error = SuggestionCollides(f"{reason.meaning} {DECIDE}")
        error.extensions = {
            "reason": reason.value,
            "target": proposal and proposal.target,
            "lines_then": place and place.then,
            "lines_now": place and place.now,
            "lines": proposal and proposal.lines,
        }
        return error

    def save(self, version: Version) -> None:
        """Write the draft, unless it says so already."""
        draft = self.draft
        if version == Version(draft.document, list(draft.ids)):
            return
        form = statements.whole_draft(self.session, self.statement)["format"]
        document = {**version.document, "format": form}
        statements.replaced(self.session, self.statement, None, document, ids=version.ids)

    def take(self, row: Suggestion, lines: Sequence[str] | None = None) -> None:
        """Say that the draft holds a suggestion, with other lines where it was changed."""
        row.state, row.decided_at = SuggestionState.ACCEPTED, clock.now()
        row.draft_version = self.statement.version
        if lines is not None:
            keys.write(self.session, row, Suggestion.answer, {"lines": [*lines]})
        proposal = suggestions.proposal_of(self.session, row)
        told: dict[str, object] = {
            "statement_id": self.statement.id,
            "draft_version": row.draft_version,
            "proposal_sha256": rules.sha256_of(proposal),
            "is_changed": lines is not None,
        }
        who = self.reading.people.get(row.commenter_id) if row.commenter_id else None
        member_id = who and who.commenter.member_id
        shown_as = self.reading.shown_as(who) if who else None
        if member_id and rules.knows_credit(self.consultation.read_by, shown_as):
            told["member_id"] = member_id
        audit.record(self.session, self.actor, "suggestion.accepted", row, told)
