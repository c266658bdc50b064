"""Add updates."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "b3002b2f31a7"
down_revision = "c0d52837b639"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "updates",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("coalition_id", sa.Uuid(), nullable=False),
        sa.Column("statement_id", sa.Uuid(), nullable=False),
        sa.Column("also_statement_ids", sa.JSON(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("language", sa.String(length=35), nullable=False),
        sa.Column("texts", sa.JSON(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "sending",
                "paused",
                "sent",
                name="update_state",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("left_out", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["coalition_id"],
            ["coalitions.id"],
            name=op.f("fk_updates_coalition_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f("fk_updates_organisation_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["statement_id"],
            ["statements.id"],
            name=op.f("fk_updates_statement_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_updates")),
    )
    with op.batch_alter_table("updates", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_updates_coalition_id"), ["coalition_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_updates_organisation_id"), ["organisation_id"], unique=False
        )
        batch_op.create_index("ix_updates_state", ["state"], unique=False)
        batch_op.create_index(batch_op.f("ix_updates_statement_id"), ["statement_id"], unique=False)

    op.create_table(
        "update_tests",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("coalition_id", sa.Uuid(), nullable=False),
        sa.Column("update_id", sa.Uuid(), nullable=False),
        sa.Column("role_id", sa.Uuid(), nullable=False),
        sa.Column("language", sa.String(length=35), nullable=False),
        sa.ForeignKeyConstraint(
            ["coalition_id"],
            ["coalitions.id"],
            name=op.f("fk_update_tests_coalition_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["role_id"], ["roles.id"], name=op.f("fk_update_tests_role_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["update_id"],
            ["updates.id"],
            name=op.f("fk_update_tests_update_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_update_tests")),
    )
    with op.batch_alter_table("update_tests", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_update_tests_coalition_id"), ["coalition_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_update_tests_role_id"), ["role_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_update_tests_update_id"), ["update_id"], unique=False)

    op.create_table(
        "update_recipients",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("coalition_id", sa.Uuid(), nullable=False),
        sa.Column("update_id", sa.Uuid(), nullable=False),
        sa.Column("signature_id", sa.Uuid(), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "waiting",
                "promised",
                "sent",
                "left_out",
                "failed",
                name="recipient_state",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["coalition_id"],
            ["coalitions.id"],
            name=op.f("fk_update_recipients_coalition_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["signature_id"],
            ["signatures.id"],
            name=op.f("fk_update_recipients_signature_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["update_id"],
            ["updates.id"],
            name=op.f("fk_update_recipients_update_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_update_recipients")),
        sa.UniqueConstraint(
            "update_id", "signature_id", name=op.f("uq_update_recipients_update_id_signature_id")
        ),
    )
    with op.batch_alter_table("update_recipients", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_update_recipients_coalition_id"), ["coalition_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_update_recipients_signature_id"), ["signature_id"], unique=False
        )
        batch_op.create_index(
            "ix_update_recipients_update_id_state", ["update_id", "state"], unique=False
        )


def downgrade() -> None:
    with op.batch_alter_table("update_recipients", schema=None) as batch_op:
        batch_op.drop_index("ix_update_recipients_update_id_state")
        batch_op.drop_index(batch_op.f("ix_update_recipients_signature_id"))
        batch_op.drop_index(batch_op.f("ix_update_recipients_coalition_id"))

    op.drop_table("update_recipients")
    with op.batch_alter_table("update_tests", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_update_tests_update_id"))
        batch_op.drop_index(batch_op.f("ix_update_tests_role_id"))
        batch_op.drop_index(batch_op.f("ix_update_tests_coalition_id"))

    op.drop_table("update_tests")
    with op.batch_alter_table("updates", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_updates_statement_id"))
        batch_op.drop_index("ix_updates_state")
        batch_op.drop_index(batch_op.f("ix_updates_organisation_id"))
        batch_op.drop_index(batch_op.f("ix_updates_coalition_id"))

    op.drop_table("updates")
