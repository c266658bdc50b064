"""Add mail servers and suppressions."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "c0d52837b639"
down_revision = "bb93c5b0a504"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "mail_servers",
        sa.Column("coalition_id", sa.Uuid(), nullable=False),
        sa.Column("host", sa.String(length=253), nullable=False),
        sa.Column("port", sa.Integer(), nullable=False),
        sa.Column(
            "security",
            sa.Enum(
                "starttls",
                "tls",
                name="security",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("login", sa.LargeBinary(), nullable=True),
        sa.Column("sender", sa.String(length=254), nullable=False),
        sa.Column("sender_name", sa.String(length=120), nullable=True),
        sa.Column("a_minute", sa.Integer(), nullable=False),
        sa.Column("a_minute_to_domain", sa.Integer(), nullable=False),
        sa.Column("returns", sa.String(length=254), nullable=True),
        sa.Column("mailbox_host", sa.String(length=253), nullable=True),
        sa.Column("mailbox_port", sa.Integer(), nullable=True),
        sa.Column("mailbox_login", sa.LargeBinary(), nullable=True),
        sa.Column("fault", sa.String(length=80), nullable=True),
        sa.Column("faulty_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("mailbox_fault", sa.String(length=80), nullable=True),
        sa.Column("mailbox_read_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["coalition_id"],
            ["coalitions.id"],
            name=op.f("fk_mail_servers_coalition_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("coalition_id", name=op.f("pk_mail_servers")),
    )
    op.create_table(
        "suppressions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("coalition_id", sa.Uuid(), nullable=False),
        sa.Column("email_index", sa.LargeBinary(), nullable=False),
        sa.Column("email", sa.LargeBinary(), nullable=False),
        sa.Column(
            "cause",
            sa.Enum(
                "bounce",
                "complaint",
                "unsubscribed",
                "coordinator",
                name="cause",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("failed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["coalition_id"],
            ["coalitions.id"],
            name=op.f("fk_suppressions_coalition_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_suppressions")),
        sa.UniqueConstraint(
            "coalition_id", "email_index", name=op.f("uq_suppressions_coalition_id_email_index")
        ),
    )
    with op.batch_alter_table("suppressions", schema=None) as batch_op:
        batch_op.create_index(
            "ix_suppressions_coalition_id_since", ["coalition_id", "since", "id"], unique=False
        )


def downgrade() -> None:
    with op.batch_alter_table("suppressions", schema=None) as batch_op:
        batch_op.drop_index("ix_suppressions_coalition_id_since")

    op.drop_table("suppressions")
    op.drop_table("mail_servers")
