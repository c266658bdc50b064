"""Lists and counts of signatures, each for one audience."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from api.accounts.rules import Actor, Role
from api.accounts.service import load
from api.errors import Fault, Forbidden, Invalid, NotFound
from api.infra import pages, spelling
from api.infra.database import reading
from api.organisations.models import Organisation
from api.signatures import rules
from api.signatures.models import Signature, SignatureState, Visibility
from api.signatures.rules import Audience, Standing
from api.signatures.service import counts, rows
from api.statements import service as statements
from api.statements.models import Statement

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from uuid import UUID

    from sqlalchemy import ColumnElement, Select
    from sqlalchemy.orm import Session

    from api.infra.pages import Page, PageRequest
    from api.signatures.rules import Signatory
    from api.signatures.service.rows import Shown

MOST_SEARCHED = 2_000


class TooManyToSearch(Invalid):
    """Names are sealed: a search unseals each of them."""

    title = "These are too many to search"


def signature(actor: Actor, signature_id: UUID) -> Shown:
    """Return one signature, as far as the actor may see it."""
    with reading() as session:
        row = load(session, actor, Signature, signature_id, Role.VIEWER)
        statement = session.get_one(Statement, row.statement_id)
        audience = rows.audience_of(actor, row.coalition_id)
        found = rows.shown(session, statement, [row], audience)
        is_public = found and found[0].standing is Standing.COUNTED
        if not found or (audience is Audience.PUBLIC and not is_public):
            raise NotFound("Check the id; who gave the signature may not wish to be seen.")
        return found[0]


def signatures(
    actor: Actor, statement_id: UUID, page: PageRequest, wanted: Mapping[str, Any]
) -> Page[Shown]:
    """Return a statement's signatures by position; to its editors, those that print."""
    with reading() as session:
        statement = load(session, actor, Statement, statement_id, Role.VIEWER)
        audience = rows.audience_of(actor, statement.coalition_id)
        query = _query(statement, audience, wanted)
        if "q" in wanted:
            if audience is Audience.PUBLIC:
                raise Forbidden("Names are searched by coordinators and owners.")
            query = query.where(Signature.id.in_(_matching(session, query, wanted["q"])))
        found = pages.page(session, query, page, [Signature.position, Signature.id])
        items = rows.shown(session, statement, found.items, audience)
        return pages.Page(items, found.following, found.total)


def _query(
    statement: Statement, audience: Audience, wanted: Mapping[str, Any]
) -> Select[Signature]:
    query = select(Signature).where(
        Signature.statement_id == statement.id, rows.visible(audience), rows.placed()
    )
    if audience is Audience.PUBLIC:
        query = query.where(rows.counting(statement))
    for field in wanted.keys() & {"kind", "country", "visibility"}:
        query = query.where(getattr(Signature, field) == wanted[field])
    if "state" in wanted:
        query = query.where(_stands(statement, Standing(wanted["state"])))
    return query


def _stands(statement: Statement, wanted: Standing) -> ColumnElement[bool]:
    """Return the condition of a standing: `rules.standing`, as a query."""
    if wanted is Standing.COUNTED:
        return rows.counting(statement)
    if wanted is Standing.WAITING:
        is_old = Signature.revision_number < statement.counted_from
        return (Signature.state == SignatureState.CONFIRMED) & is_old
    return Signature.state == SignatureState(wanted.value)


def _matching(session: Session, query: Select[Signature], sought: str) -> list[UUID]:
    """Return which of the signatures have a name of any spelling."""
    found = session.scalars(query.limit(MOST_SEARCHED + 1)).all()
    if len(found) > MOST_SEARCHED:
        raise TooManyToSearch(
            f"Names are sealed, and at most {MOST_SEARCHED:,} are opened for one search."
            " Narrow it by kind, country, visibility or state.",
            [Fault("", "The search covers too many signatures.")],
        )
    known = rows.identities(session, found)
    return [each for each, who in known.items() if spelling.found_in(rules.searched(who), sought)]


def exported(
    actor: Actor, statement_id: UUID, wanted: Mapping[str, Any]
) -> Iterator[list[tuple[Signatory, str]]]:
    """Return batches of a statement's signatories with their days, those that count at first.

    Between two batches no transaction is open, for the reader may be slow; a name that is taken
    back meanwhile is not sent any more.
    """
    with reading() as session:
        statement = load(session, actor, Statement, statement_id, Role.VIEWER)
        audience = rows.audience_of(actor, statement.coalition_id)
        query = _query(statement, audience, {"state": Standing.COUNTED, **wanted})
        ids = session.scalars(
            query.with_only_columns(Signature.id).order_by(Signature.position)
        ).all()
    return _batches(statement, audience, list(ids))


def _batches(
    statement: Statement, audience: Audience, ids: list[UUID]
) -> Iterator[list[tuple[Signatory, str]]]:
    for start in range(0, len(ids), rows.AT_ONCE):
        with reading() as session:
            some = select(Signature).where(Signature.id.in_(ids[start : start + rows.AT_ONCE]))
            found = session.scalars(some.order_by(Signature.position)).all()
            batch = [
                (each.who, each.signature.day.isoformat())
                for each in rows.shown(session, statement, found, audience)
                if each.standing is not Standing.WITHDRAWN
            ]
        yield batch


def public_page(session: Session, statement: Statement, page: PageRequest) -> Page[Shown]:
    """Return the signatures that everybody may see, by position; no page is dearer than another."""
    query = select(Signature).where(
        rows.counting(statement), rows.visible(Audience.PUBLIC), rows.placed()
    )
    total = counts.total(session, statement, shown_only=True)
    found = pages.page(session, query, page, [Signature.position], total=total)
    items = rows.shown(session, statement, found.items, Audience.PUBLIC)
    return pages.Page(items, found.following, found.total)


def numbers(actor: Actor, statement_id: UUID) -> dict[str, Any]:
    """Return how many signed, as far as the actor may know, and how many wait."""
    with reading() as session:
        statement = load(session, actor, Statement, statement_id, Role.VIEWER)
        audience = rows.audience_of(actor, statement.coalition_id)
        told = vars(counts.of(session, statement, audience))
        return {**told, "waiting": _waiting(session, statement)}


def _waiting(session: Session, statement: Statement) -> int:
    is_waiting = _stands(statement, Standing.WAITING)
    query = select(func.count()).where(Signature.statement_id == statement.id, is_waiting)
    return session.scalar(query) or 0


def printed(
    session: Session, statement: Statement, audience: Audience
) -> tuple[list[Signatory], int]:
    """Return the signatures that count as entries of the newest revision's portable document.

    In their order, and how many an audience sees no line of; to coordinators none is hidden. Who
    has no place yet is in neither.
    """
    counted = (rows.counting(statement), rows.placed())
    query = select(Signature).where(*counted, rows.visible(audience))
    found = session.scalars(query.order_by(Signature.position)).all()
    document = statements.current_revision(session, statement).document if found else {}
    entries = [
        entry
        for each in rows.shown(session, statement, found, audience)
        if (entry := rules.portable(each.who, audience, document)) is not None
    ]
    total = session.scalar(select(func.count()).where(*counted)) or 0
    return entries, total - len(entries)


def with_logos(session: Session, statement: Statement) -> list[tuple[Signatory, Organisation]]:
    """Return the organisations that `printed` names to everybody and that have a logo.

    Each beside its entry of the portable document.
    """
    query = (
        select(Signature, Organisation)
        .join(Organisation, Organisation.id == Signature.organisation_id)
        .where(
            rows.counting(statement),
            rows.placed(),
            Signature.shows_logo,
            Signature.visibility == Visibility.PUBLIC,
            Organisation.logo_sha256.is_not(None),
        )
    )
    of = dict(session.execute(query).all())
    document = statements.current_revision(session, statement).document if of else {}
    return [
        (entry, of[each.signature])
        for each in rows.shown(session, statement, list(of), Audience.PUBLIC)
        if (entry := rules.portable(each.who, Audience.PUBLIC, document)) is not None
    ]
