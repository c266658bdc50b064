"""/desk/look: the style sheet with a coalition's colour, and the script; kept by browsers."""

from __future__ import annotations

from flask import Response

from api.desk.routes.base import Screen, at
from api.desk.rules.frames import DESK
from api.errors import NotFound
from api.pages.rules.pages import kind_of

_FOR_EVER = "public, max-age=31536000, immutable"  # the address changes with the content


@at("/look/<string:version>/<rrggbb:accent>.css", "style")
class DeskStyle(Screen):
    is_open = is_file = True

    def get(self, version: str, accent: str) -> Response:
        """Send the style sheet."""
        return _kept(version, "desk.css", DESK.style(f"#{accent}"))


@at("/look/<string:version>/<string:file>", "beside")
class DeskFile(Screen):
    is_open = is_file = True

    def get(self, version: str, file: str) -> Response:
        """Send a script."""
        if file not in DESK.beside:
            raise NotFound("The page that led here is old. Load it again.")
        return _kept(version, file, DESK.small(file))


def _kept(version: str, name: str, content: str) -> Response:
    if version != DESK.version():
        raise NotFound("The page that led here is old. Load it again.")
    answer = Response(content, mimetype=kind_of(name))
    answer.headers["Cache-Control"] = _FOR_EVER
    return answer
