"""Logos, of organisations and of coalitions: shown, given, taken away."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from uuid import UUID

from api.accounts.rules import Actor, Role
from api.accounts.service import load, load_at
from api.infra.database.transactions import reading, transaction
from api.infra.pdf import pictures
from api.infra.security import audit

R = TypeVar("R", bound=Any)  # Owned, Versioned and WithLogo: no bound can say all three


@dataclass(frozen=True)
class Logos(Generic[R]):
    """The logos of one kind of row: who may change them, and what the record calls that."""

    model: type[R]
    needed: Role
    given: str
    taken_away: str

    def one(self, actor: Actor, row_id: UUID) -> tuple[R, bytes, str]:
        """Return a row, its logo and the logo's content type."""
        with reading() as session:
            row = load(session, actor, self.model, row_id, Role.VIEWER)
        return row, *pictures.must_have_logo(row)

    def put(self, actor: Actor, row_id: UUID, expected: int, data: bytes) -> R:
        """Give a row its logo."""
        with transaction() as session:
            row = load_at(session, actor, self.model, row_id, self.needed, expected)
            pictures.put_logo(row, data)
            audit.record(session, actor, self.given, row, {"sha256": row.logo_sha256})
            return row

    def drop(self, actor: Actor, row_id: UUID, expected: int) -> None:
        """Take a row's logo away."""
        with transaction() as session:
            row = load_at(session, actor, self.model, row_id, self.needed, expected)
            pictures.drop_logo(row)
            audit.record(session, actor, self.taken_away, row)
