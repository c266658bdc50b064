"""Every form of the desk in which something is typed: what was typed comes back when it is refused.

The forms are those that stand on the screens of the URL map, so that a new one is tried by itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.contracts.scene import Scene
from tests.support.desk import Desk, at_the_desk
from tests.support.desk_forms import Typing, typings
from tests.support.desk_screens import screens

if TYPE_CHECKING:
    from tests.conftest import World


@pytest.fixture
def scene(world: World) -> Scene:
    return Scene(world)


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
        for each in typings(page, page.path):
            missing = _lost(desk, each)
            refused += missing is not None
            if missing:
                lost.append((screen.name, each.action, desk.page.status, missing))
    assert lost == []
    assert refused > 60
