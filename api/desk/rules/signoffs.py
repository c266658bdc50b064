"""The facts of sign-off screens: whom to ask, the letters, the board, and one member."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from markupsafe import Markup

from api.desk.rules import typed_facts
from api.desk.rules.statements import StatementAround
from api.desk.rules.tables import Listing, Tone
from api.pages.rules.facts import Anchor, Form
from api.signoffs.models import Answer, SignOffRound, Silence
from api.signoffs.rules import Status

TONES: Mapping[Status, Tone] = {
    Status.NOT_ASKED: "",
    Status.NOBODY_TO_ASK: "wrong",
    Status.ASKED: "waits",
    Status.ONE_OF_TWO: "waits",
    Status.APPROVED: "good",
    Status.RESERVED: "good",
    Status.DECLINED: "wrong",
    Status.OBJECTED: "wrong",
    Status.TACIT: "good",
    Status.WAITING: "waits",
    Status.WITHDRAWN: "wrong",
    Status.CLOSED: "",
}
# What each answer says, to the eye.
ANSWER_TONES: Mapping[Answer, Tone] = {
    Answer.APPROVED: "good",
    Answer.RESERVED: "good",
    Answer.DECLINED: "wrong",
    Answer.OBJECTED: "wrong",
}
RESERVATIONS = 3  # that a form has room for


@dataclass(frozen=True)
class LineToPrint:
    """A line of the signatories as it would print."""

    text: str
    reservation: str = ""


@dataclass(frozen=True, kw_only=True)
class BoardScreen:
    """Who is where. `fresh` is the address at which the same board is asked for again."""

    around: StatementAround
    facts: Sequence[tuple[str, Any]]
    totals: Sequence[Anchor]
    members: Listing
    lines: Sequence[LineToPrint]
    language: str  # of the text
    withheld: int
    unread: int  # people who would print, and are too many to be shown
    fresh: str
    looked_at: Markup
    is_frozen: bool  # there is a text to be approved
    is_asked: bool
    is_open: bool
    publish: str = ""  # where it may be published, though something else comes first
    unasked: Sequence[str] = ()  # members that came later, by id
    warnings: int = 0
    evidence: Mapping[str, Any] | None = None  # how long it is kept what proves answers
    version: int = 0


@dataclass(frozen=True, kw_only=True)
class AskMembersScreen:
    """The form that asks members, or changes by when."""

    around: StatementAround
    values: Mapping[str, str]
    silences: Sequence[tuple[str, str, str]]
    asked: Sequence[str]  # who would get a letter, by name
    nobody: Sequence[Anchor]  # who has nobody to ask
    is_new: bool
    version: int | None
    form: Form = field(default_factory=Form)


@dataclass(frozen=True)
class LetterRecipient:
    """To whom a letter would go."""

    number: int
    name: str
    organisation: str
    email: str
    is_shown: bool


@dataclass(frozen=True)
class LetterShown:
    """A letter as it would be read."""

    to: str
    sender: str
    subject: str
    text: str
    language: str


@dataclass(frozen=True, kw_only=True)
class LettersScreen:
    """The letters that an act would send; its button sends the same fields to do it."""

    around: StatementAround
    title: str
    lead: str
    recipients: Sequence[LetterRecipient]
    letter: LetterShown | None
    passed_over: Sequence[tuple[str, str]]  # who gets none, and why
    fields: Sequence[tuple[str, str]]
    send: str  # the words of the button; "": there is nothing to do
    back: str
    may_edit: bool = False  # the form that led here can be changed
    version: int | None = None


@dataclass(frozen=True, kw_only=True)
class AnswerShown:
    """One answer of a member's history."""

    words: str
    tone: Tone
    by: str
    at: Markup
    how: str  # how it came, where it was entered
    revision: str
    is_of_now: bool  # it is about the text as it is, but for editorial changes
    reason: str = ""
    reservations: Sequence[tuple[str, str]] = ()  # the place's words, and what is said of it
    note: str = ""
    evidence: str = ""  # the address of what proves it


@dataclass(frozen=True, kw_only=True)
class MemberScreen:
    """Where one member is, who is asked for it, and all that it said."""

    around: StatementAround
    name: str
    status: str
    tone: Tone
    facts: Sequence[tuple[str, Any]]
    people: Listing
    answers: Sequence[AnswerShown]
    acts: Sequence[Anchor]
    step: Anchor | None
    back: str
    learn: str = ""  # the name that its entry may learn
    is_closed: bool = False
    may_remind: bool = False
    member_id: str = ""


@dataclass(frozen=True, kw_only=True)
class AnswerForm:
    """The form for an answer that came in another way."""

    around: StatementAround
    name: str
    back: str
    answers: Sequence[tuple[str, str, str]]
    appearances: Sequence[tuple[str, str, str]]
    means: Sequence[tuple[str, str]]
    places: Sequence[tuple[str, str]]
    values: Mapping[str, str]
    revision_sha256: str
    evidence_id: str = ""
    proposal: str = ""  # what the first of two said, and who
    form: Form = field(default_factory=Form)


@dataclass(frozen=True, kw_only=True)
class MemberForm:
    """A small form about one member: time, a reason, or how it appears."""

    around: StatementAround
    name: str
    back: str
    choices: Sequence[tuple[str, str, str]] = ()
    values: Mapping[str, str] = field(default_factory=dict)
    form: Form = field(default_factory=Form)


def round_values(found: SignOffRound | None, note: str | None, zone: str) -> dict[str, str]:
    """Return a round as the fields of its form; without one, how it begins."""
    if found is None:
        blank = dict.fromkeys(ROUND_FIELDS, "")
        return {**blank, "zone": zone, "silence": Silence.NOTHING.value}
    return {
        "soft_deadline": typed_facts.local(found.soft_deadline, found.zone),
        "hard_deadline": typed_facts.local(found.hard_deadline, found.zone),
        "zone": found.zone,
        "silence": found.silence.value,
        "remind_after_days": str(found.remind_after_days or ""),
        "remind_every_days": str(found.remind_every_days or ""),
        "note": note or "",
    }


def round_facts(values: Mapping[str, str], found: SignOffRound | None) -> dict[str, object]:
    """Return what a form says of a round as /v1 takes it; deadlines left alone stay."""
    given: dict[str, object] = {name: value or None for name, value in values.items()}
    if found is not None:
        known = {"soft_deadline": found.soft_deadline, "hard_deadline": found.hard_deadline}
        given = typed_facts.left_alone(given, values["zone"], known, found.zone)
    for name in ("remind_after_days", "remind_every_days"):
        given[name] = typed_facts.number(values.get(name) or None)
    return given


MOST_PEOPLE = 100  # who signed, of whom the board shows the names that would print
ROUND_FIELDS = (
    "soft_deadline", "hard_deadline", "zone", "silence", "remind_after_days",
    "remind_every_days", "note",
)  # fmt: skip
