"""Lease pushes to mailing tools as all that waits to leave: by an id, until an instant."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "4d9e07c3b1f8"
down_revision = "b81c5e2f7a96"
branch_labels = None
depends_on = None

PUSHES = sa.table(
    "connector_pushes",
    sa.column("run_after", sa.DateTime(timezone=True)),
    sa.column("changed_at", sa.DateTime(timezone=True)),
)


def upgrade() -> None:
    """What waits is due: its day is in the past."""
    op.add_column(
        "connector_pushes", sa.Column("run_after", sa.DateTime(timezone=True), nullable=True)
    )
    op.execute(sa.update(PUSHES).values(run_after=PUSHES.c.changed_at))
    with op.batch_alter_table("connector_pushes") as batch:
        batch.alter_column("run_after", nullable=False)
        batch.alter_column("run", new_column_name="lease")


def downgrade() -> None:
    with op.batch_alter_table("connector_pushes") as batch:
        batch.alter_column("lease", new_column_name="run")
        batch.drop_column("run_after")
