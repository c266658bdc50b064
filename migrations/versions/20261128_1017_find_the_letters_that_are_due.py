"""Find the letters that are due of one coalition."""

from __future__ import annotations

from alembic import op

revision = "d72df105cd1d"
down_revision = "ce1d0c9820b1"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("letters", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_letters_coalition_id"))
        batch_op.create_index(
            "ix_letters_due", ["coalition_id", "state", "run_after"], unique=False
        )


def downgrade() -> None:
    with op.batch_alter_table("letters", schema=None) as batch_op:
        batch_op.drop_index("ix_letters_due")
        batch_op.create_index(batch_op.f("ix_letters_coalition_id"), ["coalition_id"], unique=False)
