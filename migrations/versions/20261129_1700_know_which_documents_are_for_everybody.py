"""Know which documents are for everybody; those of today are found right anew by their job."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "e4a90b6d17c3"
down_revision = "e5a80c3d1f97"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("printed_documents", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("is_public", sa.Boolean(), nullable=False, server_default=sa.false())
        )
    with op.batch_alter_table("printed_documents", schema=None) as batch_op:
        batch_op.alter_column("is_public", existing_type=sa.Boolean(), server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("printed_documents", schema=None) as batch_op:
        batch_op.drop_column("is_public")
