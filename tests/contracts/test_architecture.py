"""What is said of the house on paper is what the linter holds."""

from __future__ import annotations

import re
import tomllib
from typing import Any

import api
from api import config

ROOT = config.share("docs").parent
PAGE = (ROOT / "docs" / "architecture.md").read_text("utf-8")


def layers(name: str) -> list[str]:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    contracts: list[dict[str, Any]] = settings["tool"]["importlinter"]["contracts"]
    (found,) = [each["layers"] for each in contracts if each["name"] == name]
    return [part for layer in found for part in re.split(r" [|:] ", layer)]


def rows(heading: str) -> list[str]:
    """Return what the rows of a table of the page begin with, one name after the other."""
    table = PAGE.partition(f"\n| {heading} |")[2].partition("\n\n")[0]
    return [name.strip("/") for row in re.findall(r"^\| (`.*?) \|", table, re.MULTILINE)
            for name in re.findall(r"`([a-z_/]+)(?:\.py)?`", row)]  # fmt: skip


def test_the_ladder_on_paper_is_the_linters() -> None:
    rungs = [each.removeprefix("api.") for each in layers("The ladder of features")]
    assert rows("rung") == [each for each in rungs if each not in {"app", "cli"}]


def test_the_rooms_on_paper_are_the_linters() -> None:
    assert sorted(rows("room")) == sorted(layers("The rooms of the ground floor"))


def test_the_ladder_on_one_screen_is_the_linters() -> None:
    drawn = re.findall(r"^ {4}((?:[a-z]+ )*[a-z]+)(?: {2,}|$)", str(api.__doc__), re.MULTILINE)
    rungs = [each.removeprefix("api.") for each in layers("The ladder of features")]
    assert sorted(name for line in drawn for name in line.split()) == sorted(
        each for each in rungs if each not in {"app", "cli"}
    )
