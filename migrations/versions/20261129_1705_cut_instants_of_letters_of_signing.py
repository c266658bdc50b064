"""Cut when letters of signing were promised to the day: more tells when somebody signed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0b7d43e9f1a5"
down_revision = "e5d90b7c1f42"
branch_labels = None
depends_on = None


def upgrade() -> None:
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    day = (
        "substr(created_at, 1, 10) || ' 00:00:00.000000'"
        if is_sqlite
        else "date_trunc('day', created_at AT TIME ZONE 'UTC') AT TIME ZONE 'UTC'"
    )
    of = "kind LIKE 'signing.%'"
    op.execute(sa.text(f"UPDATE letters SET created_at = {day} WHERE {of}"))  # noqa: S608 # our own


def downgrade() -> None:
    """Nothing brings back what was cut."""
