"""Know when what stands of a signature was said, so that an earlier letter does not undo it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "8c21f06d5e3b"
down_revision = "4b7d0c2f9a61"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("signatures", schema=None) as batch_op:
        batch_op.add_column(sa.Column("said_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.create_index(
            "ix_signatures_said",
            ["said_at"],
            unique=False,
            postgresql_where=sa.text("said_at IS NOT NULL"),
            sqlite_where=sa.text("said_at IS NOT NULL"),
        )
    op.execute(
        "UPDATE signatures SET said_at = (SELECT max(asked_at) FROM pending_signatures"
        " WHERE pending_signatures.signature_id = signatures.id) WHERE id IN (SELECT signature_id"
        " FROM pending_signatures WHERE signature_id IS NOT NULL)"
    )


def downgrade() -> None:
    with op.batch_alter_table("signatures", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_signatures_said",
            postgresql_where=sa.text("said_at IS NOT NULL"),
            sqlite_where=sa.text("said_at IS NOT NULL"),
        )
        batch_op.drop_column("said_at")
