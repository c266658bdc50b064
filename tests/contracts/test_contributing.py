"""What CONTRIBUTING.md sends a newcomer to is there."""

from __future__ import annotations

import re

from api import config

ROOT = config.share("docs").parent
PAGE = (ROOT / "CONTRIBUTING.md").read_text("utf-8")


def test_every_file_that_it_names_is_there() -> None:
    named = re.findall(r"`((?:api|tests|templates|docs)/[\w/.-]+)`|\]\(([\w/.-]+)\)", PAGE)
    paths = {first or second for first, second in named}

    assert len(paths) > 20
    assert not [path for path in sorted(paths) if not (ROOT / path).exists()]


def test_each_step_finds_in_its_file_what_it_names() -> None:
    steps = re.findall(r"`(\w+)` of\s+`(api/[\w/.]+)`", PAGE)

    assert ("send", "api/deliveries/service/__init__.py") in steps
    for name, path in steps:
        assert re.search(rf"^def {name}\(", (ROOT / path).read_text("utf-8"), re.MULTILINE), (
            f"{name}, {path}"
        )


def test_each_task_that_it_names_is_one_of_run() -> None:
    tasks = (ROOT / "run").read_text("utf-8")
    named = re.findall(r"\./run ([a-z]+)(?: (--[a-z]+))?", PAGE)

    assert {task for task, _ in named} >= {"check", "fix", "test", "spec", "migration"}
    for task, option in named:
        assert re.search(rf"^\./run {task}\b", tasks, re.MULTILINE), task
        assert not option or f"{option})" in tasks, option
