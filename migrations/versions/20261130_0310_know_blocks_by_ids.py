"""Know the blocks of texts by ids, which stay when words change; the texts stay as they are."""

from __future__ import annotations

import json
from difflib import SequenceMatcher
from uuid import UUID, uuid4

import sqlalchemy as sa
from alembic import op

revision = "a3c57e19d2b4"
down_revision = "9b2f6a71d0c4"
branch_labels = None
depends_on = None
serves_before = True

STATEMENTS = sa.table(
    "statements",
    sa.column("id", sa.Uuid()),
    sa.column("draft", sa.JSON()),
    sa.column("block_ids", sa.JSON()),
)
REVISIONS = sa.table(
    "revisions",
    sa.column("id", sa.Uuid()),
    sa.column("statement_id", sa.Uuid()),
    sa.column("number", sa.Integer()),
    sa.column("document", sa.JSON()),
    sa.column("block_ids", sa.JSON()),
)
Body = list[dict[str, object]]


def upgrade() -> None:
    """Give the blocks of each text ids that follow one another from its first revision on."""
    for table in ("statements", "revisions"):
        op.add_column(table, sa.Column("block_ids", sa.JSON(), nullable=True))
        op.add_column(table, sa.Column("format", sa.String(length=40), nullable=True))
    op.add_column("statements", sa.Column("block_origins", sa.JSON(), nullable=True))
    connection = op.get_bind()
    for statement in connection.scalars(sa.select(STATEMENTS.c.id)).all():
        identify(connection, statement)


def identify(connection: sa.Connection, statement: UUID) -> None:
    ids: list[str] = []
    before: Body = []
    texts = [
        *((REVISIONS, number) for number in of_statement(connection, statement)),
        (STATEMENTS, statement),
    ]
    for table, row in texts:  # one text at a time is in memory
        column = table.c.draft if table is STATEMENTS else table.c.document
        body = connection.scalar(sa.select(column).where(table.c.id == row)).get("body")
        if body is None:  # a name in it was taken back, and it is sealed
            continue
        ids, before = carried(before, ids, body), body
        connection.execute(sa.update(table).where(table.c.id == row).values(block_ids=ids))


def of_statement(connection: sa.Connection, statement: UUID) -> list[UUID]:
    query = sa.select(REVISIONS.c.id).where(REVISIONS.c.statement_id == statement)
    return list(connection.scalars(query.order_by(REVISIONS.c.number)))


def carried(before: Body, ids: list[str], after: Body) -> list[str]:
    """Return the ids of blocks: of equal ones, and of those that took one another's place."""
    words = [[json.dumps(block, sort_keys=True) for block in body] for body in (before, after)]
    found = [str(uuid4()) for _ in after]
    steps = SequenceMatcher(None, *words, autojunk=False).get_opcodes()
    for tag, start, end, at, until in steps:
        if tag == "equal" or (tag == "replace" and end - start == until - at):
            found[at:until] = ids[start:end]
    return found


def downgrade() -> None:
    with op.batch_alter_table("statements", schema=None) as batch_op:
        batch_op.drop_column("block_origins")
    for table in ("statements", "revisions"):
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.drop_column("format")
            batch_op.drop_column("block_ids")
