"""The use cases of organisations and of the directory."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from api.accounts.rules import Actor, Role
from api.accounts.service import load
from api.errors import NotFound
from api.infra import audit, pages, pictures, spelling
from api.infra.database import reading, touch, transaction
from api.organisations.models import Organisation

if TYPE_CHECKING:
    from uuid import UUID

    from sqlalchemy import Select
    from sqlalchemy.orm import Session

    from api.infra.pages import Page, PageRequest

PUBLIC_FIELDS = ("names", "acronym", "aliases", "country", "website")


def enter(actor: Actor, coalition_id: UUID, facts: dict[str, Any]) -> Organisation:
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
        entry = session.get(Organisation, entry_id)
        if entry is None or not entry.is_public:
            raise NotFound("The directory has no such entry; it may have been taken out.")
        facts = {name: getattr(entry, name) for name in PUBLIC_FIELDS}
        copy = put(session, coalition_id, {**facts, "is_public": False})
        pictures.copy_logo(entry, copy)
        audit.record(session, actor, "organisation.copied", copy, {"entry_id": entry_id})
        return copy


def put(session: Session, coalition_id: UUID, facts: dict[str, Any]) -> Organisation:
    """Write a new organisation."""
    organisation = Organisation(coalition_id=coalition_id, **facts)
    _index(organisation)
    session.add(organisation)
    session.flush()
    return organisation


def change(
    actor: Actor, organisation_id: UUID, expected: int, changes: dict[str, Any]
) -> Organisation:
    """Change some of an organisation's facts."""
    with transaction() as session:
        organisation = load(session, actor, Organisation, organisation_id, Role.EDITOR, lock=True)
        touch(organisation, expected)
        for name, value in changes.items():
            setattr(organisation, name, value)
        _index(organisation)
        audit.record(session, actor, "organisation.changed", organisation, changes)
        return organisation


def _index(organisation: Organisation) -> None:
    names = [*organisation.names.values(), *organisation.aliases, organisation.acronym or ""]
    organisation.spellings = spelling.index_of(names)
    organisation.sort_name = spelling.folded(names[0])[:300]


def remove(actor: Actor, organisation_id: UUID, expected: int) -> None:
    """Take an organisation out of a coalition; what it signed stays."""
    with transaction() as session:
        organisation = load(
            session, actor, Organisation, organisation_id, Role.COORDINATOR, lock=True
        )
        touch(organisation, expected)
        pictures.drop_logo(organisation)
        audit.record(session, actor, "organisation.deleted", organisation)
        session.delete(organisation)


def organisation(actor: Actor, organisation_id: UUID) -> Organisation:
    """Return one organisation."""
    with reading() as session:
        return load(session, actor, Organisation, organisation_id, Role.VIEWER)


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
        return pages.page(session, query, page, [Organisation.sort_name, Organisation.id])


def put_logo(actor: Actor, organisation_id: UUID, expected: int, data: bytes) -> Organisation:
    """Give an organisation its logo."""
    with transaction() as session:
        organisation = load(session, actor, Organisation, organisation_id, Role.EDITOR, lock=True)
        touch(organisation, expected)
        pictures.put_logo(organisation, data)
        facts = {"sha256": organisation.logo_sha256}
        audit.record(session, actor, "organisation.logo_given", organisation, facts)
        return organisation


def drop_logo(actor: Actor, organisation_id: UUID, expected: int) -> None:
    """Take an organisation's logo away."""
    with transaction() as session:
        organisation = load(session, actor, Organisation, organisation_id, Role.EDITOR, lock=True)
        touch(organisation, expected)
        pictures.drop_logo(organisation)
        audit.record(session, actor, "organisation.logo_taken_away", organisation)


def logo(actor: Actor, organisation_id: UUID) -> tuple[Organisation, bytes, str]:
    """Return an organisation, its logo and the logo's content type."""
    found = organisation(actor, organisation_id)
    return found, *pictures.must_have_logo(found)
