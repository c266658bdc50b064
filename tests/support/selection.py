"""Which test runs when: `./run test` is what a contributor waits for, `--rest` the others.

A test is in one part only: `long` where it is marked so, else `rest` or neither of both. What is
left to `--rest`: PostgreSQL but for one test a file, Chromium but for one look, and what is marked
`rest` because it takes long for what it finds beside the others.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support import postgres

if TYPE_CHECKING:
    from collections.abc import Iterable

LONG_SECONDS = 1800
# What these find does not hang on the database: with SQLite they run in `./run test --long`.
ALIKE = {
    f"tests.{name}"
    for name in (
        "contracts.test_permissions",
        "contracts.test_desk_screens",
        "stories.test_desk_in_a_browser",
        "stories.test_frame_height_in_a_browser",
        "stories.test_late_forms_in_a_browser",
        "stories.test_mailboxes",
        "stories.test_own_form_in_a_browser",
        "stories.test_pages_in_a_browser",
        "stories.test_suggestions_in_a_browser",
        "stories.test_webhooks_refused",
        "stories.test_widget_in_a_browser",
    )
}


def mark(items: list[pytest.Function]) -> None:
    """Mark what is long or for the rest; long tests come first, so that none is waited for."""
    has_server, seen = postgres.is_there(), set[str]()
    for item in items:
        if has_server and item.module.__name__ in ALIKE and "sqlite" in _parameters(item):
            item.add_marker(pytest.mark.long)
        kinds = set(_once(item))
        if item.get_closest_marker("long"):
            item.add_marker(pytest.mark.timeout(LONG_SECONDS))
        elif kinds & seen:
            item.add_marker(pytest.mark.rest)
        elif not item.get_closest_marker("rest"):
            seen |= kinds
    items.sort(key=lambda item: item.get_closest_marker("long") is None)


def _once(item: pytest.Function) -> Iterable[str]:
    """Yield of what kinds a test is that `./run test` needs one of."""
    if "postgresql" in _parameters(item):
        yield f"PostgreSQL in {item.module.__name__}"
    if "chromium" in item.fixturenames:
        yield "Chromium"


def _parameters(item: pytest.Function) -> str:
    found = getattr(item, "callspec", None)
    return found.id if found else ""


def left_out(items: Iterable[pytest.Item]) -> int:
    """Return how many tests are for `./run test --rest`."""
    return sum(
        each.get_closest_marker("rest") is not None and each.get_closest_marker("long") is None
        for each in items
    )


def said_of(left: int) -> str:
    """Return the line that tells what a run left out."""
    return f"{left:,} tests are left to ./run test --rest: PostgreSQL, Chromium, and slow ones."
