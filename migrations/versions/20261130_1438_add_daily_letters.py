"""Add who wants a letter a day with what waits for them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "d0443bdd673e"
down_revision = "e51c07a9b3d4"
branch_labels = None
depends_on = None
serves_before = True


def upgrade() -> None:
    op.create_table(
        "daily_letters",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("coalition_id", sa.Uuid(), nullable=False),
        sa.Column("role_id", sa.Uuid(), nullable=False),
        sa.Column("language", sa.String(length=35), nullable=False),
        sa.Column("told_on", sa.Date(), nullable=True),
        sa.Column("numbers", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["coalition_id"],
            ["coalitions.id"],
            name=op.f("fk_daily_letters_coalition_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["role_id"], ["roles.id"], name=op.f("fk_daily_letters_role_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_daily_letters")),
        sa.UniqueConstraint("role_id", name=op.f("uq_daily_letters_role_id")),
    )
    with op.batch_alter_table("daily_letters", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_daily_letters_coalition_id"), ["coalition_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_daily_letters_told_on"), ["told_on"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("daily_letters", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_daily_letters_told_on"))
        batch_op.drop_index(batch_op.f("ix_daily_letters_coalition_id"))

    op.drop_table("daily_letters")
