"""What a tool is told of a person: what the public may know, and how they agreed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import cast
from uuid import UUID

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import Session

from api.connectors import rules
from api.connectors.models import Connector, Push, PushAction, PushState
from api.connectors.rules import Proof, Recipient
from api.infra import clock
from api.infra.security import keys
from api.mailings.service import suppressions
from api.signatures import rules as signatures
from api.signatures.models import Consent, ConsentWords, Signature, SignatureState
from api.signatures.rules import Audience
from api.signatures.service import rows
from api.statements.models import Signing, Statement

Ready = tuple[Push, Recipient | None, str]  # whom a tool is told of; None: to take off an address
SUPPRESSED = "suppressed"  # nobody may write to the address, though the consent stands


def waiting(connector_id: UUID, lease: UUID) -> ColumnElement[bool]:
    """Return the condition of what waits for a tool and was not taken under this lease."""
    return and_(
        Push.connector_id == connector_id,
        Push.state == PushState.WAITING,
        Push.lease.is_distinct_from(lease),
    )


def is_wanted(
    organisation_id: UUID | ColumnElement[UUID], signature_id: UUID | ColumnElement[UUID]
) -> ColumnElement[bool]:
    """Return the condition that a consent to an organisation's mailings stands."""
    return and_(
        Consent.signature_id == signature_id,
        Consent.organisation_id == organisation_id,
        Consent.to_mailings(),
    )


def settings_of(session: Session, connector: Connector) -> dict[str, str]:
    """Return a connector's settings, with the secret ones."""
    return cast("dict[str, str]", keys.read(session, connector, Connector.settings))


def address_of(session: Session, push: Push) -> str | None:
    """Return the address that a push keeps until it is unsubscribed."""
    return cast("str | None", keys.read(session, push, Push.address))


def person(session: Session, connector: Connector, signature_id: UUID) -> Recipient | None:
    """Return whom a tool is to have for a signature; None: nobody, any more."""
    query = (
        select(Signature, Consent, ConsentWords)
        .join(Consent, is_wanted(connector.organisation_id, Signature.id.expression))
        .join(ConsentWords, ConsentWords.sha256 == Consent.words_sha256)
        .where(Signature.id == signature_id, Signature.state == SignatureState.CONFIRMED)
    )
    found = session.execute(query).first()
    if found is None:
        return None
    signature, consent, words = found
    known = rows.identities(session, [signature]).get(signature.id, {})
    if not known.get("email"):
        return None
    shown = signatures.seen(signature, known, Audience.PUBLIC) or {}
    facts = {**shown, "language": signature.language}
    told = {
        theirs: str(facts[ours])
        for ours, theirs in connector.fields.items()
        if facts.get(ours) is not None
    }
    return Recipient(
        email=known["email"],
        name=shown.get("name"),
        language=signature.language,
        proof=Proof(
            consent.given_on, words.words, words.language, _called(session, signature.statement_id)
        ),
        told=told,
    )


def _called(session: Session, statement_id: UUID) -> str:
    """Return a statement's title; of a sensitive one its id, which tells nobody anything."""
    signing = session.get(Signing, statement_id)
    if signing is not None and signing.is_sensitive:
        return str(statement_id)
    return session.get_one(Statement, statement_id).title


def lasting(push: Push) -> str | None:
    """Return the fault that outlasts a push: who was taken off for it is not handed over again."""
    return SUPPRESSED if push.fault == SUPPRESSED else None


def without_suppressed(
    session: Session, connector: Connector, settings: Mapping[str, str], ready: Sequence[Ready]
) -> list[Ready]:
    """Return those whom a tool is told of; who is to be subscribed and left alone stands back.

    The list that each goes to is written down before the tool is told.
    """
    wanted = [email for _, person, email in ready if person is not None]
    bad = suppressions.suppressed(session, connector.coalition_id, wanted)
    for push, person, email in ready:
        if person is not None and email in bad:
            _stand_back(session, push, email)
        elif person is not None:
            usual = settings.get("list", "")
            push.mailing_list = rules.list_for(person.language, usual, connector.languages)
    return [each for each in ready if each[1] is None or each[2] not in bad]


def _stand_back(session: Session, push: Push, email: str) -> None:
    """Have somebody not subscribed; and taken off, where the tool was told of them before."""
    if push.mailing_list is None:
        push.state, push.changed_at = PushState.REFUSED, clock.day()
    else:
        to_unsubscribe(session, push, email)
    push.fault = SUPPRESSED


def to_unsubscribe(session: Session, push: Push, email: str | None) -> None:
    """Have somebody taken off of whom the tool was told; the address waits until that is done."""
    push.action, push.attempts, push.fault = PushAction.UNSUBSCRIBE, 0, None
    push.state = PushState.WAITING if email else PushState.EXPIRED
    push.number += 1
    push.lease, push.run_after = None, clock.day()
    push.changed_at = clock.day()
    if email:
        keys.write(session, push, Push.address, email)
