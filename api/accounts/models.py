"""People who work here, their roles in coalitions, and the tokens of their programs."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from api.infra.database import columns
from api.infra.security.keys import BlindBytes, Sealed


class Role(StrEnum):
    """What a user may do in one coalition; each may do all that the ones below it may.

    `owner`: gives roles, deletes the coalition. `coordinator`: sees every identity, enters
    signatories, publishes. `editor`: writes cases, demands, templates and texts. `viewer`:
    reads, without what may not be seen.
    """

    OWNER = "owner"
    COORDINATOR = "coordinator"
    EDITOR = "editor"
    VIEWER = "viewer"

    @property
    def rank(self) -> int:
        return -list(Role).index(self)

    def may(self, needed: Role) -> bool:
        return self.rank >= needed.rank


class User(columns.Base):
    """A person who works here; name and e-mail are sealed, the e-mail is found by its index."""

    __tablename__ = "users"

    id: Mapped[columns.Id]
    identity: Mapped[Sealed]  # {"email", "name"}
    # Of the folded address.
    email_index: Mapped[bytes] = mapped_column(BlindBytes("users.email"), unique=True)
    created_at: Mapped[columns.Created]


class RoleGrant(columns.Versioned, columns.Base):
    """One user's role in one coalition."""

    __tablename__ = "roles"
    __table_args__ = (UniqueConstraint("coalition_id", "user_id"),)

    id: Mapped[columns.Id]
    coalition_id: Mapped[UUID] = columns.part_of("coalitions", index=False)
    user_id: Mapped[UUID] = columns.part_of("users")
    role: Mapped[Role] = mapped_column(columns.choice(Role))
    # {"email", "name"} as this coalition wrote them: what another one, or the person, calls the
    # same user stays there.
    identity: Mapped[Sealed]


class Token(columns.Base):
    """A program's secret, kept as its SHA-256; it acts as its user until it ends."""

    __tablename__ = "tokens"

    id: Mapped[columns.Id]
    user_id: Mapped[UUID] = columns.part_of("users")
    label: Mapped[str] = mapped_column(String(100))
    secret_hash: Mapped[bytes] = mapped_column(unique=True)
    is_scoped: Mapped[bool]  # to the coalitions of its scopes, also when none of them is left
    created_at: Mapped[columns.Created]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    last_used_at: Mapped[datetime | None]
    scopes: Mapped[list[TokenScope]] = relationship(lazy="selectin", cascade="all, delete-orphan")

    @property
    def coalition_ids(self) -> list[UUID] | None:
        """The coalitions that the token is limited to; None is all of its user's."""
        return [scope.coalition_id for scope in self.scopes] if self.is_scoped else None


class TokenScope(columns.Base):
    """One coalition that a scoped token may act in."""

    __tablename__ = "token_scopes"

    token_id: Mapped[UUID] = columns.part_of("tokens", index=False, primary_key=True)
    coalition_id: Mapped[UUID] = columns.part_of("coalitions", primary_key=True)
