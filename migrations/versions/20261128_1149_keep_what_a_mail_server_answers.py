"""Keep what a mail server answers to a delivery."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "e085ded5c3ad"
down_revision = "d72df105cd1d"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table in ("deliveries", "letters"):
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.add_column(sa.Column("answer", sa.String(length=200), nullable=True))


def downgrade() -> None:
    for table in ("letters", "deliveries"):
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.drop_column("answer")
