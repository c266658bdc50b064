"""The facts of the screens on which a text is written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from api.desk.rules.block_forms import WAYS, WritingBlock
from api.desk.rules.drafting import KINDS
from api.desk.rules.picking import Offered
from api.desk.rules.statements import StatementAround
from api.documents.rules.blocks import StatementText
from api.pages.rules.facts import Form


@dataclass(frozen=True)
class LookAt:
    """What somebody should look at in a text: a sentence, and the block that it is about."""

    sentence: str
    block_id: str = ""
    place: int = 0


@dataclass(frozen=True, kw_only=True)
class TextLengthShown:
    """How long a text is, beside the most that it may be; 0: no such bound."""

    words: int
    footnote_words: int
    most_words: int = 0
    most_pages: int = 0
    counts_footnotes: bool = True
    pages: int = 0  # 0: not counted
    is_too_long: bool = False
    version: int = 0
    form: Form = field(default_factory=Form)


@dataclass(frozen=True, kw_only=True)
class WritingScreen:
    """A text as blocks, each a form of its own, and the page as it will print beside it."""

    around: StatementAround
    text: StatementText
    blocks: Sequence[WritingBlock]
    notes: Sequence[tuple[str, str]]
    notes_was: str
    length: TextLengthShown
    look_at: Sequence[LookAt]
    themes: Sequence[tuple[str, str]]
    theme: str
    page: str  # the address of the page as it prints
    may_write: bool
    is_published: bool = False  # what is written is not shown before it is published as a change
    change: str = ""  # where the change is compared with what everybody reads
    kinds: Sequence[str] = KINDS
    ways: Mapping[str, Sequence[str]] = field(default_factory=lambda: WAYS)
    adds_after: str | None = None  # behind which block one is being put in
    new: WritingBlock | None = None
    undecided: int = 0
    comments: str = ""  # where they are
    form: Form = field(default_factory=Form)
    wrong: Sequence[str] = ()  # of the whole, where it belongs to no field
    notes_form: Form = field(default_factory=Form)
    kept: str = ""  # what was typed where nothing is taken any more


@dataclass(frozen=True, kw_only=True)
class HeadScreen:
    """What stands over a text: its title, its day, to whom it goes, whom to ask."""

    around: StatementAround
    version: int
    was: str
    values: Any  # what each field holds, by its name
    kinds: Sequence[tuple[str, str]]
    languages: Sequence[tuple[str, str]]
    themes: Sequence[tuple[str, str]]
    known: Offered  # of the coalition's addressees
    addressees: Sequence[int]  # one for each row
    contacts: Sequence[int]
    form: Form = field(default_factory=Form)


@dataclass(frozen=True, kw_only=True)
class LengthScreen:
    """How long a text is, and how long it may be."""

    around: StatementAround
    length: TextLengthShown
    may_write: bool
    form: Form = field(default_factory=Form)
