"""What is kept for thirty days at most: files, and addresses that no tool was told of."""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from api.connectors import rules
from api.connectors.models import Push, PushAction, PushFile, PushState
from api.connectors.service import files, people, trouble
from api.infra import clock
from api.infra.database.transactions import delete_all, is_any, transaction

AT_ONCE = 500


def _late() -> ColumnElement[bool]:
    """Return the condition of those who could not be taken off a list in time."""
    return and_(
        Push.state == PushState.WAITING,
        Push.action == PushAction.UNSUBSCRIBE,
        Push.changed_at < clock.now() - rules.KEPT,
    )


def _over() -> ColumnElement[bool]:
    """Return the condition of what nobody asks about any more."""
    return and_(
        Push.state.in_([PushState.DONE, PushState.EXPIRED]),
        Push.action == PushAction.UNSUBSCRIBE,
        Push.changed_at < clock.now() - rules.LISTED,
        or_(Push.fault.is_(None), Push.fault != people.SUPPRESSED),
    )


def _old() -> ColumnElement[bool]:
    return PushFile.created_at < clock.now() - rules.KEPT


def is_due(session: Session) -> bool:
    """Tell whether something was kept for long enough."""
    pushes = [select(Push.id).where(which) for which in (_late(), _over())]
    queries = (*pushes, select(PushFile.id).where(_old()))
    return any(is_any(session, query) for query in queries)


def expire() -> None:
    """Let it go, in batches; the owners are told of whom no tool heard."""
    while _let_addresses_go() == AT_ONCE:
        pass
    while _let_files_go() == AT_ONCE:
        pass
    delete_all(Push, _over())


def _let_addresses_go() -> int:
    with transaction() as session:
        query = select(Push).where(_late()).order_by(Push.id).limit(AT_ONCE)
        found = session.scalars(query.with_for_update()).all()
        for push in found:
            push.state, push.address = PushState.EXPIRED, None
            push.number, push.changed_at = push.number + 1, clock.day()
        session.flush()
        for coalition_id in {push.coalition_id for push in found}:
            trouble.tell(session, trouble.EXPIRED, coalition_id)
        return len(found)


def _let_files_go() -> int:
    with transaction() as session:
        query = select(PushFile).where(_old()).order_by(PushFile.id).limit(AT_ONCE)
        found = session.scalars(query.with_for_update()).all()
        for row in found:
            files.forget(session, row)
        return len(found)
