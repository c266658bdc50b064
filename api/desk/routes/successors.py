"""/desk/…/signing/successor: a text that changes in substance goes on as another statement."""

from __future__ import annotations

from uuid import UUID

from flask import Response
from werkzeug.wrappers import Response as AnyResponse

from api.accounts.rules import Role
from api.desk.routes.base import Screen, at, onward, said, screen, to, typed
from api.desk.routes.signing_base import around, statement_of
from api.desk.routes.statement_new import taken, with_free_slug
from api.desk.routes.visiting import actor
from api.desk.rules.signing import SuccessorScreen
from api.errors import Invalid
from api.pages.rules.facts import Anchor, Form
from api.signing import schemas
from api.signing.service import settings
from api.statements.service import SavedStatement
from api.statements.service.rows import SlugTaken
from api.web.validate import loaded


@at("/<uuid:coalition_id>/statements/<uuid:statement_id>/signing/successor", "successor_new")
class GoOnInAnother(Screen):
    least = Role.COORDINATOR
    is_fresh = True  # signing closes, and nobody who signed has signed the new text

    def get(self, coalition_id: UUID, statement_id: UUID) -> Response:
        """Say what will happen."""
        del coalition_id
        return self._shown(statement_id, Form())

    def post(self, coalition_id: UUID, statement_id: UUID) -> AnyResponse:
        """Close the signing, and begin the new statement from the draft as it is now."""
        del coalition_id

        def begin(slug: str) -> SavedStatement:
            given = loaded(schemas.SuccessorIn(), {"slug": slug})
            return settings.succeed(actor(), statement_id, given["slug"])

        try:
            begun = with_free_slug(statement_of(statement_id).title, begin)
        except SlugTaken:
            return self._shown(statement_id, typed(taken()))
        except Invalid as refused:
            return self._shown(statement_id, typed(refused))
        return onward("draft", "successor_begun", statement_id=begun.statement.id)

    def _shown(self, statement_id: UUID, form: Form) -> Response:
        back = Anchor(
            said().say("signing.title"), to("statement_signing", statement_id=statement_id)
        )
        shown = SuccessorScreen(around=around(statement_of(statement_id)), back=back, form=form)
        return screen("successor_new.html", shown)
