"""How members appear under a text: shown, to the coalition only, or counted without a name."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from api.accounts.rules import Actor, Role
from api.coalitions.models import MemberRole
from api.coalitions.service.locking import load_locked
from api.errors import Code, Fault, Invalid
from api.infra.background import events
from api.infra.database.transactions import is_any, touch, transaction
from api.infra.security import audit
from api.organisations import service as organisations
from api.signatures.events import SignaturesTakenBack
from api.signatures.models import SignatoryKind, Signature, SignatureState, Source, Visibility
from api.signatures.rules import Identity, identity_of
from api.signatures.service import counts, places, rows as signed
from api.signoffs import rules
from api.signoffs.models import UNKNOWN, Appearance, SignOff
from api.signoffs.service import requests, rounds, rows
from api.signoffs.service.publishing import facts_of, kept
from api.signoffs.service.rows import ApproverView, Board, BoardEntry, SignOffOver
from api.statements.models import Statement

ONLY_MEMBERS = "Only members sign off."
WHY = {
    Visibility.COALITION: "chose to be known to the coalition only",
    Visibility.ANONYMOUS: "chose to be counted without its name",
    None: "approved and did not choose to be named",
}
HIDING = {Visibility.COALITION, Visibility.ANONYMOUS}
MEND = (
    "Hide it, unless the member wants that; then enter its choice:"
    " POST /v1/statements/{id}/appearances."
)
AT_ONCE = 50  # members that one transaction tells


def enter(actor: Actor, statement_id: UUID, member_id: UUID, visibility: Visibility) -> BoardEntry:
    """Enter how a member wants to appear, which it said in another way; also once it is published.

    A member that left since, or only observes now, can still be entered where its name may stand
    under the text.
    """
    with transaction() as session:
        statement = load_locked(session, actor, Statement, statement_id, Role.COORDINATOR)
        board = rows.read_board(session, statement, also=[member_id])
        entry = board.entry(member_id)
        if entry is None:
            wrong = "The coalition has no such member that signs."
            raise Invalid(ONLY_MEMBERS, [Fault("/member_id", Code.NOT_FOUND, wrong)])
        if entry.member.role is MemberRole.OBSERVER and entry.signature is None:
            wrong = "It is an observer, which signs nothing. Choose a member, or make it one first."
            raise Invalid(ONLY_MEMBERS, [Fault("/member_id", Code.CONFLICT, wrong)])
        must_stand(board, entry)
        put(session, board, entry, visibility, by=actor)
        session.flush()
        return rows.entry_of(session, statement, member_id)


def must_stand(board: Board, entry: BoardEntry) -> None:
    """Let a member pass that signs or may, or raise SignOffOver."""
    if board.statement.state in rows.SIGNS_OFF:
        return
    if entry.signature is None or entry.status is rules.Status.WITHDRAWN:
        raise SignOffOver("No approval of the organisation stands under this text.")


def warn_of_member(
    session: Session, statement: Statement, signature: Signature, who: Identity
) -> Iterator[Fault]:
    """Warn where a signature that was entered by hand names a member that chose not to be named."""
    is_one = signature.kind is SignatoryKind.ORGANISATION
    if not is_one or signature.visibility is not Visibility.PUBLIC:
        return
    for entry in rows.read_board(session, statement).entries:
        is_it = signature.organisation_id == entry.organisation.id
        if is_it or organisations.is_called(entry.organisation, who["name"]):
            shown = entry.visibility
            if shown in HIDING or (shown is None and entry.status in rules.COUNTS):
                told = f"It names a member that {WHY[shown]}. {MEND}"
                yield Fault("/visibility", Code.CONFLICT, told)


def put(  # noqa: PLR0913 # of whom, by whom, and what
    session: Session,
    board: Board,
    entry: BoardEntry,
    wanted: Visibility,
    *,
    approver_key: str | None = None,
    by: Actor | None = None,
) -> None:
    """Have a member appear as it wants, or as one of its people does (`approver_key`).

    What that chose before goes, but for a key that may be several people's, and with it what
    nobody is bound by any more; without a key, what all chose. The same twice is once.
    """
    row = rows.appearance(session, board.statement, entry.member.id)
    before, own, needs_two = row.visibility, approver_key or UNKNOWN, entry.organisation.needs_two
    kept = row.choices if needs_two and approver_key is not None else {}
    approver_keys = {str(each.root) for each in entry.people if each.may_answer}
    chosen = {who: Visibility(each) for who, each in kept.items()}
    known = rules.binding(chosen, own, approver_keys)
    others = {who: each for who, each in known.items() if who != own or who == UNKNOWN}
    row.visibility = rules.shown_as(others.values(), wanted, needs_two=needs_two)
    same = [others[own]] if own in others else []
    row.choices = {**others, own: rules.shown_as(same, wanted, needs_two=needs_two)}
    row.is_to_be_told = False
    session.flush()
    if row.visibility is not before:
        told = {"member_id": entry.member.id, "visibility": row.visibility}
        is_cut = Visibility.PUBLIC not in {before, row.visibility}
        if by is None:
            audit.record(session, None, "appearance.chosen", row, told, is_cut=is_cut)
        else:
            audit.record(session, by, "appearance.entered", row, told, is_cut=is_cut)
    there = rows.entry_of(session, board.statement, entry.member.id)
    _follow(session, board, there, by)


def _follow(session: Session, board: Board, entry: BoardEntry, by: Actor | None) -> None:
    """Let the signature of a member show what it chose; a name that goes leaves at once."""
    signature, statement, shown = entry.signature, board.statement, entry.chosen
    if signature is None or shown is None:
        return
    session.refresh(signature, with_for_update=True)
    if signature.visibility is shown or signature.state is SignatureState.WITHDRAWN:
        return
    was_shown = signature.visibility in {Visibility.PUBLIC, Visibility.INITIALS}
    facts = kept(facts_of(board, entry))
    with counts.followed(session, statement, [signature]):
        for field in ("visibility", "country", "lead", "organisation_id", "shows_logo"):
            setattr(signature, field, facts[field])
    signed.put_identity(session, signature, identity_of(facts))
    if shown is not Visibility.PUBLIC:
        # Between the lines of two others its place would tell whose it is.
        places.conceal(session, statement, [signature])
        audit.destroy_salts(session, signature.id)
    touch(signature, None)
    if was_shown:
        events.announce(session, SignaturesTakenBack.of(statement))
    action = "signature.changed" if by else "signature.changed_by_signatory"
    audit.record(session, by, action, signature, {"fields": ["visibility"], "visibility": shown})


def is_told(session: Session, row: SignOff) -> bool:
    """Tell whether everybody may know of an answer: it approves, and its member shows its name."""
    if row.answer not in rules.POSITIVE:
        return False
    found = rows.appearances_of(session, row.statement_id, [row.member_id]).get(row.member_id)
    where = found.signature_id if found else None
    signature = session.get(Signature, where) if where else None
    return rows.is_open(session.get_one(Statement, row.statement_id), found, signature)


def is_kept_lower(entry: BoardEntry, me: ApproverView) -> bool:
    """Tell whether a member shows less than a person chose, since another one chose less."""
    row = entry.appearance
    mine = row.choices.get(str(me.root)) if row is not None else None
    if row is None or row.visibility is None or mine is None or not entry.organisation.needs_two:
        return False
    return rules.CHOICES.index(row.visibility) < rules.CHOICES.index(Visibility(mine))


def may_be_guessed(session: Session, board: Board, entry: BoardEntry) -> bool:
    """Tell whether so few members are without a name, with this one, that they can be guessed."""
    if board.statement.state in rows.SIGNS_OFF:
        behind = (each for each in board.entries if each.status in rules.COUNTS)
        others = sum(not each.is_shown for each in behind if each.member.id != entry.member.id)
    else:
        query = select(func.count()).where(
            signed.counting(board.statement),
            Signature.source == Source.APPROVAL,
            Signature.visibility != Visibility.PUBLIC,
            Signature.id.is_distinct_from(entry.signature and entry.signature.id),
        )
        others = session.scalar(query) or 0
    return others + 1 < rules.FEW


def is_due(session: Session) -> bool:
    """Tell whether a member answered before it could choose, and was not told that it can."""
    return is_any(session, select(Appearance.id).where(Appearance.is_to_be_told))


def tell() -> int:
    """Tell members that answered before they could choose that they can; return how many letters.

    That they were told is written in the transaction that promises the letters: twice is once.
    """
    number = 0
    while True:
        with transaction() as session:
            due = select(Appearance).where(Appearance.is_to_be_told)
            some = due.order_by(Appearance.statement_id, Appearance.id).limit(AT_ONCE)
            found: dict[UUID, list[Appearance]] = defaultdict(list)
            for row in session.scalars(some.with_for_update(skip_locked=True)):
                found[row.statement_id].append(row)
            for statement_id, those in found.items():
                number += _told(session, session.get_one(Statement, statement_id), those)
            if not found:
                return number


def _told(session: Session, statement: Statement, found: Sequence[Appearance]) -> int:
    """Tell members of one text, whose board is read once for all of them."""
    board = rows.read_board(session, statement, also=[row.member_id for row in found])
    people: list[ApproverView] = []
    for row in found:
        entry = board.entry(row.member_id)
        if entry is not None and is_undecided(board, entry):
            people += [each for each in entry.people if each.may_answer]
        row.is_to_be_told = False
    requests.write_to(session, board, requests.APPEARANCE, people)
    return len(people)


def is_undecided(board: Board, entry: BoardEntry) -> bool:
    """Tell whether a member has a choice to make: it stands under a text, or is about to."""
    if entry.chosen is not None:
        return False
    if entry.signature is not None:
        return entry.status is not rules.Status.WITHDRAWN
    if board.statement.state not in rows.SIGNS_OFF:
        return False
    is_behind = entry.status in rules.COUNTS
    return is_behind or (entry.status in rules.OUTSTANDING and rounds.is_open(board))
