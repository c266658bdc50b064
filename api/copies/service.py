"""Copying: a statement, or a coalition's set-up, as the start of a new one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import TypeVar
from uuid import UUID

from sqlalchemy import Select, and_, select
from sqlalchemy.orm import Session

from api.accounts.rules import Actor, Role
from api.cases import service as cases
from api.coalitions import service as coalitions
from api.coalitions.models import Addressee, Coalition, Member
from api.coalitions.service.locking import load_locked, lock_coalition
from api.copies import rules
from api.copies.rules import CopiedPart
from api.demands import service as demands
from api.errors import Code, Fault, Invalid
from api.infra import clock
from api.infra.database.transactions import transaction
from api.infra.pdf import pictures
from api.infra.security import audit, keys
from api.organisations import service as organisations
from api.organisations.models import Organisation
from api.portable.rules import checking, secrecy
from api.statements import service as statements
from api.statements.models import Statement
from api.templates import service as templates
from api.templates.models import Template, TemplateVersion

_Row = TypeVar("_Row")
MOST = 2000  # of a part that one request copies
ALWAYS = (
    "languages",
    "countries",
    "country_names",
    "conjunctions",
    "remind_after_days",
    "remind_every_days",
)
OF_AN_ADDRESSEE = ("name", "title", "organisation", "country", "salutation")
NAMES_A_CASE = "It names a case, and cases stay where they are."
ABOUT_CASES = "It is about cases, and they stay where they are."
WITHOUT_ORGANISATION = "Its organisation stayed behind."


@dataclass(frozen=True)
class NotCopied:
    """One thing that did not come along."""

    part: CopiedPart
    name: str
    why: str


@dataclass(frozen=True)
class Copied:
    """A coalition that began as another one, what came along and what did not."""

    coalition: Coalition
    counts: Counter[CopiedPart] = field(default_factory=Counter)
    left_out: list[NotCopied] = field(default_factory=list)


@dataclass(frozen=True)
class _Copying:
    """One coalition on its way into another, inside a transaction."""

    session: Session
    actor: Actor
    source: Coalition
    copied: Copied
    names: Collection[str]  # of the source's cases, whether they may be named or not

    @property
    def target(self) -> UUID:
        return self.copied.coalition.id

    def count(self, part: CopiedPart) -> None:
        self.copied.counts[part] += 1

    def leave(self, part: CopiedPart, name: str, why: str) -> None:
        self.copied.left_out.append(NotCopied(part, name, why))


def copy_statement(
    actor: Actor, statement_id: UUID, slug: str, title: str | None, number: int | None
) -> statements.SavedStatement:
    """Begin a statement from the draft of another one, or from one of its revisions.

    It has the template of its source, so it can be renewed, but none of its signatures.
    """
    with transaction() as session:
        source = load_locked(session, actor, Statement, statement_id, Role.EDITOR)
        coalition = lock_coalition(session, source.coalition_id)
        whole, ids = statements.whole_draft(session, source), source.block_ids
        if number is not None:  # one from which a name was taken back is not copied
            revision = statements.revision_of(session, source, number)
            whole, ids = statements.whole_revision(session, revision), revision.block_ids
        hidden = cases.hidden(session, coalition.id)
        unnamed = {entry.case.key: cases.as_document(entry) for entry in hidden}
        document = rules.begun_from(whole, slug, title, unnamed)
        begun = statements.started(session, coalition, document, source.template_version_id, at="")
        begun.came_from(source, ids)
        if source.choice is not None:
            # Whom a text names though they are free or dead was asked for that text only.
            chosen = keys.read(session, source, Statement.choice)
            chosen = {**chosen, "include_released_and_deceased": False}
            keys.write(session, begun.statement, Statement.choice, chosen)
        told = {"source": str(source.id), "revision": number}
        audit.record(session, actor, "statement.copied", begun.statement, told)
        checked = checking.Checked([], [*begun.warnings, *rules.reminders(document)])
        shown, warnings = statements.seen_by(session, actor, coalition.id, begun.document, checked)
        return statements.SavedStatement(begun.statement, shown, warnings)


def copy_coalition(
    actor: Actor, coalition_id: UUID, slug: str, name: str, parts: Sequence[CopiedPart]
) -> Copied:
    """Found a coalition that begins with parts of another one's set-up; the actor owns it.

    Cases stay where they are, and so does whatever names one: a name that is taken back in the
    one coalition would go on standing in the other.
    """
    actor.must(coalition_id, Role.COORDINATOR)
    if CopiedPart.MEMBERS in parts and CopiedPart.ORGANISATIONS not in parts:
        fault = Fault("/parts", Code.CONFLICT, "Members are organisations: copy these too.")
        raise Invalid("Choose parts that can stand together.", [fault])
    with transaction() as session:
        source = lock_coalition(session, coalition_id)
        facts = {key: getattr(source, key) for key in ALWAYS}
        look = source.accent if CopiedPart.LOOK in parts else coalitions.ACCENT
        new = {**facts, "accent": look, "slug": slug, "name": name}
        coalition = coalitions.put(session, actor, new)
        entries = cases.entries(session, coalition_id).values()
        known = {name for entry in entries for name in entry.names}
        copying = _Copying(session, actor, source, Copied(coalition), known)
        _copy(copying, parts)
        told = {"source": str(source.id), "parts": [str(part) for part in parts]}
        for whose in (source.id, coalition.id):
            audit.append(session, actor, "coalition.copied", whose, coalition.id, facts=told)
        return copying.copied


def _copy(copying: _Copying, parts: Sequence[CopiedPart]) -> None:
    if CopiedPart.LOOK in parts:
        pictures.copy_logo(copying.source, copying.copied.coalition)
    if CopiedPart.ORGANISATIONS in parts:
        entries = _organisations(copying)
        if CopiedPart.MEMBERS in parts:
            _members(copying, entries)
    if CopiedPart.ADDRESSEES in parts:
        _addressees(copying)
    if CopiedPart.TEMPLATES in parts:
        _templates(copying)
    if CopiedPart.DEMANDS in parts:
        _demands(copying)


def _organisations(copying: _Copying) -> dict[UUID, Organisation]:
    """Return the new entries by the ids of the old; one that is public stays so in one place."""
    query = select(Organisation).where(Organisation.coalition_id == copying.source.id)
    rows = _all(copying, query.order_by(Organisation.sort_name), CopiedPart.ORGANISATIONS)
    facts = [{key: getattr(row, key) for key in organisations.PUBLIC_FIELDS} for row in rows]
    told = rules.telling(facts, copying.names)
    entries = {}
    for place, row in enumerate(rows):
        if place in told:
            copying.leave(CopiedPart.ORGANISATIONS, next(iter(row.names.values())), NAMES_A_CASE)
            continue
        new = {**facts[place], "is_public": False}
        entries[row.id] = organisations.put(copying.session, copying.target, new)
        pictures.copy_logo(row, entries[row.id])
        copying.count(CopiedPart.ORGANISATIONS)
    return entries


def _members(copying: _Copying, entries: dict[UUID, Organisation]) -> None:
    today = clock.today()
    query = select(Member).where(
        Member.coalition_id == copying.source.id, Member.is_there_on(today)
    )
    for row in _all(copying, query.order_by(Member.since, Member.created_at), CopiedPart.MEMBERS):
        entry = entries.get(row.organisation_id)
        if entry is None:
            left = copying.session.get_one(Organisation, row.organisation_id)
            copying.leave(CopiedPart.MEMBERS, next(iter(left.names.values())), WITHOUT_ORGANISATION)
            continue
        of_it = {"coalition_id": copying.target, "organisation_id": entry.id}
        copying.session.add(Member(**of_it, role=row.role, since=today))
        copying.count(CopiedPart.MEMBERS)


def _addressees(copying: _Copying) -> None:
    query = select(Addressee).where(Addressee.coalition_id == copying.source.id)
    rows = _all(copying, query.order_by(Addressee.sort_name), CopiedPart.ADDRESSEES)
    facts = [{key: getattr(row, key) for key in OF_AN_ADDRESSEE} for row in rows]
    told = rules.telling(facts, copying.names)
    for place, row in enumerate(rows):
        if place in told:
            copying.leave(CopiedPart.ADDRESSEES, row.name, NAMES_A_CASE)
            continue
        new = {**facts[place], "email": keys.read(copying.session, row, Addressee.email)}
        coalitions.put_addressee(copying.session, copying.target, new)
        copying.count(CopiedPart.ADDRESSEES)


def _templates(copying: _Copying) -> None:
    is_newest = and_(
        TemplateVersion.template_id == Template.id,
        TemplateVersion.number == Template.version_number,
    )
    query = select(TemplateVersion).join(Template, is_newest)
    query = query.where(Template.coalition_id == copying.source.id).order_by(Template.name)
    for row in _all(copying, query, CopiedPart.TEMPLATES):
        if secrecy.telling(row.source, copying.names):
            copying.leave(CopiedPart.TEMPLATES, row.source["name"], NAMES_A_CASE)
            continue
        templates.put(copying.session, copying.actor, copying.target, row.source)
        copying.count(CopiedPart.TEMPLATES)


def _demands(copying: _Copying) -> None:
    """Copy demand lists, and the demands that are about nobody, with the status that they have."""
    lists = demands.documents(copying.session, copying.source.id)
    _must_be_few(sum(1 + len(asked["demands"]) for asked in lists), CopiedPart.DEMANDS)
    whole, single = rules.telling_demands(lists, copying.names)
    for place, asked in enumerate(lists):
        row, kept = None, []
        if place not in whole:
            row = demands.put_list(copying.session, copying.target, asked)
        for number, demand in enumerate(asked["demands"]):
            if row is None or (place, number) in single:
                copying.leave(CopiedPart.DEMANDS, demand["id"], NAMES_A_CASE)
            elif demand.get("cases"):
                copying.leave(CopiedPart.DEMANDS, demand["id"], ABOUT_CASES)
            else:
                kept.append(demand)
                copying.count(CopiedPart.DEMANDS)
        if row is not None:
            demands.put_demands(copying.session, row, kept, {})


def _all(copying: _Copying, query: Select[_Row], part: CopiedPart) -> Sequence[_Row]:
    rows = copying.session.scalars(query.limit(MOST + 1)).all()
    _must_be_few(len(rows), part)
    return rows


def _must_be_few(count: int, part: CopiedPart) -> None:
    if count > MOST:
        fault = Fault(
            "/parts", Code.TOO_MANY, f"There are more than {MOST:,} {part}: copy without them."
        )
        raise Invalid("This is more than one request copies.", [fault])
