"""Which documents were printed, and which hold a name that was taken back."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from api.infra.database import columns


class PrintedDocument(columns.Base):
    """That a document was printed: its key is the hash of what went in, and its address."""

    __tablename__ = "printed_documents"

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
