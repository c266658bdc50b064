"""${message}."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
${imports if imports else ""}

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = ${repr(branch_labels)}
depends_on = ${repr(depends_on)}
# Whether code of before can serve on these tables, and so goes on while this runs: True where only
# tables, indexes and columns that may be null come. What goes or gets another name goes one version
# after the last that uses it. Who writes waits while an index of a large table is made: ten seconds,
# and is refused then.
serves_before = False


def upgrade() -> None:
    ${upgrades if upgrades else "pass"}


def downgrade() -> None:
    ${downgrades if downgrades else "pass"}
