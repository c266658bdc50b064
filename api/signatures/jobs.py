"""Jobs of signatures: giving places, and folding the journal of counts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from api.infra.jobs import job
from api.signatures.service import counts, places

if TYPE_CHECKING:
    from api.infra.jobs import Work


@job(places.PLACE, when=places.are_wanted)
def place(work: Work) -> None:
    """Give confirmed signatures their places."""
    del work
    places.place()


@job("signatures.fold", when=counts.is_long)
def fold(work: Work) -> None:
    """Fold the journal of counts into the totals."""
    del work
    counts.fold()
