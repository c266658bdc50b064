"""/desk/…/outgoing: letters that failed, who is left alone, and work that was given up."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar
from uuid import UUID

from flask import Response
from werkzeug.wrappers import Response as AnyResponse

from api.accounts.rules import Role
from api.accounts.service import jobs
from api.desk.routes.base import (
    Screen,
    an_id,
    at,
    cursors,
    one,
    onward,
    page_request,
    said,
    screen,
    to,
    typed,
    when,
)
from api.desk.routes.shared import columns_of
from api.desk.routes.visiting import actor
from api.desk.rules import outgoing as rules
from api.desk.rules.outgoing import OutgoingScreen
from api.desk.rules.tables import Cell, Listing, ListRow, Press
from api.errors import Conflict, Invalid
from api.infra.background.jobs import Job, JobState
from api.infra.database.paging import Page
from api.infra.mail.letters import Letter, LetterState
from api.mailings import schemas, service as mailings
from api.mailings.service import suppressions
from api.mailings.service.suppressions import SuppressionView
from api.pages.rules.facts import Anchor, Form
from api.web import tables
from api.web.validate import loaded

_Item = TypeVar("_Item")


def tabs() -> list[Anchor]:
    """Return the parts of the area, each at its address."""
    words = said()
    return [Anchor(words.say(f"outgoing.{key}"), to(endpoint)) for key, endpoint in rules.PARTS]


def table_of(
    caption: str, columns: tuple[str, ...], rows: list[ListRow], path: str, page: Page[Any]
) -> Listing:
    """Return a page of one part as a table; caption and columns are keys of `outgoing`."""
    words = said()
    return Listing(
        caption=words.say(f"outgoing.{caption}"),
        columns=columns_of("outgoing", *columns),
        rows=rows,
        path=path,
        query=cursors("cursor"),
        total=page.total,
        following=page.following,
    )


def part_of(
    part: str,
    columns: tuple[str, ...],
    page: Page[_Item],
    row: Callable[[_Item], ListRow],
    form: Form | None = None,
) -> Response:
    """Show a page of a part of the area; its screen and its template have one name."""
    name = dict(rules.PARTS)[part]
    rows = [row(each) for each in page.items]
    listed = table_of(part, columns, rows, to(name), page)
    return screen(f"{name}.html", OutgoingScreen(tabs=tabs(), listed=listed, form=form or Form()))


@at("/<uuid:coalition_id>/outgoing", "outgoing")
class FailedLetters(Screen):
    least = Role.COORDINATOR

    def get(self, coalition_id: UUID) -> Response:
        """List the letters that failed for good; to whom they were, no row says."""
        state = LetterState.FAILED
        found = mailings.of_coalition(actor(), coalition_id, page_request(), state=state)
        return part_of("letters", ("what", "why", "when", "act"), found, _letter)


def _letter(each: Letter) -> ListRow:
    words, key = said(), f"outgoing.kind_{each.kind}"
    return ListRow(
        cells=[
            Cell(text=words.say(key if key in words.all else "outgoing.a_letter")),
            Cell(text=words.say(f"outgoing.{rules.letter_key(each.fault)}")),
            Cell(html=when(each.shown_ended_at)),
            Cell(press=_again("letter_again", letter_id=each.id)),
        ]
    )


def _again(name: str, **row: UUID) -> Press:
    return Press(action=to(name, **row), words=said().say("outgoing.try_again"))


@at("/<uuid:coalition_id>/letters/<uuid:letter_id>/again", "letter_again")
class LetterAgain(Screen):
    least = Role.COORDINATOR

    def post(self, coalition_id: UUID, letter_id: UUID) -> AnyResponse:
        """Send a letter again that failed for good."""
        del coalition_id
        mailings.replay(actor(), letter_id)
        return onward("outgoing", "letter_again")


@at("/<uuid:coalition_id>/outgoing/suppressions", "suppressions")
class LeftAlone(Screen):
    least = Role.COORDINATOR

    def get(self, coalition_id: UUID) -> Response:
        """List the addresses that nobody writes to any more."""
        return self._shown(coalition_id, Form())

    def post(self, coalition_id: UUID) -> AnyResponse:
        """Leave an address alone, or let one get letters again."""
        if one("do") == "lift":
            suppressions.lift(actor(), an_id())
            return onward("suppressions", "suppression_lifted")
        try:
            facts = loaded(schemas.SuppressionIn(), {"email": one("email")})
            suppressions.add(actor(), coalition_id, facts["email"])
        except Invalid as refused:
            return self._shown(coalition_id, typed(refused))
        except Conflict:
            wrong = {"email": said().say("fault.taken")}
            return self._shown(coalition_id, Form(values={"email": [one("email")]}, faults=wrong))
        return onward("suppressions", "suppressed")

    def _shown(self, coalition_id: UUID, form: Form) -> Response:
        found = suppressions.of_coalition(actor(), coalition_id, page_request())
        columns = ("address", "why", "since", "act")
        return part_of("suppressions", columns, found, _suppression, form)


def _suppression(each: SuppressionView) -> ListRow:
    words = said()
    lift = Press(
        action=to("suppressions"),
        words=words.say("outgoing.lift"),
        fields=[("do", "lift"), ("ids", str(each.row.id))],
    )
    return ListRow(
        cells=[
            Cell(text=each.email),
            Cell(text=words.say(f"outgoing.cause_{each.row.cause}")),
            Cell(html=when(each.row.since)),
            Cell(press=lift),
        ]
    )


@at("/<uuid:coalition_id>/outgoing/suppressions/file", "suppressions_out")
class LeftAloneOut(Screen):
    least = Role.COORDINATOR
    is_file = True
    is_fresh = True  # it holds addresses

    def post(self, coalition_id: UUID) -> Response:
        """Give the addresses as a table, for another tool."""
        batches = suppressions.exported(actor(), coalition_id)
        return tables.as_csv("suppressions", suppressions.COLUMNS, batches, dict)


@at("/<uuid:coalition_id>/outgoing/work", "dead_jobs")
class GivenUp(Screen):
    least = Role.COORDINATOR

    def get(self, coalition_id: UUID) -> Response:
        """List the work that was tried for long and is tried no more by itself."""
        found = jobs.of_coalition(actor(), coalition_id, page_request(), state=JobState.DEAD)
        return part_of("given_up", ("what", "why", "when", "act"), found, _job)


def _job(job: Job) -> ListRow:
    words, key = said(), rules.job_key(job.kind)
    return ListRow(
        cells=[
            Cell(text=words.say(f"given_up.{key}"), small=job.kind),
            Cell(text=words.say(f"given_up.{key}_text")),
            Cell(html=when(job.finished_at or job.created_at)),
            Cell(press=_again("job_again", job_id=job.id)),
        ]
    )


@at("/<uuid:coalition_id>/jobs/<uuid:job_id>/again", "job_again")
class JobAgain(Screen):
    least = Role.COORDINATOR

    def post(self, coalition_id: UUID, job_id: UUID) -> AnyResponse:
        """Try once more what was given up."""
        del coalition_id
        jobs.replay(actor(), job_id)
        return onward("dead_jobs", "job_again")
