"""Lists and counts of signatures, each for one audience."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

from api.accounts.rules import Actor, Role
from api.accounts.service import load
from api.errors import NotFound
from api.infra.database import paging
from api.infra.database.paging import Key, Page, PageRequest
from api.infra.database.transactions import reading, transaction
from api.infra.security import audit
from api.organisations.models import Organisation
from api.signatures import rules
from api.signatures.models import Signature, SignatureState, Visibility
from api.signatures.rules import Audience, EffectiveState
from api.signatures.service import counts, rows
from api.signatures.service.rows import SignatureView
from api.statements import service as statements
from api.statements.models import Statement
from api.texts.rules.document import PortableSignatory

Wanted = Mapping[str, object]  # what is filtered by: the arguments of a list that were given

T = TypeVar("T")
# They may have no place yet, never get one, or keep one that tells: they are listed by day.
BY_DAY = frozenset(
    {
        EffectiveState.HELD,
        EffectiveState.REJECTED,
        EffectiveState.INVALIDATED,
        EffectiveState.WITHDRAWN,
    }
)
EQUAL = ("kind", "country", "visibility", "source")


def signature(actor: Actor, signature_id: UUID, *, is_glance: bool = False) -> SignatureView:
    """Return one signature, as far as the actor may see it."""
    with reading() as session:
        row = load(session, actor, Signature, signature_id, Role.VIEWER)
        statement = session.get_one(Statement, row.statement_id)
        audience = rows.audience_of(actor, row.coalition_id, is_glance=is_glance)
        found = rows.shown(session, statement, [row], audience)
        is_public = found and found[0].effective_state is EffectiveState.COUNTED
        if not found or (audience is Audience.PUBLIC and not is_public):
            raise NotFound("Check the id; who gave the signature may not wish to be seen.")
        return found[0]


def disclosed(actor: Actor, signature_id: UUID) -> SignatureView:
    """Return all that coordinators may know of one signatory; the record tells who looked."""
    with transaction() as session:
        row = load(session, actor, Signature, signature_id, Role.COORDINATOR)
        statement = session.get_one(Statement, row.statement_id)
        audit.record(session, actor, "signature.disclosed", row)
        (found,) = rows.shown(session, statement, [row], Audience.COORDINATOR)
        return found


def signatures(
    actor: Actor,
    statement_id: UUID,
    page: PageRequest,
    wanted: Wanted,
    *,
    is_glance: bool = False,
) -> Page[SignatureView]:
    """Return a statement's signatures, as the actor may see them, in their order."""
    with reading() as session:
        statement = load(session, actor, Statement, statement_id, Role.VIEWER)
        audience = rows.audience_of(actor, statement.coalition_id, is_glance=is_glance)
        return paged(session, statement, audience, page, wanted)


def paged(  # noqa: PLR0913, PLR0917 # what a page is of, and for whom
    session: Session,
    statement: Statement,
    audience: Audience,
    page: PageRequest,
    wanted: Wanted,
    ids: Collection[UUID] | None = None,
    *,
    total: int | None = None,
) -> Page[SignatureView]:
    """Return a page of a statement's signatures; with `ids`, of these."""
    asked = query(statement, audience, wanted)
    if ids is not None:
        asked = asked.where(Signature.id.in_(ids))
    found = paging.page(session, asked, page, order_of(wanted), total=total)
    items = rows.shown(session, statement, found.items, audience)
    return paging.Page(items, found.following, found.total)


def order_of(wanted: Wanted) -> Sequence[Key]:
    """Return the keys by which a list of signatures is sorted."""
    if wanted.get("state") in BY_DAY:
        return [Signature.day, Signature.id]  # not as they came: a cursor would tell the second
    return [Signature.position]


def query(statement: Statement, audience: Audience, wanted: Wanted) -> Select[Signature]:
    """Return the query of the signatures that are wanted; to editors, of those that print."""
    found = select(Signature).where(Signature.statement_id == statement.id, rows.visible(audience))
    if wanted.get("state") not in BY_DAY:
        found = found.where(rows.placed())
    if audience is Audience.PUBLIC:
        found = found.where(rows.counting(statement))
    for field in EQUAL:
        if field in wanted:
            found = found.where(getattr(Signature, field) == wanted[field])
    if "from" in wanted:
        found = found.where(Signature.day >= wanted["from"])
    if "until" in wanted:
        found = found.where(Signature.day <= wanted["until"])
    if "state" in wanted:
        found = found.where(_stands(statement, EffectiveState(str(wanted["state"]))))
    return found


def _stands(statement: Statement, wanted: EffectiveState) -> ColumnElement[bool]:
    """Return the condition of an effective state: `rules.effective_state`, as a query."""
    if wanted is EffectiveState.COUNTED:
        return rows.counting(statement)
    if wanted is EffectiveState.WAITING:
        is_old = Signature.revision_number < statement.counted_from
        return (Signature.state == SignatureState.CONFIRMED) & is_old
    return Signature.state == SignatureState(wanted.value)


def batches(
    statement: Statement,
    audience: Audience,
    wanted: Wanted,
    of: Callable[[Session, Sequence[Signature]], T],
) -> Iterator[T]:
    """Yield what `of` makes of the signatures that are wanted, some at a time.

    Between two batches no transaction is open, for the reader may be slow; a name that is taken
    back meanwhile is not sent any more. No more than a batch is ever held.
    """
    asked, cursor = query(statement, audience, wanted), None
    while True:
        page = paging.PageRequest(limit=rows.AT_ONCE, cursor=cursor)
        with reading() as session:
            found = paging.page(session, asked, page, order_of(wanted), total=0)
            batch = of(session, found.items)
        yield batch
        cursor = found.following
        if cursor is None:
            return


def public_page(session: Session, statement: Statement, page: PageRequest) -> Page[SignatureView]:
    """Return the signatures that everybody may see, by position; no page is dearer than another."""
    total = counts.total(session, statement, shown_only=True)
    return paged(session, statement, Audience.PUBLIC, page, {}, total=total)


def numbers(actor: Actor, statement_id: UUID) -> dict[str, object]:
    """Return how many signed, as far as the actor may know, and how many wait."""
    with reading() as session:
        statement = load(session, actor, Statement, statement_id, Role.VIEWER)
        audience = rows.audience_of(actor, statement.coalition_id)
        is_waiting = _stands(statement, EffectiveState.WAITING)
        query = select(func.count()).where(Signature.statement_id == statement.id, is_waiting)
        told = vars(counts.of(session, statement, audience))
        return {**told, "waiting": session.scalar(query) or 0}


def printed(
    session: Session, statement: Statement, audience: Audience, *, unread: int = 0
) -> tuple[list[PortableSignatory], int]:
    """Return the signatures that count as entries of the newest revision's portable document.

    In their order, and how many an audience sees no line of, if it may know; to coordinators none
    is hidden. Who has no place yet is in neither. `unread` are the people who are listed, where
    these are too many to be read: then they are left out.
    """
    counted = (rows.counting(statement), rows.placed())
    query = select(Signature).where(*counted, rows.visible(audience))
    if unread:
        query = query.where(rows.of_an_organisation())
    found = session.scalars(query.order_by(Signature.position)).all()
    entries = [entry for _, entry in _entries(session, statement, found, audience)]
    if not counts.tells_withheld(session, statement):
        return entries, 0
    if unread:
        total = counts.total(session, statement)
    else:
        total = session.scalar(select(func.count()).where(*counted)) or 0
    return entries, total - len(entries) - unread


def people_listed(session: Session, statement: Statement) -> int:
    """Return how many people, not organisations, print with a line for everybody, or soon will.

    Nobody is looked at: the organisations, who are few, are taken off the count of all.
    """
    query = select(func.count()).where(
        rows.counting(statement), rows.of_an_organisation(), rows.visible(Audience.PUBLIC)
    )
    organisations = session.scalar(query) or 0
    return counts.total(session, statement, shown_only=True) - organisations


def with_logos(
    session: Session, statement: Statement
) -> list[tuple[PortableSignatory, Organisation]]:
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
    entries = _entries(session, statement, list(of), Audience.PUBLIC)
    return [(entry, of[row]) for row, entry in entries]


def _entries(
    session: Session, statement: Statement, signatures: Sequence[Signature], audience: Audience
) -> list[tuple[Signature, PortableSignatory]]:
    if not signatures:
        return []
    document = statements.current_revision(session, statement).document
    return [
        (each.signature, entry)
        for each in rows.shown(session, statement, signatures, audience)
        if (entry := rules.portable(each.who, audience, document)) is not None
    ]
