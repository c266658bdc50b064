"""…/statements/new: from one's own words, from another text, or from a file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, TypeVar, cast
from uuid import UUID

from flask import Response, request
from werkzeug.wrappers import Response as AnyResponse

from api.accounts.rules import Role
from api.cases.rules import slug as slug_of
from api.copies import service as copies
from api.desk.routes import picking, statement_base
from api.desk.routes.base import REFUSED, Screen, at, one, onward, said, screen, to, typed
from api.desk.routes.visiting import actor, coalition
from api.desk.rules import filling, typed_text
from api.desk.rules.beginning import (
    BeginningScreen,
    CopyScreen,
    EmptyBeginningScreen,
    FileReport,
    FileScreen,
    TemplateOffer,
)
from api.errors import Code, Fault, Invalid
from api.exchange import service as exchange
from api.exchange.schemas import WordImportArgs
from api.exchange.service import OnOtherWords, word
from api.exchange.service.word import WordImportAsked
from api.infra.database import paging
from api.infra.word.reading import NotAWordFile
from api.pages.routes.base import sent, takes_file
from api.pages.rules.facts import Form
from api.pages.rules.pages import own_name
from api.statements import service
from api.statements.models import Statement, StatementKind
from api.statements.service import SavedStatement
from api.statements.service.rows import SlugTaken
from api.templates import service as templates
from api.templates.models import TemplateSource
from api.web.validate import loaded

_Begun = TypeVar("_Begun")
_TRIES = 20
_LONGEST_SLUG = 70
_ZIP = b"PK"  # how a file of Word begins


@at("/<uuid:coalition_id>/statements/new", "statement_new")
class BeginStatement(Screen):
    least = Role.EDITOR

    def get(self, coalition_id: UUID) -> Response:
        """Offer the templates, and the other ways."""
        own = list(paging.every(lambda page: templates.templates(actor(), coalition_id, page)))
        offers = [_offer(templates.template(actor(), each.id).source, str(each.id)) for each in own]
        there = {each.name for each in own}
        built_in = templates.built_in()
        offers += [_offer(each, name) for name, each in built_in.items() if name not in there]
        is_coordinator = statement_base.may(Role.COORDINATOR)
        return screen(
            "statement_new.html", BeginningScreen(templates=offers, may_import=is_coordinator)
        )


def _offer(source: TemplateSource, key: str) -> TemplateOffer:
    return TemplateOffer(
        title=source["title"],
        text=source.get("description", ""),
        kind=said().say(f"kind.{source['kind']}"),
        language=source["language"],
        href=to("statement_assemble", template=key),
    )


def with_free_slug(title: str, begin: Callable[[str], _Begun]) -> _Begun:
    """Begin a statement under the short name that was typed, or else under one of its title."""
    if wanted := one("slug"):
        return begin(wanted)
    words = slug_of(title)[:_LONGEST_SLUG].strip("-") or "statement"
    for number in range(1, _TRIES):
        try:
            return begin(words if number == 1 else f"{words}-{number}")
        except SlugTaken:
            continue
    return begin(f"{words}-{_TRIES}")


def taken() -> Invalid:
    """Return what is wrong where a short name is another statement's."""
    detail = "Another statement has this short name."
    return Invalid(detail, [Fault("/slug", Code.TAKEN, detail)])


def kinds() -> list[tuple[str, str]]:
    """Return the kinds of statements with their words."""
    return [(each.value, said().say(f"kind.{each}")) for each in StatementKind]


@at("/<uuid:coalition_id>/statements/new/words", "statement_words")
class BeginFromWords(Screen):
    least = Role.EDITOR

    def get(self, coalition_id: UUID) -> Response:
        """Ask what it is, and for its first words."""
        del coalition_id
        return _words(Form())

    def post(self, coalition_id: UUID) -> AnyResponse:
        """Begin it; an empty line parts paragraphs."""
        document = {
            "kind": one("kind") or StatementKind.JOINT_STATEMENT.value,
            "language": one("language"),
            "title": one("title"),
            "body": typed_text.blocks(one("text")),
        }

        def begin(slug: str) -> SavedStatement:
            return service.begin(actor(), coalition_id, {**document, "slug": slug})

        try:
            begun = with_free_slug(one("title"), begin)
        except SlugTaken:
            return _words(typed(taken()))
        except Invalid as refused:
            faults = [_of_words(each) for each in refused.faults]
            refused.faults = faults
            return _words(typed(refused))
        return onward("draft", "statement_begun", statement_id=begun.statement.id)


def _of_words(fault: Fault) -> Fault:
    """Return a fault of a document as one of the form of its first words."""
    pointer = fault.pointer.removeprefix("/document")
    at_body = pointer.startswith("/body")
    return replace(fault, pointer="/text" if at_body else pointer)


def _words(form: Form) -> Response:
    here = coalition()
    tags = here.languages if here else ["en"]
    offered = [(tag, own_name(tag)) for tag in tags]
    return screen(
        "statement_words.html",
        EmptyBeginningScreen(kinds=kinds(), languages=offered, language=tags[0], form=form),
    )


@at("/<uuid:coalition_id>/statements/new/copy", "statement_copy")
class BeginFromAnother(Screen):
    least = Role.EDITOR

    def get(self, coalition_id: UUID) -> Response:
        """Ask which text."""
        return _copy(coalition_id, Form())

    def post(self, coalition_id: UUID) -> AnyResponse:
        """Begin with its text."""
        try:
            chosen = picking.statements_of(coalition_id, "source").needed()
            source = statement_base.statement_of(UUID(chosen))
        except Invalid as refused:
            return _copy(coalition_id, typed(refused))

        def begin(slug: str) -> SavedStatement:
            return copies.copy_statement(actor(), source.id, slug, one("title") or None, None)

        try:
            begun = with_free_slug(one("title") or source.title, begin)
        except SlugTaken:
            return _copy(coalition_id, typed(taken()))
        except REFUSED as refused:
            return _copy(coalition_id, typed(refused))
        return onward("draft", "statement_begun", statement_id=begun.statement.id)


def _copy(coalition_id: UUID, form: Form) -> Response:
    source = request.args.get("from", "")
    sources = picking.statements_of(coalition_id, "source").offered(form, source)
    return screen("statement_copy.html", CopyScreen(sources=sources, source=source, form=form))


@at("/<uuid:coalition_id>/statements/new/file", "statement_file")
class BeginFromFile(Screen):
    least = Role.EDITOR

    def get(self, coalition_id: UUID) -> Response:
        """Ask for the file."""
        del coalition_id
        return _file(Form())

    @takes_file
    def post(self, coalition_id: UUID) -> AnyResponse:
        """Take it in, and tell what came of it."""
        given = request.files.get("file")
        data = given.read() if given else b""
        is_word, may_import = data.startswith(_ZIP), statement_base.may(Role.COORDINATOR)
        if not data or not (is_word or may_import):
            return _file(_wrong_file(Code.UNREADABLE if data else Code.REQUIRED))
        try:
            if is_word:
                return _from_word(coalition_id, data, given.filename if given else "")
            found = exchange.take_in(actor(), coalition_id, data, OnOtherWords.KEEP, preview=False)
            return _report(cast("Statement", found.statement), differences=len(found.differences))
        except SlugTaken:
            return _file(typed(taken()))
        except NotAWordFile:
            return _file(_wrong_file(Code.UNREADABLE))
        except Invalid as refused:
            return _file(_of_file(refused))


def _of_file(refused: Invalid) -> Form:
    """Return what is wrong with a choice beside it, or else in the file, each with its place."""
    form = typed(refused)
    if filling.WHOLE not in form.faults or not refused.faults:
        return form
    told = filling.placed(refused.faults, said(), "document")
    return Form(values=sent(), faults={"file": " ".join(told)})


def _wrong_file(code: Code) -> Form:
    return Form(values=sent(), faults={"file": said().say(f"fault.{code}")})


def _from_word(coalition_id: UUID, data: bytes, name: str | None) -> Response:
    stem = (name or "").rpartition(".")[0]

    def begin(slug: str) -> word.WordImport:
        given: dict[str, Any] = {
            "slug": slug,
            "kind": one("kind"),
            "changes": one("changes") or "accept",
        }
        facts = loaded(WordImportArgs(), {key: value for key, value in given.items() if value})
        facts.pop("preview")
        return word.take_in(actor(), coalition_id, data, WordImportAsked(**facts), preview=False)

    found = with_free_slug(stem or "statement", begin)
    words = said()
    remarks = [(words.say(f"word_in.{each.what}"), each.words) for each in found.remarks]
    comments = [
        (each.comment["author"], each.comment["words"], each.comment["text"])
        for each in found.comments
    ]
    changes = [
        (
            each.author,
            words.say("word_in.changes_of", each.insertions + each.deletions + each.moves),
        )
        for each in found.changes
    ]
    return _report(
        cast("Statement", found.statement), remarks=remarks, comments=comments, changes=changes
    )


def _report(begun: Statement, **more: Any) -> Response:
    shown = {"remarks": (), "comments": (), "changes": (), **more}
    href = to("draft", statement_id=begun.id)
    return screen("statement_file_report.html", FileReport(href=href, title=begun.title, **shown))


def _file(form: Form) -> Response:
    may_import = statement_base.may(Role.COORDINATOR)
    return screen(
        "statement_file.html", FileScreen(kinds=kinds(), may_import=may_import, form=form)
    )
