"""Keep who was confirmed by the case's id: its key may tell a name that was taken back."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "d2b86f1ae347"
down_revision = "0b7d43e9f1a5"
branch_labels = None
depends_on = None

STATEMENTS = sa.table(
    "statements",
    sa.column("id", sa.Uuid()),
    sa.column("coalition_id", sa.Uuid()),
    sa.column("confirmed_cases", sa.JSON()),
)
CASES = sa.table(
    "cases",
    sa.column("id", sa.Uuid()),
    sa.column("coalition_id", sa.Uuid()),
    sa.column("key", sa.String()),
)
NAMED = sa.table(
    "statement_cases", sa.column("statement_id", sa.Uuid()), sa.column("key", sa.String())
)


def upgrade() -> None:
    """Put ids for keys; a key that no case has is kept only where a text that is read has it.

    Any other may be that of a name that was taken back. Who was confirmed by it is asked about
    once more.
    """
    connection = op.get_bind()
    for row in connection.execute(sa.select(STATEMENTS)).all():
        if not row.confirmed_cases:
            continue
        cases = sa.select(CASES.c.key, CASES.c.id).where(CASES.c.coalition_id == row.coalition_id)
        ids = {key: str(case_id) for key, case_id in connection.execute(cases)}
        texts = sa.select(NAMED.c.key).where(NAMED.c.statement_id == row.id)
        kept = {*ids.values(), *connection.scalars(texts)}
        renewed = {
            ids.get(key, key): facts
            for key, facts in row.confirmed_cases.items()
            if key in ids or key in kept
        }
        mine = sa.update(STATEMENTS).where(STATEMENTS.c.id == row.id)
        connection.execute(mine.values(confirmed_cases=renewed))


def downgrade() -> None:
    """Ids stay: whoever was confirmed is asked about once more."""
