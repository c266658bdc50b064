"""Let members ask for time, owners close questions, and entered answers have evidence."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "c41d7e90a5b2"
down_revision = "e83b5d0c9a14"
branch_labels = None
depends_on = None
serves_before = True


def upgrade() -> None:
    of_whom(
        "time_requests",
        sa.Column("revision_number", sa.Integer(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("approver_id", sa.Uuid(), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["approver_id"],
            ["approvers.id"],
            name=op.f("fk_time_requests_approver_id"),
            ondelete="SET NULL",
        ),
    )
    of_whom(
        "question_closings",
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=False),
        sa.UniqueConstraint(
            "statement_id", "member_id", name=op.f("uq_question_closings_statement_id_member_id")
        ),
    )
    indexed("time_requests", "coalition_id", "statement_id", "member_id", "approver_id")
    indexed("question_closings", "coalition_id", "member_id")
    with op.batch_alter_table("sign_offs", schema=None) as batch_op:
        batch_op.add_column(sa.Column("evidence_id", sa.Uuid(), nullable=True))
        batch_op.create_index(batch_op.f("ix_sign_offs_evidence_id"), ["evidence_id"], unique=False)
        batch_op.create_foreign_key(
            batch_op.f("fk_sign_offs_evidence_id"),
            "evidence",
            ["evidence_id"],
            ["id"],
            ondelete="SET NULL",
        )
    op.add_column("organisations", sa.Column("zone", sa.String(length=64), nullable=True))


def of_whom(table: str, *more: sa.schema.SchemaItem) -> None:
    """Make a table of what one member or somebody for it said of one statement."""
    op.create_table(
        table,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("coalition_id", sa.Uuid(), nullable=False),
        sa.Column("statement_id", sa.Uuid(), nullable=False),
        sa.Column("member_id", sa.Uuid(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        *more,
        *(
            sa.ForeignKeyConstraint(
                [f"{one}_id"], [f"{one}s.id"], name=op.f(f"fk_{table}_{one}_id"), ondelete="CASCADE"
            )
            for one in ("coalition", "statement", "member")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    )


def indexed(table: str, *names: str) -> None:
    with op.batch_alter_table(table, schema=None) as batch_op:
        for name in names:
            batch_op.create_index(batch_op.f(f"ix_{table}_{name}"), [name], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("organisations", schema=None) as batch_op:
        batch_op.drop_column("zone")
    with op.batch_alter_table("sign_offs", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_sign_offs_evidence_id"), type_="foreignkey")
        batch_op.drop_index(batch_op.f("ix_sign_offs_evidence_id"))
        batch_op.drop_column("evidence_id")
    op.drop_table("question_closings")
    op.drop_table("time_requests")
