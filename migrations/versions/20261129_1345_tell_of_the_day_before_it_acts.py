"""Tell owners of the day on which who signed is forgotten, before it acts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "c4e2a91f07bd"
down_revision = "b7c1d40e92fa"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("signings", schema=None) as batch_op:
        batch_op.add_column(sa.Column("told_until", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("told_on", sa.Date(), nullable=True))
    # Of a day that has acted there is nothing left to tell.
    op.execute(
        "UPDATE signings SET told_until = retain_until, told_on = retain_until"
        " WHERE purged_on > retain_until"
    )


def downgrade() -> None:
    with op.batch_alter_table("signings", schema=None) as batch_op:
        batch_op.drop_column("told_on")
        batch_op.drop_column("told_until")
