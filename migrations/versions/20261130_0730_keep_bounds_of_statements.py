"""Keep how long the recipient of a statement lets it be."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "e83b5d0c9a14"
down_revision = "c51e8f2a7d36"
branch_labels = None
depends_on = None
serves_before = True


def upgrade() -> None:
    op.add_column("statements", sa.Column("bounds", sa.JSON(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("statements", schema=None) as batch_op:
        batch_op.drop_column("bounds")
