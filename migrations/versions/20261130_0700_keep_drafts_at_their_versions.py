"""Keep drafts as they were at their versions, for who saves on top of one that has changed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "c51e8f2a7d36"
down_revision = "a3c57e19d2b4"
branch_labels = None
depends_on = None
serves_before = True


def upgrade() -> None:
    op.create_table(
        "draft_versions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("coalition_id", sa.Uuid(), nullable=False),
        sa.Column("statement_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("text", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["coalition_id"],
            ["coalitions.id"],
            name=op.f("fk_draft_versions_coalition_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["statement_id"],
            ["statements.id"],
            name=op.f("fk_draft_versions_statement_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_draft_versions")),
        sa.UniqueConstraint(
            "statement_id", "version", name=op.f("uq_draft_versions_statement_id_version")
        ),
    )
    with op.batch_alter_table("draft_versions", schema=None) as batch_op:
        for column in ("coalition_id", "created_at"):
            batch_op.create_index(batch_op.f(f"ix_draft_versions_{column}"), [column], unique=False)


def downgrade() -> None:
    op.drop_table("draft_versions")
