"""What publishing prints of the answers, shown before, and made signatures by it."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, cast

from sqlalchemy.orm import Session

from api.coalitions.models import MemberRole
from api.infra.security import audit
from api.infra.text import languages
from api.organisations.models import Organisation
from api.organisations.rules import name_in
from api.signatures import service as signatures
from api.signatures.models import (
    SignatoryKind,
    Signature,
    Source,
    Visibility,
)
from api.signatures.rules import PRINTED_FIELDS, SHOWN, Audience, sameness
from api.signatures.service import counts, rows as signed
from api.signoffs import rules
from api.signoffs.service import rounds, rows
from api.signoffs.service.rows import Board, BoardEntry
from api.statements import service as statements
from api.statements.events import StatementMoved
from api.statements.models import State, Statement
from api.texts.rules import words
from api.texts.rules.document import PortableSignatory

ApprovalFacts = dict[str, Any]  # of the signature that an approval becomes


# Of an approval that not everybody sees: what could tell whose it is, and what names it.
TELLING = ("organisation_id", "country", "reservation")
NAMING = ("name", "acronym", "role", "affiliation", "as_printed", "represented_by")


def printed(
    session: Session,
    statement: Statement,
    audience: Audience,
    board: Board | None = None,
    *,
    unread: int = 0,
) -> tuple[list[PortableSignatory], int]:
    """Return who prints under the newest text now: those who signed, then those who approved.

    As `signatures.printed`, which is all of them once the text is published. Whoever has read the
    board gives it along.
    """
    listed, withheld = signatures.printed(session, statement, audience, unread=unread)
    approved = [facts for _, facts in _approved(session, statement, board)]
    shown = [portable(each) for each in approved if each["visibility"] in SHOWN[audience]]
    unnamed = len(approved) - len(shown) if counts.tells_withheld(session, statement) else 0
    return [*listed, *shown], withheld + unnamed


def with_logos(
    session: Session, statement: Statement
) -> list[tuple[PortableSignatory, Organisation]]:
    """Return the organisations among them that have a logo, each beside its entry."""
    approved = [
        (portable(facts), entry.organisation)
        for entry, facts in _approved(session, statement)
        if entry.is_shown and entry.organisation.logo_sha256 is not None and facts["shows_logo"]
    ]
    return [*signatures.with_logos(session, statement), *approved]


def portable(facts: ApprovalFacts) -> PortableSignatory:
    fields = (*PRINTED_FIELDS, "country")
    signatory = {field: it for field in fields if (it := facts.get(field)) is not None}
    if facts["lead"]:
        signatory["lead"] = True
    if facts["visibility"] is not Visibility.PUBLIC:
        signatory["visibility"] = facts["visibility"].value
    return cast("PortableSignatory", {"kind": facts["kind"].value, **signatory})


def _approved(
    session: Session, statement: Statement, board: Board | None = None
) -> Iterator[tuple[BoardEntry, ApprovalFacts]]:
    """Yield the members whose approval prints, but for who signed already."""
    if statement.state in rows.SIGNS_OFF and statement.revision_number:
        yield from of_board(session, board or rows.read_board(session, statement))


def of_board(session: Session, board: Board) -> Iterator[tuple[BoardEntry, ApprovalFacts]]:
    """Yield the members of a board that would print, in order, with their signatures' facts."""
    behind = [entry for entry in board.entries if entry.status in rules.COUNTS]
    there = _signed(session, board.statement) if behind else set()
    for entry in behind:
        facts = facts_of(board, entry)
        if not there & _same(board, entry, facts):
            yield entry, facts


def _same(board: Board, entry: BoardEntry, facts: ApprovalFacts) -> set[object]:
    """Return by what it is known that a member, or a person of it, stands under a text already."""
    if is_personal(entry):
        return {sameness(facts["kind"], facts)}
    own = {**facts, "name": name_in(entry.organisation.names, board.statement.language)}
    return {entry.organisation.id, *(sameness(facts["kind"], each) for each in (facts, own))}


def _signed(session: Session, statement: Statement) -> set[object]:
    """Return which organisations a coordinator entered: by their entry, and by their name."""
    found = session.scalars(signed.organisations(statement)).all()
    known = signed.identities(session, found)
    there: set[object] = {sameness(row.kind, known.get(row.id, {})) for row in found}
    return there.union(row.organisation_id for row in found) - {None}


def facts_of(board: Board, entry: BoardEntry) -> ApprovalFacts:
    """Return what a member's signature tells; who has not chosen counts without a name."""
    language, organisation = board.statement.language, entry.organisation
    notes = [
        rules.note_of(each.content["reservations"])
        for each in entry.behind
        if each.row.prints_reservation
    ]
    last = entry.behind[-1] if entry.behind else None
    by = last.content["by"] if last else {}
    whole = {
        "kind": SignatoryKind.ORGANISATION,
        "name": corrected_name(entry) or name_in(organisation.names, language),
        "acronym": organisation.acronym,
        "country": organisation.country,
        "lead": entry.member.role is MemberRole.LEAD,
        "visibility": entry.chosen or Visibility.ANONYMOUS,
        "organisation_id": organisation.id,
        "represented_by": {field: it for field, it in by.items() if it} if last else None,
        "shows_logo": last is None or last.row.shows_logo,
        "reservation": " ".join(notes)[: rules.MOST_PRINTED] or None,
        "revision_number": _revision(board, entry),
    }
    return {**whole, **_in_person(whole, by, language)} if is_personal(entry) else whole


def is_personal(entry: BoardEntry) -> bool:
    """Tell whether a person of a member signs in a personal capacity, and the member does not."""
    return any(each.content.get("personal") for each in entry.behind[-1:])


def _in_person(whole: ApprovalFacts, by: Mapping[str, Any], language: str) -> ApprovalFacts:
    """Return what differs where a person signs: whose line names the organisation, and says so."""
    parts = [part for part in (by["name"], by.get("role"), whole["name"]) if part]
    line = languages.comma(language).join(parts)
    return {
        "kind": SignatoryKind.INDIVIDUAL,
        "name": by["name"],
        "role": by.get("role"),
        "affiliation": whole["name"],
        "as_printed": f"{line} ({words.words(language).in_person})",
        "shows_logo": False,
        "lead": False,
        **dict.fromkeys(("acronym", "organisation_id", "represented_by")),
    }


def corrected_name(entry: BoardEntry) -> str | None:
    """Return the name that a member gave with its approval, where that is not its entry's."""
    given = (each.content.get("name") for each in reversed(entry.behind))
    return next(filter(None, given), None)


def kept(facts: ApprovalFacts) -> ApprovalFacts:
    """Return what a signature keeps of a member that approved: no more than is to show.

    In a list of few a country, or a line of its own as the lead, would tell a name that is hidden.
    """
    shown = facts["visibility"]
    if shown is Visibility.PUBLIC:
        return dict(facts)
    left_out = [*TELLING, *(NAMING if shown is Visibility.ANONYMOUS else ())]
    unshown = {"lead": False, "shows_logo": False, **dict.fromkeys(left_out)}
    return {**facts, **unshown}


def _revision(board: Board, entry: BoardEntry) -> int:
    """Return which text was approved; in silence, the one that was asked about."""
    if entry.behind:
        return entry.behind[-1].revision
    return entry.ask.revision_number if entry.ask else board.statement.revision_number


def sign_approvals(session: Session, moved: StatementMoved) -> None:
    """Turn each approval into a signature when a text is published, and end its round."""
    if moved.state not in {State.PUBLISHED, State.ARCHIVED}:
        return
    statement = session.get_one(Statement, moved.statement_id)
    board = rows.read_board(session, statement)
    if moved.state is State.PUBLISHED:
        session.flush()
        for entry, signatory in _in_order(of_board(session, board)):
            _sign(session, statement, entry, signatory)
    if board.round is not None and board.round.closed_at is None:
        rounds.shut(session, board.round)


def _in_order(
    approved: Iterable[tuple[BoardEntry, ApprovalFacts]],
) -> list[tuple[BoardEntry, ApprovalFacts]]:
    """Return members as they sign: those without a name last, in no order that could tell them."""
    given = list(approved)
    hidden = [each for each in given if each[1]["visibility"] is not Visibility.PUBLIC]
    random.SystemRandom().shuffle(hidden)
    return [each for each in given if each not in hidden] + hidden


def _sign(session: Session, statement: Statement, entry: BoardEntry, facts: ApprovalFacts) -> None:
    revision = statements.any_revision(session, statement, facts["revision_number"])
    signatories = [kept(facts)]
    (signature_id,) = signed.put(session, statement, revision, signatories, source=Source.APPROVAL)
    rows.appearance(session, statement, entry.member.id).signature_id = signature_id
    signature = session.get_one(Signature, signature_id)
    told = {"revision_sha256": revision.sha256}
    if facts["visibility"] is Visibility.PUBLIC:
        told["member_id"] = str(entry.member.id)
    audit.record(session, None, "signature.made_of_approval", signature, told)
