"""The letters that an act would send: it is rehearsed, and nothing of it is kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from api.accounts.rules import Actor, Role
from api.coalitions.service.locking import load_locked
from api.infra.database.transactions import rehearsal
from api.infra.mail import letters
from api.infra.mail.letters import PromisedLetter
from api.infra.net.smtp import Message
from api.infra.runtime import runtime
from api.signoffs.models import Approver, Ask
from api.signoffs.service import questions, reminding, rounds, rows
from api.signoffs.service.rows import Board
from api.statements.models import Statement

NOWHERE = "specimen"  # in the place of a link's secret


@dataclass(frozen=True)
class LetterToBe:
    """To whom a letter would go."""

    kind: str  # as the list of letters has it
    member_id: UUID
    names: Mapping[str, str]  # of the organisation
    name: str
    email: str
    language: str


@dataclass(frozen=True)
class LetterPreview:
    """All letters that would leave, and one of them as it would; None: there is none."""

    letters: Sequence[LetterToBe]
    number: int
    message: Message | None


def _round(session: Session, actor: Actor, statement: Statement, facts: Mapping[str, Any]) -> None:
    found = rows.round_of(session, statement.id)
    rounds.put_round(session, actor, statement, found.version if found else None, facts)


def _asks(session: Session, actor: Actor, statement: Statement, facts: Mapping[str, Any]) -> None:
    rounds.widen(session, actor, statement, facts["member_ids"])


def _reminders(
    session: Session, actor: Actor, statement: Statement, facts: Mapping[str, Any]
) -> None:
    reminding.put_reminders(session, actor, statement, facts["member_ids"])


def _closing(
    session: Session, actor: Actor, statement: Statement, facts: Mapping[str, Any]
) -> None:
    questions.put_closing(session, actor, statement, **facts)


_Act = Callable[[Session, Actor, Statement, Mapping[str, Any]], None]
# What sends letters, by the name of its facts, and who may do it.
ACTS: Mapping[str, tuple[_Act, Role]] = {
    "round": (_round, Role.COORDINATOR),
    "asks": (_asks, Role.COORDINATOR),
    "reminders": (_reminders, Role.COORDINATOR),
    "closing": (_closing, Role.OWNER),
}


def preview(
    actor: Actor, statement_id: UUID, act: str, facts: Mapping[str, Any], number: int = 0
) -> LetterPreview:
    """Return to whom an act would write, and the letter of that number, from 0.

    It is refused as the act is. The link of the letter leads nowhere.
    """
    run, role = ACTS[act]
    with rehearsal() as session:
        statement = load_locked(session, actor, Statement, statement_id, role)
        run(session, actor, statement, facts)
        session.flush()
        promised = letters.promised(session)
        board = rows.read_board(session, statement)
        found = [_to_be(session, board, each) for each in promised]
        at = min(number, len(found) - 1)
        return LetterPreview(found, max(at, 0), _written(session, promised[at]) if found else None)


def _to_be(session: Session, board: Board, promised: PromisedLetter) -> LetterToBe:
    row = session.get_one(Approver, promised.object_id)
    member_id = session.get_one(Ask, row.ask_id).member_id
    entry, who = board.asked(row)
    names = entry.organisation.names
    return LetterToBe(promised.kind, member_id, names, who.name, who.email, row.language)


def _written(session: Session, promised: PromisedLetter) -> Message | None:
    found = letters.facts_of(session, promised.kind, promised.object_id)
    if found is None:
        return None
    link = f"{runtime().settings.public_url}/a/{NOWHERE}"
    return letters.written(promised.kind, replace(found, facts={**found.facts, "link": link}))
