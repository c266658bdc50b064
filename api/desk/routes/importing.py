"""/desk/…/tables: a table comes in by a file, a look at what would become of it, and a button."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, ClassVar
from uuid import UUID

from flask import Response, request
from werkzeug.wrappers import Response as AnyResponse

from api.accounts.rules import Actor
from api.cases import rules as case_rules, schemas as case_schemas
from api.cases.service.tables import CaseImport
from api.coalitions import schemas as coalition_schemas
from api.coalitions.rules.importing import ADDRESSEES
from api.coalitions.service.imports import AddresseeImport, MemberImport
from api.demands import rules as demand_rules, schemas as demand_schemas
from api.demands.service import tables as demand_tables
from api.demands.service.tables import DemandImport
from api.desk.routes.base import Screen, at, one, onward, said, screen, to
from api.desk.routes.shared import columns_of
from api.desk.routes.visiting import actor, coalition_of_address
from api.desk.rules import filling, importing as rules
from api.desk.rules.importing import BringScreen, PreviewScreen, ReadColumn
from api.desk.rules.tables import Cell, Listing, ListRow, Tone
from api.errors import Invalid
from api.infra.tables import layouts
from api.infra.tables.importing import Import
from api.infra.tables.layouts import Column, Imported, Layout
from api.infra.tables.matching import Taking
from api.infra.tables.reading import Table as FileTable
from api.infra.tables.reports import FileHints, Line, OnDifference, Report, Reported
from api.organisations import schemas as organisation_schemas, service as organisations
from api.organisations.rules import (
    contacts as contact_rules,
    importing as organisation_rules,
    name_in,
)
from api.organisations.service import imports as organisation_imports
from api.organisations.service.contacts import ContactImport
from api.organisations.service.imports import OrganisationImport, RepresentativeImport
from api.pages.routes.base import sent
from api.web import tables as files
from api.web.guard import FORM, MULTIPART
from api.web.rest import Schema

_A_FORM = 100_000  # bytes around the file
_TONES: Mapping[str, Tone] = {"refused": "wrong", "doubtful": "waits", "entered": "good"}


Hidden = Mapping[str, str]  # what the form of a kind carries besides the file
_Take = Callable[[Sequence[Line]], Report]


@dataclass(frozen=True)
class TableKind:
    """A kind of table: how it is read, who takes it in, and where its rows are listed."""

    take: Callable[[Actor, UUID, Taking, Hidden], _Take]
    layout: Layout
    schema: Callable[[], Schema]
    home: str
    guess: Callable[[Sequence[str], Layout], list[Column]] = layouts.guessed


def _by(import_: Callable[[Actor, UUID, Taking], Import]) -> Callable[..., _Take]:
    """Return who takes a coalition's table in, line for line."""
    return lambda who, whose, how, _: import_(who, whose, how).take_in


def _contacts(who: Actor, whose: UUID, how: Taking, _: Hidden) -> _Take:
    """Take organisations with their people in, as members where that was ticked."""
    kind = MemberImport if one("members") else ContactImport
    return kind(who, whose, how).take_in


class TableScreen(Screen):
    """A table of one kind comes in."""

    kind: ClassVar[str]
    of: ClassVar[TableKind]

    def get(self, coalition_id: UUID, **inner: UUID) -> AnyResponse:
        """Ask for the file."""
        del coalition_id
        return _asked(self, inner)

    def post(self, coalition_id: UUID, **inner: UUID) -> AnyResponse:
        """Show what would become of it, or enter it."""
        whose = next(iter(inner.values()), coalition_id)
        upload = request.files.get("file")
        data = upload.read() if upload else rules.unpack(one("packed"))
        if not data:
            return _asked(self, inner, said().say("tables.no_file"))
        try:
            table = files.read(data, whose, FileHints(sheet=one("sheet") or None))
        except Invalid as refused:
            return _asked(self, inner, said().say("tables.unreadable"), refused)
        if one("do") == "enter":
            hidden = self.hidden(inner)
            try:
                hidden = self.with_scan(inner, hidden)
                _taken(self.of, whose, table, hidden, is_preview=False)
            except Invalid as refused:
                return _looked(self, inner, data, table, hidden, refused=refused)
            return self.entered(inner)
        return _looked(self, inner, data, table, self.hidden(inner))

    def entered(self, inner: Mapping[str, UUID]) -> AnyResponse:
        """Lead on to what was entered."""
        here: dict[str, Any] = dict(inner)
        return onward(self.of.home, "table_entered", **here)

    def hidden(self, inner: Mapping[str, UUID]) -> Hidden:
        """Return what else the form carries."""
        del inner
        return {}

    def with_scan(self, inner: Mapping[str, UUID], hidden: Hidden) -> Hidden:
        """Keep the scan that came with the table, where the kind takes one."""
        del inner
        return hidden

    # A file, or what is made of one for the form: a third more.
    post.takes = ((FORM, MULTIPART), rules.MOST_BYTES * 4 // 3 + _A_FORM)  # type: ignore[attr-defined] # a mark that the guard reads


@at("/<uuid:coalition_id>/tables/cases", "cases_in")
class CasesIn(TableScreen):
    kind, least = "cases", CaseImport.needs
    of = TableKind(_by(CaseImport), case_rules.LAYOUT, case_schemas.CaseLineIn, "cases")


@at("/<uuid:coalition_id>/tables/demands", "demands_in")
class DemandsIn(TableScreen):
    kind, least = "demands", DemandImport.needs
    of = TableKind(_by(DemandImport), demand_rules.LAYOUT, demand_schemas.DemandLineIn, "demands")


@at("/<uuid:coalition_id>/tables/organisations", "organisations_in")
class OrganisationsIn(TableScreen):
    kind, least = "organisations", OrganisationImport.needs
    of = TableKind(
        _by(OrganisationImport),
        organisation_rules.ORGANISATIONS,
        organisation_schemas.OrganisationLineIn,
        "organisations",
    )


@at("/<uuid:coalition_id>/tables/contacts", "contacts_in")
class ContactsIn(TableScreen):
    """Organisations with their people, for who may say who commits them."""

    kind, least = "contacts", ContactImport.needs
    of = TableKind(
        _contacts,
        contact_rules.CONTACTS,
        organisation_schemas.ContactLineIn,
        "organisations",
        contact_rules.guessed,
    )

    def entered(self, inner: Mapping[str, UUID]) -> AnyResponse:
        """Lead on to the members, where the organisations became some."""
        return onward("members", "members_entered") if one("members") else super().entered(inner)


@at("/<uuid:coalition_id>/tables/representatives", "representatives_in")
class RepresentativesIn(TableScreen):
    kind, least = "representatives", RepresentativeImport.needs
    of = TableKind(
        _by(RepresentativeImport),
        organisation_rules.REPRESENTATIVES,
        organisation_schemas.CommitterLineIn,
        "organisations",
    )


@at("/<uuid:coalition_id>/tables/addressees", "addressees_in")
class AddresseesIn(TableScreen):
    kind, least = "addressees", AddresseeImport.needs
    of = TableKind(
        _by(AddresseeImport), ADDRESSEES, coalition_schemas.AddresseeLineIn, "addressees"
    )


def _asked(
    here: TableScreen, inner: Mapping[str, UUID], why: str = "", refused: Invalid | None = None
) -> Response:
    words, of = said(), here.of
    shown = BringScreen(
        title=words.say(f"tables.bring_{here.kind}"),
        back=to(of.home, **inner),
        columns=[rules.column_words(each, words) for each in of.layout.columns if each != "id"],
        refused=why,
        detail=_why(refused),
    )
    return screen("table_in.html", shown, 422 if why else 200)


def _why(refused: Invalid | None) -> str:
    """Return closer why a file is no table, or what keeps it out."""
    if refused is None:
        return ""
    if not refused.faults:
        return said().say("tables.save_it")
    return filling.refusal(refused, said(), "table")


def _header(table: FileTable) -> Sequence[str]:
    return table.lines[0][1] if table.lines else ()


def _chosen() -> dict[str, str]:
    return {name: one(name) for name in sent() if name.startswith("columns.")}


def _taken(
    of: TableKind, whose: UUID, table: FileTable, hidden: Hidden, *, is_preview: bool
) -> Imported:
    how = Taking(
        on_difference=OnDifference.UPDATE if one("update") else OnDifference.KEEP,
        partial=bool(one("partial")),
        preview=is_preview,
        file=FileHints(),
        enters_doubtful=bool(one("doubtful")),
    )
    take = of.take(actor(), whose, how, hidden)
    columns = of.guess(_header(table), of.layout)
    mapping = rules.mapping(columns, _chosen())
    return files.taken_in(table, of.layout, of.schema(), take, mapping)


def _looked(  # noqa: PLR0913 # a table, as it came and as it is read
    here: TableScreen,
    inner: Mapping[str, UUID],
    data: bytes,
    table: FileTable,
    hidden: Hidden,
    *,
    refused: Invalid | None = None,
) -> Response:
    words, of = said(), here.of
    whose = next(iter(inner.values()), coalition_of_address() or UUID(int=0))
    try:
        report = _taken(of, whose, table, hidden, is_preview=True)
    except Invalid as unread:
        report, refused = None, unread
    lines: Sequence[Reported] = report.lines if report else ()
    counts = report.counts if report else {}
    workbook = table.workbook
    shown = PreviewScreen(
        title=words.say(f"tables.bring_{here.kind}"),
        kind=here.kind,
        back=to(of.home, **inner),
        hidden_fields=tuple(hidden.items()),
        packed=rules.pack(data),
        columns=list(_columns(of, table)),
        choices=_choices(of),
        counts=[
            (words.say(f"table_state.{state}"), counts[state])
            for state in rules.TROUBLE
            if counts.get(state)
        ],
        lines=_lines(rules.by_trouble(lines)[: rules.MOST_SHOWN]),
        sheet=workbook.sheet.name if workbook else "",
        sheets=[(each.name, each.name) for each in (workbook.sheet, *workbook.other_sheets)]
        if workbook and workbook.other_sheets
        else (),
        hidden=len(workbook.hidden_lines) + len(workbook.hidden_columns) if workbook else 0,
        may_enter=bool(counts.get("entered") or counts.get("changed")),
        has_refused=bool(counts.get("refused")),
        has_doubtful=bool(counts.get("doubtful")) or bool(one("doubtful")),
        update=bool(one("update")),
        doubtful=bool(one("doubtful")),
        refused=words.say("tables.not_entered") if refused else "",
        detail=_why(refused),
    )
    return screen("table_look.html", shown, 422 if refused else 200)


def _columns(of: TableKind, table: FileTable) -> Iterator[ReadColumn]:
    chosen = _chosen()
    for place, each in enumerate(of.guess(_header(table), of.layout)):
        cells = (cells[place] for _, cells in table.lines[1:] if place < len(cells))
        sample = next((cell.strip() for cell in cells if cell.strip()), "")
        name = f"columns.{place}"
        yield ReadColumn(name, each.header, sample[:80], chosen.get(name, each.column or ""))


def _choices(of: TableKind) -> list[tuple[str, str]]:
    columns = list(of.layout.columns)
    return [(each, rules.column_words(each, said())) for each in columns]


def _lines(lines: Sequence[Reported]) -> Listing:
    words, names = said(), _names(lines)
    keys = ("line", "state", "why")
    return Listing(
        caption=words.say("tables.lines"),
        columns=columns_of("tables", *keys),
        rows=[_line(each, names) for each in lines],
    )


def _names(lines: Sequence[Reported]) -> Mapping[str, str]:
    """Return the names of the organisations that lines tell by their ids."""
    changes = (change for each in lines for change in each.changes)
    ids = {UUID(str(each.after)) for each in changes if each.column == "organisation_id"}
    whose = coalition_of_address()
    found = organisations.named(actor(), whose, ids) if ids and whose else ()
    return {str(each.id): name_in(each.names, said().language) for each in found}


def _line(each: Reported, names: Mapping[str, str]) -> ListRow:
    words, state = said(), str(each.state)
    is_new = state == "entered"
    changed = rules.changed(each.changes, words, names, is_new=is_new)
    told = [rules.told(each.faults, words), changed]
    return ListRow(
        cells=[
            Cell(text=str(each.line)),
            Cell(text=words.say(f"table_state.{state}"), tone=_TONES.get(state, "")),
            Cell(text=" ".join(filter(None, told))),
        ]
    )


@at("/<uuid:coalition_id>/tables/demands/file", "demands_out")
class DemandsOut(Screen):
    is_file = True

    def get(self, coalition_id: UUID) -> Response:
        """Give demands as a table that can be brought again."""
        batches = demand_tables.given_out(actor(), coalition_id)
        return files.as_csv("demands", demand_rules.COLUMNS, batches, demand_rules.cells_of)


@at("/<uuid:coalition_id>/tables/organisations/file", "organisations_out")
class OrganisationsOut(Screen):
    is_file = True

    def get(self, coalition_id: UUID) -> Response:
        """Give organisations as a table that can be brought again."""
        names, batches = organisation_imports.given_out(actor(), coalition_id)
        cells_of = partial(organisation_rules.cells_of, names=names)
        columns = organisation_rules.columns_of(names)
        return files.as_csv("organisations", columns, batches, cells_of)
