"""Drafts and templates as they would print, marked as drafts; nothing of them is kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from api.accounts.rules import Actor, Role
from api.accounts.service import load
from api.assemblies import service as assemblies
from api.documents.rules import rendering
from api.documents.rules.rendering import CONTENT_TYPES, ENDINGS, Format
from api.documents.service import Document, DocumentSpec, look_of, waiting
from api.infra.database.transactions import reading
from api.portable.rules import checking
from api.statements import service as statements
from api.statements.models import Statement

if TYPE_CHECKING:
    from uuid import UUID


@dataclass(frozen=True)
class Previewed:
    """A template's portable document, and what its author should look at."""

    document: dict[str, Any]
    warnings: tuple[str, ...]


def preview(actor: Actor, statement_id: UUID, wanted: DocumentSpec) -> Document:
    """Return the document of a statement's draft, marked as one; it is not kept."""
    with reading() as session:
        statement = load(session, actor, Statement, statement_id, Role.VIEWER)
        whole = statements.whole_draft(session, statement)
        look = look_of(session, statement.coalition_id, whole, wanted.theme, is_draft=True)
        closed = statements.closed_of(session, statement.coalition_id, whole)
    owner, form = statement.coalition_id, wanted.format
    _, found = statements.seen_by(actor, owner, whole, checking.Checked([], []), closed)
    inputs = rendering.input_of(whole, form, look)
    content = waiting.rendered(owner, inputs)
    name = f"{statement.slug}-draft.{ENDINGS[form]}"
    warnings = tuple(each.detail for each in found)
    return Document(content, inputs.key, CONTENT_TYPES[form], name, warnings)


def template_preview(  # noqa: PLR0913, PLR0917 # each is a question that the form asks
    actor: Actor,
    coalition_id: UUID,
    origin: assemblies.Origin,
    facts: dict[str, Any] | None,
    choice: assemblies.Choice,
    theme: str | None,
    form: Format | None,
) -> Document | Previewed:
    """Return what a template gives, printed and marked as a draft; nothing is kept.

    Without a format it is the portable document, as far as the actor may see it.
    """
    whole, found = assemblies.previewed(actor, coalition_id, origin, facts, choice)
    whole = {**whole, "theme": theme} if theme else whole
    checking.require(whole)
    warnings = tuple(each.detail for each in found)
    if form is None:
        shown, _ = statements.seen_by(actor, coalition_id, whole, checking.Checked([], []), {})
        return Previewed(shown, warnings)
    with reading() as session:
        look = look_of(session, coalition_id, whole, None, is_draft=True)
    inputs = rendering.input_of(whole, form, look)
    content = waiting.rendered(coalition_id, inputs)
    name = f"{whole['slug']}.{ENDINGS[form]}"
    return Document(content, inputs.key, CONTENT_TYPES[form], name, warnings)
