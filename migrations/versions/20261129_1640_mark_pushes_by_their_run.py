"""Mark pushes by the run that took them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "a94e07d35c18"
down_revision = "5e9d3a7c10f4"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("connector_pushes", schema=None) as batch_op:
        batch_op.add_column(sa.Column("run", sa.Uuid(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("connector_pushes", schema=None) as batch_op:
        batch_op.drop_column("run")
