"""Stamp what prints, so that a document is known without reading all signatories."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "8e41b7d09c35"
down_revision = "4c1be0a7d2f6"
branch_labels = None
depends_on = None
serves_before = True

INDEX = "ix_printed_documents_statement_id_version"


def upgrade() -> None:
    op.create_table(
        "version_stamps",
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("stamp", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("owner_id", name="pk_version_stamps"),
    )
    is_postgres = op.get_bind().dialect.name == "postgresql"
    made = "gen_random_uuid()" if is_postgres else "lower(hex(randomblob(16)))"
    for owners in ("coalitions", "statements"):
        op.execute(f"INSERT INTO version_stamps SELECT id, {made} FROM {owners}")  # noqa: S608
    op.add_column("printed_documents", sa.Column("version", sa.String(length=64), nullable=True))
    op.create_index(INDEX, "printed_documents", ["statement_id", "version"])


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":  # on SQLite `env.py` took the triggers away
        op.execute(
            "DO $$ DECLARE name text; BEGIN"
            " FOR name IN SELECT proname FROM pg_proc WHERE starts_with(proname, 'stamp_')"
            " LOOP EXECUTE format('DROP FUNCTION %I CASCADE', name); END LOOP; END $$"
        )
    op.drop_index(INDEX, table_name="printed_documents")
    op.drop_column("printed_documents", "version")
    op.drop_table("version_stamps")
