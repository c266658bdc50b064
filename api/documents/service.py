"""The use cases of documents: a statement, printed, and kept by the hash of what went in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from api.accounts.rules import Actor, Role
from api.accounts.service import load
from api.coalitions.models import Coalition
from api.documents.rules import html, press
from api.documents.rules.press import CONTENT_TYPES, ENDINGS, Edition, Format
from api.infra import keys, pictures
from api.infra.database import reading, transaction
from api.infra.outside import outside
from api.portable.rules import printing, signing
from api.signatures import service as signatures
from api.signatures.rules import Audience
from api.statements import service as statements
from api.statements.models import Revision, Statement

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from uuid import UUID

    from sqlalchemy.orm import Session

PLACE = "documents.content"


@dataclass(frozen=True)
class Document:
    """A rendering, and what it is called."""

    content: bytes
    key: str
    content_type: str
    name: str


def document(
    actor: Actor,
    statement_id: UUID,
    form: Format,
    number: int | None,
    is_known: Callable[[str], bool],
) -> Document | str:
    """Return the document of a statement's revision (the newest without a number).

    It is kept, sealed, by the hash of what goes in; where the caller has that, only it comes back.
    """
    with reading() as session:
        statement = load(session, actor, Statement, statement_id, Role.VIEWER)
        revision = (
            statements.current_revision(session, statement)
            if number is None
            else statements.revision_of(session, statement, number)
        )
        edition = _edition(session, statement, revision, form)
        place = f"documents/{statement.coalition_id}/{statement.id}/{edition.key}"
        if is_known(edition.key):
            return edition.key
        content = _kept(session, statement, place)
    if content is None:
        content = press.rendered(edition, outside().children)
        with transaction() as session:
            owner = statement.coalition_id
            sealed = keys.seal_bytes(session, owner, PLACE, statement.id, content)
        outside().storage.put(place, sealed)
    name = f"{statement.slug}.{ENDINGS[form]}"
    return Document(content, edition.key, CONTENT_TYPES[form], name)


def preview(actor: Actor, statement_id: UUID, form: Format) -> Document:
    """Return the document of a statement's draft, marked as one; it is not kept."""
    with reading() as session:
        statement = load(session, actor, Statement, statement_id, Role.VIEWER)
        whole = statements.whole_draft(session, statement)
        look = _look(session, statement, whole, is_draft=True)
    edition = press.edition_of(whole, form, look)
    content = press.rendered(edition, outside().children)
    name = f"{statement.slug}-draft.{ENDINGS[form]}"
    return Document(content, edition.key, CONTENT_TYPES[form], name)


def _edition(session: Session, statement: Statement, revision: Revision, form: Format) -> Edition:
    listed, withheld = signatures.printed(session, statement, Audience.PUBLIC)
    whole = {
        **revision.document,
        "signatories": listed,
        "withheld": withheld + revision.document.get("withheld", 0),
    }
    printed = cast("printing.Printed", revision.printed)
    look = _look(session, statement, revision.document)
    return Edition(printed, signing.signatories(whole), look, form)


def _look(
    session: Session, statement: Statement, document: Mapping[str, Any], *, is_draft: bool = False
) -> html.Look:
    coalition = session.get_one(Coalition, statement.coalition_id)
    logo, kind = pictures.logo(coalition) or (None, None)
    return html.Look(
        accent=coalition.accent,
        logo=logo,
        logo_type=cast("Any", kind),
        page_size=cast("Any", outside().settings.page_size),
        theme=document.get("theme", press.THEME),
        is_draft=is_draft,
    )


def _kept(session: Session, statement: Statement, place: str) -> bytes | None:
    """Return a document that was made before; one that cannot be read goes, to be made anew."""
    sealed = outside().storage.get(place)
    if sealed is None:
        return None
    try:
        return keys.unseal_bytes(session, PLACE, statement.id, sealed)
    except (keys.KeyMissing, ValueError):  # ValueError: it is cut short
        outside().storage.delete(place)
        return None
