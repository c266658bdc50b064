"""Count in rows how many letters leave over a coalition's own server in a minute."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "9b2f6a71d0c4"
down_revision = "4d9e07c3b1f8"
branch_labels = None
depends_on = None
serves_before = True


def upgrade() -> None:
    op.create_table(
        "letter_paces",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("coalition_id", sa.Uuid(), nullable=False),
        sa.Column("domain", sa.LargeBinary(), nullable=False),
        sa.Column("minute", sa.DateTime(timezone=True), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("before", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["coalition_id"],
            ["coalitions.id"],
            name=op.f("fk_letter_paces_coalition_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letter_paces")),
        sa.UniqueConstraint(
            "coalition_id", "domain", name=op.f("uq_letter_paces_coalition_id_domain")
        ),
    )
    with op.batch_alter_table("letter_paces", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_letter_paces_coalition_id"), ["coalition_id"], unique=False
        )


def downgrade() -> None:
    op.drop_table("letter_paces")
