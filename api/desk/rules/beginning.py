"""The facts of the screens on which a statement is begun."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from api.desk.rules.block_forms import Choices
from api.desk.rules.fact_forms import FactGroup
from api.desk.rules.picking import Offered
from api.desk.rules.statements import StatementAround
from api.desk.rules.tables import Listing
from api.pages.rules.facts import Form


@dataclass(frozen=True, kw_only=True)
class TemplateOffer:
    """A template that one may begin with."""

    title: str
    text: str
    kind: str
    language: str
    href: str


@dataclass(frozen=True, kw_only=True)
class BeginningScreen:
    """All ways to begin a statement."""

    templates: Sequence[TemplateOffer]
    may_import: bool


@dataclass(frozen=True, kw_only=True)
class EmptyBeginningScreen:
    """A statement from one's own words."""

    kinds: Choices
    languages: Choices
    language: str
    form: Form = field(default_factory=Form)


@dataclass(frozen=True, kw_only=True)
class CopyScreen:
    """A statement from the text of another one."""

    sources: Offered
    source: str
    form: Form = field(default_factory=Form)


@dataclass(frozen=True, kw_only=True)
class FileScreen:
    """A statement from a file: of Word, or a portable one."""

    kinds: Choices
    may_import: bool  # a portable one, with its signatories: for coordinators
    form: Form = field(default_factory=Form)


@dataclass(frozen=True, kw_only=True)
class FileReport:
    """What came of a file, and what is to be known of it."""

    href: str
    title: str
    remarks: Sequence[tuple[str, Sequence[str]]]
    comments: Sequence[tuple[str, str, str]]  # who, on which words, what
    changes: Sequence[tuple[str, str]]  # who, how many
    differences: int = 0


@dataclass(frozen=True, kw_only=True)
class TemplateScreen:
    """The form of a template's facts, and what it makes of them beside it."""

    title: str
    text: str
    language: str
    groups: Sequence[FactGroup]
    statuses: Sequence[tuple[str, str, str]]
    preview: str
    around: StatementAround | None  # of a draft that is filled again; None: it begins
    version: int | None
    back: str
    themes: Choices
    form: Form = field(default_factory=Form)
    wrong: Sequence[str] = ()


@dataclass(frozen=True, kw_only=True)
class PreviewRefused:
    """Why a preview is not there."""

    sentences: Sequence[str]
    title: str
    language: str
    reads: str  # ltr or rtl


@dataclass(frozen=True, kw_only=True)
class TemplatesScreen:
    """The coalition's templates, and those of the product that it has no copy of."""

    own: Listing
    built_in: Listing
    bring: str  # where a file is brought; "": the visitor may not


@dataclass(frozen=True, kw_only=True)
class TemplateShown:
    """One template of the coalition's."""

    title: str
    text: str
    language: str
    facts: Sequence[tuple[str, str]]
    versions: Listing
    take: str
    begin: str
    change: str
    delete: str


@dataclass(frozen=True, kw_only=True)
class TemplateFileScreen:
    """The form by which a template comes as a file: a new one, or a new version."""

    title: str  # of the one that changes
    back: str
    version: int | None
    wrong: Sequence[str] = ()  # where in the file, and what
    form: Form = field(default_factory=Form)
