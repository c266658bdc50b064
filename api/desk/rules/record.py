"""What an entry of the record says, in words: its thing, and what became of it."""

from __future__ import annotations

import re
from functools import cache

from api.config import share
from api.pages.rules.sentences import Sentences

_ACTION = re.compile(r"^\| `([a-z_]+\.[a-z_]+)`", re.MULTILINE)


@cache
def actions() -> tuple[str, ...]:
    """Return every action that the record knows, as its guide lists them."""
    guide = share("docs", "record.md").read_text("utf-8")
    return tuple(sorted(set(_ACTION.findall(guide))))


def told(action: str, said: Sentences) -> str:
    """Return an action in words; one without words as it is written."""
    thing, _, become = action.partition(".")
    parts = (f"act_of.{thing}", f"act.{become}")
    if not all(each in said.all for each in parts):
        return action
    return " · ".join(said.say(each) for each in parts)
