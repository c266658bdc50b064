"""The facts of the screens on which a text is commented on, and suggestions are decided."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from markupsafe import Markup

from api.desk.rules.block_forms import Choices
from api.desk.rules.statements import StatementAround
from api.desk.rules.tables import Listing
from api.documents.rules.blocks import StatementText
from api.pages.rules.comment_facts import CommentPart, CommentThread, FileRead, Suggested
from api.pages.rules.facts import Form


@dataclass(frozen=True, kw_only=True)
class DecidingFacts:
    """A suggestion as it is decided: what it would make of its place, and what else is there."""

    shown: Suggested
    lines: Sequence[str] = ()  # as they would read; empty: it has none
    now: Sequence[str] = ()  # that the draft has there
    is_guess: bool = False
    collides: int = 0  # with so many others
    collides_with_text: bool = False
    tells_name: bool = False
    written_by: str = ""


@dataclass(frozen=True, kw_only=True)
class ReviewPart:
    """A block of the draft, and what was said of it."""

    id: str
    html: Markup = field(default_factory=Markup)
    threads: Sequence[CommentThread] = ()
    suggestions: Sequence[DecidingFacts] = ()


@dataclass(frozen=True, kw_only=True)
class ConsultationFacts:
    """A consultation as it stands over what was said in it."""

    id: str
    version: int
    closes: Markup
    read_by: str
    is_shared: bool  # others who are asked read it, too
    is_open: bool
    note: str
    asked: int
    is_kept: bool
    unresolved: int | None = None
    undecided: int | None = None
    closes_at: str = ""  # as a field has it
    zone: str = ""


@dataclass(frozen=True, kw_only=True)
class CommentsScreen:
    """A statement's consultations, and what was said in one of them, beside the text."""

    around: StatementAround
    consultations: Sequence[tuple[str, str, bool]]  # address, words, whether it is this one
    one: ConsultationFacts | None
    places: Sequence[ReviewPart]
    whole: ReviewPart
    gone: ReviewPart
    open_one: str  # where one is opened; "": it cannot be
    freeze_first: str
    is_coordinator: bool
    shows_all: bool
    takes_words: bool  # the text is still written on: others may be suggested
    form: Form = field(default_factory=Form)
    refused_id: str = ""  # the suggestion whose form was refused
    pages: Sequence[Listing] = ()  # of threads, and of suggestions
    same_page: str = ""  # what an address says of the pages that are shown


@dataclass(frozen=True, kw_only=True)
class SuggestScreen:
    """The newest text, each part with room for other words."""

    around: StatementAround
    text: StatementText
    head: CommentPart
    blocks: Sequence[CommentPart]
    notes: CommentPart
    sha256: str  # of the text that is shown
    numbered: str
    back: str
    unsent: Sequence[str]  # what was typed, and has no field any more
    form: Form = field(default_factory=Form)


@dataclass(frozen=True, kw_only=True)
class OpenScreen:
    """The form that opens a text for comments."""

    around: StatementAround
    members: Sequence[tuple[str, str, str]]
    usual: Sequence[str]
    read_by: Sequence[tuple[str, str, str]]
    zone: str
    guests: Sequence[int]
    form: Form = field(default_factory=Form)


@dataclass(frozen=True, kw_only=True)
class ClashFacts:
    """Suggestions that cannot go in together, side by side."""

    why: str
    now: Sequence[str]
    suggestions: Sequence[DecidingFacts]


@dataclass(frozen=True, kw_only=True)
class MergeScreen:
    """What many suggestions would make of the draft."""

    around: StatementAround
    consultation: str
    taken: int
    ids: Sequence[str]
    clashes: Sequence[ClashFacts]


@dataclass(frozen=True, kw_only=True)
class AskedScreen:
    """Who is asked in a consultation, and what can be changed of it."""

    around: StatementAround
    one: ConsultationFacts
    people: Listing
    members: Choices
    form: Form = field(default_factory=Form)


@dataclass(frozen=True, kw_only=True)
class ReturnedScreen:
    """The form that takes a returned file of Word, and what came of one."""

    around: StatementAround
    consultation: str
    members: Choices
    form: Form = field(default_factory=Form)
    read: FileRead | None = None
