"""Send letters to many apart from those that somebody waits for."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "b7c1d40e92fa"
down_revision = "7c1f0a9be254"
branch_labels = None
depends_on = None
BULK = ("updates.update", "deliveries.cover")  # as the kinds were named then


def upgrade() -> None:
    with op.batch_alter_table("letters", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("is_bulk", sa.Boolean(), nullable=False, server_default=sa.false())
        )
        batch_op.drop_index("ix_letters_due")
    letters = sa.table("letters", sa.column("kind", sa.String), sa.column("is_bulk", sa.Boolean))
    op.execute(letters.update().where(letters.c.kind.in_(BULK)).values(is_bulk=sa.true()))
    with op.batch_alter_table("letters", schema=None) as batch_op:
        batch_op.alter_column("is_bulk", existing_type=sa.Boolean(), server_default=None)
        batch_op.create_index(
            "ix_letters_due", ["coalition_id", "is_bulk", "state", "run_after"], unique=False
        )


def downgrade() -> None:
    with op.batch_alter_table("letters", schema=None) as batch_op:
        batch_op.drop_index("ix_letters_due")
        batch_op.create_index(
            "ix_letters_due", ["coalition_id", "state", "run_after"], unique=False
        )
        batch_op.drop_column("is_bulk")
