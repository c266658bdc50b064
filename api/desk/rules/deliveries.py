"""The facts of the screens on which a text is handed over, and answers to it are kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from markupsafe import Markup

from api.deliveries.models import DeliveryState
from api.desk.rules.picking import Offered
from api.desk.rules.statements import StatementAround
from api.desk.rules.tables import Listing, Tone
from api.pages.rules.facts import Anchor, Form

TONES: Mapping[DeliveryState, Tone] = {
    DeliveryState.WAITING: "waits",
    DeliveryState.DELIVERED: "good",
    DeliveryState.FAILED: "wrong",
    DeliveryState.DROPPED: "wrong",
}
# What went wrong, by what the mail server or the outbox says; each has a sentence of its own.
FAULTS = ("suppressed", "smtp-550", "smtp-551", "smtp-552", "smtp-553", "smtp-554", "NotPrinted")
LANGUAGES = 2  # of a letter, that a form has room for; one that has more keeps them


def fault_key(state: DeliveryState, fault: str | None) -> str:
    """Return the key of the sentence that says what to do about a delivery; "": nothing is."""
    if state is DeliveryState.DROPPED:
        return "fault_gone"
    if fault is None or state is DeliveryState.DELIVERED:
        return ""
    if fault in FAULTS:
        return f"fault_{fault}"
    return "fault_again" if state is DeliveryState.WAITING else "fault_never"


@dataclass(frozen=True)
class ResponseShown:
    """What an addressee answered."""

    addressee: str
    on: str
    text: str
    sources: Sequence[str]
    demands: Sequence[tuple[Anchor, str]]  # and what became of each


@dataclass(frozen=True, kw_only=True)
class DeliveriesScreen:
    """Who got a text, and what they answered."""

    around: StatementAround
    deliveries: Listing
    responses: Sequence[ResponseShown]  # the latest
    answers: int  # of all
    letters: Sequence[tuple[Anchor, Markup]]
    pages_of_letters: Listing
    is_published: bool


@dataclass(frozen=True, kw_only=True)
class ResponsesScreen:
    """What addressees answered to a text, a page of it."""

    around: StatementAround
    responses: Sequence[ResponseShown]
    total: int
    following: str
    back: str


@dataclass(frozen=True, kw_only=True)
class CoverLetterForm:
    """The form for a cover letter, in one language or two."""

    around: StatementAround
    languages: Sequence[tuple[str, str]]
    values: Mapping[str, str]
    others: Sequence[int]  # the places of further languages
    is_another: bool  # in place of one that is there
    back: str
    form: Form = field(default_factory=Form)


def letter_as_typed(texts: Sequence[Mapping[str, str]]) -> dict[str, str]:
    """Return what the fields of the form hold of a letter."""
    return {
        f"texts.{place}.{name}": texts[place][name] if place < len(texts) else ""
        for place in range(max(LANGUAGES, len(texts)))
        for name in ("language", "subject", "text")
    }


@dataclass(frozen=True, kw_only=True)
class CoverLetterScreen:
    """A cover letter as it goes out, and to whom."""

    around: StatementAround
    subject: str
    language: str
    page: str  # the address of what it looks like
    reply_to: str
    languages: Sequence[Anchor]
    recipients: Sequence[tuple[str, str, str]]  # as boxes take them
    chosen: Sequence[str]
    without_email: Sequence[Anchor]
    already: Sequence[str]
    missing: Sequence[Anchor]  # where each is entered
    cursor: str  # of the page of recipients that is shown, and of the next
    following: str
    first: str  # what leads back to the first of them; "": this is it
    kept: Sequence[str]  # who is ticked on another page
    change: str  # where another letter is written in its place
    back: str
    is_published: bool
    form: Form = field(default_factory=Form)


@dataclass(frozen=True, kw_only=True)
class HandedForm:
    """The form for a handing over by other means, or for an answer."""

    around: StatementAround
    addressees: Offered
    back: str
    new_addressee: str = ""
    means: Sequence[tuple[str, str]] = ()
    zone: str = ""  # by whose clock it is told when
    demands: Sequence[tuple[str, str]] = ()  # id and words
    statuses: Sequence[tuple[str, str]] = ()
    form: Form = field(default_factory=Form)
