"""What the rung does by itself: the head goes to owners; what came back is read, and forgotten."""

from __future__ import annotations

from typing import TYPE_CHECKING

from api.infra.background import jobs
from api.infra.queue import Lane
from api.mailings import service
from api.mailings.service import mailbox, suppressions

if TYPE_CHECKING:
    from api.infra.background.jobs import Work


@jobs.job("mailings.tell_head", when=service.is_head_due)
def tell_head(work: Work) -> None:
    """Promise the letters that are due."""
    del work
    service.tell_head()


@jobs.job("suppressions.forget", when=suppressions.are_old)
def forget(work: Work) -> None:
    """Forget addresses that failed, and have not again."""
    del work
    suppressions.forget()


@jobs.job("mailings.read_mailboxes", when=mailbox.are_due, lane=Lane.MAILBOXES)
def read_mailboxes(work: Work) -> dict[str, int]:
    """Read the mailboxes that letters come back to."""
    del work
    return mailbox.read_due()
