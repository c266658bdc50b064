"""The facts that each page is made of."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from markupsafe import Markup

from api.documents.rules.blocks import StatementText
from api.documents.rules.diffs import Shown

ACCENT = "#0b5563"

Part = Literal["", "how", "correct", "news"]
SigningState = Literal["unopened", "open", "closed", "superseded", "withdrawn", "none"]


@dataclass(frozen=True, kw_only=True)
class Frame:
    """What is around every page."""

    language: str
    query: str = ""  # "?language=ru" where the reader chose it, for links to other pages of ours
    accent: str = ACCENT
    coalition: str = ""
    logo: str | None = None  # its address
    style: str = ""  # the address of the style sheet
    script: str = ""
    look: str = ""  # where what pages load stands
    source: str | None = None  # the address of the program's own
    country_names: Mapping[str, str] = field(
        default_factory=dict
    )  # the coalition's own: code, name


@dataclass(frozen=True, kw_only=True)
class Framed:
    """What every page has."""

    frame: Frame


@dataclass(frozen=True, kw_only=True)
class Form:
    """What somebody typed, and what is wrong with it, by the field's name."""

    values: Mapping[str, Sequence[str]] = field(default_factory=dict)
    faults: Mapping[str, str] = field(default_factory=dict)  # the sentence
    is_stale: bool = False  # somebody else changed meanwhile what it is about

    def value(self, name: str, default: str = "") -> str:
        found = self.values.get(name)
        return found[0] if found else default

    def ticked(self, name: str, value: str) -> bool:
        return value in self.values.get(name, ())

    def has_any(self, names: Iterable[str]) -> bool:
        """Tell whether something was typed into one of some fields, or is wrong there."""
        return any(self.value(name) or name in self.faults for name in names)

    @property
    def is_new(self) -> bool:
        """Tell whether nothing was sent yet."""
        return not self.values


@dataclass(frozen=True)
class Anchor:
    """Words that lead somewhere."""

    words: str
    href: str


@dataclass(frozen=True)
class ListedSignatory:
    """One line of the list of signatories."""

    text: str
    small: str = ""


@dataclass(frozen=True)
class Box:
    """A consent to tick: its exact words, in which language, and the value that is sent."""

    value: str
    words: str
    language: str
    purpose: Literal["signing", "name", "mailings"]


@dataclass(frozen=True, kw_only=True)
class Offer:
    """Who may sign a statement, how a name may appear, and what is asked for."""

    revision_sha256: str
    visibilities: tuple[str, ...]  # the least first
    boxes: tuple[Box, ...]
    people: bool = True
    organisations: bool = True
    is_sensitive: bool = False


@dataclass(frozen=True, kw_only=True)
class StatementPage(Framed):
    """The statement's own page."""

    address: str
    text: StatementText
    state: SigningState
    total: int
    organisations: int
    lines: tuple[ListedSignatory, ...] = ()
    has_more: bool = False
    when: str = ""  # signing opens, or how long it is open
    successor: Anchor | None = None
    pdf: str | None = None  # its address, once it is published
    offer: Offer | None = None
    form: Form = field(default_factory=Form)
    has_changed: bool = False
    wait: str = ""  # before another try, where too many sign at once
    is_framed: bool = False  # in a frame on another site: its links open pages of their own
    is_sent: bool = False  # there, the letter is on its way


@dataclass(frozen=True, kw_only=True)
class Mailbox(Framed):
    """What to do after signing: look into one's mailbox, or type the code of the letter."""

    address: str
    title: str
    is_sent: bool
    form: Form = field(default_factory=Form)


@dataclass(frozen=True, kw_only=True)
class SignatoriesPage(Framed):
    """One page of the list."""

    address: str
    title: str
    text_language: str
    text_direction: str
    lines: tuple[ListedSignatory, ...]
    total: int
    organisations: int
    withheld: int
    next_cursor: str | None
    is_first: bool


@dataclass(frozen=True, kw_only=True)
class SigningPage:
    """What somebody signed, or is about to."""

    title: str
    text_language: str
    text_direction: str
    statement: str  # the address of its page, as a path
    name: str
    visibility: str
    country: str = ""
    organisation: str = ""
    role: str = ""
    affiliation: str = ""
    news: tuple[str, ...] = ()  # of which organisations


@dataclass(frozen=True, kw_only=True)
class ConfirmPage(Framed):
    """What will be confirmed."""

    signing: SigningPage


@dataclass(frozen=True, kw_only=True)
class Thanks(Framed):
    """It is confirmed."""

    own: str | None  # the path of the own signature
    statement: str  # its path
    share: str  # the whole address
    is_held: bool = False


@dataclass(frozen=True)
class Changes:
    """What changed of a text since somebody read it."""

    heading: str
    number: int  # the revision that they read
    shown: Shown


@dataclass(frozen=True, kw_only=True)
class OwnSignaturePage(Framed):
    """One's own signature."""

    signing: SigningPage
    state: str  # confirmed, held, rejected or withdrawn
    day: str
    line: str  # as the list shows it; empty: not shown
    country: str  # the code
    visibilities: tuple[str, ...]
    is_organisation: bool = False
    boxes: tuple[Box, ...] = ()  # mailings that were agreed to, and the consent to show the name
    changes: Changes | None = None
    form: Form = field(default_factory=Form)
    part: Part = ""  # which of its forms was sent
    is_saved: bool = False


@dataclass(frozen=True, kw_only=True)
class TextPart:
    """A block of the text to approve, and what of it a reservation can be about."""

    pointer: str  # empty: of a heading nobody has reservations
    html: Markup
    places: tuple[tuple[str, str], ...] = ()  # pointer, words


@dataclass(frozen=True)
class Happening:
    """What happened, and when."""

    when: str
    what: str


@dataclass(frozen=True)
class GivenAnswer(Happening):
    """An answer: by whom, when, and what was said with it."""

    reason: str = ""
    reservations: tuple[tuple[str, str], ...] = ()  # the words of its place, or none; its own
    prints_reservation: bool = False


@dataclass(frozen=True, kw_only=True)
class ApprovePage(Framed):
    """What a member is asked to approve, and its answer."""

    text: StatementText
    parts: tuple[TextPart, ...]
    revision_sha256: str
    organisation: str
    name: str
    role: str = ""
    soft: str = ""
    hard: str = ""
    silence: Literal["nothing", "approval", "decline"] = "nothing"
    note: str = ""
    change: str = ""
    change_reason: str = ""  # why it is editorial, though it may turn the sense
    changes: Changes | None = None
    carries_over: bool = False
    answer: Literal["", "approved", "reserved", "declined", "objected"] = ""
    answered: GivenAnswer | None = None
    proposal: str = ""  # of another, for this person to confirm
    proposed: GivenAnswer | None = None
    is_over: bool = False  # no answer is taken from this person any more
    is_handed: bool = False  # because a colleague answers
    is_published: bool = False
    page: str = ""  # the address at which everybody reads it then
    is_waiting: bool = False  # for a second representative
    closed: str = ""  # why an owner closed the question; no answer is taken
    may_need_time: bool = False
    until: str = ""  # the day until which it said that it needs time
    has_logo: bool = False
    logo: str = ""  # as an address that holds it
    line: str = ""  # as the organisation prints by name, in the language of the text
    printed_name: str = ""
    may_sign_in_person: bool = False
    is_personal: bool = False
    choices: tuple[str, ...] = ()  # how the organisation may appear, the least first
    visibility: str = ""  # as it does, or will; empty: nobody has chosen
    shows_less: bool = False  # than this person chose, since another one chose less
    may_be_guessed: bool = False  # without a name: so few are
    is_sensitive: bool = False
    chooses_apart: bool = False  # by a form of its own: without an answer, or after one
    history: tuple[Happening, ...] = ()
    form: Form = field(default_factory=Form)
    hand: Form = field(default_factory=Form)
    how: Form = field(default_factory=Form)
    time: Form = field(default_factory=Form)
    comments: str = ""  # the path of the page on which this person comments on the text
    may_see_names: bool = False  # all texts that bear the organisation's
    is_sent: bool = False
    is_saved: bool = False
    is_written: bool = False  # a letter with a link to these
    has_changed: bool = False
    wait: str = ""  # before another try


@dataclass(frozen=True)
class BearingLine:
    """A text that bears a member's name."""

    id: str
    title: str
    language: str
    direction: str
    href: str = ""  # of its public page
    is_personal: bool = False  # a person signs, whose line has the name


@dataclass(frozen=True, kw_only=True)
class NamesPage(Framed):
    """All texts that bear a member's name."""

    organisation: str
    texts: tuple[BearingLine, ...]
    is_saved: bool = False


@dataclass(frozen=True, kw_only=True)
class JoinPage(Framed):
    """An invitation."""

    coalition: str
    name: str
    role: Literal["lead", "member", "observer"]
    expires: str
    organisation: str = ""  # empty: who answers names it
    note: str = ""
    since: str = ""
    until: str = ""
    form: Form = field(default_factory=Form)


@dataclass(frozen=True, kw_only=True)
class UpdatePage(Framed):
    """What came of it, and a button that ends such letters."""

    organisation: str
    subject: str
    html: Markup
    text_language: str
    text_direction: str


@dataclass(frozen=True, kw_only=True)
class Problem(Framed):
    """A kind of error that the API answers: what it means, and what to do."""

    title: str
    html: Markup


@dataclass(frozen=True, kw_only=True)
class Notice(Framed):
    """That something is done, or cannot be, and where to go from here."""

    title: str
    text: str
    links: tuple[Anchor, ...] = ()
    is_error: bool = False
    is_secret: bool = True
