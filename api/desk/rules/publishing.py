"""The facts of the screen that publishes a text: what stops it, and what is worth a look."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from api.desk.rules.signoffs import LineToPrint
from api.desk.rules.statements import StatementAround
from api.pages.rules.facts import Anchor, Form


@dataclass(frozen=True)
class ToTick:
    """What somebody ticks to say that it is right as it is."""

    key: str
    words: str
    hint: str = ""


@dataclass(frozen=True, kw_only=True)
class PublishScreen:
    """What somebody looks at before everybody may read a text. It cannot be undone."""

    around: StatementAround
    version: int
    stops: Sequence[tuple[str, Anchor | None]]  # what has to be done first, and where
    cases: Sequence[ToTick]
    mentions: Sequence[ToTick]
    stale: Sequence[tuple[Anchor, str]]
    unanswered: Sequence[Anchor]
    lines: Sequence[LineToPrint]
    withheld: int
    unread: int  # people who would print, and are too many to be shown
    language: str
    is_draft: bool  # it is to be sent to review first, by a button
    is_sensitive: bool
    back: str
    paper: str  # the PDF with the names as they stand now; "": nothing is frozen
    form: Form = field(default_factory=Form)

    @property
    def is_ready(self) -> bool:
        return not self.stops and not self.is_draft
