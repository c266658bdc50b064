"""The facts of a coalition's statements: where each stands, what comes next, and its parts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from api.accounts.rules import Role
from api.desk.rules.tables import Listing
from api.pages.rules.facts import Anchor
from api.statements.models import State


@dataclass(frozen=True)
class StatementTab:
    """A part of a statement: the key of its name (`tab.…`), its first screen, who may open it."""

    key: str
    endpoint: str
    least: Role = Role.VIEWER


# In the order of the work.
TABS = (
    StatementTab("home", "statement"),
    StatementTab("text", "draft"),
    StatementTab("comments", "statement_comments"),
    StatementTab("versions", "statement_versions"),
    StatementTab("signoff", "statement_signoff"),
    StatementTab("signing", "statement_signing"),
    StatementTab("deliveries", "statement_deliveries", Role.COORDINATOR),
    StatementTab("updates", "statement_updates", Role.COORDINATOR),
    StatementTab("documents", "statement_documents"),
)


@dataclass(frozen=True)
class Step:
    """A next step: the key of its words (`step.…`), the screen that takes it, who may."""

    key: str
    endpoint: str
    least: Role = Role.EDITOR


_FREEZE = Step("freeze", "statement_freeze")
_STEPS: Mapping[State, Sequence[Step]] = {
    State.DRAFT: (Step("write", "draft"),),
    State.REVIEW: (
        Step("signoff", "statement_signoff", Role.COORDINATOR),
        Step("publish", "statement_publish", Role.COORDINATOR),
        Step("read", "draft", Role.VIEWER),
    ),
    State.PUBLISHED: (
        Step("deliver", "statement_deliveries", Role.COORDINATOR),
        Step("documents", "statement_documents", Role.VIEWER),
    ),
}
_OVER = (Step("read", "draft", Role.VIEWER),)


def steps(state: State, *, is_frozen: bool) -> Sequence[Step]:
    """Return what may come next, the likest first.

    `is_frozen`: the draft is as its newest revision; else freezing comes before what needs one.
    """
    known = _STEPS.get(state, _OVER)
    return known if is_frozen or state not in _STEPS else (_FREEZE, *known)


@dataclass(frozen=True, kw_only=True)
class StatementAround:
    """What stands over every screen of a statement."""

    id: str
    title: str
    language: str
    kind: str
    state: str
    tone: str
    tabs: Sequence[Anchor]
    back: str
    step: Anchor | None = None  # the next one, as the one button


@dataclass(frozen=True, kw_only=True)
class StatementListScreen:
    """A coalition's statements."""

    statements: Listing
    begin: str  # where one is begun; "": the visitor may not


@dataclass(frozen=True, kw_only=True)
class StatementHome:
    """Where a statement stands."""

    around: StatementAround
    facts: Sequence[tuple[str, Any]]
    text: str  # what the state means, and what comes next
    moves: Sequence[tuple[str, str]]  # a state that it may go to, and the words of the button
    version: int
    copy: str = ""
    delete: str = ""
    warnings: int = 0
