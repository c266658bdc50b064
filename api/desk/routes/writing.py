"""…/text: a draft as blocks, each a form of its own, and the page as it will print beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from http import HTTPStatus
from typing import Any, cast
from uuid import UUID

from flask import Response, request
from werkzeug.wrappers import Response as AnyResponse

from api.accounts.rules import Role
from api.desk.routes import draft_acts, statement_base
from api.desk.routes.base import Screen, at, framed, led, one, onward, said, screen, to
from api.desk.routes.draft_acts import PartMoved
from api.desk.routes.visiting import actor
from api.desk.rules import block_forms, drafting, filling, typed_text
from api.desk.rules.block_forms import WritingBlock
from api.desk.rules.writing import LookAt, TextLengthShown, WritingScreen
from api.documents.rules import blocks
from api.documents.rules.diffs import marked
from api.documents.rules.rendering import Format
from api.documents.service import DocumentSpec, previews
from api.errors import Code, Conflict, Fault, Invalid, NotFound
from api.infra.database import paging
from api.infra.database.paging import PageRequest
from api.pages.routes.base import sent
from api.pages.rules.facts import Form
from api.portable.rules import identity, printing
from api.reviews.service import comments, consultations
from api.statements import service
from api.statements.models import State
from api.statements.service import SavedStatement
from api.texts.rules import themes, wording
from api.texts.rules.document import PortableBlock, PortableDocument

# What these mean of a draft: a block that prints nothing; what is said of a member and is not so.
_OWN = {Code.UNUSED: "writing.silent", Code.CONFLICT: "writing.mention"}


@at("/<uuid:coalition_id>/statements/<uuid:statement_id>/text", "draft")
class WriteText(Screen):
    def get(self, coalition_id: UUID, statement_id: UUID) -> Response:
        """Show the text: to write on, or to read where the visitor may not or it is closed."""
        del coalition_id
        statement_base.statement_of(statement_id)
        found = service.draft(actor(), statement_id)
        kind = request.args.get("add", "")
        new = _new(found.document, kind, request.args.get("after", "")) if kind else None
        return screen("writing.html", writing(found, new=new))


def _new(document: PortableDocument, kind: str, after: str) -> WritingBlock:
    if kind not in drafting.KINDS:
        raise NotFound("There are no blocks of this kind.")
    known = draft_acts.sources(document)
    return block_forms.shown(block_forms.empty(kind), document["body"], known, {}, after=after)


def writing(  # noqa: PLR0913 # what may stand on it besides
    found: SavedStatement,
    *,
    new: WritingBlock | None = None,
    instead: WritingBlock | None = None,
    form: Form | None = None,
    wrong: Sequence[str] = (),
    notes_form: Form | None = None,
    kept: str = "",
) -> WritingScreen:
    """Return the screen of a text; `instead` is a block with what was typed into it."""
    statement, document = found.statement, found.document
    body, notes = document["body"], document.get("footnotes", {})
    known, threads = draft_acts.sources(document), _threads(statement.id)
    shown = [
        block_forms.shown(each, body, known, notes, threads=threads.get(each["id"], 0))
        for each in body
    ]
    if instead is not None:
        shown = [instead if each.id == instead.id else each for each in shown]
    theme = request.args.get("theme", "")
    theme = theme if theme in themes.available() else ""
    whose = {"statement_id": statement.id}
    around = statement_base.with_step(statement)
    return WritingScreen(
        around=around,
        text=blocks.text(printing.resolve(identity.bare(document))),
        blocks=shown,
        notes=list(notes.items()),
        notes_was=drafting.mark(notes),
        length=length(found),
        look_at=_look_at(found),
        themes=[(each, said().say(f"writing.theme_{each}")) for each in themes.available()],
        theme=theme,
        page=to("statement_page", **whose, **({"theme": theme} if theme else {})),
        may_write=statement_base.may_write(statement),
        is_published=statement.state is State.PUBLISHED,
        change=to("statement_diff", **whose, before=statement.revision_number, after="draft")
        if around.step and around.step.endpoint == "statement_freeze"
        else "",
        new=new,
        adds_after=new.after if new else None,
        undecided=_undecided(statement.id),
        comments=to("statement_comments", **whose),
        form=form or Form(),
        wrong=wrong,
        notes_form=notes_form or Form(),
        kept=kept,
    )


def length(found: SavedStatement, pages: int = 0, form: Form | None = None) -> TextLengthShown:
    """Return how long a draft is, and how long it may be."""
    bounds = found.statement.bounds
    return TextLengthShown(
        words=found.length.words,
        footnote_words=found.length.footnote_words,
        most_words=bounds.words or 0,
        most_pages=bounds.pages or 0,
        counts_footnotes=bounds.counts_footnotes,
        pages=pages,
        is_too_long=bool(list(bounds.passed(found.length, pages or None))),
        version=found.statement.version,
        form=form or Form(),
    )


def _look_at(found: SavedStatement) -> list[LookAt]:
    """Return what was found in a draft that refuses nothing, each once, with its place."""
    body, words = found.document["body"], said()
    told: dict[LookAt, None] = {}
    for fault in found.warnings:
        keys = fault.pointer.removeprefix("/document").strip("/").split("/")
        is_block = keys[0] == "body" and len(keys) > 1 and keys[1].isdecimal()
        place = int(keys[1]) if is_block else -1
        block = body[place]["id"] if 0 <= place < len(body) else ""
        own = _OWN.get(fault.code) if block or fault.code is Code.CONFLICT else None
        said_of = words.say(own) if own else filling.sentence(fault, words)
        told[LookAt(said_of, block, place + 1)] = None
    return list(told)


def _threads(statement_id: UUID) -> Mapping[str, int]:
    """Return how many threads are open of each block, in the newest consultation."""
    newest = _newest_consultation(statement_id)
    if newest is None or not statement_base.may(Role.EDITOR):
        return {}
    found = dict[str, int]()
    for view in paging.every(
        lambda page: comments.of_consultation(actor(), newest, page, is_resolved=False)
    ):
        if view.block is not None:
            found[view.block.id] = found.get(view.block.id, 0) + 1
    return found


def _newest_consultation(statement_id: UUID) -> UUID | None:
    found = consultations.of_statement(actor(), statement_id, PageRequest(limit=1)).items
    return found[0].consultation.id if found else None


def _undecided(statement_id: UUID) -> int:
    found = paging.every(lambda page: consultations.of_statement(actor(), statement_id, page))
    return sum(each.undecided or 0 for each in found)


@at("/<uuid:coalition_id>/statements/<uuid:statement_id>/text/page", "statement_page")
class ShowPage(Screen):
    is_file = True

    def get(self, coalition_id: UUID, statement_id: UUID) -> Response:
        """Show the page as it will print, in the theme that is chosen."""
        del coalition_id
        statement_base.statement_of(statement_id)
        theme = request.args.get("theme") or None
        if theme not in {None, *themes.available()}:
            raise NotFound("There is no such look.")
        found = previews.preview(actor(), statement_id, DocumentSpec(Format.HTML, theme=theme))
        return framed(Response(found.content, mimetype="text/html"))


class _ForBlocks(Screen):
    """Where forms of blocks are sent."""

    least = Role.EDITOR

    def get(self, coalition_id: UUID, statement_id: UUID) -> AnyResponse:
        """Lead to the text, where somebody loads again what a form answered."""
        del coalition_id
        statement_base.statement_of(statement_id)
        return led(to("draft", statement_id=statement_id))


@at("/<uuid:coalition_id>/statements/<uuid:statement_id>/text/block", "block")
class ChangeBlock(_ForBlocks):
    def post(self, coalition_id: UUID, statement_id: UUID) -> AnyResponse:
        """Save a block, and move, join, turn or take it out, or begin one behind it."""
        del coalition_id
        statement_base.statement_of(statement_id)
        block_id, (act, _, kind) = one("block"), one("do").partition(":")
        try:
            finds = draft_acts.finds(one("find_case"), one("find_demand"))
            change = _Change(block_id, act, kind, finds)
            draft_acts.changed(statement_id, change)
        except PartMoved:
            return _stale(statement_id, block_id)
        except Invalid as refused:
            return _refused(statement_id, block_id, refused.faults)
        except Conflict as refused:
            return _closed(statement_id, refused)
        if act == "remove":
            return onward("draft", "block_removed", [UUID(block_id)], statement_id=statement_id)
        address = to("draft", statement_id=statement_id)
        if act == "add":
            query = f"?add={kind}&after={change.after}" if kind in drafting.KINDS else ""
            return led(f"{address}{query}#new")
        return led(f"{address}#b-{change.shows}")


class _Change:
    """What a block's form asks for, done to the draft as it is now."""

    def __init__(self, block_id: str, act: str, kind: str, finds: block_forms.Finds) -> None:
        self.block_id, self.act, self.kind, self.finds = block_id, act, kind, finds
        self.after = self.shows = block_id

    def __call__(self, document: PortableDocument) -> PortableDocument:
        """Return the draft with what was typed, and then done with the block."""
        block = drafting.block_of(document, self.block_id)
        draft_acts.must_be_as_read(block, one("was"))
        body, whole = document["body"], document.copy()
        if self.act == "remove":
            whole["body"] = drafting.without(body, self.block_id)
            return whole
        kind = drafting.kind_of(cast("PortableBlock", block))
        typed, notes = _read(kind, block, document, self.finds)
        if typed:
            body = drafting.replaced(body, self.block_id, typed)
        whole["body"] = self._done(body)
        if notes:
            whole["footnotes"] = notes
        return whole

    def _done(self, body: list[PortableBlock]) -> list[PortableBlock]:
        block_id = self.block_id
        if self.act in {"up", "down"}:
            after = drafting.beside(body, block_id, -1 if self.act == "up" else 1)
            return body if after is None else drafting.moved(body, block_id, after)
        if self.act == "move":
            return drafting.moved(body, block_id, one("after"))
        if self.act == "join":
            place = drafting.place_of(body, block_id)
            self.shows = body[place - 1]["id"] if place else block_id
            return drafting.joined(body, block_id)
        if self.act == "turn":
            (now,) = (each for each in body if each.get("id") == block_id)
            return drafting.replaced(body, block_id, drafting.turned(now, self.kind))
        return body


def _read(
    kind: str, block: PortableBlock | None, document: PortableDocument, finds: block_forms.Finds
) -> tuple[list[PortableBlock], dict[str, str]]:
    """Return the blocks that were typed, and the footnotes with a new one, or raise Invalid."""
    if faults := block_forms.unchosen(kind, sent(), finds):
        raise Invalid("The block names nothing of what it is to print.", faults)
    values, notes = dict(sent()), dict(document.get("footnotes", {}))
    for label in [name.removeprefix("note.") for name in values if name.startswith("note.")]:
        if label in notes and (words := one(f"note.{label}")):
            notes[label] = words
    field = "items" if kind == "list" else "text"
    if (words := one("note")) and kind in {*drafting.TEXTS, "quote", "list"}:
        text, notes = drafting.with_note(one(field), words, notes)
        values[field] = [text]
    return block_forms.read(kind, values, block, finds), notes


@at("/<uuid:coalition_id>/statements/<uuid:statement_id>/text/new", "block_new")
class PutBlockIn(_ForBlocks):
    def post(self, coalition_id: UUID, statement_id: UUID) -> AnyResponse:
        """Put a new block in, behind another one."""
        del coalition_id
        statement_base.statement_of(statement_id)
        kind = one("kind")
        if kind not in drafting.KINDS:
            raise NotFound("There are no blocks of this kind.")
        at_: list[int] = []

        def put(document: PortableDocument) -> PortableDocument:
            typed, notes = _read(kind, None, document, finds)
            body, after = document["body"], one("after")
            place = drafting.place_of(body, after)
            at_[:] = [0 if after == "" else len(body) if place is None else place + 1, len(typed)]
            whole = document.copy()
            whole["body"] = drafting.put_after(body, after, typed)
            if notes:
                whole["footnotes"] = notes
            return whole

        try:
            finds = draft_acts.finds(one("find_case"), one("find_demand"))
            saved = draft_acts.changed(statement_id, put)
        except Invalid as refused:
            faults = (
                block_forms.faults_in(refused.faults, at_[0], at_[1]) if at_ else refused.faults
            )
            return _new_refused(statement_id, kind, faults)
        except Conflict as refused:
            return _closed(statement_id, refused)
        if not at_[1]:
            return led(to("draft", statement_id=statement_id))
        block_id = saved.document["body"][at_[0] + at_[1] - 1]["id"]
        return led(f"{to('draft', statement_id=statement_id)}#b-{block_id}")


def _new_refused(statement_id: UUID, kind: str, faults: Sequence[Fault]) -> Response:
    found = service.draft(actor(), statement_id)
    form, wrong = _form(faults)
    new = replace(_new(found.document, kind, one("after")), form=form, is_open=True)
    return screen("writing.html", writing(found, new=_typed(new), form=form, wrong=wrong))


def _refused(statement_id: UUID, block_id: str, faults: Sequence[Fault]) -> AnyResponse:
    """Show the text again, with what was typed into a block and what is wrong there."""
    found = service.draft(actor(), statement_id)
    block = drafting.block_of(found.document, block_id)
    if block is None:
        return _stale(statement_id, block_id)
    place = drafting.place_of(found.document["body"], block_id)
    typed = len(typed_text.blocks(one("text"))) or 1
    is_of_form = any(fault.pointer in block_forms.OF_FORM for fault in faults)
    form, wrong = _form(faults if is_of_form else block_forms.faults_in(faults, place, typed))
    known = draft_acts.sources(found.document)
    notes = found.document.get("footnotes", {})
    shown = block_forms.shown(block, found.document["body"], known, notes, form=form, is_open=True)
    return screen("writing.html", writing(found, instead=_typed(shown), form=form, wrong=wrong))


def _closed(statement_id: UUID, refused: Conflict) -> Response:
    """Show the text, on which nobody writes any more, with what was typed, to be copied."""
    found, wrong = service.draft(actor(), statement_id), [filling.refusal(refused, said())]
    shown = writing(found, wrong=wrong, kept=one("text") or one("items"))
    return screen("writing.html", shown, HTTPStatus.CONFLICT)


def _form(faults: Sequence[Fault]) -> tuple[Form, list[str]]:
    """Return what was typed with its faults, and those that are of no field of it."""
    values, words = sent(), said()
    if "items" not in values:  # a list that was typed into a paragraph
        faults = [
            replace(each, pointer="/text") if each.pointer.startswith("/items") else each
            for each in faults
        ]
    told = filling.told(faults, {**dict.fromkeys(block_forms.NAMED, ()), **values}, words)
    wrong = [told.pop(filling.WHOLE)] if filling.WHOLE in told else []
    return Form(values=values, faults=told), wrong


def _typed(block: WritingBlock) -> WritingBlock:
    """Return a block whose fields hold what was typed."""
    values = sent()
    fields = [
        replace(each, value=one(each.name), values=values.get(each.name, ()))
        for each in block.fields
    ]
    return replace(block, fields=fields)


def _stale(statement_id: UUID, block_id: str) -> Response:
    """Show the text with what was typed into a block beside what it says by now."""
    found = service.draft(actor(), statement_id)
    body = found.document["body"]
    block = drafting.block_of(found.document, block_id)
    form = Form(values=sent(), is_stale=True)
    known, notes = draft_acts.sources(found.document), found.document.get("footnotes", {})
    if block is None:
        kind = one("kind") if one("kind") in drafting.KINDS else "paragraph"
        gone = block_forms.shown(block_forms.empty(kind), body, known, notes, form=form)
        new = replace(_typed(gone), after=body[-1]["id"], is_open=True)
        return screen("writing.html", writing(found, new=new, form=form))
    typed = block_forms.read(drafting.kind_of(block), sent(), block)
    comparison = wording.Comparison()
    before, after = (
        "\n".join(drafting.texts_of(each)) for each in (_bare(block), [_bare(b) for b in typed])
    )
    now = [marked(comparison.pieces(before, after))]
    shown = block_forms.shown(block, body, known, notes, form=form, is_open=True, now=now)
    return screen("writing.html", writing(found, instead=_typed(shown), form=form))


def _bare(block: PortableBlock) -> dict[str, Any]:
    return {key: value for key, value in block.items() if key != "id"}
