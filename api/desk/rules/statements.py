"""The facts of a coalition's statements: where each stands, what comes next, and its parts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from api.accounts.rules import Role
from api.desk.rules.next_steps import NextStep
from api.desk.rules.tables import Listing
from api.pages.rules.facts import Anchor


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
    step: NextStep | None = None  # the one button, where the screen has no other


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
    text: str  # what the state means
    moves: Sequence[tuple[str, str]]  # other states that it may go to, and the words of the button
    publish: str  # where it may be published already, though something else comes first
    version: int
    page: str = ""  # the address of its public page
    pdf: str = ""  # as it is given out
    gives_page: bool = False  # it has none, and the visitor may give it one
    copy: str = ""
    delete: str = ""
    warnings: int = 0
