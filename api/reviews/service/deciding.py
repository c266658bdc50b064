"""A coordinator decides on one suggestion: takes it, declines it, or opens it again."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from api.accounts.rules import Actor
from api.cases import service as cases
from api.errors import Code, Conflict, Fault, Invalid
from api.infra import clock
from api.infra.database.transactions import transaction
from api.infra.security import audit, keys
from api.reviews.models import Suggestion, SuggestionState
from api.reviews.service import rows
from api.reviews.service.desk import SuggestionDesk
from api.reviews.service.suggestions import SuggestionView
from api.statements import service as statements


class SuggestionDecided(Conflict, title="The suggestion is decided already"):
    """A suggestion that was declined is opened first; what was accepted is in the draft."""


def accept(actor: Actor, suggestion_id: UUID, lines: Sequence[str] | None = None) -> SuggestionView:
    """Put a suggestion into the draft, or these lines in its place. Twice is fine.

    Raise SuggestionCollides where the draft changed there since the text that was read; with
    lines, they go in over what the draft says now.
    """
    with transaction() as session:
        desk, row = SuggestionDesk.of(session, actor, suggestion_id)
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
        desk, row = SuggestionDesk.of(session, actor, suggestion_id)
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
        desk, row = SuggestionDesk.of(session, actor, suggestion_id)
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
