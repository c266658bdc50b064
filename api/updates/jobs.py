"""Jobs of updates: send them, and count to whom they would go where that is many."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from api.infra.background.jobs import Work
from api.updates import service
from api.updates.service import sending


def send(work: Work) -> dict[str, int]:
    """Take the next step of each update that is being sent."""
    del work
    return sending.send()


def count(work: Work) -> Mapping[str, object]:
    """Count to whom an update would go."""
    return service.count_many(UUID(work.facts["update_id"]))
