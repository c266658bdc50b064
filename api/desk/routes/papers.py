"""…/documents: each text of a statement in every format and look; Word out and in again."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response, request
from werkzeug.wrappers import Response as AnyResponse

from api.accounts.rules import Role
from api.desk.routes import review_base, statement_base
from api.desk.routes.base import Screen, at, one, onward, said, screen, to
from api.desk.routes.visiting import actor
from api.desk.rules import filling, typed_facts
from api.desk.rules.frames import Danger
from api.desk.rules.papers import DocumentsScreen
from api.desk.rules.reviewing import ReturnedScreen
from api.documents import service as documents
from api.documents.rules.rendering import CONTENT_TYPES, ENDINGS, Format
from api.documents.service import Document, DocumentSpec, previews
from api.errors import Conflict, Invalid, NotFound
from api.exchange import service as exchange
from api.exchange.service import returns
from api.exchange.service.returns import WordFileAsked
from api.infra.word.reading import NotAWordFile
from api.pages.routes.base import sent, takes_file
from api.pages.rules import commenting
from api.pages.rules.facts import Form
from api.portable.rules import writing
from api.statements.models import Statement
from api.texts.rules import themes

_DRAFT = "draft"
_PORTABLE = ("yaml", "json")
_AT_ONCE = (Format.PDF, Format.DOCX, Format.HTML, Format.TEXT, Format.MARKDOWN)


@at("/<uuid:coalition_id>/statements/<uuid:statement_id>/documents", "statement_documents")
class ShowDocuments(Screen):
    def get(self, coalition_id: UUID, statement_id: UUID) -> Response:
        """Offer the newest text at once, and every other by a form."""
        del coalition_id
        return _shown(statement_base.statement_of(statement_id), Form())


def _shown(statement: Statement, form: Form, status: int = 200) -> Response:
    words, whose = said(), {"statement_id": statement.id}
    newest = str(statement.revision_number) if statement.revision_number else _DRAFT
    every = range(statement.revision_number, 0, -1)
    numbers = [(str(n), words.say("versions.name", number=str(n))) for n in every]
    formats = [(each.value, words.say(f"papers.{each}")) for each in _AT_ONCE]
    return screen(
        "statement_documents.html",
        DocumentsScreen(
            around=statement_base.around(statement),
            formats=formats,
            themes=[(each, words.say(f"writing.theme_{each}")) for each in themes.available()],
            numbers=[*numbers, (_DRAFT, words.say("versions.draft"))],
            files=[
                (to("statement_document", **whose, format=value, version=newest), told)
                for value, told in formats
            ],
            portable=[
                (to("statement_portable", **whose, format=each), words.say(f"papers.{each}"))
                for each in _PORTABLE
            ]
            if statement.revision_number
            else [],
            is_frozen=bool(statement.revision_number),
            is_coordinator=statement_base.may(Role.COORDINATOR),
            form=form,
        ),
        status,
    )


@at("/<uuid:coalition_id>/statements/<uuid:statement_id>/document", "statement_document")
class GiveDocument(Screen):
    is_file = True

    def get(self, coalition_id: UUID, statement_id: UUID) -> AnyResponse:
        """Give one document; one that takes long is printed meanwhile, and waited for."""
        del coalition_id
        statement = statement_base.statement_of(statement_id)
        number, theme = request.args.get("version", _DRAFT), request.args.get("theme") or None
        form = request.args.get("format", Format.PDF.value)
        if form not in set(Format) or theme not in {None, *themes.available()}:
            raise NotFound("There is no such document.")
        revision = typed_facts.whole(number)
        if number != _DRAFT and revision is None:
            raise NotFound("There is no such version.")
        wanted = DocumentSpec(Format(form), revision, theme)
        if revision is None:
            found: Any = previews.preview(actor(), statement_id, wanted)
        else:
            found = documents.document(actor(), statement_id, wanted, lambda _: False)
        if not isinstance(found, Document):
            here = to("statement_document", statement_id=statement_id)
            again = f"{here}?{request.query_string.decode()}"
            waiting = Form(values={"again": [again]})
            answer = _shown(statement, waiting, status=202)
            answer.headers["Refresh"] = "5"
            return answer
        answer = Response(found.content, content_type=CONTENT_TYPES[found.format])
        name = f"{found.slug}.{ENDINGS[found.format]}"
        answer.headers.set("Content-Disposition", "attachment", filename=name)
        return answer


@at("/<uuid:coalition_id>/statements/<uuid:statement_id>/portable", "statement_portable")
class GivePortable(Screen):
    is_fresh = True  # for coordinators it holds every hidden name

    def get(self, coalition_id: UUID, statement_id: UUID) -> AnyResponse:
        """Say whose the file will be."""
        del coalition_id
        statement, words = statement_base.statement_of(statement_id), said()
        if not statement.revision_number:
            return onward("statement_documents", statement_id=statement_id)
        return screen(
            "take.html",
            Danger(
                title=words.say("papers.portable"),
                points=[words.say(f"tables.take_{number}") for number in (1, 2, 3)],
                button=words.say("tables.take_it"),
                back=to("statement_documents", statement_id=statement_id),
            ),
        )

    def post(self, coalition_id: UUID, statement_id: UUID) -> AnyResponse:
        """Give the newest revision as a portable document: whole for coordinators."""
        del coalition_id
        statement = statement_base.statement_of(statement_id)
        form = request.args.get("format", _PORTABLE[0])
        if form not in _PORTABLE:
            raise NotFound("There is no such file.")
        if not statement.revision_number:
            return onward("statement_documents", statement_id=statement_id)
        document = exchange.give_out(actor(), statement_id)
        content, kind, name = writing.as_file(document, form, document["slug"])
        answer = Response(content, content_type=kind)
        answer.headers.set("Content-Disposition", "attachment", filename=name)
        return answer


@at("/<uuid:coalition_id>/consultations/<uuid:consultation_id>/word", "consultation_word")
class TakeReturnedFile(Screen):
    least = Role.COORDINATOR

    def get(self, coalition_id: UUID, consultation_id: UUID) -> Response:
        """Ask for the file, and whose it is."""
        del coalition_id
        return _returned(consultation_id, Form())

    @takes_file
    def post(self, coalition_id: UUID, consultation_id: UUID) -> AnyResponse:
        """Make suggestions and comments of a file, and tell what could not be."""
        del coalition_id
        review_base.consultation_of(consultation_id)
        given = request.files.get("file")
        data = given.read() if given else b""
        if not data:
            return _returned(consultation_id, _wrong("word.needed"))
        try:
            member_id = UUID(one("member_id")) if one("member_id") else None
        except ValueError:  # nobody could have chosen it
            return _returned(consultation_id, _wrong("consult.not_asked", "member_id"))
        try:
            asked = WordFileAsked(None, preview=False, member_id=member_id)
            report = returns.take_from_coordinator(actor(), consultation_id, data, asked)
        except NotAWordFile:
            return _returned(consultation_id, _wrong("word.unreadable"))
        except Invalid as refused:
            of_member = any(each.pointer == "/member_id" for each in refused.faults)
            key = "consult.not_asked" if of_member else "word.another"
            return _returned(consultation_id, _wrong(key, "member_id" if of_member else "file"))
        except Conflict as refused:
            wrong = {"file": filling.refusal(refused, said())}
            return _returned(consultation_id, Form(values=sent(), faults=wrong))
        return _returned(consultation_id, Form(), commenting.file_read(report, said()))


def _wrong(key: str, field: str = "file") -> Form:
    return Form(values=sent(), faults={field: said().say(key)})


def _returned(consultation_id: UUID, form: Form, read: Any = None) -> Response:
    _, statement = review_base.consultation_of(consultation_id)
    return screen(
        "consultation_word.html",
        ReturnedScreen(
            around=statement_base.around(statement),
            consultation=to("consultation", consultation_id=consultation_id),
            members=[(str(each.id), review_base.name_of(each)) for each in review_base.members()],
            form=form,
            read=read,
        ),
    )
