"""Mailing tools for the tests: servers that do as the real ones, or misbehave as they are told."""

from __future__ import annotations

import json
import re
from abc import ABC, abstractmethod
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from ipaddress import ip_network
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, unquote
from uuid import UUID, uuid4

from pytest_httpserver import HTTPServer
from werkzeug import Response

from api.connectors.models import Connector, Push, PushAction
from api.connectors.service import files
from api.infra import clock
from api.infra.background import jobs
from api.infra.database.transactions import transaction
from api.infra.net.egress import Egress
from api.infra.runtime import EXTENSION
from api.infra.security import keys
from api.mailings.models import Cause
from api.mailings.service import suppressions
from tests.support.builders import an_organisation
from tests.support.signing import a_rush

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from time_machine import Traveller
    from werkzeug import Request

    from tests.conftest import World
    from tests.support.client import Answer, Client
    from tests.support.signing import Rush

ANY = re.compile("/.*")


class Server(HTTPServer):
    """A server that ends at once, and not within half a second: there are many."""

    def thread_target(self) -> None:
        assert self.server is not None
        self.server.serve_forever(0.01)


NEWS = "news.specimen.example"
START = "2031-05-14T10:00:00+00:00"


@dataclass
class Fake(ABC):
    """A server of one tool: who is on its lists, what it was asked, and how it misbehaves."""

    server: HTTPServer
    lists: dict[str, dict[str, Any]] = field(default_factory=dict)
    asked: list[Request] = field(default_factory=list)
    answers: list[Response] = field(default_factory=list)  # the next ones, whatever is asked
    always: Response | None = None
    bad: set[str] = field(default_factory=set)  # addresses for which it fails
    during: list[Callable[[], object]] = field(default_factory=list)  # once, before it answers

    def __post_init__(self) -> None:
        self.server.expect_request(ANY).respond_with_handler(self.answer)

    @property
    def url(self) -> str:
        return self.server.url_for("/").rstrip("/")

    def of(self, name: str) -> set[str]:
        return set(self.lists[name])

    def answer(self, request: Request) -> Response:
        request.get_data()
        self.asked.append(request)
        if self.during:
            self.during.pop(0)()
        if self.answers:
            return self.answers.pop(0)
        if self.always is not None:
            return self.always
        if any(each.encode() in request.get_data().replace(b"%40", b"@") for each in self.bad):
            return Response("no", 500)
        return self.well(request)

    @abstractmethod
    def well(self, request: Request) -> Response:
        """Answer as the tool does."""


def said(found: Any, status: int = 200) -> Response:
    return Response(json.dumps(found), status, content_type="application/json")


class FakeMailman(Fake):
    """As the REST interface of Mailman's core, of which the long test runs the real one."""

    kind = "mailman"

    def settings(self, **more: str) -> dict[str, str]:
        mine = {"url": f"{self.url}/3.1", "user": "restadmin", "password": "hidden falcon"}
        return {**mine, "list": NEWS, **more}

    def well(self, request: Request) -> Response:  # noqa: PLR0911 # an answer for each path
        if request.authorization is None or request.authorization.password != "hidden falcon":  # noqa: S105
            return said({"title": "401 Unauthorized"}, 401)
        form = parse_qs(request.get_data(as_text=True))
        parts = [unquote(each) for each in request.path.split("/")[2:]]
        if parts == ["lists"]:
            entries = [{"list_id": each, "fqdn_listname": each} for each in self.lists]
            return said({"entries": entries, "total_size": len(entries)})
        if parts == ["members"]:
            return self._member(form)
        if parts == ["members", "find"]:
            members = self.lists.get(form["list_id"][0], {})
            return said({"total_size": int(form["subscriber"][0].lower() in members)})
        if parts[1] not in self.lists:
            return said({"title": "404 Not Found"}, 404)
        if request.method == "DELETE":
            members = self.lists[parts[1]]
            return said({each: members.pop(each, None) is not None for each in form["emails"]})
        return said(self._page(parts[1], request))

    def _member(self, form: dict[str, list[str]]) -> Response:
        if form["list_id"][0] not in self.lists:
            return said({"description": "No such list"}, 400)
        members, email = self.lists[form["list_id"][0]], form["subscriber"][0].lower()
        assert {form[f"pre_{each}"][0] for each in ("verified", "confirmed", "approved")} == {
            "true"
        }
        if email in members:
            return said({"title": "409 Conflict"}, 409)
        members[email] = form.get("display_name", [""])[0]
        return Response("", 201)

    def _page(self, name: str, request: Request) -> dict[str, Any]:
        assert request.args.getlist("fields") == ["email", "display_name"]
        count, page = int(request.args["count"]), int(request.args["page"])
        everybody = sorted(self.lists[name].items())
        some = everybody[count * (page - 1) : count * page]
        found = [{"email": email, "display_name": name} for email, name in some]
        entries = {"entries": found} if some else {}
        return {"start": 0, "total_size": len(everybody), **entries}


@dataclass
class Connected:
    """A statement that people sign, an organisation that they agree to hear from, and its tool."""

    rush: Rush
    organisation: str
    tool: Fake
    connector: str

    @property
    def owner(self) -> Client:
        return self.rush.owner

    @property
    def path(self) -> str:
        return f"/v1/connectors/{self.connector}"

    def now(self) -> Answer:
        return self.owner.get(self.path)

    def pushes(self, **query: str) -> list[dict[str, Any]]:
        return list(self.owner.get(f"{self.path}/pushes", **query)["items"])

    def agreed(self, email: str, language: str = "en", **facts: Any) -> str:
        """Sign and agree to hear from the organisation; return the secret of the own link."""
        shown = self.rush.world.stranger().get(self.rush.path, language=language)
        keys = ("purpose", "organisation_id", "words_sha256")
        consents = [{key: each[key] for key in keys} for each in shown["consents"]]
        return self.rush.signed(email, consents=consents, language=language, **facts)

    def comes_back(self, email: str) -> None:
        """Have a letter to somebody come back: nobody is there."""
        with self.rush.world.app.app_context(), transaction() as session:
            suppressions.suppress(session, UUID(self.rush.coalition), email, Cause.BOUNCE)

    def work(self) -> None:
        self.rush.work()

    def read_back(self, **how: bool) -> None:
        assert self.owner.post(f"{self.path}/read-backs", how).status == 202
        self.work()


def connected(
    world: World, owner: Client, tool: Any, *, settings: dict[str, str] | None = None, **facts: Any
) -> Connected:
    """Connect a tool of an organisation whose mailings the signatories are asked for."""
    rush = a_rush(world, owner)
    organisation = an_organisation(owner, rush.coalition)
    rush.set(mailing_organisation_ids=[organisation])
    body = {
        "kind": tool.kind,
        "settings": tool.settings() if settings is None else settings,
        "organisation_id": organisation,
        "label": "Specimen letters",
        **facts,
    }
    made = owner.post(f"/v1/coalitions/{rush.coalition}/connectors", body)
    assert made.status == 201, made.body
    found = Connected(rush, organisation, tool, made.id)
    found.work()
    return found


def a_file(world: World, owner: Client, connector: str) -> str:
    """Have a file written for a connector, with one line, and return its id."""
    with world.app.app_context(), transaction() as session:
        row = session.get_one(Connector, UUID(connector))
        push = Push(
            id=uuid4(),
            coalition_id=row.coalition_id,
            connector_id=row.id,
            signature_id=uuid4(),
            action=PushAction.UNSUBSCRIBE,
            changed_at=clock.now(),
        )
        address = "gone@specimen.example"
        keys.write(session, push, Push.address, address)
        session.add(push)
    with world.app.app_context():
        files.write(row.id)
    return str(owner.get(f"/v1/connectors/{connector}/files")["items"][0]["id"])


@contextmanager
def reachable(world: World, *servers: HTTPServer) -> Iterator[None]:
    """Let a world connect to servers on this machine, as its operator can."""
    extensions = world.app.extensions
    before = extensions[EXTENSION]
    egress = Egress(
        networks=(ip_network("127.0.0.0/8"),),
        ports=frozenset(each.port for each in servers),
        plain_http=True,
    )
    extensions[EXTENSION] = replace(before, egress=egress)
    try:
        yield
    finally:
        extensions[EXTENSION] = before


def later(world: World, time: Traveller, seconds: float) -> None:
    """Let time pass, and do what is due then."""
    time.shift(seconds)
    with world.app.app_context():
        jobs.sweep()
    world.work()
