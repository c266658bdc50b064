"""How a statement is being signed now, so that an attack is seen."""

from __future__ import annotations

import json
from collections import Counter
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, String, case, cast, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from api.accounts.rules import Actor, Role
from api.accounts.service import load
from api.infra import clock
from api.infra.database.transactions import reading
from api.signatures.models import Signature, SignatureState, Source
from api.signing.models import PendingSignature
from api.statements.models import Statement

HOURS = 24
HOUR = timedelta(hours=1)
MOST_SHARES = 5
FEWEST = 5  # fewer alike are no attack, and could point at a person


def trends(actor: Actor, statement_id: UUID) -> dict[str, object]:
    """Return what was asked and given in the last 24 hours: each hour, and how alike it is."""
    with reading() as session:
        statement = load(session, actor, Statement, statement_id, Role.COORDINATOR)
        this_hour = clock.now().replace(minute=0, second=0, microsecond=0)
        hours = [this_hour - HOUR * back for back in reversed(range(HOURS))]
        of_it = [Signature.statement_id == statement.id, Signature.source == Source.PUBLIC]
        of_it.append(Signature.created_at >= hours[0])
        asked = _by_hour(
            session,
            PendingSignature.asked_at,
            PendingSignature.statement_id == statement.id,
            hours,
        )
        given = _by_hour(session, Signature.created_at, of_it[0] & of_it[1], hours)
        states = select(Signature.state, func.count()).where(*of_it).group_by(Signature.state)
        by_state = dict(session.execute(states).all())
        return {
            "hours": [
                {"from_": hour, "asked": one, "confirmed": other}
                for hour, one, other in zip(hours, asked, given, strict=True)
            ],
            "total": sum(by_state.values()),
            "states": {state.value: by_state.get(state, 0) for state in SignatureState},
            "domains": _shares(session, Signature.domain_index, of_it),
            "prefixes": _shares(session, Signature.prefix, of_it),
            "flags": _flags(session, of_it),
        }


def _by_hour(
    session: Session,
    moment: InstrumentedAttribute[datetime],
    of_it: ColumnElement[bool],
    hours: list[datetime],
) -> list[int]:
    """Return how many fell into each hour, in one reading of the day."""
    columns = [
        func.sum(case(((moment >= hour) & (moment < hour + HOUR), 1), else_=0)) for hour in hours
    ]
    found = session.execute(select(*columns).where(of_it, moment >= hours[0])).one()
    return [number or 0 for number in found]


def _shares(
    session: Session,
    column: InstrumentedAttribute[bytes | None],
    of_it: list[ColumnElement[bool]],
) -> list[dict[str, object]]:
    """Return how many share one value, the most first, each with a signature to point at it by."""
    number = func.count()
    query = (
        select(number, func.min(cast(Signature.id, String)))
        .where(*of_it, column.is_not(None))
        .group_by(column)
        .having(number >= FEWEST)
        .order_by(number.desc(), func.min(cast(Signature.id, String)))
        .limit(MOST_SHARES)
    )
    return [{"number": count, "signature_id": UUID(one)} for count, one in session.execute(query)]


def _flags(session: Session, of_it: list[ColumnElement[bool]]) -> dict[str, int]:
    written = cast(Signature.flags, String)
    query = select(written, func.count()).where(*of_it).group_by(written)
    found: Counter[str] = Counter()
    for text, number in session.execute(query):
        for flag in json.loads(text):
            found[flag] += number
    return dict(sorted(found.items()))
