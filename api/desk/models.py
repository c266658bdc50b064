"""Who wants one letter a day with what waits for them."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from sqlalchemy import JSON
from sqlalchemy.orm import Mapped, mapped_column

from api.infra.database import columns


class DailyLetter(columns.OfCoalition, columns.Base):
    """That somebody wants a letter on each day on which something waits in a coalition."""

    __tablename__ = "daily_letters"

    role_id: Mapped[UUID] = columns.part_of("roles", index=False, unique=True)  # it ends with it
    language: Mapped[columns.Language]
    told_on: Mapped[date | None] = mapped_column(index=True)  # the last day that was looked at
    # How much of each kind waited then, for that day's letter.
    numbers: Mapped[dict[str, int]] = mapped_column(JSON, default=dict)
    created_at: Mapped[columns.Created]
