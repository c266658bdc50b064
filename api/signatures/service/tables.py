"""Entering many signatories at once, from a table that was read and checked."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from sqlalchemy import select

from api.accounts.rules import Actor, Role
from api.accounts.service import load
from api.infra import audit
from api.infra.database import reading, transaction
from api.infra.tables import CellFault, Report, Reported, must_be_whole
from api.signatures import rules
from api.signatures.models import Signature, SignatureState
from api.signatures.service import rows
from api.statements.models import Statement

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from sqlalchemy.orm import Session

    from api.infra.tables import Line


class LineState(StrEnum):
    """What became of a line."""

    ENTERED = "entered"
    DUPLICATE = "duplicate"  # left out: the same signatory is there already
    REFUSED = "refused"


def import_(
    actor: Actor, statement_id: UUID, sha256: str, lines: Sequence[Line], *, partial: bool
) -> Report:
    """Enter a table's signatories under the text that they saw, in one transaction."""
    with transaction() as session:
        statement = load(session, actor, Statement, statement_id, Role.COORDINATOR, lock=True)
        revision = rows.current(session, statement, sha256)
        report = _reported(session, statement, lines)
        if not partial:
            must_be_whole(report)
        good = [
            line.facts
            for line, each in zip(lines, report, strict=True)
            if each.state is LineState.ENTERED
        ]
        rows.put(session, statement, revision, good)
        told = {"count": len(good), "revision_sha256": sha256}
        audit.record(session, actor, "signature.imported", statement, told)
        return Report(stored=True, lines=report)


def preview(actor: Actor, statement_id: UUID, sha256: str, lines: Sequence[Line]) -> Report:
    """Return what `import_` would say of each line, and store nothing."""
    with reading() as session:
        statement = load(session, actor, Statement, statement_id, Role.COORDINATOR)
        rows.current(session, statement, sha256)
        return Report(stored=False, lines=_reported(session, statement, lines))


def _reported(session: Session, statement: Statement, lines: Sequence[Line]) -> list[Reported]:
    there = _there(session, statement)
    report = []
    for line in lines:
        faults = line.faults
        if not faults and (wrong := rules.nameless(line.facts)):
            faults = [CellFault("name", wrong)]
        key = None if faults else rules.sameness(line.facts["kind"], line.facts)
        state = LineState.REFUSED if faults else LineState.ENTERED
        if key is not None:
            if key in there:
                state, faults = LineState.DUPLICATE, [CellFault("name", there[key])]
            there.setdefault(key, f"Line {line.line} enters the same one.")
        report.append(Reported(line.line, line.place, state, faults))
    return report


def _there(session: Session, statement: Statement) -> dict[tuple[str, str, str], str]:
    """Return the keys of the signatories that are there, and what to say of the same ones."""
    query = select(Signature).where(
        Signature.statement_id == statement.id, Signature.state == SignatureState.CONFIRMED
    )
    found = session.scalars(query).all()
    known = rows.identities(session, found)
    every = (rules.sameness(row.kind, known.get(row.id, {})) for row in found)
    return {key: "It is there already." for key in every if key is not None}
