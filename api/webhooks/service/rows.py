"""Rows of endpoints as every use case reads and writes them, and whom a custodian is told of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.infra import clock
from api.infra.security import keys
from api.signatures.models import Signature, SignatureState
from api.signatures.rules import Audience
from api.signatures.service import rows as signed
from api.signoffs.models import SignOff
from api.signoffs.service import appearances
from api.statements.models import Statement
from api.webhooks import rules
from api.webhooks.models import Endpoint
from api.webhooks.rules import Secrets


@dataclass(frozen=True)
class Access:
    """What telling an endpoint takes."""

    coalition_id: UUID
    url: str
    secrets: Secrets
    is_custodian: bool
    signer: rules.Signer


@dataclass(frozen=True)
class EndpointView:
    """An endpoint, with its address; `secret` only where it was made just now."""

    endpoint: Endpoint
    url: str
    secret: str | None = None


def stopped(session: Session, coalition_id: UUID) -> Sequence[str]:
    """Return the labels of the endpoints that are told nothing any more, for they took nothing."""
    query = select(Endpoint.label).where(
        Endpoint.coalition_id == coalition_id, Endpoint.disabled_for.is_not(None)
    )
    return session.scalars(query.order_by(Endpoint.created_at, Endpoint.id)).all()


def access_of(session: Session, endpoint: Endpoint) -> Access:
    """Return an endpoint's address and secrets."""
    known = keys.read(session, endpoint, Endpoint.access)
    signer = rules.Signer(known["secrets"])
    whose, custodian = endpoint.coalition_id, endpoint.is_custodian
    return Access(whose, known["url"], known["secrets"], custodian, signer)


def keep(session: Session, endpoint: Endpoint, url: str, secrets: Secrets) -> None:
    """Keep an endpoint's address and secrets."""
    keys.write(session, endpoint, Endpoint.access, {"url": url, "secrets": secrets})


def shown(session: Session, endpoint: Endpoint) -> EndpointView:
    """Return an endpoint as people see it."""
    return EndpointView(endpoint, access_of(session, endpoint).url)


def signatory(session: Session, signature_id: UUID) -> dict[str, object] | None:
    """Return who gave a signature as coordinators see it now; None: it is forgotten, or gone.

    What waits for a delivery holds ids only, so who is erased meanwhile is told to nobody.
    """
    found = session.get(Signature, signature_id)
    if found is None or found.state is SignatureState.WITHDRAWN:
        return None
    statement = session.get_one(Statement, found.statement_id)
    for each in signed.shown(session, statement, [found], Audience.COORDINATOR):
        return {
            **each.who,
            "visibility": str(found.visibility),
            "standing": str(each.effective_state),
        }
    return None


def answer(session: Session, sign_off_id: UUID, *, is_custodian: bool) -> dict[str, str]:
    """Return what is told of a member's answer; of one to others than custodians: an open approval.

    Of every other answer nothing is told, or members without a name would be known by what is
    missing.
    """
    row = session.get(SignOff, sign_off_id)
    if row is None or not (is_custodian or appearances.is_told(session, row)):
        return {}
    return {"member_id": str(row.member_id), "answer": row.answer.value}


def renew(session: Session, endpoint: Endpoint, url: str, secrets: Secrets = ()) -> EndpointView:
    """Keep an endpoint's address, and its secrets with a new one, which is shown this once."""
    new = rules.new_secret()
    keep(session, endpoint, url, rules.rotated(secrets, new, clock.now()))
    return EndpointView(endpoint, url, new)
