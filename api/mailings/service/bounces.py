"""What came back: letters that could not be delivered, and complaints of who got one.

A report is somebody's word. It counts for the one address that its token was made for, so it can
silence nobody but whoever got the letter that the token stands in.
"""

from __future__ import annotations

from enum import StrEnum
from itertools import product
from uuid import UUID

from sqlalchemy.orm import Session

from api.infra import metrics
from api.infra.database.transactions import transaction
from api.infra.mail import bounces, verp
from api.infra.mail.bounces import BounceKind, BounceReport
from api.mailings.models import Cause
from api.mailings.service import suppressions
from api.mailings.service.suppressions import AlreadySuppressed


class Outcome(StrEnum):
    """What a message that came back was."""

    BOUNCE = "bounce"  # nobody is there: the address gets no more letters
    FAILURE = "failure"  # it may pass, and is counted
    COMPLAINT = "complaint"
    IGNORED = "ignored"  # an answer, a note that somebody is away, a forged report


def take(raw: bytes) -> Outcome:
    """Do what a message that came back calls for. To take it twice changes nothing more."""
    report = bounces.read(raw)
    try:
        outcome = _taken(report)
    except AlreadySuppressed:  # another report of the same address was taken at this moment
        outcome = _taken(report)
    metrics.BOUNCES.count(outcome)
    return outcome


def _taken(report: BounceReport | None) -> Outcome:
    if report is None:
        return Outcome.IGNORED
    with transaction() as session:
        means = (report.failing, report.kind), (report.named, _of_another(report.kind))
        for (addresses, kind), token in product(means, report.tokens):
            if found := verp.read(session, token, addresses):
                letter, address = found
                return _acted(session, letter.coalition_id, address, kind)
    return Outcome.IGNORED


def _of_another(kind: BounceKind) -> BounceKind:
    """Return what a report means for whom the letter was written to, where it names another.

    It was sent on from there, to a mailbox that is gone. That of the address itself may be there.
    """
    return BounceKind.FAILED if kind is BounceKind.GONE else kind


def _acted(session: Session, coalition_id: UUID | None, address: str, kind: BounceKind) -> Outcome:
    if coalition_id is None:
        return Outcome.IGNORED
    if kind is BounceKind.FAILED:
        suppressions.failed(session, coalition_id, address)
        return Outcome.FAILURE
    cause = Cause.BOUNCE if kind is BounceKind.GONE else Cause.COMPLAINT
    suppressions.suppress(session, coalition_id, address, cause)
    return Outcome.BOUNCE if kind is BounceKind.GONE else Outcome.COMPLAINT
