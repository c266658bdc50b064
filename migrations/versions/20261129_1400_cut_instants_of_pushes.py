"""Cut what is told to mailing tools to its day: more tells when somebody agreed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "d81f6b3c5e20"
down_revision = "b90c1f6a7d24"
branch_labels = None
depends_on = None
NAMES = ("created_at", "changed_at")


def upgrade() -> None:
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    for name in NAMES:
        day = (
            f"substr({name}, 1, 10) || ' 00:00:00.000000'"
            if is_sqlite
            else f"date_trunc('day', {name} AT TIME ZONE 'UTC') AT TIME ZONE 'UTC'"
        )
        op.execute(sa.text(f"UPDATE connector_pushes SET {name} = {day}"))  # noqa: S608 # our own


def downgrade() -> None:
    """Nothing brings back what was cut."""
