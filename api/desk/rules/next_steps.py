"""What comes next for a statement: one rule, which every screen that says it goes by."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from api.accounts.rules import Role
from api.statements.models import State

IN_PREPARATION = frozenset({State.DRAFT, State.REVIEW})


@dataclass(frozen=True, kw_only=True)
class Answers:
    """What those said who are asked to approve a text."""

    asked: int
    approved: int = 0  # with or without a reservation, or by silence
    reserved: int = 0  # of them
    declined: int = 0
    missing: int = 0
    is_open: bool = True  # they may answer now


@dataclass(frozen=True, kw_only=True)
class StatementStanding:
    """All of a statement that decides what comes next, as far as the visitor may know it."""

    state: State
    is_frozen: bool  # the draft is as its newest revision
    answers: Answers | None = None  # None: nobody was asked, or it is not for the visitor
    held: int = 0  # signatures to look at
    suggestions: int = 0  # to be decided
    handed: int = 0  # addressees that it was handed to
    answered: int = 0  # of whom an answer is kept


@dataclass(frozen=True)
class Step:
    """A next step: the key of its sentence in a list (`next.…`), its screen, and who may take it.

    `button` is the key of its words on a button (`step.…`), where it is another one; `number` how
    much of it there is; `move` the state that its button leads to at once.
    """

    key: str
    endpoint: str
    least: Role = Role.EDITOR
    number: int = 0
    button: str = ""
    move: State | None = None


def steps(at: StatementStanding) -> Iterator[Step]:
    """Yield what may come next, the first thing first: a visitor takes the first that they may."""
    if at.held:
        yield Step("held", "moderation", Role.COORDINATOR, at.held)
    if at.state in IN_PREPARATION:
        yield from _before(at)
        yield Step(f"read_{at.state}", "draft", Role.VIEWER, button="read")
    elif at.state is State.PUBLISHED:
        yield from _after(at)
        yield Step("documents", "statement_documents", Role.VIEWER)
    else:
        yield Step(at.state.value, "draft", Role.VIEWER, button="read")


def _before(at: StatementStanding) -> Iterator[Step]:
    if at.suggestions:
        yield Step("suggestions", "statement_comments", number=at.suggestions)
    if not at.is_frozen:
        again = "_again" if at.state is State.REVIEW else ""
        yield Step(f"freeze{again}", "statement_freeze", button="freeze")
    elif at.answers is not None and at.answers.is_open and at.answers.missing:
        yield Step("remind", "statement_remind", Role.COORDINATOR, at.answers.missing)
    elif at.answers is not None:
        yield Step("publish", "statement_publish", Role.COORDINATOR)
    elif at.state is State.DRAFT:
        yield Step("review", "statement", move=State.REVIEW)
    else:
        yield Step("signoff", "statement_ask", Role.COORDINATOR)


def _after(at: StatementStanding) -> Iterator[Step]:
    if not at.is_frozen:
        yield Step("publish_change", "statement_freeze", Role.COORDINATOR)
    if not at.handed:
        yield Step("deliver", "statement_deliveries", Role.COORDINATOR)
    elif at.answered < at.handed:
        missing = at.handed - at.answered
        yield Step("responses", "statement_deliveries", Role.COORDINATOR, missing)
    else:
        yield Step("updates", "statement_updates", Role.COORDINATOR)


@dataclass(frozen=True, kw_only=True)
class NextStep:
    """The next step as a visitor sees it: a link, or a form where a button does it at once."""

    words: str
    href: str
    told: str  # in a sentence, with what it goes by
    endpoint: str
    move: str = ""
    version: int | None = None
