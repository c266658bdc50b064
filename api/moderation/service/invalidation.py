"""Invalidation: signatures that a rule means leave the count together, and can come back.

A rule means what had signed when it was made. Few are taken out in the request, many by a job, a
transaction for each batch: a rerun goes on where a killed one stopped.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from api.accounts.rules import Actor, Role
from api.accounts.service import load
from api.errors import Code, Fault, Invalid
from api.infra import clock
from api.infra.background import events, jobs
from api.infra.background.jobs import Job
from api.infra.database import paging
from api.infra.database.paging import Page, PageRequest
from api.infra.database.transactions import reading, touch, transaction
from api.infra.security import audit, keys, late_sealing
from api.moderation import rules
from api.moderation.events import SignaturesApproved
from api.moderation.rules import InvalidationRule
from api.signatures.events import SignaturesTakenBack
from api.signatures.models import DOMAIN, Invalidation, Signature, SignatureState, Source
from api.signatures.rules import blocking
from api.signatures.service import counts, places, rows
from api.statements.models import Statement

INVALIDATE, UNDO = "moderation.invalidate", "moderation.undo"


class RuleRefused(Invalid, title="This rule cannot be used"):
    """A rule says whom it means."""


@dataclass(frozen=True)
class InvalidationView:
    """An invalidation, its rule opened."""

    invalidation: Invalidation
    rule: Mapping[str, object]
    reason: str
    job: Job | None = None  # that carries it out, or undoes it


@dataclass(frozen=True)
class InvalidationReport:
    """What a rule takes out, or would."""

    number: int
    looked_at: int  # names are looked at in part where they are many and nothing is stored
    candidates: int
    sample: Sequence[UUID]
    made: InvalidationView | None = None


def preview(actor: Actor, statement_id: UUID, rule: InvalidationRule) -> InvalidationReport:
    """Return whom a rule means, and change nothing."""
    with reading() as session:
        statement = load(session, actor, Statement, statement_id, Role.COORDINATOR)
        meant = _meant(session, statement, rule)
        return _report(session, statement, meant, clock.now())


def invalidate(
    actor: Actor, statement_id: UUID, rule: InvalidationRule, reason: str
) -> InvalidationReport:
    """Take out of the count whom a rule means; in a job where they are many."""
    with transaction() as session:
        statement = load(session, actor, Statement, statement_id, Role.COORDINATOR, lock=True)
        meant = _meant(session, statement, rule)
        row = Invalidation(
            id=uuid4(),
            coalition_id=statement.coalition_id,
            statement_id=statement.id,
            number=0,
            created_at=clock.now(),
            created_by=actor.user_id,
        )
        keys.write(session, row, Invalidation.rule, meant)
        late_sealing.write(session, row, Invalidation.reason, reason)
        session.add(row)
        session.flush()
        told = {"rule": _told(meant), "reason": reason}
        audit.record(session, actor, "invalidation.made", row, told)
        report = _report(session, statement, meant, row.created_at)
        job = None
        if report.candidates <= rules.MOST_IN_REQUEST:
            last: UUID | None = UUID(int=0)
            while last is not None:
                last = take_out_batch(session, statement, row, last)
        else:
            facts = {"invalidation_id": str(row.id)}
            job = jobs.promise(session, INVALIDATE, row.coalition_id, facts, by=actor)
        number = report.number if job else row.number
        return replace(report, number=number, made=InvalidationView(row, _told(meant), reason, job))


def _meant(session: Session, statement: Statement, rule: InvalidationRule) -> dict[str, object]:
    """Return a rule as it is kept, with the marks that its queries compare; or raise RuleRefused.

    A signature that a rule points at may be forgotten before the rule is carried out, so its marks
    are taken now: a rule must never come to mean more.
    """
    faults = rules.faults(rule)
    marks: dict[str, str] = {}
    if not faults and rule.get("domain"):
        value = f"{statement.id}:{blocking.domain(rule['domain'])}"
        marks["domain_index"] = keys.blind(session, statement.coalition_id, DOMAIN, value).hex()
    for part, column in (("prefix_of", Signature.prefix), ("domain_of", Signature.domain_index)):
        if rule.get(part):
            query = select(column).where(
                Signature.id == rule[part], Signature.statement_id == statement.id
            )
            mark = session.scalar(query)
            if mark is None:
                wrong = "The statement has no such signature, or its mark is not kept any more."
                faults.append(Fault(f"/rule/{part}", Code.NOT_FOUND, wrong))
            else:
                marks[part] = mark.hex()
    if faults:
        raise RuleRefused("Nothing was invalidated.", faults)
    return {**rules.kept(rule), "marks": marks}


def _told(meant: InvalidationRule) -> dict[str, object]:
    return {part: value for part, value in meant.items() if part != "marks"}


def _query(statement_id: UUID, meant: InvalidationRule, until: datetime) -> Select[Signature]:
    """Return the signatures that a rule may mean; a pattern of names looks at each of them."""
    query = select(Signature).where(
        Signature.statement_id == statement_id,
        Signature.state.in_(rules.STANDING),
        Signature.source == Source(meant["source"]),
        Signature.created_at <= until,
    )
    marks = {part: bytes.fromhex(mark) for part, mark in meant["marks"].items()}
    for part, column in (
        ("domain_index", Signature.domain_index),
        ("domain_of", Signature.domain_index),
        ("prefix_of", Signature.prefix),
    ):
        if part in marks:
            query = query.where(column == marks[part])
    if "country" in meant:
        query = query.where(Signature.country == meant["country"])
    if "from" in meant:
        query = query.where(Signature.created_at >= datetime.fromisoformat(meant["from"]))
    if "until" in meant:
        query = query.where(Signature.created_at < datetime.fromisoformat(meant["until"]))
    return query


def _report(
    session: Session, statement: Statement, meant: InvalidationRule, until: datetime
) -> InvalidationReport:
    query = _query(statement.id, meant, until)
    candidates = session.scalar(select(func.count()).select_from(query.subquery())) or 0
    ordered = query.order_by(Signature.day.desc(), Signature.id)
    if "name_pattern" not in meant:
        some = session.scalars(ordered.with_only_columns(Signature.id).limit(rules.SAMPLE)).all()
        return InvalidationReport(candidates, candidates, candidates, some)
    looked_at = session.scalars(ordered.limit(rules.MOST_IN_REQUEST)).all()
    found = [each.id for each in _by_name(session, meant, looked_at)]
    return InvalidationReport(len(found), len(looked_at), candidates, found[: rules.SAMPLE])


def _by_name(
    session: Session, meant: InvalidationRule, signatures: Sequence[Signature]
) -> list[Signature]:
    if "name_pattern" not in meant:
        return list(signatures)
    pattern = blocking.pattern(meant["name_pattern"])
    known = rows.identities(session, signatures)
    return [each for each in signatures if rules.is_meant(pattern, known.get(each.id, {}))]


def take_out_batch(
    session: Session, statement: Statement, row: Invalidation, after: UUID
) -> UUID | None:
    """Take out the next batch by id; return the last that was looked at, None at the end."""
    meant = keys.read(session, row, Invalidation.rule)
    query = _query(statement.id, meant, row.created_at).where(Signature.id > after)
    batch = session.scalars(
        query.order_by(Signature.id).limit(rules.AT_ONCE).with_for_update()
    ).all()
    found = _by_name(session, meant, batch)
    with counts.followed(session, statement, found):
        for each in found:
            if each.state is SignatureState.HELD:
                each.flags = [*each.flags, rules.WAS_HELD]
            each.state, each.invalidation_id = SignatureState.INVALIDATED, row.id
            touch(each, None)
    row.number += len(found)
    session.flush()
    if len(batch) == rules.AT_ONCE:
        return batch[-1].id
    audit.record(session, None, "signature.invalidated", row, {"number": row.number})
    events.announce(session, SignaturesTakenBack.of(statement))
    return None


def carry_out(invalidation_id: UUID, progress: Callable[[int], None]) -> dict[str, int]:
    """Take out all that a rule means, a transaction for each batch; safe to repeat."""
    with reading() as session:
        row = session.get(Invalidation, invalidation_id)
        if row is None:
            return {"number": 0}  # its statement was deleted
        meant = keys.read(session, row, Invalidation.rule)
        query = _query(row.statement_id, meant, row.created_at)
        total = session.scalar(select(func.count()).select_from(query.subquery())) or 0
    last: UUID | None = UUID(int=0)
    done = number = 0
    while last is not None:
        with transaction() as session:
            found = _held(session, invalidation_id)
            if found is None or found[1].undone_at is not None:
                break
            statement, row = found
            last = take_out_batch(session, statement, row, last)
            number = row.number
        done += rules.AT_ONCE
        progress(min(99, 100 * done // max(total, 1)))
    return {"number": number}


def _held(session: Session, invalidation_id: UUID) -> tuple[Statement, Invalidation] | None:
    """Return an invalidation and its statement, held; those who sign do not wait for it.

    In this order: who makes an invalidation holds the statement, and no other invalidation.
    """
    row = session.get(Invalidation, invalidation_id, with_for_update=True)
    if row is None:
        return None
    return session.get_one(Statement, row.statement_id, with_for_update=counts.HOLD), row


def undo(actor: Actor, invalidation_id: UUID) -> InvalidationView:
    """Bring back what a rule took out; twice is fine."""
    with transaction() as session:
        row = load(session, actor, Invalidation, invalidation_id, Role.COORDINATOR, lock=True)
        job = None
        if row.undone_at is None:
            row.undone_at = clock.now()
            audit.record(session, actor, "invalidation.undone", row)
            facts = {"invalidation_id": str(row.id)}
            if row.number > rules.MOST_IN_REQUEST:
                job = jobs.promise(session, UNDO, row.coalition_id, facts, by=actor)
            else:
                while _bring_back(session, row.id):
                    pass
        return _shown(session, row, job)


def bring_back(invalidation_id: UUID, progress: Callable[[int], None]) -> dict[str, int]:
    """Bring back all that an invalidation took out; safe to repeat."""
    done = 0
    while True:
        with transaction() as session:
            found = _bring_back(session, invalidation_id)
            row = session.get(Invalidation, invalidation_id)
            total = row.number if row else 0
        if not found:
            return {"number": done}
        done += found
        progress(min(99, 100 * done // max(total, 1)))


def _bring_back(session: Session, invalidation_id: UUID) -> int:
    held = _held(session, invalidation_id)
    if held is None:
        return 0
    statement, row = held
    query = select(Signature).where(
        Signature.invalidation_id == row.id, Signature.state == SignatureState.INVALIDATED
    )
    some = query.order_by(Signature.id).limit(rules.AT_ONCE).with_for_update()
    found = session.scalars(some).all()
    with counts.followed(session, statement, found):
        for each in found:
            each.state, each.flags = rules.after_undoing(each.flags)
            each.invalidation_id = None
            touch(each, None)
    session.flush()
    if found:
        places.soon(session)
        whose = {"coalition_id": statement.coalition_id, "statement_id": statement.id}
        events.announce(session, SignaturesApproved(**whose))
    return len(found)


def of_statement(actor: Actor, statement_id: UUID, page: PageRequest) -> Page[InvalidationView]:
    """Return a statement's invalidations, also those that were undone, the latest first."""
    with reading() as session:
        statement = load(session, actor, Statement, statement_id, Role.COORDINATOR)
        query = select(Invalidation).where(Invalidation.statement_id == statement.id)
        order = [Invalidation.created_at, Invalidation.id]
        found = paging.page(session, query, page, order, descending=True)
        return found.of(lambda row: _shown(session, row))


def one(actor: Actor, invalidation_id: UUID) -> InvalidationView:
    """Return one invalidation."""
    with reading() as session:
        row = load(session, actor, Invalidation, invalidation_id, Role.COORDINATOR)
        return _shown(session, row)


def _shown(session: Session, row: Invalidation, job: Job | None = None) -> InvalidationView:
    rule = _told(keys.read(session, row, Invalidation.rule))
    reason = late_sealing.read(session, row, Invalidation.reason) or ""
    return InvalidationView(row, rule, reason, job)
