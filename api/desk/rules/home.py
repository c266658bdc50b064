"""The facts of the first screen: what waits today, and how one's statements stand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from api.accounts.rules import Role
from api.desk.rules.founding import FirstStep
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
    Wait(key="mail", endpoint="work", query={"kind": "mail"}),
    Wait(key="tool", endpoint="work", query={"kind": "tool"}),
    Wait(key="endpoint", endpoint="work", query={"kind": "endpoint"}),
    Wait(key="letter", endpoint="outgoing", least=Role.COORDINATOR),
    Wait(key="job", endpoint="dead_jobs", least=Role.COORDINATOR),
    Wait(key="held", endpoint="work", query={"kind": "held"}),
    Wait(key="suggestion", endpoint="work", query={"kind": "suggestion"}),
    Wait(key="answer", endpoint="work", query={"kind": "answer"}),
    Wait(key="response", endpoint="work", query={"kind": "response"}),
    Wait(key="draft", endpoint="work", query={"kind": "draft"}),
    Wait(key="case", endpoint="work", query={"kind": "case"}),
    Wait(key="demand", endpoint="work", query={"kind": "demand"}),
)


# The screen that a thing of a kind leads to; with a statement's id, where it is at one.
LEADS_TO: Mapping[str, str] = {
    "mail": "mail",
    "tool": "connectors",
    "endpoint": "webhooks",
    "held": "moderation",
    "suggestion": "statement_comments",
    "answer": "statement_signoff",
    "response": "statement_deliveries",
}


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
    steps: Sequence[FirstStep] = ()  # while there is no statement


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
    again: Sequence[str] = ()  # others, which want a new sign-in


@dataclass(frozen=True, kw_only=True)
class WorkScreen:
    """What waits for somebody's work, one kind or all."""

    work: Listing
