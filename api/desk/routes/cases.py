"""/desk/…/cases: the list, a case's file, what changes of it, and what has become of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from flask import Response
from werkzeug.wrappers import Response as AnyResponse

from api.accounts.rules import Role
from api.cases import schemas, service
from api.cases.models import CaseStatus
from api.cases.service import CaseView
from api.demands import service as demands
from api.desk.routes.base import (
    REFUSED,
    Screen,
    at,
    day,
    ids,
    led,
    one,
    onward,
    page_request,
    said,
    screen,
    to,
    typed,
    version,
)
from api.desk.routes.picking import cases_like
from api.desk.routes.shared import (
    SearchedList,
    choice,
    choices,
    columns_of,
    country,
    history,
    lists_of,
    query_of,
    texts_of,
    without_cursor,
)
from api.desk.routes.visiting import actor
from api.desk.rules import cases as rules
from api.desk.rules.cases import CaseFormScreen, CaseScreen, CasesScreen, StatusScreen
from api.desk.rules.tables import BulkAct, Cell, Filter, Listing, ListRow
from api.desk.rules.typed_facts import kept
from api.infra import clock
from api.infra.database.paging import PageRequest
from api.infra.text import languages
from api.pages.routes.base import sent
from api.pages.rules.facts import Form
from api.statements import service as statements
from api.texts.rules import markdown
from api.web.validate import loaded

_LISTS = ("history", "texts", "demands")  # of a case's file, each paged by its name
_OF_FILE = 20  # rows of each on a page
_LOOKS = Role.COORDINATOR  # at who a case is that may not be named
_NO, _YES, _LATE = "no", "yes", "late"


@at("/<uuid:coalition_id>/cases", "cases")
class CasesList(SearchedList):
    def listed(self, coalition_id: UUID, sought: str) -> Response:
        """List cases, narrowed down by filters, or found by words in any spelling."""
        words = said()
        filters = _filters(coalition_id)
        query = query_of(filters)
        wanted, refused = _wanted(query), ""
        if sought:
            found, refused = cases_like(coalition_id, page_request(), sought, **wanted)
        else:
            found = service.of_coalition(actor(), coalition_id, page_request(), **wanted)
        may_verify = actor().may(coalition_id, Role.EDITOR)
        table = Listing(
            caption=words.say("nav.cases"),
            columns=columns_of("cases", "who", "country", "status", "verified"),
            rows=[_row(each) for each in found.items],
            path=to("cases"),
            query=query,
            filters=filters,
            search=words.say("cases.search"),
            asked=sought,
            total=found.total,
            following=found.following,
            is_by_name=True,
            bulk=to("cases_verify", **without_cursor(query)),
            acts=[BulkAct(do="verify", words=words.say("cases.verify"))] if may_verify else (),
        )
        return screen("cases.html", CasesScreen(cases=table, refused=refused))


def _filters(coalition_id: UUID) -> list[Filter]:
    words = said()
    found = service.countries(actor(), coalition_id)
    named = [(key, words.say(f"cases.named_{key}")) for key in (_YES, _NO)]
    late = [(_LATE, words.say("cases.is_late"))]
    return [
        Filter(
            name="country",
            words=words.say("cases.country"),
            choices=sorted([(code, country(code)) for code in found], key=_by_words),
        ),
        Filter(
            name="status",
            words=words.say("cases.status"),
            choices=choices(CaseStatus, "case_status"),
        ),
        Filter(name="named", words=words.say("cases.named"), choices=named),
        Filter(name="verified", words=words.say("cases.verified"), choices=late),
    ]


def _by_words(pair: tuple[str, str]) -> bytes:
    return languages.place_in(said().language, pair[1])


def _wanted(query: Mapping[str, str]) -> dict[str, Any]:
    return {
        "country": query["country"] or None,
        "status": CaseStatus(query["status"]) if query["status"] else None,
        "may_be_named": {_YES: True, _NO: False}.get(query["named"]),
        "verified_before": _late_before() if query["verified"] else None,
    }


def _late_before() -> date:
    return clock.today() - timedelta(days=rules.LATE_DAYS)


def _is_late(view: CaseView) -> bool:
    verified = view.case.last_verified
    return verified is None or verified < _late_before()


def _row(view: CaseView) -> ListRow:
    words, case = said(), view.case
    unnamed = "" if case.may_be_named else words.say("cases.named_no")
    small = " · ".join(filter(None, (unnamed, case.occupation if case.may_be_named else "")))
    verified = day(case.last_verified) or words.say("cases.never")
    return ListRow(
        cells=[
            Cell(text=view.label, href=to("case", case_id=case.id), small=small),
            Cell(text=country(case.country)),
            Cell(text=choice(case.status, "case_status")),
            Cell(text=verified, tone="waits" if _is_late(view) else None),
        ],
        id=str(case.id),
    )


@at("/<uuid:coalition_id>/cases/verifications", "cases_verify")
class CasesVerify(Screen):
    least = Role.EDITOR

    def post(self, coalition_id: UUID) -> AnyResponse:
        """Say of all that are ticked that they were verified today."""
        done = "cases_verified" if (ticked := ids()) else "none_ticked"
        if ticked:
            service.verify(actor(), coalition_id, ticked, None)
        query = query_of(_filters(coalition_id))
        return led(to("cases", **without_cursor(query), said=done))


@at("/<uuid:coalition_id>/cases/new", "case_new")
class CaseNew(Screen):
    least = Role.EDITOR

    def get(self, coalition_id: UUID) -> Response:
        """Ask for whom."""
        return self._shown(Form())

    def post(self, coalition_id: UUID) -> AnyResponse:
        """Enter the case."""
        try:
            facts = loaded(schemas.CaseIn(), rules.new_facts(sent()))
            found = service.enter(actor(), coalition_id, facts)
        except REFUSED as refused:
            return self._shown(typed(refused, "may_be_named"))
        return onward("case", "case_entered", case_id=found.case.id)

    def _shown(self, form: Form) -> Response:
        statuses = choices(CaseStatus, "case_status")
        shown = CaseFormScreen(values={}, back=to("cases"), statuses=statuses, form=form)
        return screen("case_form.html", shown)


@at("/<uuid:coalition_id>/cases/<uuid:case_id>", "case")
class CaseFile(Screen):
    def get(self, coalition_id: UUID, case_id: UUID) -> Response:
        """Show a case's file; of one that may not be named, not who it is."""
        return _file(service.case(actor(), case_id), is_disclosed=False)


@at("/<uuid:coalition_id>/cases/<uuid:case_id>/who", "case_who")
class CaseWho(Screen):
    least = Role.COORDINATOR

    def post(self, coalition_id: UUID, case_id: UUID) -> Response:
        """Show who a case is that may not be named; the record tells who looked."""
        return _file(service.disclose(actor(), case_id), is_disclosed=True)


def _file(view: CaseView, *, is_disclosed: bool) -> Response:
    who, case = actor(), view.case
    tells = case.may_be_named or is_disclosed
    identity = view.identity if tells else {}
    steps = service.status_changes(who, case.id, _page("history"))
    return screen(
        "case.html",
        CaseScreen(
            label=(identity.get("name") or view.label),
            case_id=str(case.id),
            version=case.version,
            is_sealed=not case.may_be_named,
            is_disclosed=is_disclosed,
            is_late=_is_late(view),
            facts=_facts(view, identity),
            summary=identity.get("summary") or "",
            sources=[rules.source(each) for each in identity.get("sources") or ()],
            history=history(steps, "case_status", _list(case.id, "history"), tells=tells),
            demands=_demands(case.id),
            statements=texts_of(
                statements.naming(who, case.id, _page("texts")), _list(case.id, "texts")
            ),
        ),
    )


def _facts(view: CaseView, identity: Mapping[str, Any]) -> list[tuple[str, str]]:
    case = view.case
    pairs = {
        "label": view.label if identity.get("name") not in {None, view.label} else "",
        "aliases": " · ".join(identity.get("aliases") or ()),
        "country": country(case.country),
        "occupation": case.occupation or "",
        "born": str(identity.get("born") or ""),
        "status": choice(case.status, "case_status"),
        "verified": day(case.last_verified) or said().say("cases.never"),
        "named": said().say("cases.named_yes" if case.may_be_named else "cases.named_no"),
        "public_label": case.public_label or "",
    }
    return [(said().say(f"cases.{key}"), value) for key, value in pairs.items()]


def _page(name: str) -> PageRequest:
    return page_request(_OF_FILE, name)


def _list(case_id: UUID, name: str) -> Listing:
    of_file = lists_of(to("case", case_id=case_id), _LISTS)
    return of_file(name, said().say(f"cases.{name}"))


def _demands(case_id: UUID) -> Listing:
    found = demands.of_case(actor(), case_id, _page("demands"))
    return replace(
        _list(case_id, "demands"),
        columns=columns_of("demands", "text", "status"),
        rows=[
            ListRow(
                cells=[
                    Cell(
                        text=markdown.plain(each.demand.text),
                        href=to("demand", demand_id=each.demand.id),
                    ),
                    Cell(text=choice(each.demand.status, "demand_status")),
                ]
            )
            for each in found.items
        ],
        total=found.total,
        following=found.following,
    )


@at("/<uuid:coalition_id>/cases/<uuid:case_id>/verification", "case_verify")
class CaseVerify(Screen):
    least = Role.EDITOR

    def post(self, coalition_id: UUID, case_id: UUID) -> AnyResponse:
        """Say that a case was verified today."""
        there = service.case(actor(), case_id).case
        service.verify(actor(), coalition_id, [there.id], None)
        return onward("case", "case_verified", case_id=case_id)


@at("/<uuid:coalition_id>/cases/<uuid:case_id>/edit", "case_edit")
class CaseEdit(Screen):
    least = Role.EDITOR

    def get(self, coalition_id: UUID, case_id: UUID) -> Response:
        """Show a case's facts in a form; who a sealed one is, only on request."""
        view = service.case(actor(), case_id)
        return _edited(view, Form(), shows_who=view.case.may_be_named)

    def post(self, coalition_id: UUID, case_id: UUID) -> AnyResponse:
        """Change them."""
        shows_who = one("who") == _YES
        schema = schemas.CaseChangeIn(partial=True, exclude=("status", "may_be_named", "labels"))
        try:
            changes = loaded(schema, rules.changes(sent(), shows_who=shows_who))
            service.change(actor(), case_id, version(), changes, {}, preview=False)
        except REFUSED as refused:
            view, may_look = service.case(actor(), case_id), actor().may(coalition_id, _LOOKS)
            if shows_who and may_look and not view.case.may_be_named:
                view = service.disclose(actor(), case_id)
            tells = shows_who and (may_look or view.case.may_be_named)
            return _edited(view, typed(refused), shows_who=tells)
        return onward("case", "case_changed", case_id=case_id)


@at("/<uuid:coalition_id>/cases/<uuid:case_id>/edit/who", "case_edit_who")
class CaseEditWho(Screen):
    least = Role.COORDINATOR

    def post(self, coalition_id: UUID, case_id: UUID) -> Response:
        """Show the form with who a case is that may not be named; the record tells who looked."""
        return _edited(service.disclose(actor(), case_id), Form(), shows_who=True)


def _edited(view: CaseView, form: Form, *, shows_who: bool) -> Response:
    case = view.case
    who = view.identity if shows_who else {}
    facts = {**{name: getattr(case, name) for name in rules.OPEN}, **who}
    may_look = actor().may(case.coalition_id, _LOOKS) and not shows_who
    return screen(
        "case_form.html",
        CaseFormScreen(
            values=kept(facts),
            back=to("case", case_id=case.id),
            version=case.version,
            case_id=str(case.id),
            shows_who=shows_who,
            may_look=may_look,
            form=form,
        ),
    )


@at("/<uuid:coalition_id>/cases/<uuid:case_id>/status", "case_status")
class CaseStatusScreen(Screen):
    least = Role.EDITOR

    def get(self, coalition_id: UUID, case_id: UUID) -> Response:
        """Ask what has become of a case."""
        return self._shown(case_id, Form())

    def post(self, coalition_id: UUID, case_id: UUID) -> AnyResponse:
        """Record it."""
        try:
            facts = loaded(schemas.CaseStatusChangeIn(), rules.status_facts(sent()))
            service.change_status(actor(), case_id, facts)
        except REFUSED as refused:
            return self._shown(case_id, typed(refused))
        return onward("case", "status_recorded", case_id=case_id)

    def _shown(self, case_id: UUID, form: Form) -> Response:
        view = service.case(actor(), case_id)
        return screen(
            "status.html",
            StatusScreen(
                title=said().say("cases.say_status"),
                lead=said().say("cases.status_lead"),
                back=to("case", case_id=case_id),
                back_words=said().say("cases.file"),
                statuses=choices(CaseStatus, "case_status"),
                status=view.case.status or "",
                form=form,
            ),
        )
