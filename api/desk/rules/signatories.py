"""The facts of the screens of signatures: the list, one of them, a new one, and what leaves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from api.desk.rules.demands import InOrder
from api.desk.rules.picking import Offered
from api.desk.rules.signing import SigningAround
from api.desk.rules.tables import Listing, Tone
from api.pages.rules.facts import Anchor, Form
from api.signatures.models import Visibility
from api.signatures.rules import PRINTED, EffectiveState, Signatory

TONES: Mapping[EffectiveState, Tone] = {
    EffectiveState.COUNTED: "good",
    EffectiveState.WAITING: "waits",
    EffectiveState.HELD: "waits",
    EffectiveState.REJECTED: "wrong",
    EffectiveState.INVALIDATED: "wrong",
    EffectiveState.WITHDRAWN: "",
}
# What can be done with many at once, by what the list is narrowed to.
BULK: Mapping[EffectiveState, str] = {
    EffectiveState.COUNTED: "hold",
    EffectiveState.WAITING: "confirm",
    EffectiveState.HELD: "approve",
    EffectiveState.REJECTED: "approve",
}
# Those who have a place among others; who is out of the count keeps none that could be changed.
ORDERED = (EffectiveState.COUNTED, EffectiveState.WAITING)
# What a form says of a signatory, beside who represents it; empty ones are none.
TEXTS = (
    *("kind", "name", "acronym", "role", "affiliation", "as_printed", "reservation", "email"),
    *("country", "visibility", "day"),
)


OF_WHO_REPRESENTS = ("represented_by.name", "represented_by.role")
UNKNOWN = dict.fromkeys((*TEXTS, *OF_WHO_REPRESENTS), "") | {
    "kind": "organisation",
    "visibility": "public",
}


@dataclass(frozen=True, kw_only=True)
class SignaturesScreen:
    """Who signed."""

    around: SigningAround
    signatures: Listing
    enter: str = ""  # where one is entered; "": the visitor may not
    export: str = ""
    bring: str = ""  # where a table of them comes in
    order: str = ""  # where they are put in order
    evidence: str = ""  # where what proves them is
    searching: str = ""  # a search goes on: where it stands
    form: Form = field(default_factory=Form)


@dataclass(frozen=True, kw_only=True)
class SignatureOrderScreen:
    """In what order those who sign are printed."""

    around: SigningAround
    back: Anchor
    move: str
    places: Sequence[InOrder]
    following: str | None
    is_long: bool  # there is more than this page


@dataclass(frozen=True, kw_only=True)
class EvidenceScreen:
    """What proves what somebody said, page by page."""

    around: SigningAround
    back: Anchor
    kept: Listing


@dataclass(frozen=True, kw_only=True)
class SignatureScreen:
    """One signature; `who` is opened only where somebody asked for it."""

    around: SigningAround
    id: Any
    facts: Sequence[tuple[str, Any]]
    state: str
    tone: Tone
    why: str
    is_hidden: bool
    is_open: bool
    version: int
    sha256: str  # of the newest text, to confirm by
    acts: Sequence[str]  # what may be done with it now
    back: Anchor
    values: Mapping[str, str] = field(default_factory=dict)
    ticked: bool = False
    form: Form = field(default_factory=Form)


@dataclass(frozen=True, kw_only=True)
class EntryScreen:
    """The form by which a coordinator enters a signature."""

    around: SigningAround
    back: Anchor
    revision: int
    sha256: str
    organisations: Offered
    values: Mapping[str, str] = field(default_factory=dict)
    form: Form = field(default_factory=Form)


@dataclass(frozen=True, kw_only=True)
class ExportScreen:
    """The form by which signatories leave as a file."""

    around: SigningAround
    back: Anchor
    form: Form = field(default_factory=Form)


def is_hidden(visibility: Visibility) -> bool:
    """Tell whether a name stands in no list before somebody asks for it."""
    return visibility not in PRINTED


def given(values: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """Return the signatory that a form tells of, as /v1 takes it."""

    def one(name: str) -> str:
        return (values.get(name) or [""])[0].strip()

    told: dict[str, Any] = {name: one(name) for name in TEXTS if name in values and one(name)}
    empty = {name: None for name in TEXTS if name in values and name not in told}
    optional = {name: each for name, each in empty.items() if name not in {"kind", "day"}}
    if "represented_by.name" in values:
        office = {"role": one("represented_by.role")} if one("represented_by.role") else {}
        represents = {"name": one("represented_by.name"), **office}
        told["represented_by"] = represents if represents["name"] or office else None
    return {**optional, **told, "lead": one("lead") == "yes"}


def typed_as(who: Signatory, visibility: Visibility, day: str) -> dict[str, str]:
    """Return what the fields of the form hold of a signatory."""
    represents = who.get("represented_by") or {}
    return {
        **{name: str(who.get(name) or "") for name in TEXTS},
        "visibility": visibility.value,
        "day": day,
        "represented_by.name": represents.get("name", ""),
        "represented_by.role": represents.get("role", ""),
    }


def acts(state: EffectiveState, source: str, visibility: Visibility) -> list[str]:
    """Return what a coordinator may do with a signature as it stands."""
    if state is EffectiveState.WITHDRAWN:
        return ["delete"]
    found = ["confirm"] if state is EffectiveState.WAITING else []
    found += ["hide"] if visibility is not Visibility.ANONYMOUS else []
    found += ["withdraw", "erase"]
    return found + (["delete"] if source == "entered" else [])
