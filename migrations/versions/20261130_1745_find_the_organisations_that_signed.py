"""Find the organisations that signed a text without looking at the people who did."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "7a3e5d914c08"
down_revision = "d0443bdd673e"
branch_labels = None
depends_on = None
serves_before = True

ORGANISATIONS = sa.text("kind = 'organisation'")


def upgrade() -> None:
    op.create_index(
        "ix_signatures_organisations",
        "signatures",
        ["statement_id", "position"],
        unique=False,
        postgresql_where=ORGANISATIONS,
        sqlite_where=ORGANISATIONS,
    )


def downgrade() -> None:
    op.drop_index(
        "ix_signatures_organisations",
        "signatures",
        postgresql_where=ORGANISATIONS,
        sqlite_where=ORGANISATIONS,
    )
