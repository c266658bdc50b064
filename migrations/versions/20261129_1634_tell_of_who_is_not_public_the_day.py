"""Cut instants of signatures that nothing needs, and take places that tell between which they came."""

from __future__ import annotations

import random

import sqlalchemy as sa
from alembic import op

revision = "5e9d3a7c10f4"
down_revision = "d81f6b3c5e20"
branch_labels = None
depends_on = None

FIRST, END = 2**30, 2**31  # the places that tell no order
AT_ONCE = 5_000
SIGNATURES = sa.table(
    "signatures",
    sa.column("id", sa.Uuid()),
    sa.column("statement_id", sa.Uuid()),
    sa.column("position", sa.Integer()),
    *(sa.column(name, sa.String()) for name in ("source", "visibility", "state")),
)
IS_FORGOTTEN = """state = 'withdrawn' OR (address_index IS NULL AND NOT EXISTS (
    SELECT 1 FROM signature_identities WHERE signature_id = signatures.id))"""
CUT = (
    ("signatures", "updated_at", "1 = 1"),
    ("signatures", "created_at", IS_FORGOTTEN),  # a rule by hours may still take out the others
    ("links", "created_at", "purpose IN ('signature.own', 'signature.confirm')"),
    ("pending_signatures", "taken_in_at", "taken_in_at IS NOT NULL"),
)


def upgrade() -> None:
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    for table, column, which in CUT:
        day = (
            f"substr({column}, 1, 10) || ' 00:00:00.000000'"
            if is_sqlite
            else f"date_trunc('day', {column} AT TIME ZONE 'UTC') AT TIME ZONE 'UTC'"
        )
        op.execute(sa.text(f"UPDATE {table} SET {column} = {day} WHERE {which}"))  # noqa: S608 # our own
    _conceal()


def _conceal() -> None:
    """Give those who signed and are not public places at random, behind all others."""
    of, connection = SIGNATURES.c, op.get_bind()
    hidden = of.source.in_(["public", "approval"]) & of.position.is_not(None)
    hidden &= (of.visibility != "public") | (of.state == "withdrawn")
    statements = sa.select(of.statement_id).where(hidden).distinct()
    for statement_id in connection.scalars(statements).all():
        mine = hidden & (of.statement_id == statement_id)
        ids = connection.scalars(sa.select(of.id).where(mine)).all()
        places = random.SystemRandom().sample(range(FIRST, END), len(ids))
        _place(list(zip(ids, places, strict=True)))


def downgrade() -> None:
    """Number those places on from the others; nothing brings back what was cut."""
    of, connection = SIGNATURES.c, op.get_bind()
    is_random = of.position >= FIRST
    statements = sa.select(of.statement_id).where(is_random).distinct()
    for statement_id in connection.scalars(statements).all():
        mine = of.statement_id == statement_id
        told = sa.select(sa.func.max(of.position)).where(mine, ~is_random)
        last = connection.scalar(told) or 0
        random_ones = sa.select(of.id).where(mine, is_random).order_by(of.position)
        ids = connection.scalars(random_ones).all()
        _place([(each, place) for place, each in enumerate(ids, last + 1)])


def _place(places: list[tuple[object, int]]) -> None:
    move = SIGNATURES.update().where(SIGNATURES.c.id == sa.bindparam("which"))
    move = move.values(position=sa.bindparam("place"))
    for start in range(0, len(places), AT_ONCE):
        some = [{"which": each, "place": place} for each, place in places[start : start + AT_ONCE]]
        op.get_bind().execute(move, some)
