"""What every page's route shares: its language, its headers, its form, and errors as pages."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import TypeVar
from urllib.parse import urlencode, urlsplit
from uuid import UUID

from flask import Blueprint, Response, redirect, request
from werkzeug.routing import BaseConverter
from werkzeug.wrappers import Response as AnyResponse

from api.coalitions.models import Coalition
from api.errors import Forbidden, NotFound
from api.infra.runtime import runtime
from api.infra.word.reading import MOST_BYTES as WORD_BYTES
from api.pages import service
from api.pages.rules import facts, pages, sentences, widget
from api.pages.rules.facts import Form, Frame, Notice
from api.pages.rules.sentences import Sentences
from api.web import problems
from api.web.etags import caching, tag_content
from api.web.guard import FORM, MULTIPART

_View = TypeVar("_View", bound="Callable[..., object]")

MOST_BYTES = 200_000  # a member's reservations on a long text
POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; script-src 'self';"
    " connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
_PICTURE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
_FOR_EVER = "public, max-age=31536000, immutable"  # the address changes with the content
_AN_HOUR = "public, max-age=3600"
A_MINUTE = 60
A_FORM = 2_000  # bytes that it sets around its file

blueprint = Blueprint("pages", __name__)


class ColourConverter(BaseConverter):
    """Six hexadecimal digits of an address."""

    regex = "[0-9a-fA-F]{6}"


# Recorded before the addresses, whose rules ask for it.
blueprint.record_once(lambda state: state.app.url_map.converters.update(rrggbb=ColourConverter))


class FromElsewhere(Forbidden, title="This came from another site"):
    """A form of another site may not press our buttons."""


def takes_form(view: _View) -> _View:
    """Have the guard take what a form of a page sends, and nothing else."""
    view.takes = ((FORM,), MOST_BYTES)  # type: ignore[attr-defined] # a mark that the guard reads
    return view


def takes_file(view: _View) -> _View:
    """Have the guard take a form that holds a whole text, or one with a file of Word."""
    view.takes = ((FORM, MULTIPART), WORD_BYTES + A_FORM)  # type: ignore[attr-defined] # as above
    return view


def sent() -> dict[str, list[str]]:
    """Return what a form sent, each text in its normal form."""
    return {
        name: [unicodedata.normalize("NFC", value) for value in values]
        for name, values in request.form.lists()
    }


def form(faults: Mapping[str, str], said: Sentences) -> Form:
    """Return what was typed, with what is wrong said in the page's language."""
    return Form(values=sent(), faults={name: said.say(key) for name, key in faults.items()})


def language(*wanted: str | None) -> str:
    """Return in which language a page speaks: as asked, as its subject does, as the reader does."""
    accepted = [tag for tag, _ in request.accept_languages]
    return sentences.closest([_asked(), *wanted, *accepted])


def _asked() -> str | None:
    """Return the language that an address asks for; `lang` is how earlier links say it."""
    return request.args.get("language") or request.args.get("lang")


def frame(coalition: Coalition | None, tongue: str) -> Frame:
    """Return what is around a page of a coalition, or of none."""
    accent = coalition.accent if coalition else facts.ACCENT
    look = f"/look/{pages.version()}"
    logo = None
    if coalition is not None and coalition.logo_sha256:
        logo = f"/look/{coalition.id}/{coalition.logo_sha256}"
    return Frame(
        language=tongue,
        query=f"?language={tongue}" if _asked() == tongue else "",
        accent=accent,
        coalition=coalition.name if coalition else "",
        logo=logo,
        style=f"{look}/{accent.removeprefix('#')}.css",
        script=f"{look}/sign.js",
        look=look,
        source=runtime().settings.source_url,
        country_names=coalition.country_names.get(tongue, {}) if coalition else {},
    )


def of(coalition_id: UUID, *wanted: str | None) -> tuple[Frame, Sentences]:
    """Return what is around a page, and what its language says."""
    around = frame(service.coalition(coalition_id), language(*wanted))
    return around, sentences.said(around.language)


def public(html: str, *, is_sensitive: bool = False) -> Response:
    """Answer with a page that everybody may see, and keep for a moment if it is not sensitive."""
    answer = Response(html)
    answer.headers["Cache-Control"] = caching(is_sensitive=is_sensitive)
    tag_content()
    answer.vary.update(["Accept-Language", "Accept-Encoding"])
    return answer


def secret(html: str, status: int = HTTPStatus.OK) -> Response:
    """Answer with a page that nobody may keep or find."""
    answer = Response(html, status)
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["X-Robots-Tag"] = "noindex"
    return answer


def onward(path: str, around: Frame, **query: str) -> AnyResponse:
    """Lead on after a form, so that reloading sends nothing again."""
    if around.query:
        query = {"language": around.language, **query}
    answer = redirect(path + (f"?{urlencode(query)}" if query else ""), HTTPStatus.SEE_OTHER)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def waiting(seconds: int, said: Sentences) -> str:
    """Return a while in words: "40 seconds", "3 minutes"."""
    if seconds <= A_MINUTE:
        return said.say("error.seconds", seconds)
    return said.say("error.minutes", -(-seconds // A_MINUTE))


@blueprint.before_request
def must_be_from_here() -> None:
    """Refuse what a page of another site sends. Nothing of ours relies on it: there is no cookie.

    As our pages send no referrer, a browser calls their origin null.
    """
    if request.method in {"GET", "HEAD"}:
        return
    origin = request.headers.get("Origin", "null")
    ours = {_origin(request.host_url), _origin(runtime().settings.public_url), "null"}
    site = request.headers.get("Sec-Fetch-Site", "same-origin")
    if site not in {"same-origin", "none"} or origin not in ours:
        raise FromElsewhere("Open the page that the link leads to, and answer there.")


def _origin(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"


@blueprint.after_request
def _harden(answer: Response) -> Response:
    answer.headers.setdefault("Content-Security-Policy", POLICY)
    answer.headers["Referrer-Policy"] = "no-referrer"
    answer.headers.setdefault("Cache-Control", "no-store")
    return answer


@blueprint.errorhandler(Exception)
def refused(error: Exception) -> Response:
    """Answer an error as a page: what is wrong, and what to do."""
    problem = problems.of(error)
    said = sentences.said(language())
    status = problem.status_code
    key = f"error.{status}" if f"error.{status}" in said.all else "error.400"
    wait = problem.headers.get("Retry-After", "60")
    text = said.say(f"{key}_text", wait=waiting(int(wait), said))
    page = Notice(frame=frame(None, said.language), title=said.say(key), text=text, is_error=True)
    answer = secret(pages.render("notice.html", page), status)
    if "Retry-After" in problem.headers:
        answer.headers["Retry-After"] = wait
    return answer


@blueprint.route("/look/<string:version>/<rrggbb:accent>.css")
def style(version: str, accent: str) -> Response:
    """Send the style sheet with a coalition's colour."""
    if version != pages.version():
        raise NotFound("The page that led here is old. Load it again.")
    answer = Response(pages.style(f"#{accent}"), mimetype="text/css")
    answer.headers["Cache-Control"] = _FOR_EVER
    return answer


@blueprint.route("/look/<string:version>/<any('sign.js', 'framed.js', 'guides.css'):name>")
def beside(version: str, name: str) -> Response:
    """Send a script, or what guides look like besides."""
    if version != pages.version():
        raise NotFound("The page that led here is old. Load it again.")
    answer = Response(pages.small(name), mimetype=pages.kind_of(name))
    answer.headers["Cache-Control"] = _FOR_EVER
    return answer


@blueprint.route("/frame.js")
def around_a_frame() -> Response:
    """Send what makes a frame on another site as high as what is in it."""
    answer = Response(pages.small("frame.js"), mimetype="text/javascript")
    answer.headers["Cache-Control"] = _AN_HOUR
    answer.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    tag_content()
    return answer


@blueprint.route("/widget.js")
@blueprint.route("/widget/<string:version>.js")
def the_widget(version: str = "") -> Response:
    """Send the form for other people's sites; under its own version it never changes."""
    if version not in {"", widget.version()}:
        raise NotFound("There is a newer one: /widget.js.")
    answer = Response(widget.script(), mimetype="text/javascript")
    answer.headers["Cache-Control"] = _FOR_EVER if version else _AN_HOUR
    answer.headers["Content-Location"] = f"/widget/{widget.version()}.js"
    answer.headers["Access-Control-Allow-Origin"] = "*"  # browsers compare its hash only so
    answer.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    answer.set_etag(widget.version(), weak=True)  # it is sent packed or not
    return answer.make_conditional(request)  # type: ignore[return-value] # itself


@blueprint.route("/look/<uuid:coalition_id>/<string:sha256>")
def logo(coalition_id: UUID, sha256: str) -> Response:
    """Send a coalition's logo."""
    content, kind = service.logo(coalition_id, sha256)
    answer = Response(content, mimetype=kind)
    answer.headers["Cache-Control"] = _FOR_EVER
    answer.headers["Content-Security-Policy"] = _PICTURE_POLICY
    return answer


@blueprint.route("/<any(s, c, m, a, n, r, j, u, embed):page>/", methods=["GET", "POST"])
@blueprint.route("/<any(s, c, m, a, n, r, j, u, embed):page>/<path:rest>", methods=["GET", "POST"])
@takes_form
def nowhere(page: str, rest: str = "") -> Response:
    """Say that a page is not there, as a page."""
    raise NotFound(f"Nothing of {page} is here{'.' if rest else ', without more.'}")
