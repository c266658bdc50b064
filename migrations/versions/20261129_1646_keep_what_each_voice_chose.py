"""Keep what each person chose of how their organisation appears, not only what was chosen last."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "a4e7c05d9b31"
down_revision = "e4a90b6d17c3"
branch_labels = None
depends_on = None

UNKNOWN = "unknown"
APPEARANCES = sa.table(
    "appearances",
    sa.column("id", sa.Uuid()),
    sa.column("visibility", sa.String()),
    sa.column("voice", sa.Uuid()),
    sa.column("choices", sa.JSON()),
)


def upgrade() -> None:
    with op.batch_alter_table("appearances", schema=None) as batch_op:
        batch_op.add_column(sa.Column("choices", sa.JSON(), nullable=False, server_default="{}"))
    table = APPEARANCES
    chosen = sa.select(table.c.id, table.c.visibility, table.c.voice)
    for row in op.get_bind().execute(chosen.where(table.c.visibility.is_not(None))).all():
        choices = {str(row.voice) if row.voice else UNKNOWN: row.visibility}
        op.execute(table.update().where(table.c.id == row.id).values(choices=choices))
    with op.batch_alter_table("appearances", schema=None) as batch_op:
        batch_op.alter_column("choices", server_default=None)
        batch_op.drop_column("voice")


def downgrade() -> None:
    with op.batch_alter_table("appearances", schema=None) as batch_op:
        batch_op.add_column(sa.Column("voice", sa.Uuid(), nullable=True))
        batch_op.drop_column("choices")
