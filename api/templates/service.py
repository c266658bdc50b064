"""The use cases of templates: kept in versions, checked when saved, filled in a limited child."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TypedDict, cast
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.accounts.rules import Actor, Role
from api.accounts.service import load, load_at
from api.cases import service as cases
from api.cases.rules import names_in
from api.coalitions.service.locking import load_locked, lock_coalition
from api.config import share
from api.errors import Code, Conflict, Fault, Invalid, NotFound
from api.infra.database import paging
from api.infra.database.paging import Page, PageRequest
from api.infra.database.transactions import flush, insert, reading, touch, transaction
from api.infra.runtime import runtime
from api.infra.security import audit
from api.portable.rules import reading as portable, secrecy, writing
from api.templates.models import Template, TemplateSource, TemplateVersion
from api.templates.rules import facts as declared, template as rules
from api.texts.rules.document import PortableBlock

FILLING = "api.templates.rules.filling"  # by name: it runs in the child only
BODY = "/source"  # where a request holds a template


class NameTaken(Conflict, title="The coalition has a template of this name"):
    """A template's name is unique in its coalition."""


class InUse(Conflict, title="Statements came from this template"):
    """A version that a statement came from stays."""


class FilledTemplate(TypedDict):
    """What a template says with some facts; beside these, any text that a document may have."""

    title: str
    body: list[PortableBlock]


@dataclass(frozen=True)
class TemplateView:
    """A version of a template as it is shown."""

    version: TemplateVersion

    @property
    def facts_schema(self) -> dict[str, object]:
        return facts_schema(self.version.source)


@cache
def built_in() -> dict[str, TemplateSource]:
    """Return the templates that come with the product, by name."""
    files = sorted(share("templates", "statements").glob("*.yaml"))
    # They keep every rule: a test checks each.
    found = [cast("TemplateSource", portable.read(path.read_bytes())) for path in files]
    return {each["name"]: each for each in found}


def built_in_of(name: str) -> TemplateSource:
    """Return a template that comes with the product, or raise Invalid."""
    if name not in built_in():
        wrong = "No template of this name comes with the product."
        fault = Fault("/built_in", Code.NOT_FOUND, wrong)
        raise Invalid(f"There are: {', '.join(sorted(built_in()))}.", [fault])
    return built_in()[name]


def keep(
    actor: Actor, coalition_id: UUID, source: Mapping[str, object], at: str = BODY
) -> TemplateVersion:
    """Keep a template in a coalition, as its first version."""
    actor.must(coalition_id, Role.EDITOR)
    sound = sounded(source, at)
    with transaction() as session:
        version = put(session, actor, coalition_id, sound, at)
        return _recorded(session, actor, "template.kept", version)


def _recorded(
    session: Session, actor: Actor, action: str, version: TemplateVersion
) -> TemplateVersion:
    facts = {"number": version.number, "source": version.source}
    audit.record(session, actor, action, version.template, facts)
    return version


def keep_file(actor: Actor, coalition_id: UUID, data: bytes) -> TemplateVersion:
    """Keep a template that comes as a file, YAML or JSON."""
    actor.must(coalition_id, Role.EDITOR)
    return keep(actor, coalition_id, portable.read(data, first="name"), at="")


def put(
    session: Session, actor: Actor, coalition_id: UUID, source: TemplateSource, at: str = BODY
) -> TemplateVersion:
    """Write a new template from a source that is sound."""
    lock_coalition(session, coalition_id)
    template = Template(
        id=uuid4(), coalition_id=coalition_id, name=source["name"], version_number=0
    )
    _describe(template, source)
    taken = NameTaken("Choose another name, or put a new version on the template that is there.")
    insert(session, template, on_clash=taken)
    return _new_version(session, actor, template, source, at)


def use_built_in(actor: Actor, coalition_id: UUID, name: str) -> TemplateVersion:
    """Copy a template that comes with the product into a coalition, to be used and changed."""
    return keep(actor, coalition_id, built_in_of(name))


def named(session: Session, coalition_id: UUID, name: str) -> TemplateVersion | None:
    """Return the newest version of a coalition's template of a name."""
    query = select(Template).where(Template.coalition_id == coalition_id, Template.name == name)
    found = session.scalars(query).first()
    return None if found is None else newest(session, found)


def copied(session: Session, actor: Actor, coalition_id: UUID, name: str) -> TemplateVersion:
    """Return the coalition's own template of a built-in's name, a copy of it where it has none."""
    lock_coalition(session, coalition_id)
    if there := named(session, coalition_id, name):
        return there
    version = put(session, actor, coalition_id, built_in_of(name))
    return _recorded(session, actor, "template.kept", version)


def change(
    actor: Actor, template_id: UUID, expected: int, source: Mapping[str, object], at: str = BODY
) -> TemplateVersion:
    """Put a new version on a template; statements keep the one that they came from."""
    sound = sounded(source, at)
    with transaction() as session:
        template = load_locked(session, actor, Template, template_id, Role.EDITOR)
        touch(template, expected)
        if sound["name"] != template.name:
            raise Invalid(
                "A template keeps its name.",
                [Fault(f"{at}/name", Code.CONFLICT, f"It is {template.name}.")],
            )
        _describe(template, sound)
        version = _new_version(session, actor, template, sound, at)
        return _recorded(session, actor, "template.changed", version)


def change_by_file(actor: Actor, template_id: UUID, expected: int, data: bytes) -> TemplateVersion:
    """Put the template of a file, YAML or JSON, on a template as its new version."""
    return change(actor, template_id, expected, portable.read(data, first="name"), at="")


def sounded(source: Mapping[str, object], at: str = BODY) -> TemplateSource:
    """Return a template that keeps every rule, as a file of it reads; or raise Invalid."""
    if faults := rules.check(source):
        raise Invalid(
            "The template breaks rules; docs/templates.md has them.",
            [fault.below(at) for fault in faults],
        )
    # It was checked just now.
    return cast("TemplateSource", portable.read(writing.as_json(source)))


def _describe(template: Template, source: TemplateSource) -> None:
    template.title, template.language = source["title"], source["language"]


def _new_version(
    session: Session, actor: Actor, template: Template, source: TemplateSource, at: str
) -> TemplateVersion:
    hidden = cases.hidden(session, template.coalition_id)
    told = secrecy.telling(source, {name for entry in hidden for name in entry.names})
    if told:
        detail = "This names a case that may not be named: write without it."
        raise Invalid(detail, [Fault(at + pointer, Code.HIDDEN_NAME, detail) for pointer in told])
    template.version_number += 1
    version = TemplateVersion(
        coalition_id=template.coalition_id,
        template_id=template.id,
        number=template.version_number,
        source=source,
        created_by=actor.user_id,
    )
    version.template = template
    session.add(version)
    session.flush()
    return version


def remove(actor: Actor, template_id: UUID, expected: int) -> None:
    """Delete a template from which no statement came."""
    with transaction() as session:
        template = load_at(session, actor, Template, template_id, Role.EDITOR, expected)
        session.delete(template)
        in_use = InUse("It stays, as the record of where they came from.")
        flush(session, on_clash=in_use)
        audit.record(session, actor, "template.deleted", template)


def template(actor: Actor, template_id: UUID) -> TemplateVersion:
    """Return the newest version of a template."""
    with reading() as session:
        return newest(session, load(session, actor, Template, template_id, Role.VIEWER))


def template_of(actor: Actor, version_id: UUID) -> TemplateVersion:
    """Return the newest version of the template that a version is of."""
    with reading() as session:
        version = load(session, actor, TemplateVersion, version_id, Role.VIEWER)
        return newest(session, session.get_one(Template, version.template_id))


def templates(actor: Actor, coalition_id: UUID, page: PageRequest) -> Page[Template]:
    """Return a coalition's templates by name."""
    actor.must(coalition_id, Role.VIEWER)
    with reading() as session:
        query = select(Template).where(Template.coalition_id == coalition_id)
        return paging.page(session, query, page, [Template.name, Template.id])


def versions(actor: Actor, template_id: UUID, page: PageRequest) -> Page[TemplateVersion]:
    """Return a template's versions, newest first."""
    with reading() as session:
        found = load(session, actor, Template, template_id, Role.VIEWER)
        query = select(TemplateVersion).where(TemplateVersion.template_id == found.id)
        keys = [TemplateVersion.number, TemplateVersion.id]
        rows = paging.page(session, query, page, keys, descending=True)
        for version in rows.items:
            version.template = found
        return rows


def newest(session: Session, template: Template) -> TemplateVersion:
    """Return the newest version of a template."""
    query = select(TemplateVersion).where(
        TemplateVersion.template_id == template.id,
        TemplateVersion.number == template.version_number,
    )
    version = session.scalars(query).first()
    if version is None:
        raise NotFound("The template was deleted a moment ago.")
    version.template = template
    return version


def filled(
    source: TemplateSource, facts: Mapping[str, object], given: Mapping[str, object]
) -> FilledTemplate:
    """Return the draft that a template gives with these facts, filled in a limited child."""
    payload = {"template": source, "facts": facts, "given": given}
    draft: FilledTemplate = json.loads(runtime().pool.run(FILLING, payload))
    return draft


def facts_schema(source: TemplateSource) -> dict[str, object]:
    """Return the JSON Schema of a template's facts, from which a client draws its form."""
    return declared.schema(source.get("facts", []))


def said(session: Session, coalition_id: UUID) -> Iterator[str]:
    """Yield every text of every version of a coalition's templates."""
    query = select(TemplateVersion.source).where(TemplateVersion.coalition_id == coalition_id)
    for source in session.scalars(query):
        yield from secrecy.said(source)
    yield from session.scalars(select(Template.name).where(Template.coalition_id == coalition_id))


def take_name_back(session: Session, silence: cases.NameSilence) -> list[cases.NamedIn]:
    """Put the label in place of a case's names in every version; return what names it after that.

    A statement has words of its own: what it took from a version is not changed here.
    """
    entry = silence.entry
    query = select(Template).where(Template.coalition_id == entry.case.coalition_id)
    left = []
    for template in session.scalars(query.order_by(Template.name).with_for_update()).all():
        of_it = select(TemplateVersion).where(TemplateVersion.template_id == template.id)
        every = session.scalars(of_it.order_by(TemplateVersion.number)).all()
        telling = [each for each in every if secrecy.telling(each.source, entry.names)]
        if telling and silence.label is not None:
            _relabel(session, template, telling, silence)
            if not rules.check(every[-1].source):
                telling = [each for each in telling if secrecy.telling(each.source, entry.names)]
        called = str(template.id) if names_in(template.name, entry.names) else template.name
        left += [
            cases.NamedIn(f"version {each.number} of the template {called}", "template", called)
            for each in telling
        ]
    return left


def _relabel(
    session: Session,
    template: Template,
    telling: Sequence[TemplateVersion],
    silence: cases.NameSilence,
) -> None:
    names = silence.entry.names
    if names_in(template.name, names):
        template.name = f"template-{str(template.id)[:8]}"
    for version in telling:
        before, place = version.source, f"templates/{template.id}/versions/{version.number}"
        labels = secrecy.Labels(silence.label or "", silence.below(place))
        source = secrecy.relabelled(before, names, labels)
        version.source = source | {"name": template.name}
        url = f"/v1/templates/{template.id}/versions"
        for pointer, old, new in secrecy.changed(before, source):
            at = f"{place}#{pointer}"
            silence.places.append(cases.Place(at, "template", url, pointer, old, new))
        if version.number == template.version_number:
            _describe(template, version.source)
    touch(template, None)
    audit.record(session, None, "template.relabelled", template)
