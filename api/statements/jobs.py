"""Jobs of statements: the search of what texts asked, and drafts of before that are forgotten."""

from __future__ import annotations

from api.infra.background.jobs import Work
from api.statements.service import past, versions


def make_stems(work: Work) -> None:
    """Make the words by which it is searched where a migration left them out."""
    del work
    past.make_stems()


def forget_drafts(work: Work) -> None:
    """Forget what drafts were at their versions, where nobody goes on from it any more."""
    del work
    versions.forget()
