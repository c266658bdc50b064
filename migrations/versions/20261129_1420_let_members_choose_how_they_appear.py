"""Let members choose how they appear under a text; those who answered before are to be told."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import sqlalchemy as sa
from alembic import op

revision = "b90c1f6a7d24"
down_revision = "7c1f0b52e9a4"
branch_labels = None
depends_on = None

OWNED = ("coalition_id", "statement_id", "member_id")


def _table(name: str, *columns: str, **others: Any) -> sa.TableClause:
    ids = [sa.column(each, sa.Uuid()) for each in columns]
    return sa.table(name, *ids, *(sa.column(*each) for each in others.items()))


SIGNATURES = _table(
    "signatures",
    *("id", "coalition_id", "statement_id", "organisation_id"),
    source=sa.String(),
    state=sa.String(),
)
MEMBERS = _table("members", "id", "coalition_id", "organisation_id")
STATEMENTS = _table("statements", "id", state=sa.String())
ROUNDS = _table("sign_off_rounds", "id", "statement_id")
ASKS = _table("sign_off_asks", "coalition_id", "round_id", "member_id")
SIGN_OFFS = _table("sign_offs", *OWNED)
APPEARANCES = _table("appearances", "id", *OWNED, "signature_id", is_to_be_told=sa.Boolean())


def upgrade() -> None:
    op.create_table(
        "appearances",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("coalition_id", sa.Uuid(), nullable=False),
        sa.Column("statement_id", sa.Uuid(), nullable=False),
        sa.Column("member_id", sa.Uuid(), nullable=False),
        sa.Column(
            "visibility",
            sa.Enum(
                "public",
                "initials",
                "coalition",
                "anonymous",
                name="visibility",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=True,
        ),
        sa.Column("voice", sa.Uuid(), nullable=True),
        sa.Column("signature_id", sa.Uuid(), nullable=True),
        sa.Column("is_to_be_told", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["coalition_id"],
            ["coalitions.id"],
            name=op.f("fk_appearances_coalition_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["member_id"],
            ["members.id"],
            name=op.f("fk_appearances_member_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["signature_id"],
            ["signatures.id"],
            name=op.f("fk_appearances_signature_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["statement_id"],
            ["statements.id"],
            name=op.f("fk_appearances_statement_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appearances")),
        sa.UniqueConstraint(
            "statement_id", "member_id", name=op.f("uq_appearances_statement_id_member_id")
        ),
    )
    with op.batch_alter_table("appearances", schema=None) as batch_op:
        for column in ("coalition_id", "member_id", "signature_id", "is_to_be_told"):
            batch_op.create_index(batch_op.f(f"ix_appearances_{column}"), [column], unique=False)
    _enter_those_who_could_not_choose()


def _enter_those_who_could_not_choose() -> None:
    """Enter whom a published text names, and who was asked about or answered one to come."""
    signed = (
        sa.select(
            SIGNATURES.c.coalition_id,
            SIGNATURES.c.statement_id,
            MEMBERS.c.id.label("member_id"),
            SIGNATURES.c.id.label("signature_id"),
        )
        .join(
            MEMBERS,
            (MEMBERS.c.coalition_id == SIGNATURES.c.coalition_id)
            & (MEMBERS.c.organisation_id == SIGNATURES.c.organisation_id),
        )
        .where(SIGNATURES.c.source == "approval", SIGNATURES.c.state != "withdrawn")
    )
    is_to_come = STATEMENTS.c.state.in_(["draft", "review"])
    asked = (
        sa.select(ASKS.c.coalition_id, ROUNDS.c.statement_id, ASKS.c.member_id)
        .join(ROUNDS, ROUNDS.c.id == ASKS.c.round_id)
        .join(STATEMENTS, STATEMENTS.c.id == ROUNDS.c.statement_id)
        .where(is_to_come)
    )
    answered = (
        sa.select(*(SIGN_OFFS.c[each] for each in OWNED))
        .join(STATEMENTS, STATEMENTS.c.id == SIGN_OFFS.c.statement_id)
        .where(is_to_come)
    )
    found: dict[tuple[UUID, UUID], dict[str, Any]] = {}
    for query in (signed, asked, answered):
        for row in op.get_bind().execute(query).mappings():
            entry = {"id": uuid4(), "signature_id": None, "is_to_be_told": True, **row}
            found.setdefault((row["statement_id"], row["member_id"]), entry)
    if found:
        op.bulk_insert(APPEARANCES, list(found.values()))


def downgrade() -> None:
    op.drop_table("appearances")
