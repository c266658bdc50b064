"""/desk/…/signatures: who signed; a hidden name is opened one at a time, and the record tells."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

from flask import Response, request
from werkzeug.wrappers import Response as AnyResponse

from api.accounts.rules import Role
from api.accounts.service import jobs
from api.desk.routes.base import (
    REFUSED,
    Screen,
    at,
    day,
    ids,
    led,
    one,
    onward,
    page_of,
    page_request,
    said,
    screen,
    to,
    typed,
)
from api.desk.routes.shared import columns_of
from api.desk.routes.signing_base import around, country_of, may, statement_of
from api.desk.routes.visiting import actor
from api.desk.rules import signatories as rules
from api.desk.rules.signatories import ExportScreen, SignaturesScreen
from api.desk.rules.tables import BulkAct, Cell, Filter, Listing, ListRow
from api.desk.schemas import SearchIn
from api.errors import Invalid, NotFound
from api.infra.background.jobs import Job, JobState
from api.infra.database.paging import Page, PageRequest
from api.infra.text import languages
from api.moderation.service import queue
from api.moderation.service.queue import Decision
from api.pages.routes.base import sent
from api.pages.rules.facts import Anchor, Form
from api.signatures.models import SignatoryKind, Source, Visibility
from api.signatures.routes import TABLES
from api.signatures.rules import EffectiveState
from api.signatures.schemas import TableArgs
from api.signatures.service import changes, exports, lists, search
from api.signatures.service.exports import For
from api.signatures.service.rows import SignatureView
from api.statements import service as statements
from api.statements.models import Statement
from api.web import tables
from api.web.validate import loaded

_LIST = "/<uuid:coalition_id>/statements/<uuid:statement_id>/signatures"
_FILTERS: dict[str, Any] = {
    "state": EffectiveState,
    "kind": SignatoryKind,
    "visibility": Visibility,
    "source": Source,
}

_DECISIONS = {
    "approve": (Decision.APPROVE, "signatures_approved"),
    "hold": (Decision.HOLD, "signatures_held"),
}


@at(_LIST, "signatures")
class ListSignatures(Screen):
    def get(self, coalition_id: UUID, statement_id: UUID) -> Response:
        """List who signed, in their order; of the hidden only that they did."""
        statement, wanted = statement_of(statement_id), _wanted()
        found_id = request.args.get("found", "")
        if found_id:
            return _found(statement, _id(found_id), wanted)
        return _listed(statement, _page(statement, wanted))

    def post(self, coalition_id: UUID, statement_id: UUID) -> AnyResponse:
        """Search by words of a name, which stand in no address; or decide on those ticked."""
        if act := one("do"):
            return _decided(statement_of(statement_id), act)
        statement, sought = statement_of(statement_id), one("search").strip()
        if not sought:
            return led(to("signatures", statement_id=statement_id))
        sought = loaded(SearchIn(), {"search": sought})["search"]
        cursor = one("cursor") or None
        page = PageRequest(limit=50, cursor=cursor)
        found = search.searched(actor(), statement_id, page, _wanted(), sought, is_glance=True)
        if isinstance(found, Job):
            return led(f"{to('signatures', statement_id=statement_id)}?found={found.id}")
        return _listed(statement, found, asked=sought)


def _page(statement: Statement, wanted: dict[str, object]) -> Page[SignatureView]:
    """Return the page of the list that is asked for."""
    return page_of(
        lambda asked: lists.signatures(actor(), statement.id, asked, wanted, is_glance=True),
        page_request(),
    )


def _decided(statement: Statement, act: str) -> AnyResponse:
    """Do with those that are ticked what the button says; what is of no page of ours is refused."""
    who, meant, (what, _, sha256) = actor(), ids(), act.partition(" ")
    if what not in {"confirm", *_DECISIONS}:
        raise NotFound("The page that led here is old. Load it again.")
    who.must(statement.coalition_id, Role.COORDINATOR)
    if not meant:
        page = _page(statement, _wanted())
        faults = {"": said().say("signatures.none_ticked")}
        return _listed(statement, page, form=Form(values=sent(), faults=faults))
    kept = {"cursor", *_FILTERS}  # of the page of the list on which the form stood
    whose: dict[str, Any] = {k: v for k, v in request.args.items() if k in kept}
    whose["statement_id"] = statement.id
    try:
        if what == "confirm":
            changes.confirm_all(who, statement.id, meant, sha256)
            return onward("signatures", "signatures_confirmed", **whose)
        decision, code = _DECISIONS[what]
        queue.decide_all(who, statement.id, meant, decision, None)
    except REFUSED as refused:  # the list says who is still to be decided on
        page = _page(statement, _wanted())
        return _listed(statement, page, form=typed(refused))
    return onward("signatures", code, meant, **whose)


def _acts(statement: Statement) -> list[BulkAct]:
    """Return what can be done with many of what is listed, where it is of one state alone."""
    asked = request.args.get("state", "")
    act = rules.BULK.get(EffectiveState(asked)) if asked in set(EffectiveState) else None
    if act is None or not may(Role.COORDINATOR) or not statement.revision_number:
        return []
    bound = f"{act} {_newest(statement)}" if act == "confirm" else act
    return [BulkAct(do=bound, words=said().say(f"signatures.bulk_{act}"))]


def _newest(statement: Statement) -> str:
    return statements.revision(actor(), statement.id, statement.revision_number).sha256


def _is_ticked(view: SignatureView) -> bool:
    """Tell whether the bulk act is for it: what a coordinator entered is not moderated."""
    act = rules.BULK.get(view.effective_state)
    return act == "confirm" or (act is not None and view.signature.source is Source.PUBLIC)


def _wanted() -> dict[str, object]:
    found: dict[str, object] = {}
    for name, kind in _FILTERS.items():
        if asked := request.args.get(name, ""):
            if asked not in set(kind):
                raise NotFound("There are no signatures of this kind.")
            found[name] = kind(asked)
    return found


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise NotFound("There is no such search.") from None


def _found(statement: Statement, job_id: UUID, wanted: dict[str, object]) -> Response:
    """Show what a search of many names found, or that it goes on."""
    job = jobs.job(actor(), job_id)
    if job.state in {JobState.DEAD, JobState.HELD}:
        raise NotFound("This search ended without an answer. Search again.")
    if job.state is not JobState.DONE:
        here = f"{to('signatures', statement_id=statement.id)}?found={job_id}"
        waits = _listed(statement, Page([], None, 0), searching=here)
        waits.headers["Refresh"] = "3"
        return waits
    page = search.found(actor(), statement.id, page_request(), wanted, job_id, is_glance=True)
    return _listed(statement, page)


def _listed(
    statement: Statement,
    page: Page[SignatureView],
    *,
    asked: str = "",
    searching: str = "",
    form: Form | None = None,
) -> Response:
    words, is_coordinator = said(), may(Role.COORDINATOR)
    names = ("who", "country", "day", "source", "state")
    query = {name: request.args.get(name, "") for name in (*_FILTERS, "cursor", "found")}
    shown = [name for name in _FILTERS if is_coordinator or name in {"kind", "source"}]
    table = Listing(
        caption=words.say("signatures.title"),
        columns=columns_of("signatures", *names),
        rows=[_row(each) for each in page.items],
        path=to("signatures", statement_id=statement.id),
        query=query,
        filters=[
            Filter(
                name=name,
                words=words.say(f"signatures.{name}"),
                choices=[(each.value, words.say(f"{name}_of.{each}")) for each in _FILTERS[name]],
            )
            for name in shown
        ],
        search=words.say("signatures.search") if is_coordinator else "",
        asked=asked,
        total=page.total,
        following=page.following,
        acts=_acts(statement),
    )
    table = replace(table, bulk=table.at()) if any(row.id for row in table.rows) else table
    whose = {"statement_id": statement.id}
    may_enter = is_coordinator and statement.revision_number
    return screen(
        "signatures.html",
        SignaturesScreen(
            around=around(statement),
            signatures=table,
            enter=to("signature_new", **whose) if may_enter else "",
            export=to("signatures_export", **whose) if is_coordinator else "",
            bring=to("signatures_in", **whose) if may_enter else "",
            evidence=to("evidence", **whose) if may_enter else "",
            order=to("signatures_order", **whose) if is_coordinator and len(page.items) > 1 else "",
            searching=searching,
            form=form or Form(),
        ),
    )


def _row(view: SignatureView) -> ListRow:
    words, row = said(), view.signature
    name = view.who.get("name") or words.say("signatures.hidden")
    small = _beside(view) or words.say(f"kind_of.{row.kind}")
    state = words.say(f"state_of.{view.effective_state}")
    href = to("signature", signature_id=row.id) if may(Role.COORDINATOR) else ""
    return ListRow(
        cells=[
            Cell(text=name, href=href, small=small),
            Cell(text=country_of(view)),
            Cell(text=day(row.day)),
            Cell(text=words.say(f"source_of.{row.source}")),
            Cell(text=state, tone=rules.TONES[view.effective_state]),
        ],
        id=str(row.id) if _is_ticked(view) else "",
    )


def _beside(view: SignatureView) -> str:
    who = view.who
    parts = [who.get("role"), who.get("affiliation"), (who.get("represented_by") or {}).get("name")]
    return (
        languages.joined([each for each in parts if each], said().language, "·")
        if any(parts)
        else ""
    )


# What leaves.


@at(f"{_LIST}/export", "signatures_export")
class ExportSignatures(Screen):
    least = Role.COORDINATOR
    is_fresh = True  # a file of names is on a computer that is not ours

    def get(self, coalition_id: UUID, statement_id: UUID) -> Response:
        """Ask for whom, and why."""
        return _export(statement_id, Form())

    def post(self, coalition_id: UUID, statement_id: UUID) -> Response:
        """Give the file; the record keeps who took it, for whom and why."""
        statement_of(statement_id)
        try:
            given = loaded(TableArgs(), {"for": one("for"), "reason": one("reason") or None})
        except Invalid as refused:
            return _export(statement_id, typed(refused, "for"))
        asked, reason = given["for"], given["reason"]
        if asked is not For.ADDRESSEE and not reason:
            wrong = {"reason": said().say("fault.required")}
            return _export(statement_id, Form(values=sent(), faults=wrong))
        batches = exports.exported(actor(), statement_id, asked, {}, reason)
        if one("format") == "json":
            return tables.as_json("signatures", batches)
        columns, cells_of = TABLES[asked]
        return tables.as_csv("signatures", columns, batches, cells_of)


def _export(statement_id: UUID, form: Form) -> Response:
    back = Anchor(said().say("signatures.title"), to("signatures", statement_id=statement_id))
    shown = ExportScreen(around=around(statement_of(statement_id)), back=back, form=form)
    return screen("signatures_export.html", shown)
