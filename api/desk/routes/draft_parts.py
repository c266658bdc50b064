"""…/text/…: what stands over and under the blocks of a text, how long it may be, and undoing."""

from __future__ import annotations

from typing import Any, cast
from uuid import UUID

from flask import Response
from werkzeug.wrappers import Response as AnyResponse

from api.accounts.rules import Role
from api.coalitions import service as coalitions
from api.desk.routes import draft_acts, picking, statement_base, writing
from api.desk.routes.base import (
    REFUSED,
    Screen,
    at,
    ids,
    led,
    one,
    onward,
    said,
    screen,
    to,
    typed,
    version,
)
from api.desk.routes.draft_acts import PartMoved
from api.desk.routes.visiting import actor, coalition, coalition_of_address
from api.desk.rules import drafting, filling, head_forms, typed_facts
from api.desk.rules.writing import HeadScreen, LengthScreen
from api.documents.service import lengths
from api.errors import Invalid, NotFound
from api.pages.routes.base import sent
from api.pages.rules.facts import Form
from api.pages.rules.pages import own_name
from api.portable.rules.length import Bounds
from api.statements import schemas, service
from api.statements.models import StatementKind
from api.statements.service import bounds, merging
from api.texts.rules import themes
from api.texts.rules.document import PortableDocument
from api.web.validate import loaded

_SPARE = 1  # empty rows of a form


@at("/<uuid:coalition_id>/statements/<uuid:statement_id>/text/head", "statement_head")
class WriteHead(Screen):
    least = Role.EDITOR

    def get(self, coalition_id: UUID, statement_id: UUID) -> Response:
        """Show what stands over the text."""
        del coalition_id
        statement_base.statement_of(statement_id)
        return _head(statement_id, Form())

    def post(self, coalition_id: UUID, statement_id: UUID) -> AnyResponse:
        """Save it; a row more is asked for by a button, and keeps what was typed."""
        statement_base.statement_of(statement_id)
        if one("do").startswith("more:"):
            return _head(statement_id, Form(values=sent()))

        try:
            known = picking.addressees(coalition_id, "known").chosen()
        except Invalid as refused:
            return _head(statement_id, typed(refused))

        def change(document: PortableDocument) -> PortableDocument:
            draft_acts.must_be_as_read(
                head_forms.part(cast("dict[str, Any]", document)), one("was")
            )
            more = [_addressee(UUID(known))] if known else []
            return cast(
                "PortableDocument", head_forms.read(sent(), cast("dict[str, Any]", document), more)
            )

        try:
            draft_acts.changed(statement_id, change)
        except PartMoved:
            return _head(statement_id, Form(values=sent(), is_stale=True))
        except Invalid as refused:
            values = head_forms.renumbered(sent())
            faults = filling.told(head_forms.faults_in(refused.faults), values, said())
            return _head(statement_id, Form(values=values, faults=faults))
        return onward("draft", "saved", statement_id=statement_id)


def _addressee(addressee_id: UUID) -> dict[str, Any]:
    found = coalitions.addressee(actor(), addressee_id).addressee
    facts = {name: getattr(found, name) for name in head_forms.OF_AN_ADDRESSEE}
    return {name: value for name, value in facts.items() if value}


def _head(statement_id: UUID, form: Form) -> Response:
    found = service.draft(actor(), statement_id)
    document = cast("dict[str, Any]", found.document)
    here = coalition()
    tags = dict.fromkeys([document["language"], *(here.languages if here else ())])
    counts = {
        group: 1 + max(_rows(form, group), len(document.get(group, ())) - 1 + _SPARE)
        for group in ("addressees", "contacts")
    }
    words = said()
    return screen(
        "statement_head.html",
        HeadScreen(
            around=statement_base.around(found.statement),
            version=found.statement.version,
            was=drafting.mark(head_forms.part(document)),
            values=head_forms.values(document),
            kinds=[(each.value, words.say(f"kind.{each}")) for each in StatementKind],
            languages=[(tag, own_name(tag)) for tag in tags],
            themes=[(each, words.say(f"writing.theme_{each}")) for each in themes.available()],
            known=picking.addressees(found.statement.coalition_id, "known").offered(form),
            addressees=range(counts["addressees"]),
            contacts=range(counts["contacts"]),
            form=form,
        ),
    )


def _rows(form: Form, group: str) -> int:
    """Return the place of the last row that was sent, and of one more where that was asked for."""
    is_asked = form.value("do") == f"more:{group}"
    return max(head_forms.places(form.values, group), default=-1) + is_asked


@at("/<uuid:coalition_id>/statements/<uuid:statement_id>/text/notes", "statement_notes")
class WriteNotes(Screen):
    least = Role.EDITOR

    def get(self, coalition_id: UUID, statement_id: UUID) -> AnyResponse:
        """Lead to the footnotes."""
        del coalition_id
        statement_base.statement_of(statement_id)
        return led(f"{to('draft', statement_id=statement_id)}#notes")

    def post(self, coalition_id: UUID, statement_id: UUID) -> AnyResponse:
        """Save the words of footnotes."""
        del coalition_id
        statement_base.statement_of(statement_id)

        def change(document: PortableDocument) -> PortableDocument:
            notes = document.get("footnotes", {})
            draft_acts.must_be_as_read(notes, one("was"))
            whole = document.copy()
            whole["footnotes"] = {label: one(f"note.{label}") for label in notes}
            return whole

        try:
            draft_acts.changed(statement_id, change)
        except PartMoved:
            return _notes(statement_id, Form(values=sent(), is_stale=True))
        except Invalid as refused:
            values = sent()
            told = filling.told(head_forms.notes_in(refused.faults), values, said())
            return _notes(statement_id, Form(values=values, faults=told))
        return led(f"{to('draft', statement_id=statement_id)}?said=saved#notes")


def _notes(statement_id: UUID, form: Form) -> Response:
    found = service.draft(actor(), statement_id)
    return screen("writing.html", writing.writing(found, notes_form=form, form=form))


@at("/<uuid:coalition_id>/statements/<uuid:statement_id>/text/restored", "block_restore")
class PutBlockBack(Screen):
    least = Role.EDITOR

    def post(self, coalition_id: UUID, statement_id: UUID) -> AnyResponse:
        """Put a block in again that was taken out."""
        del coalition_id
        statement_base.statement_of(statement_id)
        block_id = str(next(iter(ids()), ""))
        if not block_id:
            raise NotFound("The page that led here is old. Load it again.")
        before = merging.last_with(actor(), statement_id, block_id)
        draft_acts.changed(statement_id, lambda now: drafting.put_back(now, before, block_id))
        return led(f"{to('draft', statement_id=statement_id)}?said=block_restored#b-{block_id}")


@at("/<uuid:coalition_id>/statements/<uuid:statement_id>/text/length", "statement_length")
class MeasureText(Screen):
    def get(self, coalition_id: UUID, statement_id: UUID) -> Response:
        """Count words and pages, and show how many there may be."""
        del coalition_id
        statement_base.statement_of(statement_id)
        return _length(statement_id, Form())

    def post(self, coalition_id: UUID, statement_id: UUID) -> AnyResponse:
        """Say how long its recipient lets it be."""
        del coalition_id
        statement_base.statement_of(statement_id)
        actor().must(cast("UUID", coalition_of_address()), Role.EDITOR)
        given = {
            "words": typed_facts.number(one("words") or None),
            "pages": typed_facts.number(one("pages") or None),
            "counts_footnotes": one("counts_footnotes") == "yes",
        }
        try:
            bounds.put(
                actor(), statement_id, version(), Bounds(**loaded(schemas.BoundsIn(), given))
            )
        except REFUSED as refused:
            return _length(statement_id, typed(refused))
        return onward("statement_length", "saved", statement_id=statement_id)


def _length(statement_id: UUID, form: Form) -> Response:
    found = service.draft(actor(), statement_id)
    counted = lengths.draft_length(actor(), statement_id)
    shown = writing.length(found, counted.pages, form)
    around = statement_base.around(found.statement)
    may_write = statement_base.may_write(found.statement)
    return screen(
        "statement_length.html",
        LengthScreen(around=around, length=shown, may_write=may_write, form=form),
    )
