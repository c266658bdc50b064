"""What every screen of a statement's signing shares."""

from __future__ import annotations

from uuid import UUID

from flask import Response

from api.accounts.rules import Role
from api.desk.routes import statement_base
from api.desk.routes.base import said, to
from api.desk.routes.shared import country
from api.desk.routes.visiting import actor, coalition_of_address
from api.desk.rules import signing as rules
from api.desk.rules.signing import SigningAround
from api.infra import clock
from api.infra.runtime import runtime
from api.pages.rules.facts import Anchor
from api.signatures.service.rows import SignatureView
from api.signing.service.reader import READABLE
from api.signing.service.settings import Set
from api.statements import service as statements
from api.statements.models import Statement

_SVG = "image/svg+xml"
_DRAWING = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; sandbox"


def statement_of(statement_id: UUID) -> Statement:
    """Return a statement of the coalition of the address."""
    return statements.statement(actor(), statement_id)


def may(least: Role) -> bool:
    """Tell whether the visitor may do here what a role may."""
    here = coalition_of_address()
    return here is not None and actor().may(here, least)


def around(statement: Statement) -> SigningAround:
    """Return what stands over the screens of a statement's signing."""
    words, whose = said(), {"statement_id": statement.id}
    return SigningAround(
        statement=statement_base.around(statement),
        title=statement.title,
        language=statement.language,
        here=to("statement_signing", **whose),
        parts=[
            Anchor(words.say(f"signing.part_{each.key}"), to(each.endpoint, **whose))
            for each in rules.PARTS
            if may(each.least)
        ],
    )


def country_of(view: SignatureView) -> str:
    """Return the country of a signature in the visitor's language."""
    return country(view.who.get("country"))


def address_of(statement: Statement, found: Set) -> str:
    """Return the address of the public page, where somebody can read it."""
    was_open = found.signing.has_opened(clock.now()) and statement.revision_number
    can_be_read = found.signing.address and (was_open or statement.state in READABLE)
    return public_url(found.signing.address) if can_be_read else ""


def public_url(address: str, page: str = "s") -> str:
    """Return the whole address of a public page."""
    return f"{runtime().settings.public_url}/{page}/{address}"


def drawn(content: bytes) -> Response:
    """Answer with a drawing; it runs and loads nothing."""
    answer = Response(content, mimetype=_SVG)
    answer.headers["Content-Security-Policy"] = _DRAWING
    return answer
