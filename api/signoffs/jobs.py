"""Jobs of sign-offs: members that have not answered are reminded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from api.infra.jobs import job
from api.signoffs import service

if TYPE_CHECKING:
    from api.infra.jobs import Work


@job("signoffs.remind", when=service.is_due)
def remind(work: Work) -> dict[str, int]:
    """Remind those whose time it is."""
    del work
    return {"letters": service.remind()}
