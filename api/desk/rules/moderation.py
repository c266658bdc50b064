"""The facts of the queue, of what is blocked, and of rules that invalidate signatures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from api.desk.rules import typed_facts
from api.desk.rules.signing import SigningAround
from api.desk.rules.tables import Listing
from api.pages.rules.facts import Form

# Why a coordinator should look, as `reason_of.…` says it.
REASONS = (
    *("mixed_script", "capitals", "repeated", "long", "number", "symbols", "address", "blocked"),
    *("same_organisation", "sounds_alike", "unknown_address", "was_held"),
)
RULE = ("domain", "name_pattern", "country", "from", "until", "prefix_of", "domain_of")


@dataclass(frozen=True, kw_only=True)
class HeldSignature:
    """A signature that waits for somebody: what may be seen of it, and why it waits."""

    id: UUID
    name: str
    show: str  # what a button opens, in words: a hidden name, who signs for an organisation
    kind: str  # in words
    by: str  # who signs for an organisation
    lines: Sequence[str]
    reasons: Sequence[str]
    resembles: Sequence[tuple[str, str]]  # organisations of the coalition: name, address


@dataclass(frozen=True, kw_only=True)
class QueueScreen:
    """What waits, the oldest day first."""

    around: SigningAround
    held: Sequence[HeldSignature]
    total: int
    address: str
    cursor: str = ""  # of this page
    following: str = ""  # the next page
    looks_at: str = ""  # where it is said which signatures wait here
    invalidations: str = ""
    blocks: str = ""
    form: Form = field(default_factory=Form)


@dataclass(frozen=True, kw_only=True)
class AlikeSignatures:
    """So many of the last day share what is not told; a rule can point at them by one of them."""

    words: str
    href: str


@dataclass(frozen=True, kw_only=True)
class InvalidationsScreen:
    """Which rules took signatures out of the count, and what was alike in the last day."""

    around: SigningAround
    invalidations: Listing
    alike: Sequence[AlikeSignatures]
    new: str
    back: str


@dataclass(frozen=True, kw_only=True)
class InvalidationScreen:
    """A rule, and once it was counted whom it would take out."""

    around: SigningAround
    back: str
    values: Mapping[str, str]
    counted: Counted | None = None
    form: Form = field(default_factory=Form)


@dataclass(frozen=True, kw_only=True)
class Counted:
    """The dry count of a rule: nothing has changed."""

    number: int
    looked_at: int
    candidates: int
    said: Sequence[tuple[str, str]]  # the rule in words
    sample: Sequence[tuple[str, str]]  # names that may be shown, or that one is hidden; address
    hidden: Sequence[tuple[str, str]]  # fields that carry it out


@dataclass(frozen=True, kw_only=True)
class BlocksScreen:
    """What a coalition does not let sign, or looks at first."""

    blocks: Listing
    back: str
    form: Form = field(default_factory=Form)


def rule(values: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """Return the rule that a form says, as /v1 takes it."""
    found, zone = {}, (values.get("zone") or ["UTC"])[0]
    for name in RULE:
        told = (values.get(f"rule.{name}") or [""])[0].strip()
        if told:
            found[name] = typed_facts.instant(told, zone) if name in {"from", "until"} else told
    return found
