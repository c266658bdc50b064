"""Keep sealed what a draft said before a name was taken back: labels are found by it later."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "e5d90b7c1f42"
down_revision = "c81f5e2a9d06"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("statements", schema=None) as batch_op:
        batch_op.add_column(sa.Column("taken_back", sa.LargeBinary(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("statements", schema=None) as batch_op:
        batch_op.drop_column("taken_back")
