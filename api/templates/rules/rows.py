"""Facts that stand for rows of a coalition: its cases and its addressees."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from api.errors import Code, Fault, point
from api.templates.rules.facts import Declaration, list_of

_LACKING = {
    "case": "The coalition has no case of this key or id.",
    "addressee": "The coalition has no addressee of this id.",
}


def known(given: Mapping[str, Any]) -> dict[str, dict[str, object]]:
    """Return what facts may stand for, by their type and what they are called.

    A case that a text leaves out unasked may still be named by a fact.
    """
    every = (*given.get("cases", ()), *given.get("left_out", {}).get("cases", ()))
    cases = {case["id"]: case for case in every if "id" in case}
    by_row = {row: cases[key] for row, key in given.get("case_rows", {}).items() if key in cases}
    return {"case": {**cases, **by_row}, "addressee": dict(given.get("addressees", {}))}


def of_type(
    declarations: Sequence[Declaration], given: Mapping[str, Any], kind: str
) -> Iterator[Any]:
    """Yield the given facts of a type, those in lists too, in the order of the form."""
    for fact in declarations:
        value = given.get(fact["name"]) or fact.get("default")
        if fact["type"] == kind and value:
            yield value
        elif fact["type"] == "list" and "fields" in fact:
            for item in value or ():
                yield from of_type(fact["fields"], item, kind)
        elif fact["type"] == "list" and list_of(fact) == kind:
            yield from value or ()


@dataclass
class RowFacts:
    """One pass over facts: the rows that they may stand for, and what is not there."""

    rows: Mapping[str, Mapping[str, object]]
    faults: list[Fault] = field(default_factory=list)

    def put_in(
        self, declarations: Sequence[Declaration], values: Mapping[str, Any], at: str = ""
    ) -> dict[str, object]:
        """Return facts that were checked with the rows that they stand for."""
        return {
            fact["name"]: self._fact(fact, values[fact["name"]], at + point(fact["name"]))
            for fact in declarations
        }

    def _fact(self, fact: Declaration, value: Any, at: str) -> object:
        if fact["type"] != "list":
            return self._one(fact["type"], value, at)
        items = [(item, f"{at}/{index}") for index, item in enumerate(value)]
        if "fields" in fact:
            return [self.put_in(fact["fields"], item, here) for item, here in items]
        return [self._one(list_of(fact), item, here) for item, here in items]

    def _one(self, kind: str, value: object, at: str) -> object:
        if kind not in self.rows or not isinstance(value, str) or not value:
            return value
        if value not in self.rows[kind]:
            self.faults.append(Fault(at, Code.NOT_FOUND, _LACKING[kind]))
        return self.rows[kind].get(value)
