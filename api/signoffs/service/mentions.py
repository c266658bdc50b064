"""Members that a text names though they do not stand under it, and numbers that fit no more."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.accounts.rules import Actor, Role
from api.coalitions.models import Member, MemberRole
from api.errors import Code, Conflict, Fault
from api.organisations.models import Organisation
from api.portable.rules import printing
from api.signatures.models import SignatoryKind, Visibility
from api.signatures.rules import sameness
from api.signatures.service import rows as signed
from api.signoffs import rules
from api.signoffs.rules import Status, mentions
from api.signoffs.rules.mentions import Passage
from api.signoffs.service import rows
from api.signoffs.service.publishing import is_personal, of_board
from api.signoffs.service.rows import Board, BoardEntry
from api.statements import service as statements
from api.statements.models import Statement
from api.texts.rules.document import PortableDocument

WHY = {
    Status.NOT_ASKED: "was not asked whether it signs",
    Status.NOBODY_TO_ASK: "has nobody who could be asked whether it signs",
    Status.ASKED: "has not answered",
    Status.ONE_OF_TWO: "is approved by one of two people",
    Status.DECLINED: "does not sign: it declined",
    Status.OBJECTED: "does not sign: it objected to the text",
    Status.WITHDRAWN: "does not sign: its signature was withdrawn",
    Status.WAITING: "has not answered since the text was changed",
    Status.CLOSED: "does not sign: an owner closed the question to it",
}
LEFT, UNNAMED, PERSONAL, TO_OTHERS = "left", "unnamed", "personal", "to_others"
TOLD: Mapping[str, str] = {
    **{each.value: told for each, told in WHY.items()},
    LEFT: "is no member any more",
    UNNAMED: "signs without its name, and this names it",
    PERSONAL: "does not sign: a person of it does, in a personal capacity",
    TO_OTHERS: "stands in this text, and not by name under it",
}


class MentionsNotConfirmed(Conflict, title="The text says of members what is not so"):
    """A text names who did not approve it, or counts wrongly, only where somebody confirms it."""

    def __init__(
        self, detail: str, faults: Sequence[Fault], told: Sequence[MentionWarning]
    ) -> None:
        """Say what is to be confirmed."""
        super().__init__(detail, faults)
        self.told = told


@dataclass(frozen=True)
class MentionWarning:
    """One thing to look at: which member a text names, or a number of organisations."""

    pointer: str  # of the portable document
    detail: str
    key: str  # by which it is confirmed: of the member, or the words of the number
    words: str  # of the text
    why: str = ""  # a key of TOLD; "": it is a number
    member_id: UUID | None = None
    total: int = 0  # organisations behind the text, where it is a number


@dataclass(frozen=True)
class _Behind:
    """Who stands under a text: by name, and how many in all."""

    named: frozenset[UUID]  # organisations
    total: int


def warned(
    session: Session, board: Board, printed: Mapping[str, Any], *, sees_all: bool
) -> list[MentionWarning]:
    """Return what somebody should look at before a text goes out that says who is behind it.

    To others than coordinators each member reads alike: why it is not named there would tell who
    declined, and who signs without a name.
    """
    places = mentions.said(printed)
    organisations = _organisations(session, board.statement)
    behind = _behind(session, board)
    named = _named(places, organisations)
    entries = {entry.organisation.id: entry for entry in board.entries}
    found = []
    for place, those in zip(places, named, strict=True):
        for organisation_id, words in those.items():
            if organisation_id not in behind.named:
                why = _why(entries.get(organisation_id)) if sees_all else TO_OTHERS
                member = organisations[organisation_id][0]
                detail = f'"{words}" {TOLD[why]}.'
                key = str(member.id)
                found.append(
                    MentionWarning(place.pointer, detail, key, words, why, member_id=member.id)
                )
    return found + list(_misfits(places, named, behind))


def _misfits(
    places: Sequence[Passage], named: Sequence[Mapping[UUID, str]], behind: _Behind
) -> Iterator[MentionWarning]:
    here = {place.pointer: those for place, those in zip(places, named, strict=True)}
    for number in mentions.numbers(places):
        beside = len(here[number.pointer].keys() & behind.named)
        if behind.total and not mentions.fits(number, behind.total, beside):
            now = f"{behind.total} organisation{'' if behind.total == 1 else 's'}"
            detail = f'It says "{number.words}"; {now} stand behind it now, in all.'
            words, total = number.words, behind.total
            yield MentionWarning(number.pointer, detail, words, words, total=total)


def _why(entry: BoardEntry | None) -> str:
    if entry is None:
        return LEFT
    if is_personal(entry):
        return PERSONAL
    return UNNAMED if entry.status in rules.COUNTS else entry.status.value


def _organisations(
    session: Session, statement: Statement
) -> dict[UUID, tuple[Member, Organisation]]:
    """Return all that sign off or did, by the organisation: of today, and those who left."""
    query = (
        select(Member, Organisation)
        .join(Organisation, Organisation.id == Member.organisation_id)
        .where(
            Member.coalition_id == statement.coalition_id,
            Member.role.in_([MemberRole.LEAD, MemberRole.MEMBER]),
        )
        .order_by(Member.since, Member.id)
    )
    return {
        organisation.id: (member, organisation) for member, organisation in session.execute(query)
    }


def _named(
    places: Sequence[Passage], organisations: Mapping[UUID, tuple[Member, Organisation]]
) -> list[dict[UUID, str]]:
    """Return which organisations each place names, with the words in which it first does."""
    names: list[tuple[str, UUID]] = []
    acronyms: list[tuple[str, UUID]] = []
    for organisation_id, (_, organisation) in organisations.items():
        short = [organisation.acronym] if organisation.acronym else []
        for name in dict.fromkeys([*organisation.names.values(), *organisation.aliases, *short]):
            to = acronyms if name.isupper() or name in short else names
            to.append((name, organisation_id))
    sought = mentions.OrganisationNames(names, acronyms)
    found = []
    for place in places:
        those: dict[UUID, str] = {}
        for organisation_id, words in sought.found_in(place.text):
            those.setdefault(organisation_id, words)
        found.append(those)
    return found


def _behind(session: Session, board: Board) -> _Behind:
    """Return who is behind a text: by signatures, and before it is published by approvals."""
    statement = board.statement
    rows_ = session.scalars(signed.organisations(statement)).all()
    shown = [row for row in rows_ if row.visibility is Visibility.PUBLIC]
    named = {row.organisation_id for row in shown} - {None}
    known = signed.identities(session, shown)
    of = {sameness(row.kind, known.get(row.id, {})) for row in shown}
    for entry in board.entries:
        names = entry.organisation.names.values()
        if any(sameness(SignatoryKind.ORGANISATION, {"name": name}) in of for name in names):
            named.add(entry.organisation.id)
    total = len(rows_)
    if statement.state in rows.SIGNS_OFF:
        approved = [entry for entry, _ in of_board(session, board) if not is_personal(entry)]
        named |= {entry.organisation.id for entry in approved if entry.is_shown}
        total += len(approved)
    return _Behind(frozenset(each for each in named if each), total)


def of_draft(session: Session, actor: Actor, found: statements.SavedStatement) -> list[Fault]:
    """Return the warnings of a draft; nobody has answered a text that nobody was asked about."""
    board = rows.read_board(session, found.statement)
    is_asked = board.round is not None or any(entry.answers for entry in board.entries)
    is_published = found.statement.state not in rows.SIGNS_OFF
    is_told = is_asked or is_published
    return _as_faults(_warned(session, actor, board, found)) if is_told else []


def of_outgoing(
    session: Session,
    actor: Actor,
    found: statements.SavedStatement,
    confirmed: Collection[str],
    before: PortableDocument | None,
) -> list[Fault]:
    """Return the warnings of a text that goes out, each of which somebody confirmed by its key.

    Nothing is remembered of it: who answered since has changed what was confirmed. Of an edit only
    those are asked about whom the text `before` did not name.
    """
    board = rows.read_board(session, found.statement)
    told = _warned(session, actor, board, found)
    if before is not None:
        said = replace(found, document=before)
        confirmed = {*confirmed, *(each.key for each in _warned(session, actor, board, said))}
    if left := [each for each in told if each.key not in confirmed]:
        raise MentionsNotConfirmed(
            "Change the draft and freeze it again, ask who has not answered, or send the keys of"
            " what is right as it is in confirmed_mentions.",
            [
                Fault(
                    "/confirmed_mentions",
                    Code.REQUIRED,
                    f"{each.pointer}: {each.detail}",
                    allowed=(each.key,),
                )
                for each in left
            ],
            left,
        )
    return _as_faults(told)


def _warned(
    session: Session, actor: Actor, board: Board, found: statements.SavedStatement
) -> list[MentionWarning]:
    sees_all = actor.may(board.statement.coalition_id, Role.COORDINATOR)
    return warned(session, board, printing.resolve(found.document), sees_all=sees_all)


def _as_faults(told: Sequence[MentionWarning]) -> list[Fault]:
    return [Fault(each.pointer, Code.CONFLICT, each.detail) for each in told]
