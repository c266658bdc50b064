"""The areas of the desk, in the order of the rail, and how what was done is undone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from api.accounts.rules import Role


@dataclass(frozen=True)
class Area:
    """A part of the desk: the key of its name (`nav.…`), its first screen, who may open it."""

    key: str
    endpoint: str  # of the blueprint `desk`
    least: Role = Role.VIEWER


# One line an area. A screen belongs to the area whose address its own begins with.
AREAS = (
    Area("home", "home"),
    Area("statements", "statements"),
    Area("outgoing", "outgoing", Role.COORDINATOR),
    Area("cases", "cases"),
    Area("demands", "demands"),
    Area("members", "members"),
    Area("addressees", "addressees"),
    Area("search", "search"),
    Area("settings", "settings", Role.COORDINATOR),
)


@dataclass(frozen=True)
class Undo:
    """The reverse act: which screen takes it, and what its form says besides the `ids`."""

    endpoint: str
    fields: Mapping[str, str] = field(default_factory=dict)


# What can be undone, by the code that the address says it with (`?said=…&of=…`).
UNDOES: Mapping[str, Undo] = {
    "block_removed": Undo("block_restore"),
    "comment_resolved": Undo("consultation_undo", {"do": "comment"}),
    "suggestion_decline": Undo("consultation_undo", {"do": "suggestion"}),
    "blocked": Undo("blocks_end"),
    "signature_approved": Undo("moderation_undo"),
    "signature_rejected": Undo("moderation_undo"),
    "signing_closed": Undo("signing_reopen"),
    "member_left": Undo("members_return"),
    "person_left": Undo("representatives_return"),
}
