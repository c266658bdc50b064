"""find what texts ask, and which status of a case they know.

The words by which it is searched are made by a job, as the search of the day makes them: nothing
waits for it.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import sqlalchemy as sa
from alembic import op

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
MAKE_STEMS = "statements.make_stems"
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
    is_any = False
    for place, coalition_id, document in _texts(connection):
        rows = [{**place, "coalition_id": coalition_id, **each} for each in _asked(document)]
        if rows:
            is_any = True
            connection.execute(sa.insert(asked), rows)
        for case in document.get("cases", ()):
            if "status" in case:
                here = (CASES.c[name] == value for name, value in place.items())
                known = sa.update(CASES).where(*here, CASES.c.key == case["id"])
                connection.execute(known.values(status=case["status"]))
    if is_any:
        _promise_stems()


def _asked(document: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for asked in document.get("demand_lists", ()):
        party = asked.get("party")
        for demand in asked["demands"]:
            yield {
                "key": demand["id"],
                "country": asked.get("country"),
                "party": party and party["id"],
                "text": demand["text"],
                "stems": "",
            }


def _promise_stems() -> None:
    now = datetime.now(UTC)
    job = {
        "id": uuid4(),
        "kind": MAKE_STEMS,
        "facts": {},
        "key": MAKE_STEMS,
        "state": "queued",
        "attempts": 0,
        "progress": 0,
        "created_at": now,
        "run_after": now,
    }
    op.bulk_insert(JOBS, [job])


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
    op.execute(sa.delete(JOBS).where(JOBS.c.kind == MAKE_STEMS))
    with op.batch_alter_table("statement_cases", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("ck_statement_cases_case_status"), type_="check")
        batch_op.drop_column("status")
    with op.batch_alter_table("statement_demands", schema=None) as batch_op:
        batch_op.drop_index("ix_statement_demands_coalition_id_key")
    op.drop_table("statement_demands")
