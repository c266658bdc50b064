"""The facts of the screens on which a statement is opened for signing, and of who signed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from api.accounts.rules import Role
from api.desk.rules import typed_facts
from api.desk.rules.picking import Offered
from api.desk.rules.statements import StatementAround
from api.desk.rules.tables import Listing, Tone
from api.errors import Fault
from api.pages.rules.facts import Anchor, Form
from api.statements.models import Signing

# What a form of settings says by boxes; a box that was not sent says no.
TRUTHS = (
    "takes_individuals",
    "takes_organisations",
    "shows_list",
    "shows_withheld",
    "is_sensitive",
)
TEXTS = ("zone", "moderation")
PERHAPS = ("opens_at", "closes_at", "retain_until")  # none where nothing is typed


@dataclass(frozen=True)
class SigningPart:
    """A screen of a statement's signing: the key of its name (`signing.part_…`), and for whom."""

    key: str
    endpoint: str
    least: Role = Role.VIEWER


PARTS = (
    SigningPart("overview", "statement_signing"),
    SigningPart("names", "signatures"),
    SigningPart("queue", "moderation", Role.COORDINATOR),
    SigningPart("page", "signing_settings", Role.COORDINATOR),
    SigningPart("elsewhere", "signing_elsewhere", Role.COORDINATOR),
)


# How it looks whether a statement is signed now; its words are `signing.is_…`.
TONES: Mapping[str, Tone] = {"never": "", "later": "waits", "open": "good", "closed": ""}


@dataclass(frozen=True, kw_only=True)
class SuccessorScreen:
    """The form by which a text goes on as another statement."""

    around: SigningAround
    back: Anchor
    form: Form = field(default_factory=Form)


@dataclass(frozen=True, kw_only=True)
class SigningAround:
    """What stands over each of these screens."""

    statement: StatementAround
    title: str
    language: str
    here: str  # the part of the statement that these screens are
    parts: Sequence[Anchor]


@dataclass(frozen=True, kw_only=True)
class NumbersDrawn:
    """How many signed, by one thing that is told of them: a picture, and the same as a table."""

    key: str
    picture: str  # its address; "" where there is nothing to draw
    table: Listing


@dataclass(frozen=True, kw_only=True)
class SigningOverview:
    """Whether a statement is signed now, how many did, and what comes next."""

    id: UUID
    around: SigningAround
    state: str  # never, later, open, closed
    tone: Tone
    instant: Any = ""  # from when or until when
    address: str = ""  # of the public page, where it can be read
    total: int
    organisations: int
    withheld: int
    waiting: int
    numbers: Sequence[NumbersDrawn] = ()
    may_open: bool = False
    is_draft: bool = False
    version: int = 0
    names: str = ""  # where who signed is listed, and whom a new text left behind
    left_behind: str = ""


@dataclass(frozen=True, kw_only=True)
class ToConfirm:
    """What somebody must say is right before a text goes out: the value of a box, and its words."""

    name: str
    value: str
    words: str


@dataclass(frozen=True, kw_only=True)
class OpeningScreen:
    """The page that asks before a statement opens for signing."""

    around: SigningAround
    back: str
    is_sensitive: bool
    version: int
    to_confirm: Sequence[ToConfirm] = ()
    form: Form = field(default_factory=Form)


@dataclass(frozen=True, kw_only=True)
class SettingsScreen:
    """How a statement is signed, as a form with the page beside it as it would be."""

    around: SigningAround
    form: Form
    known: Mapping[str, str]
    ticked: Mapping[str, bool]
    suggests_sensitive: bool
    organisations: Sequence[tuple[str, str, str]]
    mailers: Sequence[str]
    more: Offered | None  # where there are more organisations than are listed
    version: int
    preview: str  # its address; "": there is no frozen text to show
    retention: Sequence[tuple[str, Any]] = ()
    to_confirm: Sequence[ToConfirm] = ()
    retention_warning: str = ""


@dataclass(frozen=True, kw_only=True)
class ElsewhereScreen:
    """The code for other sites, and the address as a picture to print."""

    around: SigningAround
    address: str
    element: str
    frame_code: str
    picture: str
    sites: Sequence[str]
    settings: str
    is_readable: bool


def typed_as(signing: Signing) -> dict[str, str]:
    """Return what the fields of the form hold: instants as clocks in the zone show them."""
    return {
        "opens_at": typed_facts.local(signing.opens_at, signing.zone),
        "closes_at": typed_facts.local(signing.closes_at, signing.zone),
        "zone": signing.zone,
        "moderation": signing.moderation.value,
        "retain_until": signing.retain_until.isoformat() if signing.retain_until else "",
    }


def given(
    values: Mapping[str, Sequence[str]], signing: Signing, more: str | None = None
) -> dict[str, object]:
    """Return the body of /v1 that a sent form means; instants that it left alone stay.

    `more` mails, besides those who are ticked.
    """

    def one(name: str) -> str:
        return (values.get(name) or [""])[0].strip()

    mailers = [*values.get("mailing_organisation_ids", ()), *filter(None, [more])]
    typed = {name: one(name) or None for name in PERHAPS}
    known = {name: getattr(signing, name) for name in ("opens_at", "closes_at")}
    return {
        **{name: one(name) for name in TEXTS},
        **typed_facts.left_alone(typed, one("zone"), known, signing.zone),
        **{name: one(name) == "yes" for name in TRUTHS},
        "mailing_organisation_ids": list(dict.fromkeys(mailers)),
        **confirmed(values),
    }


def kept(signing: Signing, mailers: Sequence[UUID]) -> dict[str, object]:
    """Return the settings as they are, for a change of one of them."""
    names = (*TRUTHS, "opens_at", "closes_at", "zone", "moderation", "retain_until")
    told: dict[str, object] = {name: getattr(signing, name) for name in names}
    told["mailing_organisation_ids"] = list(mailers)
    return {**told, "confirmed_cases": [], "confirmed_mentions": []}


def confirmed(values: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """Return what a form says is right in a text that goes out."""
    return {name: list(values.get(name, ())) for name in ("confirmed_cases", "confirmed_mentions")}


def to_confirm(faults: Sequence[Fault], words: Mapping[str, str]) -> list[ToConfirm]:
    """Return what can be confirmed of what keeps a text from going out."""
    return [
        ToConfirm(name=fault.pointer.strip("/"), value=value, words=words.get(value, value))
        for fault in faults
        if fault.pointer in {"/confirmed_cases", "/confirmed_mentions"}
        for value in fault.allowed
    ]
