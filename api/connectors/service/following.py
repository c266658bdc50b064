"""Follows who agreed: who is to be handed to which tool, and who is to be taken off again."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import ColumnElement, and_, delete, exists, insert, or_, select, update
from sqlalchemy.orm import Session

from api.connectors.models import OUTBOX, Connector, Push, PushAction, PushState
from api.connectors.service import files, people
from api.infra import clock
from api.infra.background.events import Event
from api.infra.database.transactions import transaction
from api.signatures.events import SignaturesForgotten, Why
from api.signatures.models import Consent, Signature, SignatureState
from api.signatures.service import rows
from api.signing.events import ConsentTakenBack, SignatureConfirmed

AT_ONCE = 500
_IS_TO = Push.action == PushAction.SUBSCRIBE
_STANDS_BACK = and_(Push.action == PushAction.UNSUBSCRIBE, Push.fault == people.SUPPRESSED)


def _stands(connector: Connector) -> ColumnElement[bool]:
    """Return the condition of the signatures whose people a tool is to have."""
    agreed = exists().where(people.is_wanted(connector.organisation_id, Signature.id.expression))
    whose = [] if connector.statement_id is None else [connector.statement_id]
    return and_(
        Signature.coalition_id == connector.coalition_id,
        *[Signature.statement_id == each for each in whose],
        Signature.state == SignatureState.CONFIRMED,
        agreed,
    )


def plan(connector: Connector) -> None:
    """Write down who is missing at a tool, and who is to be there no more, in batches."""
    while _plan_missing(connector) == AT_ONCE:
        pass
    while _plan_surplus(connector) == AT_ONCE:
        pass


def _plan_missing(connector: Connector) -> int:
    with transaction() as session:
        has = exists().where(
            Push.connector_id == connector.id,
            Push.signature_id == Signature.id,
            or_(_IS_TO, _STANDS_BACK),
        )
        query = select(Signature.id).where(_stands(connector), ~has)
        ids = session.scalars(query.order_by(Signature.id).limit(AT_ONCE)).all()
        if session.get(Connector, connector.id, with_for_update={"read": True}) is None:
            return 0
        again = update(Push).where(Push.connector_id == connector.id, Push.signature_id.in_(ids))
        session.execute(again.values(**_anew(PushAction.SUBSCRIBE), address=None))
        there = set(
            session.scalars(
                select(Push.signature_id).where(
                    Push.connector_id == connector.id, Push.signature_id.in_(ids)
                )
            )
        )
        _add(session, [(connector, each) for each in ids if each not in there])
        return len(ids)


def _plan_surplus(connector: Connector) -> int:
    with transaction() as session:
        stands = exists().where(Signature.id == Push.signature_id, _stands(connector))
        query = select(Push).where(Push.connector_id == connector.id, _IS_TO, ~stands)
        found = session.scalars(query.order_by(Push.id).limit(AT_ONCE).with_for_update()).all()
        take_off(session, found)
        return len(found)


def _anew(action: PushAction) -> dict[str, object]:
    day = clock.day()
    return {
        **OUTBOX.anew(day),
        "action": action,
        "number": Push.number + 1,
        "changed_at": day,
    }


def _add(session: Session, wanted: Sequence[tuple[Connector, UUID]]) -> None:
    now = clock.day()  # more would tell when they agreed
    new = [
        {
            "coalition_id": connector.coalition_id,
            "connector_id": connector.id,
            "signature_id": signature_id,
            "action": PushAction.SUBSCRIBE,
            "created_at": now,
            "run_after": now,
            "changed_at": now,
        }
        for connector, signature_id in wanted
    ]
    if new:
        session.execute(insert(Push), new)


def push_again(session: Session, connector: Connector) -> None:
    """Have all handed over once more who are there, or stood back."""
    back = and_(_STANDS_BACK, Push.state == PushState.DONE)
    there = update(Push).where(Push.connector_id == connector.id, or_(_IS_TO, back))
    session.execute(there.values(**_anew(PushAction.SUBSCRIBE)))


def take_off(session: Session, found: Sequence[Push]) -> None:
    """Have pushes, which the caller holds, undone; the address waits in each until that is done."""
    signatures = session.scalars(
        select(Signature).where(Signature.id.in_([each.signature_id for each in found]))
    ).all()
    known = rows.identities(session, signatures)
    for push in found:
        if push.action is PushAction.UNSUBSCRIBE:
            continue
        files.drop(session, push)
        email = known.get(push.signature_id, {}).get("email")
        if push.mailing_list is None:  # the tool was never told
            session.delete(push)
        else:
            people.to_unsubscribe(session, push, email)


def look_again(session: Session, coalition_id: UUID) -> None:
    """Have a coalition's tools looked through for who is missing, and who is to go."""
    mine = update(Connector).where(
        Connector.coalition_id == coalition_id, Connector.is_planned.is_(True)
    )
    same = {"is_planned": False, "updated_at": Connector.updated_at}  # nobody changed them
    session.execute(mine.values(same).execution_options(synchronize_session=False))


def hand_over(session: Session, given: SignatureConfirmed) -> None:
    """Write down to which tools a signature goes that was confirmed just now."""
    confirmed = exists().where(
        Signature.id == given.signature_id, Signature.state == SignatureState.CONFIRMED
    )
    query = select(Connector).where(
        Connector.coalition_id == given.coalition_id,
        or_(Connector.statement_id.is_(None), Connector.statement_id == given.statement_id),
        exists().where(people.is_wanted(Connector.organisation_id.expression, given.signature_id)),
        confirmed,
    )
    _add(session, [(each, given.signature_id) for each in session.scalars(query)])


def follow_consent(session: Session, taken_back: ConsentTakenBack) -> None:
    """Have somebody unsubscribed who takes a consent back; their address is still known."""
    consent = session.get_one(Consent, taken_back.consent_id)
    query = (
        select(Push)
        .join(Connector, Connector.id == Push.connector_id)
        .where(
            Push.signature_id == consent.signature_id,
            Connector.organisation_id == consent.organisation_id,
        )
    )
    take_off(session, session.scalars(query.with_for_update(of=Push)).all())


def follow_forgetting(session: Session, forgotten: SignaturesForgotten) -> None:
    """Have people unsubscribed who withdrew or were erased, before their address is gone.

    Whom a statement's last day makes us forget did not ask for that: what they told the
    organisation stands between the two, and we keep nothing of it.
    """
    ids = forgotten.signature_ids
    for start in range(0, len(ids), AT_ONCE):
        mine = Push.signature_id.in_(ids[start : start + AT_ONCE])
        if forgotten.why is Why.OVER:
            session.execute(delete(Push).where(mine, _IS_TO))
        else:
            take_off(session, session.scalars(select(Push).where(mine).with_for_update()).all())


def follow_moderation(session: Session, changed: Event) -> None:
    """Have each tool of the coalition looked at again: who counts may be others."""
    look_again(session, changed.coalition_id)
