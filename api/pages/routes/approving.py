"""/a: a member reads the text that it is asked to approve, and answers or hands it on."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from http import HTTPStatus
from typing import Any

from flask import Response, request
from flask.views import MethodView
from werkzeug.wrappers import Response as AnyResponse

from api.errors import Conflict, Invalid
from api.infra.net.rate_limits import TooOften
from api.infra.pdf import pictures, thumbnails
from api.infra.text import languages
from api.organisations.models import Organisation
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
from api.pages.rules import approving, facts, forms, pages, sentences, texts
from api.reviews.service import own
from api.signatures.models import Visibility
from api.signatures.service.rows import TextChanged
from api.signing.service import reader
from api.signoffs import rules
from api.signoffs.models import Silence
from api.signoffs.rules import Status
from api.signoffs.schemas import AnswerIn, HandOverIn, TimeIn
from api.signoffs.service import answers, named, questions
from api.signoffs.service.answers import AlreadyAsked, AskedApproval, HandedOn
from api.signoffs.service.publishing import corrected_name, is_personal
from api.signoffs.service.rows import UnsealedAnswer
from api.statements.models import State
from api.web.validate import loaded

CHOICES = tuple(each.value for each in rules.CHOICES)


class Approve(MethodView):
    def get(self, secret_of_asked: str) -> Response:
        """Show the text, by when an answer is asked, and what happened so far."""
        page = replace(
            _page(answers.asked(secret_of_asked)),
            is_sent="sent" in request.args,
            is_saved="saved" in request.args,
            is_written="written" in request.args,
        )
        return secret(pages.render("approve.html", page))

    @takes_form
    def post(self, secret_of_asked: str) -> AnyResponse:
        """Answer, ask for time, have a colleague answer, or choose how the organisation appears."""
        found, values = answers.asked(secret_of_asked), sent()
        act = {"hand": _hand, "appear": _appear, "time": _time, "names": _names}.get(
            forms.one(values, "do"), _answer
        )
        try:
            return act(secret_of_asked, found, values)
        except Conflict as crossed:
            said = sentences.said(_language(found))
            page = _page(answers.asked(secret_of_asked))
            is_changed = isinstance(crossed, TextChanged)
            page = replace(page, form=form({}, said), has_changed=is_changed)
            return secret(pages.render("approve.html", page), HTTPStatus.CONFLICT)
        except TooOften as often:
            said = sentences.said(_language(found))
            page = replace(_page(found), form=form({}, said), wait=waiting(often.retry_after, said))
            slowed = secret(pages.render("approve.html", page), HTTPStatus.TOO_MANY_REQUESTS)
            slowed.headers["Retry-After"] = str(often.retry_after)
            return slowed


blueprint.add_url_rule("/a/<string:secret_of_asked>", view_func=Approve.as_view("approve"))


def _answer(secret_of_asked: str, found: AskedApproval, values: forms.Sent) -> AnyResponse:
    given, faults = forms.answering(values, CHOICES)
    if not faults:
        try:
            answers.answer(secret_of_asked, loaded(AnswerIn(), given))
            return onward(request.path, _page(found).frame, sent="1")
        except Invalid as wrong:
            faults = forms.refused(wrong.faults)
    return _wrong(found, "form", faults)


def _appear(secret_of_asked: str, found: AskedApproval, values: forms.Sent) -> AnyResponse:
    wanted = forms.one(values, "visibility")
    if wanted in CHOICES:
        answers.choose(secret_of_asked, Visibility(wanted))
        return onward(request.path, _page(found).frame, saved="1")
    return _wrong(found, "how", {"how": "field.choice"})


def _hand(secret_of_asked: str, found: AskedApproval, values: forms.Sent) -> AnyResponse:
    given = forms.tidied(values, ("name", "email", "role"))
    faults = {name: "field.needed" for name in ("name", "email") if not given[name]}
    if not faults:
        try:
            answers.hand_over(secret_of_asked, loaded(HandOverIn(), given))
            return onward(request.path, _page(found).frame)
        except Invalid as wrong:
            faults = forms.refused(wrong.faults)
        except AlreadyAsked:
            faults = {"email": "field.asked"}
    return _wrong(found, "hand", faults)


def _time(secret_of_asked: str, found: AskedApproval, values: forms.Sent) -> AnyResponse:
    given = forms.tidied(values, ("until", "reason_for_time"))
    faults = {} if given["until"] else {"until": "field.needed"}
    if not faults:
        try:
            wanted = {"until": given["until"], "reason": given["reason_for_time"]}
            questions.need_time(secret_of_asked, loaded(TimeIn(), wanted))
            return onward(request.path, _page(found).frame, saved="1")
        except Invalid as wrong:
            faults = forms.refused(wrong.faults)
            faults = {
                {"reason": "reason_for_time"}.get(name, name): key for name, key in faults.items()
            }
    return _wrong(found, "time", faults)


def _wrong(found: AskedApproval, part: str, faults: Mapping[str, str]) -> Response:
    """Show the page with what was typed into one of its forms, and what is wrong there."""
    typed: Any = {part: form(faults, sentences.said(_language(found)))}
    page = pages.render("approve.html", replace(_page(found), **typed))
    return secret(page, HTTPStatus.UNPROCESSABLE_ENTITY)


def _names(secret_of_asked: str, found: AskedApproval, values: forms.Sent) -> AnyResponse:
    del values
    named.ask(secret_of_asked)
    return onward(request.path, _page(found).frame, written="1")


def _language(found: AskedApproval) -> str:
    return language(found.me.approver.language)


def _page(found: AskedApproval) -> facts.ApprovePage:
    around = frame(found.coalition, _language(found))
    said = sentences.said(around.language)
    revision, entry, asked = found.revision, found.entry, found.round.row
    text = texts.of(revision.sha256, revision.printed, found.edited_on)
    places = rules.places(revision.printed)

    def when(at: datetime | None) -> str:
        return languages.instant_text(at, found.zone, around.language) if at else ""

    def given(one: UnsealedAnswer) -> facts.GivenAnswer:
        return approving.given(one, revision.sha256, places, when)

    proposed = found.proposal
    last = entry.answers[-1] if entry.current_answers and proposed is None else None
    return facts.ApprovePage(
        frame=around,
        text=text,
        parts=approving.parts(text, revision.printed, places),
        revision_sha256=revision.sha256,
        organisation=name_in(entry.organisation.names, around.language),
        name=found.me.name,
        role=found.me.role or "",
        soft=when(asked.soft_deadline),
        hard=when(asked.hard_deadline),
        silence=asked.silence.value,
        note=found.round.note or "",
        change=(revision.note or "") if revision.number > 1 else "",
        change_reason=revision.reason or "",
        changes=_changes(found),
        carries_over=_carries_over(found),
        answer=last.answer.value if last else "",
        answered=given(last) if last else None,
        proposal=proposed.answer.value if proposed else "",
        proposed=given(proposed) if proposed else None,
        is_over=not found.may_answer,
        is_handed=found.why_not == HandedOn.title,
        is_published=found.statement.state is State.PUBLISHED,
        page=f"/s/{page}" if (page := reader.address(found.statement)) else "",
        is_waiting=entry.status is Status.ONE_OF_TWO,
        logo=_logo(entry.organisation),
        line=found.line,
        may_sign_in_person=not entry.organisation.needs_two,
        is_personal=is_personal(entry),
        printed_name=corrected_name(entry) or name_in(entry.organisation.names, text.language),
        has_logo=entry.organisation.logo_sha256 is not None,
        choices=CHOICES,
        visibility=str(found.visibility or ""),
        shows_less=found.why_less is not None,
        may_be_guessed=found.may_be_guessed,
        is_sensitive=found.is_sensitive,
        chooses_apart=_chooses_apart(found),
        comments=_comments(found),
        may_see_names=found.me.may_answer,
        closed=entry.closed.reason if entry.closed else "",
        may_need_time=found.may_answer and entry.status in rules.OUTSTANDING,
        until=_day(entry.time_asked.until, around.language) if entry.time_asked else "",
        history=approving.history(entry, said, when),
    )


def _comments(found: AskedApproval) -> str:
    """Return where this person comments on the text, while a consultation is open to them."""
    if not found.me.may_answer:
        return ""
    asked = found.statement.id, found.entry.member.id, found.me.approver.email_index
    secret = own.secret_of_asked(*asked)
    return f"/r/{secret}" if secret else ""


def _day(day: date, tongue: str) -> str:
    return languages.date_text(day.isoformat(), tongue)


def _logo(organisation: Organisation) -> str:
    """Return a small logo within the page, so that nobody else can ask for it; none, if lost."""
    if organisation.logo_sha256 is None or (found := pictures.logo(organisation)) is None:
        return ""
    picture, kind = found
    small = base64.b64encode(thumbnails.made(picture, kind).content).decode()
    return f"data:{kind};base64,{small}"


def _changes(found: AskedApproval) -> facts.Changes | None:
    """Return what changed since the organisation answered, or since this person was asked."""
    tongue = _language(found)
    heading = "approve.since_answer" if found.entry.answers else "approve.since_asked"
    diff = found.compare() if found.compare else None
    return texts.changes(diff, sentences.said(tongue).say(heading), tongue)


def _chooses_apart(found: AskedApproval) -> bool:
    """Tell whether it makes sense to choose without answering: silence approves, or they did."""
    is_tacit = found.round.row.silence is Silence.APPROVAL and not found.entry.current_answers
    return found.may_choose and (is_tacit or found.entry.approves or found.entry.stands)


def _carries_over(found: AskedApproval) -> bool:
    """Tell whether an approval of an earlier text counts for this one."""
    return any(
        each.answer in rules.POSITIVE and each.revision < found.revision.number
        for each in found.entry.current_answers
    )
