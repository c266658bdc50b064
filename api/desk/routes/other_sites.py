"""/desk/…/statements/…/signing/sites: the code for other sites, and the address on paper."""

from __future__ import annotations

from uuid import UUID

from flask import Response, request
from werkzeug.wrappers import Response as AnyResponse

from api.accounts.rules import Role
from api.desk.routes.base import Screen, at, led, said, screen, to
from api.desk.routes.signing_base import address_of, around, drawn, public_url, statement_of
from api.desk.routes.visiting import actor, coalition
from api.desk.rules import charts
from api.desk.rules.signing import ElsewhereScreen
from api.infra.runtime import runtime
from api.signing.service import settings

_AT = "/<uuid:coalition_id>/statements/<uuid:statement_id>/signing"


@at(f"{_AT}/sites", "signing_elsewhere")
class OnOtherSites(Screen):
    least = Role.COORDINATOR

    def get(self, coalition_id: UUID, statement_id: UUID) -> Response:
        """Show the code by which other sites show the form, and the address as a picture."""
        statement, here = statement_of(statement_id), coalition()
        found = settings.signing(actor(), statement_id)
        address, words = found.signing.address, said()
        url, house = public_url(address), runtime().settings.public_url
        label = words.say("signing.read_and_sign")
        return screen(
            "signing_elsewhere.html",
            ElsewhereScreen(
                around=around(statement),
                address=url if address else "",
                element=(
                    f'<script src="{house}/widget.js" defer></script>\n'
                    f'<undersigned-form statement="{url}">\n'
                    f'  <a href="{url}">{label}</a>\n'
                    "</undersigned-form>"
                ),
                frame_code=(
                    f'<iframe src="{public_url(address, "embed")}" title="{label}"\n'
                    '  width="100%" height="900"></iframe>\n'
                    f'<script src="{house}/frame.js" defer></script>'
                ),
                picture=to("signing_code", statement_id=statement_id),
                sites=here.origins if here else (),
                settings=to("settings_sites"),
                is_readable=bool(address_of(statement, found)),
            ),
        )


@at(f"{_AT}/code.svg", "signing_code")
class DrawCode(Screen):
    least = Role.COORDINATOR

    def get(self, coalition_id: UUID, statement_id: UUID) -> AnyResponse:
        """Draw the address of the public page as a QR code; settings that are kept have one."""
        address = settings.signing(actor(), statement_id).signing.address
        if not address:
            return led(to("signing_elsewhere", statement_id=statement_id))
        answer = drawn(charts.qr_code(public_url(address)))
        if "download" in request.args:
            answer.headers.set("Content-Disposition", "attachment", filename=f"{address}.svg")
        return answer
