"""What the rung does by itself: the record's head goes to the owners, weekly."""

from __future__ import annotations

from typing import TYPE_CHECKING

from api.infra import jobs
from api.mailings import service

if TYPE_CHECKING:
    from api.infra.jobs import Work


@jobs.job("mailings.tell_head", when=service.is_head_due)
def tell_head(work: Work) -> None:
    """Promise the letters that are due."""
    del work
    service.tell_head()
