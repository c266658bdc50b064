"""/desk/…/organisations/…/logo: the picture of an organisation: seen, given, taken away."""

from __future__ import annotations

from uuid import UUID

from flask import Response, request
from werkzeug.wrappers import Response as AnyResponse

from api.accounts.rules import Role
from api.desk.routes.base import FRAMED, Screen, at, led, one, onward, said, to, typed, version
from api.desk.routes.organisations import shown
from api.desk.routes.visiting import actor
from api.infra.database.transactions import Stale
from api.infra.pdf.pictures import NoPicture
from api.organisations import service
from api.pages.routes.base import sent, takes_file
from api.pages.rules.facts import Form


@at(
    "/<uuid:coalition_id>/members/organisations/<uuid:organisation_id>/logo",
    "organisation_logo",
)
class PictureOfOrganisation(Screen):
    is_file = True

    def get(self, coalition_id: UUID, organisation_id: UUID) -> AnyResponse:
        """Send the logo; where there is none, lead to the organisation."""
        del coalition_id
        if not service.organisation(actor(), organisation_id).logo_sha256:
            return led(to("organisation", organisation_id=organisation_id))
        _, picture, kind = service.LOGOS.one(actor(), organisation_id)
        answer = Response(picture, content_type=kind)
        answer.headers["Content-Security-Policy"] = FRAMED
        return answer

    @takes_file
    def post(self, coalition_id: UUID, organisation_id: UUID) -> AnyResponse:
        """Give it its logo, or take that away."""
        actor().must(coalition_id, Role.EDITOR)
        given = request.files.get("logo")
        try:
            if one("do") == "remove":
                service.LOGOS.drop(actor(), organisation_id, version())
            else:  # nothing is no picture, either
                data = given.read() if given else b""
                service.LOGOS.put(actor(), organisation_id, version(), data)
        except NoPicture:
            wrong = {"logo": said().say("settings.no_picture")}
            return shown(organisation_id, Form(values=sent(), faults=wrong))
        except Stale as refused:
            return shown(organisation_id, typed(refused))
        return onward("organisation", "organisation_changed", organisation_id=organisation_id)
