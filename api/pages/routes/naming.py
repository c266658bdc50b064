"""/n: all texts that bear a member's name, and a button at each that takes it off."""

from __future__ import annotations

from uuid import UUID

from flask import Response, request
from flask.views import MethodView
from werkzeug.wrappers import Response as AnyResponse

from api.errors import NotFound
from api.infra.text import languages
from api.organisations.rules import name_in
from api.pages.routes.base import blueprint, of, onward, secret, sent, takes_form
from api.pages.rules import facts, forms, pages
from api.signoffs.service import named
from api.signoffs.service.named import MemberNames


class Names(MethodView):
    def get(self, secret_of_names: str) -> Response:
        """List the texts."""
        return secret(_shown(named.texts(secret_of_names)))

    @takes_form
    def post(self, secret_of_names: str) -> AnyResponse:
        """Take the name off one."""
        try:
            statement_id = UUID(forms.one(sent(), "statement"))
        except ValueError:
            raise NotFound("The page that led here is old. Load it again.") from None
        found = named.take_off(secret_of_names, statement_id)
        around, _ = of(found.coalition.id, found.language)
        return onward(request.path, around, saved="1")


blueprint.add_url_rule("/n/<string:secret_of_names>", view_func=Names.as_view("names"))


def _shown(found: MemberNames) -> str:
    around, _ = of(found.coalition.id, found.language)
    texts = tuple(
        facts.BearingLine(
            id=str(each.statement.id),
            title=each.statement.title,
            language=each.statement.language,
            direction=languages.direction(each.statement.language),
            is_personal=each.is_personal,
            href=f"/s/{each.address}{around.query}" if each.address else "",
        )
        for each in found.texts
    )
    page = facts.NamesPage(
        frame=around,
        organisation=name_in(found.organisation.names, around.language),
        texts=texts,
        is_saved="saved" in request.args,
    )
    return pages.render("names.html", page)
