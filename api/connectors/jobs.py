"""Jobs of connectors: each tool's work apart, and what is kept for so long only."""

from __future__ import annotations

from uuid import UUID

from api.connectors.service import expiry, files, work
from api.infra.background.jobs import Work


def start(job_: Work) -> None:
    """Promise the work of each tool that has some."""
    del job_
    work.start()


def do(job_: Work) -> dict[str, object]:
    """Do the work of one tool."""
    return work.work(UUID(job_.facts["connector_id"]), job_)


def expire(job_: Work) -> None:
    """Let go what was kept for thirty days."""
    del job_
    expiry.expire()


def forget_coalition(job_: Work) -> None:
    """Delete the files of a coalition that was deleted."""
    files.FILES.forget(UUID(job_.facts["coalition_id"]))
