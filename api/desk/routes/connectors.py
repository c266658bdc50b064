"""/desk/…/connectors: mailing tools, how each does, and what can be done with it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from uuid import UUID

from flask import Response, request
from werkzeug.wrappers import Response as AnyResponse

from api.accounts.rules import Actor, Role
from api.accounts.service import sessions
from api.connectors import service
from api.connectors.models import PushAction, PushFile, PushState
from api.connectors.service import ConnectorView, ShownPush, Trial, files, listing, tools
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
from api.desk.routes.outgoing import part_of, table_of
from api.desk.routes.visiting import actor, visit
from api.desk.rules import connecting, outgoing
from api.desk.rules.connecting import ToolScreen, ToolTried
from api.desk.rules.frames import Danger
from api.desk.rules.tables import Cell, Filter, Listing, ListRow, Press, Tone
from api.errors import NotFound
from api.infra.database.paging import Page
from api.web.files import body_of
from api.web.tables import CSV_SENT

_AT = "/<uuid:coalition_id>/connectors/<uuid:connector_id>"
_TONES: Mapping[str, Tone] = {"working": "good", "failing": "wrong", "paused": "waits"}
_PUSHES: Mapping[PushState, Tone] = {
    PushState.WAITING: "waits",
    PushState.DONE: "good",
    PushState.REFUSED: "wrong",
    PushState.EXPIRED: "wrong",
}
_FILES = 20  # on a page


@at("/<uuid:coalition_id>/outgoing/tools", "connectors")
class MailingTools(Screen):
    least = Role.COORDINATOR

    def get(self, coalition_id: UUID) -> Response:
        """List mailing tools, and what to do about each."""
        found = service.of_coalition(actor(), coalition_id, page_request())
        columns = ("what", "state", "to_do", "waiting", "act")
        return part_of("tools", columns, found, _row)


def _row(each: ConnectorView) -> ListRow:
    words, row = said(), each.connector
    waiting = each.counts["to_subscribe"] + each.counts["to_unsubscribe"]
    here = to("connector", connector_id=row.id)
    act, label = ("resume", "go_on") if row.is_paused else ("try", "try_again")
    press = Press(
        action=here,
        words=words.say(f"outgoing.{label}"),
        fields=[("do", act), ("version", str(each.etag))],
    )
    return ListRow(
        cells=[
            Cell(text=row.label, href=here, small=name_of(row.kind)),
            Cell(text=words.say(f"outgoing.is_{each.status}"), tone=_TONES[each.status]),
            Cell(text=words.say(f"outgoing.{outgoing.tool_key(row.fault)}")),
            Cell(text=str(waiting or "")),
            Cell(press=press),
        ]
    )


def name_of(kind: str) -> str:
    """Return what a kind of tool is called; of a package that is not there its own word."""
    known = tools.kinds().get(kind)
    return known.NAME if known else kind


def tried(found: Trial) -> ToolTried:
    """Return how a trial went, with what to do."""
    words = said().say(f"outgoing.{outgoing.tool_key(found.fault)}")
    return ToolTried(works=found.works, advice=words, lists=connecting.in_words(found.lists))


@at(_AT, "connector")
class MailingTool(Screen):
    least = Role.COORDINATOR

    def get(self, coalition_id: UUID, connector_id: UUID) -> Response:
        """Show how a tool does, and who was handed to it."""
        del coalition_id
        return _tool(connector_id, None)

    def post(self, coalition_id: UUID, connector_id: UUID) -> AnyResponse:
        """Try it, pause it, have it go on, or have it told or asked once more."""
        del coalition_id
        act = one("do")
        if act == "try":
            found = service.try_again(actor(), connector_id)
            if not found.works:
                return _tool(connector_id, tried(found))
            return onward("connector", "tool_works", connector_id=connector_id)
        if act == "show":
            sessions.must_be_fresh(visit())  # it shows addresses
            return _tool(connector_id, None, _by_hand(connector_id))
        if act not in _ACTS:
            raise NotFound("The page that led here is old. Load it again.")
        _ACTS[act](actor(), connector_id)
        return onward("connector", f"tool_{act}", connector_id=connector_id)


def _pauses(*, is_paused: bool) -> Callable[[Actor, UUID], object]:
    return lambda who, tool: service.change(who, tool, version(), {"is_paused": is_paused})


_ACTS: Mapping[str, Callable[[Actor, UUID], object]] = {
    "pause": _pauses(is_paused=True),
    "resume": _pauses(is_paused=False),
    "synchronise": lambda who, tool: service.synchronise(who, tool, again=False),
    "again": lambda who, tool: service.synchronise(who, tool, again=True),
    "read_back": lambda who, tool: service.read_back(who, tool, accept_many=False),
    "accept_many": lambda who, tool: service.read_back(who, tool, accept_many=True),
}


def _tool(
    connector_id: UUID, outcome: ToolTried | None, by_hand: Page[ShownPush] | None = None
) -> Response:
    who, words = actor(), said()
    found = service.one(who, connector_id)
    row, known = found.connector, tools.kinds().get(found.connector.kind)
    shown = {
        "kind": name_of(row.kind),
        "list": found.settings.get(connecting.LIST, ""),
        "failing_since": when(row.failing_since),
        "next": when(row.run_after),
        "read_at": when(row.read_at),
    }
    return screen(
        "connector.html",
        ToolScreen(
            id=str(row.id),
            label=row.label,
            version=found.etag,
            facts=[(words.say(f"tools.{key}"), value) for key, value in shown.items()],
            state=words.say(f"outgoing.is_{found.status}"),
            tone=_TONES[found.status],
            to_do=words.say(f"outgoing.{outgoing.tool_key(row.fault)}") if row.fault else "",
            is_paused=row.is_paused,
            reads_back=bool(known and known.READS),
            asks_many=row.fault == "many-left",
            counts=[
                (words.say(f"tools.count_{key}"), number)
                for key, number in found.counts.items()
                if number
            ],
            pushes=_pushes(connector_id) if by_hand is None else _listed_by_hand(by_hand),
            by_hand=found.counts["to_unsubscribe"] if by_hand is None else 0,
            more_by_hand=(by_hand.following if by_hand else None) or "",
            files=_files(connector_id) if row.kind in tools.FILES else None,
            tried=outcome,
        ),
    )


def _pushes(connector_id: UUID) -> Listing:
    words, path = said(), to("connector", connector_id=connector_id)
    state = request.args.get("state", "")
    if state and state not in set(PushState):
        raise NotFound("There is no such state.")
    asked = PushState(state) if state else None
    found = service.pushes(actor(), connector_id, page_request(), state=asked)
    columns = ("what", "state", "when")
    told = table_of("pushes", columns, [_push(each) for each in found.items], path, found)
    states = Filter(
        name="state",
        words=words.say("outgoing.state"),
        choices=[(each.value, words.say(f"tools.push_{each}")) for each in PushState],
    )
    return replace(told, query=cursors("cursor", "state", "files"), filters=[states])


def _by_hand(connector_id: UUID) -> Page[ShownPush]:
    """Return who is to be taken off, with the addresses, so that it can be done in the tool."""
    state, action = PushState.WAITING, PushAction.UNSUBSCRIBE
    page = page_request(name="after")
    return service.pushes(actor(), connector_id, page, state=state, action=action)


def _listed_by_hand(found: Page[ShownPush]) -> Listing:
    """Return them as rows; a form leads to more of them, as to these."""
    rows = [_push(each, each.address or "") for each in found.items]
    told = table_of("pushes", ("what", "state", "when"), rows, "", found)
    return replace(told, query={}, following=None)


def _push(each: ShownPush, address: str = "") -> ListRow:
    words, row = said(), each.push
    return ListRow(
        cells=[
            Cell(
                text=words.say(f"tools.action_{row.action}"),
                href=to("signature", signature_id=row.signature_id),
                small=address,
            ),
            Cell(
                text=words.say(f"tools.push_{row.state}"),
                tone=_PUSHES[row.state],
                small=row.fault or "",
            ),
            Cell(html=when(row.changed_at)),
        ]
    )


def _files(connector_id: UUID) -> Listing:
    found = files.of_connector(actor(), connector_id, page_request(_FILES, "files"))
    rows = [_file(each) for each in found.items]
    path = to("connector", connector_id=connector_id)
    told = table_of("files", ("what", "state", "when"), rows, path, found)
    return replace(told, query=cursors("cursor", "state", "files"), cursor="files")


def _file(each: PushFile) -> ListRow:
    words = said()
    sent = words.say("tools.file_sent" if each.is_sent else "tools.file_waits")
    name = words.say("tools.file_of", each.rows)
    return ListRow(
        cells=[
            Cell(text=name, href=to("connector_file", file_id=each.id)),
            Cell(text=sent),
            Cell(html=when(each.created_at)),
        ]
    )


@at("/<uuid:coalition_id>/connector-files/<uuid:file_id>", "connector_file")
class ToolFile(Screen):
    least = Role.COORDINATOR
    is_file = True
    is_fresh = True  # it holds addresses

    def get(self, coalition_id: UUID, file_id: UUID) -> Response:
        """Give a file of whom to subscribe and whom to take off."""
        del coalition_id
        return body_of(files.fetch(actor(), file_id), CSV_SENT, f"mailing-{file_id}.csv")


@at(f"{_AT}/people", "connector_people")
class ToolPeople(Screen):
    least = Role.OWNER
    is_file = True
    is_fresh = True

    def post(self, coalition_id: UUID, connector_id: UUID) -> Response:
        """Give who is on the tool's list, as a table that can be imported."""
        del coalition_id
        table = listing.listed(actor(), connector_id, None)
        return body_of(table.encode(), CSV_SENT, "people.csv")


@at(f"{_AT}/end", "connector_end")
class EndTool(Screen):
    least = Role.COORDINATOR
    is_fresh = True

    def get(self, coalition_id: UUID, connector_id: UUID) -> Response:
        """Ask once; where people are still to be taken off the list, say so."""
        del coalition_id
        words, found = said(), service.one(actor(), connector_id)
        waiting = found.counts["to_unsubscribe"]
        points = [words.say("tools.end_stay"), words.say("tools.end_no_more")]
        return screen(
            "danger.html",
            Danger(
                title=words.say("tools.end_title", label=found.connector.label),
                points=[*points, *([words.say("tools.end_waiting", waiting)] if waiting else ())],
                button=words.say("tools.end"),
                back=to("connector", connector_id=connector_id),
                fields={"version": str(found.etag)},
            ),
        )

    def post(self, coalition_id: UUID, connector_id: UUID) -> AnyResponse:
        """Disconnect it; the page before said who is still to be taken off."""
        del coalition_id
        service.remove(actor(), connector_id, version(), abandon=True)
        return onward("connectors", "tool_ended")
