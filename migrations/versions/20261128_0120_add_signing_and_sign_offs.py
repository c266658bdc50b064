"""Add what signing in public and sign-offs need."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

import sqlalchemy as sa
from alembic import op

if TYPE_CHECKING:
    from collections.abc import Sequence

revision = "bb93c5b0a504"
down_revision = "98e8fecd403e"
branch_labels = None
depends_on = None

SOURCES = ("entered", "approval", "public")
STATES = ("confirmed", "withdrawn")
TURNED_AWAY = "state IN ('rejected', 'invalidated') AND address_index IS NOT NULL"
LISTED = "state = 'confirmed' AND visibility IN ('public', 'initials')"
DEFAULTED = {
    "coalitions": ("origins", "sensitive_countries", "remind_after_days", "remind_every_days"),
    "organisations": ("needs_two",),
    "signatures": ("flags", "shows_logo"),
}
SIGNATURES = sa.table(
    "signatures",
    sa.column("id", sa.Uuid()),
    sa.column("coalition_id", sa.Uuid()),
    sa.column("statement_id", sa.Uuid()),
    sa.column("revision_number", sa.Integer()),
    sa.column("state", sa.String()),
    sa.column("source", sa.String()),
    sa.column("kind", sa.String()),
    sa.column("country", sa.String()),
    sa.column("visibility", sa.String()),
    sa.column("day", sa.Date()),
    sa.column("position", sa.Integer()),
)
STATEMENTS = sa.table(
    "statements", sa.column("id", sa.Uuid()), sa.column("counted_from", sa.Integer())
)
CHANGES = sa.table(
    "count_changes",
    sa.column("id", sa.Uuid()),
    sa.column("coalition_id", sa.Uuid()),
    sa.column("statement_id", sa.Uuid()),
    sa.column("change", sa.Integer()),
    sa.column("kind", sa.String()),
    sa.column("source", sa.String()),
    sa.column("country", sa.String()),
    sa.column("day", sa.Date()),
    sa.column("is_shown", sa.Boolean()),
)


def upgrade() -> None:
    op.create_table(
        "letters",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=60), nullable=False),
        sa.Column("coalition_id", sa.Uuid(), nullable=True),
        sa.Column("object_id", sa.Uuid(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "queued",
                "sent",
                "dropped",
                "failed",
                "held",
                name="letter_state",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("run_after", sa.DateTime(timezone=True), nullable=False),
        sa.Column("fault", sa.String(length=80), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["coalition_id"],
            ["coalitions.id"],
            name=op.f("fk_letters_coalition_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letters")),
    )
    with op.batch_alter_table("letters", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_letters_coalition_id"), ["coalition_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_letters_object_id"), ["object_id"], unique=False)
        batch_op.create_index("ix_letters_state_ended_at", ["state", "ended_at"], unique=False)
        batch_op.create_index("ix_letters_state_run_after", ["state", "run_after"], unique=False)

    op.create_table(
        "links",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("purpose", sa.String(length=40), nullable=False),
        sa.Column("coalition_id", sa.Uuid(), nullable=False),
        sa.Column("object_id", sa.Uuid(), nullable=False),
        sa.Column("secret_hash", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["coalition_id"],
            ["coalitions.id"],
            name=op.f("fk_links_coalition_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_links")),
        sa.UniqueConstraint("secret_hash", name=op.f("uq_links_secret_hash")),
    )
    with op.batch_alter_table("links", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_links_coalition_id"), ["coalition_id"], unique=False)
        batch_op.create_index("ix_links_object_id_purpose", ["object_id", "purpose"], unique=False)

    op.create_table(
        "day_keys",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("purpose", sa.String(length=20), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_day_keys")),
        sa.UniqueConstraint("purpose", "day", name=op.f("uq_day_keys_purpose_day")),
    )
    op.create_table(
        "consent_words",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("language", sa.String(length=35), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_consent_words")),
    )
    op.create_table(
        "letter_marks",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("address", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letter_marks")),
    )
    with op.batch_alter_table("letter_marks", schema=None) as batch_op:
        batch_op.create_index("ix_letter_marks_day_address", ["day", "address"], unique=False)

    op.create_table(
        "used_challenges",
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_used_challenges")),
    )
    with op.batch_alter_table("used_challenges", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_used_challenges_expires_at"), ["expires_at"], unique=False
        )

    op.create_table(
        "blocks",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("coalition_id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "address",
                "domain",
                "name",
                name="block_kind",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column(
            "act",
            sa.Enum(
                "drop",
                "hold",
                name="block_act",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("value", sa.LargeBinary(), nullable=False),
        sa.Column("note", sa.String(length=300), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["coalition_id"],
            ["coalitions.id"],
            name=op.f("fk_blocks_coalition_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_blocks")),
    )
    with op.batch_alter_table("blocks", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_blocks_coalition_id"), ["coalition_id"], unique=False)

    op.create_table(
        "invitations",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("coalition_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=True),
        sa.Column("person", sa.LargeBinary(), nullable=False),
        sa.Column("language", sa.String(length=35), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "lead",
                "member",
                "observer",
                name="member_role",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("since", sa.Date(), nullable=True),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "open",
                "accepted",
                "declined",
                "taken_back",
                name="invitation_state",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["coalition_id"],
            ["coalitions.id"],
            name=op.f("fk_invitations_coalition_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f("fk_invitations_organisation_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitations")),
    )
    with op.batch_alter_table("invitations", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_invitations_coalition_id"), ["coalition_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_invitations_organisation_id"), ["organisation_id"], unique=False
        )

    op.create_table(
        "representatives",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("coalition_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("identity", sa.LargeBinary(), nullable=False),
        sa.Column("email_index", sa.LargeBinary(), nullable=False),
        sa.Column("language", sa.String(length=35), nullable=True),
        sa.Column("left_on", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["coalition_id"],
            ["coalitions.id"],
            name=op.f("fk_representatives_coalition_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f("fk_representatives_organisation_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_representatives")),
        sa.UniqueConstraint(
            "organisation_id",
            "email_index",
            name=op.f("uq_representatives_organisation_id_email_index"),
        ),
    )
    with op.batch_alter_table("representatives", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_representatives_coalition_id"), ["coalition_id"], unique=False
        )

    op.create_table(
        "count_changes",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("coalition_id", sa.Uuid(), nullable=False),
        sa.Column("statement_id", sa.Uuid(), nullable=False),
        sa.Column("change", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "organisation",
                "individual",
                name="signatory_kind",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column(
            "source",
            sa.Enum(
                "entered",
                "approval",
                "public",
                "paper",
                name="source",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("country", sa.String(length=2), nullable=True),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("is_shown", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["coalition_id"],
            ["coalitions.id"],
            name=op.f("fk_count_changes_coalition_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["statement_id"],
            ["statements.id"],
            name=op.f("fk_count_changes_statement_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_count_changes")),
    )
    with op.batch_alter_table("count_changes", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_count_changes_coalition_id"), ["coalition_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_count_changes_statement_id"), ["statement_id"], unique=False
        )

    op.create_table(
        "evidence",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("coalition_id", sa.Uuid(), nullable=False),
        sa.Column("statement_id", sa.Uuid(), nullable=False),
        sa.Column("content_type", sa.String(length=40), nullable=False),
        sa.Column("bytes", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        sa.Column("note", sa.String(length=300), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["coalition_id"],
            ["coalitions.id"],
            name=op.f("fk_evidence_coalition_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["statement_id"],
            ["statements.id"],
            name=op.f("fk_evidence_statement_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence")),
    )
    with op.batch_alter_table("evidence", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_evidence_coalition_id"), ["coalition_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_evidence_statement_id"), ["statement_id"], unique=False
        )

    op.create_table(
        "invalidations",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("coalition_id", sa.Uuid(), nullable=False),
        sa.Column("statement_id", sa.Uuid(), nullable=False),
        sa.Column("rule", sa.LargeBinary(), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["coalition_id"],
            ["coalitions.id"],
            name=op.f("fk_invalidations_coalition_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["statement_id"],
            ["statements.id"],
            name=op.f("fk_invalidations_statement_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invalidations")),
    )
    with op.batch_alter_table("invalidations", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_invalidations_coalition_id"), ["coalition_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_invalidations_statement_id"), ["statement_id"], unique=False
        )

    op.create_table(
        "sign_off_rounds",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("coalition_id", sa.Uuid(), nullable=False),
        sa.Column("statement_id", sa.Uuid(), nullable=False),
        sa.Column("soft_deadline", sa.DateTime(timezone=True), nullable=True),
        sa.Column("hard_deadline", sa.DateTime(timezone=True), nullable=True),
        sa.Column("zone", sa.String(length=64), nullable=False),
        sa.Column(
            "silence",
            sa.Enum(
                "nothing",
                "approval",
                "decline",
                name="silence",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("remind_after_days", sa.Integer(), nullable=True),
        sa.Column("remind_every_days", sa.Integer(), nullable=True),
        sa.Column("note", sa.String(length=2000), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["coalition_id"],
            ["coalitions.id"],
            name=op.f("fk_sign_off_rounds_coalition_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["statement_id"],
            ["statements.id"],
            name=op.f("fk_sign_off_rounds_statement_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_off_rounds")),
        sa.UniqueConstraint("statement_id", name=op.f("uq_sign_off_rounds_statement_id")),
    )
    with op.batch_alter_table("sign_off_rounds", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_sign_off_rounds_coalition_id"), ["coalition_id"], unique=False
        )

    op.create_table(
        "signature_totals",
        sa.Column("statement_id", sa.Uuid(), nullable=False),
        sa.Column("facet", sa.String(length=20), nullable=False),
        sa.Column("key", sa.String(length=20), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["statement_id"],
            ["statements.id"],
            name=op.f("fk_signature_totals_statement_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("statement_id", "facet", "key", name=op.f("pk_signature_totals")),
    )
    op.create_table(
        "signings",
        sa.Column("statement_id", sa.Uuid(), nullable=False),
        sa.Column("coalition_id", sa.Uuid(), nullable=False),
        sa.Column("address", sa.String(length=100), nullable=False),
        sa.Column("opens_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closes_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("zone", sa.String(length=64), nullable=False),
        sa.Column("takes_individuals", sa.Boolean(), nullable=False),
        sa.Column("takes_organisations", sa.Boolean(), nullable=False),
        sa.Column("shows_list", sa.Boolean(), nullable=False),
        sa.Column("is_sensitive", sa.Boolean(), nullable=False),
        sa.Column(
            "moderation",
            sa.Enum(
                "none",
                "flagged",
                "all",
                name="moderation",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("mailing_organisation_ids", sa.JSON(), nullable=False),
        sa.Column("retain_until", sa.Date(), nullable=True),
        sa.Column("purged_on", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["coalition_id"],
            ["coalitions.id"],
            name=op.f("fk_signings_coalition_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["statement_id"],
            ["statements.id"],
            name=op.f("fk_signings_statement_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("statement_id", name=op.f("pk_signings")),
        sa.UniqueConstraint("address", name=op.f("uq_signings_address")),
    )
    with op.batch_alter_table("signings", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_signings_coalition_id"), ["coalition_id"], unique=False
        )

    op.create_table(
        "sign_off_asks",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("coalition_id", sa.Uuid(), nullable=False),
        sa.Column("round_id", sa.Uuid(), nullable=False),
        sa.Column("member_id", sa.Uuid(), nullable=False),
        sa.Column("revision_number", sa.Integer(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_again_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reminders", sa.Integer(), nullable=False),
        sa.Column("remind_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["coalition_id"],
            ["coalitions.id"],
            name=op.f("fk_sign_off_asks_coalition_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["member_id"],
            ["members.id"],
            name=op.f("fk_sign_off_asks_member_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["round_id"],
            ["sign_off_rounds.id"],
            name=op.f("fk_sign_off_asks_round_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_off_asks")),
        sa.UniqueConstraint(
            "round_id", "member_id", name=op.f("uq_sign_off_asks_round_id_member_id")
        ),
    )
    with op.batch_alter_table("sign_off_asks", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_sign_off_asks_coalition_id"), ["coalition_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_sign_off_asks_member_id"), ["member_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_sign_off_asks_remind_at"), ["remind_at"], unique=False)

    op.create_table(
        "approvers",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("coalition_id", sa.Uuid(), nullable=False),
        sa.Column("ask_id", sa.Uuid(), nullable=False),
        sa.Column("representative_id", sa.Uuid(), nullable=True),
        sa.Column("handed_by", sa.Uuid(), nullable=True),
        sa.Column("person", sa.LargeBinary(), nullable=False),
        sa.Column("email_index", sa.LargeBinary(), nullable=False),
        sa.Column("language", sa.String(length=35), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["ask_id"], ["sign_off_asks.id"], name=op.f("fk_approvers_ask_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["coalition_id"],
            ["coalitions.id"],
            name=op.f("fk_approvers_coalition_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["handed_by"], ["approvers.id"], name=op.f("fk_approvers_handed_by"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["representative_id"],
            ["representatives.id"],
            name=op.f("fk_approvers_representative_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approvers")),
        sa.UniqueConstraint("ask_id", "email_index", name=op.f("uq_approvers_ask_id_email_index")),
    )
    with op.batch_alter_table("approvers", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_approvers_coalition_id"), ["coalition_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_approvers_handed_by"), ["handed_by"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_approvers_representative_id"), ["representative_id"], unique=False
        )

    op.create_table(
        "consents",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("coalition_id", sa.Uuid(), nullable=False),
        sa.Column("signature_id", sa.Uuid(), nullable=False),
        sa.Column(
            "purpose",
            sa.Enum(
                "signing",
                "name",
                "mailings",
                name="purpose",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("organisation_id", sa.Uuid(), nullable=True),
        sa.Column("words_sha256", sa.String(length=64), nullable=False),
        sa.Column("given_on", sa.Date(), nullable=False),
        sa.Column("taken_back_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["coalition_id"],
            ["coalitions.id"],
            name=op.f("fk_consents_coalition_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f("fk_consents_organisation_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["signature_id"],
            ["signatures.id"],
            name=op.f("fk_consents_signature_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["words_sha256"], ["consent_words.sha256"], name=op.f("fk_consents_words_sha256")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consents")),
        sa.UniqueConstraint(
            "signature_id",
            "purpose",
            "organisation_id",
            name=op.f("uq_consents_signature_id_purpose_organisation_id"),
        ),
    )
    with op.batch_alter_table("consents", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_consents_coalition_id"), ["coalition_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_consents_organisation_id"), ["organisation_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_consents_words_sha256"), ["words_sha256"], unique=False
        )

    op.create_table(
        "pending_signatures",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("coalition_id", sa.Uuid(), nullable=False),
        sa.Column("statement_id", sa.Uuid(), nullable=False),
        sa.Column("revision_number", sa.Integer(), nullable=False),
        sa.Column("revision_sha256", sa.String(length=64), nullable=False),
        sa.Column("request", sa.LargeBinary(), nullable=True),
        sa.Column("address_index", sa.LargeBinary(), nullable=False),
        sa.Column("domain_index", sa.LargeBinary(), nullable=False),
        sa.Column("code_index", sa.LargeBinary(), nullable=True),
        sa.Column("prefix", sa.LargeBinary(), nullable=True),
        sa.Column("language", sa.String(length=35), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("taken_in_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("signature_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["signature_id"],
            ["signatures.id"],
            name=op.f("fk_pending_signatures_signature_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pending_signatures")),
        sa.UniqueConstraint(
            "statement_id", "code_index", name=op.f("uq_pending_signatures_statement_id_code_index")
        ),
    )
    with op.batch_alter_table("pending_signatures", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_pending_signatures_signature_id"), ["signature_id"], unique=False
        )
        batch_op.create_index(
            "ix_pending_signatures_new",
            ["asked_at"],
            unique=False,
            postgresql_where=sa.text("taken_in_at IS NULL"),
            sqlite_where=sa.text("taken_in_at IS NULL"),
        )
        batch_op.create_index("ix_pending_signatures_asked_at", ["asked_at"], unique=False)

    op.create_table(
        "sign_offs",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("coalition_id", sa.Uuid(), nullable=False),
        sa.Column("statement_id", sa.Uuid(), nullable=False),
        sa.Column("member_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("revision_number", sa.Integer(), nullable=False),
        sa.Column("revision_sha256", sa.String(length=64), nullable=False),
        sa.Column(
            "answer",
            sa.Enum(
                "approved",
                "reserved",
                "declined",
                "objected",
                name="answer",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("prints_reservation", sa.Boolean(), nullable=False),
        sa.Column("shows_logo", sa.Boolean(), nullable=False),
        sa.Column("approver_id", sa.Uuid(), nullable=True),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["approver_id"],
            ["approvers.id"],
            name=op.f("fk_sign_offs_approver_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["coalition_id"],
            ["coalitions.id"],
            name=op.f("fk_sign_offs_coalition_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["member_id"], ["members.id"], name=op.f("fk_sign_offs_member_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["statement_id"],
            ["statements.id"],
            name=op.f("fk_sign_offs_statement_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_offs")),
        sa.UniqueConstraint(
            "statement_id",
            "member_id",
            "number",
            name=op.f("uq_sign_offs_statement_id_member_id_number"),
        ),
    )
    with op.batch_alter_table("sign_offs", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sign_offs_approver_id"), ["approver_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_sign_offs_coalition_id"), ["coalition_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_sign_offs_member_id"), ["member_id"], unique=False)

    op.create_table(
        "printed_documents",
        sa.Column("statement_id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("coalition_id", sa.Uuid(), nullable=False),
        sa.Column("format", sa.String(length=20), nullable=False),
        sa.Column("theme", sa.String(length=80), nullable=False),
        sa.Column("revision_number", sa.Integer(), nullable=False),
        sa.Column("printed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("taken_back_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["coalition_id"],
            ["coalitions.id"],
            name=op.f("fk_printed_documents_coalition_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["statement_id"],
            ["statements.id"],
            name=op.f("fk_printed_documents_statement_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("statement_id", "key", name=op.f("pk_printed_documents")),
    )
    with op.batch_alter_table("printed_documents", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_printed_documents_coalition_id"), ["coalition_id"], unique=False
        )

    with op.batch_alter_table("coalitions", schema=None) as batch_op:
        batch_op.add_column(sa.Column("origins", sa.JSON(), nullable=False, server_default="[]"))
        batch_op.add_column(
            sa.Column("sensitive_countries", sa.JSON(), nullable=False, server_default="[]")
        )
        batch_op.add_column(
            sa.Column("remind_after_days", sa.Integer(), nullable=False, server_default="5")
        )
        batch_op.add_column(
            sa.Column("remind_every_days", sa.Integer(), nullable=False, server_default="2")
        )

    with op.batch_alter_table("organisations", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("needs_two", sa.Boolean(), nullable=False, server_default=sa.false())
        )

    with op.batch_alter_table("signatures", schema=None) as batch_op:
        batch_op.add_column(sa.Column("address_index", sa.LargeBinary(), nullable=True))
        batch_op.add_column(sa.Column("domain_index", sa.LargeBinary(), nullable=True))
        batch_op.add_column(sa.Column("entry_index", sa.LargeBinary(), nullable=True))
        batch_op.add_column(sa.Column("prefix", sa.LargeBinary(), nullable=True))
        batch_op.add_column(sa.Column("language", sa.String(length=35), nullable=True))
        batch_op.add_column(
            sa.Column("shows_logo", sa.Boolean(), nullable=False, server_default=sa.true())
        )
        batch_op.add_column(sa.Column("flags", sa.JSON(), nullable=False, server_default="[]"))
        batch_op.add_column(sa.Column("invalidation_id", sa.Uuid(), nullable=True))
        batch_op.add_column(sa.Column("evidence_id", sa.Uuid(), nullable=True))
        batch_op.alter_column("position", existing_type=sa.INTEGER(), nullable=True)
        batch_op.create_index(
            batch_op.f("ix_signatures_evidence_id"), ["evidence_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_signatures_invalidation_id"), ["invalidation_id"], unique=False
        )
        batch_op.create_index(
            "ix_signatures_statement_id_entry_index", ["statement_id", "entry_index"], unique=False
        )
        batch_op.create_index(
            "ix_signatures_statement_id_created_at", ["statement_id", "created_at"], unique=False
        )
        batch_op.create_index(
            "ix_signatures_unplaced",
            ["statement_id"],
            unique=False,
            postgresql_where=sa.text("position IS NULL"),
            sqlite_where=sa.text("position IS NULL"),
        )
        batch_op.create_index(
            "ix_signatures_waiting",
            ["statement_id", "state"],
            unique=False,
            postgresql_where=sa.text("state IN ('held', 'rejected', 'invalidated')"),
            sqlite_where=sa.text("state IN ('held', 'rejected', 'invalidated')"),
        )
        batch_op.create_index(
            "ix_signatures_prefixed",
            ["created_at"],
            unique=False,
            postgresql_where=sa.text("prefix IS NOT NULL"),
            sqlite_where=sa.text("prefix IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_signatures_turned_away",
            ["updated_at"],
            unique=False,
            postgresql_where=sa.text(TURNED_AWAY),
            sqlite_where=sa.text(TURNED_AWAY),
        )
        batch_op.create_index(
            "ix_signatures_listed",
            ["statement_id", "position"],
            unique=False,
            postgresql_where=sa.text(LISTED),
            sqlite_where=sa.text(LISTED),
        )
        batch_op.create_index(
            "ix_signatures_statement_id_revision_number",
            ["statement_id", "revision_number"],
            unique=False,
        )
        batch_op.create_unique_constraint(
            batch_op.f("uq_signatures_statement_id_address_index"),
            ["statement_id", "address_index"],
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_signatures_invalidation_id"),
            "invalidations",
            ["invalidation_id"],
            ["id"],
            ondelete="SET NULL",
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_signatures_evidence_id"),
            "evidence",
            ["evidence_id"],
            ["id"],
            ondelete="SET NULL",
        )

    with op.batch_alter_table("statements", schema=None) as batch_op:
        batch_op.add_column(sa.Column("predecessor_id", sa.Uuid(), nullable=True))
        batch_op.create_index(
            batch_op.f("ix_statements_predecessor_id"), ["predecessor_id"], unique=False
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_statements_predecessor_id"),
            "statements",
            ["predecessor_id"],
            ["id"],
            ondelete="SET NULL",
        )

    _check((*SOURCES, "paper"), (*STATES, "held", "rejected", "invalidated"))
    _drop_defaults()
    _count()


def _drop_defaults() -> None:
    """The models give the values; the defaults were for the rows that were there."""
    for table, names in DEFAULTED.items():
        with op.batch_alter_table(table, schema=None) as batch_op:
            for name in names:
                batch_op.alter_column(name, server_default=None)


def _check(sources: Sequence[str], states: Sequence[str]) -> None:
    """Have the database take these values and no others."""
    with op.batch_alter_table("signatures", schema=None) as batch_op:
        for column, name, values in (
            ("source", "source", sources),
            ("state", "signature_state", states),
        ):
            batch_op.drop_constraint(op.f(f"ck_signatures_{name}"), type_="check")
            quoted = ", ".join(f"'{value}'" for value in values)
            batch_op.create_check_constraint(
                op.f(f"ck_signatures_{name}"), f"{column} IN ({quoted})"
            )


def _count() -> None:
    """Begin the journal of counts with what counts by now."""
    connection = op.get_bind()
    alike = [
        SIGNATURES.c[name]
        for name in ("coalition_id", "statement_id", "kind", "source", "country", "day")
    ]
    is_shown = SIGNATURES.c.visibility.in_(["public", "initials"])
    counted = (
        sa.select(*alike, is_shown.label("is_shown"), sa.func.count().label("change"))
        .join(STATEMENTS, STATEMENTS.c.id == SIGNATURES.c.statement_id)
        .where(
            SIGNATURES.c.state == "confirmed",
            SIGNATURES.c.revision_number >= STATEMENTS.c.counted_from,
        )
        .group_by(*alike, is_shown)
    )
    rows = [{"id": uuid4(), **row} for row in connection.execute(counted).mappings()]
    if rows:
        connection.execute(sa.insert(CHANGES), rows)


def _undo_what_is_new() -> None:
    """Put what the older tables cannot say into what they can."""
    connection = op.get_bind()
    signatures = SIGNATURES
    is_new = signatures.c.state.in_(["held", "rejected", "invalidated"])
    connection.execute(sa.update(signatures).where(is_new).values(state="withdrawn"))
    is_paper = signatures.c.source == "paper"
    connection.execute(sa.update(signatures).where(is_paper).values(source="entered"))
    unplaced = sa.select(signatures.c.id, signatures.c.statement_id)
    for row in connection.execute(unplaced.where(signatures.c.position.is_(None))).all():
        last = sa.select(sa.func.max(signatures.c.position))
        highest = connection.scalar(last.where(signatures.c.statement_id == row.statement_id)) or 0
        mine = sa.update(signatures).where(signatures.c.id == row.id)
        connection.execute(mine.values(position=highest + 1))


def downgrade() -> None:
    _undo_what_is_new()
    _check(SOURCES, STATES)
    with op.batch_alter_table("statements", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_statements_predecessor_id"), type_="foreignkey")
        batch_op.drop_index(batch_op.f("ix_statements_predecessor_id"))
        batch_op.drop_column("predecessor_id")

    with op.batch_alter_table("signatures", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_signatures_evidence_id"), type_="foreignkey")
        batch_op.drop_constraint(batch_op.f("fk_signatures_invalidation_id"), type_="foreignkey")
        batch_op.drop_constraint(
            batch_op.f("uq_signatures_statement_id_address_index"), type_="unique"
        )
        batch_op.drop_index("ix_signatures_statement_id_revision_number")
        batch_op.drop_index(
            "ix_signatures_turned_away",
            postgresql_where=sa.text(TURNED_AWAY),
            sqlite_where=sa.text(TURNED_AWAY),
        )
        batch_op.drop_index(
            "ix_signatures_prefixed",
            postgresql_where=sa.text("prefix IS NOT NULL"),
            sqlite_where=sa.text("prefix IS NOT NULL"),
        )
        batch_op.drop_index(
            "ix_signatures_listed",
            postgresql_where=sa.text(LISTED),
            sqlite_where=sa.text(LISTED),
        )
        batch_op.drop_index(
            "ix_signatures_waiting",
            postgresql_where=sa.text("state IN ('held', 'rejected', 'invalidated')"),
            sqlite_where=sa.text("state IN ('held', 'rejected', 'invalidated')"),
        )
        batch_op.drop_index(
            "ix_signatures_unplaced",
            postgresql_where=sa.text("position IS NULL"),
            sqlite_where=sa.text("position IS NULL"),
        )
        batch_op.drop_index("ix_signatures_statement_id_created_at")
        batch_op.drop_index("ix_signatures_statement_id_entry_index")
        batch_op.drop_index(batch_op.f("ix_signatures_invalidation_id"))
        batch_op.drop_index(batch_op.f("ix_signatures_evidence_id"))
        batch_op.alter_column("position", existing_type=sa.INTEGER(), nullable=False)
        batch_op.drop_column("evidence_id")
        batch_op.drop_column("invalidation_id")
        batch_op.drop_column("flags")
        batch_op.drop_column("shows_logo")
        batch_op.drop_column("language")
        batch_op.drop_column("prefix")
        batch_op.drop_column("entry_index")
        batch_op.drop_column("domain_index")
        batch_op.drop_column("address_index")

    with op.batch_alter_table("organisations", schema=None) as batch_op:
        batch_op.drop_column("needs_two")

    with op.batch_alter_table("coalitions", schema=None) as batch_op:
        batch_op.drop_column("remind_every_days")
        batch_op.drop_column("remind_after_days")
        batch_op.drop_column("sensitive_countries")
        batch_op.drop_column("origins")

    with op.batch_alter_table("printed_documents", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_printed_documents_coalition_id"))

    op.drop_table("printed_documents")
    with op.batch_alter_table("sign_offs", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sign_offs_member_id"))
        batch_op.drop_index(batch_op.f("ix_sign_offs_coalition_id"))
        batch_op.drop_index(batch_op.f("ix_sign_offs_approver_id"))

    op.drop_table("sign_offs")
    with op.batch_alter_table("pending_signatures", schema=None) as batch_op:
        batch_op.drop_index("ix_pending_signatures_asked_at")
        batch_op.drop_index(
            "ix_pending_signatures_new",
            postgresql_where=sa.text("taken_in_at IS NULL"),
            sqlite_where=sa.text("taken_in_at IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_pending_signatures_signature_id"))

    op.drop_table("pending_signatures")
    with op.batch_alter_table("consents", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_consents_words_sha256"))
        batch_op.drop_index(batch_op.f("ix_consents_organisation_id"))
        batch_op.drop_index(batch_op.f("ix_consents_coalition_id"))

    op.drop_table("consents")
    with op.batch_alter_table("approvers", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_approvers_representative_id"))
        batch_op.drop_index(batch_op.f("ix_approvers_handed_by"))
        batch_op.drop_index(batch_op.f("ix_approvers_coalition_id"))

    op.drop_table("approvers")
    with op.batch_alter_table("sign_off_asks", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sign_off_asks_remind_at"))
        batch_op.drop_index(batch_op.f("ix_sign_off_asks_member_id"))
        batch_op.drop_index(batch_op.f("ix_sign_off_asks_coalition_id"))

    op.drop_table("sign_off_asks")
    with op.batch_alter_table("signings", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_signings_coalition_id"))

    op.drop_table("signings")
    op.drop_table("signature_totals")
    with op.batch_alter_table("sign_off_rounds", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sign_off_rounds_coalition_id"))

    op.drop_table("sign_off_rounds")
    with op.batch_alter_table("invalidations", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_invalidations_statement_id"))
        batch_op.drop_index(batch_op.f("ix_invalidations_coalition_id"))

    op.drop_table("invalidations")
    with op.batch_alter_table("evidence", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_evidence_statement_id"))
        batch_op.drop_index(batch_op.f("ix_evidence_coalition_id"))

    op.drop_table("evidence")
    with op.batch_alter_table("count_changes", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_count_changes_statement_id"))
        batch_op.drop_index(batch_op.f("ix_count_changes_coalition_id"))

    op.drop_table("count_changes")
    with op.batch_alter_table("representatives", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_representatives_coalition_id"))

    op.drop_table("representatives")
    with op.batch_alter_table("invitations", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_invitations_organisation_id"))
        batch_op.drop_index(batch_op.f("ix_invitations_coalition_id"))

    op.drop_table("invitations")
    with op.batch_alter_table("blocks", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_blocks_coalition_id"))

    op.drop_table("blocks")
    with op.batch_alter_table("used_challenges", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_used_challenges_expires_at"))

    op.drop_table("used_challenges")
    with op.batch_alter_table("letter_marks", schema=None) as batch_op:
        batch_op.drop_index("ix_letter_marks_day_address")

    op.drop_table("letter_marks")
    op.drop_table("consent_words")
    op.drop_table("day_keys")
    op.drop_table("links")
    op.drop_table("letters")
