"""Retention: who signed is forgotten on its day, in batches; each may be the last that is done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, delete, exists, func, or_, select, text, update
from sqlalchemy.orm import Session

from api.accounts.rules import Actor, Role
from api.accounts.service import load
from api.infra import clock
from api.infra.background import events
from api.infra.database.transactions import is_any, reading, transaction
from api.infra.security import audit
from api.moderation import rules
from api.moderation.service import letters
from api.signatures.events import SignaturesForgotten, SignaturesTakenBack
from api.signatures.models import (
    TURNED_AWAY,
    Consent,
    Evidence,
    Purpose,
    SignatoryKind,
    Signature,
    SignatureIdentity,
    SignatureState,
    Source,
)
from api.signatures.service import counts, evidence, forgetting
from api.signing.models import PendingSignature
from api.signing.rules import TOLD_BEFORE
from api.signing.service import settings
from api.statements.models import Signing, Statement

PREFIXES_AT_ONCE = 5_000


@dataclass(frozen=True)
class Preview:
    """What of a statement will be forgotten, and when."""

    retain_until: date | None
    acts_on: date | None
    told_on: date | None
    warning: str | None
    purged_on: date | None
    identities: int
    mailing_consents: int
    evidence: int
    pending: int
    turned_away: int
    turned_away_until: datetime | None


def preview(actor: Actor, statement_id: UUID) -> Preview:
    """Return what would be forgotten of a statement on its day, and what goes before it."""
    with reading() as session:
        statement = load(session, actor, Statement, statement_id, Role.COORDINATOR)
        signing = settings.of(session, statement)
        theirs = select(Signature.id).where(Signature.statement_id == statement.id, _is_theirs())
        away = (Signature.statement_id == statement.id, _is_turned_away())
        oldest = session.scalar(select(func.min(Signature.updated_at)).where(*away))
        return Preview(
            retain_until=signing.retain_until,
            acts_on=rules.acts_on(signing, clock.today()),
            told_on=rules.told_on(signing),
            warning=rules.untold(signing),
            purged_on=signing.purged_on,
            identities=_count(session, SignatureIdentity.signature_id.in_(theirs)),
            mailing_consents=_count(
                session, Consent.signature_id.in_(theirs) & (Consent.purpose == Purpose.MAILINGS)
            ),
            evidence=_count(session, Evidence.statement_id == statement.id),
            pending=_count(
                session,
                (PendingSignature.statement_id == statement.id)
                & PendingSignature.signature_id.is_(None),
            ),
            turned_away=_count(session, and_(*away)),
            turned_away_until=oldest and oldest + rules.DISPUTED,
        )


def _count(session: Session, which: ColumnElement[bool]) -> int:
    return session.scalar(select(func.count()).where(which)) or 0


def _is_theirs() -> ColumnElement[bool]:
    """Return the condition of what a statement's day ends.

    An organisation that a coordinator entered, or that approved as a member, is no person: its
    name goes on standing under the text.
    """
    by_coalition = Signature.source.in_([Source.ENTERED, Source.APPROVAL])
    return ~((Signature.kind == SignatoryKind.ORGANISATION) & by_coalition)


def _leads_to_somebody() -> ColumnElement[bool]:
    marks = [getattr(Signature, mark).is_not(None) for mark in forgetting.MARKS]
    known = exists().where(SignatureIdentity.signature_id == Signature.id)
    return or_(known, *marks)


def _is_turned_away() -> ColumnElement[bool]:
    turned = [SignatureState.REJECTED, SignatureState.INVALIDATED]
    return Signature.state.in_(turned) & Signature.address_index.is_not(None)


def _is_old() -> ColumnElement[bool]:
    # As its index has it, word for word.
    return and_(text(TURNED_AWAY), Signature.updated_at < clock.now() - rules.DISPUTED)


def _is_over() -> ColumnElement[bool]:
    """Return the condition of a statement whose day is past; it is looked at once a day.

    Of a day that no letter told of it is not, nor for a while after one has left.
    """
    today = clock.today()
    unseen = or_(Signing.purged_on.is_(None), Signing.purged_on < today)
    told = and_(Signing.told_until == Signing.retain_until, Signing.told_on <= today - TOLD_BEFORE)
    return and_(Signing.retain_until < today, unseen, told)


def _is_untold() -> ColumnElement[bool]:
    """Return the condition of a statement of whose day the owners are to be told."""
    promised = Signing.told_until.is_not_distinct_from(Signing.retain_until)
    is_told = and_(promised, or_(Signing.told_on.is_not(None), letters.is_underway()))
    return and_(Signing.retain_until <= clock.today() + TOLD_BEFORE, ~is_told)


def is_to_be_told(session: Session) -> bool:
    """Tell whether a day comes that no letter told of."""
    return is_any(session, select(Signing.statement_id).where(_is_untold()))


def tell() -> None:
    """Promise a letter to each owner of a coalition whose statements' days come.

    They are told when it leaves; where there is no owner, there is nobody to wait for.
    """
    while True:
        with transaction() as session:
            first = select(Signing.coalition_id).where(_is_untold()).limit(1)
            coalition_id = session.scalar(first)
            if coalition_id is None:
                return
            query = select(Signing).where(Signing.coalition_id == coalition_id, _is_untold())
            ordered = query.order_by(Signing.statement_id).with_for_update()
            found = session.scalars(ordered).all()
            for signing in found:
                signing.told_until, signing.told_on = signing.retain_until, None
            session.flush()
            if letters.promise_retention(session, coalition_id) == 0:
                for signing in found:
                    letters.told(session, signing)


def is_due(session: Session) -> bool:
    """Tell whether something is past its day."""
    over = select(Signing.statement_id).where(_is_over())
    return is_any(session, over) or is_any(session, select(Signature.id).where(_is_old()))


def purge() -> int:
    """Forget all that is past its day, a transaction for each batch; return how many signatures.

    A rerun goes on where a killed one stopped: what is forgotten is not found again.
    """
    done = 0
    while number := _purge_batch() or _turn_away_batch():
        done += max(0, number)
    return done


def _purge_batch() -> int:
    """Forget a batch of a statement whose day is past; -1 where that was its end, 0: none is."""
    with transaction() as session:
        statement = _held(session, select(Signing.statement_id).where(_is_over()))
        if statement is None:
            return 0
        signing = session.get_one(
            Signing, statement.id, with_for_update=True, populate_existing=True
        )
        if (day := rules.acts_on(signing, clock.today())) is None or day > clock.today():
            return -1  # somebody has just moved the day
        query = select(Signature).where(
            Signature.statement_id == statement.id, _is_theirs(), _leads_to_somebody()
        )
        if number := forget_batch(session, statement, query):
            return number
        # And who has not confirmed, and the scans of paper.
        mine = PendingSignature.statement_id == statement.id
        _forget_pending(session, session.scalars(select(PendingSignature.id).where(mine)).all())
        evidence.forget_of(session, statement)
        signing.purged_on = clock.today()
        events.announce(session, SignaturesTakenBack.of(statement))
        return -1


def _turn_away_batch() -> int:
    with transaction() as session:
        statement = _held(session, select(Signature.statement_id).where(_is_old()))
        if statement is None:
            return 0
        query = select(Signature).where(Signature.statement_id == statement.id, _is_old())
        return forget_batch(session, statement, query) or -1


def _held(session: Session, ids: Select[UUID]) -> Statement | None:
    """Return the first of some statements, held; None: there is none, or it was just deleted."""
    first = session.scalar(ids.limit(1))
    return session.get(Statement, first, with_for_update=counts.HOLD) if first else None


def forget_batch(session: Session, statement: Statement, query: Select[Signature]) -> int:
    some = query.order_by(Signature.id).limit(rules.AT_ONCE).with_for_update()
    found = session.scalars(some).all()
    if found:
        forgetting.forget(session, statement, found, is_over=True)
        told = {"count": len(found)}
        audit.record(session, None, "signature.purged", statement, told)
    return len(found)


def forget_what_they_sent(session: Session, forgotten: SignaturesForgotten) -> None:
    """Forget what people sent who are forgotten, also what they sent again and never confirmed."""
    addresses = select(Signature.address_index).where(
        Signature.id.in_(forgotten.signature_ids), Signature.address_index.is_not(None)
    )
    whose = or_(
        PendingSignature.signature_id.in_(forgotten.signature_ids),
        and_(
            PendingSignature.statement_id == forgotten.statement_id,
            PendingSignature.address_index.in_(addresses),
        ),
    )
    _forget_pending(session, session.scalars(select(PendingSignature.id).where(whose)).all())


def _forget_pending(session: Session, ids: Sequence[UUID]) -> None:
    for start in range(0, len(ids), rules.AT_ONCE):
        some = ids[start : start + rules.AT_ONCE]
        forgetting.forget_letters(session, some)
        session.execute(delete(PendingSignature).where(PendingSignature.id.in_(some)))


def _old_prefixes() -> Select[UUID]:
    long_ago = clock.now() - rules.PREFIXES_KEPT
    return select(Signature.id).where(
        Signature.prefix.is_not(None), Signature.created_at < long_ago
    )


def has_old_prefixes(session: Session) -> bool:
    """Tell whether a mark is kept that nothing can be compared with any more."""
    return is_any(session, _old_prefixes())


def forget_prefixes() -> None:
    """Forget marks of internet addresses whose keys are destroyed."""
    while True:
        with transaction() as session:
            ids = session.scalars(_old_prefixes().limit(PREFIXES_AT_ONCE)).all()
            same = {"prefix": None, "updated_at": Signature.updated_at}  # nobody changed them
            session.execute(update(Signature).where(Signature.id.in_(ids)).values(same))
        if len(ids) < PREFIXES_AT_ONCE:
            return
