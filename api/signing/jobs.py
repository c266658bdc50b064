"""Jobs of signing: what was received is taken in, what nobody confirmed is forgotten."""

from __future__ import annotations

from uuid import UUID

from api.infra.background import jobs
from api.infra.background.jobs import Work
from api.signing.service import entries, pending_batch


def take_in(work: Work) -> dict[str, int]:
    """Take in what was received, each with the one letter that fits."""
    taken = 0
    for number in pending_batch.take_in():
        taken += number
        if work.is_stopping:
            raise jobs.Again(work.facts)
    return {"taken_in": taken}


def part(work: Work) -> None:
    """Part signatures from entries that they only sound like; the migration promised it."""
    del work
    entries.part()


def forget(work: Work) -> None:
    """Delete what nobody confirmed in time."""
    del work
    pending_batch.forget()


def forget_coalition(work: Work) -> None:
    """Delete what was received for a coalition that is no more."""
    pending_batch.forget_coalition(UUID(work.facts["coalition_id"]))
