"""ETag on every resource, If-Match on every change (promise 10)."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from http import HTTPStatus
from typing import TypeVar, cast

from flask import Flask, Response, current_app, g, request

from api.infra.database.transactions import Expected, Stale
from api.web.files import described
from api.web.openapi.headers import SENDS_TAG
from api.web.problems import MatchNeeded

# A compressed answer names how, behind the version.
_VERSION = re.compile(r"([0-9]{1,9})(?::(?:br|gzip))?", re.ASCII)
OF_CONTENT = object()
# A rush is answered by caches, and a name that is taken back is gone from them ten seconds later.
SHARED = "public, max-age=5, stale-while-revalidate=5"
_READ = {HTTPStatus.OK, HTTPStatus.NOT_MODIFIED}
_View = TypeVar("_View", bound=Callable[..., object])
_Found = TypeVar("_Found")
IF_MATCH = {
    "in": "header",
    "name": "If-Match",
    "required": True,
    "description": "The ETag of the version that you change. A list holds it, and * is any.",
    "schema": {"type": "string", "example": '"1"'},
}


def install(app: Flask) -> None:
    """Send the ETag of what a route returned, and 304 to who has it already."""

    @app.after_request
    def _tag(answer: Response) -> Response:
        version = g.pop("etag", None)
        if answer.status_code >= HTTPStatus.BAD_REQUEST:
            version = None  # it was to be of what the view did not come to return
        if version is OF_CONTENT:
            answer.add_etag()
        elif version is not None:
            answer.set_etag(str(version))
        kept = g.pop("caching", None)
        if kept and answer.status_code in _READ:
            answer.headers["Cache-Control"] = kept
        is_whole = answer.status_code == 200 and not answer.is_streamed  # noqa: PLR2004 # OK
        if request.method in {"GET", "HEAD"} and is_whole:  # a stream would be gathered for it
            answer.make_conditional(request)
        return answer


def tagged_by(place: str) -> Callable[[_View], _View]:
    """Have a view send, of what it returns, the version at a place in it as the answer's ETag.

    Where there is nothing on the way, as in a preview that made nothing, none is sent. Who has that
    version is told so before the answer is put into words.
    """

    def version(found: object) -> object:
        for name in place.split("."):
            found = None if found is None else getattr(found, name)
        return found

    def tagged(view: _View) -> _View:
        @functools.wraps(view)
        def answered(*args: object, **named: object) -> object:
            found = view(*args, **named)
            g.etag = version(found)
            if request.method in {"GET", "HEAD"} and (had := _had(g.etag)):
                g.etag = had
                return current_app.response_class(status=HTTPStatus.NOT_MODIFIED)
            return found

        return sends_tag(cast("_View", answered))

    return tagged


def _had(version: object) -> str | None:
    """Return the ETag by which who asks has a version already; None: they do not."""
    for each in request.if_none_match.as_set(include_weak=True):
        found = _VERSION.fullmatch(each)
        if found and found[1] == str(version):
            return each
    return None


tagged = tagged_by("version")


def sends_tag(view: _View) -> _View:
    """Describe a view that says its ETag itself, by `tag`."""
    return described(view, **{SENDS_TAG: True})


def tag(etag: str | int) -> None:
    """Send `etag` with the answer."""
    g.etag = etag


def tag_content() -> None:
    """Send with the answer an ETag of what it holds, for what has no version."""
    g.etag = OF_CONTENT


def caching(*, is_sensitive: bool) -> str:
    """Return for how long anybody may keep what everybody may read.

    Of a sensitive statement nobody keeps anything: that it was read may put its reader in danger.
    """
    return "no-store" if is_sensitive else SHARED


def let_caches_keep(*, is_sensitive: bool) -> None:
    """Let caches of others keep the answer for a moment, where it is not sensitive."""
    g.caching = caching(is_sensitive=is_sensitive)


def needs_match(view: Callable[..., _Found]) -> Callable[..., _Found]:
    """Give a changing view the version that its caller read, as the keyword `expected`."""

    @functools.wraps(view)
    def matched(*args: object, **named: object) -> _Found:
        return view(*args, expected=_expected(), **named)

    return described(matched, parameters=[IF_MATCH])


def expected_if_there(is_there: Callable[[], bool]) -> int | None:
    """Return the version that a PUT changes; None where it makes the thing."""
    if not request.headers.get("If-Match") and not is_there():
        return None
    return _expected()


def _expected() -> Expected:
    if not request.headers.get("If-Match"):
        raise MatchNeeded("Read the thing first and send its ETag in the header If-Match.")
    if request.if_match.star_tag:
        return Expected(None)
    tags = request.if_match.as_set()  # without weak ones, which match nothing here (RFC 9110)
    found = filter(None, map(_VERSION.fullmatch, tags))
    versions = frozenset(int(each[1]) for each in found)
    if not versions:
        raise Stale('If-Match holds no ETag that we gave: it looks like "3", without W/ before it.')
    return Expected(versions)
