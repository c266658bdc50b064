"""What every screen of a statement shares: which one it is, its parts, and its next step."""

from __future__ import annotations

from uuid import UUID

from api.accounts.rules import Role
from api.desk.routes.base import said, to
from api.desk.routes.visiting import actor, coalition_of_address
from api.desk.rules import home, statements as rules
from api.desk.rules.statements import StatementAround
from api.errors import Gone, NotFound
from api.pages.rules.facts import Anchor
from api.statements import service
from api.statements.models import Statement
from api.statements.rules import WRITABLE


def statement_of(statement_id: UUID) -> Statement:
    """Return a statement of the coalition of the address, without its text."""
    found = service.statement(actor(), statement_id)
    if found.coalition_id != coalition_of_address():
        raise NotFound("There is no such statement in this coalition.")
    return found


def may(least: Role) -> bool:
    """Tell whether the visitor may do here what a role may."""
    here = coalition_of_address()
    return here is not None and actor().may(here, least)


def may_write(statement: Statement) -> bool:
    """Tell whether the visitor may write on a text, and it is still written on."""
    return statement.state in WRITABLE and may(Role.EDITOR)


def around(statement: Statement) -> StatementAround:
    """Return what stands over the screens of a statement."""
    words = said()
    tabs = [
        Anchor(words.say(f"tab.{each.key}"), to(each.endpoint, statement_id=statement.id))
        for each in rules.TABS
        if may(each.least)
    ]
    return StatementAround(
        id=str(statement.id),
        title=statement.title,
        language=statement.language,
        kind=words.say(f"kind.{statement.kind}"),
        state=words.say(f"state.{statement.state}"),
        tone=home.TONES[statement.state],
        tabs=tabs,
        back=to("statements"),
    )


def is_frozen(statement: Statement) -> bool:
    """Tell whether a draft says what its newest revision says."""
    if not statement.revision_number:
        return False
    try:
        newest = service.revision(actor(), statement.id, statement.revision_number)
    except Gone:
        return False
    return bool(newest.document == statement.draft)


def next_step(statement: Statement) -> Anchor | None:
    """Return the next step of a statement that the visitor may take."""
    for step in rules.steps(statement.state, is_frozen=is_frozen(statement)):
        if may(step.least):
            href = to(step.endpoint, statement_id=statement.id)
            return Anchor(said().say(f"step.{step.key}"), href)
    return None
