"""What a coalition does not let sign."""

from __future__ import annotations

from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from api.infra.database import Base, Created, Id, choice
from api.infra.keys import Sealed


class BlockKind(StrEnum):
    """What is blocked."""

    ADDRESS = "address"  # one e-mail address
    DOMAIN = "domain"  # with all below it
    NAME = "name"  # a pattern with * and ?, folded


class BlockAct(StrEnum):
    """What becomes of a signature that fits."""

    DROP = "drop"  # no letter goes out; whoever asks is answered as everybody
    HOLD = "hold"  # a coordinator looks at it first


class Block(Base):
    """One thing that a coalition does not let sign, or wants to look at first."""

    __tablename__ = "blocks"

    id: Mapped[Id]
    coalition_id: Mapped[UUID] = mapped_column(
        ForeignKey("coalitions.id", ondelete="CASCADE"), index=True
    )
    kind: Mapped[BlockKind] = mapped_column(choice(BlockKind))
    act: Mapped[BlockAct] = mapped_column(choice(BlockAct))
    value: Mapped[Sealed]
    note: Mapped[str | None] = mapped_column(String(300))
    created_at: Mapped[Created]
    created_by: Mapped[UUID | None]
