"""What is chosen of much: few are a list; of many, words of a name are typed and looked for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from api.cases import service as cases
from api.cases.service import CaseView, TooManySealed
from api.coalitions import service as coalitions
from api.coalitions.models import Addressee
from api.desk.routes import statement_base
from api.desk.routes.base import one, said
from api.desk.routes.visiting import actor
from api.desk.rules.picking import LISTED, Offered
from api.errors import Code, Fault, Invalid, point
from api.infra.database.paging import Page, PageRequest
from api.organisations import service as organisations
from api.organisations.models import Organisation
from api.organisations.rules import name_in
from api.pages.rules.facts import Form
from api.statements import service as statements

Choice = tuple[str, str]  # id and words


@dataclass(frozen=True)
class Pick:
    """One field that says which: `find` looks for words, or lists; `named` says who an id is."""

    field: str
    find: Callable[[PageRequest, str | None], Page[Choice]]
    named: Callable[[UUID], str]

    def offered(self, form: Form, value: str = "") -> Offered:
        """Return what the field offers, beside what was typed into it."""
        every = self.find(PageRequest(limit=LISTED), None)
        if every.following is None:
            return Offered(choices=every.items, total=every.total)
        found = self._meant(form.value(self.field, value))
        if found.items and found.following is None:
            another = ("", said().say("desk.pick_another"))
            return Offered(choices=[*found.items, another], total=every.total, is_long=True)
        return Offered(total=every.total, is_long=True, is_typed=True)

    def chosen(self) -> str | None:
        """Return the id of what is meant, None where nothing was typed, or raise Invalid."""
        typed = one(self.field)
        found = self._meant(typed)
        exact = [id_ for id_, words in found.items if words == typed]
        ids = exact or [id_ for id_, _ in found.items]
        if len(ids) == 1 or not typed:
            return ids[0] if typed else None
        code = Code.AMBIGUOUS if ids else Code.NOT_FOUND
        raise Invalid("Say which is meant.", [Fault(point(self.field), code, f"{found.total}")])

    def needed(self) -> str:
        """Return the id of what is meant, or raise Invalid where nothing was typed, too."""
        if found := self.chosen():
            return found
        detail = "Say which is meant."
        raise Invalid(detail, [Fault(point(self.field), Code.REQUIRED, detail)])

    def _meant(self, typed: str) -> Page[Choice]:
        if not typed:
            return Page([], None, 0)
        try:
            meant = UUID(typed)
        except ValueError:
            return self.find(PageRequest(limit=LISTED), typed)
        return Page([(typed, self.named(meant))], None, 1)


def addressees(coalition_id: UUID, field: str) -> Pick:
    """Return the choice of an addressee."""
    return Pick(
        field,
        lambda page, q: coalitions.addressees(actor(), coalition_id, page, q).of(
            lambda each: (str(each.addressee.id), called(each.addressee))
        ),
        lambda id_: called(coalitions.addressee(actor(), id_).addressee),
    )


def called(row: Addressee) -> str:
    """Return what an addressee is called, with the office."""
    return ", ".join(filter(None, (row.name, row.title)))


def of_organisations(coalition_id: UUID, field: str) -> Pick:
    """Return the choice of an organisation."""
    tongue = said().language

    def choice(row: Organisation) -> Choice:
        return str(row.id), name_in(row.names, tongue)

    return Pick(
        field,
        lambda page, q: organisations.of_coalition(actor(), coalition_id, page, q).of(choice),
        lambda id_: choice(organisations.organisation(actor(), id_))[1],
    )


def statements_of(coalition_id: UUID, field: str) -> Pick:
    """Return the choice of a statement."""
    return Pick(
        field,
        lambda page, q: statements.statements(actor(), coalition_id, page, {}, q).of(
            lambda each: (str(each.id), each.title)
        ),
        lambda id_: statement_base.statement_of(id_).title,
    )


def cases_like(
    coalition_id: UUID, page: PageRequest, words: str, **filters: Any
) -> tuple[Page[CaseView], str]:
    """Return the cases that words find, and what is to be said of it.

    Where there are too many sealed names to open at once, it finds those that may be named alone.
    """
    try:
        return cases.of_coalition(actor(), coalition_id, page, q=words, **filters), ""
    except TooManySealed:
        told = said().say("cases.too_many_sealed")
    if filters.get("may_be_named") is False:
        return Page([], None, 0), told
    filters["may_be_named"] = True
    return cases.of_coalition(actor(), coalition_id, page, q=words, **filters), told
