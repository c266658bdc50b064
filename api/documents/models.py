"""Which documents were printed, which hold a name that was taken back, and what prints at all."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from api.coalitions.models import Coalition, Member
from api.infra.database import columns
from api.infra.database.stamps import Stamping
from api.organisations.models import Organisation, Representative
from api.signatures.models import Signature, SignatureIdentity
from api.signoffs.models import (
    Appearance,
    Approver,
    Ask,
    QuestionClosing,
    SignOff,
    SignOffRound,
    TimeRequest,
)
from api.statements.models import Revision, Signing, Statement


class PrintedDocument(columns.Base):
    """That a document was printed: its key is the hash of what went in, and its address."""

    __tablename__ = "printed_documents"
    __table_args__ = (
        Index("ix_printed_documents_statement_id_version", "statement_id", "version"),
    )

    statement_id: Mapped[UUID] = columns.part_of("statements", index=False, primary_key=True)
    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    coalition_id: Mapped[columns.CoalitionId]
    # What was asked for: by this it is made again where its file is gone.
    format: Mapped[str] = mapped_column(String(20))
    theme: Mapped[str] = mapped_column(String(80))
    revision_number: Mapped[int]
    printed_at: Mapped[columns.Created]
    # Made for everybody, of a text while it was published: nobody from outside gets another.
    is_public: Mapped[bool] = mapped_column(default=False)
    # Since when it must not be given out; None: it may be.
    taken_back_at: Mapped[datetime | None]
    # What `service.versions` said of all that went in when it was looked at last: while it says the
    # same, this is the document. None: it was printed before that was kept.
    version: Mapped[str | None] = mapped_column(String(64))


_COALITION = "{row}.coalition_id"
_OF_ROUND = "(SELECT s.statement_id FROM sign_off_rounds AS s WHERE s.id = {row}.round_id)"
_OF_ASK = (
    "(SELECT s.statement_id FROM sign_off_rounds AS s JOIN sign_off_asks AS a ON a.round_id = s.id"
    " WHERE a.id = {row}.ask_id)"
)
_OF_SIGNATURE = "(SELECT s.statement_id FROM signatures AS s WHERE s.id = {row}.signature_id)"
# A person's signature without a place does not print. Those who sign do not wait for one another:
# the stamp changes once many get their places together. Whoever writes a row of a signature that is
# another's may do so while it gets its place.
_IS_PLACED = "({row}.position IS NOT NULL OR {row}.kind = 'organisation')"
_IS_OF_PLACED = (
    "EXISTS (SELECT 1 FROM signatures AS s WHERE s.id = {row}.signature_id"
    " AND NOT (s.position IS NULL AND s.kind <> 'organisation' AND {ours}))"
)

# Every table of which something prints, under a text or before it is published: of a statement, or
# of all statements of a coalition (those that print their members, or logos).
PRINTED = (
    Stamping(
        Statement,
        "{row}.id",
        ("language", "state", "revision_number", "counted_from"),
        is_owner=True,
    ),
    Stamping(Revision),
    Stamping(Signing, columns=("shows_withheld",)),
    Stamping(
        Signature,
        columns=(
            "revision_number",
            "source",
            "state",
            "kind",
            "country",
            "lead",
            "visibility",
            "position",
            "organisation_id",
            "shows_logo",
        ),
        where=_IS_PLACED,
    ),
    Stamping(SignatureIdentity, _OF_SIGNATURE, where=_IS_OF_PLACED),
    Stamping(SignOffRound, columns=("hard_deadline", "silence")),
    Stamping(Ask, _OF_ROUND, ("member_id", "revision_number", "asked_again_at")),
    Stamping(Approver, _OF_ASK),
    Stamping(SignOff),
    Stamping(TimeRequest),
    Stamping(QuestionClosing),
    Stamping(Appearance),
    Stamping(Coalition, "{row}.id", ("logo_sha256",), is_owner=True),
    Stamping(Member, _COALITION, ("organisation_id", "role", "since", "until")),
    Stamping(
        Organisation,
        _COALITION,
        ("names", "acronym", "country", "needs_two", "logo_sha256", "logo_type"),
    ),
    Stamping(Representative, _COALITION, ("organisation_id", "left_on")),
)
