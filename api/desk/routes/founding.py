"""/desk/coalitions/new: a coalition with its name, languages, colour and logo."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response, request
from werkzeug.wrappers import Response as AnyResponse

from api.coalitions import service as coalitions
from api.coalitions.models import Coalition
from api.coalitions.schemas import CoalitionIn
from api.coalitions.service import CoalitionSlugTaken
from api.desk.routes.base import REFUSED, Screen, at, one, onward, said, screen, typed
from api.desk.routes.visiting import visit, visit_again
from api.desk.rules import founding
from api.desk.rules.founding import FoundingScreen
from api.errors import Invalid
from api.pages.routes.base import sent, takes_file
from api.pages.rules.facts import ACCENT, Form
from api.web.validate import loaded

_MOST_OF_A_SLUG = 9  # coalitions of one person that have the same name


@at("/coalitions/new", "coalition_new")
class CoalitionNew(Screen):
    def get(self) -> Response:
        """Ask for its name, its languages, its colour and its logo."""
        return self._shown(Form())

    @takes_file
    def post(self) -> AnyResponse:
        """Found it; the visitor owns it."""
        usual = one("language")
        others = [each for each in sent().get("others", ()) if each != usual]
        given = {"name": one("name"), "languages": [usual, *others], "accent": one("accent")}
        try:
            found = _founded(given)
        except REFUSED as refused:
            return self._shown(typed(refused))
        coalition_id = found.id
        visit_again()  # with the role that founding gave
        return onward("home", _with_logo(found), coalition_id=coalition_id)

    def _shown(self, form: Form) -> Response:
        usual = said().language
        page = FoundingScreen(
            languages=founding.offered(usual), usual=usual, accent=ACCENT, form=form
        )
        return screen("coalition_new.html", page)


def _founded(given: dict[str, Any]) -> Coalition:
    """Found a coalition, under the first short name that none of the visitor's others has."""
    slug = founding.slug_of(given["name"])
    for number in range(1, _MOST_OF_A_SLUG):
        facts = loaded(
            CoalitionIn(), {**given, "slug": slug if number == 1 else f"{slug}-{number}"}
        )
        try:
            return coalitions.found(visit().actor, facts)
        except CoalitionSlugTaken:
            continue
    return coalitions.found(visit().actor, loaded(CoalitionIn(), {**given, "slug": slug}))


def _with_logo(found: Coalition) -> str:
    """Give it the logo that was sent; return what the next screen says."""
    file = request.files.get("logo")
    picture = file.read() if file else b""
    if not picture:
        return "founded"
    coalition_id: UUID = found.id
    try:
        coalitions.LOGOS.put(visit().actor, coalition_id, found.version, picture)
    except Invalid:
        return "founded_without_logo"
    return "founded"
