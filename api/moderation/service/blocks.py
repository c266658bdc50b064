"""Block lists: what a coalition does not let sign, or wants to look at first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.accounts.rules import Actor, Role
from api.accounts.service import load
from api.coalitions.models import Coalition
from api.errors import Conflict, Fault, Invalid
from api.infra.database import paging
from api.infra.database.paging import Page, PageRequest
from api.infra.database.transactions import reading, transaction
from api.infra.security import audit, keys, late_sealing
from api.signatures.models import Block
from api.signatures.rules import blocking
from api.signatures.rules.blocking import Blocked
from api.signatures.service import blocks

MOST = 500  # every signature is compared with each


class AlreadyBlocked(Conflict, title="This is blocked already"):
    """One value is blocked once."""


class TooManyBlocks(Conflict, title="The list of blocks is full"):
    """Every signature is compared with each block."""


@dataclass(frozen=True)
class BlockView:
    """A block and what it blocks."""

    block: Block
    value: str
    note: str | None


def of_coalition(actor: Actor, coalition_id: UUID, page: PageRequest) -> Page[BlockView]:
    """Return a coalition's blocks, the latest first."""
    actor.must(coalition_id, Role.COORDINATOR)
    query = select(Block).where(Block.coalition_id == coalition_id)
    with reading() as session:
        found = paging.page(session, query, page, [Block.created_at, Block.id], descending=True)
        return found.of(lambda row: _shown(session, row))


def add(actor: Actor, coalition_id: UUID, facts: dict[str, Any]) -> BlockView:
    """Block an address, a domain with all below it, or names that fit a pattern."""
    if wrong := blocking.fault(facts["kind"], facts["value"]):
        raise Invalid("This cannot be blocked.", [Fault.of("/value", wrong)])
    with transaction() as session:
        actor.must(coalition_id, Role.COORDINATOR)
        session.get(Coalition, coalition_id, with_for_update=True)  # one list, one at a time
        _must_be_new(
            session, coalition_id, blocking.ready(facts["kind"], facts["act"], facts["value"])
        )
        row = Block(
            id=uuid4(),
            coalition_id=coalition_id,
            kind=facts["kind"],
            act=facts["act"],
            created_by=actor.user_id,
        )
        keys.write(session, row, Block.value, facts["value"])
        late_sealing.write(session, row, Block.note, facts["note"])
        session.add(row)
        session.flush()
        audit.record(session, actor, "block.added", row, facts)
        return _shown(session, row)


def _must_be_new(session: Session, coalition_id: UUID, wanted: Blocked) -> None:
    there = blocks.of(session, coalition_id)
    if any((each.kind, each.value) == (wanted.kind, wanted.value) for each in there):
        raise AlreadyBlocked("Delete the block that is there to change what becomes of it.")
    if len(there) >= MOST:
        raise TooManyBlocks(f"A coalition has {MOST} blocks at most: delete what is not needed.")


def remove(actor: Actor, block_id: UUID) -> None:
    """Take a block off the list; what it kept out stays out."""
    with transaction() as session:
        row = load(session, actor, Block, block_id, Role.COORDINATOR, lock=True)
        audit.destroy_salts(session, row.id)
        audit.record(session, actor, "block.deleted", row)
        session.delete(row)


def _shown(session: Session, row: Block) -> BlockView:
    value = keys.read(session, row, Block.value)
    return BlockView(row, value, late_sealing.read(session, row, Block.note))
