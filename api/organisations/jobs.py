"""The job of organisations: their names are kept in the form by which they are told."""

from __future__ import annotations

from api.infra.background.jobs import Work
from api.organisations import service


def make_exact(work: Work) -> None:
    """Make the exact form of names that were written by an earlier version."""
    del work
    service.make_exact()
