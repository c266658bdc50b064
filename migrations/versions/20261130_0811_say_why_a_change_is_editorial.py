"""Say why a change is editorial, and keep how much it is."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "c81f0d5b7e36"
down_revision = "c41d7e90a5b2"
branch_labels = None
depends_on = None
serves_before = True


def upgrade() -> None:
    op.add_column("revisions", sa.Column("reason", sa.String(length=1000), nullable=True))
    op.add_column("revisions", sa.Column("measure", sa.JSON(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("revisions", schema=None) as batch_op:
        batch_op.drop_column("measure")
        batch_op.drop_column("reason")
