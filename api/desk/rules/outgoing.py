"""The facts of the screens of what leaves the house: letters, tools, webhooks.

Each line says what to do about it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from api.connectors import rules as tools
from api.desk.rules.tables import Listing
from api.pages.rules.facts import Anchor, Form

# Of letters that failed for good: what the mail server said that has a sentence of its own.
LETTER_FAULTS = ("suppressed", "smtp-550", "smtp-551", "smtp-552", "smtp-553", "smtp-554")
PARTS = (
    ("letters", "outgoing"),
    ("suppressions", "suppressions"),
    ("tools", "connectors"),
    ("webhooks", "webhooks"),
    ("given_up", "dead_jobs"),
)
# Of work that was given up: the parts of the house whose work has a sentence of its own.
JOBS = frozenset({"documents", "moderation", "updates", "connectors", "signatures"})


def letter_key(fault: str | None) -> str:
    """Return the key of the sentence about a letter that failed."""
    return f"letter_{fault}" if fault in LETTER_FAULTS else "letter_other"


def tool_key(fault: str | None) -> str:
    """Return the key of the sentence about a tool: what to do where it fails."""
    return f"tool_{fault if fault in tools.ADVICE else 'other'}" if fault else "tool_works"


def job_key(kind: str) -> str:
    """Return the key of the sentence about work that was given up, by its kind."""
    part = kind.partition(".")[0]
    return part if part in JOBS else "other"


@dataclass(frozen=True, kw_only=True)
class OutgoingScreen:
    """One part of what leaves the house. Its template says what its list is."""

    tabs: Sequence[Anchor]
    listed: Listing
    form: Form = field(default_factory=Form)


@dataclass(frozen=True, kw_only=True)
class WebhookScreen:
    """What one other system was told, and how that went."""

    label: str
    url: str
    told: Sequence[str]
    is_custodian: bool
    is_enabled: bool
    version: int
    id: str
    listed: Listing
    back: str
