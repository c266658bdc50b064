"""The areas of the desk, in the order of the rail, and how what was done is undone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from api.accounts.rules import Role


@dataclass(frozen=True)
class Area:
    """A part of the desk: the key of its name (`nav.…`), its first screen, who may open it."""

    key: str
    endpoint: str  # of the blueprint `desk`
    places: Sequence[str]  # how the addresses of its screens begin, below the coalition
    least: Role = Role.VIEWER


_OF_STATEMENTS = (
    "statements",
    "comments",
    "commenters",
    "consultations",
    "cover-letters",
    "evidence",
    "invalidations",
    "signatures",
    "suggestions",
    "templates",
    "updates",
)
_OF_OUTGOING = ("outgoing", "connectors", "connector-files", "jobs", "letters", "webhooks")
# One line an area: a screen belongs to the one that has the beginning of its address.
AREAS = (
    Area("home", "home", ("", "work")),
    Area("statements", "statements", _OF_STATEMENTS),
    Area("outgoing", "outgoing", _OF_OUTGOING, Role.COORDINATOR),
    Area("cases", "cases", ("cases", "tables/cases")),
    Area("demands", "demands", ("demands", "tables/demands")),
    Area(
        "members",
        "members",
        ("members", "tables/organisations", "tables/contacts", "tables/representatives"),
    ),
    Area("addressees", "addressees", ("addressees", "tables/addressees")),
    Area("search", "search", ("search",)),
    Area("settings", "settings", ("settings",), Role.COORDINATOR),
)


def area_of(below: str) -> Area | None:
    """Return the area of a screen by its address below the coalition: `statements/new`."""
    parts = below.strip("/").split("/")
    begins = {"/".join(parts[:number]) for number in (1, 2)}
    return next((area for area in AREAS if begins & set(area.places)), None)


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
    "signatures_held": Undo("signatures", {"do": "approve"}),
    "signatures_approved": Undo("signatures", {"do": "hold"}),
    "signing_closed": Undo("signing_reopen"),
    "member_left": Undo("members_return"),
    "person_left": Undo("representatives_return"),
}
