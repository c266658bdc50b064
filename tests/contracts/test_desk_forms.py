"""Every form of the desk in which something is typed: what was typed comes back when it is refused.

The forms are those that stand on the screens of the URL map, so that a new one is tried by itself.
Each is sent twice: as somebody would fill it in, on top of a version that is there no more; and
with what no field takes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from tests.contracts.scene import Scene
from tests.support.desk import Desk, at_the_desk
from tests.support.desk_screens import screens

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.conftest import World

TYPED = {"text", "email", "url", "number", "date", "datetime-local", "search", "tel", None}
STALE = {"version": "999999", "was": "0" * 64}


@pytest.fixture
def scene(world: World) -> Scene:
    return Scene(world)


@dataclass(frozen=True)
class Typing:
    """One form as it is sent: where to, what, and which of it somebody typed."""

    action: str
    sent: dict[str, Any]
    typed: dict[str, str]


def _plausible(kind: str | None, number: int) -> str:
    return {
        "email": f"wren{number}@specimen.example",
        "url": f"https://specimen.example/wren{number}",
        "number": str(number),
        "date": "2031-05-14",
        "datetime-local": "2031-05-14T10:00",
    }.get(kind or "", f"Wren {number} of the reeds")


def _impossible(kind: str | None, number: int) -> str:
    """Return what a browser would send, and no field of ours should take."""
    return {
        "number": f"-{number}000001",
        "date": "0031-05-14",
        "datetime-local": "0031-05-14T10:00",
    }.get(kind or "", f"Wren {number} [of](javascript:1) *the reeds")


def _typings(page: Any, path: str) -> Iterator[Typing]:
    for form in page.tree.xpath("//main//form[@method='post']"):
        for value_of, more in ((_plausible, STALE), (_impossible, {})):
            sent = dict(_chosen(form))
            typed: dict[str, str] = {}
            for number, field in enumerate(form.iter("input", "textarea"), 1):
                kind = None if field.tag == "textarea" else field.get("type", "text")
                if kind in TYPED and field.get("name") and field.get("readonly") is None:
                    typed[field.get("name")] = value_of(kind, number)
            action = form.get("action") or path
            if typed and action.startswith("/desk/"):
                stale = {name: it for name, it in more.items() if name in sent}
                yield Typing(action, {**sent, **typed, **stale}, typed)


def _chosen(form: Any) -> Iterator[tuple[str, Any]]:
    """Yield what a form sends as it stands, with something chosen everywhere and its button."""
    for field in form.iter("input", "select", "button"):
        name, kind = field.get("name"), field.get("type")
        if not name or kind == "file":
            continue
        if field.tag == "select":
            values = [each.get("value") for each in field.iter("option")]
            yield name, next(filter(None, values), "")
        elif field.tag == "button":
            yield name, field.get("value", "")
            return
        elif kind in {"radio", "checkbox"} or kind == "hidden":
            yield name, field.get("value", "")


def _shown(page: Any) -> set[str]:
    """Return what stands in the page's fields, as a browser would send it."""
    fields = page.tree.xpath("//main//input/@value")
    areas = page.tree.xpath("//main//textarea[not(@readonly)]/text()")
    return {" ".join(each.split()) for each in (*fields, *areas)}


def _lost(desk: Desk, each: Typing) -> list[str] | None:
    """Send a form; return which fields did not come back. None: it was taken."""
    answer = desk.http.post(each.action, data=each.sent)
    assert answer.status_code < 500, (each.action, answer.status_code)
    if answer.status_code < 400:
        return None
    page = desk.take(each.action, answer)
    there = _shown(page)
    return [name for name, value in each.typed.items() if value not in there]


def test_what_was_typed_into_a_form_comes_back_when_it_is_refused(scene: Scene) -> None:
    desk = at_the_desk(scene.world, scene.owner)
    refused, lost = 0, []
    for screen in screens(scene):
        if "GET" not in screen.methods or screen.is_a_file or screen.view.is_open:
            continue
        page = desk.go(screen.path)
        if page.status != 200 or "<main" not in page.html:
            continue
        for each in _typings(page, page.path):
            missing = _lost(desk, each)
            refused += missing is not None
            if missing:
                lost.append((screen.name, each.action, desk.page.status, missing))
    assert lost == []
    assert refused > 60
