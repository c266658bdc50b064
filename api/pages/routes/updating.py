"""/u: read what came of it, and end such letters by one click (RFC 8058)."""

from __future__ import annotations

from flask import Response
from flask.views import MethodView

from api.infra.text import languages
from api.mailings.rules import bodies
from api.pages.routes.base import MOST_BYTES, blueprint, of, secret
from api.pages.rules import facts, pages
from api.updates.service import ending
from api.updates.service.ending import Ending
from api.web.guard import FORM

MULTIPART = "multipart/form-data"  # what a mail program may send as well


class News(MethodView):
    def get(self, secret_of_update: str) -> Response:
        """Show an update, with the button that ends such letters; nothing changes."""
        return secret(_shown(ending.shown(secret_of_update)))

    def post(self, secret_of_update: str) -> Response:
        """End them, any number of times. Whoever presses needs no page, login or cookie."""
        return secret(_shown(ending.end(secret_of_update)))

    post.takes = ((FORM, MULTIPART), MOST_BYTES)  # type: ignore[attr-defined] # a mark that the guard reads


blueprint.add_url_rule("/u/<string:secret_of_update>", view_func=News.as_view("news"))


def _shown(found: Ending) -> str:
    around, said = of(found.coalition_id, found.tongue, found.language)
    if found.is_over:
        text = said.say("update.over_text", organisation=found.organisation)
        return pages.render(
            "notice.html", facts.Notice(frame=around, title=said.say("update.over"), text=text)
        )
    return pages.render(
        "update.html",
        facts.UpdatePage(
            frame=around,
            organisation=found.organisation,
            subject=found.subject,
            html=bodies.html(found.text),
            text_language=found.language,
            text_direction=languages.direction(found.language),
        ),
    )
