"""Entering many signatories at once, from a table that was read and checked."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Sequence
from enum import StrEnum
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.accounts.rules import Actor, Role
from api.accounts.service import load
from api.errors import Code
from api.infra.database.transactions import reading, transaction
from api.infra.security import audit
from api.infra.tables.reports import CellFault, Line, Report, Reported, must_be_whole
from api.signatures import rules
from api.signatures.models import SignatoryKind, Signature, SignatureState, Source
from api.signatures.service import evidence, rows
from api.statements.models import Statement


class SignatoryLineState(StrEnum):
    """What became of a line.

    `duplicate`: left out: the same signatory is there already.
    """

    ENTERED = "entered"
    DUPLICATE = "duplicate"
    REFUSED = "refused"


def must_be_allowed(actor: Actor, statement_id: UUID) -> None:
    """Let who may send a table pass: it is asked before one is read, which may take seconds."""
    with reading() as session:
        load(session, actor, Statement, statement_id, Role.COORDINATOR)


def take_in(  # noqa: PLR0913 # a table, and how it is entered
    actor: Actor,
    statement_id: UUID,
    sha256: str,
    lines: Sequence[Line],
    *,
    partial: bool,
    preview: bool,
    evidence_id: UUID | None = None,
) -> Report:
    """Enter a table's signatories under the text that they saw, in one transaction.

    With evidence they signed on paper. A preview tells the same of each line, and stores nothing.
    """
    with reading() if preview else transaction() as session:
        statement = load(
            session, actor, Statement, statement_id, Role.COORDINATOR, lock=not preview
        )
        revision = rows.current(session, statement, sha256)
        source, told = Source.ENTERED, dict[str, object](revision_sha256=sha256)
        if evidence_id is not None:
            source = Source.PAPER
            told["evidence_id"] = evidence.of_statement(session, statement, evidence_id)
        report = _reported(session, statement, lines)
        if preview:
            return Report(stored=False, lines=report)
        if not partial:
            must_be_whole(report)
        good = [
            line.facts | ({"evidence_id": evidence_id} if evidence_id else {})
            for line, each in zip(lines, report, strict=True)
            if each.state is SignatoryLineState.ENTERED
        ]
        rows.put(session, statement, revision, good, source=source)
        audit.record(session, actor, "signature.imported", statement, {"count": len(good), **told})
        return Report(stored=True, lines=report)


def _reported(session: Session, statement: Statement, lines: Sequence[Line]) -> list[Reported]:
    named = [line.facts for line in lines if not line.faults and line.facts.get("name")]
    keys = {find(facts["kind"], facts) for facts in named for find in (rules.sameness, rules.sound)}
    there = _there(session, statement, keys)
    report = []
    for line in lines:
        faults = line.faults
        if not faults and (wrong := rules.nameless(line.facts)):
            faults = [CellFault("name", Code.REQUIRED, wrong)]
        key = None if faults else rules.sameness(line.facts["kind"], line.facts)
        state = SignatoryLineState.REFUSED if faults else SignatoryLineState.ENTERED
        if key is not None:
            sound = rules.sound(line.facts["kind"], line.facts)
            if key in there:
                state, faults = SignatoryLineState.DUPLICATE, [there[key]]
            elif sound in there:
                faults = [there[sound]]
            there.setdefault(key, _same(line.line))
            there.setdefault(sound, _alike(line.line))
        report.append(Reported(line.line, line.place, state, faults))
    return report


def _there(
    session: Session, statement: Statement, wanted: Collection[Hashable]
) -> dict[Hashable, CellFault]:
    """Return which of these signatories are there, and what to say of them.

    People who signed in public are not looked at: among many there are namesakes, and it is by
    their addresses that they are told apart.
    """
    query = select(Signature).where(
        Signature.statement_id == statement.id,
        Signature.state == SignatureState.CONFIRMED,
        (Signature.source != Source.PUBLIC) | (Signature.kind == SignatoryKind.ORGANISATION),
    )
    there: dict[Hashable, CellFault] = {}
    for some in session.scalars(query.execution_options(yield_per=rows.AT_ONCE)).partitions():
        known = rows.identities(session, some)
        for row in some:
            who = known.get(row.id, {})
            told = {
                rules.sameness(row.kind, who): _same(None),
                rules.sound(row.kind, who): _alike(None),
            }
            there |= {key: said for key, said in told.items() if key in wanted}
    return there


def _same(line: int | None) -> CellFault:
    detail = f"Line {line} enters the same one." if line else "It is there already."
    return CellFault("name", Code.DUPLICATE, detail, line=line)


def _alike(line: int | None) -> CellFault:
    detail = (
        f"It sounds like line {line}, and is entered as well."
        if line
        else "It sounds like one that is there, and is entered."
    )
    return CellFault("name", Code.MAY_BE_SAME, detail, line=line)
