"""The document that everybody gets: the newest that was printed, while its names stand."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.documents.models import PrintedDocument
from api.documents.rules.rendering import Format
from api.documents.service import (
    MOST_TRIES,
    Document,
    DocumentSpec,
    StatementRender,
    kept,
    kept_bytes,
    print_now,
    promise_renewal,
    render_of,
    versions,
)
from api.errors import NotFound
from api.infra import clock
from api.infra.database.transactions import reading, transaction
from api.signing.service.reader import Read, of_address
from api.statements.models import State, Statement

FRESH = timedelta(minutes=10)


def published(address: str, is_known: Callable[[str], bool]) -> Read[Document | str | None]:
    """Return a published statement's PDF, or its key where the caller has it; None: not yet.

    Nobody from outside can have a long list unsealed and laid out: they get what a job printed for
    them, the one of an earlier published revision where that is all, and it is printed anew where
    that is older than ten minutes. What was printed for others may hold what never was published.
    """
    with reading() as session:
        statement, signing = of_address(session, address)
        if statement.state is not State.PUBLISHED:
            raise NotFound("The statement is printed for everybody once it is published.")
        row = _newest(session, statement)
        content = None if row is None else kept_bytes(session, statement, row.key)
    is_new = row is not None and row.revision_number == statement.revision_number
    if row is None or content is None or not is_new or row.printed_at < clock.now() - FRESH:
        with transaction() as session:
            promise_renewal(session, statement.coalition_id, statement.id)
    found: Document | str | None = None
    if row is not None and content is not None:
        given = Document(content, row.key, Format.PDF, statement.slug)
        found = row.key if is_known(row.key) else given
    return Read(found, signing.is_sensitive)


def given_out(session: Session, statement: Statement) -> bytes | None:
    """Return the PDF of the newest text that everybody gets; None: it is not printed yet."""
    row = _newest(session, statement)
    if row is None or row.revision_number != statement.revision_number:
        return None
    return kept_bytes(session, statement, row.key)


def _newest(session: Session, statement: Statement) -> PrintedDocument | None:
    query = select(PrintedDocument).where(
        PrintedDocument.statement_id == statement.id,
        PrintedDocument.is_public,
        PrintedDocument.taken_back_at.is_(None),
    )
    newest = query.order_by(
        PrintedDocument.revision_number.desc(), PrintedDocument.printed_at.desc()
    )
    return session.scalars(newest.limit(1)).first()


def renew(statement_id: UUID) -> None:
    """Print a published statement anew, as it is now."""
    for _ in range(MOST_TRIES):  # it may change again meanwhile
        with reading(one_moment=True) as session:
            statement = session.get(Statement, statement_id)
            if statement is None or statement.state is not State.PUBLISHED:
                return
            render = render_of(session, statement, DocumentSpec(Format.PDF))
            is_kept = kept(session, render) is not None
        if is_kept:
            versions.known_again(statement_id, render.inputs.key, render.version)
        else:
            print_now(render)
        _give_out(render, is_kept=is_kept)
        if is_kept:
            return


def _give_out(render: StatementRender, *, is_kept: bool) -> None:
    """Let everybody have a document; one that is there already was right by now, too."""
    with transaction() as session:
        row = session.get(PrintedDocument, (render.statement.id, render.inputs.key))
        if row is not None:
            row.is_public = True
            row.printed_at = clock.now() if is_kept else row.printed_at
