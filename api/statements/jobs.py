"""The job of statements: what texts asked is found by the words of the search of the day."""

from __future__ import annotations

from api.infra.background.jobs import Work
from api.statements.service import past


def make_stems(work: Work) -> None:
    """Make the words by which it is searched where a migration left them out."""
    del work
    past.make_stems()
