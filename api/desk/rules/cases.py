"""The facts of the screens of cases."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from api.desk.rules import typed_facts
from api.desk.rules.tables import Listing
from api.pages.rules import forms
from api.pages.rules.facts import Anchor, Form
from api.pages.rules.forms import Sent

LATE_DAYS = 90  # since when a case should be verified again, as the list of work has it
OPEN = ("country", "occupation", "last_verified", "public_label")  # fields that anybody sees
WHO = ("name", "aliases", "born", "summary", "sources")  # of who it is


@dataclass(frozen=True, kw_only=True)
class CasesScreen:
    """The list of cases. `refused` says why a search found nothing."""

    cases: Listing
    refused: str = ""


@dataclass(frozen=True, kw_only=True)
class CaseScreen:
    """A case's file. Of one that may not be named, `is_disclosed` after somebody asked."""

    label: str
    case_id: str
    version: int
    is_sealed: bool
    is_disclosed: bool
    is_late: bool
    facts: Sequence[tuple[str, str]]
    summary: str
    sources: Sequence[Anchor]  # without an address where it is none
    history: Listing
    demands: Listing
    statements: Listing


@dataclass(frozen=True, kw_only=True)
class CaseFormScreen:
    """The form of a new case, or of what changes of one."""

    values: Mapping[str, str]
    back: str
    version: int | None = None  # None: it is new
    case_id: str = ""
    shows_who: bool = True
    may_look: bool = False  # into who it is, which the form does not show yet
    statuses: Sequence[tuple[str, str]] = ()
    form: Form = field(default_factory=Form)


@dataclass(frozen=True, kw_only=True)
class StatusScreen:
    """The form that says what has become of a case or a demand."""

    title: str
    lead: str
    back: str
    back_words: str
    statuses: Sequence[tuple[str, str]]
    status: str
    form: Form = field(default_factory=Form)


@dataclass(frozen=True, kw_only=True)
class LabelledPlace:
    """A text in which a label stands, or would, for a name."""

    place: str
    where: str
    href: str
    before: str
    after: str


@dataclass(frozen=True, kw_only=True)
class NameScreen:
    """Whether a case may be named: the name is taken back here, or may be told from now on."""

    label: str
    case_id: str
    version: int
    is_named: bool
    public_label: str
    places: Sequence[LabelledPlace]
    standing: Sequence[str] = ()  # what has to be changed first, and where
    form: Form = field(default_factory=Form)


def new_facts(sent: Sent) -> dict[str, object]:
    """Return the facts of a new case."""
    named = forms.one(sent, "may_be_named")
    return {
        **changes(sent, shows_who=True),
        "status": forms.one(sent, "status") or None,
        "may_be_named": {"yes": True, "no": False}.get(named, named),
    }


def changes(sent: Sent, *, shows_who: bool) -> dict[str, object]:
    """Return what a form says of a case; who it is, only where the form asked that."""
    facts: dict[str, object] = dict(forms.tidied(sent, OPEN))
    if shows_who:
        facts |= forms.tidied(sent, ("name", "summary"))
        facts["name"] = facts["name"] or ""
        facts["born"] = typed_facts.number(forms.one(sent, "born") or None)
        facts |= {name: typed_facts.several(sent, name) for name in ("aliases", "sources")}
    return facts


def status_facts(sent: Sent) -> dict[str, object]:
    """Return what has become of something, since when, and how it is known."""
    return {
        "status": forms.one(sent, "status"),
        **forms.tidied(sent, ("on", "evidence")),
        "sources": typed_facts.several(sent, "sources"),
    }


def source(text: str) -> Anchor:
    """Return a source, which leads somewhere where it is a whole web address."""
    is_address = text.startswith(("https://", "http://")) and " " not in text
    return Anchor(text, text if is_address else "")
