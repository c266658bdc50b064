"""What the rung does by itself: the head goes to owners; what came back is read, and forgotten."""

from __future__ import annotations

from api.infra.background.jobs import Work
from api.mailings import service
from api.mailings.service import mailbox, suppressions


def tell_head(work: Work) -> None:
    """Promise the letters that are due."""
    del work
    service.tell_head()


def forget(work: Work) -> None:
    """Forget addresses that failed, and have not again."""
    del work
    suppressions.forget()


def read_mailboxes(work: Work) -> dict[str, int]:
    """Read the mailboxes that letters come back to."""
    del work
    return mailbox.read_due()
