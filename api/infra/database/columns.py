"""What rows are made of: their base, and the types of their columns."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Any, Protocol
from uuid import UUID, uuid4

from sqlalchemy import DateTime, Enum, ForeignKey, Index, MetaData, String, TypeDecorator, text
from sqlalchemy.engine.interfaces import Dialect
from sqlalchemy.orm import DeclarativeBase, Mapped, MappedColumn, mapped_column, registry

from api.infra import clock


class UtcInstant(TypeDecorator[datetime]):
    """A UTC instant. SQLite forgets zones; this gives them back and refuses naive times."""

    impl = DateTime(timezone=True)
    cache_ok = True

    @property
    def python_type(self) -> type[datetime]:
        return datetime

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        del dialect
        if value is not None and value.tzinfo is None:
            raise ValueError("A time without a zone cannot be stored.")
        return value and value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        del dialect
        return value and (value if value.tzinfo else value.replace(tzinfo=UTC))


def choice(kind: type[StrEnum], name: str | None = None) -> Enum:
    """Return the column type of an enum's values; the database refuses others.

    Its constraint has the enum's name, or the one that it had when the column was made.
    """
    return Enum(
        kind,
        native_enum=False,
        create_constraint=True,
        length=20,
        name=name or re.sub(r"(?<!^)(?=[A-Z])", "_", kind.__name__).lower(),
        values_callable=lambda members: [member.value for member in members],
    )


def part_of(table: str, *, index: bool = True, **how: Any) -> MappedColumn[UUID]:
    """Return the column of the row that a row belongs to, and with which it goes."""
    return mapped_column(ForeignKey(f"{table}.id", ondelete="CASCADE"), index=index, **how)


def refers_to(table: str) -> MappedColumn[UUID | None]:
    """Return the column of a row that may go: then it is null."""
    return mapped_column(ForeignKey(f"{table}.id", ondelete="SET NULL"), index=True)


def partial_index(name: str, *columns: str, where: str) -> Index:
    """Return an index of those rows only that a condition holds of."""
    return Index(name, *columns, postgresql_where=text(where), sqlite_where=text(where))


Id = Annotated[UUID, mapped_column(primary_key=True, default=uuid4)]
Created = Annotated[datetime, mapped_column(UtcInstant, default=clock.now)]
# Nearly every row is of a coalition, and goes with it.
CoalitionId = Annotated[UUID, part_of("coalitions")]
Country = Annotated[str, mapped_column(String(2))]  # ISO 3166-1 alpha-2
Language = Annotated[str, mapped_column(String(35))]  # BCP 47


_TABLES = MetaData(
    naming_convention={
        "ix": "ix_%(column_0_N_label)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class Base(DeclarativeBase):
    """All tables; constraints are named by one convention, so migrations can drop them."""

    registry = registry(metadata=_TABLES, type_annotation_map={datetime: UtcInstant})


class OfCoalition:
    """A row of a coalition, with an id of its own; it goes with the coalition."""

    id: Mapped[Id] = mapped_column(sort_order=-2)
    coalition_id: Mapped[CoalitionId] = mapped_column(sort_order=-1)


class Versioned:
    """A row that two people may edit: its version is its ETag, and grows with each change."""

    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[Created]
    updated_at: Mapped[datetime] = mapped_column(default=clock.now, onupdate=clock.now)


class Outgoing:
    """A row of what waits to leave the house (`infra/outbox`); its `state` is the table's own."""

    id: Mapped[Id]
    attempts: Mapped[int] = mapped_column(default=0)  # that ended since it was promised
    run_after: Mapped[datetime] = mapped_column(default=clock.now)  # leased: when that runs out
    lease: Mapped[UUID | None]  # of who sends it now
    fault: Mapped[str | None] = mapped_column(String(80))  # of the last attempt
    created_at: Mapped[Created]


class By(Protocol):
    """Who did it: a user, by one of its tokens; None: by the operator's command."""

    @property
    def user_id(self) -> UUID: ...
    @property
    def token_id(self) -> UUID | None: ...


class Owned(Protocol):
    """A row of a coalition."""

    @property
    def id(self) -> UUID: ...
    @property
    def coalition_id(self) -> UUID: ...
