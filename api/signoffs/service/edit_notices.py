"""Who stands under a published text: they are told of it, and of edits (promise 20)."""

from __future__ import annotations

from uuid import UUID, uuid4

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from api.coalitions.models import Member
from api.infra.database.transactions import is_any
from api.infra.mail import letters
from api.organisations import service as organisations
from api.organisations.models import Organisation
from api.organisations.service import Represented
from api.signatures.models import Signature
from api.signatures.service import rows as signed
from api.signoffs.models import Appearance, EditNotice
from api.signoffs.service import rows
from api.statements.events import StatementRevised
from api.statements.models import State, Statement

CORRECTED = "signoffs.corrected"


def tell_of_revision(session: Session, revised: StatementRevised) -> None:
    """Write to those who may answer for each by their link, or else to its representatives."""
    statement = session.get_one(Statement, revised.statement_id)
    if statement.state is not State.PUBLISHED:
        return
    ids = []
    for organisation_id, people in _to_be_told(session, statement).items():
        ids += people or put(session, statement, organisation_id)
    session.flush()
    letters.promise_all(session, CORRECTED, statement.coalition_id, ids)


def stands(session: Session, statement: Statement, organisation_id: UUID) -> bool:
    """Tell whether an organisation stands under a published text."""
    if statement.state is not State.PUBLISHED:
        return False
    own = select(Appearance.signature_id).join(Member, Member.id == Appearance.member_id)
    own = own.where(
        Appearance.statement_id == statement.id, Member.organisation_id == organisation_id
    )
    is_its = (Signature.organisation_id == organisation_id) | Signature.id.in_(own)
    return is_any(session, signed.of_members(statement).where(is_its))


def _to_be_told(session: Session, statement: Statement) -> dict[UUID, list[UUID]]:
    """Return the organisations that stand there, and the approvers who may answer for each.

    Of a signature that is not public only its member's appearance leads to the organisation.
    """
    signatures = session.scalars(signed.of_members(statement))
    named = {row.id: row.organisation_id for row in signatures}
    own = select(Organisation.id).where(
        Organisation.coalition_id == statement.coalition_id,
        Organisation.id.in_({each for each in named.values() if each}),
    )
    found: dict[UUID, list[UUID]] = {each: [] for each in session.scalars(own)}
    made = select(Appearance.member_id, Appearance.signature_id)
    made = made.where(Appearance.statement_id == statement.id)
    behind = {member_id for member_id, which in session.execute(made) if which in named}
    for entry in rows.read_board(session, statement, also=behind).entries:
        if entry.member.id in behind or entry.organisation.id in found:
            people = [who.approver.id for who in entry.people if who.may_answer]
            found.setdefault(entry.organisation.id, []).extend(people)
    return found


def put(session: Session, statement: Statement, organisation_id: UUID) -> list[UUID]:
    """Write that the representatives of an organisation are told of a text; return of which rows.

    It is for those who have no link to it.
    """
    ids = []
    for each in organisations.committing(session, organisation_id):
        notice = EditNotice(
            id=uuid4(),
            coalition_id=statement.coalition_id,
            statement_id=statement.id,
            representative_id=each.representative.id,
        )
        session.add(notice)
        ids.append(notice.id)
    return ids


def notified(session: Session, notice_id: UUID) -> tuple[Statement, Represented] | None:
    """Return of which text a representative is told; None: that is over, or it is no notice."""
    notice = session.get(EditNotice, notice_id)
    if notice is None:
        return None
    statement = session.get_one(Statement, notice.statement_id)
    who = organisations.opened(session, notice.representative_id)
    organisation_id = who.representative.organisation_id
    ids = {each.representative.id for each in organisations.committing(session, organisation_id)}
    is_meant = who.representative.id in ids and stands(session, statement, organisation_id)
    return (statement, who) if is_meant else None


def forget(session: Session, notice_id: UUID) -> None:
    """Let a notice go whose letter is over."""
    session.execute(delete(EditNotice).where(EditNotice.id == notice_id))
