"""Jobs of coalitions: who was invited is forgotten."""

from __future__ import annotations

from typing import TYPE_CHECKING

from api.coalitions.service import invitations
from api.infra.background.jobs import job

if TYPE_CHECKING:
    from api.infra.background.jobs import Work


@job("invitations.forget", when=invitations.are_old)
def forget(work: Work) -> dict[str, int]:
    """Delete invitations that ended long ago, with whom they were sent to."""
    del work
    return {"number": invitations.forget()}
