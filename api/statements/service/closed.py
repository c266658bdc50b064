"""Who of those that a text names was released or has died, and that somebody confirmed each."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.cases import service as cases
from api.cases.models import CLOSED, Case, CaseStatus
from api.errors import Code, Fault
from api.portable.rules import names
from api.statements import rules
from api.statements.models import Statement
from api.texts.rules.document import PortableCase, PortableDocument


def closed_of(
    session: Session, coalition_id: UUID, document: PortableDocument
) -> dict[str, cases.Closed]:
    """Return the closed cases of a coalition, and those that only a document knows, by key."""
    found = cases.closed(session, coalition_id, rules.cases_of(document))
    own = {
        case["id"]: case
        for case in document.get("cases", ())
        if case.get("status") in CLOSED and case["id"] not in found
    }
    query = select(Case.key).where(Case.coalition_id == coalition_id, Case.key.in_(own))
    for key in own.keys() - set(session.scalars(query) if own else ()):
        found[key] = _of_document(own[key], document)
    return found


def warnings_of_closed(
    session: Session, coalition_id: UUID, document: PortableDocument, *, sees_all: bool
) -> list[Fault]:
    """Return warnings of those whom a document names though they are free or dead."""
    closed = closed_of(session, coalition_id, document)
    return [each.warning(closed, sees_all=sees_all) for each in rules.mentions(document, closed)]


def _of_document(case: PortableCase, document: PortableDocument) -> cases.Closed:
    may_be_named, label = case.get("may_be_named", True), names.label(case, document)
    return cases.Closed(
        key=case["id"],
        status=CaseStatus(case["status"]),
        since=None,
        name=case.get("name", label),
        label=case["name"] if may_be_named else label,
        names=tuple(names.called(case)) if may_be_named else (),
    )


@dataclass(frozen=True)
class CaseToConfirm:
    """Somebody free or dead whom a text names, and whether somebody said that it is right."""

    case: cases.Closed
    asks: bool  # for their freedom; else it does not know what has become of them
    is_confirmed: bool

    @property
    def kept_by(self) -> str:
        """What the confirmation is kept by: a key may tell a name, which may be taken back."""
        return str(self.case.case_id or self.case.key)

    @property
    def facts(self) -> list[object]:
        return [self.case.status.value, str(self.case.since), self.asks]


def to_confirm(
    session: Session, statement: Statement, document: PortableDocument
) -> list[CaseToConfirm]:
    """Return whom a text names though they are free or dead.

    Who was confirmed once is not asked about again in the same statement, whatever else is edited:
    until another status, or another day of it, is known, or the text begins to ask for their
    freedom where it only named them.
    """
    found, known = closed_of(session, statement.coalition_id, document), statement.confirmed_cases
    told = []
    for key, asks in rules.unconfirmed(document, found).items():
        each = CaseToConfirm(found[key], asks, is_confirmed=False)
        is_known = known.get(each.kept_by) in (each.facts, [*each.facts[:2], True])
        told.append(replace(each, is_confirmed=is_known))
    return told


def must_be_confirmed(
    session: Session,
    statement: Statement,
    document: PortableDocument,
    confirmed: Collection[str],
) -> None:
    """Let a text go out that names nobody who is free or dead unless somebody confirmed each."""
    new = [each for each in to_confirm(session, statement, document) if not each.is_confirmed]
    left = [each.case for each in new if not {each.case.key, each.kept_by} & set(confirmed)]
    if left:
        # An error tells no name that may not be told, whoever reads it (promise 14); keys do.
        named = "; ".join(f"{each.key}: {each.told(sees_all=False)}" for each in left)
        raise rules.NotConfirmed(
            f"It names {named}. Change the draft and freeze it again, or send these keys in"
            " confirmed_cases, if it is right as it is.",
            [_unconfirmed(each) for each in left],
        )
    if new:
        added = {each.kept_by: each.facts for each in new}
        statement.confirmed_cases = {**statement.confirmed_cases, **added}


def _unconfirmed(case: cases.Closed) -> Fault:
    told = case.told(sees_all=False)
    return Fault("/confirmed_cases", Code.CASE_CLOSED, told, allowed=(case.key,))
