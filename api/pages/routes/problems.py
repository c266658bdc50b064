"""/problems: what an error of the API means, and what to do. Its `type` is the address."""

from __future__ import annotations

from flask import Response
from markupsafe import Markup

from api.errors import NotFound
from api.pages.routes.base import blueprint, frame, language, public
from api.pages.rules import facts, pages, problems


@blueprint.get("/problems", strict_slashes=False)
def every_problem() -> Response:
    """List the kinds of errors."""
    return _shown("Problems", problems.listed())


@blueprint.get("/problems/<string:slug>")
def one_problem(slug: str) -> Response:
    """Say what one kind of error means."""
    html = problems.explained().get(slug)
    if html is None:
        raise NotFound("There is no error of this name. /problems lists them.")
    return _shown(slug, html)


def _shown(title: str, html: Markup) -> Response:
    around = frame(None, language("en"))
    return public(pages.render("problem.html", facts.Problem(frame=around, title=title, html=html)))
