"""The ways a use case can say no. No HTTP here; `web/problems.py` turns them into answers."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong in what a caller gave.

    `pointer` is a JSON Pointer (RFC 6901) into it; the empty string is the whole. What is wrong
    with a query parameter or a header names that `parameter` instead.
    """

    pointer: str
    detail: str
    parameter: str = ""

    def __str__(self) -> str:
        return f"{self.pointer or '/'}: {self.detail}"


def point(*keys: str | int) -> str:
    """Return the JSON Pointer to a place, its keys escaped as RFC 6901 asks."""
    return "".join("/" + str(key).replace("~", "~0").replace("/", "~1") for key in keys)


class DomainError(Exception):
    """A rule said no. Subclasses are named after the rule; `title` says it in plain words."""

    title: ClassVar[str] = "The request was refused"

    def __init__(self, detail: str, faults: Sequence[Fault] = ()) -> None:
        """Keep what to tell the person: what is wrong and what to do."""
        super().__init__(detail)
        self.detail = detail
        self.faults = list(faults)

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


class Invalid(DomainError):
    """What was sent breaks a rule; `faults` point at each place."""

    title = "What was sent breaks a rule"


class NotFound(DomainError):
    """There is no such thing, or not for this caller."""

    title = "There is no such thing here"


class Gone(DomainError):
    """It was here and has been taken back for good."""

    title = "This was taken back"


class Forbidden(DomainError):
    """The caller is known and may see the thing, but may not do this with it."""

    title = "You may not do this"


class Conflict(DomainError):
    """The request does not fit the present state; the detail says what would."""

    title = "This does not fit the present state"


class Unavailable(DomainError):
    """A part that is needed does not answer; trying again later may help."""

    title = "A part that is needed does not answer"
