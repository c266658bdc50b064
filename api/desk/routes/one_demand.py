"""/desk/…/demands/…: one demand, what changes of it, and the cases that it is about."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from flask import Response
from werkzeug.wrappers import Response as AnyResponse

from api.accounts.rules import Role
from api.cases import service as cases
from api.cases.service import CaseView
from api.demands import schemas, service
from api.demands.models import DemandKind, DemandStatus
from api.demands.service import DemandWithCases
from api.desk.routes.base import (
    REFUSED,
    Screen,
    at,
    one,
    onward,
    page_request,
    said,
    screen,
    to,
    typed,
    version,
)
from api.desk.routes.demands import of_whom
from api.desk.routes.picking import cases_like
from api.desk.routes.shared import (
    asked_in,
    asked_once,
    choice,
    choices,
    columns_of,
    country,
    history,
    lists_of,
)
from api.desk.routes.visiting import actor
from api.desk.rules import demands as rules
from api.desk.rules.cases import StatusScreen, status_facts
from api.desk.rules.demands import DemandCasesScreen, DemandFormScreen, DemandScreen
from api.desk.rules.tables import Cell, Listing, ListRow
from api.desk.rules.typed_facts import kept
from api.errors import NotFound
from api.infra.database import paging
from api.infra.database.paging import Page, PageRequest
from api.pages.routes.base import sent
from api.pages.rules.facts import Form
from api.statements.service import past
from api.texts.rules import markdown
from api.web.validate import loaded

_LISTS = ("history", "asked")  # of a demand's file, each paged by its name
_OF_FILE = 20  # rows of each on a page


@at("/<uuid:coalition_id>/demands/<uuid:demand_id>", "demand")
class DemandFile(Screen):
    def get(self, coalition_id: UUID, demand_id: UUID) -> Response:
        """Show a demand."""
        return _file(service.demand(actor(), demand_id), is_disclosed=False)


@at("/<uuid:coalition_id>/demands/<uuid:demand_id>/evidence", "demand_evidence")
class DemandEvidence(Screen):
    least = Role.COORDINATOR

    def post(self, coalition_id: UUID, demand_id: UUID) -> Response:
        """Show how we know what became of it; the record tells who looked at whose case."""
        found = service.demand(actor(), demand_id)
        for case_id in found.case_ids:
            cases.disclose(actor(), case_id)
        return _file(found, is_disclosed=True)


def _file(found: DemandWithCases, *, is_disclosed: bool) -> Response:
    demand, words = found.demand, said()
    about = _about(found)
    is_sealed = not all(each.case.may_be_named for each in about)
    steps = service.status_changes(actor(), demand.id, _page("history"))
    of_it = lists_of(to("demand", demand_id=demand.id), _LISTS)
    row = service.one_list(actor(), demand.list_id)
    pairs = {
        "of": of_whom(row),
        "addressee": demand.addressee or "",
        "kind": choice(demand.kind, "demand_kind"),
        "status": choice(demand.status, "demand_status"),
    }
    return screen(
        "demand.html",
        DemandScreen(
            text=markdown.plain(demand.text),
            rationale=markdown.plain(demand.rationale or ""),
            demand_id=str(demand.id),
            list_id=str(demand.list_id),
            of_whom=of_whom(row),
            facts=[(words.say(f"demands.{key}"), value) for key, value in pairs.items()],
            cases=_cases(about),
            history=history(
                steps,
                "demand_status",
                of_it("history", words.say("cases.history")),
                tells=is_disclosed or not is_sealed,
            ),
            asked=asked_in(
                past.of_demand(actor(), demand.id, _page("asked")),
                of_it("asked", words.say("demands.asked")),
            ),
            is_sealed=is_sealed and any(each.evidence or each.sources for each in steps.items),
            is_disclosed=is_disclosed,
        ),
    )


def _about(found: DemandWithCases) -> list[CaseView]:
    return cases.several(actor(), found.demand.coalition_id, found.case_ids)


def _cases(about: Sequence[CaseView]) -> Listing:
    words = said()
    return Listing(
        caption=words.say("demands.cases"),
        columns=columns_of("cases", "who", "country", "status"),
        rows=[
            ListRow(
                cells=[
                    Cell(text=each.label, href=to("case", case_id=each.case.id)),
                    Cell(text=country(each.case.country)),
                    Cell(text=choice(each.case.status, "case_status")),
                ]
            )
            for each in about
        ],
    )


def _page(name: str) -> PageRequest:
    return page_request(_OF_FILE, name)


@at("/<uuid:coalition_id>/demands/lists/<uuid:list_id>/new", "demand_new")
class DemandNew(Screen):
    least = Role.EDITOR

    def get(self, coalition_id: UUID, list_id: UUID) -> Response:
        """Ask what is asked."""
        return self._shown(list_id, Form())

    def post(self, coalition_id: UUID, list_id: UUID) -> AnyResponse:
        """Add it at the end of the list."""
        try:
            facts = loaded(schemas.DemandIn(exclude=("list_id",)), rules.facts(sent()))
            added = service.add(actor(), list_id, facts)
        except REFUSED as refused:
            return self._shown(list_id, typed(refused))
        return onward("demand", "demand_added", demand_id=added.demand.id)

    def _shown(self, list_id: UUID, form: Form) -> Response:
        row = service.one_list(actor(), list_id)
        return screen(
            "demand_form.html",
            DemandFormScreen(
                values={},
                kinds=choices(DemandKind, "demand_kind"),
                back=to("demand_list", list_id=list_id),
                of_whom=of_whom(row),
                form=form,
            ),
        )


@at("/<uuid:coalition_id>/demands/<uuid:demand_id>/edit", "demand_edit")
class DemandEdit(Screen):
    least = Role.EDITOR

    def get(self, coalition_id: UUID, demand_id: UUID) -> Response:
        """Show a demand in a form."""
        return self._shown(coalition_id, demand_id, Form())

    def post(self, coalition_id: UUID, demand_id: UUID) -> AnyResponse:
        """Change it, or move it to another list."""
        schema = schemas.DemandIn(partial=True, exclude=("status",))
        given = {**rules.facts(sent()), "list_id": one("list_id")}
        try:
            service.change(actor(), demand_id, version(), loaded(schema, given))
        except REFUSED as refused:
            return self._shown(coalition_id, demand_id, typed(refused))
        return onward("demand", "demand_changed", demand_id=demand_id)

    def _shown(self, coalition_id: UUID, demand_id: UUID, form: Form) -> Response:
        demand = service.demand(actor(), demand_id).demand
        lists = paging.every(lambda page: service.lists(actor(), coalition_id, page))
        own = service.one_list(actor(), demand.list_id)
        moves = {str(each.id): of_whom(each) for each in (*lists, own)}
        facts = {name: getattr(demand, name) for name in (*rules.FIELDS, "list_id")}
        return screen(
            "demand_form.html",
            DemandFormScreen(
                values=kept(facts),
                kinds=choices(DemandKind, "demand_kind"),
                back=to("demand", demand_id=demand_id),
                of_whom=of_whom(own),
                lists=list(moves.items()),
                version=demand.version,
                form=form,
            ),
        )


@at("/<uuid:coalition_id>/demands/<uuid:demand_id>/status", "demand_status")
class DemandStatusForm(Screen):
    least = Role.EDITOR

    def get(self, coalition_id: UUID, demand_id: UUID) -> Response:
        """Ask what has become of a demand."""
        return self._shown(demand_id, Form())

    def post(self, coalition_id: UUID, demand_id: UUID) -> AnyResponse:
        """Record it."""
        try:
            facts = loaded(schemas.DemandStatusChangeIn(), status_facts(sent()))
            service.change_status(actor(), demand_id, facts)
        except REFUSED as refused:
            return self._shown(demand_id, typed(refused))
        return onward("demand", "status_recorded", demand_id=demand_id)

    def _shown(self, demand_id: UUID, form: Form) -> Response:
        demand = service.demand(actor(), demand_id).demand
        return screen(
            "status.html",
            StatusScreen(
                title=said().say("demands.say_status"),
                lead=markdown.plain(demand.text),
                back=to("demand", demand_id=demand_id),
                back_words=said().say("demands.file"),
                statuses=choices(DemandStatus, "demand_status"),
                status=demand.status,
                form=form,
            ),
        )


@at("/<uuid:coalition_id>/demands/<uuid:demand_id>/cases", "demand_cases")
class DemandCases(Screen):
    least = Role.EDITOR

    def get(self, coalition_id: UUID, demand_id: UUID) -> Response:
        """Show the cases that a demand is about."""
        return self._shown(coalition_id, demand_id)

    def post(self, coalition_id: UUID, demand_id: UUID) -> AnyResponse:
        """Find others, add one, or take one off."""
        if not (does := one("do")):
            return self._shown(coalition_id, demand_id, sought=one("search"))
        try:
            case_id = UUID(one("id"))
        except ValueError:
            raise NotFound("The page that led here is old. Load it again.") from None
        ids = [each for each in service.demand(actor(), demand_id).case_ids if each != case_id]
        ids += [case_id] if does == "add" else []
        service.change(actor(), demand_id, version(), {"case_ids": ids})
        return onward("demand_cases", "demand_changed", demand_id=demand_id)

    def _shown(self, coalition_id: UUID, demand_id: UUID, sought: str = "") -> Response:
        found = service.demand(actor(), demand_id)
        there, told = _about(found), ""
        others: Page[CaseView] = Page([], None, 0)
        if sought:
            others, told = cases_like(coalition_id, PageRequest(limit=_OF_FILE), sought)
            if others.following:
                told = told or said().say("desk.first_of", _OF_FILE)
        return screen(
            "demand_cases.html",
            DemandCasesScreen(
                text=markdown.plain(found.demand.text),
                demand_id=str(demand_id),
                version=found.demand.version,
                about=[(str(each.case.id), each.label) for each in there],
                found=[
                    (str(each.case.id), f"{each.label}, {country(each.case.country)}")
                    for each in others.items
                    if each.case.id not in found.case_ids
                ],
                asked=sought,
                told=told,
            ),
        )


@at("/<uuid:coalition_id>/demands/<uuid:demand_id>/deletion", "demand_delete")
class DemandDelete(Screen):
    least = Role.EDITOR
    is_fresh = True

    def get(self, coalition_id: UUID, demand_id: UUID) -> Response:
        """Ask once."""
        demand = service.demand(actor(), demand_id).demand
        return asked_once("demands.delete", demand.version, to("demand", demand_id=demand_id))

    def post(self, coalition_id: UUID, demand_id: UUID) -> AnyResponse:
        """Delete it."""
        list_id = service.demand(actor(), demand_id).demand.list_id
        service.remove(actor(), demand_id, version())
        return onward("demand_list", "demand_deleted", list_id=list_id)
