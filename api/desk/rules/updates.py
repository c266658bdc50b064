"""The facts of the screens on which updates are written to those who agreed to hear more."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from api.desk.rules.statements import StatementAround
from api.desk.rules.tables import Listing, Tone
from api.pages.rules.facts import Anchor, Form
from api.updates.models import UpdateState

TONES: Mapping[UpdateState, Tone] = {
    UpdateState.DRAFT: "",
    UpdateState.SENDING: "waits",
    UpdateState.PAUSED: "waits",
    UpdateState.SENT: "good",
}
LANGUAGES = 3  # that a form has room for


@dataclass(frozen=True, kw_only=True)
class UpdatesScreen:
    """A statement's updates."""

    around: StatementAround
    updates: Listing


@dataclass(frozen=True, kw_only=True)
class UpdateForm:
    """The form for an update: by whose mailings, and the words in each language."""

    around: StatementAround
    organisations: Sequence[tuple[str, str]]
    languages: Sequence[tuple[str, str]]
    values: Mapping[str, str]
    places: Sequence[int]
    back: str
    deletion: str  # where it is deleted; empty before it is kept
    version: int | None = None
    form: Form = field(default_factory=Form)


@dataclass(frozen=True, kw_only=True)
class UpdateScreen:
    """An update as it is read, to how many it goes, and how far it is."""

    around: StatementAround
    id: str
    version: int
    state: str
    state_words: str
    tone: Tone
    subject: str
    sender: str
    language: str
    page: str
    languages: Sequence[Anchor]
    counts: Sequence[tuple[str, str]]
    left_out: Sequence[tuple[str, str]]
    progress: Sequence[tuple[str, str]]
    percent: int
    readers: int | None  # None: not counted yet
    job: bool  # it is being counted
    back: str

    @property
    def is_draft(self) -> bool:
        return self.state == UpdateState.DRAFT
