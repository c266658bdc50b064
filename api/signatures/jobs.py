"""Jobs of signatures: giving places, folding the journal, searching names, forgetting scans."""

from __future__ import annotations

from uuid import UUID

from api.infra.background.jobs import Work
from api.signatures.service import counts, evidence, places, search as searches


def place(work: Work) -> None:
    """Give confirmed signatures their places."""
    del work
    places.place()


def fold(work: Work) -> None:
    """Fold the journal of counts into the totals."""
    del work
    counts.fold()


def search(work: Work) -> dict[str, object]:
    """Search names, of which there are too many for a request."""
    return searches.search(work.facts, work.id)


def forget_evidence(work: Work) -> None:
    """Delete the scans of a coalition that was deleted."""
    evidence.FILES.forget(UUID(work.facts["coalition_id"]))
