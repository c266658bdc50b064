"""/desk/…/blocks: what a coalition does not let sign, or looks at first."""

from __future__ import annotations

from uuid import UUID

from flask import Response
from werkzeug.wrappers import Response as AnyResponse

from api.accounts.rules import Role
from api.desk.routes.base import (
    REFUSED,
    Screen,
    an_id,
    at,
    cursors,
    one,
    onward,
    page_request,
    said,
    screen,
    to,
    typed,
    when,
)
from api.desk.routes.shared import columns_of
from api.desk.routes.visiting import actor
from api.desk.rules.moderation import BlocksScreen
from api.desk.rules.tables import Cell, Listing, ListRow, Press
from api.moderation.schemas import BlockIn
from api.moderation.service import blocks
from api.moderation.service.blocks import AlreadyBlocked, BlockView
from api.pages.routes.base import sent
from api.pages.rules.facts import Form
from api.web.validate import loaded


@at("/<uuid:coalition_id>/settings/blocks", "blocks")
class ListBlocks(Screen):
    least = Role.COORDINATOR

    def get(self, coalition_id: UUID) -> Response:
        """List them, newest first."""
        return _blocks(coalition_id, Form())

    def post(self, coalition_id: UUID) -> AnyResponse:
        """Block one more."""
        facts = {
            "kind": one("kind"),
            "value": one("value").strip(),
            "act": one("act"),
            "note": one("note").strip() or None,
        }
        try:
            made = blocks.add(actor(), coalition_id, loaded(BlockIn(), facts))
        except AlreadyBlocked:
            taken = {"value": said().say("fault.taken")}
            return _blocks(coalition_id, Form(values=sent(), faults=taken))
        except REFUSED as refused:
            return _blocks(coalition_id, typed(refused))
        return onward("blocks", "blocked", [made.block.id])


@at("/<uuid:coalition_id>/settings/blocks/end", "blocks_end")
class EndBlocks(Screen):
    least = Role.COORDINATOR

    def post(self, coalition_id: UUID) -> AnyResponse:
        """Take a block off the list; what it kept out stays out."""
        blocks.remove(actor(), an_id())
        return onward("blocks", "unblocked")


def _blocks(coalition_id: UUID, form: Form) -> Response:
    words = said()
    found = blocks.of_coalition(actor(), coalition_id, page_request())
    table = Listing(
        caption=words.say("blocks.title"),
        columns=columns_of("blocks", "value", "kind", "act", "since", "end"),
        rows=[_block(each) for each in found.items],
        path=to("blocks"),
        query=cursors("cursor"),
        following=found.following,
    )
    return screen("blocks.html", BlocksScreen(blocks=table, back=to("settings"), form=form))


def _block(view: BlockView) -> ListRow:
    words, row = said(), view.block
    end = Press(
        action=to("blocks_end"), words=words.say("blocks.unblock"), fields=[("ids", str(row.id))]
    )
    return ListRow(
        cells=[
            Cell(text=view.value, small=row.note or ""),
            Cell(text=words.say(f"block_kind.{row.kind}")),
            Cell(text=words.say(f"block_act.{row.act}")),
            Cell(html=when(row.created_at)),
            Cell(press=end),
        ]
    )
