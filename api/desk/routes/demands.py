"""/desk/…/demands: the lists in order, what each asks in order, and all of it in one table."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from flask import Response
from werkzeug.wrappers import Response as AnyResponse

from api.accounts.rules import Role
from api.demands import schemas, service
from api.demands.models import DemandKind, DemandList, DemandStatus
from api.demands.service import DemandWithCases
from api.desk.routes.base import (
    REFUSED,
    Screen,
    at,
    onward,
    page_request,
    said,
    screen,
    to,
    typed,
    version,
)
from api.desk.routes.shared import (
    SearchedList,
    asked_in,
    choice,
    choices,
    columns_of,
    countries,
    country,
    moved,
    query_of,
)
from api.desk.routes.visiting import actor, coalition
from api.desk.rules import demands as rules
from api.desk.rules.demands import AllDemandsScreen, InOrder, ListFormScreen, OrderedScreen
from api.desk.rules.tables import Cell, Filter, Listing, ListRow
from api.errors import Conflict
from api.infra.database import paging
from api.infra.database.paging import Page
from api.pages.routes.base import sent
from api.pages.rules.facts import Form
from api.statements.service import past
from api.texts.rules import markdown
from api.web.validate import loaded

_BEFORE = 10  # texts that asked the like


def of_whom(demand_list: DemandList) -> str:
    """Return of whom a list asks, in words."""
    return demand_list.party_name or country(demand_list.country)


@at("/<uuid:coalition_id>/demands", "demands")
class ListsInOrder(Screen):
    def get(self, coalition_id: UUID) -> Response:
        """Show the demand lists in order."""
        found = service.lists(actor(), coalition_id, page_request())
        order = service.order_of_lists(actor(), coalition_id).ids
        places = [
            _placed(
                each.id,
                order,
                text=of_whom(each),
                href=to("demand_list", list_id=each.id),
                small=", ".join(map(country, each.party_countries or ())),
            )
            for each in found.items
        ]
        title = said().say("nav.demands")
        return screen(
            "demands.html",
            OrderedScreen(title=title, places=places, total=found.total, following=found.following),
        )


def _placed(own: UUID, order: Sequence[UUID], **shown: str) -> InOrder:
    first, last = own == order[0], own == order[-1]
    return InOrder(id=str(own), is_first=first, is_last=last, **shown)


@at("/<uuid:coalition_id>/demands/order", "demand_lists_move")
class ListMove(Screen):
    least = Role.EDITOR

    def post(self, coalition_id: UUID) -> AnyResponse:
        """Move a list up, down, or before another."""
        order = service.order_of_lists(actor(), coalition_id)
        service.order_lists(actor(), coalition_id, order.version, moved(order.ids))
        return onward("demands", "moved")


@at("/<uuid:coalition_id>/demands/all", "demands_all")
class AllDemands(SearchedList):
    def listed(self, coalition_id: UUID, sought: str) -> Response:
        """List all demands, narrowed down by filters or words."""
        words, filters = said(), _filters(coalition_id)
        query = query_of(filters)
        kind, status, whom = query["kind"], query["status"], query["of"]
        found = service.of_coalition(
            actor(),
            coalition_id,
            page_request(),
            q=sought or None,
            country=whom if len(whom) == 2 and whom.isupper() else None,  # noqa: PLR2004 # a code
            party=whom.removeprefix("party:") if whom.startswith("party:") else None,
            kind=DemandKind(kind) if kind else None,
            status=DemandStatus(status) if status else None,
        )
        table = Listing(
            caption=words.say("demands.all"),
            columns=columns_of("demands", "text", "kind", "status"),
            rows=[_row(each) for each in found.items],
            path=to("demands_all"),
            query=query,
            filters=filters,
            search=words.say("demands.search"),
            asked=sought,
            total=found.total,
            following=found.following,
        )
        found_before = past.like(actor(), coalition_id, sought, _BEFORE, {}) if sought else []
        before = Listing(caption=words.say("demands.before"), columns=(), rows=())
        asked = asked_in(Page(found_before, None, len(found_before)), before)
        return screen("demands_all.html", AllDemandsScreen(demands=table, before=asked))


def _filters(coalition_id: UUID) -> list[Filter]:
    words = said()
    lists = paging.every(lambda page: service.lists(actor(), coalition_id, page))
    whom = [(each.country or f"party:{each.party_key}", of_whom(each)) for each in lists]
    return [
        Filter(name="of", words=words.say("demands.of"), choices=whom),
        Filter(
            name="kind",
            words=words.say("demands.kind"),
            choices=choices(DemandKind, "demand_kind"),
        ),
        Filter(
            name="status",
            words=words.say("demands.status"),
            choices=choices(DemandStatus, "demand_status"),
        ),
    ]


def _row(each: DemandWithCases) -> ListRow:
    demand = each.demand
    return ListRow(
        cells=[
            Cell(text=markdown.plain(demand.text), href=to("demand", demand_id=demand.id)),
            Cell(text=choice(demand.kind, "demand_kind")),
            Cell(text=choice(demand.status, "demand_status")),
        ]
    )


@at("/<uuid:coalition_id>/demands/lists/new", "demand_list_new")
class ListNew(Screen):
    least = Role.EDITOR

    def get(self, coalition_id: UUID) -> Response:
        """Ask of whom."""
        return self._shown(Form())

    def post(self, coalition_id: UUID) -> AnyResponse:
        """Start the list."""
        try:
            subject = loaded(schemas.DemandListIn(), rules.subject(sent()))
            started = service.start_list(actor(), coalition_id, subject)
        except REFUSED as refused:
            return self._shown(typed(refused))
        return onward("demand_list", "list_started", list_id=started.demand_list.id)

    def _shown(self, form: Form) -> Response:
        here = coalition()
        first = here.countries[0] if here and here.countries else ""
        values = {"of": "country", "country": first}
        shown = ListFormScreen(values=values, countries=countries(), back=to("demands"), form=form)
        return screen("demand_list_form.html", shown)


@at("/<uuid:coalition_id>/demands/lists/<uuid:list_id>", "demand_list")
class DemandListInOrder(Screen):
    def get(self, coalition_id: UUID, list_id: UUID) -> Response:
        """Show what is asked of a country or party, in order."""
        found = service.of_list(actor(), list_id, page_request())
        order = service.order_of_demands(actor(), list_id)
        row = service.one_list(actor(), list_id)
        places = [
            _placed(
                each.demand.id,
                order.ids,
                text=markdown.plain(each.demand.text),
                href=to("demand", demand_id=each.demand.id),
                small=choice(each.demand.kind, "demand_kind"),
                state=choice(each.demand.status, "demand_status"),
            )
            for each in found.items
        ]
        return screen(
            "demand_list.html",
            OrderedScreen(
                title=of_whom(row),
                places=places,
                total=found.total,
                following=found.following,
                list_id=str(list_id),
                is_empty=not order.ids,
                version=row.version,
            ),
        )


@at("/<uuid:coalition_id>/demands/lists/<uuid:list_id>/order", "demands_move")
class DemandMove(Screen):
    least = Role.EDITOR

    def post(self, coalition_id: UUID, list_id: UUID) -> AnyResponse:
        """Move a demand up, down, or before another."""
        order = service.order_of_demands(actor(), list_id)
        service.order_demands(actor(), list_id, order.version, moved(order.ids))
        return onward("demand_list", "moved", list_id=list_id)


@at("/<uuid:coalition_id>/demands/lists/<uuid:list_id>/edit", "demand_list_edit")
class ListEdit(Screen):
    least = Role.EDITOR

    def get(self, coalition_id: UUID, list_id: UUID) -> Response:
        """Show of whom the list asks, in a form."""
        return self._shown(list_id, Form())

    def post(self, coalition_id: UUID, list_id: UUID) -> AnyResponse:
        """Change it."""
        try:
            subject = loaded(schemas.DemandListIn(), rules.subject(sent()))
            service.change_list(actor(), list_id, version(), subject)
        except REFUSED as refused:
            return self._shown(list_id, typed(refused))
        return onward("demand_list", "list_changed", list_id=list_id)

    def _shown(self, list_id: UUID, form: Form) -> Response:
        row = service.one_list(actor(), list_id)
        values = {
            "of": "party" if row.party_key else "country",
            "country": row.country or "",
            "party.id": row.party_key or "",
            "party.name": row.party_name or "",
        }
        shown = ListFormScreen(
            values=values,
            countries=countries(),
            of_party=row.party_countries or (),
            back=to("demand_list", list_id=list_id),
            version=row.version,
            form=form,
        )
        return screen("demand_list_form.html", shown)


@at("/<uuid:coalition_id>/demands/lists/<uuid:list_id>/deletion", "demand_list_delete")
class ListDelete(Screen):
    least = Role.EDITOR

    def post(self, coalition_id: UUID, list_id: UUID) -> AnyResponse:
        """Delete a list that is empty: nothing is lost with it."""
        try:
            service.remove_list(actor(), list_id, version())
        except Conflict:
            return onward("demand_list", "list_not_empty", list_id=list_id)
        return onward("demands", "list_deleted")
