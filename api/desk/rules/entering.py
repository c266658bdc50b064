"""The facts of signing in, and of one's own sessions and tokens."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from api.desk.rules.tables import Listing
from api.pages.rules.facts import Form

# Why who is signed in is asked: not a moment ago, or before an owner ended all access there.
AskedFor = Literal["", "again", "cut"]


@dataclass(frozen=True, kw_only=True)
class AskScreen:
    """The form that asks for a letter. `next` is where one was on the way to."""

    email: str = ""
    next: str = ""
    why: AskedFor = ""
    takes_passkeys: bool = False
    provider: str = ""  # what the operator calls who else signs people in
    form: Form = field(default_factory=Form)


@dataclass(frozen=True, kw_only=True)
class CodeScreen:
    """The form for the code of the letter."""

    email: str
    minutes: str
    next: str = ""
    form: Form = field(default_factory=Form)


@dataclass(frozen=True, kw_only=True)
class LinkScreen:
    """What the link of a letter leads to: `ready`, `elsewhere`, `used`, `over` or `unknown`."""

    state: str


@dataclass(frozen=True, kw_only=True)
class YouScreen:
    """Who is signed in, where, and which programs act for them."""

    name: str
    email: str
    sessions: Listing
    tokens: Listing
    coalitions: Sequence[tuple[str, str, str]]  # as boxes take them
    passkeys: Listing
    daily: Sequence[str]  # the ids of those whose letter of the day is wanted
    language: str  # that was chosen; "": none
    languages: Sequence[tuple[str, str]]


@dataclass(frozen=True, kw_only=True)
class NewTokenScreen:
    """The form for a token, or its secret, which is shown this once."""

    coalitions: Sequence[tuple[str, str, str]]  # id, name, nothing: as boxes take them
    secret: str = ""
    form: Form = field(default_factory=Form)


@dataclass(frozen=True, kw_only=True)
class NewPasskeyScreen:
    """What a browser makes a passkey with; `can` tells whether browsers take any here."""

    offer: str  # JSON
    can: bool
    form: Form = field(default_factory=Form)


@dataclass(frozen=True, kw_only=True)
class LedScreen:
    """Where the provider signs people in."""

    href: str
    label: str
