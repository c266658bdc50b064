"""/ says what this is; /docs has the guides, a search in them, and the reference of the API."""

from __future__ import annotations

from dataclasses import replace
from importlib.metadata import version
from typing import Any

from flask import Response, jsonify, request

from api.errors import NotFound
from api.infra.runtime import remembered
from api.pages.routes.base import blueprint, frame, language, public
from api.pages.rules import finding, guides, library, pages, reference
from api.web.etags import tag_content
from api.web.openapi import serving

_FIVE_MINUTES = "public, max-age=300"  # they change with the program alone
_HOME = {
    "name": "Undersigned",
    "description": "Joint statements of NGO coalitions: written, signed, printed, sent.",
    "version": version("undersigned"),
    "api": "/v1",
    "openapi": "/openapi.yaml",
    "docs": "/docs",
    "reference": reference.PATH,
    "problems": "/problems",
    "health": "/readyz",
}


@blueprint.get("/")
def home() -> Response:
    """Say what this is and where to go: to people as a page, to programs as JSON."""
    if request.accept_mimetypes.best_match(["application/json", "text/html"]) == "text/html":
        around = replace(frame(None, language()), coalition=_HOME["name"])
        answer = _kept(public(pages.render("home.html", library.HomePage(frame=around))))
    else:
        answer = _kept(jsonify(_HOME))
    answer.vary.add("Accept")
    return answer


@blueprint.get("/docs", strict_slashes=False, defaults={"name": guides.INDEX})
@blueprint.get("/docs/<path:name>")
def guide(name: str) -> Response:
    """Show a guide, or a file that one leads to."""
    if name in guides.files():
        return _kept(Response(guides.files()[name], mimetype="text/plain"))
    found = guides.all_guides().get(name)
    if found is None:
        raise NotFound("There is no guide of this name. /docs lists them.")
    page = library.GuidePage(
        **_around(), title=found.title, html=found.html, contents=found.contents
    )
    return _page("guide.html", page)


@blueprint.get("/docs/search")
def search() -> Response:
    """Find something in the guides and in the reference; it needs no script."""
    asked = " ".join(request.args.get("q", "")[: finding.MOST_ASKED].split())
    places = finding.of_operations(reference.listed(_chapters()))
    found = finding.find(asked, places)
    return _page("found.html", library.FoundPage(**_around(asked=asked), found=found))


@blueprint.get(reference.PATH, strict_slashes=False)
def every_address() -> Response:
    """Show every address of the API in a line."""
    around = _around(chapters=tuple(_chapters().values()))
    return _page("reference.html", library.LibraryPage(**around))


@blueprint.get(f"{reference.PATH}/<string:name>")
def chapter(name: str) -> Response:
    """Show one part of the API."""
    chapters = _chapters()
    if name not in chapters:
        raise NotFound("The API has no such part. /docs/reference lists them.")
    around = _around(chapters=tuple(chapters.values()))
    return _page("chapter.html", library.ChapterPage(**around, chapter=chapters[name]))


def _around(**more: Any) -> dict[str, Any]:
    """Return what every page has that guides are beside; they are in English."""
    around = frame(None, "en")
    sheet = f"{around.look}/guides.css"
    path = request.path.rstrip("/")
    return {"frame": around, "path": path, "sheet": sheet, "shelves": guides.shelves(), **more}


def _page(template: str, page: library.LibraryPage) -> Response:
    return _kept(Response(pages.render(template, page)))


def _kept(answer: Response) -> Response:
    """Let everybody keep what changes with the program alone."""
    answer.headers["Cache-Control"] = _FIVE_MINUTES
    tag_content()
    return answer


class _Chapters(dict[str, reference.Chapter]):
    """The reference of the running app, which a process reads once."""


def _chapters() -> dict[str, reference.Chapter]:
    known = remembered(_Chapters)
    if not known:
        known.update(reference.chapters(serving.of_app()))
    return known
