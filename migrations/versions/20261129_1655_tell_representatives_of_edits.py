"""Tell representatives who have no link of an edit of a text that their organisation signed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "c81f5e2a9d06"
down_revision = "a4e7c05d9b31"
branch_labels = None
depends_on = None

OF = {
    "coalition_id": "coalitions",
    "representative_id": "representatives",
    "statement_id": "statements",
}


def upgrade() -> None:
    op.create_table(
        "edit_notices",
        sa.Column("id", sa.Uuid(), nullable=False),
        *(sa.Column(name, sa.Uuid(), nullable=False) for name in OF),
        *(
            sa.ForeignKeyConstraint(
                [name], [f"{table}.id"], name=op.f(f"fk_edit_notices_{name}"), ondelete="CASCADE"
            )
            for name, table in OF.items()
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_edit_notices")),
    )
    with op.batch_alter_table("edit_notices", schema=None) as batch_op:
        for name in OF:
            batch_op.create_index(batch_op.f(f"ix_edit_notices_{name}"), [name], unique=False)


def downgrade() -> None:
    op.drop_table("edit_notices")
