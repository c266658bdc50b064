"""Add sessions of people, and how they sign in by a letter."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "7407166557c4"
down_revision = "d90a4be3c7f1"
branch_labels = None
depends_on = None
serves_before = True


def upgrade() -> None:
    op.create_table(
        "sign_in_requests",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("email_index", sa.LargeBinary(), nullable=False),
        sa.Column("browser_hash", sa.LargeBinary(), nullable=False),
        sa.Column("secret_hash", sa.LargeBinary(), nullable=False),
        sa.Column("language", sa.String(length=35), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_requests")),
        sa.UniqueConstraint("secret_hash", name=op.f("uq_sign_in_requests_secret_hash")),
    )
    with op.batch_alter_table("sign_in_requests", schema=None) as batch_op:
        batch_op.create_index("ix_sign_in_requests_asked_at", ["asked_at"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_sign_in_requests_browser_hash"), ["browser_hash"], unique=False
        )
        batch_op.create_index(
            "ix_sign_in_requests_email_index_asked_at", ["email_index", "asked_at"], unique=False
        )

    op.create_table(
        "access_cuts",
        sa.Column("coalition_id", sa.Uuid(), nullable=False),
        sa.Column("cut_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["coalition_id"],
            ["coalitions.id"],
            name=op.f("fk_access_cuts_coalition_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("coalition_id", name=op.f("pk_access_cuts")),
    )
    op.create_table(
        "desk_sessions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("secret_hash", sa.LargeBinary(), nullable=False),
        sa.Column("browser_hash", sa.LargeBinary(), nullable=False),
        sa.Column("device", sa.LargeBinary(), nullable=False),
        sa.Column(
            "means",
            sa.Enum(
                "letter",
                "passkey",
                "provider",
                "setup",
                name="sign_in_means",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("proven_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_desk_sessions_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_desk_sessions")),
        sa.UniqueConstraint("secret_hash", name=op.f("uq_desk_sessions_secret_hash")),
    )
    with op.batch_alter_table("desk_sessions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_desk_sessions_user_id"), ["user_id"], unique=False)

    with op.batch_alter_table("tokens", schema=None) as batch_op:
        batch_op.add_column(sa.Column("proven_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("tokens", schema=None) as batch_op:
        batch_op.drop_column("proven_at")

    with op.batch_alter_table("desk_sessions", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_desk_sessions_user_id"))

    op.drop_table("desk_sessions")
    op.drop_table("access_cuts")
    with op.batch_alter_table("sign_in_requests", schema=None) as batch_op:
        batch_op.drop_index("ix_sign_in_requests_email_index_asked_at")
        batch_op.drop_index(batch_op.f("ix_sign_in_requests_browser_hash"))
        batch_op.drop_index("ix_sign_in_requests_asked_at")

    op.drop_table("sign_in_requests")
