"""Templates and their versions."""

from __future__ import annotations

from typing import Any, NotRequired, TypedDict
from uuid import UUID

from sqlalchemy import JSON, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from api.infra.database import columns


class TemplateSource(TypedDict):
    """A whole template that keeps its rules, as docs/templates.md has it."""

    name: str
    title: str
    kind: str
    language: str
    description: NotRequired[str]
    theme: NotRequired[str]
    facts: NotRequired[list[dict[str, Any]]]  # that it asks for
    example: NotRequired[dict[str, object]]  # of these facts
    title_text: str
    body: list[object]
    footnotes: NotRequired[dict[str, str]]


class Template(columns.Versioned, columns.Base):
    """A text with placeholders that a coalition keeps; what it says is in its versions."""

    __tablename__ = "templates"
    __table_args__ = (UniqueConstraint("coalition_id", "name"),)

    id: Mapped[columns.Id]
    coalition_id: Mapped[UUID] = columns.part_of("coalitions", index=False)
    name: Mapped[str] = mapped_column(String(80))
    title: Mapped[str] = mapped_column(String(300))
    language: Mapped[columns.Language]
    version_number: Mapped[int]  # the newest


class TemplateVersion(columns.OfCoalition, columns.Base):
    """One immutable version of a template; a statement keeps the one that it came from."""

    __tablename__ = "template_versions"
    __table_args__ = (UniqueConstraint("template_id", "number"),)

    template_id: Mapped[UUID] = columns.part_of("templates", index=False)
    number: Mapped[int]
    source: Mapped[TemplateSource] = mapped_column(JSON)
    created_at: Mapped[columns.Created]
    created_by: Mapped[UUID]
    template: Mapped[Template] = relationship(lazy="raise")
