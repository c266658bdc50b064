"""Many suggestions go into a draft at once; what collides stands side by side."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from api.accounts.rules import Actor
from api.coalitions.models import Coalition
from api.errors import Code, Fault, Invalid, point
from api.infra.database.transactions import reading, transaction
from api.portable.rules import proposals
from api.portable.rules.diff import Version
from api.portable.rules.proposals import Based, ProposalsMerged
from api.reviews import rules
from api.reviews.models import Suggestion, SuggestionState
from api.reviews.rules import ClashReason
from api.reviews.service import rows
from api.reviews.service.desk import SuggestionDesk
from api.reviews.service.suggestions import SuggestionView
from api.statements import service as statements

GUESS = "Its place is a guess: look at it, and accept it by itself."


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


def merge(
    actor: Actor, consultation_id: UUID, ids: Sequence[UUID] | None, *, preview: bool = False
) -> SuggestionMerge:
    """Put all suggestions into the draft that fit, or those of the ids; what collides stays open.

    Guesses are for a person to look at. A preview stores nothing.
    """
    with reading() if preview else transaction() as session:
        desk = SuggestionDesk.at(session, actor, consultation_id, is_held=not preview)
        rows.must_be_written(desk.statement)
        chosen = {str(row.id): row for row in _chosen(desk, ids)}
        found = _merged(desk, list(chosen.values()))
        taken = [chosen[key] for key in found.merged.taken]
        if not preview:
            desk.save(found.merged.version)
            for row in taken:
                desk.take(row)
        return SuggestionMerge(
            [row.id for row in taken],
            [*_clashes(desk, found, chosen)],
            desk.statement.version,
            preview,
        )


@dataclass(frozen=True)
class _Fitting:
    """What of many suggestions goes in, and why others do not."""

    merged: ProposalsMerged
    broken: Mapping[str, str]  # that break a rule of texts: which, by the key
    unreadable: Sequence[str]  # for texts from which a name was taken back


def _chosen(desk: SuggestionDesk, ids: Sequence[UUID] | None) -> Sequence[Suggestion]:
    """Return what is to be merged, oldest first, or raise Invalid."""
    query = select(Suggestion).where(Suggestion.consultation_id == desk.consultation.id)
    query = query.order_by(Suggestion.created_at, Suggestion.id)
    is_open = Suggestion.state == SuggestionState.OPEN
    if ids is None:
        query = query.where(is_open, Suggestion.is_guess.is_(False))
        return desk.session.scalars(query).all()
    found = desk.session.scalars(query.where(Suggestion.id.in_(ids))).all()
    there = {row.id: row for row in found}
    faults = [
        fault for n, each in enumerate(ids) if (fault := _unfit(there.get(each), n)) is not None
    ]
    if faults:
        raise Invalid("These cannot be merged.", faults)
    return found


def _merged(desk: SuggestionDesk, chosen: Sequence[Suggestion]) -> _Fitting:
    """Return what goes into the draft of some suggestions, and what not."""
    based, unreadable = [], []
    for row in chosen:
        base = desk.reading.version(row.revision_number)
        if base is None:
            unreadable.append(str(row.id))
        else:
            based.append(desk.based(row, base))
    draft, broken = desk.draft, dict[str, str]()
    found = proposals.merged(draft, based, rules.new_id)
    taken = [each for each in based if each.key in found.taken]
    _sort_out(desk, draft, [], taken, broken)
    if broken:
        left = [each for each in based if each.key not in broken]
        found = proposals.merged(draft, left, rules.new_id)
    return _Fitting(found, broken, unreadable)


def _sort_out(
    desk: SuggestionDesk,
    draft: Version,
    good: list[Based],
    more: list[Based],
    broken: dict[str, str],
) -> list[Based]:
    """Return what of more goes with what is good; note what breaks a rule, and which.

    By halves: of many suggestions few do, and each look takes long.
    """
    if not more:
        return good
    try:
        _fit(desk, proposals.merged(draft, [*good, *more], rules.new_id).version)
    except Invalid as wrong:
        if len(more) == 1:
            told = wrong.faults[0].detail if wrong.faults else wrong.detail
            broken[more[0].key] = told
            return good
        half = len(more) // 2
        good = _sort_out(desk, draft, good, more[:half], broken)
        return _sort_out(desk, draft, good, more[half:], broken)
    return [*good, *more]


def _fit(desk: SuggestionDesk, version: Version) -> None:
    coalition = desk.session.get_one(Coalition, desk.statement.coalition_id)
    document = statements.completed(version.document, coalition)
    statements.fit(desk.session, coalition.id, document)


def _clashes(
    desk: SuggestionDesk, found: _Fitting, chosen: Mapping[str, Suggestion]
) -> Iterator[SuggestionClash]:
    """Yield what was left out, side by side with what the draft says there now."""
    views = desk.views
    several = [(each.keys, ClashReason(each.reason.value), "") for each in found.merged.collisions]
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
