"""The ways a use case can say no. No HTTP here; `web/problems.py` turns them into answers."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, ClassVar, Self


class Code(StrEnum):
    """What kind of thing is wrong, for programs and translators; docs/problems.md lists them.

    They are few and general: the pointer says where, the detail what to do.
    """

    meaning: str

    def __new__(cls, value: str, meaning: str = "") -> Self:
        """Keep with a code the sentence that docs/problems.md has for it."""
        code = str.__new__(cls, value)
        code._value_ = value
        code.meaning = meaning
        return code

    REQUIRED = "required", "It is needed, and is missing or null."
    UNKNOWN_FIELD = "unknown_field", "Nothing of this name is taken here."
    WRONG_TYPE = "wrong_type", "It is of another type than is taken, as a text for a list."
    WRONG_FORMAT = "wrong_format", "It is not written as such a value is written."
    NOT_A_CHOICE = "not_a_choice", "It is none of the values that are taken."
    NOT_AN_EMAIL = "not_an_email", "It is no e-mail address."
    NOT_A_URL = "not_a_url", "It is no whole web address."
    NOT_A_COUNTRY = "not_a_country", "It is no country's code of ISO 3166-1."
    NOT_A_LANGUAGE = "not_a_language", "It is no language tag of BCP 47 that is known here."
    NOT_A_ZONE = "not_a_zone", "It is no time zone of IANA."
    TOO_SHORT = "too_short", "A text has too few characters."
    TOO_LONG = "too_long", "A text has too many characters."
    TOO_FEW = "too_few", "There are too few of them."
    TOO_MANY = "too_many", "There are too many of them."
    TOO_SMALL = "too_small", "A number is too small."
    TOO_LARGE = "too_large", "A number is too large, or what was sent has too many bytes."
    TOO_EARLY = "too_early", "A day or an instant is too early."
    TOO_LATE = "too_late", "A day or an instant is too late."
    SEVERAL_LINES = "several_lines", "It has line breaks, and one line is taken."
    BAD_CHARACTER = "bad_character", "It holds a character that cannot be kept or used here."
    NO_FONT = "no_font", "It holds a character that no font here can print."
    NO_LETTERS = "no_letters", "A name has no letters, or does not begin with one."
    HAS_LINK = "has_link", "A name reads as the address of a page or a mailbox."
    BAD_MARKUP = "bad_markup", "Its Markdown or its placeholders break a rule."
    UNREADABLE = "unreadable", "A file, or a line of it, cannot be read."
    NOT_FOUND = "not_found", "What it refers to is not there."
    TAKEN = "taken", "Something else has it already."
    DUPLICATE = "duplicate", "It is there twice."
    AMBIGUOUS = "ambiguous", "It may mean more than one."
    MAY_BE_SAME = "may_be_same", "It may be one that is there already."
    CONFLICT = "conflict", "It does not go with the rest, or with how things stand."
    FORBIDDEN = "forbidden", "It is for another role to say."
    HIDDEN_NAME = "hidden_name", "It tells the name of somebody who may not be named."
    CASE_CLOSED = "case_closed", "It names somebody who was released or has died."
    CONSENT_NEEDED = "consent_needed", "A consent to it is missing."
    OUTDATED = "outdated", "It is not, or no longer, what is asked for: ask for it anew."
    UNREACHABLE = "unreachable", "This server does not connect there, or load from there."
    LEFT_OUT = "left_out", "It was left out, or may want to be. A warning."
    UNUSED = "unused", "It does not print, or nothing refers to it."
    MORE_FAULTS = "more_faults", "There may be more that is wrong: mend the rest first."


class Reason(str):
    """A sentence that says what is wrong, which knows its code.

    Schemas, too, take it where they take a text.
    """

    __slots__ = ("allowed", "code", "limit")

    code: Code
    limit: float | None
    allowed: tuple[str, ...]

    def __new__(
        cls, code: Code, text: str, limit: float | None = None, allowed: Sequence[str] = ()
    ) -> Self:
        """Say why; with a bound that was passed, or the values that are taken."""
        reason = super().__new__(cls, text)
        reason.code, reason.limit, reason.allowed = code, limit, tuple(allowed)
        return reason

    def __getnewargs__(self) -> tuple[Any, ...]:
        """Say what a copy is made of."""
        return self.code, str(self), self.limit, self.allowed

    def format(self, *args: object, **named: object) -> Reason:
        """Fill in placeholders, as marshmallow does."""
        return Reason(self.code, super().format(*args, **named), self.limit, self.allowed)


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong in what a caller gave.

    `pointer` is a JSON Pointer (RFC 6901) into it; the empty string is the whole. What is wrong
    with a query parameter or a header names that `parameter` instead. `limit` is a bound that was
    passed; `allowed` are the values that are taken.
    """

    pointer: str
    code: Code
    detail: str
    parameter: str = ""
    limit: float | None = None
    allowed: tuple[str, ...] = ()

    @classmethod
    def of(cls, pointer: str, reason: Reason, parameter: str = "") -> Fault:
        """Return what is wrong for a reason."""
        return cls(pointer, reason.code, str(reason), parameter, reason.limit, reason.allowed)

    def below(self, place: str) -> Fault:
        """Return the same of a part that stands at a place (a JSON Pointer)."""
        return replace(self, pointer=place + self.pointer)

    def __str__(self) -> str:
        return f"{self.pointer or '/'}: {self.detail}"


def point(*keys: str | int) -> str:
    """Return the JSON Pointer to a place, its keys escaped as RFC 6901 asks."""
    return "".join("/" + str(key).replace("~", "~0").replace("/", "~1") for key in keys)


class DomainError(Exception):
    """A rule said no. Subclasses are named after the rule; their `title` says it in plain words."""

    title: ClassVar[str] = "The request was refused"

    def __init_subclass__(cls, title: str = "") -> None:
        """Take the title of a kind of error."""
        super().__init_subclass__()
        cls.title = title or cls.title

    def __init__(self, detail: str, faults: Sequence[Fault] = ()) -> None:
        """Keep what to tell the person: what is wrong and what to do."""
        super().__init__(detail)
        self.detail = detail
        self.faults = list(faults)
        self.extensions: dict[str, object] = {}  # what a problem says beside (RFC 9457)

    @classmethod
    def slug(cls) -> str:
        """Return the problem type's name: `NotFound` is `not-found`."""
        return re.sub(r"(?<!^)(?=[A-Z])", "-", cls.__name__).lower()


def kinds(base: type[DomainError] = DomainError) -> Iterator[type[DomainError]]:
    """Yield every kind of error that the loaded parts of ours can raise, some twice."""
    for kind in base.__subclasses__():
        if kind.__module__.startswith("api."):
            yield kind
        yield from kinds(kind)


class Invalid(DomainError, title="What was sent breaks a rule"):
    """What was sent breaks a rule; `faults` point at each place."""


class NotFound(DomainError, title="There is no such thing here"):
    """There is no such thing, or not for this caller."""


class Gone(DomainError, title="This was taken back"):
    """It was here and has been taken back for good."""


class Forbidden(DomainError, title="You may not do this"):
    """The caller is known and may see the thing, but may not do this with it."""


class Conflict(DomainError, title="This does not fit the present state"):
    """The request does not fit the present state; the detail says what would."""


class Unavailable(DomainError, title="A part that is needed does not answer"):
    """A part that is needed does not answer; trying again later may help."""
