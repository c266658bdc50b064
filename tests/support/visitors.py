"""Somebody with a browser, who does what the words of the pages say.

Words are keys of the catalogue of the desk (which says what the pages say, too), or stand as they
are read: `ada.press("found.go_on")`, `ada.follow("Specimen Committee")`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from playwright.sync_api import expect

from tests.support.browser import PHONE

if TYPE_CHECKING:
    from collections.abc import Sequence
    from email.message import EmailMessage
    from pathlib import Path

    from playwright.sync_api import Locator, Page

    from api.pages.rules.sentences import Sentences
    from tests.conftest import World
    from tests.support.hands import Mouse
    from tests.support.smtp_server import Post


@dataclass
class Visitor:
    """Somebody with a browser. What went wrong in it is kept: the story asks for it at its end."""

    page: Page
    hands: Mouse
    words: Sentences
    wrong: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)  # the paths of all that it asked for

    def __post_init__(self) -> None:
        self.page.on("console", lambda said: self._heard(said.type, said.text))
        self.page.on("pageerror", lambda fault: self._heard("error", str(fault)))
        self.page.on("request", lambda one: self.asked.append(urlsplit(one.url).path))

    def _heard(self, kind: str, text: str) -> None:
        if kind == "error":
            self.wrong.append(f"{self.page.url}: {text}")

    def say(self, words: str, count: int = 0) -> str:
        """Return what a key of the catalogue says; other words are as they are."""
        return self.words.say(words, count) if words in self.words.all else words

    @property
    def main(self) -> Locator:
        return self.page.locator("main")

    # Going somewhere.

    def open(self, address: str) -> None:
        """Open what a letter or somebody's hand led to."""
        self.page.goto(address)

    def follow(self, words: str, *, exact: bool = True, within: str = "") -> None:
        """Press a link by its words."""
        self.lead(self._part(within).get_by_role("link", name=self.say(words), exact=exact))

    def press(self, words: str, *, within: str = "") -> None:
        """Press a button that leads on."""
        self.lead(self._part(within).get_by_role("button", name=self.say(words), exact=True))

    def lead(self, one: Locator) -> None:
        """Press what leads to another page."""
        with self.page.expect_navigation(wait_until="domcontentloaded"):
            self.hands.press(one)

    def area(self, key: str) -> None:
        """Go to an area of the desk: by the rail, or on a phone by its menu."""
        rail = self.page.get_by_role("banner")
        if (self.page.viewport_size or PHONE)["width"] == PHONE["width"]:
            self.hands.press(rail.get_by_text(self.say("desk.menu"), exact=True))
        self.lead(rail.get_by_role("link", name=self.say(f"nav.{key}"), exact=True))

    def unfold(self, words: str) -> None:
        """Open what a page folds away, where it is not open."""
        summary = self.main.locator("summary").filter(has_text=self.say(words)).first
        if not summary.evaluate("one => one.parentElement.open"):
            self.hands.press(summary)

    # Filling in.

    def field(self, label: str, place: int | None = None) -> Locator:
        """Return the field with a label; `place` where several have the same."""
        named = re.compile(rf"^{re.escape(self.say(label))}( ·.*)?$")
        found = self.main.get_by_label(named).filter(visible=True)
        return found if place is None else found.nth(place)

    def fill(self, label: str, value: str, place: int | None = None) -> None:
        self.hands.fill(self.field(label, place), value)

    def choose(self, label: str, value: str, place: int | None = None) -> None:
        """Choose in a list: by the value where it is one (a country's code), else by the words."""
        one = self.field(label, place)
        options = one.evaluate("one => [...one.options].map(each => [each.value, each.label])")
        self.hands.choose(one, dict(options).get(value) or self.say(value))

    def tick(self, label: str) -> None:
        self.hands.tick(self.field(label))

    def tick_all(self, group: str) -> None:
        boxes = self.main.get_by_role("group", name=self.say(group)).get_by_role("checkbox")
        for box in boxes.all():
            self.hands.tick(box)

    def give(self, label: str, path: Path) -> None:
        self.hands.give(self.field(label), path)

    # Seeing.

    def sees(self, *words: str) -> None:
        for each in words:
            expect(self.main).to_contain_text(self.say(each))

    def takes(self, words: str, path: Path) -> Path:
        """Press a link that is a file, and keep it."""
        with self.page.expect_download() as download:
            self.hands.press(self.main.get_by_role("link", name=self.say(words), exact=True))
        download.value.save_as(path)
        return path

    def opens_beside(self, words: str) -> str:
        """Press a link that opens a page of its own; return its address, and close it."""
        said = f"{self.say(words)} ({self.say('page.new_tab')})"
        with self.page.expect_popup() as popup:
            self.hands.press(self.main.get_by_role("link", name=said, exact=True))
        popup.value.wait_for_load_state()
        address = popup.value.url
        popup.value.close()
        return address

    def _part(self, within: str) -> Locator:
        return self.main.locator(within) if within else self.main


@dataclass
class Mailboxes:
    """The mail servers that letters leave over, and what is in the mailboxes behind them."""

    world: World
    servers: Sequence[Post]

    def letters(self, address: str) -> list[EmailMessage]:
        """Return what came to an address, once the worker has done what was promised."""
        self.world.work()
        took = (letter for server in self.servers for letter in server.took)
        return [letter for letter in took if address in str(letter["To"])]

    def link(self, address: str, kind: str) -> str:
        """Return the link of a kind (`/j/`) in the newest letter that has one."""
        found = [
            link
            for letter in self.letters(address)
            for link in re.findall(rf"http://localhost:\d+{kind}[\w-]+", _text(letter))
        ]
        assert found, f"No letter to {address} has a link {kind}."
        return str(found[-1])


def _text(letter: EmailMessage) -> str:
    body = letter.get_body(("plain",))
    assert body is not None
    return str(body.get_content())
