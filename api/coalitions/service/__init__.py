"""The use cases of coalitions, members and addressees."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from uuid import UUID, uuid4

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, selectinload

from api.accounts import service as accounts
from api.accounts.models import RoleGrant, User
from api.accounts.rules import Actor, Role
from api.accounts.service import load, load_at
from api.coalitions.events import CoalitionDeleted
from api.coalitions.models import Addressee, Coalition, Member
from api.coalitions.service.invitations import AlreadyMember, must_be_in_order, own_organisation
from api.errors import Conflict
from api.infra import clock
from api.infra.background import events
from api.infra.database import paging
from api.infra.database.paging import Page, PageRequest
from api.infra.database.transactions import insert, is_any, reading, transaction
from api.infra.pdf import pictures
from api.infra.security import audit, keys
from api.infra.text import spelling
from api.organisations.models import Organisation
from api.organisations.service.logos import Logos

ACCENT = "#0b5563"
LOGOS = Logos(Coalition, Role.COORDINATOR, "coalition.logo_given", "coalition.logo_taken_away")
DEFAULTS: dict[str, object] = {"country_names": {}, "conjunctions": {}, "accent": ACCENT}


class CoalitionSlugTaken(Conflict, title="Another coalition of yours has this slug"):
    """A coalition's slug is its name in files, for who works in it: strangers may use it too."""


@dataclass(frozen=True)
class AddresseeView:
    """An addressee with its address, unsealed; None for who may not see it."""

    addressee: Addressee
    email: str | None


def found(actor: Actor, facts: Mapping[str, object]) -> Coalition:
    """Found a coalition; the actor owns it."""
    with transaction() as session:
        founded = put(session, actor, facts)
        audit.record(session, actor, "coalition.founded", founded, facts)
        return founded


def put(session: Session, actor: Actor, facts: Mapping[str, object]) -> Coalition:
    """Write a new coalition, and make the actor its owner."""
    coalition = Coalition(id=uuid4(), **facts)
    _must_be_own(session, actor, coalition)
    session.add(coalition)
    session.flush()
    accounts.found_role(session, actor, coalition.id)
    return coalition


def by_slug_or_founded(
    actor: Actor, slug: str, language: str, facts: Mapping[str, object]
) -> tuple[Actor, Coalition]:
    """Return the actor's coalition of a slug, founded where there is none yet."""
    with reading() as session:
        there = session.scalars(_of_slug(actor, slug)).all()
        if len(there) > 1:
            raise CoalitionSlugTaken("Two of your coalitions have it. Give one another slug.")
        if there:
            return actor, there[0]
    new = {**DEFAULTS, **facts, "slug": slug, "languages": [language]}
    founded = found(actor, new)
    return replace(actor, roles={**actor.roles, founded.id: Role.OWNER}), founded


def _of_slug(actor: Actor, slug: str) -> Select[Coalition]:
    theirs = select(RoleGrant.coalition_id).where(RoleGrant.user_id == actor.user_id)
    if actor.scope is not None:
        theirs = theirs.where(RoleGrant.coalition_id.in_(actor.scope))
    return select(Coalition).where(Coalition.slug == slug, Coalition.id.in_(theirs))


def _must_be_own(session: Session, actor: Actor, coalition: Coalition) -> None:
    """Let a coalition's slug pass unless the actor works in another one of it.

    Two calls at once wait for one another: the roles are read after the user is locked.
    """
    session.get_one(User, actor.user_id, with_for_update=True)
    others = _of_slug(actor, coalition.slug).where(Coalition.id != coalition.id)
    if is_any(session, others):
        raise CoalitionSlugTaken("Choose another slug.")


def change(
    actor: Actor, coalition_id: UUID, expected: int, changes: Mapping[str, object]
) -> Coalition:
    """Change some of a coalition's facts."""
    with transaction() as session:
        coalition = load_at(session, actor, Coalition, coalition_id, Role.COORDINATOR, expected)
        for name, value in changes.items():
            setattr(coalition, name, value)
        if "slug" in changes:
            _must_be_own(session, actor, coalition)
        audit.record(session, actor, "coalition.changed", coalition, changes)
        return coalition


def remove(actor: Actor, coalition_id: UUID, expected: int) -> None:
    """Delete a coalition with all that it owns. Its data key goes too: nothing brings it back."""
    with transaction() as session:
        coalition = load_at(session, actor, Coalition, coalition_id, Role.OWNER, expected)
        pictures.drop_logo(coalition)
        with_logo = select(Organisation).where(
            Organisation.coalition_id == coalition_id, Organisation.logo_sha256.is_not(None)
        )
        for organisation in session.scalars(with_logo):
            pictures.drop_logo(organisation)
        events.announce(session, CoalitionDeleted(coalition_id=coalition_id))
        audit.record(session, actor, "coalition.deleted", coalition)
        session.delete(coalition)


def coalition(actor: Actor, coalition_id: UUID) -> Coalition:
    """Return one coalition."""
    with reading() as session:
        return load(session, actor, Coalition, coalition_id, Role.VIEWER)


def coalitions(actor: Actor, page: PageRequest) -> Page[Coalition]:
    """Return the coalitions that the actor works in."""
    with reading() as session:
        query = select(Coalition).where(Coalition.id.in_(list(actor.roles)))
        return paging.page(session, query, page, [Coalition.slug, Coalition.id])


def add_member(actor: Actor, coalition_id: UUID, facts: Mapping[str, object]) -> Member:
    """Enter one of the coalition's organisations as a member."""
    actor.must(coalition_id, Role.COORDINATOR)
    with transaction() as session:
        facts = {**facts, "since": facts.get("since") or clock.today()}
        member = Member(coalition_id=coalition_id, **facts)
        must_be_in_order(member)
        member.organisation = own_organisation(session, coalition_id, member.organisation_id)
        insert(session, member, on_clash=AlreadyMember("Change the membership that is there."))
        audit.record(session, actor, "member.entered", member, facts)
        return member


def change_member(
    actor: Actor, member_id: UUID, expected: int, changes: Mapping[str, object]
) -> Member:
    """Change a member's role or dates."""
    with transaction() as session:
        member = load_at(session, actor, Member, member_id, Role.COORDINATOR, expected)
        for name, value in changes.items():
            setattr(member, name, value)
        must_be_in_order(member)
        member.organisation = session.get_one(Organisation, member.organisation_id)
        audit.record(session, actor, "member.changed", member, changes)
        return member


def remove_member(actor: Actor, member_id: UUID, expected: int) -> None:
    """Delete a membership that was entered by mistake; who leaves gets an end date instead."""
    with transaction() as session:
        member = load_at(session, actor, Member, member_id, Role.COORDINATOR, expected)
        audit.record(session, actor, "member.deleted", member)
        session.delete(member)


def member(actor: Actor, member_id: UUID) -> Member:
    """Return one member, with its organisation."""
    with reading() as session:
        member = load(session, actor, Member, member_id, Role.VIEWER)
        member.organisation = session.get_one(Organisation, member.organisation_id)
        return member


def members(actor: Actor, coalition_id: UUID, page: PageRequest) -> Page[Member]:
    """Return a coalition's members by the day they joined, with their organisations."""
    actor.must(coalition_id, Role.VIEWER)
    with reading() as session:
        query = select(Member).where(Member.coalition_id == coalition_id)
        query = query.options(selectinload(Member.organisation))
        return paging.page(session, query, page, [Member.since, Member.id])


def add_addressee(actor: Actor, coalition_id: UUID, facts: Mapping[str, object]) -> AddresseeView:
    """Enter an official or body that statements go to."""
    actor.must(coalition_id, Role.COORDINATOR)
    with transaction() as session:
        entered = put_addressee(session, coalition_id, facts)
        audit.record(session, actor, "addressee.entered", entered, facts)
        return _shown(session, actor, entered)


def put_addressee(session: Session, coalition_id: UUID, facts: Mapping[str, object]) -> Addressee:
    """Write a new addressee; its e-mail address is sealed."""
    addressee = Addressee(id=uuid4(), coalition_id=coalition_id)
    write_addressee(session, addressee, facts)
    session.add(addressee)
    return addressee


def change_addressee(
    actor: Actor, addressee_id: UUID, expected: int, changes: Mapping[str, object]
) -> AddresseeView:
    """Change some of an addressee's facts."""
    with transaction() as session:
        addressee = load_at(session, actor, Addressee, addressee_id, Role.COORDINATOR, expected)
        write_addressee(session, addressee, changes)
        audit.record(session, actor, "addressee.changed", addressee, changes)
        return _shown(session, actor, addressee)


def write_addressee(session: Session, addressee: Addressee, facts: Mapping[str, object]) -> None:
    """Give an addressee facts; its e-mail address is sealed."""
    for name, value in facts.items():
        if name == "email":
            keys.write(session, addressee, Addressee.email, value)
        else:
            setattr(addressee, name, value)
    addressee.sort_name = spelling.folded(addressee.name)


def remove_addressee(actor: Actor, addressee_id: UUID, expected: int) -> None:
    """Delete an addressee; statements keep the words that they were written to."""
    with transaction() as session:
        addressee = load_at(session, actor, Addressee, addressee_id, Role.COORDINATOR, expected)
        audit.destroy_salts(session, addressee_id)
        audit.record(session, actor, "addressee.deleted", addressee)
        session.delete(addressee)


def addressee(actor: Actor, addressee_id: UUID) -> AddresseeView:
    """Return one addressee; its e-mail address is for coordinators."""
    with reading() as session:
        return _shown(session, actor, load(session, actor, Addressee, addressee_id, Role.VIEWER))


def addressees(
    actor: Actor, coalition_id: UUID, page: PageRequest, sought: str | None = None
) -> Page[AddresseeView]:
    """Return a coalition's addressees by name, or those that any spelling finds."""
    actor.must(coalition_id, Role.VIEWER)
    with reading() as session:
        query = select(Addressee).where(Addressee.coalition_id == coalition_id)
        if sought is not None:
            query = query.where(Addressee.id.in_(_addressees_like(session, query, sought)))
        rows = paging.page(session, query, page, [Addressee.sort_name, Addressee.id])
        return rows.of(lambda row: _shown(session, actor, row))


def _addressees_like(session: Session, query: Select[Addressee], sought: str) -> list[UUID]:
    """Return whose name or office any spelling finds: of hundreds, each is looked at."""
    told = (Addressee.name, Addressee.title, Addressee.organisation)
    rows = session.execute(query.with_only_columns(Addressee.id, *told))
    return [
        row_id
        for row_id, *words in rows
        if spelling.found_in(spelling.index_of([" ".join(filter(None, words))]), sought)
    ]


def _shown(session: Session, actor: Actor, addressee: Addressee) -> AddresseeView:
    email = None
    if actor.may(addressee.coalition_id, Role.COORDINATOR):
        email = keys.read(session, addressee, Addressee.email)
    return AddresseeView(addressee, email)
