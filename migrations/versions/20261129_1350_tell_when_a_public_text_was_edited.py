"""Tell when a public text was edited."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "7c1f0a9be254"
down_revision = "8c21f06d5e3b"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("revisions", schema=None) as batch_op:
        batch_op.add_column(sa.Column("edited_on", sa.Date(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("revisions", schema=None) as batch_op:
        batch_op.drop_column("edited_on")
