"""/desk/{coalition}/search: statements, cases, demands and organisations, in any script."""

from __future__ import annotations

from uuid import UUID

from flask import Response

from api.demands import service as demands
from api.desk.routes.base import Screen, at, one, said, screen, to
from api.desk.routes.picking import cases_like
from api.desk.routes.visiting import actor
from api.desk.rules.searching import FoundGroup, SearchScreen
from api.desk.rules.tables import Cell
from api.desk.schemas import SearchIn
from api.infra.database.paging import PageRequest
from api.organisations import service as organisations
from api.organisations.rules import name_in
from api.statements import service as statements
from api.texts.rules import markdown
from api.web.validate import loaded

_MOST = 10  # of each kind


@at("/<uuid:coalition_id>/search", "search")
class DeskSearch(Screen):
    def get(self, coalition_id: UUID) -> Response:
        """Ask what is sought."""
        del coalition_id  # nothing is sought in it yet
        return screen("search.html", SearchScreen())

    def post(self, coalition_id: UUID) -> Response:
        """Show what any spelling finds. The words stand in no address."""
        words = " ".join(one("search").split())
        asked = loaded(SearchIn(), {"search": words})["search"]
        every = _found(coalition_id, asked) if asked else []
        groups = [each for each in every if each.total or each.told]
        return screen("search.html", SearchScreen(asked=asked, groups=groups))


def _found(coalition_id: UUID, asked: str) -> list[FoundGroup]:
    who, few, tongue = actor(), PageRequest(limit=_MOST), said().language
    texts = statements.statements(who, coalition_id, few, {}, asked)
    people, told = cases_like(coalition_id, few, asked)
    what = demands.of_coalition(who, coalition_id, few, q=asked)
    whom = organisations.of_coalition(who, coalition_id, few, asked)
    return [
        FoundGroup(
            key="statements",
            total=texts.total,
            things=[
                Cell(
                    text=each.title,
                    href=to("statement", statement_id=each.id),
                    small=said().say(f"state.{each.state}"),
                    language=each.language,
                )
                for each in texts.items
            ],
            href=to("statements"),
        ),
        FoundGroup(
            key="cases",
            total=people.total,
            things=[
                Cell(text=each.label, href=to("case", case_id=each.case.id))
                for each in people.items
            ],
            href=to("cases"),
            told=told,
        ),
        FoundGroup(
            key="demands",
            total=what.total,
            things=[
                Cell(
                    text=markdown.plain(each.demand.text),
                    href=to("demand", demand_id=each.demand.id),
                )
                for each in what.items
            ],
            href=to("demands_all"),
        ),
        FoundGroup(
            key="organisations",
            total=whom.total,
            things=[
                Cell(
                    text=name_in(each.names, tongue),
                    href=to("organisation", organisation_id=each.id),
                )
                for each in whom.items
            ],
            href=to("organisations"),
        ),
    ]
