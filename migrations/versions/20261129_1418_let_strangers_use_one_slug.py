"""Let coalitions of strangers use one slug: a refusal told any token which there are."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "7c1f0b52e9a4"
down_revision = "c4e2a91f07bd"
branch_labels = None
depends_on = None

_COALITIONS = sa.table(
    "coalitions",
    sa.column("id", sa.Uuid()),
    sa.column("slug", sa.String()),
    sa.column("created_at"),
)


def upgrade() -> None:
    with op.batch_alter_table("coalitions", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("uq_coalitions_slug"), type_="unique")


def downgrade() -> None:
    _make_unique()
    with op.batch_alter_table("coalitions", schema=None) as batch_op:
        batch_op.create_unique_constraint(op.f("uq_coalitions_slug"), ["slug"])


def _make_unique() -> None:
    """Give all but the oldest of each slug another one, with the start of their id."""
    seen = set()
    connection = op.get_bind()
    query = sa.select(_COALITIONS.c.id, _COALITIONS.c.slug).order_by(_COALITIONS.c.created_at)
    for coalition, slug in connection.execute(query).all():
        if slug in seen:
            own = f"{slug[:47]}-{coalition.hex}"
            change = sa.update(_COALITIONS).where(_COALITIONS.c.id == coalition).values(slug=own)
            connection.execute(change)
        seen.add(slug)
