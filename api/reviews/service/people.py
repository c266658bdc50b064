"""Who is asked for comments: members by their representatives, and people outside by name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.accounts.rules import Actor, Role
from api.accounts.service import load
from api.coalitions.models import Member, MemberRole
from api.errors import Code, Conflict, Fault, Invalid, point
from api.infra import clock
from api.infra.database import paging
from api.infra.database.paging import Page, PageRequest
from api.infra.database.transactions import is_any, reading, transaction
from api.infra.mail import letters
from api.infra.security import audit, keys, links
from api.organisations import service as organisations
from api.organisations.events import RepresentativeChanged
from api.organisations.service import Represented
from api.reviews import rules
from api.reviews.models import Commenter, Consultation
from api.reviews.service import forgetting, rows
from api.reviews.service.rows import CommenterView
from api.statements.models import Statement

LETTER, MOVED = "reviews.consultation", "reviews.moved"


class TooManyCommenters(Conflict, title="Too many people are asked for comments"):
    """A consultation is for so many people and no more."""


class AskedNoMore(Conflict, title="This person is asked no more"):
    """Their link was taken back, or they left: a letter would lead nowhere."""


def ask(
    session: Session,
    statement: Statement,
    consultation: Consultation,
    member_ids: Sequence[UUID] | None,
    guests: Sequence[Mapping[str, Any]],
) -> list[UUID]:
    """Ask members, or all leads and members for None, and people outside; return who is new.

    Each new one gets a link and one letter.
    """
    query = select(Commenter).where(Commenter.consultation_id == consultation.id)
    known = {(row.member_id, row.email_index): row for row in session.scalars(query)}
    new = []
    for each in _wanted(session, statement, consultation.coalition_id, member_ids, guests):
        index = organisations.email_index(session, consultation.coalition_id, each.who["email"])
        row = known.get((each.member_id, index))
        if row is None:
            row = Commenter(
                id=uuid4(),
                coalition_id=consultation.coalition_id,
                consultation_id=consultation.id,
                member_id=each.member_id,
                language=each.language,
            )
        elif row.ended_at is None:
            continue
        known[each.member_id, index] = row
        row.representative_id, row.ended_at = each.representative_id, None
        _identify(session, row, each.who)
        session.add(row)
        new.append(row.id)
    if len(known) > rules.MOST_COMMENTERS:
        raise TooManyCommenters(f"Ask {rules.MOST_COMMENTERS} at most.")
    session.flush()
    links.issue_all(session, rows.PURPOSE, consultation.coalition_id, new)
    letters.promise_all(session, LETTER, consultation.coalition_id, new)
    return new


@dataclass(frozen=True)
class _Asked:
    """Somebody who is to be asked: for a member, or for nobody but themselves."""

    who: Mapping[str, Any]
    language: str
    member_id: UUID | None = None
    representative_id: UUID | None = None


def _wanted(
    session: Session,
    statement: Statement,
    coalition_id: UUID,
    member_ids: Sequence[UUID] | None,
    guests: Sequence[Mapping[str, Any]],
) -> Iterator[_Asked]:
    for member in _members(session, coalition_id, member_ids):
        for each in organisations.committing(session, member.organisation_id):
            language = each.representative.language or statement.language
            yield _Asked(vars(each), language, member.id, each.representative.id)
    for facts in guests:
        yield _Asked(facts, facts["language"] or statement.language)


def _identify(session: Session, row: Commenter, who: Mapping[str, Any]) -> None:
    facts = {field: who.get(field) for field in ("name", "email", "affiliation")}
    keys.write(session, row, Commenter.person, facts)
    row.email_index = organisations.email_index(session, row.coalition_id, who["email"])


def _members(
    session: Session, coalition_id: UUID, member_ids: Sequence[UUID] | None
) -> Iterable[Member]:
    """Return members of today, in whatever part where they are named; or raise Invalid."""
    query = select(Member).where(
        Member.coalition_id == coalition_id, Member.is_there_on(clock.today())
    )
    if member_ids is None:
        query = query.where(Member.role.in_([MemberRole.LEAD, MemberRole.MEMBER]))
        return session.scalars(query.order_by(Member.created_at, Member.id)).all()
    there = {row.id: row for row in session.scalars(query.where(Member.id.in_(member_ids)))}
    faults = [
        Fault(point("member_ids", at), Code.NOT_FOUND, "It is no member of the coalition today.")
        for at, each in enumerate(member_ids)
        if each not in there
    ]
    if faults:
        raise Invalid("Name members of the coalition.", faults)
    return [there[each] for each in dict.fromkeys(member_ids)]


def add(actor: Actor, consultation_id: UUID, given: Mapping[str, Any]) -> list[CommenterView]:
    """Ask more people while it is open; return who is new, and got a letter."""
    with transaction() as session:
        row = load(session, actor, Consultation, consultation_id, Role.COORDINATOR, lock=True)
        statement = rows.must_be_open(session, row)
        new = ask(session, statement, row, given["member_ids"], given["guests"])
        audit.record(session, actor, "consultation.widened", row, {"commenters": len(new)})
        query = select(Commenter).where(Commenter.id.in_(new))
        ordered = query.order_by(Commenter.created_at, Commenter.id)
        return list(rows.commenters(session, session.scalars(ordered)).values())


def commenters(actor: Actor, consultation_id: UUID, page: PageRequest) -> Page[CommenterView]:
    """Return who is asked, in the order in which they were."""
    with reading() as session:
        row = load(session, actor, Consultation, consultation_id, Role.COORDINATOR)
        query = select(Commenter).where(Commenter.consultation_id == row.id)
        found = paging.page(session, query, page)
        opened = rows.commenters(session, found.items)
        return found.of(lambda each: opened[each.id])


def commenter(actor: Actor, commenter_id: UUID) -> CommenterView:
    """Return one person who is asked."""
    with reading() as session:
        return _opened(session, load(session, actor, Commenter, commenter_id, Role.COORDINATOR))


def end(actor: Actor, commenter_id: UUID) -> CommenterView:
    """Take a person's link back; what they wrote stays. Twice is fine."""
    with transaction() as session:
        row = load(session, actor, Commenter, commenter_id, Role.COORDINATOR, lock=True)
        if row.ended_at is None:
            _end(session, row)
            audit.record(session, actor, "commenter.ended", row)
        return _opened(session, row)


def send_again(actor: Actor, commenter_id: UUID) -> CommenterView:
    """Write once more to somebody who is asked, with a new link; the earlier ones end."""
    with transaction() as session:
        row = load(session, actor, Commenter, commenter_id, Role.COORDINATOR, lock=True)
        rows.must_be_open(session, session.get_one(Consultation, row.consultation_id))
        if row.ended_at is not None:
            raise AskedNoMore("Ask them anew: POST to the consultation's commenters.")
        _write_anew(session, row)
        audit.record(session, actor, "commenter.sent_again", row)
        return _opened(session, row)


def _write_anew(session: Session, row: Commenter) -> None:
    links.revoke(session, row.id)
    links.issue(session, rows.PURPOSE, row.coalition_id, row.id)
    letters.promise(session, LETTER, row.coalition_id, row.id)


def tell_of_deadline(session: Session, consultation: Consultation) -> None:
    """Write to all who are asked until when it is open now."""
    query = select(Commenter.id).where(
        Commenter.consultation_id == consultation.id, Commenter.ended_at.is_(None)
    )
    told = session.scalars(query.order_by(Commenter.created_at, Commenter.id)).all()
    letters.promise_all(session, MOVED, consultation.coalition_id, told)


def erase(actor: Actor, commenter_id: UUID) -> None:
    """Forget a person with all that they wrote; replies of others stay."""
    with transaction() as session:
        row = load(session, actor, Commenter, commenter_id, Role.COORDINATOR)
        session.get_one(Consultation, row.consultation_id, with_for_update=True)
        audit.record(session, actor, "commenter.erased", row)
        forgetting.erase_commenter(session, row)


def _end(session: Session, row: Commenter) -> None:
    row.ended_at = clock.now()
    links.revoke(session, row.id)


def _opened(session: Session, row: Commenter) -> CommenterView:
    return rows.commenters(session, [row])[row.id]


def follow_representative(session: Session, changed: RepresentativeChanged) -> None:
    """End what a person may who left; let another address have a link of its own."""
    who = organisations.opened(session, changed.representative_id)
    left_on = who.representative.left_on
    has_left = left_on is not None and left_on <= clock.today()
    query = select(Commenter).where(
        Commenter.representative_id == who.representative.id, Commenter.ended_at.is_(None)
    )
    for row in session.scalars(query.order_by(Commenter.id).with_for_update()).all():
        if has_left:
            _end(session, row)
        else:
            _renew(session, row, who)


def _renew(session: Session, row: Commenter, who: Represented) -> None:
    """Give a person the name and address of now; the old address loses its link."""
    is_moved = row.email_index != who.representative.email_index
    taken = select(Commenter.id).where(
        Commenter.consultation_id == row.consultation_id,
        Commenter.member_id == row.member_id,
        Commenter.email_index == who.representative.email_index,
    )
    if is_moved and is_any(session, taken):
        _end(session, row)  # whoever has the new address is asked already
        return
    _identify(session, row, vars(who))
    session.flush()
    if is_moved:
        _write_anew(session, row)
