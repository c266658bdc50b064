"""The facts of a statement's documents: each text in each format and look."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from api.desk.rules.block_forms import Choices
from api.desk.rules.statements import StatementAround
from api.pages.rules.facts import Form


@dataclass(frozen=True, kw_only=True)
class DocumentsScreen:
    """What can be downloaded of a statement."""

    around: StatementAround
    formats: Choices
    themes: Choices
    numbers: Choices  # the draft, and every revision
    files: Sequence[tuple[str, str]]  # of the newest, at once: address and words
    portable: Sequence[tuple[str, str]]  # the whole of it, as a file for other installations
    is_coordinator: bool
    is_frozen: bool  # there is a version; else the draft alone
    form: Form = field(default_factory=Form)
