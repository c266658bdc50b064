"""A text of one's own takes a coalition's demands and cases: its blocks name them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from uuid import UUID

from sqlalchemy.orm import Session

from api.cases import service as cases
from api.demands import service as demands
from api.errors import Code, Fault
from api.portable.rules import printing, references
from api.statements import rules
from api.texts.rules.document import PortableDemandList

SETTLED = frozenset({"met", "rejected", "withdrawn"})  # a list brings what is still asked


def with_live(
    session: Session, coalition_id: UUID, document: Mapping[str, object], *, sees_all: bool
) -> tuple[dict[str, object], list[Fault]]:
    """Return a document with what its blocks name, it does not hold, and the coalition does.

    A list brings the demands that are not settled, a demand that is named comes as it is, and both
    bring their cases. Words of the document's own stay. What asks for the freedom of people of whom
    nobody is held comes by its key only: a warning tells of each that a list did not bring.
    """
    whole, wanted = dict(document), references.wanted(document)
    left: list[Fault] = []
    if wanted.lists or wanted.demands:
        live = demands.documents(session, coalition_id)
        about = {
            key for each in live for demand in each["demands"] for key in demand.get("cases", ())
        }
        closed = cases.closed(session, coalition_id, about) if wanted.lists else {}
        added = [taken for each in live if (taken := _taken(each, wanted, closed))]
        for each in live if closed else ():
            if printing.list_key(each) in wanted.lists:
                left += _left_out(each, wanted, closed, sees_all=sees_all)
        own = whole.get("demand_lists") or []
        if added and isinstance(own, list):
            whole["demand_lists"] = _joined(own, added)
    if named := references.wanted(whole).cases:
        known = cases.entries(session, coalition_id, named)
        found = [cases.as_document(known[key]) for key in named if key in known]
        own = whole.get("cases") or []
        if found and isinstance(own, list):
            whole["cases"] = [*own, *found]
    return whole, left


def _taken(
    live: PortableDemandList, wanted: references.Referenced, closed: Mapping[str, cases.Closed]
) -> PortableDemandList | None:
    """Return a live list with the demands that are wanted of it; None: nothing is."""
    is_wanted = printing.list_key(live) in wanted.lists
    chosen = [
        each
        for each in live["demands"]
        if each["id"] in wanted.demands
        or (
            is_wanted
            and each.get("status", "open") not in SETTLED
            and not rules.is_settled(each, closed)
        )
    ]
    return {**live, "demands": chosen} if chosen or is_wanted else None


def _left_out(
    live: PortableDemandList,
    wanted: references.Referenced,
    closed: Mapping[str, cases.Closed],
    *,
    sees_all: bool,
) -> Iterator[Fault]:
    """Yield a warning for each demand that a list did not bring, as nobody it is about is held."""
    for each in live["demands"]:
        if each["id"] not in wanted.demands and rules.is_settled(each, closed):
            who = ", ".join(closed[key].told(sees_all=sees_all) for key in each["cases"])
            how = "Name it in the ids of a block to take it in."
            yield Fault(
                "/document", Code.LEFT_OUT, f"Left out: the demand {each['id']} about {who}. {how}"
            )


def _joined(own: list[object], added: list[PortableDemandList]) -> list[object]:
    """Put live demands to the lists that a document has of the same country or party."""
    by_key = {printing.list_key(each): each for each in added}
    joined = [_with_more(each, by_key.pop(references.key_of(each) or "", None)) for each in own]
    return [*joined, *by_key.values()]


def _with_more(own: object, more: PortableDemandList | None) -> object:
    if more is None or not isinstance(own, dict):
        return own
    held = own.get("demands") or []
    return {**own, "demands": [*held, *more["demands"]]} if isinstance(held, list) else own
