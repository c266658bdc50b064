"""/r: who is asked reads a text while it is written, and says what they think of its parts."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from http import HTTPStatus
from uuid import UUID

from flask import Response, request
from flask.views import MethodView
from werkzeug.wrappers import Response as AnyResponse

from api.documents.rules.rendering import CONTENT_TYPES, ENDINGS, Format
from api.documents.service import consulted
from api.errors import Conflict, Invalid, NotFound
from api.exchange.service import returns
from api.exchange.service.returns import WordFileAsked
from api.infra.net.rate_limits import TooOften
from api.infra.text import languages
from api.infra.word.reading import NotAWordFile
from api.organisations.rules import name_in
from api.pages.routes.base import (
    blueprint,
    form,
    frame,
    language,
    onward,
    secret,
    sent,
    takes_file,
    waiting,
)
from api.pages.rules import commenting, facts, forms, pages, sentences, suggesting, texts
from api.pages.rules.comment_facts import CommentPage
from api.reviews.schemas import CommentIn
from api.reviews.service import own
from api.reviews.service.own import Consulted
from api.web.validate import loaded

SUGGESTION = "suggestion"  # before the id of one that is taken back


class CommentOnText(MethodView):
    def get(self, secret_of_commenter: str) -> Response:
        """Show the text, until when comments are taken and who reads them, and what was said."""
        page = replace(
            _page(own.consulted(secret_of_commenter)),
            is_sent="sent" in request.args,
            is_saved="saved" in request.args,
        )
        return _shown(page)

    @takes_file
    def post(self, secret_of_commenter: str) -> AnyResponse:
        """Say or suggest something, send a file of Word, or take back something or all of it."""
        values = sent()
        if taken := forms.one(values, "take"):
            return _take_back(secret_of_commenter, taken, values)
        act = {"erase": _erase, "file": _send_file}.get(forms.one(values, "do"), _send)
        return act(secret_of_commenter, values)


blueprint.add_url_rule(
    "/r/<string:secret_of_commenter>", view_func=CommentOnText.as_view("comment")
)


@blueprint.route("/r/<string:secret_of_commenter>/document")
def text_in_word(secret_of_commenter: str) -> Response:
    """Give the text as a file of Word, to write in."""
    found = consulted.document(secret_of_commenter, Format.DOCX)
    answer = Response(found.content, mimetype=CONTENT_TYPES[found.format])
    name = f"{found.slug}.{ENDINGS[found.format]}"
    answer.headers.set("Content-Disposition", "attachment", filename=name)
    return answer


def _send_file(secret_of_commenter: str, values: forms.Sent) -> Response:
    """Take in the file as it came back: what changed is suggested. The same twice is once."""
    del values
    given = request.files.get("file")
    data = given.read() if given else b""
    if not data:
        return _file_refused(secret_of_commenter, "word.needed")
    try:
        asked = WordFileAsked(revision=None, preview=False)
        report = returns.take_from_commenter(secret_of_commenter, data, asked)
    except NotAWordFile:
        return _file_refused(secret_of_commenter, "word.unreadable")
    except Invalid:
        return _file_refused(secret_of_commenter, "word.another")
    found = own.consulted(secret_of_commenter)
    said = sentences.said(_language(found))
    return _shown(replace(_page(found), read=commenting.file_read(report, said)))


def _file_refused(secret_of_commenter: str, key: str) -> Response:
    found = own.consulted(secret_of_commenter)
    wrong = facts.Form(faults={"file": sentences.said(_language(found)).say(key)})
    return _shown(replace(_page(found), file=wrong), HTTPStatus.UNPROCESSABLE_ENTITY)


def _send(secret_of_commenter: str, values: forms.Sent) -> AnyResponse:
    found = own.consulted(secret_of_commenter)
    sha256 = forms.one(values, "revision_sha256")
    if not found.may_comment or sha256 != found.revision.sha256:
        return _again(found, {}, HTTPStatus.CONFLICT, has_changed=found.may_comment)
    given, faults = _read(values)
    typed, wrong = suggesting.read(values, found.targets, sha256)
    faults |= wrong
    if not (given or typed or faults):
        faults[forms.COMMENT] = "field.comment"
    if faults:
        return _again(found, faults, HTTPStatus.UNPROCESSABLE_ENTITY)
    try:
        own.write(secret_of_commenter, sha256, given, [each.given for each in typed])
    except (Conflict, Invalid) as refused:
        if isinstance(refused, Invalid) and not _is_of_comment(refused):
            faults = suggesting.refused(refused.faults, [each.change for each in typed])
            return _again(found, faults, HTTPStatus.UNPROCESSABLE_ENTITY)
        found = own.consulted(secret_of_commenter)
        return _again(found, {}, HTTPStatus.CONFLICT, has_changed=found.may_comment)
    except TooOften as often:
        said = sentences.said(_language(found))
        wait = waiting(often.retry_after, said)
        answer = _again(found, {}, HTTPStatus.TOO_MANY_REQUESTS, wait=wait)
        answer.headers["Retry-After"] = str(often.retry_after)
        return answer
    return onward(request.path, _frame(found), sent="1")


def _is_of_comment(refused: Invalid) -> bool:
    """Tell whether what was replied to, or commented on, is gone."""
    return any(fault.pointer in {"/parent_id", "/block_id"} for fault in refused.faults)


def _read(values: forms.Sent) -> tuple[list[dict[str, object]], dict[str, str]]:
    """Return what was said, and what is wrong with it by the field."""
    given, faults = [], {}
    for name, said in forms.commenting(values).items():
        try:
            given.append(loaded(CommentIn(), said))
        except Invalid as wrong:
            faults[name] = next(iter(forms.refused(wrong.faults).values()))
    return given, faults


def _take_back(secret_of_commenter: str, taken: str, values: forms.Sent) -> AnyResponse:
    """Erase one comment or suggestion; what is being written stays on the page."""
    kind, _, key = taken.rpartition("/")
    take = own.withdraw if kind == SUGGESTION else own.take_back
    try:
        found = take(secret_of_commenter, UUID(key))
    except ValueError as none:
        raise NotFound("Open the page again: it lists what you wrote.") from none
    if suggesting.has_any(values):
        return _again(found, {}, HTTPStatus.OK, is_saved=True)
    return onward(request.path, _frame(found), saved="1")


def _erase(secret_of_commenter: str, values: forms.Sent) -> AnyResponse:
    found = own.consulted(secret_of_commenter)
    said = sentences.said(_language(found))
    if not forms.one(values, "sure"):
        unsure = form({"sure": "field.sure"}, said)
        return _shown(replace(_page(found), erase=unsure), HTTPStatus.UNPROCESSABLE_ENTITY)
    own.forget_me(secret_of_commenter)
    text = said.say("comment.erased_text")
    page = facts.Notice(frame=_frame(found), title=said.say("comment.erased"), text=text)
    return secret(pages.render("notice.html", page))


def _again(
    found: Consulted, faults: Mapping[str, str], status: HTTPStatus, **more: object
) -> Response:
    """Show the page with what was typed; where a field is gone, its words apart."""
    page, typed = _page(found), form(faults, sentences.said(_language(found)))
    there: Collection[str] = ()
    if not page.is_over:
        threads = commenting.by_part(
            found.threads, found.blocks.blocks, sentences.said(page.frame.language)
        )
        there = commenting.fields((page.head, *page.parts, page.notes), threads)
    values, unsent = suggesting.again(typed.values, there)
    typed = replace(typed, values=values)
    return _shown(replace(page, form=typed, unsent=tuple(unsent), **more), status)  # type: ignore[arg-type] # its fields


def _shown(page: CommentPage, status: int = HTTPStatus.OK) -> Response:
    return secret(pages.render("comment.html", page), status)


def _language(found: Consulted) -> str:
    return language(found.me.commenter.language)


def _frame(found: Consulted) -> facts.Frame:
    return frame(found.coalition, _language(found))


def _page(found: Consulted) -> CommentPage:
    frame_, revision, asked = _frame(found), found.revision, found.consultation
    said, blocks = sentences.said(frame_.language), found.blocks.blocks
    text = texts.of(revision.sha256, revision.printed, found.edited_on)
    around = commenting.Around(
        threads=commenting.by_part(found.threads, blocks, said),
        suggestions=commenting.suggested_by_part(found.suggestions, found.targets, blocks, said),
        folds=suggesting.folds(found.targets, blocks, said) if found.may_comment else {},
    )
    organisation = found.me.organisation
    return CommentPage(
        frame=frame_,
        text=text,
        head=commenting.head(around),
        parts=commenting.parts(text, blocks, around),
        notes=commenting.notes(around),
        whole=around.threads.get(commenting.WHOLE, ()),
        gone=around.threads.get(commenting.GONE, ()),
        suggested_gone=around.suggestions.get(commenting.GONE, ()),
        revision_sha256=revision.sha256,
        name=found.me.name,
        organisation=name_in(organisation.names, frame_.language) if organisation else "",
        closes=languages.instant_text(asked.closes_at, asked.zone, frame_.language),
        read_by=asked.read_by.value,
        note=found.note or "",
        is_over=not found.may_comment,
        word=f"{request.path}/document",
    )
