"""Jobs of moderation: rules carried out and undone, people forgotten, coordinators told."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from api.infra.background.jobs import job
from api.infra.queue import Lane
from api.moderation.service import invalidation, letters, retention

if TYPE_CHECKING:
    from api.infra.background.jobs import Work


@job(invalidation.INVALIDATE, lane=Lane.LONG)
def invalidate(work: Work) -> dict[str, int]:
    """Take out all that a rule means."""
    return invalidation.carry_out(UUID(work.facts["invalidation_id"]), work.progress)


@job(invalidation.UNDO, lane=Lane.LONG)
def undo(work: Work) -> dict[str, int]:
    """Bring back all that an invalidation took out."""
    return invalidation.bring_back(UUID(work.facts["invalidation_id"]), work.progress)


@job("retention.tell", when=retention.is_to_be_told)
def tell_retention(work: Work) -> None:
    """Tell owners of the days on which who signed is forgotten."""
    del work
    retention.tell()


@job("signatures.purge", when=retention.is_due, lane=Lane.LONG)
def purge(work: Work) -> dict[str, int]:
    """Forget who signed what is past its day, and whom a coordinator turned away long ago."""
    del work
    return {"number": retention.purge()}


@job("signatures.forget_prefixes", when=retention.has_old_prefixes)
def forget_prefixes(work: Work) -> None:
    """Forget from where was signed, once the keys of those days are destroyed."""
    del work
    retention.forget_prefixes()


@job("moderation.tell", when=letters.are_wanted)
def tell(work: Work) -> None:
    """Tell coordinators that signatures wait for them, once a day."""
    del work
    letters.promise_due()
