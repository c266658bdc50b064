"""What every screen shares: who visits, which forms are ours, what is around it, and what it says.

A screen is a class: `@at(address, name) class Members(Screen)`. Before its method runs, the visitor
is known, has at least the screen's role in the coalition of the address, and sent a form of ours.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import fields, is_dataclass, replace
from datetime import datetime
from http import HTTPMethod, HTTPStatus
from typing import Any, ClassVar, TypeVar, cast
from urllib.parse import urlencode, urlsplit
from uuid import UUID

from flask import Blueprint, Response, current_app, g, redirect, request, url_for
from flask.views import MethodView
from markupsafe import Markup
from werkzeug.wrappers import Response as AnyResponse

from api.accounts.rules import Role
from api.accounts.service import sessions
from api.desk.routes.visiting import (
    PATH,
    coalition,
    coalition_of_address,
    form_proof,
    keep_cookies,
    must_be_our_form,
    safe,
    visit,
    visitor,
)
from api.desk.rules import csrf, filling, navigation
from api.desk.rules.frames import (
    DESK,
    WORDS,
    AgainScreen,
    AreaLink,
    DeskFrame,
    JustDone,
    RefusedScreen,
    UndoForm,
)
from api.errors import Conflict, DomainError, Invalid, NotFound
from api.infra.database.paging import Page, PageRequest
from api.infra.database.transactions import Stale
from api.infra.runtime import runtime
from api.infra.text import languages, zones
from api.pages.routes import base as pages
from api.pages.routes.base import sent, takes_form
from api.pages.rules import facts, forms
from api.pages.rules.facts import Form
from api.pages.rules.sentences import Sentences
from api.web import problems

_Screen = TypeVar("_Screen", bound="type[Screen]")
_T = TypeVar("_T")

POLICY = f"{pages.POLICY}; frame-src 'self'"
FRAMED = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'self';"
    " form-action 'none'; base-uri 'none'; sandbox"
)
# What keeps a form from being taken: the screen catches it, and shows the form with `typed`.
REFUSED = (Invalid, Stale, Conflict)
_READING = {HTTPMethod.GET, HTTPMethod.HEAD}
_MOST_UNDONE = 50
_UNREAD = {
    HTTPStatus.BAD_REQUEST,
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
}  # what such a form holds is not known

blueprint = Blueprint("desk", __name__, url_prefix=PATH)


class Screen(MethodView):
    """An address of the desk. Its `post` takes a form, unless it is marked to take a file."""

    least: ClassVar[Role] = Role.VIEWER  # who may open it, where the address names a coalition
    is_open: ClassVar[bool] = False  # to who has not signed in
    is_file: ClassVar[bool] = False  # it sends no page: a PDF, a table, a script
    is_leaving: ClassVar[bool] = False  # it ends a session: where none is, any form of ours may
    is_fresh: ClassVar[bool] = False  # only a moment after signing in: it cannot be undone

    def __init_subclass__(cls) -> None:
        """Have the guard take the screen's forms."""
        super().__init_subclass__()
        post = vars(cls).get("post")
        if post is not None and not hasattr(post, "takes"):
            takes_form(post)


def at(path: str, name: str) -> Callable[[_Screen], _Screen]:
    """Put a screen at an address below /desk, under the name by which others lead to it."""

    def put(screen: _Screen) -> _Screen:
        blueprint.add_url_rule(path, view_func=screen.as_view(name))
        return screen

    return put


@blueprint.before_request
def _let_in() -> None:
    """Let in who may open the screen with what they send, or raise."""
    screen_, coalition_id = _screen(), coalition_of_address()
    if request.method not in _READING:
        pages.must_be_from_here()
        if visitor() or not screen_.is_leaving:
            must_be_our_form(is_open=screen_.is_open)
    if screen_.is_open:
        return
    found = visit()
    if coalition_id is not None:
        if coalition_id in found.cut:
            raise sessions.NotFresh("An owner ended all access. Sign in again.")
        found.actor.must(coalition_id, screen_.least)
    if screen_.is_fresh:
        sessions.must_be_fresh(found)


def _screen() -> type[Screen]:
    view = current_app.view_functions[request.endpoint or ""]
    return cast("type[Screen]", getattr(view, "view_class", Screen))


# What is around a screen.


def said() -> Sentences:
    """Return the sentences of the visitor's language: as asked, as chosen, as the browser says."""
    asked, found, here = request.args.get("language"), visitor(), coalition()
    chosen = found.language if found else None
    accepted = [tag for tag, _ in request.accept_languages]
    return WORDS.said(WORDS.closest([asked, chosen, *accepted, *(here.languages if here else ())]))


def day(of_it: object) -> str:
    """Return a day as the visitor's language writes it; nothing of none."""
    return languages.date_text(str(of_it), said().language) if of_it else ""


def when(at_it: datetime | None, zone: str = "UTC") -> Markup:
    """Return an instant in a zone; the script tells it as the visitor's own clock does."""
    if at_it is None:
        return Markup()
    text = languages.instant_text(at_it, zone, said().language)
    iso = at_it.isoformat(timespec="seconds")
    return Markup('<time datetime="{}">{}</time>').format(iso, text)


def to(name: str, **values: Any) -> str:
    """Return the address of a screen; in the coalition of this one unless it names another."""
    endpoint = f"desk.{name}"
    here = coalition_of_address()
    known: dict[str, Any] = {} if here is None else {"coalition_id": here}
    is_in_one = current_app.url_map.is_endpoint_expecting(endpoint, "coalition_id")
    return url_for(endpoint, **{**(known if is_in_one else {}), **values})


def _frame(*, tells: bool) -> DeskFrame:
    """Return what is around a screen; `tells`: it says what was done, and nothing was refused."""
    here, words = coalition(), said()
    accent = here.accent if here else facts.ACCENT
    look = f"{PATH}/look/{DESK.version()}"
    asked = request.args.get("language")
    found = visitor()
    role = found.actor.roles[here.id] if here and found else None
    return DeskFrame(
        language=words.language,
        query=f"?language={words.language}" if asked == words.language else "",
        accent=accent,
        coalition=here.name if here else "",
        logo=f"/look/{here.id}/{here.logo_sha256}" if here and here.logo_sha256 else None,
        style=f"{look}/{accent.removeprefix('#')}.css",
        script=f"{look}/desk.js",
        look=look,
        source=runtime().settings.source_url,
        country_names=here.country_names.get(words.language, {}) if here else {},
        csrf=form_proof(),
        home=to("home") if here else to("home_of_all"),
        here=request.path,
        areas=_areas(here.id, role) if here and role else (),
        coalition_id=here.id if here else None,
        role=role,
        is_signed_in=found is not None,
        said=_said(words) if tells else None,
    )


def _areas(coalition_id: UUID, role: Role) -> Sequence[AreaLink]:
    here = navigation.area_of(request.path.removeprefix(f"{PATH}/{coalition_id}"))
    return [
        AreaLink(each.key, to(each.endpoint), is_here=each is here)
        for each in navigation.AREAS
        if role.may(each.least)
    ]


def _said(words: Sentences) -> JustDone | None:
    """Return what the address says was done. Whatever is on no list of ours it cannot say."""
    code = request.args.get("said", "")
    if f"said.{code}" not in words.all:
        return None
    undo, ids = navigation.UNDOES.get(code), request.args.getlist("of")
    if undo is None or not ids:
        return JustDone(code)
    try:
        known = [("ids", str(UUID(each))) for each in ids[:_MOST_UNDONE]]
    except ValueError:
        return JustDone(code)
    named = dict(request.view_args or {})
    rule = next(current_app.url_map.iter_rules(f"desk.{undo.endpoint}"))
    if not rule.arguments <= named.keys():  # the address was made by somebody else
        return JustDone(code)
    action = to(undo.endpoint, **named)
    page = [("cursor", each) for each in request.args.getlist("cursor")]
    return JustDone(code, UndoForm(action, [*undo.fields.items(), *page, *known]))


# What a screen answers.


def screen(template: str, shown: object = None, status: int = HTTPStatus.OK) -> Response:
    """Answer with a screen: its template, and the dataclass whose fields the template says.

    Where it has a `form` that was refused, the status says so.
    """
    named: dict[str, Any] = {}
    if shown is not None and is_dataclass(shown):
        named = {each.name: getattr(shown, each.name) for each in fields(shown)}
    typed_in = named.get("form")
    if isinstance(typed_in, Form) and status == HTTPStatus.OK:
        if typed_in.is_stale:
            status = HTTPStatus.PRECONDITION_FAILED
        elif typed_in.faults:
            status = HTTPStatus.UNPROCESSABLE_ENTITY
    around = {"shown": shown, "to": to, "day": day, "when": when, "zones": zones.every()}
    frame = _frame(tells=status < HTTPStatus.BAD_REQUEST)
    return Response(DESK.render(template, frame, {**around, **named}), status)


def onward(name: str, code: str = "", undo: Sequence[UUID] = (), **values: Any) -> AnyResponse:
    """Lead on after a form, to a screen that says what was done (`said.<code>` of the words).

    `undo` are the ids that the notice offers to undo; `navigation.UNDOES` says how.
    """
    query = [("said", code)] if code else []
    query += [("of", str(each)) for each in undo]
    path = to(name, **values)
    mark = "&" if "?" in path else "?"
    return led(path + (f"{mark}{urlencode(query)}" if query else ""))


def led(path: str) -> AnyResponse:
    """Lead on to an address of ours."""
    return redirect(path, HTTPStatus.SEE_OTHER)


def typed(refused: Invalid | Stale | Conflict | None = None, *ticked: str) -> Form:
    """Return what was typed, with what is wrong with it; the screen shows it again.

    `ticked` are fields that a browser sends only where they are ticked.
    """
    values = sent()
    if isinstance(refused, Invalid) and refused.faults:
        fields = {**dict.fromkeys(ticked, ()), **values}
        return Form(values=values, faults=filling.told(refused.faults, fields, said()))
    if isinstance(refused, Invalid | Conflict):
        return Form(values=values, faults={filling.WHOLE: filling.refusal(refused, said())})
    return Form(values=values, is_stale=refused is not None)


def one(name: str) -> str:
    """Return what was typed into a field of the form that was sent."""
    return forms.one(sent(), name)


def ids(name: str = "ids") -> list[UUID]:
    """Return the rows that were ticked, or that an undo is about; what is empty is none."""
    try:
        return [UUID(each) for each in sent().get(name, ()) if each]
    except ValueError:
        raise NotFound("The page that led here is old. Load it again.") from None


def an_id() -> UUID:
    """Return the one row that a button of it, or an undo, is about."""
    found = ids()
    if len(found) != 1:
        raise NotFound("The page that led here is old. Load it again.")
    return found[0]


def page_request(limit: int = 50, name: str = "cursor") -> PageRequest:
    """Return which page of a list the address or its form asks for."""
    return PageRequest(limit=limit, cursor=request.args.get(name) or one(name) or None)


def page_of(read: Callable[[PageRequest], Page[_T]], asked: PageRequest) -> Page[_T]:
    """Return the page of a list that is asked for; its first, where a decision emptied that one."""
    found = read(asked)
    return found if found.items or not asked.cursor else read(replace(asked, cursor=None))


def cursors(*names: str) -> dict[str, str]:
    """Return which pages of several lists of one screen the address asks for."""
    return {name: request.args.get(name, "") for name in names}


def version() -> int:
    """Return the version that the form was made of (its hidden field): what If-Match is in /v1."""
    try:
        return int(one("version"))
    except ValueError:
        raise NotFound("The page that led here is old. Load it again.") from None


def framed(answer: Response) -> Response:
    """Let a screen show an answer of the desk's in a frame: a preview, which runs nothing."""
    answer.headers["Content-Security-Policy"] = FRAMED
    answer.headers["X-Frame-Options"] = "SAMEORIGIN"
    return answer


@blueprint.after_request
def _finish(answer: Response) -> Response:
    answer.headers.setdefault("Content-Security-Policy", POLICY)
    answer.headers.setdefault("Cache-Control", "no-store")
    answer.headers["X-Robots-Tag"] = "noindex"
    answer.headers["Referrer-Policy"] = "same-origin"  # so that a browser says where a form is from
    answer.headers["Cross-Origin-Opener-Policy"] = "same-origin"
    answer.vary.update(["Cookie", "Accept-Language"])
    keep_cookies(answer)
    return answer


@blueprint.errorhandler(Exception)
def refused(error: Exception) -> AnyResponse:
    """Answer an error as a screen: what is wrong, and what to do."""
    if isinstance(error, problems.Unauthenticated | sessions.NotFresh):
        return _sign_in_first(error)
    problem = problems.of(error)
    if problem.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
        g.visit = None  # the page must not need what broke
    status, words = problem.status_code, said()
    wait = problem.headers.get("Retry-After", "60")
    own = f"problem.{error.slug()}" if isinstance(error, DomainError) else ""
    key = next(k for k in (own, f"error.{status}", "error.400") if k in words.all)
    text = f"{own}_text" if f"{own}_text" in words.all else f"{key}_text"
    page = RefusedScreen(
        title=words.say(key),
        text=words.say(text, wait=pages.waiting(int(wait), words)),
        href=to("home") if coalition() else to("home_of_all"),
        words=words.say("desk.to_home"),
        written=() if status in _UNREAD else filling.written(sent()),
    )
    answer = screen("refusal.html", page, status)
    if "Retry-After" in problem.headers:
        answer.headers["Retry-After"] = wait
    return answer


def _sign_in_first(error: Exception) -> AnyResponse:
    """Lead to the sign-in and back: to the screen itself, or to where its form stood.

    What a form sent is not lost: the sign-in opens beside it, and then it is sent as it was.
    """
    back = safe(request.full_path if request.method in _READING else _of_referrer())
    query = urlencode({"next": back}) if back else ""
    sign_in = to("sign_in") + (f"?{query}" if query else "")
    values = [(name, value) for name, all_of_it in sent().items() for value in all_of_it]
    if request.method in _READING or not ({name for name, _ in values} - {csrf.FIELD}):
        return led(sign_in)
    page = AgainScreen(
        key="old" if isinstance(error, sessions.NotFresh) else "over",
        sign_in=sign_in,
        action=request.full_path.removesuffix("?"),
        fields=values,
        files=[name for name, file in request.files.items() if file.filename],
    )
    return screen("again.html", page, HTTPStatus.FORBIDDEN)


def _of_referrer() -> str:
    """Return on which screen the form stood that was sent."""
    try:
        parts = urlsplit(request.referrer or "")
    except ValueError:
        return ""
    return parts._replace(scheme="", netloc="").geturl()
