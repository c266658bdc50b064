"""Keep for which closed cases somebody confirmed that a text names them."""

import sqlalchemy as sa
from alembic import op

revision = "e5a80c3d1f97"
down_revision = "a94e07d35c18"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("statements", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("confirmed_cases", sa.JSON(), nullable=False, server_default="{}")
        )
    with op.batch_alter_table("statements", schema=None) as batch_op:
        batch_op.alter_column("confirmed_cases", existing_type=sa.JSON(), server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("statements", schema=None) as batch_op:
        batch_op.drop_column("confirmed_cases")
