"""What every screen of a statement shares: which one it is, its parts, and its next step."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from api.accounts.rules import Role
from api.desk.routes.base import said, to
from api.desk.routes.visiting import actor, coalition_of_address
from api.desk.rules import home, next_steps, statements as rules
from api.desk.rules.next_steps import Answers, NextStep, StatementStanding, Step
from api.desk.rules.statements import StatementAround
from api.desk.rules.tables import Cell
from api.desk.service import standing
from api.errors import NotFound
from api.infra.text import languages
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


def with_step(statement: Statement) -> StatementAround:
    """Return what stands over the screens of a statement, with its next step."""
    return replace(around(statement), step=next_step(statement, standing.of(actor(), statement)))


def next_step(statement: Statement, at: StatementStanding) -> NextStep:
    """Return the next step of a statement for the visitor: the first that they may take."""
    words = said()
    for step in next_steps.steps(at):
        if may(step.least):
            break
    href = to(step.endpoint, statement_id=statement.id)
    return NextStep(
        words=words.say(f"step.{step.button or step.key}"),
        href=to("statement_move", statement_id=statement.id) if step.move else href,
        told=_told(step, at.answers),
        endpoint=step.endpoint,
        move=step.move or "",
        version=statement.version if step.move else None,
    )


def _told(step: Step, found: Answers | None) -> str:
    """Return the sentence of a step, behind what members said where that decides it."""
    words = said()
    told = words.say(f"next.{step.key}", step.number)
    if found is None or step.key not in {"remind", "publish"}:
        return told
    return " ".join([f"{answered(found)}.", told])


def answered(found: Answers) -> str:
    """Return in words how many of those who were asked approved."""
    words, say = said(), said().say
    approved = languages.number(found.approved, words.language)
    parts = [
        say("answers.approved", found.asked, approved=approved),
        say("answers.reserved", found.reserved) if found.reserved else "",
        say("answers.declined", found.declined) if found.declined else "",
    ]
    return ", ".join(filter(None, parts))


def next_cell(statement: Statement, at: StatementStanding) -> Cell:
    """Return the next step of a statement as a cell of a list, which leads to its screen."""
    step = next_step(statement, at)
    is_act = may(Role.EDITOR) and statement.state in WRITABLE
    href = to("statement", statement_id=statement.id) if step.move else step.href
    return Cell(text=step.told, href=href if is_act else "")


def publish_at(statement: Statement, step: NextStep) -> str:
    """Return where a frozen text may be published though something else comes first, or ""."""
    is_ready = statement.state in next_steps.IN_PREPARATION and statement.revision_number
    if not is_ready or step.endpoint == "statement_publish" or not may(Role.COORDINATOR):
        return ""
    return to("statement_publish", statement_id=statement.id)
