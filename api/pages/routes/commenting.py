"""/r: who is asked reads a text while it is written, and says what they think of its parts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from http import HTTPStatus
from uuid import UUID

from flask import Response, request
from flask.views import MethodView
from werkzeug.wrappers import Response as AnyResponse

from api.errors import Conflict, Invalid, NotFound
from api.infra.net.rate_limits import TooOften
from api.infra.text import languages
from api.organisations.rules import name_in
from api.pages.routes.base import (
    blueprint,
    form,
    frame,
    language,
    onward,
    secret,
    sent,
    takes_form,
    waiting,
)
from api.pages.rules import commenting, facts, forms, pages, sentences, texts
from api.pages.rules.sentences import Sentences
from api.reviews.schemas import CommentIn
from api.reviews.service import own
from api.reviews.service.own import Consulted
from api.web.validate import loaded


class CommentOnText(MethodView):
    def get(self, secret_of_commenter: str) -> Response:
        """Show the text, until when comments are taken and who reads them, and what was said."""
        page = replace(
            _page(own.consulted(secret_of_commenter)),
            is_sent="sent" in request.args,
            is_saved="saved" in request.args,
        )
        return _shown(page)

    @takes_form
    def post(self, secret_of_commenter: str) -> AnyResponse:
        """Say something, take something back, or take back all of it."""
        values = sent()
        if taken := forms.one(values, "take"):
            return _take_back(secret_of_commenter, taken, values)
        act = _erase if forms.one(values, "do") == "erase" else _send
        return act(secret_of_commenter, values)


blueprint.add_url_rule(
    "/r/<string:secret_of_commenter>", view_func=CommentOnText.as_view("comment")
)


def _send(secret_of_commenter: str, values: forms.Sent) -> AnyResponse:
    given, faults = _read(values)
    found = own.consulted(secret_of_commenter)
    if found.may_comment and faults:
        return _again(found, faults, HTTPStatus.UNPROCESSABLE_ENTITY)
    try:
        sha256 = forms.one(values, "revision_sha256")
        found = own.write(secret_of_commenter, sha256, list(given.values()))
    except (Conflict, Invalid):  # the text has changed, or what was replied to is gone
        found = own.consulted(secret_of_commenter)
        return _again(found, {}, HTTPStatus.CONFLICT, has_changed=found.may_comment)
    except TooOften as often:
        said = sentences.said(_language(found))
        wait = waiting(often.retry_after, said)
        answer = _again(found, {}, HTTPStatus.TOO_MANY_REQUESTS, wait=wait)
        answer.headers["Retry-After"] = str(often.retry_after)
        return answer
    return onward(request.path, _frame(found), sent="1")


def _read(values: forms.Sent) -> tuple[dict[str, dict[str, object]], dict[str, str]]:
    """Return what was said, and what is wrong with it, both by the field."""
    given, faults = {}, {}
    for name, said in forms.commenting(values).items():
        try:
            given[name] = loaded(CommentIn(), said)
        except Invalid as wrong:
            faults[name] = next(iter(forms.refused(wrong.faults).values()))
    if not (given or faults):
        faults[forms.COMMENT] = "field.comment"
    return given, faults


def _take_back(secret_of_commenter: str, taken: str, values: forms.Sent) -> AnyResponse:
    """Erase one comment; what is being written stays on the page."""
    try:
        found = own.take_back(secret_of_commenter, UUID(taken))
    except ValueError as none:
        raise NotFound("Open the page again: it lists what you wrote.") from none
    if forms.commenting(values):
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
    page = _page(found)
    typed = form(faults, sentences.said(_language(found)))
    there = set() if page.is_over else commenting.fields(page.parts, _threads(found, page.frame))
    unsent = tuple(
        str(said["text"]) for name, said in forms.commenting(typed.values).items()
        if name not in there
    )  # fmt: skip
    return _shown(replace(page, form=typed, unsent=unsent, **more), status)  # type: ignore[arg-type] # its fields


def _shown(page: facts.CommentPage, status: int = HTTPStatus.OK) -> Response:
    return secret(pages.render("comment.html", page), status)


def _language(found: Consulted) -> str:
    return language(found.me.commenter.language)


def _frame(found: Consulted) -> facts.Frame:
    return frame(found.coalition, _language(found))


def _threads(found: Consulted, around: facts.Frame) -> dict[str, tuple[facts.CommentThread, ...]]:
    said: Sentences = sentences.said(around.language)
    return commenting.by_part(found.threads, found.blocks.blocks, said)


def _page(found: Consulted) -> facts.CommentPage:
    around, revision, asked = _frame(found), found.revision, found.consultation
    text = texts.of(revision.sha256, revision.printed, found.edited_on)
    threads = _threads(found, around)
    organisation = found.me.organisation
    return facts.CommentPage(
        frame=around,
        text=text,
        parts=commenting.parts(text, found.blocks.blocks, threads),
        whole=threads.get(commenting.WHOLE, ()),
        gone=threads.get(commenting.GONE, ()),
        revision_sha256=revision.sha256,
        name=found.me.name,
        organisation=name_in(organisation.names, around.language) if organisation else "",
        closes=languages.instant_text(asked.closes_at, asked.zone, around.language),
        read_by=asked.read_by.value,
        note=found.note or "",
        is_over=not found.may_comment,
    )
