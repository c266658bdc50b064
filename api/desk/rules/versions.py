"""The facts of a statement's versions: what was frozen, what differs, and freezing again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from api.desk.rules.block_forms import Choices
from api.desk.rules.statements import StatementAround
from api.desk.rules.tables import Listing
from api.documents.rules.diffs import Shown
from api.pages.rules.facts import Form


@dataclass(frozen=True, kw_only=True)
class VersionsScreen:
    """What was frozen, the newest first."""

    around: StatementAround
    versions: Listing
    freeze: str  # where the draft is frozen; "": it is as the newest, or the visitor may not
    numbers: Choices  # that can be compared


@dataclass(frozen=True, kw_only=True)
class CreditsScreen:
    """Whose suggestions a version holds."""

    around: StatementAround
    numbered: str
    credits: Listing
    unnamed: int


@dataclass(frozen=True, kw_only=True)
class DiffScreen:
    """What two texts of a statement differ by."""

    around: StatementAround
    before: str
    after: str
    before_number: int
    changes: Shown
    numbers: Choices
    paper: str  # the same as PDF
    restore: str = ""  # where the one before is put back


@dataclass(frozen=True, kw_only=True)
class FreezeScreen:
    """A draft that is frozen as the next revision, with what it changes of the one before."""

    around: StatementAround
    version: int
    next_number: int
    is_first: bool
    is_public: bool
    is_owner: bool
    changes: Shown | None
    form: Form = field(default_factory=Form)
    turns: Sequence[str] = ()  # what is nothing editorial, where somebody called it so
    cases: Sequence[tuple[str, str, str]] = ()  # that are to be confirmed, and mentions of members
    mentions: Sequence[tuple[str, str, str]] = ()
    wrong: str = ""
