"""What a feature adds stands in its one value, and nothing registers itself by being imported."""

from __future__ import annotations

import ast
import inspect
from importlib import import_module
from typing import TYPE_CHECKING

import pytest

from api import config
from api.app import FEATURES
from api.infra.background.jobs import JobKind
from api.infra.wiring import Wiring

if TYPE_CHECKING:
    from pathlib import Path

ROOT = config.share("docs").parent / "api"
FILLS = {"append", "add", "extend", "insert", "setdefault", "update"}


def modules(pattern: str) -> list[str]:
    return [f"api.{path.parent.name}.{path.stem}" for path in sorted(ROOT.glob(pattern))]


def fills(path: Path) -> list[str]:
    """Return what a module does to something's content while it is imported."""
    return [
        ast.unparse(node)
        for node in ast.parse(path.read_text("utf-8")).body
        if isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Call)
        and isinstance(node.value.func, ast.Attribute)
        and node.value.func.attr in FILLS
    ]


def test_every_feature_is_read_by_the_app() -> None:
    found = [import_module(each).FEATURE for each in modules("*/feature.py")]
    assert sorted(map(id, found)) == sorted(map(id, FEATURES))


@pytest.mark.parametrize("name", modules("*/jobs.py"))
def test_every_handler_of_a_feature_is_a_kind_of_job(name: str) -> None:
    floor = import_module(name)
    feature = import_module(name.replace(".jobs", ".feature")).FEATURE
    handlers = {act for _, act in inspect.getmembers(floor, inspect.isfunction)}

    own = {act for act in handlers if act.__module__ == name and not act.__name__.startswith("_")}
    assert own == {kind.act for kind in feature.jobs}


def test_no_module_fills_anything_while_it_is_imported() -> None:
    assert {str(path): found for path in ROOT.rglob("*.py") if (found := fills(path))} == {}


def test_two_kinds_of_one_name_are_refused() -> None:
    kind = JobKind("specimen.note", lambda _: None)

    with pytest.raises(ValueError, match="specimen"):
        Wiring([kind, JobKind("specimen.note", lambda _: {})])
    assert Wiring([kind]).named(JobKind) == {"specimen.note": kind}


def test_what_was_added_is_found_by_its_class_in_its_order() -> None:
    wiring = Wiring(["one", 2, "three"])

    assert wiring.all(str) == ("one", "three")
    assert wiring.all(int) == (2,)
    assert wiring.all(float) == ()
