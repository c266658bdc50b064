"""A coordinator decides on suggestions: one by one, or many at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.accounts.rules import Actor, Role
from api.accounts.service import load
from api.cases import service as cases
from api.coalitions.models import Coalition
from api.coalitions.service.locking import load_locked
from api.errors import Code, Conflict, Fault, Invalid, point
from api.infra import clock
from api.infra.database.transactions import reading, transaction
from api.infra.security import audit, keys
from api.portable.rules import proposals
from api.portable.rules.diff import Version
from api.portable.rules.proposals import Based, ProposalKind, ProposalsMerged
from api.reviews import rules
from api.reviews.models import Consultation, Suggestion, SuggestionState
from api.reviews.rules import ClashReason
from api.reviews.service import rows, suggestions
from api.reviews.service.reading import ReviewReading
from api.reviews.service.suggestions import SuggestionView, SuggestionViews
from api.statements import service as statements
from api.statements.models import Statement
from api.statements.service import versions

DECIDE = "Take one as it is, or with lines that hold what you want of both."
GUESS = "Its place is a guess: look at it, and accept it by itself."


class SuggestionCollides(Conflict, title="The suggestion collides with the draft"):
    """What a suggestion would change was changed since, or left out."""


class SuggestionDecided(Conflict, title="The suggestion is decided already"):
    """A suggestion that was declined is opened first; what was accepted is in the draft."""


@dataclass(frozen=True)
class SuggestionClash:
    """Suggestions that cannot go in together, or one that does not go with the draft."""

    target: str | None  # None: a place at which something is put in
    reason: ClashReason
    detail: str
    lines_now: Sequence[str] | None  # what the draft says there; None: it is not there
    suggestions: Sequence[SuggestionView]


@dataclass(frozen=True)
class SuggestionMerge:
    """What many suggestions made of a draft, or would make."""

    taken: Sequence[UUID]
    collisions: Sequence[SuggestionClash]
    draft_version: int  # with them; of a preview, the one before
    is_preview: bool

    @property
    def etag(self) -> str:
        return f'"{self.draft_version}"'


def accept(actor: Actor, suggestion_id: UUID, lines: Sequence[str] | None = None) -> SuggestionView:
    """Put a suggestion into the draft, or these lines in its place. Twice is fine.

    Raise SuggestionCollides where the draft changed there since the text that was read; with
    lines, they go in over what the draft says now.
    """
    with transaction() as session:
        desk, row = _Desk.of(session, actor, suggestion_id)
        if row.state is SuggestionState.ACCEPTED and lines is None:
            return desk.shown(row)
        _must_be_open(row)
        rows.must_be_written(desk.statement)
        desk.save(desk.with_one(row) if lines is None else desk.with_lines(row, lines))
        desk.take(row, lines)
        return desk.shown(row)


def decline(actor: Actor, suggestion_id: UUID, reason: str) -> SuggestionView:
    """Say no to a suggestion, with a reason that its author reads. The same twice is fine."""
    with transaction() as session:
        desk, row = _Desk.of(session, actor, suggestion_id)
        if cases.unnamed(session, row.coalition_id).found_in(reason):
            fault = Fault("/reason", Code.HIDDEN_NAME, statements.NAMED)
            raise Invalid(statements.NAMED, [fault])
        answer = {"reason": reason}
        if row.state is SuggestionState.DECLINED:
            if keys.read(session, row, Suggestion.answer) != answer:
                raise SuggestionDecided("Reopen it first: its author may have read the reason.")
            return desk.shown(row)
        _must_be_open(row)
        row.state, row.decided_at = SuggestionState.DECLINED, clock.now()
        keys.write(session, row, Suggestion.answer, answer)
        audit.record(session, actor, "suggestion.declined", row)
        return desk.shown(row)


def reopen(actor: Actor, suggestion_id: UUID) -> SuggestionView:
    """Take a decline back. Twice is fine."""
    with transaction() as session:
        desk, row = _Desk.of(session, actor, suggestion_id)
        if row.state is SuggestionState.DECLINED:
            row.state, row.decided_at, row.answer = SuggestionState.OPEN, None, None
            audit.record(session, actor, "suggestion.reopened", row)
        _must_be_open(row)
        return desk.shown(row)


def _must_be_open(row: Suggestion) -> None:
    if row.state is SuggestionState.ACCEPTED:
        raise SuggestionDecided("It went into the draft: to take it out again, edit the draft.")
    if row.state is SuggestionState.DECLINED:
        raise SuggestionDecided("It was declined: reopen it first.")


def merge(
    actor: Actor, consultation_id: UUID, ids: Sequence[UUID] | None, *, preview: bool = False
) -> SuggestionMerge:
    """Put all suggestions into the draft that fit, or those of the ids; what collides stays open.

    Guesses are for a person to look at. A preview stores nothing.
    """
    with reading() if preview else transaction() as session:
        desk = _Desk.at(session, actor, consultation_id, is_held=not preview)
        rows.must_be_written(desk.statement)
        chosen = {str(row.id): row for row in desk.chosen(ids)}
        found = desk.merged(list(chosen.values()))
        taken = [chosen[key] for key in found.merged.taken]
        if not preview:
            desk.save(found.merged.version)
            for row in taken:
                desk.take(row)
        return SuggestionMerge(
            [row.id for row in taken],
            [*desk.clashes(found, chosen)],
            desk.statement.version,
            preview,
        )


@dataclass(frozen=True)
class _Fitting:
    """What of many suggestions goes in, and why others do not."""

    merged: ProposalsMerged
    broken: Mapping[str, str]  # that break a rule of texts: which, by the key
    unreadable: Sequence[str]  # for texts from which a name was taken back


@dataclass
class _Desk:
    """A consultation and its statement, and what a coordinator does with what is said in it."""

    session: Session
    actor: Actor
    consultation: Consultation
    statement: Statement

    @classmethod
    def at(
        cls, session: Session, actor: Actor, consultation_id: UUID, *, is_held: bool = True
    ) -> _Desk:
        """Hold the statement as everybody does who writes its draft, and then the consultation."""
        role = Role.COORDINATOR
        row = load(session, actor, Consultation, consultation_id, role)
        if not is_held:
            return cls(session, actor, row, session.get_one(Statement, row.statement_id))
        statement = load_locked(session, actor, Statement, row.statement_id, role)
        row = load(session, actor, Consultation, consultation_id, role, lock=True)
        return cls(session, actor, row, statement)

    @classmethod
    def of(cls, session: Session, actor: Actor, suggestion_id: UUID) -> tuple[_Desk, Suggestion]:
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

    def chosen(self, ids: Sequence[UUID] | None) -> Sequence[Suggestion]:
        """Return what is to be merged, oldest first, or raise Invalid."""
        query = select(Suggestion).where(Suggestion.consultation_id == self.consultation.id)
        query = query.order_by(Suggestion.created_at, Suggestion.id)
        is_open = Suggestion.state == SuggestionState.OPEN
        if ids is None:
            query = query.where(is_open, Suggestion.is_guess.is_(False))
            return self.session.scalars(query.with_for_update()).all()
        found = self.session.scalars(query.where(Suggestion.id.in_(ids)).with_for_update()).all()
        there = {row.id: row for row in found}
        faults = [
            fault for n, each in enumerate(ids) if (fault := _unfit(there.get(each), n)) is not None
        ]
        if faults:
            raise Invalid("These cannot be merged.", faults)
        return found

    def merged(self, chosen: Sequence[Suggestion]) -> _Fitting:
        """Return what goes into the draft of some suggestions, and what not."""
        based, unreadable = [], []
        for row in chosen:
            base = self.reading.version(row.revision_number)
            if base is None:
                unreadable.append(str(row.id))
            else:
                based.append(self._based(row, base))
        draft, broken = self.draft, dict[str, str]()
        found = proposals.merged(draft, based, rules.new_id)
        taken = [each for each in based if each.key in found.taken]
        self._sort_out(draft, [], taken, broken)
        if broken:
            left = [each for each in based if each.key not in broken]
            found = proposals.merged(draft, left, rules.new_id)
        return _Fitting(found, broken, unreadable)

    def _sort_out(
        self, draft: Version, good: list[Based], more: list[Based], broken: dict[str, str]
    ) -> list[Based]:
        """Return what of more goes with what is good; note what breaks a rule, and which.

        By halves: of many suggestions few do, and each look takes long.
        """
        if not more:
            return good
        try:
            self._fit(proposals.merged(draft, [*good, *more], rules.new_id).version)
        except Invalid as wrong:
            if len(more) == 1:
                told = wrong.faults[0].detail if wrong.faults else wrong.detail
                broken[more[0].key] = told
                return good
            half = len(more) // 2
            good = self._sort_out(draft, good, more[:half], broken)
            return self._sort_out(draft, good, more[half:], broken)
        return [*good, *more]

    def _fit(self, version: Version) -> None:
        coalition = self.session.get_one(Coalition, self.statement.coalition_id)
        document = statements.completed(version.document, coalition)
        statements.fit(self.session, coalition.id, document)

    def _based(self, row: Suggestion, base: Version) -> Based:
        return Based(str(row.id), suggestions.proposal_of(self.session, row), base)

    def with_one(self, row: Suggestion) -> Version:
        """Return the draft with a suggestion, or raise SuggestionCollides."""
        base = self.reading.version(row.revision_number)
        if base is None:
            raise self._collides(row, ClashReason.UNREADABLE)
        found = proposals.merged(self.draft, [self._based(row, base)], rules.new_id)
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

    def clashes(
        self, found: _Fitting, chosen: Mapping[str, Suggestion]
    ) -> Iterator[SuggestionClash]:
        """Yield what was left out, side by side with what the draft says there now."""
        views = self.views
        several = [
            (each.keys, ClashReason(each.reason.value), "") for each in found.merged.collisions
        ]
        several += [((key,), ClashReason.RULE, told) for key, told in found.broken.items()]
        several += [((key,), ClashReason.UNREADABLE, "") for key in found.unreadable]
        for those, reason, told in several:
            beside = views.of(chosen[key] for key in those)
            target = next((each.proposal.target for each in beside if each.proposal), None)
            lines = target and proposals.lines_of(views.reading.text, target)
            yield SuggestionClash(target, reason, told or reason.meaning, lines or None, beside)


def _unfit(row: Suggestion | None, place: int) -> Fault | None:
    pointer = point("suggestion_ids", place)
    if row is None:
        return Fault(pointer, Code.NOT_FOUND, "There is no such suggestion here.")
    if row.state is not SuggestionState.OPEN:
        return Fault(pointer, Code.CONFLICT, f"It is {row.state}.")
    return Fault(pointer, Code.CONFLICT, GUESS) if row.is_guess else None
