"""/desk/…/outgoing: letters that failed, who is left alone, and work that was given up."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response, request
from werkzeug.wrappers import Response as AnyResponse

from api.accounts.rules import Role
from api.accounts.service import jobs
from api.desk.routes.base import (
    Screen,
    at,
    ids,
    one,
    onward,
    page_request,
    said,
    screen,
    to,
    typed,
    when,
)
from api.desk.routes.visiting import actor
from api.desk.rules import outgoing as rules
from api.desk.rules.outgoing import OutgoingScreen
from api.desk.rules.tables import Cell, ListColumn, Listing, ListRow, Press
from api.errors import Conflict, Invalid
from api.infra.background.jobs import Job, JobState
from api.infra.database.paging import Page
from api.infra.mail.letters import Letter, LetterState
from api.mailings import schemas, service as mailings
from api.mailings.service import suppressions
from api.pages.rules.facts import Anchor, Form
from api.web.validate import loaded


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
        columns=[ListColumn(words=words.say(f"outgoing.{each}")) for each in columns],
        rows=rows,
        path=path,
        query={"cursor": request.args.get("cursor", "")},
        total=page.total,
        following=page.following,
    )


@at("/<uuid:coalition_id>/outgoing", "outgoing")
class FailedLetters(Screen):
    least = Role.COORDINATOR

    def get(self, coalition_id: UUID) -> Response:
        """List the letters that failed for good; to whom they were, no row says."""
        state = LetterState.FAILED
        found = mailings.of_coalition(actor(), coalition_id, page_request(), state=state)
        rows = [_letter(each) for each in found.items]
        columns = ("what", "why", "when", "act")
        listed = table_of("letters", columns, rows, to("outgoing"), found)
        return screen("outgoing.html", OutgoingScreen(tabs=tabs(), listed=listed))


def _letter(each: Letter) -> ListRow:
    words = said()
    again = Press(
        action=to("letter_again", letter_id=each.id), words=words.say("outgoing.try_again")
    )
    key = f"outgoing.kind_{each.kind}"
    return ListRow(
        cells=[
            Cell(text=words.say(key if key in words.all else "outgoing.a_letter")),
            Cell(text=words.say(f"outgoing.{rules.letter_key(each.fault)}")),
            Cell(html=when(each.shown_ended_at)),
            Cell(press=again),
        ]
    )


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
            for each in ids():
                suppressions.lift(actor(), each)
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
        words = said()
        found = suppressions.of_coalition(actor(), coalition_id, page_request())
        path = to("suppressions")
        rows = [
            ListRow(
                cells=[
                    Cell(text=each.email),
                    Cell(text=words.say(f"outgoing.cause_{each.row.cause}")),
                    Cell(html=when(each.row.since)),
                    Cell(
                        press=Press(
                            action=path,
                            words=words.say("outgoing.lift"),
                            fields=[("do", "lift"), ("ids", str(each.row.id))],
                        )
                    ),
                ]
            )
            for each in found.items
        ]
        columns = ("address", "why", "since", "act")
        listed = table_of("suppressions", columns, rows, path, found)
        return screen("suppressions.html", OutgoingScreen(tabs=tabs(), listed=listed, form=form))


@at("/<uuid:coalition_id>/outgoing/work", "dead_jobs")
class GivenUp(Screen):
    least = Role.COORDINATOR

    def get(self, coalition_id: UUID) -> Response:
        """List the work that was tried for long and is tried no more by itself."""
        found = jobs.of_coalition(actor(), coalition_id, page_request(), state=JobState.DEAD)
        rows = [_job(each) for each in found.items]
        columns = ("what", "why", "when", "act")
        listed = table_of("given_up", columns, rows, to("dead_jobs"), found)
        return screen("dead_jobs.html", OutgoingScreen(tabs=tabs(), listed=listed))


def _job(job: Job) -> ListRow:
    words = said()
    again = Press(action=to("job_again", job_id=job.id), words=words.say("outgoing.try_again"))
    key = rules.job_key(job.kind)
    return ListRow(
        cells=[
            Cell(text=words.say(f"given_up.{key}"), small=job.kind),
            Cell(text=words.say(f"given_up.{key}_text")),
            Cell(html=when(job.finished_at or job.created_at)),
            Cell(press=again),
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
