"""/desk: which coalition; its first screen; what waits for somebody's work."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from flask import Response, request
from werkzeug.wrappers import Response as AnyResponse

from api.accounts.rules import Role
from api.coalitions import service as coalitions
from api.desk import service
from api.desk.routes.base import Screen, at, cursors, day, led, page_request, said, screen, to
from api.desk.routes.shared import cells_of, columns_of, sliced
from api.desk.routes.statement_base import next_cell
from api.desk.routes.visiting import actor, visit
from api.desk.rules import home
from api.desk.rules.founding import FirstStep
from api.desk.rules.home import ChoiceScreen, CoalitionChoice, HomeScreen, Waiting, WorkScreen
from api.desk.rules.next_steps import StatementStanding
from api.desk.rules.tables import Cell, Filter, Listing, ListRow
from api.desk.rules.typed_facts import whole
from api.desk.service import WaitingThing, WaitKind, standing
from api.errors import NotFound
from api.infra.database import paging
from api.infra.database.paging import PageRequest
from api.mailings.service import servers
from api.statements import service as statements
from api.statements.models import Statement
from api.statements.service import work
from api.statements.service.work import WorkFilter, WorkItem, WorkKind

_MOST = 20  # statements
_THINGS = 50  # of coordinators, on a page


@at("/", "home_of_all")
class HomeOfAll(Screen):
    def get(self) -> AnyResponse:
        """Lead to one's coalition, or offer a choice of them.

        To one that wants a new sign-in, which the coalition's own screens ask for.
        """
        found = list(paging.every(lambda page: coalitions.coalitions(actor(), page)))
        ids = [each.id for each in found] or sorted(visit().cut)[:1]
        if len(ids) == 1 and "all" not in request.args:
            return led(to("home", coalition_id=ids[0]))
        roles = visit().actor.roles
        choices = [
            CoalitionChoice(
                name=each.name,
                role=said().say(f"role.{roles[each.id]}"),
                href=to("home", coalition_id=each.id),
            )
            for each in found
        ]
        again = [to("home", coalition_id=each) for each in sorted(visit().cut)]
        return screen("coalitions.html", ChoiceScreen(coalitions=choices, again=again))


@at("/<uuid:coalition_id>/", "home")
class Home(Screen):
    def get(self, coalition_id: UUID) -> Response:
        """Show what waits today, and how one's statements stand."""
        things = service.things(actor(), coalition_id)
        texts = _statements(coalition_id)
        steps = () if texts.rows else _first_steps(coalition_id)
        page = HomeScreen(waiting=_waiting(coalition_id, things), statements=texts, steps=steps)
        return screen("home.html", page)


def _first_steps(coalition_id: UUID) -> list[FirstStep]:
    """Return what a new coalition needs, for who may do it."""
    who = actor()
    if not who.may(coalition_id, Role.COORDINATOR):
        return []
    members = coalitions.members(who, coalition_id, PageRequest(limit=1)).total
    has_server = who.may(coalition_id, Role.OWNER) and servers.is_there(who, coalition_id)
    steps = [
        ("mail", to("mail") if who.may(coalition_id, Role.OWNER) else "", has_server),
        ("members", to("members"), members > 0),
        ("statement", to("statement_new"), False),
    ]
    return [FirstStep(key, href, is_done) for key, href, is_done in steps if href]


def _waiting(coalition_id: UUID, things: Sequence[WaitingThing]) -> list[Waiting]:
    who = actor()
    found = service.waiting(who, coalition_id, things)
    return [
        Waiting(each.key, found[each.key], to(each.endpoint, **each.query))
        for each in home.WAITS
        if found.get(each.key) and who.may(coalition_id, each.least)
    ]


def _statements(coalition_id: UUID) -> Listing:
    words, who = said(), actor()
    found = statements.statements(who, coalition_id, PageRequest(limit=_MOST), {})
    stand = standing.of_each(who, coalition_id, found.items)
    return Listing(
        caption=words.say("home.statements"),
        columns=columns_of("home", "title", "state", "next"),
        rows=[_statement(each, stand[each.id]) for each in found.items],
        path=to("statements"),  # which goes on where this ends
        total=found.total,
        following=found.following,
    )


def _statement(statement: Statement, at: StatementStanding) -> ListRow:
    return ListRow(cells=[*cells_of(statement), next_cell(statement, at)])


@at("/<uuid:coalition_id>/work", "work")
class DeskWork(Screen):
    def get(self, coalition_id: UUID) -> Response:
        """List what waits: of coordinators first, then of all what has waited longest."""
        words, kind = said(), request.args.get("kind", "")
        if kind and kind not in {*WorkKind, *WaitKind}:
            raise NotFound("There is no work of this kind.")
        asked = page_request()
        rows, following = _things(coalition_id, kind, asked.cursor)
        if following is None and (not kind or kind in set(WorkKind)):
            asked = replace(asked, cursor=None) if _begins(asked.cursor) is not None else asked
            wanted = WorkFilter(WorkKind(kind) if kind else None, **service.LATE)
            found = work.work(actor(), coalition_id, asked, wanted).page
            rows += map(_work, found.items)
            following = found.following
        kinds = Filter(
            name="kind",
            words=words.say("work.kind"),
            choices=[(each, words.say(f"work.{each}")) for each in (*WaitKind, *WorkKind)],
        )
        listing = Listing(
            caption=words.say("work.title"),
            columns=columns_of("work", "what", "kind", "why"),
            rows=rows,
            path=to("work"),
            query={"kind": kind, **cursors("cursor")},
            filters=[kinds],
            following=following,
        )
        return screen("work.html", WorkScreen(work=listing))


def _things(coalition_id: UUID, kind: str, cursor: str | None) -> tuple[list[ListRow], str | None]:
    """Return what waits of coordinators on one page, and the cursor of the next if there is one."""
    begins = _begins(cursor)
    if begins is None:
        return [], None
    every = [each for each in service.things(actor(), coalition_id) if kind in {"", each.kind}]
    page = sliced(every, begins, _THINGS)
    return [_thing(each) for each in page.items], page.following


def _begins(cursor: str | None) -> int | None:
    """Return after how many things of coordinators a page begins; None: after all of them."""
    return 0 if cursor is None else whole(cursor)


def _thing(thing: WaitingThing) -> ListRow:
    words, text = said(), thing.statement
    since = words.say("work.since", day=day(thing.since.date())) if thing.since else ""
    return ListRow(
        cells=[
            Cell(
                text=thing.label or words.say(f"work.{thing.kind}"),
                href=_place_of(thing),
                language=text.language if text else "",
            ),
            Cell(text=words.say(f"work.{thing.kind}")),
            Cell(text=words.say(f"work.{thing.kind}_why", thing.number), small=since),
        ]
    )


def _place_of(thing: WaitingThing) -> str:
    place, text = home.LEADS_TO[thing.kind], thing.statement
    return to(place, statement_id=text.id) if text else to(place)


def _work(item: WorkItem) -> ListRow:
    words = said()
    if item.statement_id:
        href, why = to("statement", statement_id=item.statement_id), "draft_behind"
    elif item.demand_id:
        href = to("demand", demand_id=item.demand_id)
        why = "demand_settled" if item.case_ids else "demand_silent"
    else:
        href = to("case", case_id=item.case_ids[0])
        why = "case_late"
    since = words.say("work.since", day=day(item.since)) if item.since else ""
    if item.kind is WorkKind.CASE and not item.since:
        why = "case_never"
    return ListRow(
        cells=[
            Cell(text=item.what, href=href),
            Cell(text=words.say(f"work.{item.kind}")),
            Cell(text=words.say(f"work.{why}"), small=since),
        ]
    )


@at("/<path:rest>", "nowhere")
class Nowhere(Screen):
    def get(self, rest: str) -> Response:
        """Say that there is no such screen, as a screen."""
        del rest
        raise NotFound("There is no screen at this address.")
