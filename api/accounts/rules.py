"""Who may do what, on plain values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from api.accounts.models import Role as Role  # noqa: PLC0414 # callers find it beside the Actor
from api.errors import Forbidden, NotFound


@dataclass(frozen=True)
class Actor:
    """Who calls: a user by one of its tokens, and its roles within that token's scope."""

    user_id: UUID
    token_id: UUID | None  # None: the operator's command acts for the user
    roles: Mapping[UUID, Role]
    scope: frozenset[UUID] | None  # None: every coalition of the user

    def sees(self, coalition_id: UUID) -> bool:
        return coalition_id in self.roles

    def may(self, coalition_id: UUID, needed: Role) -> bool:
        return self.sees(coalition_id) and self.roles[coalition_id].may(needed)

    def must(self, coalition_id: UUID, needed: Role) -> None:
        """Let the actor pass, or raise: NotFound to strangers, Forbidden to the others."""
        if not self.sees(coalition_id):
            raise NotFound("Check the id; it may also belong to a coalition that is not yours.")
        if not self.may(coalition_id, needed):
            is_now = self.roles[coalition_id]
            raise Forbidden(
                f"This needs the role {needed} in the coalition; you are {is_now}."
                " An owner can change that."
            )
