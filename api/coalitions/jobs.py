"""Jobs of coalitions: who was invited is forgotten."""

from __future__ import annotations

from api.coalitions.service import invitations
from api.infra.background.jobs import Work


def forget(work: Work) -> dict[str, int]:
    """Delete invitations that ended long ago, with whom they were sent to."""
    del work
    return {"number": invitations.forget()}
