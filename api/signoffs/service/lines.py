"""The line of a member as it will print: shown and corrected where it approves, then learned."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from api.accounts.rules import Actor, Role
from api.cases import service as cases
from api.coalitions.service.locking import load_locked
from api.errors import Code, Conflict, Fault, Invalid, point
from api.infra.database.transactions import touch, transaction
from api.infra.pdf import fonts
from api.infra.security import audit
from api.organisations import service as organisations
from api.organisations.rules import name_in
from api.portable.rules import secrecy, signing
from api.signatures.models import Visibility
from api.signoffs import rules
from api.signoffs.service import publishing, rows
from api.signoffs.service.rows import Board, BoardEntry
from api.statements import service as statements
from api.statements.models import Revision, Statement

PRINTS_BADLY = "The name cannot print so."


class NothingToLearn(Conflict, title="The member corrected no name"):
    """An entry learns a name that its member gave where it approved."""


def line_of(board: Board, entry: BoardEntry, revision: Revision) -> str:
    """Return how a member prints by name, in the language of the text."""
    facts = {**publishing.facts_of(board, entry), "visibility": Visibility.PUBLIC}
    document = signing.with_signatories(revision.document, [publishing.portable(facts)], 0)
    return signing.signatories(document)["lines"][0]["text"]


def corrected(entry: BoardEntry, statement: Statement, facts: Mapping[str, Any]) -> str | None:
    """Return a member's name as it wants it printed; None: as its entry has it."""
    wanted: str | None = facts.get("printed_name")
    has = name_in(entry.organisation.names, statement.language)
    return wanted if wanted != has else None


def must_print(
    session: Session, statement: Statement, facts: Mapping[str, Any], who: Mapping[str, Any]
) -> None:
    """Refuse what would print a name that no text may hold (promise 4), or letters of no font."""
    printed = {"/printed_name": facts["printed_name"] or ""}
    if facts["in_personal_capacity"]:
        printed["/in_personal_capacity"] = rules.with_office(who)
    faults = [
        Fault(where, Code.NO_FONT, fonts.no_font(missing))
        for where, text in printed.items()
        if (missing := fonts.unprintable(text))
    ]
    if faults:
        raise Invalid(PRINTS_BADLY, faults)
    if facts["prints_reservation"]:
        reservations = enumerate(facts["reservations"])
        printed |= {point("reservations", at, "text"): each["text"] for at, each in reservations}
    hidden = [each for case in cases.hidden(session, statement.coalition_id) for each in case.names]
    faults = [
        Fault(where, Code.HIDDEN_NAME, statements.NAMED)
        for where, text in printed.items()
        if secrecy.telling(text, hidden)
    ]
    if faults:
        raise Invalid(statements.NAMED, faults)


def learn(actor: Actor, statement_id: UUID, member_id: UUID) -> BoardEntry:
    """Have a member's entry learn the name that it gave; its name of before becomes an alias."""
    with transaction() as session:
        statement = load_locked(session, actor, Statement, statement_id, Role.COORDINATOR)
        board = rows.read_board(session, statement, also=[member_id])
        entry = board.entry(member_id)
        name = None if entry is None else publishing.corrected_name(entry)
        if entry is None or name is None:
            raise NothingToLearn("No approval of it gives another name than its entry has.")
        row, language = entry.organisation, statement.language
        before = row.names.get(language)
        aliases = [each for each in row.aliases if each != name]
        if before is not None and before not in (*aliases, name):
            aliases.append(before)
        changed = {"names": {**row.names, language: name}, "aliases": aliases}
        touch(row, None)
        organisations.write(row, changed)
        audit.record(session, actor, "organisation.changed", row, changed)
        session.flush()
        return rows.entry_of(session, statement, member_id)
