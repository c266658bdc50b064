"""Assembling: a template, its facts and a coalition's demands and cases make a draft."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import cast
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from api.accounts.rules import Actor, Role
from api.accounts.service import load
from api.assemblies import rules
from api.cases import service as cases
from api.coalitions.models import Addressee, Coalition, Member
from api.coalitions.service.locking import load_locked, lock_coalition
from api.demands import service as demands
from api.errors import Code, Conflict, Fault, Invalid, point
from api.infra import clock
from api.infra.database.transactions import Stale, reading, transaction
from api.infra.security import audit, keys
from api.portable.rules import checking, identity, secrecy
from api.statements import service as statements
from api.statements.models import Statement
from api.statements.rules import Difference, differences, with_live_words
from api.templates import service as templates
from api.templates.models import Template, TemplateSource, TemplateVersion
from api.templates.rules import rows
from api.texts.rules.document import (
    PortableBlock,
    PortableCase,
    PortableDemandList,
    PortableDocument,
)


class NoTemplate(Conflict, title="This statement came from no template"):
    """Only a statement that came from a template is filled again with other facts."""


@dataclass(frozen=True)
class Origin:
    """Which template: one of the coalition's, one that comes with the product, or any source."""

    template_id: UUID | None = None
    built_in: str | None = None
    source: dict[str, object] | None = None


@dataclass(frozen=True, kw_only=True)
class Choice:
    """What of a coalition's demands goes into a draft."""

    statuses: list[str]
    ids: list[str] | None = None  # only these demands; None: all
    include_released_and_deceased: bool = False
    specimen: bool = False


@dataclass(frozen=True, kw_only=True)
class Assembled:
    """A draft, the statement that holds it (None in a preview), and what to look at."""

    statement: Statement | None
    document: PortableDocument
    warnings: list[Fault]
    differences: list[Difference] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class Material:
    """All of a coalition that filling a template needs, read at once."""

    coalition: Coalition
    source: TemplateSource
    choice: Choice
    lists: list[PortableDemandList]
    left_out: rules.LeftOutCases
    noted: frozenset[str]  # the demands that lose their footnotes
    cases: dict[str, PortableCase]
    case_rows: dict[str, str]  # a case's id: its key
    addressees: dict[str, dict[str, object]]
    members: list[dict[str, str | None]]

    def filled(self, facts: Mapping[str, object], slug: str) -> FilledDraft:
        """Return the whole document; the template is filled in a limited child."""
        source = self.source
        language = source["language"]
        own = statements.coalition_part(self.coalition, language)
        given = {
            "coalition": {**own, "members": self.members},
            "demand_lists": [rules.list_given(each, language, own) for each in self.lists],
            "cases": [
                rules.case_given(each, language, own)
                for key, each in self.cases.items()
                if key not in self.left_out.cases
            ],
            "left_out": self.left_out.given(language, own),
            "case_rows": self.case_rows,
            "addressees": self.addressees,
        }
        draft = templates.filled(source, facts, given)
        specimen, parts = self.choice.specimen, (self.lists, self.cases)
        whole = rules.document(
            source, draft, slug, *parts, specimen=specimen, without=self.left_out
        )
        document = checking.as_sound(statements.completed(whole, self.coalition))
        return FilledDraft(document, draft["body"], self)


@dataclass(frozen=True)
class FilledDraft:
    """A filled template's document, and what of it did not come along."""

    document: PortableDocument
    body: list[PortableBlock]  # as the template has it
    material: Material

    def reminders(self, *, sees_all: bool) -> list[Fault]:
        """Return a warning for each thing that was left out, and each demand without its notes."""
        left_out = self.material.left_out.warnings(self.document, self.body, sees_all=sees_all)
        return [*left_out, *rules.lost_notes(self.document, self.material.noted)]


def assemble(  # noqa: PLR0913, PLR0917 # each is a question that the form asks
    actor: Actor,
    coalition_id: UUID,
    origin: Origin,
    slug: str,
    facts: Mapping[str, object],
    choice: Choice,
    *,
    preview: bool,
) -> Assembled:
    """Fill a template into the draft of a new statement; a preview stores nothing."""
    actor.must(coalition_id, Role.EDITOR)
    with reading() as session:
        source, version_id = _source(session, actor, coalition_id, origin)
        material = _material(session, coalition_id, source, choice)
    _must_be_there(choice, material)
    filled = material.filled(facts, slug)
    document = filled.document
    if preview:
        checked = checking.check(document)
        return _seen_by(actor, coalition_id, None, document, checked, filled=filled)
    with transaction() as session:
        coalition = lock_coalition(session, coalition_id)
        if version_id is None:  # a built-in that the coalition has no copy of yet
            version_id = templates.copied(session, actor, coalition_id, source["name"]).id
        begun = statements.started(session, coalition, document, version_id)
        keys.write(session, begun.statement, Statement.choice, vars(choice))
        told = {"template_version_id": version_id}
        audit.record(session, actor, "statement.assembled", begun.statement, told)
    whole, checked = begun.document, checking.Checked([], begun.warnings)
    return _seen_by(actor, coalition_id, begun.statement, whole, checked, filled=filled)


def previewed(
    actor: Actor,
    coalition_id: UUID,
    origin: Origin,
    facts: Mapping[str, object] | None,
    choice: Choice,
) -> tuple[PortableDocument, list[Fault]]:
    """Return the whole document that a template gives, and what to look at; nothing is stored.

    Without facts it is filled with its example's, and with demands and cases that are invented.
    """
    actor.must(coalition_id, Role.EDITOR)
    with reading() as session:
        source, _ = _source(session, actor, coalition_id, origin)
        material = _material(session, coalition_id, source, choice)
    slug = f"{source['name'][:70]}-preview"
    if facts is None:
        facts = source.get("example", {})
        countries = rows.of_type(source.get("facts", []), facts, "country")
        return _invented(material, rules.specimen(countries)).filled(facts, slug).document, []
    _must_be_there(choice, material)
    filled = material.filled(facts, slug)
    checked = checking.check(filled.document)
    seen = _seen_by(actor, coalition_id, None, filled.document, checked, filled=filled)
    return filled.document, seen.warnings


def _invented(material: Material, specimen: rules.Specimen) -> Material:
    """Return material for the same template in which everybody and every demand is invented."""
    return replace(
        material,
        choice=replace(material.choice, specimen=True),
        **vars(specimen),
        left_out=rules.NOTHING,
        case_rows={},
        addressees={},
    )


def _must_be_there(choice: Choice, material: Material) -> None:
    there = {demand["id"] for asked in material.lists for demand in asked["demands"]}
    there |= material.left_out.demands.keys()
    wrong = "The coalition has no demand of this key."
    faults = [
        Fault(point("demands", "ids", place), Code.NOT_FOUND, wrong)
        for place, key in enumerate(choice.ids or ())
        if key not in there
    ]
    if faults:
        raise Invalid("Choose among the coalition's demands.", faults)


def renew(
    actor: Actor,
    statement_id: UUID,
    expected: int,
    facts: Mapping[str, object] | None,
    *,
    preview: bool,
) -> Assembled:
    """Bring a draft up to date, or show what that would change.

    Without facts its text stays, and its demands and cases take the words of the live ones.
    With facts the newest version of its template is filled again, and edits of the text go.
    """
    with reading() as session:
        statement = load(session, actor, Statement, statement_id, Role.EDITOR)
        if statement.version != expected:
            raise Stale("Read it again, and renew what is there now.")
        read = statement.version  # which any version may be meant by
        before = statements.whole_draft(session, statement)
        material = None if facts is None else _material_again(session, statement)
        after = before if material else _with_live_words(session, statement, before)
    filled = material.filled(facts or {}, statement.slug) if material else None
    if filled:
        after = filled.document
    if preview:
        checked = checking.check(after)
    else:
        with transaction() as session:
            statement = load_locked(session, actor, Statement, statement_id, Role.EDITOR)
            saved = statements.replaced(session, statement, read, after)
            audit.record(session, actor, "statement.renewed", statement)
        after, checked = saved.document, checking.Checked([], saved.warnings)
    owner = statement.coalition_id
    return _seen_by(actor, owner, statement, after, checked, before=before, filled=filled)


def _seen_by(  # noqa: PLR0913 # the parts of an answer
    actor: Actor,
    coalition_id: UUID,
    statement: Statement | None,
    document: PortableDocument,
    checked: checking.Checked,
    *,
    before: PortableDocument | None = None,
    filled: FilledDraft | None = None,
) -> Assembled:
    """Return what an actor may see; what differs is compared as it sees it, too."""
    with reading() as session:
        shown, warnings = statements.seen_by(session, actor, coalition_id, document, checked)
    sees_all = actor.may(coalition_id, Role.COORDINATOR)
    if filled is not None:
        warnings = [*warnings, *filled.reminders(sees_all=sees_all)]
    if before is None:
        return Assembled(statement=statement, document=shown, warnings=warnings)
    if not sees_all:
        before, _ = secrecy.split(before)
    changes = list(differences(identity.bare(before), identity.bare(shown)))
    return Assembled(statement=statement, document=shown, warnings=warnings, differences=changes)


def _source(
    session: Session, actor: Actor, coalition_id: UUID, origin: Origin
) -> tuple[TemplateSource, UUID | None]:
    """Return a template and the id of its version, None where the coalition keeps none."""
    if origin.source is not None:
        return templates.sounded(origin.source), None
    if origin.built_in is not None:
        built_in = templates.built_in_of(origin.built_in)
        own = templates.named(session, coalition_id, origin.built_in)
        return (built_in, None) if own is None else (own.source, own.id)
    template = load(session, actor, Template, cast("UUID", origin.template_id), Role.VIEWER)
    if template.coalition_id != coalition_id:
        raise Invalid(
            "Copy the template into this coalition first.",
            [Fault("/template_id", Code.NOT_FOUND, "It is another coalition's template.")],
        )
    version = templates.newest(session, template)
    return version.source, version.id


def _with_live_words(
    session: Session, statement: Statement, before: PortableDocument
) -> PortableDocument:
    live = cases.entries(session, statement.coalition_id)
    words = {key: cases.as_document(entry) for key, entry in live.items()}
    return with_live_words(before, words, demands.documents(session, statement.coalition_id))


def _material_again(session: Session, statement: Statement) -> Material:
    if statement.template_version_id is None or statement.choice is None:
        raise NoTemplate("Leave the facts out, to renew the words of its demands and cases.")
    came_from = session.get_one(TemplateVersion, statement.template_version_id)
    template = session.get_one(Template, came_from.template_id)
    choice = Choice(**keys.read(session, statement, Statement.choice))
    source = templates.newest(session, template).source
    return _material(session, statement.coalition_id, source, choice)


def _material(
    session: Session, coalition_id: UUID, source: TemplateSource, choice: Choice
) -> Material:
    entries = cases.entries(session, coalition_id)
    addressees = select(Addressee).where(Addressee.coalition_id == coalition_id)
    lists = demands.documents(session, coalition_id)
    known = {key: cases.as_document(entry) for key, entry in entries.items()}
    closed = {} if choice.include_released_and_deceased else cases.closed(session, coalition_id)
    kept, left_out = rules.left_out(rules.chosen(lists, choice.statuses, choice.ids), known, closed)
    return Material(
        coalition=session.get_one(Coalition, coalition_id),
        source=source,
        choice=choice,
        lists=kept,
        left_out=left_out,
        noted=rules.noted(lists),
        cases=known,
        case_rows={str(entry.case.id): key for key, entry in entries.items()},
        addressees={
            str(each.id): {key: getattr(each, key) for key in rules.OF_AN_ADDRESSEE}
            for each in session.scalars(addressees)
        },
        members=_members(session, coalition_id, source["language"]),
    )


def _members(session: Session, coalition_id: UUID, language: str) -> list[dict[str, str | None]]:
    """Return today's members as a template sees them: leads first, then as they joined."""
    query = (
        select(Member)
        .where(Member.coalition_id == coalition_id, Member.is_there_on(clock.today()))
        .options(selectinload(Member.organisation))
        .order_by(Member.since, Member.created_at)
    )
    members = session.scalars(query).all()
    return rules.members_given([(m.role, m.organisation) for m in members], language)
