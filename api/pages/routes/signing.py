"""/s: the statement, its list, the form to sign it; and the code of the letter."""

from __future__ import annotations

from dataclasses import replace
from http import HTTPStatus

from flask import Response, redirect, request
from flask.views import MethodView
from werkzeug.wrappers import Response as AnyResponse

from api.documents.service import public as documents
from api.errors import Invalid, NotFound
from api.infra.database.paging import PageRequest
from api.infra.net.rate_limits import TooOften
from api.infra.text import languages
from api.pages.routes.base import (
    POLICY,
    blueprint,
    form,
    frame,
    language,
    onward,
    public,
    secret,
    sent,
    takes_form,
    waiting,
)
from api.pages.routes.own_signature import thanks
from api.pages.rules import facts, forms, pages, sentences, texts
from api.pages.rules.sentences import Sentences
from api.signatures.rules import VISIBILITIES
from api.signatures.service.rows import TextChanged
from api.signing.rules import SigningClosed
from api.signing.schemas import PublicSignatureIn
from api.signing.service import confirming, reader, receiving
from api.signing.service.confirming import CodeUnknown
from api.signing.service.reader import Phase, Public
from api.statements.models import State
from api.web.validate import loaded

_PRINT_SECONDS = 3
_FIRST, _MOST = 8, 100  # names beside the text, and on a page of the list
_OVER: dict[State, facts.SigningState] = {
    State.SUPERSEDED: "superseded",
    State.WITHDRAWN: "withdrawn",
    State.ARCHIVED: "closed",
}


class ReadStatement(MethodView):
    def get(self, address: str) -> Response:
        """Show a statement: read it, see who signed it, sign it."""
        found = _found(address)
        return self.around(found, _answered(found, self.page(page_of(found))))

    @takes_form
    def post(self, address: str) -> AnyResponse:
        """Take what somebody sent who wants to sign; whoever they are, the answer is the same."""
        found = _found(address)
        page = page_of(found)
        said = sentences.said(page.frame.language)
        values = sent()
        given, faults = forms.signing(values, _offer(found), _spoken(values, said))
        if faults:
            return self.again(found, page, faults)
        is_organisation = given["kind"] == forms.ORGANISATION
        try:
            taken = loaded(PublicSignatureIn(), given)
            receiving.receive(address, taken, given["revision_sha256"], request.remote_addr)
        except Invalid as wrong:
            faults = forms.refused(wrong.faults, is_organisation=is_organisation)
        except TooOften as wrong:
            wait = said.say("error.429_text", wait=waiting(wrong.retry_after, said))
            page = replace(page, wait=wait)
            answer = self.again(found, page, {}, HTTPStatus.TOO_MANY_REQUESTS)
            answer.headers["Retry-After"] = str(wrong.retry_after)
            return answer
        except (TextChanged, SigningClosed) as wrong:
            found = _found(address)
            page = page_of(found)
            is_changed = isinstance(wrong, TextChanged) and page.state == "open"
            return self.again(found, replace(page, has_changed=is_changed), {}, HTTPStatus.CONFLICT)
        else:
            return onward(self.after(address), page.frame, sent="1")
        return self.again(found, page, faults)

    def again(
        self,
        found: Public,
        page: facts.StatementPage,
        faults: dict[str, str],
        status: int = HTTPStatus.UNPROCESSABLE_ENTITY,
    ) -> Response:
        """Show the form again, with every word that was typed."""
        typed = form(faults, sentences.said(page.frame.language))
        return self.around(found, secret(self.page(replace(page, form=typed)), status))

    def page(self, page: facts.StatementPage) -> str:
        """Return the page of a statement."""
        return pages.render("statement.html", page)

    def after(self, address: str) -> str:
        """Return where it goes on from a form that was taken."""
        return f"/s/{address}/code"

    def around(self, found: Public, answer: Response) -> Response:
        """Say which sites may show the page in a frame: none."""
        del found
        return answer


class Embedded(ReadStatement):
    """The form alone, in a frame on the sites that the coalition names; it needs no script."""

    def page(self, page: facts.StatementPage) -> str:
        """Return the page inside of a frame."""
        is_sent = "sent" in request.args and page.form.is_new
        return pages.render("embed.html", replace(page, is_framed=True, is_sent=is_sent))

    def after(self, address: str) -> str:
        """Stay in the frame: what comes next is said there."""
        return f"/embed/{address}"

    def around(self, found: Public, answer: Response) -> Response:
        """Let the coalition's sites show it in a frame; any other could press its buttons."""
        sites = " ".join(found.coalition.origins) or "'none'"
        answer.headers["Content-Security-Policy"] = POLICY.replace(
            "frame-ancestors 'none'", f"frame-ancestors {sites}"
        )
        answer.headers["X-Robots-Tag"] = "noindex"
        return answer


class ListSignatories(MethodView):
    def get(self, address: str) -> Response:
        """List who signed, as far as they wish to be seen."""
        found, cursor = _found(address), request.args.get("cursor")
        around = _frame(found)
        page = reader.signatories(address, PageRequest(limit=_MOST, cursor=cursor)).found
        text = texts.of(found.revision.sha256, found.revision.printed, found.edited_on)
        return _answered(
            found,
            pages.render(
                "signatories.html",
                facts.SignatoriesPage(
                    frame=around,
                    address=address,
                    title=text.title,
                    text_language=text.language,
                    text_direction=text.direction,
                    lines=tuple(texts.line(each.who, around) for each in page.items),
                    total=found.counts.total,
                    organisations=found.counts.by_kind.get("organisation", 0),
                    withheld=found.counts.withheld,
                    next_cursor=page.following,
                    is_first=cursor is None,
                ),
            ),
        )


class EnterCode(MethodView):
    def get(self, address: str) -> Response:
        """Say what comes next, and take the code of the letter."""
        found = _found(address)
        return secret(pages.render("mailbox.html", _mailbox(found, facts.Form())))

    @takes_form
    def post(self, address: str) -> Response:
        """Confirm by the code."""
        found = _found(address)
        said = sentences.said(_frame(found).language)
        wrong = "field.needed"
        if code := forms.one(sent(), "code"):
            try:
                return thanks(confirming.confirm_by_code(address, code, request.remote_addr))
            except CodeUnknown:
                wrong = "field.code"
        page = _mailbox(found, form({"code": wrong}, said))
        return secret(pages.render("mailbox.html", page), HTTPStatus.UNPROCESSABLE_ENTITY)


class AwaitDocument(MethodView):
    def get(self, address: str) -> AnyResponse:
        """Wait for a document that is being printed, and lead to it."""
        found = _found(address)
        if documents.published(address, lambda _: True).found is not None:
            answer = redirect(_document(address), HTTPStatus.SEE_OTHER)
            answer.headers["Cache-Control"] = "no-store"
            return answer
        around = _frame(found)
        said = sentences.said(around.language)
        link = facts.Anchor(said.say("page.back"), f"/s/{address}{around.query}")
        page = facts.Notice(
            frame=around,
            title=said.say("statement.printing"),
            text=said.say("statement.printing_text"),
            links=(link,),
            is_error=True,
        )
        waits = secret(pages.render("notice.html", page), HTTPStatus.ACCEPTED)
        waits.headers["Refresh"] = waits.headers["Retry-After"] = str(_PRINT_SECONDS)
        return waits


blueprint.add_url_rule("/s/<string:address>", view_func=ReadStatement.as_view("statement"))
blueprint.add_url_rule("/embed/<string:address>", view_func=Embedded.as_view("embedded"))
blueprint.add_url_rule("/s/<string:address>/signatories", view_func=ListSignatories.as_view("list"))
blueprint.add_url_rule("/s/<string:address>/document", view_func=AwaitDocument.as_view("printed"))
blueprint.add_url_rule("/s/<string:address>/code", view_func=EnterCode.as_view("code"))


def _found(address: str) -> Public:
    """Return a statement, with the words of its form in the language of the page."""
    found = reader.public(address)
    tongue = language(found.statement.language)
    return found if tongue == found.statement.language else reader.public(address, tongue)


def _answered(found: Public, html: str) -> Response:
    return public(html, is_sensitive=found.signing.is_sensitive)


def _frame(found: Public) -> facts.Frame:
    return frame(found.coalition, language(found.statement.language))


def _spoken(values: dict[str, list[str]], said: Sentences) -> str:
    """Return in which language the form spoke whose boxes were ticked."""
    spoken = forms.one(values, "language")
    return spoken if spoken in sentences.offered() else said.language


def page_of(found: Public) -> facts.StatementPage:
    around, signing = _frame(found), found.signing
    state = _state(found)
    instant = {"open": signing.closes_at, "unopened": signing.opens_at}.get(state)
    shown = _shown(found, around)
    return facts.StatementPage(
        frame=around,
        address=signing.address,
        text=texts.of(found.revision.sha256, found.revision.printed, found.edited_on),
        state=state,
        total=found.counts.total,
        organisations=found.counts.by_kind.get("organisation", 0),
        lines=shown,
        has_more=bool(shown) and found.counts.total > len(shown),
        when=languages.instant_text(instant, signing.zone, around.language) if instant else "",
        successor=facts.Anchor(found.successor_title or "", f"/s/{found.successor}{around.query}")
        if found.successor
        else None,
        pdf=_document(signing.address) if found.statement.state is State.PUBLISHED else None,
        offer=_offer(found) if state == "open" else None,
    )


def _document(address: str) -> str:
    return f"/v1/public/statements/{address}/document"


def _state(found: Public) -> facts.SigningState:
    if found.phase is Phase.OPEN:
        return "open"
    if found.statement.state in _OVER:
        return _OVER[found.statement.state]
    if found.successor:
        return "superseded"
    if found.phase is Phase.CLOSED:
        return "closed"
    return "unopened" if found.signing.opens_at else "none"


def _shown(found: Public, around: facts.Frame) -> tuple[facts.ListedSignatory, ...]:
    if not (found.signing.shows_list and found.counts.total):
        return ()
    try:
        page = reader.signatories(found.signing.address, PageRequest(limit=_FIRST)).found
    except NotFound:
        return ()
    return tuple(texts.line(each.who, around) for each in page.items)


def _offer(found: Public) -> facts.Offer:
    return facts.Offer(
        revision_sha256=found.revision.sha256,
        visibilities=tuple(each.value for each in VISIBILITIES),
        boxes=tuple(texts.box(each) for each in found.consents),
        people=found.signing.takes_individuals,
        organisations=found.signing.takes_organisations,
        is_sensitive=found.signing.is_sensitive,
    )


def _mailbox(found: Public, typed: facts.Form) -> facts.Mailbox:
    return facts.Mailbox(
        frame=_frame(found),
        address=found.signing.address,
        title=found.statement.title,
        is_sent="sent" in request.args,
        form=typed,
    )
