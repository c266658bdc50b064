"""Where the desk leads: each screen that is named is there, and is of one area of the rail."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from jinja2 import Environment, nodes

from api.config import share
from api.desk.rules import home, navigation, next_steps, outgoing, settings, signing, statements
from tests.contracts.scene import Scene
from tests.rules.test_next_steps import STANDINGS
from tests.support.desk import at_the_desk
from tests.support.desk_screens import screens

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.conftest import World

ROUTES = Path(__file__).parents[2] / "api" / "desk" / "routes"
LEADING = {"to", "onward"}


def _of_python() -> Iterator[tuple[str, str]]:
    for path in sorted(ROUTES.glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
                continue
            if node.func.id in LEADING and isinstance(node.args[0], ast.Constant):
                yield path.name, str(node.args[0].value)


def _of_templates() -> Iterator[tuple[str, str]]:
    environment = Environment()  # noqa: S701 # it is only parsed
    environment.filters = {**environment.filters, "paragraphs": str, "inline": str}
    for path in sorted(share("templates", "desk").glob("*.html")):
        for call in environment.parse(path.read_text("utf-8")).find_all(nodes.Call):
            is_leading = isinstance(call.node, nodes.Name) and call.node.name in LEADING
            if is_leading and isinstance(call.args[0], nodes.Const):
                yield path.name, str(call.args[0].value)


def _of_rules() -> Iterator[tuple[str, str]]:
    lists: list[tuple[Any, ...]] = [
        navigation.AREAS,
        tuple(navigation.UNDOES.values()),
        home.WAITS,
        settings.PARTS,
        signing.PARTS,
        statements.TABS,
        *(tuple(next_steps.steps(standing)) for standing in STANDINGS),
    ]
    for each in lists:
        yield from ((type(one).__name__, one.endpoint) for one in each)
    yield from (("LEADS_TO", name) for name in home.LEADS_TO.values())
    yield from (("PARTS", name) for _, name in outgoing.PARTS)


def test_whatever_leads_to_a_screen_names_one_that_is_there(world: World) -> None:
    there = {name.removeprefix("desk.") for name in world.app.view_functions}
    found = [*_of_python(), *_of_templates(), *_of_rules()]
    assert len(found) > 300
    assert [each for each in found if each[1] not in there] == []


@pytest.fixture
def scene(world: World) -> Scene:
    return Scene(world)


def test_every_screen_is_of_one_area_and_the_rail_marks_it(scene: Scene) -> None:
    desk = at_the_desk(scene.world, scene.owner)
    root, seen = f"/desk/{scene.coalition}", 0
    for each in screens(scene):
        if "coalition_id" not in each.ids:
            continue
        area = navigation.area_of(each.path.removeprefix(root))
        assert area is not None, each.path
        if "GET" not in each.methods or each.is_a_file:
            continue
        page = desk.go(each.path)
        if '<header class="rail">' not in page.html:
            continue  # a page in a frame, or a file
        seen += 1
        marked = page.tree.xpath("//div[@class='wide-only']//nav//a[@aria-current]/@href")
        led_to = navigation.area_of(page.path.partition("?")[0].removeprefix(root))
        assert led_to is not None, page.path
        assert len(marked) == 1, (each.path, marked)
        assert navigation.area_of(marked[0].removeprefix(root)) is led_to, (each.path, marked)
    assert seen > 80
