"""/desk/…/statements/{id}/signatures/order: in what order those who sign are printed."""

from __future__ import annotations

from uuid import UUID

from flask import Response
from werkzeug.wrappers import Response as AnyResponse

from api.accounts.rules import Role
from api.desk.routes.base import Screen, at, onward, page_request, said, screen, to
from api.desk.routes.shared import moved
from api.desk.routes.signing_base import around, statement_of
from api.desk.routes.visiting import actor
from api.desk.rules.demands import InOrder
from api.desk.rules.signatories import ORDERED, SignatureOrderScreen
from api.pages.rules.facts import Anchor
from api.signatures.service import changes, lists


@at("/<uuid:coalition_id>/statements/<uuid:statement_id>/signatures/order", "signatures_order")
class OrderSignatures(Screen):
    least = Role.COORDINATOR

    def get(self, coalition_id: UUID, statement_id: UUID) -> Response:
        """Show in what order they are printed."""
        del coalition_id
        words, asked = said(), page_request()
        found = lists.signatures(actor(), statement_id, asked, {}, is_glance=True)
        ordered = [each for each in found.items if each.effective_state in ORDERED]
        first = ordered[0] if ordered and asked.cursor is None else None
        last = ordered[-1] if ordered and found.following is None else None
        return screen(
            "signatures_order.html",
            SignatureOrderScreen(
                around=around(statement_of(statement_id)),
                back=Anchor(
                    words.say("signatures.title"), to("signatures", statement_id=statement_id)
                ),
                move=to("signatures_order", statement_id=statement_id),
                places=[
                    InOrder(
                        id=str(each.signature.id),
                        text=each.who.get("name") or words.say("signatures.hidden"),
                        href=to("signature", signature_id=each.signature.id),
                        small=words.say(f"kind_of.{each.signature.kind}"),
                        state=words.say("signatures.lead") if each.who.get("lead") else "",
                        is_first=each is first,
                        is_last=each is last,
                    )
                    for each in ordered
                ],
                following=found.following,
                is_long=asked.cursor is not None or found.following is not None,
            ),
        )

    def post(self, coalition_id: UUID, statement_id: UUID) -> AnyResponse:
        """Put one of them elsewhere: to the top, up, down, or before another."""
        del coalition_id
        order, version = changes.order(actor(), statement_id)
        changes.reorder(actor(), statement_id, version, moved(order))
        return onward("signatures_order", "moved", statement_id=statement_id)
