"""Inviting organisations into a coalition, and what they answer by the link of a letter."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, cast
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.orm import Session

from api.accounts.rules import Actor, Role
from api.accounts.service import load
from api.coalitions.models import Coalition, Invitation, InvitationState, Member, MemberRole
from api.errors import Code, Conflict, Fault, Invalid, NotFound
from api.infra import clock
from api.infra.background import events
from api.infra.database import paging
from api.infra.database.paging import Page, PageRequest
from api.infra.database.transactions import insert, is_any, reading, touch, transaction
from api.infra.mail import letters
from api.infra.runtime import runtime
from api.infra.security import audit, keys, links
from api.organisations import service as organisations
from api.organisations.events import RepresentativeChanged
from api.organisations.models import Organisation
from api.organisations.rules import name_in

PURPOSE = "invitation.answer"
LETTER = "invitations.invitation"
KEPT = timedelta(days=30)
KEPT_ENDED = timedelta(days=90)  # with whom it was sent to, and why they declined
AT_ONCE = 100


class AlreadyMember(Conflict, title="This organisation is a member already"):
    """One organisation, one membership."""


class InvitationOver(Conflict, title="This invitation is not open any more"):
    """An invitation is answered once, or taken back before."""


@dataclass(frozen=True)
class Invited:
    """An invitation, unsealed, with whom it is between."""

    invitation: Invitation
    coalition: Coalition
    organisation: Organisation | None
    person: Mapping[str, Any]  # {"name", "email"}, a "note", and the "reason" of who declined

    @property
    def note(self) -> str | None:
        """What the coordinator wrote to who is invited."""
        return self.person.get("note")


def invite(actor: Actor, coalition_id: UUID, facts: dict[str, Any]) -> Invited:
    """Invite an organisation to join: one of the coalition's, one of the directory, or any.

    Of the last, who answers names the organisation.
    """
    actor.must(coalition_id, Role.COORDINATOR)
    with transaction() as session:
        coalition = session.get_one(Coalition, coalition_id)
        invitation = Invitation(
            id=uuid4(),
            coalition_id=coalition_id,
            organisation_id=_of_whom(session, actor, coalition_id, facts),
            language=facts["language"] or coalition.languages[0],
            expires_at=clock.now() + KEPT,
            **{name: facts[name] for name in ("role", "since", "until")},
        )
        must_be_in_order(invitation)
        who = {"name": facts["name"], "email": facts["email"], "note": facts["note"]}
        keys.write(session, invitation, Invitation.person, who)
        session.add(invitation)
        session.flush()
        _write_to(session, invitation)
        audit.record(session, actor, "invitation.sent", invitation, facts)
        return _opened(session, invitation)


def _of_whom(
    session: Session, actor: Actor, coalition_id: UUID, facts: Mapping[str, Any]
) -> UUID | None:
    if facts["organisation_id"] is not None and facts["entry_id"] is not None:
        raise Invalid(
            "One invitation is of one organisation.",
            [Fault("/entry_id", Code.CONFLICT, "Send organisation_id or entry_id.")],
        )
    if facts["entry_id"] is not None:
        return organisations.copied(session, actor, coalition_id, facts["entry_id"]).id
    organisation_id = cast("UUID | None", facts["organisation_id"])
    if organisation_id is not None:
        own_organisation(session, coalition_id, organisation_id)
        there = _membership(session, coalition_id, organisation_id)
        if there is not None and not _has_ended(there):
            raise AlreadyMember("Change the membership that is there.")
    return organisation_id


def own_organisation(session: Session, coalition_id: UUID, organisation_id: UUID) -> Organisation:
    """Return an organisation of a coalition, or raise Invalid."""
    organisation = session.get(Organisation, organisation_id)
    if organisation is None or organisation.coalition_id != coalition_id:
        wrong = "The coalition has no organisation of this id."
        raise Invalid(
            "Enter the organisation into the coalition first.",
            [Fault("/organisation_id", Code.NOT_FOUND, wrong)],
        )
    return organisation


def must_be_in_order(dated: Member | Invitation) -> None:
    """Let a membership pass that ends after it begins, or raise Invalid."""
    if dated.until is not None and dated.until < (dated.since or clock.today()):
        fault = Fault("/until", Code.TOO_EARLY, "It is before since.")
        raise Invalid("A membership ends after it begins.", [fault])


def _membership(session: Session, coalition_id: UUID, organisation_id: UUID) -> Member | None:
    query = select(Member).where(
        Member.coalition_id == coalition_id, Member.organisation_id == organisation_id
    )
    return session.scalars(query.with_for_update()).first()


def _has_ended(member: Member) -> bool:
    return member.until is not None and member.until <= clock.today()


def _write_to(session: Session, invitation: Invitation) -> None:
    """Promise the letter with a fresh link; earlier ones end."""
    place = invitation.coalition_id, invitation.id
    links.revoke(session, invitation.id, PURPOSE)
    links.issue(session, PURPOSE, *place, until=invitation.expires_at)
    letters.promise(session, LETTER, *place)


def send_again(actor: Actor, invitation_id: UUID) -> Invited:
    """Write once more to who has not answered, with a new link; the earlier one ends."""
    with transaction() as session:
        invitation = load(session, actor, Invitation, invitation_id, Role.COORDINATOR, lock=True)
        _must_be_open(invitation)
        invitation.expires_at = clock.now() + KEPT
        touch(invitation, None)
        _write_to(session, invitation)
        audit.record(session, actor, "invitation.sent_again", invitation)
        return _opened(session, invitation)


def take_back(actor: Actor, invitation_id: UUID) -> Invited:
    """Take an invitation back; its link ends. Twice is fine."""
    with transaction() as session:
        invitation = load(session, actor, Invitation, invitation_id, Role.COORDINATOR, lock=True)
        if invitation.state is not InvitationState.TAKEN_BACK:
            _must_be_open(invitation)
            invitation.state = InvitationState.TAKEN_BACK
            touch(invitation, None)
            links.revoke(session, invitation.id, PURPOSE)
            audit.record(session, actor, "invitation.taken_back", invitation)
        return _opened(session, invitation)


def _must_be_open(invitation: Invitation) -> None:
    if invitation.state is not InvitationState.OPEN:
        raise InvitationOver(
            f"It is {invitation.state}. Send a new one if it should be asked again."
        )


def invitation(actor: Actor, invitation_id: UUID) -> Invited:
    """Return one invitation."""
    with reading() as session:
        found = load(session, actor, Invitation, invitation_id, Role.COORDINATOR)
        return _opened(session, found)


def invitations(actor: Actor, coalition_id: UUID, page: PageRequest) -> Page[Invited]:
    """Return a coalition's invitations, newest first."""
    actor.must(coalition_id, Role.COORDINATOR)
    with reading() as session:
        query = select(Invitation).where(Invitation.coalition_id == coalition_id)
        found = paging.page(session, query, page, descending=True)
        return found.of(lambda row: _opened(session, row))


def invited(secret: str) -> Invited:
    """Return the invitation that a link leads to."""
    with reading() as session:
        return _opened(session, _followed(session, secret))


def accept(secret: str, facts: Mapping[str, Any]) -> Invited:
    """Join: the organisation becomes a member, who accepts its representative. Twice is fine."""
    with transaction() as session:
        invitation = _followed(session, secret, lock=True)
        if invitation.state is not InvitationState.ACCEPTED:
            _must_not_be_answered(invitation)
            organisation = _joining(session, invitation, facts)
            member = _member_of(session, invitation, organisation)
            _represented(session, invitation, organisation, facts)
            _answered(invitation, InvitationState.ACCEPTED)
            told = {"organisation_id": organisation.id, "member_id": member.id}
            audit.record(session, None, "invitation.accepted", invitation, told)
        return _opened(session, invitation)


def decline(secret: str, reason: str | None) -> Invited:
    """Say no, with a reason or without. Twice is fine."""
    with transaction() as session:
        invitation = _followed(session, secret, lock=True)
        if invitation.state is not InvitationState.DECLINED:
            _must_not_be_answered(invitation)
            who = keys.read(session, invitation, Invitation.person) | {"reason": reason}
            keys.write(session, invitation, Invitation.person, who)
            _answered(invitation, InvitationState.DECLINED)
            audit.record(session, None, "invitation.declined", invitation)
        return _opened(session, invitation)


def _followed(session: Session, secret: str, *, lock: bool = False) -> Invitation:
    link = links.follow(session, PURPOSE, secret)
    found = session.get(
        Invitation, link.object_id, with_for_update=lock or None, populate_existing=lock
    )
    if found is None:
        raise NotFound("The coalition deleted what this link was about.")
    return found


def _must_not_be_answered(invitation: Invitation) -> None:
    if invitation.state is not InvitationState.OPEN:
        raise InvitationOver(
            f"It was {invitation.state} before. Write to the coalition if you changed your mind."
        )


def _answered(invitation: Invitation, state: InvitationState) -> None:
    invitation.state, invitation.answered_at = state, clock.now()
    touch(invitation, None)


def _joining(session: Session, invitation: Invitation, facts: Mapping[str, Any]) -> Organisation:
    """Return the organisation that joins; where the invitation names none, as it names itself."""
    if invitation.organisation_id is not None:
        return session.get_one(Organisation, invitation.organisation_id)
    name = facts.get("organisation")
    if not name:
        fault = Fault("/organisation", Code.REQUIRED, "Write its name.")
        raise Invalid("Say which organisation accepts.", [fault])
    entry: dict[str, Any] = {
        "names": {invitation.language: name},
        "acronym": facts.get("acronym"),
        "aliases": [],
        "country": facts.get("country"),
        "website": facts.get("website"),
        "is_public": False,
    }
    organisation = organisations.put(session, invitation.coalition_id, entry)
    invitation.organisation_id = organisation.id
    audit.record(session, None, "organisation.joined", organisation, entry)
    return organisation


def _member_of(session: Session, invitation: Invitation, organisation: Organisation) -> Member:
    """Return the membership; one that a coordinator entered meanwhile stays as it is."""
    since: date = invitation.since or clock.today()
    if invitation.until is not None and invitation.until <= since:
        raise InvitationOver("The time that it was for is over. Ask the coalition for a new one.")
    member = _membership(session, invitation.coalition_id, organisation.id)
    if member is None:
        member = Member(
            coalition_id=invitation.coalition_id,
            organisation_id=organisation.id,
            role=MemberRole(invitation.role),
            since=since,
            until=invitation.until,
        )
        insert(session, member, on_clash=AlreadyMember("It became one a moment ago."))
    elif _has_ended(member):
        member.role, member.since = MemberRole(invitation.role), since
        member.until = invitation.until
        touch(member, None)
    return member


def _represented(
    session: Session, invitation: Invitation, organisation: Organisation, facts: Mapping[str, Any]
) -> None:
    """Make who accepts a representative; the address is the one that got the link."""
    email = keys.read(session, invitation, Invitation.person)["email"]
    there = organisations.of_address(session, organisation.id, email)
    if there is None:
        who = {"name": facts["name"], "role": facts.get("role"), "email": email}
        new = {**who, "language": invitation.language}
        there = organisations.put_representative(session, organisation, new)
    elif there.left_on is not None:  # who was invited again may commit it again
        there.left_on = None
        touch(there, None)
        events.announce(session, RepresentativeChanged.of(there))


def _is_old() -> ColumnElement[bool]:
    """An invitation that was answered, taken back or left open, so long ago that nobody asks."""
    ended = case(
        (Invitation.state == InvitationState.OPEN, Invitation.expires_at),
        else_=func.coalesce(Invitation.answered_at, Invitation.updated_at),
    )
    return ended < clock.now() - KEPT_ENDED


def are_old(session: Session) -> bool:
    """Tell whether there is an invitation to forget."""
    return is_any(session, select(Invitation.id).where(_is_old()))


def forget() -> int:
    """Delete invitations that ended long ago; who accepted is a representative since."""
    number = 0
    while some := _forget_some():
        number += some
    return number


def _forget_some() -> int:
    with transaction() as session:
        query = select(Invitation).where(_is_old()).order_by(Invitation.id).limit(AT_ONCE)
        found = session.scalars(query.with_for_update(skip_locked=True)).all()
        for row in found:
            audit.record(session, None, "invitation.forgotten", row)
            links.revoke(session, row.id, PURPOSE)
            session.delete(row)
        return len(found)


def _opened(session: Session, row: Invitation) -> Invited:
    return Invited(
        row,
        session.get_one(Coalition, row.coalition_id),
        session.get(Organisation, row.organisation_id) if row.organisation_id else None,
        keys.read(session, row, Invitation.person),
    )


def letter_facts(session: Session, invitation_id: UUID) -> letters.Facts | None:
    row = session.get(Invitation, invitation_id)
    link = links.newest(session, PURPOSE, invitation_id)
    if row is None or link is None or row.state is not InvitationState.OPEN:
        return None
    found, language = _opened(session, row), row.language
    address = f"{runtime().settings.public_url}/j/{links.secret_of(session, link)}"
    named = found.organisation and name_in(found.organisation.names, language)
    return letters.Facts(
        to=found.person["email"],
        to_name=found.person["name"],
        language=language,
        coalition=found.coalition.name,
        facts={
            "name": found.person["name"],
            "accent": found.coalition.accent,
            "organisation": named,
            "link": address,
            "role": str(row.role),
            "note": found.note,
            "until_text": row.expires_at.date(),
        },
    )
