"""Somebody at the desk: opens screens, follows links and sends forms by what stands on them.

ada = at_the_desk(world, owner)
ada.go(f"/desk/{coalition}/members")
ada.follow("Add a member")
page = ada.submit("Add", name="Specimen Committee", country="KZ")
assert page.notice == "Saved."
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from io import BytesIO
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from lxml import html as parser
from sqlalchemy import update

from api.accounts.models import DeskSession, SignInMeans
from api.accounts.rules import Browser
from api.accounts.service import authentication, sessions
from api.infra import clock
from api.infra.database.transactions import transaction
from api.infra.security import secret_tokens
from tests.support.signing import a_network

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

    from werkzeug.test import TestResponse

    from tests.conftest import World
    from tests.support.client import Client

SESSION, BROWSER = "__Host-desk", "__Host-browser"


def _words(node: Any) -> str:
    return " ".join("".join(node.itertext()).split())


@dataclass(frozen=True)
class DeskPage:
    """What a browser shows: the address, the answer, and what a person reads and can press."""

    path: str
    status: int
    headers: Mapping[str, str]
    html: str

    @cached_property
    def tree(self) -> Any:
        return parser.document_fromstring(self.html)

    @property
    def title(self) -> str:
        return _words(self.tree.find(".//title"))

    @property
    def heading(self) -> str:
        return _words(self.tree.find(".//h1"))

    @property
    def text(self) -> str:
        """All that is read in the page's main part, in one line."""
        return _words(self.tree.find(".//main"))

    @property
    def notice(self) -> str:
        """What it says was done; nothing where it says nothing."""
        found = self.tree.xpath("//*[@class='notice']//p")
        return _words(found[0]).removeprefix("✓ ") if found else ""

    @property
    def faults(self) -> dict[str, str]:
        """What is wrong, by the field it stands beside."""
        found = self.tree.xpath("//*[@class='fault']")
        return {each.get("id").removeprefix("e-"): _words(each) for each in found}

    @property
    def links(self) -> dict[str, str]:
        """The addresses of links by their words."""
        return {_words(each): each.get("href") for each in self.tree.iter("a")}

    @property
    def buttons(self) -> list[str]:
        return [_words(each) for each in self.pressable("button")]

    def pressable(self, tag: str) -> list[Any]:
        """Return the links or buttons that a browser lets somebody press."""
        is_off = "@disabled or ancestor::fieldset[@disabled]"
        found: list[Any] = self.tree.xpath(f"//{tag}[not({is_off})]")
        return found

    @property
    def rows(self) -> list[list[str]]:
        """The cells of the page's tables, row by row."""
        return [
            [_words(cell) for cell in row if "tick" not in cell.get("class", "")]
            for row in self.tree.xpath("//tbody/tr")
        ]


class Desk:
    """One browser at the desk. `page` is what it shows now."""

    page: DeskPage

    def __init__(self, world: World) -> None:
        self.world = world
        self.http = world.app.test_client()
        self.http.environ_base |= {"REMOTE_ADDR": a_network(), "HTTP_ACCEPT_LANGUAGE": "en"}

    def go(self, path: str) -> DeskPage:
        """Open an address, and what it leads on to."""
        return self._shown(path, self.http.get(path))

    def follow(self, words: str, beside: str = "") -> DeskPage:
        """Press a link of the page by its words, in the row that says what is beside it."""
        return self.go(self._there("a", words, beside)[-1].get("href"))

    def submit(
        self, button: str, typed: Mapping[str, Any] | None = None, *, beside: str = "", **more: Any
    ) -> DeskPage:
        """Fill in the form of a button by the names of its fields, and press the button.

        A list ticks boxes, a pair of content and name is a file. What the form does not have, or
        does not offer as a choice, nobody could have sent, nor by a button that is disabled.
        """
        pressed = self._there("button", button, beside)[0]
        form = next(each for each in pressed.iterancestors("form"))
        sent = dict(_filled(form))
        for name, value in {**(typed or {}), **more}.items():
            _must_offer(form, name, value)
            sent[name] = value
        if pressed.get("name"):
            sent[pressed.get("name")] = pressed.get("value", "")
        return self.send(form.get("action") or self.page.path, sent, method=form.get("method"))

    def send(self, path: str, sent: Mapping[str, Any], *, method: str | None = "post") -> DeskPage:
        """Send fields to an address as a form does."""
        if method != "post":
            answer = self.http.get(path, query_string=dict(sent))
            return self._shown(path, answer)
        data = {
            name: (BytesIO(value[0]), value[1]) if isinstance(value, tuple) else value
            for name, value in sent.items()
        }
        headers = {"Referer": f"http://localhost{self.page.path}"}  # as browsers say it to us
        return self._shown(path, self.http.post(path, data=data, headers=headers))

    @property
    def proof(self) -> str:
        """The hidden proof of the page's forms."""
        return str(self.page.tree.xpath("//input[@name='csrf']/@value")[0])

    def _there(self, tag: str, words: str, beside: str) -> list[Any]:
        there = self.page.pressable(tag)
        found = [each for each in there if _words(each) == words and _is_in_row(each, beside)]
        assert found, f"{words!r} is none of {sorted(map(_words, there))}"
        return found

    def _shown(self, path: str, answer: TestResponse) -> DeskPage:
        while answer.status_code == 303:
            path = answer.headers["Location"]
            answer = self.http.get(path)
        assert answer.status_code < 500, (path, answer.status_code)
        return self.take(path, answer)

    def take(self, path: str, answer: TestResponse) -> DeskPage:
        """Show an answer."""
        parts = urlsplit(path)
        here = parts.path + (f"?{parts.query}" if parts.query else "")
        self.page = DeskPage(here, answer.status_code, dict(answer.headers), answer.text)
        return self.page


def _is_in_row(node: Any, words: str) -> bool:
    rows = node.iterancestors("tr", "li")
    return not words or any(words in _words(each) for each in rows)


def _filled(form: Any) -> list[tuple[str, Any]]:
    """Return what a form sends as it stands."""
    found: dict[str, Any] = {}
    for name, value in form.form_values():
        known = found.get(name)
        found[name] = (
            value if known is None else [*([known] if isinstance(known, str) else known), value]
        )
    return list(found.items())


def _must_offer(form: Any, name: str, value: Any) -> None:
    fields = [
        each
        for each in form.iter("input", "select", "textarea")
        if each.get("name") == name and not {"disabled", "readonly"} & set(each.attrib)
    ]
    assert fields, f"The form has no field {name!r}: {sorted(set(form.fields.keys()))}"
    kind = fields[0].get("type")
    offered = None
    if kind in {"radio", "checkbox"}:
        offered = {each.get("value") for each in fields}
    elif fields[0].tag == "select":
        offered = {each.get("value", "") for each in fields[0].iter("option")}
    if offered is not None:
        wanted = set(value) if isinstance(value, list) else {value}
        assert wanted <= offered, f"{name} offers {sorted(map(str, offered))}, not {wanted}"


def at_the_desk(world: World, someone: Client) -> Desk:
    """Return somebody's browser, signed in a moment ago."""
    desk = Desk(world)
    desk.http.set_cookie(SESSION, session_of(world, someone.email), secure=True)
    return desk


def an_hour_later(world: World) -> None:
    """Have everybody who is signed in have done so an hour ago."""
    with world.app.app_context(), transaction() as session:
        long_ago = clock.now() - timedelta(hours=1)
        session.execute(update(DeskSession).values(created_at=long_ago))


def session_of(world: World, email: str) -> str:
    """Sign a user in; return the secret of the session."""
    browser = Browser(secret_tokens.new_secret(), "Firefox, Linux", None)
    with world.app.app_context():
        user_id: UUID = authentication.actor_of(email).user_id
        with transaction() as session:
            return sessions.begin(session, user_id, browser, SignInMeans.LETTER)
