"""Tell organisations by their letters, and part signatures that took an entry by its sound.

The exact form of names and the parting, which needs the keys, are jobs: nothing waits for them.
"""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import uuid4

import sqlalchemy as sa
from alembic import op

revision = "4b7d0c2f9a61"
down_revision = "e085ded5c3ad"
branch_labels = None
depends_on = None

PART = "signing.part"
JOBS = sa.table(
    "jobs",
    sa.column("id", sa.Uuid()),
    sa.column("kind", sa.String()),
    sa.column("facts", sa.JSON()),
    sa.column("key", sa.String()),
    sa.column("state", sa.String()),
    sa.column("attempts", sa.Integer()),
    sa.column("progress", sa.Integer()),
    sa.column("created_at", sa.DateTime(timezone=True)),
    sa.column("run_after", sa.DateTime(timezone=True)),
)
SIGNATURES = sa.table("signatures", sa.column("entry_index", sa.LargeBinary()))


def upgrade() -> None:
    with op.batch_alter_table("organisations", schema=None) as batch_op:
        batch_op.add_column(sa.Column("exact_names", sa.Text(), nullable=True))
    linked = sa.select(sa.literal(1)).where(SIGNATURES.c.entry_index.is_not(None)).limit(1)
    if op.get_bind().execute(linked).first() is None:
        return
    now = datetime.now(UTC)
    job = {
        "id": uuid4(),
        "kind": PART,
        "facts": {},
        "key": PART,
        "state": "queued",
        "attempts": 0,
        "progress": 0,
        "created_at": now,
        "run_after": now,
    }
    op.bulk_insert(JOBS, [job])


def downgrade() -> None:
    op.execute(sa.delete(JOBS).where(JOBS.c.kind == PART))
    with op.batch_alter_table("organisations", schema=None) as batch_op:
        batch_op.drop_column("exact_names")
