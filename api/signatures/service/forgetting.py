"""Forgetting who gave signatures, with all that leads to them; the count stays."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.orm import Session

from api.infra import clock
from api.infra.background import events
from api.infra.database.transactions import touch
from api.infra.mail.letters import Letter
from api.infra.security import audit
from api.infra.security.links import Link
from api.signatures.events import SignaturesForgotten, Why
from api.signatures.models import (
    Consent,
    Signature,
    SignatureIdentity,
    SignatureState,
    Visibility,
)
from api.signatures.service import counts, places
from api.statements.models import Statement

# What of a signature leads to a person, to their mailbox, or to whom they signed with.
MARKS = (
    "organisation_id", "address_index", "domain_index", "entry_index", "prefix", "language",
    "evidence_id", "said_at",
)  # fmt: skip


def forget(
    session: Session,
    statement: Statement,
    signatures: Sequence[Signature],
    *,
    is_over: bool = False,
) -> None:
    """Forget who gave signatures of a statement, which the caller holds; twice is fine.

    `is_over`: their time is over, and nobody asked for it.

    Higher rungs are told of it in the same transaction, before the marks are gone by which they
    find what they keep of the same people.
    """
    ids = tuple(each.id for each in signatures)
    events.announce(
        session,
        SignaturesForgotten(
            coalition_id=statement.coalition_id,
            statement_id=statement.id,
            signature_ids=ids,
            why=Why.OVER if is_over else Why.WISHED,
        ),
    )
    with counts.followed(session, statement, signatures):
        for each in signatures:
            if each.state is not SignatureState.WITHDRAWN:
                each.visibility = Visibility.ANONYMOUS
            for mark in MARKS:
                setattr(each, mark, None)
            each.created_at = clock.cut(each.created_at)  # no rule by hours finds it any more
            touch(each, None)
        places.conceal(session, statement, signatures)
    session.flush()
    for model in (SignatureIdentity, Consent):
        session.execute(delete(model).where(model.signature_id.in_(ids)))
    # The link of one that was withdrawn goes on telling that it was, and nothing else.
    left = [each.id for each in signatures if each.state is not SignatureState.WITHDRAWN]
    forget_letters(session, left)
    audit.destroy_salts(session, *ids)


def forget_letters(session: Session, ids: Sequence[UUID]) -> None:
    """Delete the links and the letters, sent or not, of things that nobody may find any more."""
    for model in (Link, Letter):
        session.execute(delete(model).where(model.object_id.in_(ids)))
