"""Jobs of sign-offs: members are reminded and told; what proves their answers is forgotten."""

from __future__ import annotations

from api.infra.background.jobs import Work
from api.signoffs.service import appearances, keeping, rounds


def remind(work: Work) -> dict[str, int]:
    """Remind those whose time it is."""
    del work
    return {"letters": rounds.remind()}


def tell_choice(work: Work) -> dict[str, int]:
    """Tell members that answered before they could choose how they appear that they can."""
    del work
    return {"letters": appearances.tell()}


def forget_evidence(work: Work) -> dict[str, int]:
    """Forget what proves answers that were entered, of texts whose day has come."""
    del work
    return {"number": keeping.forget()}
