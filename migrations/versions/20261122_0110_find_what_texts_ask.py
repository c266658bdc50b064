"""find what texts ask, and which status of a case they know."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from alembic import op

# The index holds what the search of the day compares, so it is made as the search makes it.
from api.statements.rules import past_demands

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from uuid import UUID

revision = "98e8fecd403e"
down_revision = "cb0bc90dbe29"
branch_labels = None
depends_on = None

STATEMENTS = sa.table(
    "statements",
    sa.column("id", sa.Uuid()),
    sa.column("coalition_id", sa.Uuid()),
    sa.column("draft", sa.JSON()),
)
REVISIONS = sa.table(
    "revisions",
    sa.column("id", sa.Uuid()),
    sa.column("statement_id", sa.Uuid()),
    sa.column("number", sa.Integer()),
    sa.column("document", sa.JSON()),
    sa.column("taken_back", sa.LargeBinary()),
)
CASES = sa.table(
    "statement_cases",
    sa.column("statement_id", sa.Uuid()),
    sa.column("revision_number", sa.Integer()),
    sa.column("key", sa.String()),
    sa.column("status", sa.String()),
)


def upgrade() -> None:
    asked = op.create_table(
        "statement_demands",
        sa.Column("coalition_id", sa.Uuid(), nullable=False),
        sa.Column("statement_id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("revision_number", sa.Integer(), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=True),
        sa.Column("party", sa.String(length=80), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("stems", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["coalition_id"],
            ["coalitions.id"],
            name=op.f("fk_statement_demands_coalition_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["statement_id"],
            ["statements.id"],
            name=op.f("fk_statement_demands_statement_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            "statement_id", "key", "revision_number", name=op.f("pk_statement_demands")
        ),
    )
    with op.batch_alter_table("statement_demands", schema=None) as batch_op:
        batch_op.create_index(
            "ix_statement_demands_coalition_id_key", ["coalition_id", "key"], unique=False
        )
    with op.batch_alter_table("statement_cases", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column(
                "status",
                sa.Enum(
                    "at_risk",
                    "detained",
                    "on_trial",
                    "imprisoned",
                    "disappeared",
                    "deported",
                    "in_exile",
                    "released",
                    "deceased",
                    name="case_status",
                    native_enum=False,
                    create_constraint=True,
                    length=20,
                ),
                nullable=True,
            )
        )
    connection = op.get_bind()
    for place, coalition_id, document in _texts(connection):
        rows = [{**place, "coalition_id": coalition_id, **each} for each in past_demands(document)]
        if rows:
            connection.execute(sa.insert(asked), rows)
        for case in document.get("cases", ()):
            if "status" in case:
                here = (CASES.c[name] == value for name, value in place.items())
                known = sa.update(CASES).where(*here, CASES.c.key == case["id"])
                connection.execute(known.values(status=case["status"]))


def _texts(
    connection: sa.Connection,
) -> Iterator[tuple[dict[str, Any], UUID, Mapping[str, Any]]]:
    """Yield each draft (0) and each revision that can be read, one text in memory at a time."""
    query = sa.select(STATEMENTS.c.id, STATEMENTS.c.coalition_id)
    for statement_id, coalition_id in connection.execute(query).all():
        draft = sa.select(STATEMENTS.c.draft).where(STATEMENTS.c.id == statement_id)
        place = {"statement_id": statement_id, "revision_number": 0}
        yield place, coalition_id, connection.execute(draft).scalar_one()
        numbers = sa.select(REVISIONS.c.number, REVISIONS.c.id).where(
            REVISIONS.c.statement_id == statement_id, REVISIONS.c.taken_back.is_(None)
        )
        for number, revision_id in connection.execute(numbers).all():
            text = sa.select(REVISIONS.c.document).where(REVISIONS.c.id == revision_id)
            place = {"statement_id": statement_id, "revision_number": number}
            yield place, coalition_id, connection.execute(text).scalar_one()


def downgrade() -> None:
    with op.batch_alter_table("statement_cases", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("ck_statement_cases_case_status"), type_="check")
        batch_op.drop_column("status")
    with op.batch_alter_table("statement_demands", schema=None) as batch_op:
        batch_op.drop_index("ix_statement_demands_coalition_id_key")
    op.drop_table("statement_demands")
