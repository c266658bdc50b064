"""Templates and their versions."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import JSON, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from api.infra.database.columns import (
    Base,
    Created,
    Id,
    Language,
    OfCoalition,
    Versioned,
    part_of,
)


class Template(Versioned, Base):
    """A text with placeholders that a coalition keeps; what it says is in its versions."""

    __tablename__ = "templates"
    __table_args__ = (UniqueConstraint("coalition_id", "name"),)

    id: Mapped[Id]
    coalition_id: Mapped[UUID] = part_of("coalitions", index=False)
    name: Mapped[str] = mapped_column(String(80))
    title: Mapped[str] = mapped_column(String(300))
    language: Mapped[Language]
    version_number: Mapped[int]  # the newest


class TemplateVersion(OfCoalition, Base):
    """One immutable version of a template; a statement keeps the one that it came from."""

    __tablename__ = "template_versions"
    __table_args__ = (UniqueConstraint("template_id", "number"),)

    template_id: Mapped[UUID] = part_of("templates", index=False)
    number: Mapped[int]
    source: Mapped[dict[str, Any]] = mapped_column(JSON)  # the whole template, as docs/templates.md
    created_at: Mapped[Created]
    created_by: Mapped[UUID]
    template: Mapped[Template] = relationship(lazy="raise")
