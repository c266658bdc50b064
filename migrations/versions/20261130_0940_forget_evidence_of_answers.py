"""Forget what proves entered answers on its day, and seal what is noted of it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "b7c20d9e41f6"
down_revision = "10c70fe64324"
branch_labels = None
depends_on = None
serves_before = True


def upgrade() -> None:
    op.create_table(
        "answer_evidence",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("coalition_id", sa.Uuid(), nullable=False),
        sa.Column("statement_id", sa.Uuid(), nullable=False),
        sa.Column("is_kept", sa.Boolean(), nullable=False),
        sa.Column("forget_on", sa.Date(), nullable=True),
        sa.Column("forgotten_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["coalition_id"],
            ["coalitions.id"],
            name=op.f("fk_answer_evidence_coalition_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["statement_id"],
            ["statements.id"],
            name=op.f("fk_answer_evidence_statement_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_answer_evidence")),
        sa.UniqueConstraint("statement_id", name=op.f("uq_answer_evidence_statement_id")),
    )
    with op.batch_alter_table("answer_evidence", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_answer_evidence_coalition_id"), ["coalition_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_answer_evidence_forget_on"), ["forget_on"], unique=False
        )
    op.add_column("sign_off_rounds", sa.Column("dropped", sa.JSON(), nullable=True))
    op.add_column("evidence", sa.Column("sealed_note", sa.LargeBinary(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("evidence", schema=None) as batch_op:
        batch_op.drop_column("sealed_note")
    with op.batch_alter_table("sign_off_rounds", schema=None) as batch_op:
        batch_op.drop_column("dropped")
    with op.batch_alter_table("answer_evidence", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_answer_evidence_forget_on"))
        batch_op.drop_index(batch_op.f("ix_answer_evidence_coalition_id"))

    op.drop_table("answer_evidence")
