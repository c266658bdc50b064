"""The use cases of organisations and of the directory."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, Select, or_, select, update
from sqlalchemy.orm import Session

from api.accounts.rules import Actor, Role
from api.accounts.service import load, load_at
from api.errors import Conflict, NotFound
from api.infra import clock
from api.infra.background import events
from api.infra.database import paging
from api.infra.database.paging import Page, PageRequest
from api.infra.database.transactions import flush, is_any, reading, transaction
from api.infra.pdf import pictures
from api.infra.security import audit, keys
from api.infra.text import spelling
from api.organisations.events import RepresentativeChanged
from api.organisations.models import Organisation, Representative
from api.organisations.service.logos import Logos

PUBLIC_FIELDS = ("names", "acronym", "aliases", "country", "website")
IDENTITY_FIELDS = ("name", "email", "role")
LOGOS = Logos(Organisation, Role.EDITOR, "organisation.logo_given", "organisation.logo_taken_away")
AT_ONCE = 500  # rows of one transaction


class AlreadyRepresents(Conflict, title="This address represents the organisation already"):
    """One address, one representative of an organisation."""


@dataclass(frozen=True)
class Represented:
    """A representative, unsealed."""

    representative: Representative
    name: str
    email: str
    role: str | None


def enter(actor: Actor, coalition_id: UUID, facts: Mapping[str, object]) -> Organisation:
    """Enter an organisation into a coalition."""
    actor.must(coalition_id, Role.EDITOR)
    with transaction() as session:
        entered = put(session, coalition_id, facts)
        audit.record(session, actor, "organisation.entered", entered, facts)
        return entered


def use(actor: Actor, coalition_id: UUID, entry_id: UUID) -> Organisation:
    """Copy a public entry of the directory into a coalition's own, logo included."""
    actor.must(coalition_id, Role.EDITOR)
    with transaction() as session:
        return copied(session, actor, coalition_id, entry_id)


def copied(session: Session, actor: Actor, coalition_id: UUID, entry_id: UUID) -> Organisation:
    """Write a coalition's own entry of what stands in the directory."""
    entry = session.get(Organisation, entry_id)
    if entry is None or not entry.is_public:
        raise NotFound("The directory has no such entry; it may have been taken out.")
    facts = {name: getattr(entry, name) for name in PUBLIC_FIELDS}
    copy = put(session, coalition_id, {**facts, "is_public": False})
    pictures.copy_logo(entry, copy)
    audit.record(session, actor, "organisation.copied", copy, {"entry_id": entry_id})
    return copy


def put(session: Session, coalition_id: UUID, facts: Mapping[str, object]) -> Organisation:
    """Write a new organisation."""
    organisation = Organisation(coalition_id=coalition_id)
    write(organisation, facts)
    session.add(organisation)
    session.flush()
    return organisation


def change(
    actor: Actor, organisation_id: UUID, expected: int, changes: Mapping[str, object]
) -> Organisation:
    """Change some of an organisation's facts."""
    with transaction() as session:
        organisation = load_at(session, actor, Organisation, organisation_id, Role.EDITOR, expected)
        if changes.get("needs_two", organisation.needs_two) != organisation.needs_two:
            actor.must(organisation.coalition_id, Role.COORDINATOR)
        write(organisation, changes)
        audit.record(session, actor, "organisation.changed", organisation, changes)
        return organisation


def write(organisation: Organisation, facts: Mapping[str, object]) -> None:
    """Give an organisation facts, and by what it is found."""
    for name, value in facts.items():
        setattr(organisation, name, value)
    names = names_of(organisation)
    organisation.spellings = spelling.index_of(names)
    organisation.sort_name = spelling.folded(names[0])[:300]
    organisation.exact_names = _exact(organisation)


def names_of(organisation: Organisation) -> list[str]:
    """Return all that an organisation is called."""
    acronym = [organisation.acronym] if organisation.acronym else []
    return [*organisation.names.values(), *organisation.aliases, *acronym]


def _exact(organisation: Organisation) -> str:
    names = [*organisation.names.values(), *organisation.aliases]
    return "\n".join(["", *sorted(set(map(spelling.exact, names))), ""])


def lack_exact(session: Session) -> bool:
    """Tell whether an organisation was written before its names were kept in their exact form."""
    return is_any(session, select(Organisation.id).where(Organisation.exact_names.is_(None)))


def make_exact() -> None:
    """Give the organisations that lack it the exact form of their names; nothing else changes."""
    is_done = False
    while not is_done:
        with transaction() as session:
            query = select(Organisation).where(Organisation.exact_names.is_(None))
            some = session.scalars(query.limit(AT_ONCE).with_for_update(skip_locked=True)).all()
            told = [
                {"id": row.id, "exact_names": _exact(row), "updated_at": row.updated_at}
                for row in some
            ]
            if told:
                session.execute(update(Organisation), told)
            is_done = len(some) < AT_ONCE


def remove(actor: Actor, organisation_id: UUID, expected: int) -> None:
    """Take an organisation out of a coalition; what it signed stays."""
    with transaction() as session:
        organisation = load_at(
            session, actor, Organisation, organisation_id, Role.COORDINATOR, expected
        )
        pictures.drop_logo(organisation)
        audit.record(session, actor, "organisation.deleted", organisation)
        session.delete(organisation)


def organisation(actor: Actor, organisation_id: UUID) -> Organisation:
    """Return one organisation."""
    with reading() as session:
        return load(session, actor, Organisation, organisation_id, Role.VIEWER)


def named(actor: Actor, coalition_id: UUID, ids: Collection[UUID]) -> list[Organisation]:
    """Return those of a coalition's organisations that have one of some ids."""
    actor.must(coalition_id, Role.VIEWER)
    mine = select(Organisation).where(Organisation.coalition_id == coalition_id)
    with reading() as session:
        return list(session.scalars(mine.where(Organisation.id.in_(ids))))


def of_coalition(
    actor: Actor, coalition_id: UUID, page: PageRequest, sought: str | None
) -> Page[Organisation]:
    """Return a coalition's organisations by name, or those that any spelling finds."""
    actor.must(coalition_id, Role.VIEWER)
    return _found(
        select(Organisation).where(Organisation.coalition_id == coalition_id), page, sought
    )


def directory(page: PageRequest, sought: str | None) -> Page[Organisation]:
    """Return the public entries of all coalitions."""
    return _found(select(Organisation).where(Organisation.is_public), page, sought)


def _found(
    query: Select[Organisation], page: PageRequest, sought: str | None
) -> Page[Organisation]:
    if sought is not None:
        query = query.where(spelling.matches(Organisation.spellings, sought))
    with reading() as session:
        return paging.page(session, query, page, [Organisation.sort_name, Organisation.id])


def called(
    session: Session, coalition_id: UUID, name: str, country: str | None
) -> Organisation | None:
    """Return the one entry that is called so: the coalition's own, else one of the directory.

    Who types a name cannot know an entry's id. Two entries of one name are nobody's: the name stays
    as it was typed. An entry of another country is another organisation, and so is one whose name
    only sounds alike, or whose acronym it is.
    """
    mine: ColumnElement[bool] = Organisation.coalition_id == coalition_id
    for where in (mine, Organisation.is_public.is_(True)):
        found = _called(session, where, name, country)
        if found:
            return found[0] if len(found) == 1 else None
    return None


def _called(
    session: Session, where: ColumnElement[bool], name: str, country: str | None
) -> list[Organisation]:
    line = f"\n{spelling.exact(name)}\n"
    column = Organisation.exact_names
    query = select(Organisation).where(
        where, column.is_(None) | column.contains(line, autoescape=True)
    )
    return [
        each
        for each in session.scalars(query)
        if line in _exact(each) and _may_be_of(each, country)
    ]


def _may_be_of(organisation: Organisation, country: str | None) -> bool:
    return country is None or organisation.country in {None, country}


def is_called(organisation: Organisation, name: str) -> bool:
    """Tell whether a name is one of an organisation's, letter by letter."""
    return f"\n{spelling.exact(name)}\n" in _exact(organisation)


def alike(session: Session, coalition_id: UUID, name: str) -> list[Organisation]:
    """Return the coalition's own entries that a name could be taken for, whatever their country.

    They sound like it, or it is theirs with something added ("Specimen Watch International").
    """
    mine, column = Organisation.coalition_id == coalition_id, Organisation.exact_names
    lines = [f"\n{each}\n" for each in spelling.inside(name)]
    longer = [column.contains(line, autoescape=True) for line in lines]
    sounds = spelling.matches(Organisation.spellings, name)
    found = [
        each
        for each in session.scalars(select(Organisation).where(mine, or_(sounds, *longer)))
        if _sounds(each, name) or any(line in (each.exact_names or "") for line in lines)
    ]
    return sorted(found, key=lambda each: (each.sort_name, each.id))


def sounding(session: Session, coalition_id: UUID, name: str) -> list[Organisation]:
    """Return the entries, the coalition's and the directory's, that sound like a name."""
    theirs = (Organisation.coalition_id == coalition_id) | Organisation.is_public
    query = select(Organisation).where(theirs, spelling.matches(Organisation.spellings, name))
    return [each for each in session.scalars(query) if _sounds(each, name)]


def _sounds(organisation: Organisation, name: str) -> bool:
    return spelling.folded(name) in map(spelling.folded, names_of(organisation))


def add_representative(
    actor: Actor, organisation_id: UUID, facts: Mapping[str, object]
) -> Represented:
    """Enter a person who may commit an organisation."""
    with transaction() as session:
        organisation = load(session, actor, Organisation, organisation_id, Role.COORDINATOR)
        entered = put_representative(session, organisation, facts)
        audit.record(session, actor, "representative.entered", entered, facts)
        return _represented(session, entered)


def put_representative(
    session: Session, organisation: Organisation, facts: Mapping[str, Any]
) -> Representative:
    """Write a new representative; who it is, is sealed."""
    entered = Representative(
        id=uuid4(), coalition_id=organisation.coalition_id, organisation_id=organisation.id
    )
    identify(session, entered, facts)
    session.add(entered)
    flush(session, on_clash=AlreadyRepresents("Change the representative that is there."))
    return entered


def change_representative(
    actor: Actor, representative_id: UUID, expected: int, changes: Mapping[str, object]
) -> Represented:
    """Change what is known of a representative, or end that they are one."""
    with transaction() as session:
        found = load_at(
            session, actor, Representative, representative_id, Role.COORDINATOR, expected
        )
        known = keys.read(session, found, Representative.identity)
        kept = {"language": found.language, "left_on": found.left_on}
        identify(session, found, {**kept, **known, **changes})
        flush(session, on_clash=AlreadyRepresents("Another representative has this address."))
        audit.record(session, actor, "representative.changed", found, changes)
        events.announce(session, RepresentativeChanged.of(found))
        return _represented(session, found)


def identify(session: Session, found: Representative, facts: Mapping[str, Any]) -> None:
    """Give a representative facts; who it is, is sealed."""
    who = {field: facts.get(field) for field in IDENTITY_FIELDS}
    keys.write(session, found, Representative.identity, who)
    found.email_index = email_index(session, found.coalition_id, facts["email"])
    found.language, found.left_on = facts.get("language"), facts.get("left_on")


def email_index(session: Session, coalition_id: UUID, email: str) -> bytes:
    """Return by what an address is found among those who may commit organisations."""
    return keys.blind(session, coalition_id, "representatives.email", email.casefold())


def representative(actor: Actor, representative_id: UUID) -> Represented:
    """Return one representative; who it is, coordinators may know."""
    with reading() as session:
        found = load(session, actor, Representative, representative_id, Role.COORDINATOR)
        return _represented(session, found)


def representatives(actor: Actor, organisation_id: UUID, page: PageRequest) -> Page[Represented]:
    """Return who may commit an organisation, and who could, in the order in which they came."""
    with reading() as session:
        load(session, actor, Organisation, organisation_id, Role.COORDINATOR)
        query = select(Representative).where(Representative.organisation_id == organisation_id)
        found = paging.page(session, query, page)
        return found.of(lambda row: _represented(session, row))


def committing(session: Session, organisation_id: UUID) -> list[Represented]:
    """Return who may commit an organisation today."""
    query = select(Representative).where(
        Representative.organisation_id == organisation_id,
        Representative.left_on.is_(None) | (Representative.left_on > clock.today()),
    )
    found = session.scalars(query.order_by(Representative.created_at, Representative.id))
    return [_represented(session, row) for row in found]


def opened(session: Session, representative_id: UUID) -> Represented:
    """Return one representative inside the caller's transaction."""
    return _represented(session, session.get_one(Representative, representative_id))


def of_address(session: Session, organisation_id: UUID, email: str) -> Representative | None:
    """Return an organisation's representative of an address, also one that left."""
    coalition_id = session.get_one(Organisation, organisation_id).coalition_id
    query = select(Representative).where(
        Representative.organisation_id == organisation_id,
        Representative.email_index == email_index(session, coalition_id, email),
    )
    return session.scalars(query.with_for_update()).first()


def _represented(session: Session, row: Representative) -> Represented:
    who = keys.read(session, row, Representative.identity)
    return Represented(row, who["name"], who["email"], who["role"])
