"""Keep the language in which a user chose to be spoken to."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "4c1be0a7d2f6"
down_revision = "7a3e5d914c08"
branch_labels = None
depends_on = None
serves_before = True


def upgrade() -> None:
    op.add_column("users", sa.Column("language", sa.String(length=35), nullable=True))


def downgrade() -> None:
    op.drop_column("users", "language")
