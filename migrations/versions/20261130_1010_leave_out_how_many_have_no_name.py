"""Leave out how many are counted without a name, where that is wanted."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "d90a4be3c7f1"
down_revision = "b7c20d9e41f6"
branch_labels = None
depends_on = None
serves_before = True


def upgrade() -> None:
    shows = sa.Column("shows_withheld", sa.Boolean(), nullable=False, server_default=sa.true())
    op.add_column("signings", shows)


def downgrade() -> None:
    with op.batch_alter_table("signings", schema=None) as batch_op:
        batch_op.drop_column("shows_withheld")
