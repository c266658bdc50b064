"""Drafts and templates as they would print, marked as drafts; nothing of them is kept."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from api.accounts.rules import Actor, Role
from api.accounts.service import load
from api.assemblies import service as assemblies
from api.documents.rules import rendering
from api.documents.rules.rendering import Format
from api.documents.service import Document, DocumentSpec, look_of, waiting
from api.infra.database.transactions import reading
from api.portable.rules import checking, identity, secrecy
from api.statements import service as statements
from api.statements.models import Statement
from api.texts.rules.document import PortableDocument


@dataclass(frozen=True)
class Previewed:
    """A template's portable document, and what its author should look at."""

    document: PortableDocument
    warnings: tuple[str, ...]


def preview(actor: Actor, statement_id: UUID, wanted: DocumentSpec) -> Document:
    """Return the document of a statement's draft, marked as one; it is not kept."""
    with reading() as session:
        statement = load(session, actor, Statement, statement_id, Role.VIEWER)
        whole = statements.whole_draft(session, statement)
        look = look_of(session, statement.coalition_id, whole, wanted.theme, is_draft=True)
        owner, form = statement.coalition_id, wanted.format
        _, found = statements.seen_by(session, actor, owner, whole, checking.Checked([], []))
        known = identity.identified(whole, statement.block_ids)
    inputs = rendering.input_of(known, form, look)
    content = waiting.rendered(owner, inputs)
    warnings = tuple(each.detail for each in found)
    return Document(content, inputs.key, form, f"{statement.slug}-draft", warnings)


def template_preview(  # noqa: PLR0913, PLR0917 # each is a question that the form asks
    actor: Actor,
    coalition_id: UUID,
    origin: assemblies.Origin,
    facts: dict[str, object] | None,
    choice: assemblies.Choice,
    theme: str | None,
    form: Format | None,
) -> Document | Previewed:
    """Return what a template gives, printed and marked as a draft; nothing is kept.

    Without a format it is the portable document, as far as the actor may see it.
    """
    filled, found = assemblies.previewed(actor, coalition_id, origin, facts, choice)
    whole, _ = checking.require({**filled, "theme": theme} if theme else filled)
    warnings = tuple(each.detail for each in found)
    if form is None:
        sees_all = actor.may(coalition_id, Role.COORDINATOR)
        return Previewed(whole if sees_all else secrecy.split(whole)[0], warnings)
    with reading() as session:
        look = look_of(session, coalition_id, whole, None, is_draft=True)
    inputs = rendering.input_of(whole, form, look)
    content = waiting.rendered(coalition_id, inputs)
    return Document(content, inputs.key, form, whole["slug"], warnings)
