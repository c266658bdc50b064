"""All texts that bear a member's name, by a link that was asked for a moment ago; each can go."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.coalitions.models import Coalition, Member
from api.coalitions.service.locking import lock_coalition
from api.errors import NotFound
from api.infra import clock
from api.infra.database.transactions import reading, transaction
from api.infra.mail import letters
from api.infra.runtime import runtime
from api.infra.security import audit, links
from api.organisations.models import Organisation
from api.signatures.models import SignatoryKind, Signature, SignatureState, Visibility
from api.signatures.service import changes
from api.signoffs.models import Appearance, Approver, Ask, SignOffRound
from api.signoffs.service import answers, appearances, letters as own_letters, rows
from api.signoffs.service.rows import ApproverView, BoardEntry
from api.statements.models import Signing, Statement

PURPOSE, LETTER = "signoff.names", "signoffs.names"
GOOD_FOR = timedelta(hours=1)
PAUSE = timedelta(minutes=5)  # before one link brings another letter into the same mailbox


@dataclass(frozen=True)
class BearingText:
    """A text that bears a member's name, and the address of its public page if it has one."""

    statement: Statement
    address: str | None
    is_personal: bool  # a person signs, whose line has the name


@dataclass(frozen=True)
class MemberNames:
    """Whose name it is, and the texts that bear it."""

    coalition: Coalition
    organisation: Organisation
    language: str  # of who looks
    texts: Sequence[BearingText]


def ask(secret: str) -> None:
    """Write to who has a letter's link, with another that is good for an hour."""
    with transaction() as session:
        board, approver = answers.followed(session, secret)
        _, me = board.asked(approver)
        answers.must_speak(me)
        last = links.newest(session, PURPOSE, approver.id)
        if last is not None and last.created_at > clock.now() - PAUSE:
            return
        until = clock.now() + GOOD_FOR
        links.issue(session, PURPOSE, approver.coalition_id, approver.id, until=until)
        letters.promise(session, LETTER, approver.coalition_id, approver.id)
        audit.record(session, None, "member_names.asked", approver)


def letter(session: Session, approver_id: UUID) -> letters.Facts | None:
    """Give the link; None where its hour is over, or who asked may not answer any more."""
    link = links.newest(session, PURPOSE, approver_id)
    found = own_letters.about(session, approver_id, lambda *_: True)
    if found is None or link is None or (link.expires_at or clock.now()) <= clock.now():
        return None
    page = f"{runtime().settings.public_url}/n/{links.secret_of(session, link)}"
    return replace(found, facts={**found.facts, "link": page})


def texts(secret: str) -> MemberNames:
    """Return the texts that bear the name of a member."""
    with reading() as session:
        return _shown(session, *_followed(session, secret))


def take_off(secret: str, statement_id: UUID) -> MemberNames:
    """Take a member's name off a text, which goes on counting it. Twice is fine."""
    with transaction() as session:
        lock_coalition(session, links.follow(session, PURPOSE, secret).coalition_id)
        entry, me = _followed(session, secret)
        statement = session.get(
            Statement, statement_id, with_for_update=True, populate_existing=True
        )
        if statement is None or statement.coalition_id != entry.organisation.coalition_id:
            raise NotFound("The coalition has no such text.")
        for signature, _ in _bearing(session, entry.organisation, statement_id):
            _take_off(session, statement, signature)
        session.flush()
        return _shown(session, entry, me)


def _take_off(session: Session, statement: Statement, signature: Signature) -> None:
    """Hide one signature: as the choice of the member that approved, or as what was entered."""
    query = select(Appearance).where(Appearance.signature_id == signature.id)
    if (own := session.scalars(query).first()) is not None:
        board = rows.read_board(session, statement, also=[own.member_id])
        if (entry := board.entry(own.member_id)) is not None:
            appearances.put(session, board, entry, Visibility.ANONYMOUS)
            return
    changes.conceal(session, statement, signature)
    audit.record(session, None, "signature.hidden_by_signatory", signature)


def _followed(session: Session, secret: str) -> tuple[BoardEntry, ApproverView]:
    """Return the member that a link is of, and who asked for it: they must still speak for it."""
    link = links.follow(session, PURPOSE, secret)
    approver = session.get(Approver, link.object_id)
    ask_ = session.get(Ask, approver.ask_id) if approver is not None else None
    if approver is None or ask_ is None:
        raise NotFound("The coalition deleted what this link was about.")
    of = session.get_one(SignOffRound, ask_.round_id).statement_id
    board = rows.read_board(session, session.get_one(Statement, of), only=ask_.member_id)
    entry, me = board.asked(approver)
    answers.must_speak(me)
    return entry, me


def _shown(session: Session, entry: BoardEntry, me: ApproverView) -> MemberNames:
    found = _bearing(session, entry.organisation)
    persons = {one.id for each, one in found if each.kind is SignatoryKind.INDIVIDUAL}
    return MemberNames(
        session.get_one(Coalition, entry.organisation.coalition_id),
        entry.organisation,
        me.approver.language,
        [
            BearingText(statement, signing.address if signing else None, statement.id in persons)
            for statement in dict.fromkeys(statement for _, statement in found)
            for signing in [session.get(Signing, statement.id)]
        ],
    )


def _bearing(
    session: Session, organisation: Organisation, statement_id: UUID | None = None
) -> list[tuple[Signature, Statement]]:
    """Return the signatures that show an organisation's name, the latest first, with the texts.

    Where a person of it signs in a personal capacity, the line has its name as well.
    """
    own = select(Appearance.signature_id).join(Member, Member.id == Appearance.member_id)
    own = own.where(Member.organisation_id == organisation.id)
    is_its = (Signature.organisation_id == organisation.id) | Signature.id.in_(own)
    query = (
        select(Signature, Statement)
        .join(Statement, Statement.id == Signature.statement_id)
        .where(
            Signature.coalition_id == organisation.coalition_id,
            is_its,
            Signature.state == SignatureState.CONFIRMED,
            Signature.visibility == Visibility.PUBLIC,
        )
        .order_by(Signature.day.desc(), Statement.title, Signature.id)
    )
    if statement_id is not None:
        query = query.where(Statement.id == statement_id)
    return [(signature, statement) for signature, statement in session.execute(query)]
