"""The facts of the first screen: what waits today, and how one's statements stand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from api.accounts.rules import Role
from api.desk.rules.tables import Listing, Tone

# How a text's state looks; its words are `state.…`, the next step's `next.…`.
TONES: Mapping[str, Tone] = {
    "draft": "",
    "review": "waits",
    "published": "good",
    "superseded": "",
    "withdrawn": "wrong",
    "archived": "",
}


@dataclass(frozen=True, kw_only=True)
class Wait:
    """A kind of what waits for somebody: which list shows it, and whose work it is.

    Its words are `waits.…`, with a form for each plural.
    """

    key: str
    endpoint: str
    query: Mapping[str, str] = field(default_factory=dict)
    least: Role = Role.VIEWER


# In the order in which they are shown. What has no list yet is not shown.
WAITS = (
    Wait(key="draft", endpoint="work", query={"kind": "draft"}),
    Wait(key="case", endpoint="work", query={"kind": "case"}),
    Wait(key="demand", endpoint="work", query={"kind": "demand"}),
)


@dataclass(frozen=True)
class Waiting:
    """So many of a kind wait, and where they are listed."""

    key: str
    number: int
    href: str


@dataclass(frozen=True, kw_only=True)
class HomeScreen:
    """The first screen of a coalition."""

    waiting: Sequence[Waiting]
    statements: Listing


@dataclass(frozen=True, kw_only=True)
class CoalitionChoice:
    """A coalition that one may open, and one's role in it."""

    name: str
    role: str
    href: str


@dataclass(frozen=True, kw_only=True)
class ChoiceScreen:
    """All coalitions in which one works; it may be none."""

    coalitions: Sequence[CoalitionChoice]


@dataclass(frozen=True, kw_only=True)
class WorkScreen:
    """What waits for somebody's work, one kind or all."""

    work: Listing
