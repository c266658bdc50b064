"""/desk/…/statements: all of a coalition's, and where each stands."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

from flask import Response, request
from werkzeug.wrappers import Response as AnyResponse

from api.accounts.rules import Role
from api.accounts.service import sessions
from api.desk.routes import statement_base
from api.desk.routes.base import (
    Screen,
    at,
    cursors,
    one,
    onward,
    page_request,
    said,
    screen,
    to,
    version,
    when,
)
from api.desk.routes.shared import SearchedList, cells_of, columns_of
from api.desk.routes.signing_base import address_of
from api.desk.routes.statement_base import next_cell
from api.desk.routes.visiting import actor, visit
from api.desk.rules.frames import Danger
from api.desk.rules.next_steps import NextStep, StatementStanding
from api.desk.rules.statements import StatementHome, StatementListScreen
from api.desk.rules.tables import Cell, Filter, Listing, ListRow
from api.desk.service import standing
from api.errors import NotFound
from api.pages.rules.facts import Anchor
from api.pages.rules.pages import own_name
from api.signing.schemas import SigningIn
from api.signing.service import settings as signing
from api.statements import rules, service
from api.statements.models import State, Statement, StatementKind
from api.web.validate import loaded

_FILTERS: dict[str, Any] = {"state": State, "kind": StatementKind}
# Publishing asks for more than a button, and is a screen of its own.
_BY_BUTTON = (State.REVIEW, State.DRAFT, State.ARCHIVED)


@at("/<uuid:coalition_id>/statements", "statements")
class ListStatements(SearchedList):
    def listed(self, coalition_id: UUID, sought: str) -> Response:
        """List statements, newest first; those whose titles have the words."""
        words, query = said(), {}
        for name, kind in _FILTERS.items():
            if asked := request.args.get(name, ""):
                if asked not in set(kind):
                    raise NotFound("There are no statements of this kind.")
                query[name] = kind(asked)
        found = service.statements(actor(), coalition_id, page_request(), query, sought or None)
        stand = standing.of_each(actor(), coalition_id, found.items)
        table = Listing(
            caption=words.say("statements.title"),
            columns=columns_of("statements", "name", "state", "next", "changed"),
            rows=[_row(each, stand[each.id]) for each in found.items],
            path=to("statements"),
            query={**{k: str(v) for k, v in query.items()}, **cursors("cursor")},
            filters=[
                Filter(
                    name=name,
                    words=words.say(f"statements.{name}"),
                    choices=[(each.value, words.say(f"{name}.{each}")) for each in kind],
                )
                for name, kind in _FILTERS.items()
            ],
            search=words.say("statements.search"),
            asked=sought,
            total=found.total,
            following=found.following,
        )
        begin = to("statement_new") if statement_base.may(Role.EDITOR) else ""
        return screen("statements.html", StatementListScreen(statements=table, begin=begin))


def _row(statement: Statement, at: StatementStanding) -> ListRow:
    changed = Cell(html=when(statement.updated_at))
    return ListRow(cells=[*cells_of(statement), next_cell(statement, at), changed])


@at("/<uuid:coalition_id>/statements/<uuid:statement_id>", "statement")
class ShowStatement(Screen):
    def get(self, coalition_id: UUID, statement_id: UUID) -> Response:
        """Show where a statement stands, and its next step."""
        del coalition_id
        statement = statement_base.statement_of(statement_id)
        draft = service.draft(actor(), statement_id)
        words, whose = said(), {"statement_id": statement.id}
        at_ = standing.of(actor(), statement)
        step = statement_base.next_step(statement, at_)
        around = replace(statement_base.around(statement), step=step)
        versions = to("statement_versions", **whose)
        number = str(statement.revision_number)
        facts = [
            (words.say("statements.next"), step.told),
            (words.say("statements.kind"), around.kind),
            (words.say("statements.language"), own_name(statement.language)),
            (
                words.say("statements.version"),
                Anchor(number, versions) if statement.revision_number else "",
            ),
            (words.say("statements.words"), Anchor(str(draft.length.words), to("draft", **whose))),
            (words.say("statements.changed"), when(statement.updated_at)),
        ]
        key = (
            statement.state
            if at_.is_frozen or statement.state not in rules.WRITABLE
            else f"{statement.state}_open"
        )
        is_writer = statement_base.may(Role.EDITOR)
        is_out = statement.state is State.PUBLISHED
        page = address_of(statement, signing.signing(actor(), statement_id))
        return screen(
            "statement.html",
            StatementHome(
                around=around,
                facts=facts,
                text=words.say(f"stands.{key}"),
                moves=_moves(statement, at_, step),
                publish=statement_base.publish_at(statement, step),
                version=statement.version,
                page=page,
                pdf=to("statement_document", **whose, version=number) if is_out else "",
                gives_page=is_out and not page and statement_base.may(Role.COORDINATOR),
                copy=to("statement_copy", **{"from": statement.id}) if is_writer else "",
                delete=to("statement_delete", **whose)
                if is_writer and not statement.revision_number
                else "",
                warnings=len(draft.warnings),
            ),
        )


def _moves(statement: Statement, at: StatementStanding, step: NextStep) -> list[tuple[str, str]]:
    """Return where else than its next step the visitor may send a statement by a button."""
    found = []
    for state, least in rules.MOVES[statement.state].items():
        is_ready = state is not State.REVIEW or at.is_frozen
        is_other = is_ready and state != step.move
        if state in _BY_BUTTON and is_other and statement_base.may(least):
            found.append((state.value, said().say(f"move.{state}")))
    return found


@at("/<uuid:coalition_id>/statements/<uuid:statement_id>/page", "statement_give_page")
class GivePage(Screen):
    least = Role.COORDINATOR

    def post(self, coalition_id: UUID, statement_id: UUID) -> AnyResponse:
        """Give a text a public page on which nobody signs."""
        del coalition_id
        statement_base.statement_of(statement_id)
        found = signing.signing(actor(), statement_id)
        if found.signing.is_sensitive:
            sessions.must_be_fresh(visit())
        if found.signing.version == 0:
            signing.put(actor(), statement_id, 0, loaded(SigningIn(), {}))
        return onward("statement", "page_given", statement_id=statement_id)


@at("/<uuid:coalition_id>/statements/<uuid:statement_id>/move", "statement_move")
class MoveStatement(Screen):
    least = Role.EDITOR

    def post(self, coalition_id: UUID, statement_id: UUID) -> AnyResponse:
        """Send a statement to review, back to draft, or to the archive."""
        del coalition_id
        statement = statement_base.statement_of(statement_id)
        wanted = one("state")
        if wanted not in _BY_BUTTON:
            raise NotFound("The page that led here is old. Load it again.")
        confirmed = service.Confirmed((), ())
        service.move(actor(), statement.id, version(), State(wanted), confirmed)
        return onward("statement", f"moved_{wanted}", statement_id=statement_id)


@at("/<uuid:coalition_id>/statements/<uuid:statement_id>/delete", "statement_delete")
class DeleteStatement(Screen):
    least = Role.EDITOR
    is_fresh = True

    def get(self, coalition_id: UUID, statement_id: UUID) -> Response:
        """Ask once more."""
        del coalition_id
        statement, words = statement_base.statement_of(statement_id), said()
        return screen(
            "danger.html",
            Danger(
                title=words.say("statements.delete"),
                points=[words.say("statements.delete_text"), words.say("statements.delete_copy")],
                button=words.say("statements.delete_it"),
                back=to("statement", statement_id=statement_id),
                fields={"version": str(statement.version)},
            ),
        )

    def post(self, coalition_id: UUID, statement_id: UUID) -> AnyResponse:
        """Delete a draft that was never frozen."""
        del coalition_id
        statement_base.statement_of(statement_id)
        service.remove(actor(), statement_id, version())
        return onward("statements", "statement_deleted")
