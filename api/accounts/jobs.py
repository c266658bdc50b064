"""Jobs of accounts: what signing in leaves behind is forgotten."""

from __future__ import annotations

from api.accounts.service import challenges, sessions, signing_in
from api.infra.background.jobs import Work


def forget_requests(work: Work) -> None:
    """Delete what was asked for more than a day ago."""
    del work
    signing_in.forget()


def forget_challenges(work: Work) -> None:
    """Delete challenges that are good no more."""
    del work
    challenges.forget()


def forget_sessions(work: Work) -> None:
    """Delete sessions that were over long ago."""
    del work
    sessions.forget()
