"""What the public's signing brings about."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from api.infra.background.events import Event
from api.signatures.models import Consent
from api.statements.models import Statement


@dataclass(frozen=True, kw_only=True)
class SigningChanged(Event):
    """When and how a statement can be signed was changed."""

    statement_id: UUID

    @classmethod
    def of(cls, statement: Statement) -> SigningChanged:
        """Return what is to be told of a statement."""
        return cls(coalition_id=statement.coalition_id, statement_id=statement.id)


@dataclass(frozen=True, kw_only=True)
class SignatureConfirmed(Event):
    """Somebody confirmed a signature by letter; it may still wait for a coordinator."""

    statement_id: UUID
    signature_id: UUID


@dataclass(frozen=True, kw_only=True)
class ConsentTakenBack(Event):
    """Somebody takes back that an organisation may write to them."""

    consent_id: UUID

    @classmethod
    def of(cls, consent: Consent) -> ConsentTakenBack:
        """Return what is to be told of a consent."""
        return cls(coalition_id=consent.coalition_id, consent_id=consent.id)
