"""The portable statement, in and out of a coalition."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeVar
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.accounts.rules import Actor, Role
from api.accounts.service import load
from api.cases import service as cases
from api.coalitions.service.locking import lock_coalition
from api.demands import service as demands
from api.errors import Code, Fault, Invalid
from api.exchange import rules
from api.infra.database.transactions import reading, transaction
from api.infra.security import audit
from api.infra.tables.matching import agree
from api.infra.text import spelling
from api.organisations import service as organisations
from api.organisations.models import Organisation
from api.portable.rules import checking, identity, reading as portable, secrecy, signing
from api.signatures import service as signatures
from api.signatures.rules import Audience
from api.statements import service as statements
from api.statements.models import Revision, Statement
from api.statements.rules import Difference, WeightClaim, demands_of, differences
from api.texts.rules.document import PortableCase, PortableDemand, PortableDocument

_Thing = TypeVar("_Thing", PortableCase, PortableDemand)


class OnOtherWords(StrEnum):
    """What becomes of a live case or demand whose id comes with other words.

    `keep`: the live one keeps its words. `update`: the live one takes the document's. `new`:
    the document's comes in beside it, under an id of its own.
    """

    KEEP = "keep"
    UPDATE = "update"
    NEW = "new"


@dataclass(frozen=True)
class ImportResult:
    """What came of an import; without a statement it was a preview."""

    statement: Statement | None
    revision: Revision | None
    signatures: int
    warnings: list[Fault]
    differences: list[Difference] = field(default_factory=list)


def take_in(
    actor: Actor, coalition_id: UUID, data: bytes, on_difference: OnOtherWords, *, preview: bool
) -> ImportResult:
    """Import a portable document into a coalition: a draft, one revision, its signatures.

    All of it or nothing; a preview stores nothing and tells what would differ.
    """
    actor.must(coalition_id, Role.COORDINATOR)
    document, warnings = checking.require(portable.read(data))
    if document.get("redacted"):
        wrong = "It is an export for someone who may not see every identity."
        raise Invalid(
            "A redacted export lacks what was hidden. Ask a coordinator for a whole one.",
            [Fault("/redacted", Code.CONFLICT, wrong)],
        )
    if preview:
        with reading() as session:
            statements.must_be_free(session, coalition_id, document["slug"])
            found = list(_differing(_live(session, coalition_id), document))
            signed = len(document.get("signatories", ()))
            warnings += statements.warnings_of_closed(
                session, coalition_id, document, sees_all=True
            )
            return ImportResult(None, None, signed, warnings, found)
    with transaction() as session:
        coalition = lock_coalition(session, coalition_id)
        live = _live(session, coalition_id)
        found = list(_differing(live, document))
        _take_in_live(session, coalition_id, live, document, on_difference)
        draft = {key: value for key, value in document.items() if key != "signatories"}
        begun = statements.started(session, coalition, draft, at="")
        revision = statements.frozen(session, actor, begun.statement, WeightClaim())
        linked = _organisations(session, coalition_id, document)
        count = signatures.put_all(session, begun.statement, revision, linked)
        told = {"sha256": hashlib.sha256(data).hexdigest(), "signatures": count}
        audit.record(session, actor, "statement.imported", begun.statement, told)
        warnings += statements.warnings_of_closed(session, coalition_id, document, sees_all=True)
        return ImportResult(begun.statement, revision, count, warnings, found)


@dataclass(frozen=True)
class _Live:
    """A coalition's cases and demands by key, as documents."""

    entries: dict[str, cases.Entry]
    cases: dict[str, PortableCase]
    demands: dict[str, PortableDemand]


def _live(session: Session, coalition_id: UUID) -> _Live:
    entries = cases.entries(session, coalition_id)
    lists = demands.documents(session, coalition_id)
    return _Live(
        entries,
        {key: cases.as_document(entry) for key, entry in entries.items()},
        {demand["id"]: demand for asked in lists for demand in asked["demands"]},
    )


def _differing(live: _Live, document: PortableDocument) -> Iterator[Difference]:
    """Yield where a document's cases and demands differ from the live ones of the same id."""
    yield from _differences("cases", live.cases, document.get("cases", ()))
    yield from _differences("demands", live.demands, demands_of(document))


def _differences(
    where: str, live: Mapping[str, _Thing], given: Iterable[_Thing]
) -> Iterator[Difference]:
    for each in given:
        if there := live.get(each["id"]):
            both = rules.comparable(there), rules.comparable(each)
            yield from differences(*both, (where, each["id"]))


def _take_in_live(
    session: Session,
    coalition_id: UUID,
    live: _Live,
    document: PortableDocument,
    on_difference: OnOtherWords,
) -> None:
    rows = {key: entry.case for key, entry in live.entries.items()}
    people = document.get("cases", ())
    new, other = _new_and_other(live.cases, people, on_difference, set(rows))
    cases.replace_all(session, coalition_id, [(live.entries[key], other[key]) for key in other])
    entered = cases.put_all(session, coalition_id, new.values())
    # The rows that the document's cases stand for now, by the document's ids.
    rows |= dict(zip(new, entered, strict=True))
    taken, changed = set(live.demands), dict[str, PortableDemand]()
    for asked in document.get("demand_lists", ()):
        added, others = _new_and_other(live.demands, asked["demands"], on_difference, taken)
        changed |= others
        row = demands.put_list(session, coalition_id, asked)
        demands.put_demands(session, row, added.values(), rows)
    if changed:
        known = demands.by_key(session, coalition_id)
        words = [(known[key], demand) for key, demand in changed.items()]
        demands.replace_demands(session, coalition_id, words, rows)


def _new_and_other(
    live: Mapping[str, _Thing], given: Iterable[_Thing], how: OnOtherWords, taken: set[str]
) -> tuple[dict[str, _Thing], dict[str, _Thing]]:
    """Return what comes in beside the live ones, and what these become, by the document's ids."""
    new: dict[str, _Thing] = {}
    other: dict[str, _Thing] = {}
    for each in given:
        there = live.get(key := each["id"])
        if there is None:
            new[key] = each
        elif rules.comparable(there) == rules.comparable(each):
            continue
        elif how is OnOtherWords.UPDATE:
            other[key] = each
        elif how is OnOtherWords.NEW:
            new[key] = {**each, "id": rules.free_key(key, taken)}
        if key in new:
            taken.add(new[key]["id"])
    return new, other


def _organisations(
    session: Session, coalition_id: UUID, document: PortableDocument
) -> list[dict[str, object]]:
    """Return the signatories, linked to the organisations of the coalition that they are.

    Organisations that sign publicly and are not there yet are entered. Of several of one name none
    is chosen.
    """
    query = select(Organisation).where(Organisation.coalition_id == coalition_id)
    known: dict[str, dict[UUID, str | None]] = {}
    for row in session.scalars(query):
        for name in row.names.values():
            known.setdefault(spelling.exact(name), {})[row.id] = row.country
    linked = []
    for one in document.get("signatories", ()):
        if one["kind"] != "organisation" or one.get("visibility", "public") != "public":
            linked.append(dict(one))
            continue
        called = known.setdefault(spelling.exact(one["name"]), {})
        found = [each for each, where in called.items() if agree(where, one.get("country"))]
        if not found:
            facts = rules.organisation_of(one, document["language"])
            found = [organisations.put(session, coalition_id, facts).id]
            called[found[0]] = one.get("country")
        linked.append({**one, "organisation_id": found[0] if len(found) == 1 else None})
    return linked


def give_out(actor: Actor, statement_id: UUID, number: int | None = None) -> PortableDocument:
    """Export a statement's revision as a portable document; the newest, where none is named.

    For coordinators it is whole, and the record tells who took the hidden names along; for anyone
    else it is redacted.
    """
    document = _given_out(actor, statement_id, number)
    with transaction() as session:
        statement = load(session, actor, Statement, statement_id, Role.VIEWER)
        if actor.may(statement.coalition_id, Role.COORDINATOR):
            told = {"for": "portable", "reason": None}
            audit.record(session, actor, "signature.exported", statement, told)
    return document


def _given_out(actor: Actor, statement_id: UUID, number: int | None) -> PortableDocument:
    with reading() as session:
        statement = load(session, actor, Statement, statement_id, Role.VIEWER)
        revision = statements.revision_of(session, statement, number)
        document = statements.whole_revision(session, revision)
        if document["format"] != identity.VERSION_1:  # a file of version 1 goes out as it came
            document = identity.identified(document, revision.block_ids)
        if actor.may(statement.coalition_id, Role.COORDINATOR):
            listed, _ = signatures.printed(session, statement, Audience.COORDINATOR)
            return signing.with_signatories(document, listed, 0)
        listed, withheld = signatures.printed(session, statement, Audience.PUBLIC)
        return secrecy.redacted(signing.with_signatories(document, listed, withheld))
