"""/desk/…/updates: what came of it, written to those who signed and agreed to hear more."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from flask import Response, request
from werkzeug.wrappers import Response as AnyResponse

from api.accounts.rules import Role
from api.accounts.service import jobs
from api.desk.routes import statement_base
from api.desk.routes.base import (
    REFUSED,
    Screen,
    at,
    cursors,
    framed,
    led,
    one,
    onward,
    page_request,
    said,
    screen,
    to,
    typed,
    version,
    when,
)
from api.desk.routes.deliveries import languages_of
from api.desk.routes.shared import asked_once, columns_of
from api.desk.routes.visiting import actor
from api.desk.rules import updates as rules
from api.desk.rules.tables import Cell, Listing, ListRow
from api.desk.rules.updates import UpdateForm, UpdateScreen, UpdatesScreen
from api.errors import NotFound
from api.infra.background.jobs import Job, JobState
from api.infra.text import languages
from api.organisations.rules import name_in
from api.pages.rules.facts import Anchor, Form
from api.pages.rules.pages import own_name
from api.signoffs.service import board
from api.statements.models import Statement
from api.updates import schemas, service
from api.updates.models import Update, UpdateState
from api.updates.service import people
from api.web.validate import loaded

_OF_STATEMENT = "/<uuid:coalition_id>/statements/<uuid:statement_id>/updates"
_PATH = "/<uuid:coalition_id>/updates/<uuid:update_id>"
_COLUMNS = ("subject", "state", "when")
_PROGRESS = ("recipients", "sent", "on_the_way", "waiting", "failed", "gone")


@at(_OF_STATEMENT, "statement_updates")
class ListUpdates(Screen):
    least = Role.COORDINATOR

    def get(self, coalition_id: UUID, statement_id: UUID) -> Response:
        """List a statement's updates, newest first."""
        del coalition_id
        statement, words = statement_base.statement_of(statement_id), said()
        found = service.of_statement(actor(), statement_id, page_request())
        table = Listing(
            caption=words.say("updates.title"),
            columns=columns_of("updates", "subject", "state", "when"),
            rows=[
                ListRow(
                    cells=[
                        Cell(
                            text=_text(each)["subject"],
                            href=to("update", update_id=each.id),
                            language=each.language,
                        ),
                        Cell(
                            text=words.say(f"updates.state_{each.state}"),
                            tone=rules.TONES[each.state],
                        ),
                        Cell(html=when(each.ended_at or each.started_at or each.created_at)),
                    ]
                )
                for each in found.items
            ],
            path=to("statement_updates", statement_id=statement_id),
            query=cursors("cursor"),
            total=found.total,
            following=found.following,
        )
        around = statement_base.around(statement)
        return screen("updates.html", UpdatesScreen(around=around, updates=table))


def _text(update: Update) -> Mapping[str, str]:
    return next(each for each in update.texts if each["language"] == update.language)


@at(f"{_OF_STATEMENT}/new", "update_new")
class WriteUpdate(Screen):
    least = Role.COORDINATOR

    def get(self, coalition_id: UUID, statement_id: UUID) -> Response:
        """Ask by whose mailings it goes, and for its words."""
        del coalition_id
        return _form(statement_base.statement_of(statement_id), None, Form())

    def post(self, coalition_id: UUID, statement_id: UUID) -> AnyResponse:
        """Keep it; nothing is sent yet."""
        del coalition_id
        statement = statement_base.statement_of(statement_id)
        try:
            row = service.write(actor(), statement_id, loaded(schemas.UpdateIn(), _given()))
        except REFUSED as refused:
            return _form(statement, None, typed(refused))
        return onward("update", "update_kept", update_id=row.id)


@at(f"{_PATH}/edit", "update_edit")
class EditUpdate(Screen):
    least = Role.COORDINATOR

    def get(self, coalition_id: UUID, update_id: UUID) -> AnyResponse:
        """Show the words again; what was begun changes no more."""
        del coalition_id
        row = service.one(actor(), update_id)
        if row.state is not UpdateState.DRAFT:
            return led(to("update", update_id=update_id))
        return _form(statement_base.statement_of(row.statement_id), row, Form())

    def post(self, coalition_id: UUID, update_id: UUID) -> AnyResponse:
        """Change it."""
        del coalition_id
        row = service.one(actor(), update_id)
        try:
            facts = loaded(schemas.UpdateIn(partial=True), _given())
            service.change(actor(), update_id, version(), facts)
        except REFUSED as refused:
            statement = statement_base.statement_of(row.statement_id)
            return _form(statement, service.one(actor(), update_id), typed(refused))
        return onward("update", "update_kept", update_id=update_id)


@at(f"{_PATH}/deletion", "update_delete")
class DeleteUpdate(Screen):
    least = Role.COORDINATOR

    def get(self, coalition_id: UUID, update_id: UUID) -> Response:
        """Ask once."""
        del coalition_id
        row = service.one(actor(), update_id)
        return asked_once("updates.delete", row.version, to("update", update_id=update_id))

    def post(self, coalition_id: UUID, update_id: UUID) -> AnyResponse:
        """Delete one of which nothing was sent."""
        del coalition_id
        row = service.one(actor(), update_id)
        service.remove(actor(), update_id, version())
        return onward("statement_updates", "update_deleted", statement_id=row.statement_id)


def _given() -> dict[str, object]:
    found = []
    for place in range(rules.LANGUAGES):
        names = ("language", "subject", "text")
        text = {name: one(f"texts.{place}.{name}") for name in names}
        if place == 0 or text["subject"] or text["text"]:
            found.append(text)
    return {
        "organisation_id": one("organisation_id") or None,
        "language": one("texts.0.language"),
        "texts": found,
    }


def _form(statement: Statement, row: Update | None, form: Form) -> Response:
    language = said().language
    found: dict[str, Any] = board.read(actor(), statement.id, most_people=0)
    values = {"texts.0.language": statement.language}
    if row is not None:
        values = {"organisation_id": str(row.organisation_id)}
        for place, text in enumerate(_first_its_own(row)):
            values |= {f"texts.{place}.{name}": it for name, it in text.items()}
    back = (
        to("update", update_id=row.id)
        if row
        else to("statement_updates", statement_id=statement.id)
    )
    return screen(
        "update_form.html",
        UpdateForm(
            around=statement_base.around(statement),
            organisations=[
                (str(each["organisation"].id), name_in(each["organisation"].names, language))
                for each in found["members"]
            ],
            languages=languages_of(statement),
            values=values,
            places=range(1, rules.LANGUAGES),
            back=back,
            deletion=to("update_delete", update_id=row.id) if row else "",
            version=row.version if row else None,
            form=form,
        ),
    )


def _first_its_own(row: Update) -> list[dict[str, str]]:
    return sorted(row.texts, key=lambda each: each["language"] != row.language)


@at(_PATH, "update")
class ShowUpdate(Screen):
    least = Role.COORDINATOR

    def get(self, coalition_id: UUID, update_id: UUID) -> Response:
        """Show the letter as it is read, how far it is, and the count that was asked for."""
        del coalition_id
        job = _job(update_id)
        result = job.result if job is not None and job.state is JobState.DONE else None
        return _shown(service.one(actor(), update_id), result, is_counting=job is not None)

    def post(self, coalition_id: UUID, update_id: UUID) -> AnyResponse:
        """Try it on oneself, count, send, pause, or go on."""
        del coalition_id
        act, who = one("do"), actor()
        if act == "count":
            found = service.count(who, update_id)
            if isinstance(found, Job):
                return led(f"{to('update', update_id=update_id)}?job={found.id}")
            return _shown(service.one(who, update_id), found)
        acts = {"test": _test, "send": _send, "pause": service.pause, "resume": service.resume}
        if act not in acts:
            raise NotFound("The page that led here is old. Load it again.")
        acts[act](who, update_id)
        return onward("update", f"update_{act}", update_id=update_id)


def _test(who: Any, update_id: UUID) -> object:
    return service.try_out(who, update_id, one("in") or None)


def _send(who: Any, update_id: UUID) -> object:
    return service.start(who, update_id, version())


def _job(update_id: UUID) -> Job | None:
    """Return the count that the address asks for, unless it is of something else, or failed."""
    try:
        found = jobs.job(actor(), UUID(request.args.get("job", "")))
    except ValueError:
        return None
    is_it = (found.kind, found.facts.get("update_id")) == (service.COUNT, str(update_id))
    return found if is_it and found.state not in {JobState.DEAD, JobState.HELD} else None


def _shown(
    row: Update, counted: Mapping[str, Any] | None = None, *, is_counting: bool = False
) -> Response:
    words, here = said(), to("update", update_id=row.id)
    statement = statement_base.statement_of(row.statement_id)
    language, letter = service.preview(actor(), row.id, request.args.get("in") or None)
    progress: Mapping[str, Any] | None = (
        None if row.state is UpdateState.DRAFT else service.progress(actor(), row.id)
    )
    left_out = (progress or counted or {}).get("left_out") or {}
    return screen(
        "update.html",
        UpdateScreen(
            around=statement_base.around(statement),
            id=str(row.id),
            version=row.version,
            state=row.state.value,
            state_words=words.say(f"updates.state_{row.state}"),
            tone=rules.TONES[row.state],
            subject=letter.subject,
            sender=letter.sender_name,
            language=language,
            page=f"{to('update_page', update_id=row.id)}?in={language}",
            languages=[
                Anchor(own_name(each["language"]), f"{here}?in={each['language']}")
                for each in row.texts
            ],
            counts=_counts((counted or {}).get("languages", ())),
            left_out=[
                (words.say(f"updates.left_{key}"), languages.number(number, words.language))
                for key in people.REASONS
                if (number := left_out.get(key))
            ],
            progress=[
                (words.say(f"updates.of_{key}"), languages.number(progress[key], words.language))
                for key in _PROGRESS
            ]
            if progress
            else (),
            percent=int(progress["percent"]) if progress else 0,
            readers=counted["number"] if counted else None,
            job=is_counting and counted is None,
            back=to("statement_updates", statement_id=row.statement_id),
        ),
    )


def _counts(found: Sequence[Mapping[str, Any]]) -> list[tuple[str, str]]:
    words = said()
    return [
        (
            own_name(each["language"]) if each["language"] else words.say("updates.unknown"),
            languages.number(each["number"], words.language),
        )
        for each in found
    ]


@at(f"{_PATH}/page", "update_page")
class UpdateInFrame(Screen):
    least = Role.COORDINATOR
    is_file = True

    def get(self, coalition_id: UUID, update_id: UUID) -> Response:
        """Send the letter as its reader sees it, for a frame."""
        del coalition_id
        _, letter = service.preview(actor(), update_id, request.args.get("in") or None)
        return framed(Response(letter.html, mimetype="text/html"))
