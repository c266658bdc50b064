"""What a mailing tool is to us: who is handed to it, what it may answer, and what we do then.

Other people's packages write tools with what is here: docs/connectors.md.
"""

from __future__ import annotations

import random
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Protocol, runtime_checkable

from email_validator import EmailNotValidError, validate_email

KEPT = timedelta(days=30)  # an address that is to be unsubscribed, and a file
LISTED = timedelta(days=90)  # that somebody was unsubscribed
FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=30), timedelta(hours=1)
MOST_WAIT = timedelta(days=1)  # that a tool may ask for
TOLD_AFTER = timedelta(hours=6)  # of a trouble that may pass by itself
READ_EVERY = timedelta(hours=1)
PLAN_EVERY = timedelta(days=1)
FEW = 10  # that leave at once need no second look
TOLD = ("name", "country", "language", "kind", "role", "affiliation")  # what may be mapped
EVERY = {"hourly": timedelta(hours=1), "daily": timedelta(days=1), "weekly": timedelta(days=7)}

# What to do, by fault. Those of NOT_BY_ITSELF do not pass: somebody has to act.
ADVICE: Mapping[str, str] = {
    "key-refused": "The tool refuses the key. Make a new one there and enter it here.",
    "list-gone": "The list is not there, or the address is not the tool's. Choose another list.",
    "rate-limit": "The tool asks us to be slower. Nothing is to be done: it goes on by itself.",
    "server-fault": "The tool is ill. It is tried again; if it lasts, ask who runs it.",
    "time-out": "The tool is too slow. It is tried again; if it lasts, ask who runs it.",
    "no-connection": "Nothing answers there. It is tried again; if it lasts, check the address.",
    "broken-off": "The tool ended the call halfway. It is tried again.",
    "host-unknown": "No such host is known. Check the address.",
    "certificate": "The tool's certificate is not valid. Ask who runs it to renew it.",
    "out-of-reach": "This address may not be connected to. Give the tool's public https address.",
    "too-large": "The answer is larger than the tool's should be. Check the address.",
    "junk": "What answers there does not speak as this tool does. Check the address.",
    "refused": "The tool refuses what we send. Check the list's settings there.",
    "many-left": "More than half are missing from the list at once. Look whether it is the right"
    " one: read it back with `accept_many` if they did leave, or synchronise to hand them over"
    " again.",
    "kind-unknown": "The package that knows this kind of tool is not installed. Ask the operator.",
    "failed": "The connector's own program failed. It is tried again; tell who wrote it.",
}
NOT_BY_ITSELF = frozenset(
    {"key-refused", "list-gone", "host-unknown", "certificate", "out-of-reach", "many-left"}
)


class ToolFault(Exception):
    """A tool cannot be used now; `fault` is a word of ADVICE."""

    def __init__(self, fault: str, wait: timedelta | None = None) -> None:
        """Say what happened, and how long the tool asked us to wait."""
        super().__init__(fault)
        self.fault, self.wait = fault if fault in ADVICE else "failed", wait


class NotTaken(Exception):
    """A tool is fine and does not want this person; `fault` is a word for why, nothing personal."""

    def __init__(self, fault: str) -> None:
        """Say why."""
        super().__init__(fault)
        self.fault = fault[:40]


@dataclass(frozen=True)
class Field:
    """One thing that a kind of tool needs to know."""

    name: str
    about: str
    is_secret: bool = False
    is_needed: bool = True
    is_address: bool = False  # of the tool: https://…
    is_email: bool = False
    choices: Sequence[str] = ()


@dataclass(frozen=True)
class Proof:
    """How somebody agreed: on which day, in which words, under which statement."""

    day: date
    words: str
    language: str
    statement: str


@dataclass(frozen=True)
class Recipient:
    """Whom a tool is to write to. `told` is named as the coalition mapped it."""

    email: str
    name: str | None  # None: only its coordinators may know
    language: str | None
    proof: Proof
    told: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class MailingList:
    """A list of a tool."""

    id: str
    name: str


class ToolSettings(Protocol):
    """What is told of a kind of tool."""

    @property
    def NAME(self) -> str:  # noqa: N802 # of the class
        """What it is called."""

    @property
    def FIELDS(self) -> Sequence[Field]:  # noqa: N802
        """What it needs to know."""

    @property
    def READS(self) -> bool:  # noqa: N802
        """Whether it can be asked who left."""


class Tool(ToolSettings, Protocol):
    """A mailing tool. Each call is safe to repeat, and raises ToolFault where the tool is not well.

    A class of these, which is made with the settings by the names of its FIELDS.
    """

    def __init__(self, settings: Mapping[str, str]) -> None:
        """Prepare the calls; none is made yet."""

    def many(self) -> AbstractContextManager[None]:
        """Make all calls inside over one line."""
        ...

    def lists(self) -> Sequence[MailingList]:
        """Return the lists that the key may change; so it is found out whether it works."""
        ...

    def subscribe(self, mailing_list: str, person: Recipient) -> None:
        """Have a person on a list, also if it is there; raise NotTaken."""
        ...

    def unsubscribe(self, mailing_list: str, email: str) -> None:
        """Have an address on a list no more, also if it is not there."""
        ...

    def left(
        self, mailing_list: str, emails: Collection[str], since: datetime | None
    ) -> Iterable[str]:
        """Return which of these addresses, in lower case, the list has no more."""
        ...


@runtime_checkable
class Lister(Tool, Protocol):
    """A tool that can also say who is on a list."""

    def people(self, mailing_list: str) -> Iterable[Mapping[str, object]]:
        """Yield what it knows of each: `email`, and more by the tool's own names."""
        ...


def pause(failures: int, wait: timedelta | None) -> timedelta:
    """Return how long a tool that failed is left alone: what it asked for, or longer each time."""
    if wait is not None:
        return min(max(wait, timedelta(seconds=1)), MOST_WAIT)
    longest: timedelta = min(FIRST_PAUSE * 2 ** min(failures, 10), LONGEST_PAUSE)
    return longest * random.uniform(0.5, 1)  # noqa: S311 # so that many do not come at once


def is_to_be_told(fault: str, failures: int, lasts: timedelta) -> bool:
    """Tell whether the owners are to hear of a trouble: no letter for what passes in a minute."""
    return failures > 1 and (fault in NOT_BY_ITSELF or lasts >= TOLD_AFTER)


def list_for(language: str | None, default: str, languages: Mapping[str, str]) -> str:
    """Return the list of those who read a language."""
    given = (language or "").lower()
    lists = {key.lower(): value for key, value in languages.items()}
    return lists.get(given) or lists.get(given.partition("-")[0]) or default


def is_email(text: str) -> bool:
    """Tell whether a text is one e-mail address."""
    try:
        validate_email(text, check_deliverability=False, test_environment=True)
    except EmailNotValidError:
        return False
    return True


def are_too_many(left: int, of: int) -> bool:
    """Tell whether so many left at once that the list is more likely another one."""
    return left > FEW and left * 2 > of


COLUMNS = ("action", "email", "list", "statement", "consent_day", "consent_words")


def row_of(action: str, email: str, mailing_list: str, person: Recipient | None) -> dict[str, str]:
    """Return the cells of a file: whom to subscribe, or which address to take off."""
    cells = {"action": action, "email": email, "list": mailing_list}
    if person is not None:
        proof = person.proof
        agreed = {"statement": proof.statement, "consent_words": proof.words}
        cells |= {**agreed, "consent_day": proof.day.isoformat(), **person.told}
    return cells
