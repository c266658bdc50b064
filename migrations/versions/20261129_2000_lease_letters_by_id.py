"""Lease letters by an id, as all that waits to leave."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "b81c5e2f7a96"
down_revision = "d2b86f1ae347"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """A letter that is being sent meanwhile is due again when its time runs out, as before."""
    op.add_column("letters", sa.Column("lease", sa.Uuid(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("letters") as batch:
        batch.drop_column("lease")
