"""Add suggestions."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "10c70fe64324"
down_revision = "f0099def02df"
branch_labels = None
depends_on = None
serves_before = True


def upgrade() -> None:
    op.create_table(
        "suggestions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("coalition_id", sa.Uuid(), nullable=False),
        sa.Column("consultation_id", sa.Uuid(), nullable=False),
        sa.Column("commenter_id", sa.Uuid(), nullable=True),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("revision_number", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.Column(
            "source",
            sa.Enum(
                "page",
                "word",
                "api",
                name="suggestion_source",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("is_guess", sa.Boolean(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "open",
                "accepted",
                "declined",
                name="suggestion_state",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answer", sa.LargeBinary(), nullable=True),
        sa.Column("draft_version", sa.Integer(), nullable=True),
        sa.Column("held_since", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["coalition_id"],
            ["coalitions.id"],
            name=op.f("fk_suggestions_coalition_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["commenter_id"],
            ["commenters.id"],
            name=op.f("fk_suggestions_commenter_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["consultation_id"],
            ["consultations.id"],
            name=op.f("fk_suggestions_consultation_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_suggestions")),
    )
    with op.batch_alter_table("suggestions", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_suggestions_coalition_id"), ["coalition_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_suggestions_commenter_id"), ["commenter_id"], unique=False
        )
        batch_op.create_index(
            "ix_suggestions_consultation_id_created_at",
            ["consultation_id", "created_at"],
            unique=False,
        )


def downgrade() -> None:
    with op.batch_alter_table("suggestions", schema=None) as batch_op:
        batch_op.drop_index("ix_suggestions_consultation_id_created_at")
        batch_op.drop_index(batch_op.f("ix_suggestions_commenter_id"))
        batch_op.drop_index(batch_op.f("ix_suggestions_coalition_id"))

    op.drop_table("suggestions")
