"""Seal the notes of rounds and blocks and the reasons of invalidations.

What stands in clear stays in its column until a job of the new version has sealed it. On the way
back it is lost: only the program has the keys.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "5c8f1e04b9a7"
down_revision = "7407166557c4"
branch_labels = None
depends_on = None
serves_before = True

SEALED = (
    ("sign_off_rounds", "sealed_note"),
    ("blocks", "sealed_note"),
    ("invalidations", "sealed_reason"),
)


def upgrade() -> None:
    for table, name in SEALED:
        op.add_column(table, sa.Column(name, sa.LargeBinary(), nullable=True))


def downgrade() -> None:
    for table, name in reversed(SEALED):
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.drop_column(name)
