"""Jobs of reviews: what was said of a text is forgotten."""

from __future__ import annotations

from api.infra.background.jobs import Work
from api.reviews.service import forgetting


def forget(work: Work) -> dict[str, int]:
    """Say when consultations of finished texts go, and delete those whose day has come."""
    del work
    forgetting.date_all()
    return {"number": forgetting.forget()}
