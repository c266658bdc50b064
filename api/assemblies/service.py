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
from api.errors import Conflict, Fault, Invalid, point
from api.infra import clock, keys
from api.infra.database import Stale, reading, transaction
from api.portable.rules import checking, secrecy
from api.statements import service as statements
from api.statements.models import Statement
from api.statements.rules import Difference, differences, with_live_words
from api.templates import service as templates
from api.templates.models import Template, TemplateVersion

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

    from sqlalchemy.orm import Session

CHOICE = "statements.choice"


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


@dataclass(frozen=True, kw_only=True)
class Material:
    """All of a coalition that filling a template needs, read at once."""

    coalition: Coalition
    version: TemplateVersion
    choice: Choice
    lists: list[dict[str, Any]]
    cases: dict[str, dict[str, Any]]
    members: list[dict[str, Any]]

    def filled(self, facts: Mapping[str, Any], slug: str) -> dict[str, Any]:
        """Return the whole document; the template is filled in a limited child."""
        source = self.version.source
        language = source["language"]
        own = statements.completed({"language": language}, self.coalition)["coalition"]
        given = {
            "coalition": {**own, "members": self.members},
            "demand_lists": [rules.list_given(each, language, own) for each in self.lists],
            "cases": [rules.case_given(each, language, own) for each in self.cases.values()],
        }
        draft = templates.filled(source, facts, given)
        specimen = self.choice.specimen
        whole = rules.document(source, draft, slug, self.lists, self.cases, specimen=specimen)
        return statements.completed(whole, self.coalition)


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
        material = _material(session, version, choice)
    _must_be_there(choice, material.lists)
    document = material.filled(facts, slug)
    if preview:
        return _seen_by(actor, coalition_id, None, document, checking.check(document))
    with transaction() as session:
        coalition = cases.hold(session, coalition_id)
        begun = statements.started(session, coalition, document, version.id)
        place = CHOICE, begun.statement.id
        begun.statement.choice = keys.seal(session, coalition_id, *place, vars(choice))
    checked = checking.Checked([], begun.warnings)
    return _seen_by(actor, coalition_id, begun.statement, document, checked)


def _must_be_there(choice: Choice, taken: list[dict[str, Any]]) -> None:
    there = {demand["id"] for asked in taken for demand in asked["demands"]}
    faults = [
        Fault(point("demands", "ids", place), "The coalition has no demand of this key.")
        for place, key in enumerate(choice.ids or ())
        if key not in there
    ]
    if faults:
        raise Invalid("Choose among the coalition's demands.", faults)


def renew(
    actor: Actor, statement_id: UUID, expected: int, facts: dict[str, Any] | None, *, preview: bool
) -> Assembled:
    """Bring a draft up to date, or show what that would change.

    Without facts its text stays, and its demands and cases take the words of the live ones.
    With facts the newest version of its template is filled again, and edits of the text go.
    """
    with reading() as session:
        statement = load(session, actor, Statement, statement_id, Role.EDITOR)
        if statement.version != expected:
            raise Stale("Read it again, and renew what is there now.")
        before = statements.whole_draft(session, statement)
        material = None if facts is None else _material_again(session, statement)
        after = before if material else _with_live_words(session, statement, before)
    if material:
        after = material.filled(facts or {}, statement.slug)
    if preview:
        checked = checking.check(after)
    else:
        with transaction() as session:
            statement = cases.held(session, actor, Statement, statement_id, Role.EDITOR)
            saved = statements.replaced(session, statement, expected, after)
        checked = checking.Checked([], saved.warnings)
    return _seen_by(actor, statement.coalition_id, statement, after, checked, before)


def _seen_by(  # noqa: PLR0913, PLR0917 # the parts of an answer
    actor: Actor,
    coalition_id: UUID,
    statement: Statement | None,
    document: dict[str, Any],
    checked: checking.Checked,
    before: dict[str, Any] | None = None,
) -> Assembled:
    """Return what an actor may see; what differs is compared as it sees it, too."""
    shown, warnings = statements.seen_by(actor, coalition_id, document, checked)
    if before is None:
        return Assembled(statement=statement, document=shown, warnings=warnings)
    if not actor.may(coalition_id, Role.COORDINATOR):
        before, _ = secrecy.split(before)
    changes = list(differences(before, shown))
    return Assembled(statement=statement, document=shown, warnings=warnings, differences=changes)


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


def _material_again(session: Session, statement: Statement) -> Material:
    if statement.template_version_id is None or statement.choice is None:
        raise NoTemplate("Leave the facts out, to renew the words of its demands and cases.")
    came_from = session.get_one(TemplateVersion, statement.template_version_id)
    template = session.get_one(Template, came_from.template_id)
    choice = Choice(**keys.unseal(session, CHOICE, statement.id, statement.choice))
    return _material(session, templates.version_of(session, template, None), choice)


def _material(session: Session, version: TemplateVersion, choice: Choice) -> Material:
    coalition_id = version.coalition_id
    entries = cases.entries(session, coalition_id)
    return Material(
        coalition=session.get_one(Coalition, coalition_id),
        version=version,
        choice=choice,
        lists=rules.chosen(demands.documents(session, coalition_id), choice.statuses, choice.ids),
        cases={key: cases.as_document(entry) for key, entry in entries.items()},
        members=_members(session, coalition_id, version.source["language"]),
    )


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
