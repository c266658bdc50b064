"""…/statements/new/template: a form from a template's facts, and the page that it makes of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from flask import Response, request
from werkzeug.wrappers import Response as AnyResponse

from api.accounts.rules import Role
from api.assemblies import service
from api.assemblies.schemas import ChoiceIn
from api.assemblies.service import Assembled, Choice, Origin
from api.cases import service as cases
from api.coalitions import service as coalitions
from api.demands.models import DemandStatus
from api.desk.routes import picking, statement_base
from api.desk.routes.base import (
    Screen,
    at,
    framed,
    led,
    one,
    onward,
    said,
    screen,
    to,
    typed,
)
from api.desk.routes.statement_new import taken, with_free_slug
from api.desk.routes.visiting import actor
from api.desk.rules import fact_forms, filling
from api.desk.rules.beginning import PreviewRefused, TemplateScreen
from api.desk.rules.fact_forms import KnownRows, ReadFacts
from api.desk.rules.picking import LISTED
from api.documents.rules.rendering import Format
from api.documents.service import Document, previews
from api.errors import Code, Conflict, DomainError, Fault, Invalid, NotFound, point
from api.infra.database.paging import PageRequest
from api.infra.database.transactions import Stale
from api.infra.text import languages
from api.pages.routes.base import sent
from api.pages.rules.facts import Form
from api.statements.models import Statement
from api.statements.service.rows import SlugTaken
from api.templates import service as templates
from api.templates.models import TemplateSource
from api.texts.rules import themes
from api.web.validate import loaded

MORE = "more:"  # a button for one more row, before the name of its list
_A_FEW = 8


@dataclass(frozen=True)
class FactsAsked:
    """The form of a template's facts: of which one, and for which text; None: one that begins."""

    coalition_id: UUID
    template: str
    source: TemplateSource
    statement: Statement | None = None


def _found(template: str) -> tuple[Origin, TemplateSource]:
    """Return a template by its id, or by the name of one that comes with the product."""
    try:
        template_id = UUID(template)
    except ValueError:
        if template not in templates.built_in():
            raise NotFound("There is no such template.") from None
        return Origin(built_in=template), templates.built_in_of(template)
    return Origin(template_id=template_id), templates.template(actor(), template_id).source


@at("/<uuid:coalition_id>/statements/new/template", "statement_assemble")
class AssembleStatement(Screen):
    least = Role.EDITOR

    def get(self, coalition_id: UUID) -> AnyResponse:
        """Show the form of the template."""
        template = request.args.get("template", "")
        if not template:
            return led(to("statement_new"))
        _, source = _found(template)
        return asked(FactsAsked(coalition_id, template, source))

    def post(self, coalition_id: UUID) -> AnyResponse:
        """Begin the statement; a row more is asked for by a button, and keeps what was typed."""
        template = request.args.get("template", "")
        origin, source = _found(template)
        asking = FactsAsked(coalition_id, template, source)
        if one("do").startswith(MORE):
            return one_row_more(asking)
        read = fact_forms.read(source, sent())
        try:
            look_for(coalition_id, read)
            title = str(read.facts.get("headline") or source["title"])

            def begin(slug: str) -> Assembled:
                choice = _choice()
                return service.assemble(
                    actor(), coalition_id, origin, slug, read.facts, choice, preview=False
                )

            begun = with_free_slug(title, begin)
        except SlugTaken:
            return mended(asking, read, taken())
        except Invalid as refused:
            return mended(asking, read, refused)
        if begun.statement is None:
            raise NotFound("The page that led here is old. Load it again.")
        return onward("draft", "statement_begun", statement_id=begun.statement.id)


@at("/<uuid:coalition_id>/statements/new/template/page", "statement_assembly_page")
class PreviewAssembly(Screen):
    is_file = True
    least = Role.EDITOR

    def get(self, coalition_id: UUID) -> AnyResponse:
        """Show what the template makes of its example."""
        template = request.args.get("template", "")
        if not template:
            return led(to("statement_new"))
        origin, _ = _found(template)
        return _previewed(coalition_id, origin, None)

    def post(self, coalition_id: UUID) -> Response:
        """Show what it makes of what was typed."""
        origin, source = _found(request.args.get("template", ""))
        read = fact_forms.read(source, sent())
        try:
            look_for(coalition_id, read)
            return _previewed(coalition_id, origin, read.facts)
        except Invalid as refused:
            return _not_yet(source, refused)


def _previewed(coalition_id: UUID, origin: Origin, facts: dict[str, Any] | None) -> Response:
    theme = one("theme")
    theme = theme if theme in themes.available() else ""
    found = previews.template_preview(
        actor(), coalition_id, origin, facts, _choice(), theme or None, Format.HTML
    )
    if not isinstance(found, Document):
        raise NotFound("It cannot be shown.")
    return framed(Response(found.content, mimetype="text/html"))


def _not_yet(source: TemplateSource, refused: DomainError) -> Response:
    """Answer in the frame what is missing before there is a page."""
    labels = {f"facts.{each['name']}": each["label"] for each in source.get("facts", [])}
    sentences = []
    for fault in refused.faults:
        keys = fault.pointer.strip("/").split("/")
        label = labels.get(".".join(keys[:2]), "")
        told = filling.sentence(fault, said(), "document")
        sentences.append(f"{label}: {told}" if label else told)
    words = said()
    page = PreviewRefused(
        sentences=list(dict.fromkeys(sentences)) or [filling.refusal(refused, words)],
        title=words.say("assemble.not_yet"),
        language=words.language,
        reads=languages.direction(words.language),
    )
    return framed(screen("preview_refused.html", page))


def _choice() -> Choice:
    """Return which demands go in: those of the statuses that are ticked."""
    statuses = sent().get("statuses")
    given: dict[str, Any] = {"include_released_and_deceased": one("include_closed") == "yes"}
    if "demands" in sent():
        given["statuses"] = statuses or []
    return Choice(**loaded(ChoiceIn(), given))


def look_for(coalition_id: UUID, read: ReadFacts) -> None:
    """Put ids of cases and addressees in place of the names that were typed, or raise Invalid."""
    faults = []
    for name, (kind, words) in read.sought.items():
        if _is_id(words):
            continue
        found = _like(coalition_id, kind, words)
        exact = [each for each in found if words in each[1:]]
        those = exact or found
        if len(those) == 1:
            fact_forms.put(read.facts, name, those[0][0])
        else:
            code = Code.AMBIGUOUS if those else Code.NOT_FOUND
            told = tuple(each[1] for each in those)
            detail = "Say which are meant."
            faults.append(Fault(point(*name.split(".")), code, detail, allowed=told))
    if faults:
        raise Invalid("Say which are meant.", faults)


def _like(coalition_id: UUID, kind: str, words: str) -> list[tuple[str, ...]]:
    """Return the ids of what some words may mean, each with what it is called exactly."""
    few = PageRequest(limit=_A_FEW)
    if kind == "addressee":
        whom = coalitions.addressees(actor(), coalition_id, few, words).items
        rows = [each.addressee for each in whom]
        return [(str(row.id), row.name, picking.called(row)) for row in rows]
    found, _ = picking.cases_like(coalition_id, few, words)
    return [(str(each.case.id), each.label, each.key or "") for each in found.items]


def _is_id(words: str) -> bool:
    try:
        UUID(words)
    except ValueError:
        return False
    return True


def one_row_more(asking: FactsAsked) -> Response:
    """Show the form with one more row of the list whose button was pressed."""
    group, counts = one("do").removeprefix(MORE), fact_forms.rows_sent(sent())
    counts[group] = counts.get(group, 0) + 1
    return asked(asking, counts, Form(values=sent()))


def mended(asking: FactsAsked, read: ReadFacts, refused: Invalid | Stale | Conflict) -> Response:
    """Show the form again with what was typed, its rows as faults count them."""
    others = {name: value for name, value in sent().items() if not name.startswith("facts.")}
    values: Mapping[str, Any] = {**others, **read.values}
    counts = {name: len(each) + 1 for name, each in read.facts.items() if isinstance(each, list)}
    if not isinstance(refused, Invalid):
        form = replace(typed(refused), values=values)
        return asked(asking, counts, form)
    groups = fact_forms.groups(asking.source, KnownRows(), counts)
    names = {field.name for group in groups for row in group.rows for field in row.fields}
    names |= {group.name for group in groups}
    told = filling.told(refused.faults, {**dict.fromkeys(names, ()), **values}, said())
    wrong = [told.pop(filling.WHOLE)] if filling.WHOLE in told else []
    of_document = [each for each in refused.faults if each.pointer.startswith("/document")]
    wrong += filling.placed(of_document, said(), "document")
    form = Form(values=values, faults=told)
    return asked(asking, counts, form, list(dict.fromkeys(wrong)))


def asked(
    asking: FactsAsked,
    counts: Mapping[str, int] | None = None,
    form: Form | None = None,
    wrong: Sequence[str] = (),
) -> Response:
    """Show the form; `counts` are the rows of its lists, `wrong` what belongs to no field."""
    words, source, form = said(), asking.source, form or Form()
    counts = fact_forms.filled(source) if counts is None else counts
    whose, coalition_id = asking.statement, asking.coalition_id
    listed = PageRequest(limit=LISTED)
    people = cases.of_coalition(actor(), coalition_id, listed)
    whom = picking.addressees(coalition_id, "").find(listed, None)
    known = KnownRows(
        None if people.following else [(str(each.case.id), each.label) for each in people.items],
        None if whom.following else whom.items,
    )
    return screen(
        "statement_assemble.html",
        TemplateScreen(
            title=source["title"],
            text=source.get("description", ""),
            language=source["language"],
            groups=fact_forms.groups(source, known, counts),
            statuses=[
                (each.value, words.say(f"assemble.status_{each}"), "") for each in DemandStatus
            ],
            preview=to("statement_assembly_page", template=asking.template),
            around=statement_base.around(whose) if whose else None,
            version=whose.version if whose else None,
            back=to("statement_renew", statement_id=whose.id) if whose else to("statement_new"),
            themes=[(each, words.say(f"writing.theme_{each}")) for each in themes.available()],
            form=form,
            wrong=wrong,
        ),
        status=422 if wrong and not form.faults else 200,
    )
