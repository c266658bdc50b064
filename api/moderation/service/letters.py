"""The letter that tells coordinators what waits for them, once a day at most."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, Select, exists, func, literal, or_, select
from sqlalchemy.orm import Session

from api.accounts.models import Role, RoleGrant
from api.coalitions.models import Coalition
from api.coalitions.service import owners
from api.infra import clock
from api.infra.database.transactions import is_any, transaction
from api.infra.mail import letters
from api.infra.mail.letters import Facts, Letter, LetterState
from api.infra.runtime import runtime
from api.infra.security import audit, keys
from api.infra.text import languages
from api.moderation import rules
from api.signatures.models import Signature, SignatureIdentity, SignatureState
from api.signing.rules import TOLD_BEFORE
from api.statements.models import Signing, Statement

WAITING, RETENTION = "moderation.waiting", "moderation.retention"
EVERY = timedelta(days=1)


def _is_held() -> ColumnElement[bool]:
    # Written out, not bound: only so is it seen that the index of what waits fits.
    return Signature.state == literal(
        SignatureState.HELD, Signature.state.type, literal_execute=True
    )


def held(session: Session, coalition_id: UUID) -> Mapping[UUID, int]:
    """Return how many signatures wait for a coalition's coordinators, by the statement."""
    query = select(Signature.statement_id, func.count()).group_by(Signature.statement_id)
    rows = session.execute(query.where(Signature.coalition_id == coalition_id, _is_held()))
    return dict(rows.all())


def _untold() -> Select[UUID]:
    """Return the coalitions in which something waits and nobody was told today."""
    told = exists().where(
        Letter.kind == WAITING,
        Letter.coalition_id == Signature.coalition_id,
        Letter.created_at > clock.now() - EVERY,
    )
    return select(Signature.coalition_id).where(_is_held(), ~told).distinct()


def are_wanted(session: Session) -> bool:
    """Tell whether a coalition is to be told."""
    return is_any(session, _untold())


def promise_due() -> None:
    """Promise a letter to each owner and coordinator of the coalitions in which something waits."""
    with transaction() as session:
        for coalition_id in session.scalars(_untold()).all():
            query = select(RoleGrant.id).where(
                RoleGrant.coalition_id == coalition_id,
                RoleGrant.role.in_([Role.OWNER, Role.COORDINATOR]),
            )
            letters.promise_all(session, WAITING, coalition_id, session.scalars(query).all())


def waiting_facts(session: Session, role_id: UUID) -> Facts | None:
    """Tell of the statement that waits longest; None where everything was looked at meanwhile."""
    grant = session.get(RoleGrant, role_id)
    if grant is None or not grant.role.may(Role.COORDINATOR):
        return None
    held = (Signature.coalition_id == grant.coalition_id, _is_held())
    query = select(Signature.statement_id).where(*held)
    found = session.scalar(query.order_by(Signature.created_at, Signature.id).limit(1))
    if found is None:
        return None
    statement = session.get_one(Statement, found)
    signing = session.get(Signing, found)
    number = session.scalar(select(func.count()).where(Signature.statement_id == found, _is_held()))
    who = keys.read(session, grant, RoleGrant.identity)
    coalition = session.get_one(Coalition, grant.coalition_id)
    queue = f"{runtime().settings.public_url}/v1/statements/{statement.id}/moderation-queue"
    return Facts(
        to=who["email"],
        to_name=who["name"],
        language=statement.language,
        facts={
            "title": statement.title,
            "number": number,
            "link": queue,
            "accent": coalition.accent,
        },
        coalition=None if signing is not None and signing.is_sensitive else coalition.name,
    )


def promise_retention(session: Session, coalition_id: UUID) -> int:
    """Promise each owner a letter of the days on which who signed is forgotten; return how many.

    Also where one waits: it may be on its way, without the day that comes now.
    """
    roles = owners.roles_of(session, coalition_id)
    return len(letters.promise_all(session, RETENTION, coalition_id, roles))


def is_underway() -> ColumnElement[bool]:
    """Return the condition that owners of a `Signing`'s coalition may get a letter yet.

    One that came to nothing is not promised again before a week has passed.
    """
    waits = Letter.state.in_([LetterState.QUEUED, LetterState.HELD])
    lately = Letter.created_at > clock.now() - TOLD_BEFORE
    mine = Letter.coalition_id == Signing.coalition_id
    return exists().where(Letter.kind == RETENTION, mine, or_(waits, lately))


def told(session: Session, signing: Signing) -> None:
    """Write that the owners know of a day from today on."""
    signing.told_on = clock.today()
    facts = {
        "retain_until": signing.told_until,
        "acts_on": rules.acts_on(signing, clock.today()),
    }
    statement = session.get_one(Statement, signing.statement_id)
    audit.record(session, None, "retention.told", statement, facts)


def has_left(session: Session, role_id: UUID, letter: Facts) -> None:
    """Have the days that a letter told of act a week after it left, the first one to an owner.

    A day that was promised or moved while the letter was on its way is none of them.
    """
    del role_id
    days = {each["id"]: each["until"] for each in letter.facts["statements"]}
    query = select(Signing).where(
        Signing.statement_id.in_(days),
        Signing.told_until == Signing.retain_until,
        Signing.told_on.is_(None),
    )
    for signing in session.scalars(query.order_by(Signing.statement_id).with_for_update()):
        if signing.told_until == days[signing.statement_id]:
            told(session, signing)


@owners.letter
def retention_facts(session: Session, grant: RoleGrant) -> Facts | None:
    """Tell of the statements whose day comes; None where each was moved meanwhile."""
    lately = clock.today() - TOLD_BEFORE
    query = (
        select(Statement, Signing)
        .join(Signing, Signing.statement_id == Statement.id)
        .where(
            Signing.coalition_id == grant.coalition_id,
            Signing.told_until == Signing.retain_until,
            or_(Signing.told_on.is_(None), Signing.told_on >= lately),
        )
        .order_by(Signing.retain_until, Statement.id)
    )
    found = session.execute(query).all()
    if not found:
        return None
    who = keys.read(session, grant, RoleGrant.identity)
    coalition = session.get_one(Coalition, grant.coalition_id)
    language = coalition.languages[0]
    days = [
        {
            "id": statement.id,
            "until": signing.told_until,
            "title": statement.title,
            "until_text": languages.date_text(day.isoformat(), language),
            "number": _known(session, statement),
        }
        for statement, signing in found
        if (day := rules.acts_on(signing, clock.today()))
    ]
    is_sensitive = any(signing.is_sensitive for _, signing in found)
    return Facts(
        to=who["email"],
        to_name=who["name"],
        language=language,
        facts={
            "statements": days,
            "number": sum(each["number"] for each in days),
            "accent": coalition.accent,
        },
        coalition=None if is_sensitive else coalition.name,
    )


def _known(session: Session, statement: Statement) -> int:
    mine = Signature.statement_id == statement.id
    query = select(func.count()).select_from(SignatureIdentity)
    joined = query.join(Signature, Signature.id == SignatureIdentity.signature_id)
    return session.scalar(joined.where(mine)) or 0
