"""Suggestions are made: by those who are asked, by coordinators, and out of files of Word."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID, uuid4

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from api.accounts.rules import Actor, Role
from api.accounts.service import load
from api.errors import Code, Conflict, Fault, Invalid, point
from api.infra.database.transactions import transaction
from api.infra.security import audit, keys
from api.portable.rules import checking, proposals, walk
from api.portable.rules.diff import Version
from api.portable.rules.proposals import Based, Proposal, ProposalKind
from api.reviews import rules
from api.reviews.models import Consultation, Suggestion, SuggestionSource
from api.reviews.rules import Reader
from api.reviews.service import rows, suggestions
from api.reviews.service.suggestions import SuggestionView
from api.signatures.service.rows import current
from api.statements import service as statements
from api.statements.models import Revision, Statement

NOTHING = "The text says so already: change something."
UNREACHED = "No line refers to it: leave it out."


class TooManySuggestions(Conflict, title="There is no room for more suggestions"):
    """A consultation, and each person in it, has so many suggestions and no more."""


@dataclass(frozen=True)
class GivenSuggestion:
    """What somebody would have changed, and why."""

    proposal: Proposal
    reason: str | None = None
    is_guess: bool = False  # of its place
    written_by: str | None = None  # the author that Word wrote; for coordinators


def suggest(
    actor: Actor, consultation_id: UUID, sha256: str, given: GivenSuggestion
) -> SuggestionView:
    """Suggest something as a coordinator, while the text is being written."""
    with transaction() as session:
        row = load(session, actor, Consultation, consultation_id, Role.COORDINATOR, lock=True)
        statement = session.get_one(Statement, row.statement_id)
        rows.must_be_written(statement)
        revision = current(session, statement, sha256)
        source = SuggestionSource.API
        (made,) = add(session, row, revision, [given], rules.COORDINATOR, by=actor, source=source)
        return suggestions.shown(session, actor, row, made)


def add(  # noqa: PLR0913 # of what, what, by whom, and how it came
    session: Session,
    consultation: Consultation,
    revision: Revision,
    given: Sequence[GivenSuggestion],
    reader: Reader,
    *,
    by: Actor | None = None,
    source: SuggestionSource,
) -> list[Suggestion]:
    """Keep what one person suggests for the newest text, all or none. The same twice is once.

    Raise Invalid where one does not fit its place: of several, pointers begin with its number. The
    caller holds the consultation. With a commenter as `reader` and `by` together, a coordinator
    enters what that person sent.
    """
    _must_fit(session, revision, given)
    made = _made_by(session, consultation, reader, by)
    put = []
    for each in given:
        sha256 = rules.sha256_of(each.proposal)
        if sha256 not in made:
            row = Suggestion(
                id=uuid4(),
                coalition_id=consultation.coalition_id,
                consultation_id=consultation.id,
                commenter_id=reader.commenter_id,
                user_id=by.user_id if by and reader.commenter_id is None else None,
                revision_number=revision.number,
                source=source,
                is_guess=each.is_guess,
            )
            content = {"proposal": rules.packed(each.proposal), "reason": each.reason}
            content |= {"written_by": each.written_by}
            keys.write(session, row, Suggestion.content, content)
            session.add(row)
            session.flush()
            told = {"revision_sha256": revision.sha256, "proposal_sha256": sha256}
            audit.record(session, by, "suggestion.made", row, {**told, "source": source})
            made[sha256] = row
        put.append(made[sha256])
    _must_have_room(session, consultation, made, reader)
    return put


def _must_fit(session: Session, revision: Revision, given: Sequence[GivenSuggestion]) -> None:
    wrong = faults(session, revision, [each.proposal for each in given])
    below = [""] if len(given) == 1 else [point(place) for place in range(len(given))]
    told = [fault.below(at) for at, those in zip(below, wrong, strict=True) for fault in those]
    if told:
        raise Invalid("The suggestion does not fit the text.", told)


def faults(session: Session, revision: Revision, given: Sequence[Proposal]) -> list[list[Fault]]:
    """Return what is wrong with each of some proposals for a text; pointers lead into them.

    That one names somebody who may not be named is nothing wrong yet: else whoever is asked could
    try out names. It does not go into the draft, and coordinators alone read it.
    """
    text = Version(statements.whole_revision(session, revision), revision.block_ids)
    found = [_misfits(text, each) for each in given]
    fitting = {str(n): each for n, each in enumerate(given) if not found[n]}
    based = [Based(key, each, text) for key, each in fitting.items()]
    known = set(_broken(text))
    together = proposals.merged(text, based, rules.new_id)
    doubtful = set(fitting)
    if not set(_broken(together.version)) - known:  # looked at together, as a check takes long
        doubtful -= set(together.taken)
    for key in doubtful:
        version = proposals.with_proposal(text, fitting[key], rules.new_id())
        broken = [fault for fault in _broken(version) if fault not in known]
        found[int(key)] = [_in_proposal(fault, version, fitting[key]) for fault in broken]
    return found


def _misfits(text: Version, proposal: Proposal) -> list[Fault]:
    try:
        changed = proposals.with_proposal(text, proposal, rules.new_id())
    except Invalid as wrong:
        return wrong.faults
    if unused := rules.unused_notes(proposal):
        return [Fault(point("footnotes", label), Code.UNUSED, UNREACHED) for label in unused]
    if changed == Version(text.document, list(text.ids)):
        place = "/after" if proposal.kind is ProposalKind.MOVE else "/lines"
        return [Fault(place, Code.CONFLICT, NOTHING)]
    return []


def _broken(version: Version) -> list[Fault]:
    """Return which rules of the format a text breaks, but for names that it tells."""
    found = checking.check(version.document).faults
    return [fault for fault in found if fault.code is not Code.HIDDEN_NAME]


def _in_proposal(fault: Fault, version: Version, proposal: Proposal) -> Fault:
    """Return a fault of a text with a pointer to the line of a proposal from which it came."""
    said = {leaf.pointer: leaf.text for leaf in walk.leaves_of(version.document)}
    words, labels = said.get(fault.pointer), [*proposal.footnotes]
    if words in proposal.lines:
        pointer = point("lines", proposal.lines.index(words))
    else:
        notes = [label for label in labels if proposal.footnotes[label] == words]
        pointer = point("footnotes", notes[0]) if notes else "/lines"
    return Fault(pointer, fault.code, fault.detail)


def _made_by(
    session: Session, consultation: Consultation, reader: Reader, by: Actor | None
) -> dict[str, Suggestion]:
    """Return what a person suggested before, by the hash of the proposal."""
    query = select(Suggestion).where(
        Suggestion.consultation_id == consultation.id, Suggestion.content.is_not(None)
    )
    if reader.commenter_id is not None:
        query = query.where(Suggestion.commenter_id == reader.commenter_id)
    else:
        query = query.where(Suggestion.user_id == (by and by.user_id))
    return {
        rules.sha256_of(suggestions.proposal_of(session, each)): each
        for each in session.scalars(query)
    }


def _must_have_room(
    session: Session, consultation: Consultation, made: Mapping[str, Suggestion], reader: Reader
) -> None:
    every = select(func.count()).where(Suggestion.consultation_id == consultation.id)
    if (session.scalar(every) or 0) > rules.MOST_SUGGESTIONS:
        raise TooManySuggestions("Write to the coordinators: they can open the text once more.")
    if not reader.is_coordinator and len(made) > rules.MOST_SUGGESTED_BY_ONE:
        raise TooManySuggestions("Take back what is settled, or write to the coordinators.")
