"""…/comments: a text with what was said of it beside each part; opening it for comments."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from flask import Response, request
from werkzeug.wrappers import Response as AnyResponse

from api.accounts.rules import Role
from api.coalitions.models import MemberRole
from api.desk.routes import review_base, statement_base
from api.desk.routes.base import (
    REFUSED,
    Screen,
    at,
    cursors,
    ids,
    one,
    onward,
    page_request,
    said,
    screen,
    to,
    typed,
)
from api.desk.routes.shared import lists_of, paged, usual_zone
from api.desk.routes.visiting import actor
from api.desk.rules import head_forms
from api.desk.rules.reviewing import ClashFacts, CommentsScreen, MergeScreen, OpenScreen, ReviewPart
from api.desk.rules.tables import Listing
from api.documents.rules.rendering import CONTENT_TYPES, ENDINGS, Format
from api.documents.service import compendium
from api.documents.service.compendium import CompendiumAudience, CompendiumFormat
from api.errors import Conflict, NotFound
from api.infra.database.paging import PageRequest
from api.pages.routes.base import sent
from api.pages.rules import commenting, suggesting
from api.pages.rules.facts import Form
from api.reviews import schemas
from api.reviews.models import Readership, SuggestionState
from api.reviews.service import comments, consultations, merging, suggestions
from api.reviews.service.rows import TAKES
from api.statements import service
from api.statements.models import Statement
from api.web.validate import loaded

_ON_A_PAGE = 25  # threads, and suggestions
_LISTS = ("threads", "suggestions", "show")  # what the address says of them
_OF_A_GUEST = ("name", "email", "affiliation")


@at("/<uuid:coalition_id>/statements/<uuid:statement_id>/comments", "statement_comments")
class ShowComments(Screen):
    least = Role.EDITOR

    def get(self, coalition_id: UUID, statement_id: UUID) -> Response:
        """Show what was said in the newest consultation, or how one is opened."""
        del coalition_id
        statement = statement_base.statement_of(statement_id)
        found = consultations.of_statement(actor(), statement_id, PageRequest(limit=1)).items
        return comments_screen(statement, found[0].consultation.id if found else None)


@at("/<uuid:coalition_id>/consultations/<uuid:consultation_id>", "consultation")
class ShowConsultation(Screen):
    least = Role.EDITOR

    def get(self, coalition_id: UUID, consultation_id: UUID) -> Response:
        """Show what was said in a consultation."""
        del coalition_id
        _, statement = review_base.consultation_of(consultation_id)
        return comments_screen(statement, consultation_id)


def comments_screen(
    statement: Statement,
    consultation_id: UUID | None,
    *,
    form: Form | None = None,
    refused_id: str = "",
    status: int = 200,
) -> Response:
    """Return the text with what was said of its parts; of no consultation, how one is opened."""
    document = service.draft(actor(), statement.id).document
    is_coordinator = statement_base.may(Role.COORDINATOR)
    shows_all = request.args.get("show") == "all"
    one_of_them, pages = None, list[Listing]()
    parts: Mapping[str, ReviewPart] = {}
    if consultation_id is not None:
        view, _ = review_base.consultation_of(consultation_id)
        one_of_them = review_base.facts(view)
        page = page_request(_ON_A_PAGE, "threads")
        threads = comments.of_consultation(
            actor(), consultation_id, page, is_resolved=None if shows_all else False
        )
        page, state = page_request(_ON_A_PAGE, "suggestions"), SuggestionState.OPEN
        made = suggestions.of_consultation(
            actor(), consultation_id, page, state=None if shows_all else state
        )
        parts = review_base.of_parts(document, threads.items, made.items)
        list_of = lists_of(to("consultation", consultation_id=consultation_id), _LISTS)
        pages = [
            paged(list_of(name, said().say(f"consult.{name}")), found)
            for name, found in (("threads", threads), ("suggestions", made))
        ]
    is_open = statement.state in TAKES and is_coordinator
    whose = {"statement_id": statement.id}
    text = review_base.text_of(document)
    shown = CommentsScreen(
        around=statement_base.around(statement),
        consultations=review_base.listed(statement, consultation_id),
        one=one_of_them,
        places=[
            replace(parts.get(block["id"], ReviewPart(id=block["id"])), html=html)
            for block, html in zip(document["body"], text.blocks, strict=True)
        ],
        whole=_joined(parts, commenting.WHOLE, suggesting.HEAD, suggesting.NOTES),
        gone=_joined(parts, commenting.GONE),
        open_one=to("consultation_new", **whose) if is_open and statement.revision_number else "",
        freeze_first=to("statement_freeze", **whose)
        if is_open and not statement.revision_number
        else "",
        is_coordinator=is_coordinator,
        shows_all=shows_all,
        takes_words=is_open,
        form=form or Form(),
        refused_id=refused_id,
        pages=pages,
        same_page=_same_page(),
    )
    return screen("statement_comments.html", shown, status)


def _same_page() -> str:
    """Return the part of an address that says which pages are shown."""
    query = urlencode({name: value for name, value in cursors(*_LISTS).items() if value})
    return f"?{query}" if query else ""


def _joined(parts: Mapping[str, ReviewPart], *keys: str) -> ReviewPart:
    """Return what was said of several parts as of one."""
    there = [parts[key] for key in keys if key in parts]
    return ReviewPart(
        id=keys[0],
        threads=[each for part in there for each in part.threads],
        suggestions=[each for part in there for each in part.suggestions],
    )


@at("/<uuid:coalition_id>/statements/<uuid:statement_id>/comments/new", "consultation_new")
class OpenForComments(Screen):
    least = Role.COORDINATOR

    def get(self, coalition_id: UUID, statement_id: UUID) -> Response:
        """Ask who is asked, until when, and what they read of one another."""
        del coalition_id
        return _opening(statement_base.statement_of(statement_id), Form())

    def post(self, coalition_id: UUID, statement_id: UUID) -> AnyResponse:
        """Open it, and write to each."""
        del coalition_id
        statement = statement_base.statement_of(statement_id)
        if one("do") == "more":
            return _opening(statement, Form(values=sent()))
        members = sent().get("member_ids", [])
        given: dict[str, Any] = {
            "closes_at": one("closes_at"),
            "zone": one("zone"),
            "read_by": one("read_by"),
            "note": one("note") or None,
            "is_kept": one("is_kept") == "yes",
            "member_ids": members,
            "guests": guests(),
        }
        try:
            facts = loaded(schemas.ConsultationIn(), given)
            opened = consultations.open_(actor(), statement_id, facts)
        except REFUSED as refused:
            return _opening(statement, typed(refused, "read_by", "member_ids", "guests"))
        return onward("consultation", "consultation_opened", consultation_id=opened.consultation.id)


def guests() -> list[dict[str, str]]:
    """Return the people outside that were typed, row by row."""
    return head_forms.rows_of(sent(), "guests", _OF_A_GUEST)


def _opening(statement: Statement, form: Form) -> Response:
    words = said()
    people = review_base.members()
    named = [(str(each.id), review_base.name_of(each), "") for each in people]
    usual = [str(each.id) for each in people if each.role is not MemberRole.OBSERVER]
    count = max([*head_forms.places(form.values, "guests"), 0]) + 1 + (form.value("do") == "more")
    return screen(
        "consultation_new.html",
        OpenScreen(
            around=statement_base.around(statement),
            members=named,
            usual=usual,
            read_by=[
                (
                    each.value,
                    words.say(f"consult.read_{each}"),
                    words.say(f"consult.read_{each}_hint"),
                )
                for each in Readership
            ],
            zone=usual_zone(),
            guests=range(count),
            form=form,
        ),
    )


@at("/<uuid:coalition_id>/consultations/<uuid:consultation_id>/merge", "consultation_merge")
class MergeSuggestions(Screen):
    least = Role.COORDINATOR

    def get(self, coalition_id: UUID, consultation_id: UUID) -> AnyResponse:
        """Show what all open suggestions would make of the draft, and what collides."""
        del coalition_id
        _, statement = review_base.consultation_of(consultation_id)
        try:
            found = merging.merge(actor(), consultation_id, None, preview=True)
        except Conflict:  # the text is written on no more
            return onward("consultation", consultation_id=consultation_id)
        document = service.draft(actor(), statement.id).document
        words = said()
        clashes = []
        for clash in found.collisions:
            beside = review_base.decided(document, clash.suggestions)
            shown = [
                beside[str(each.suggestion.id)]
                for each in clash.suggestions
                if str(each.suggestion.id) in beside
            ]
            why = words.say(f"consult.clash_{clash.reason}")
            clashes.append(ClashFacts(why=why, now=clash.lines_now or (), suggestions=shown))
        return screen(
            "consultation_merge.html",
            MergeScreen(
                around=statement_base.around(statement),
                consultation=to("consultation", consultation_id=consultation_id),
                taken=len(found.taken),
                ids=[str(each) for each in found.taken],
                clashes=clashes,
            ),
        )

    def post(self, coalition_id: UUID, consultation_id: UUID) -> AnyResponse:
        """Put those into the draft that were shown to fit."""
        del coalition_id
        review_base.consultation_of(consultation_id)
        chosen = ids()
        if not chosen:
            return onward("consultation", consultation_id=consultation_id)
        merging.merge(actor(), consultation_id, chosen)
        return onward("consultation", "suggestions_merged", consultation_id=consultation_id)


@at("/<uuid:coalition_id>/consultations/<uuid:consultation_id>/compendium", "compendium")
class GiveCompendium(Screen):
    least = Role.EDITOR
    is_file = True

    def get(self, coalition_id: UUID, consultation_id: UUID) -> Response:
        """Give all that was said with the answers, as a file."""
        del coalition_id
        review_base.consultation_of(consultation_id)
        form = request.args.get("format", CompendiumFormat.PDF.value)
        audience = request.args.get("audience", CompendiumAudience.COORDINATORS.value)
        if form not in set(CompendiumFormat) or audience not in set(CompendiumAudience):
            raise NotFound("There is no such compendium.")
        content, slug = compendium.printed(
            actor(), consultation_id, CompendiumFormat(form), CompendiumAudience(audience), None
        )
        answer = Response(content, content_type=CONTENT_TYPES[Format(form)])
        name = f"{slug}-suggestions.{ENDINGS[Format(form)]}"
        answer.headers.set("Content-Disposition", "attachment", filename=name)
        return answer
