"""Jobs of the desk: the letter of the day."""

from __future__ import annotations

from api.desk.service import daily
from api.infra.background.jobs import Work


def tell(work: Work) -> dict[str, int]:
    """Promise the letters of today to who wants them."""
    del work
    return {"number": daily.promise_due()}
