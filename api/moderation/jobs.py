"""Jobs of moderation: rules carried out and undone, people forgotten, coordinators told."""

from __future__ import annotations

from uuid import UUID

from api.infra.background.jobs import Work
from api.moderation.service import invalidation, letters, retention


def invalidate(work: Work) -> dict[str, int]:
    """Take out all that a rule means."""
    return invalidation.carry_out(UUID(work.facts["invalidation_id"]), work.progress)


def undo(work: Work) -> dict[str, int]:
    """Bring back all that an invalidation took out."""
    return invalidation.bring_back(UUID(work.facts["invalidation_id"]), work.progress)


def tell_retention(work: Work) -> None:
    """Tell owners of the days on which who signed is forgotten."""
    del work
    retention.tell()


def purge(work: Work) -> dict[str, int]:
    """Forget who signed what is past its day, and whom a coordinator turned away long ago."""
    del work
    return {"number": retention.purge()}


def forget_prefixes(work: Work) -> None:
    """Forget from where was signed, once the keys of those days are destroyed."""
    del work
    retention.forget_prefixes()


def tell(work: Work) -> None:
    """Tell coordinators that signatures wait for them, once a day."""
    del work
    letters.promise_due()
