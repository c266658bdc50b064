"""docs/events.md: which events there are, and who listens. `./run spec` writes it."""

from __future__ import annotations

import re
from dataclasses import fields
from typing import TYPE_CHECKING, Any

from api import config
from api.app import FEATURES
from api.infra.background.events import Event

if TYPE_CHECKING:
    from collections.abc import Callable

PAPER = config.share("docs") / "events.md"
HEAD = """# Events

A rung tells the rungs above it what happened: it announces an event, and knows nobody who listens
(`api/infra/background/events`). Who listens **in its transaction** acts before anybody can read
the one without the other; who listens **by a job** acts after it, once at least. An event has ids
and plain values only, nothing personal; each has `coalition_id` beside what stands here. What other
systems hear of comes from the record instead ([record.md](record.md), [webhooks.md](webhooks.md)).

`./run spec` writes this page, and a test keeps it true.
"""


def events() -> list[type[Event]]:
    """Return the classes of all events, feature by feature."""
    return sorted(Event.__subclasses__(), key=lambda each: (each.__module__, each.__name__))


def announcers(event: type[Event]) -> list[str]:
    """Return the modules that make such an event."""
    root = PAPER.parents[1] / "api"
    made = re.compile(rf"(?<!class )\b{event.__name__}(?:\.of)?\(")
    return [
        ".".join(path.relative_to(root).with_suffix("").parts).removesuffix(".__init__")
        for path in sorted(root.rglob("*.py"))
        if made.search(path.read_text("utf-8"))
    ]


def listeners(event: type[Event]) -> list[str]:
    """Return a line for each that listens."""
    acts = [at.act for each in FEATURES for at in each.listeners if at.event is event]
    kinds = [kind for each in FEATURES for kind in each.jobs if event in kind.on]
    return [
        *(f"- in its transaction, `{_name(act)}`: {_says(act)}" for act in acts),
        *(f"- by the job `{kind.name}`: {_says(kind.act)}" for kind in kinds),
    ]


def written() -> str:
    """Return the page."""
    return HEAD + "".join(map(_section, events()))


def _section(event: type[Event]) -> str:
    facts = ", ".join(f"`{each.name}`" for each in fields(event) if each.name != "coalition_id")
    says = _says(event) + (f" It has {facts}." if facts else "")
    whence = "\n".join(f"- announced by `{each}`" for each in announcers(event))
    heard = "\n".join(listeners(event))
    return f"\n## {event.__name__}\n\n{says}\n\n{whence}\n{heard}\n"


def _name(act: Callable[..., Any]) -> str:
    return f"{act.__module__}.{act.__name__}".removeprefix("api.")


def _says(it: type | Callable[..., Any]) -> str:
    return (it.__doc__ or "").partition("\n")[0]


if __name__ == "__main__":
    PAPER.write_text(written(), "utf-8")
