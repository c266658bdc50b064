"""Assembling: a template, its facts and a coalition's demands and cases make a draft."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sqlalchemy import or_, select
from sqlalchemy.orm import selectinload

from api.accounts.rules import Actor, Role
from api.accounts.service import load
from api.assemblies import rules
from api.cases import service as cases
from api.coalitions.models import Coalition, Member
from api.demands import service as demands
from api.errors import Conflict, Fault, Invalid
from api.infra import clock
from api.infra.database import reading, transaction
from api.portable.rules import checking, secrecy
from api.statements import service as statements
from api.statements.models import Statement
from api.statements.rules import Difference, differences, with_live_words
from api.templates import service as templates
from api.templates.models import Template, TemplateVersion

if TYPE_CHECKING:
    from uuid import UUID

    from sqlalchemy.orm import Session


class NoTemplate(Conflict):
    """Only a statement that came from a template is filled again with other facts."""

    title = "This statement came from no template"


@dataclass(frozen=True, kw_only=True)
class Choice:
    """What of a coalition's demands goes into a draft."""

    statuses: list[str]
    ids: list[str] | None = None  # only these demands; None: all
    specimen: bool = False


@dataclass(frozen=True, kw_only=True)
class Assembled:
    """A draft, the statement that holds it (None in a preview), and what to look at."""

    statement: Statement | None
    document: dict[str, Any]
    warnings: list[Fault]
    differences: list[Difference] = field(default_factory=list)


def assemble(  # noqa: PLR0913, PLR0917 # each is a question that the form asks
    actor: Actor,
    coalition_id: UUID,
    template_id: UUID,
    slug: str,
    facts: dict[str, Any],
    choice: Choice,
    *,
    preview: bool,
) -> Assembled:
    """Fill a template into the draft of a new statement; a preview stores nothing."""
    actor.must(coalition_id, Role.EDITOR)
    with reading() as session:
        version = _version(session, actor, template_id, coalition_id)
        document = _filled(session, version, slug, facts, choice)
        coalition = session.get_one(Coalition, coalition_id)
        whole = statements.completed(document, coalition)
    if preview:
        checked = checking.check(whole)
        found = Assembled(
            statement=None, document=whole, warnings=[*checked.faults, *checked.warnings]
        )
        return _for(actor, coalition_id, found)
    with transaction() as session:
        coalition = load(session, actor, Coalition, coalition_id, Role.EDITOR)
        kept = {"facts": facts, "choice": vars(choice)}
        begun = statements.started(session, coalition, whole, version.id, kept)
    found = Assembled(statement=begun.statement, document=whole, warnings=begun.warnings)
    return _for(actor, coalition_id, found)


def renew(
    actor: Actor, statement_id: UUID, expected: int, facts: dict[str, Any] | None, *, preview: bool
) -> Assembled:
    """Bring a draft up to date, or show what that would change.

    Without facts its text stays, and its demands and cases take the words of the live ones.
    With facts the newest version of its template is filled again, and edits of the text go.
    """
    with reading() as session:
        statement = load(session, actor, Statement, statement_id, Role.EDITOR)
        before = statements.whole_draft(session, statement)
        after = (
            _with_live_words(session, statement, before)
            if facts is None
            else _filled_again(session, statement, facts)
        )
        changes = list(differences(before, after))
    if preview:
        checked = checking.check(after)
        problems = [*checked.faults, *checked.warnings]
        found = Assembled(
            statement=statement, document=after, warnings=problems, differences=changes
        )
        return _for(actor, statement.coalition_id, found)
    with transaction() as session:
        statement = load(session, actor, Statement, statement_id, Role.EDITOR, lock=True)
        saved = statements.replaced(session, statement, expected, after)
        if facts is not None:
            statement.facts = {**(statement.facts or {}), "facts": facts}
    found = Assembled(
        statement=statement, document=after, warnings=saved.warnings, differences=changes
    )
    return _for(actor, statement.coalition_id, found)


def _for(actor: Actor, coalition_id: UUID, found: Assembled) -> Assembled:
    """Return what an actor may see: what may not be named is for coordinators."""
    if actor.may(coalition_id, Role.COORDINATOR):
        return found
    public, secrets = secrecy.split(found.document)
    hidden = tuple(f"/cases/{key}/" for key in secrets)
    return Assembled(
        statement=found.statement,
        document=public,
        warnings=found.warnings,
        differences=[each for each in found.differences if not each.pointer.startswith(hidden)],
    )


def _version(
    session: Session, actor: Actor, template_id: UUID, coalition_id: UUID
) -> TemplateVersion:
    template = load(session, actor, Template, template_id, Role.VIEWER)
    if template.coalition_id != coalition_id:
        raise Invalid(
            "Copy the template into this coalition first.",
            [Fault("/template_id", "It is another coalition's template.")],
        )
    return templates.version_of(session, template, None)


def _with_live_words(
    session: Session, statement: Statement, before: dict[str, Any]
) -> dict[str, Any]:
    live = cases.entries(session, statement.coalition_id)
    words = {key: cases.as_document(entry) for key, entry in live.items()}
    return with_live_words(before, words, demands.documents(session, statement.coalition_id))


def _filled_again(session: Session, statement: Statement, facts: dict[str, Any]) -> dict[str, Any]:
    if statement.template_version_id is None:
        raise NoTemplate("Leave the facts out, to renew the words of its demands and cases.")
    came_from = session.get_one(TemplateVersion, statement.template_version_id)
    template = session.get_one(Template, came_from.template_id)
    version = templates.version_of(session, template, None)
    choice = Choice(**(statement.facts or {}).get("choice", {"statuses": []}))
    document = _filled(session, version, statement.slug, facts, choice)
    coalition = session.get_one(Coalition, statement.coalition_id)
    return statements.completed(document, coalition)


def _filled(
    session: Session,
    version: TemplateVersion,
    slug: str,
    facts: dict[str, Any],
    choice: Choice,
) -> dict[str, Any]:
    coalition_id = version.coalition_id
    lists = rules.chosen(demands.documents(session, coalition_id), choice.statuses, choice.ids)
    entries = cases.entries(session, coalition_id)
    live = {key: cases.as_document(entry) for key, entry in entries.items()}
    language = version.source["language"]
    coalition = session.get_one(Coalition, coalition_id)
    own = statements.completed({"language": language}, coalition)["coalition"]
    given = {
        "coalition": {**own, "members": _members(session, coalition_id, language)},
        "demand_lists": [rules.list_given(each, language, own) for each in lists],
        "cases": [rules.case_given(each, language, own) for each in live.values()],
    }
    draft = templates.filled(version.source, facts, given)
    return rules.document(version.source, draft, slug, lists, live, specimen=choice.specimen)


def _members(session: Session, coalition_id: UUID, language: str) -> list[dict[str, Any]]:
    """Return today's members as a template sees them: leads first, then as they joined."""
    today = clock.today()
    query = (
        select(Member)
        .where(
            Member.coalition_id == coalition_id,
            Member.since <= today,
            or_(Member.until.is_(None), Member.until > today),
        )
        .options(selectinload(Member.organisation))
        .order_by(Member.since, Member.created_at)
    )
    members = session.scalars(query).all()
    return rules.members_given([(m.role, m.organisation) for m in members], language)
