"""Idempotency-Key: the same POST sent twice has one effect and one answer (promise 10).

The key's row says `done` in the same transaction as the effect, so a crash between the two
cannot repeat it, and of two that run at once only one commits. Answers are kept sealed for a
day, as they may hold names.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus
from types import MappingProxyType
from uuid import UUID, uuid4

import structlog
from flask import Flask, Response, g, request
from flask.typing import ResponseReturnValue
from sqlalchemy import ColumnElement, String, UniqueConstraint, delete, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Mapped, Session, mapped_column

from api.errors import Code, Conflict, Fault, Invalid
from api.infra import clock
from api.infra.background.jobs import Work
from api.infra.database.columns import Base, Id
from api.infra.database.transactions import insert, is_any, transaction, with_commit
from api.infra.security import keys
from api.web.openapi import headers
from api.web.problems import StillRunning

log = structlog.get_logger()
HEADER = "Idempotency-Key"
REPLAYED: Mapping[str, str] = MappingProxyType({headers.REPLAYED: "true"})
KEPT = timedelta(hours=24)
LEASE = timedelta(seconds=60)
MAX_KEY = 255
MAX_BYTES = 1_000_000  # of an answer that is kept
PLACE = "idempotency.answer"
ANSWER_HEADERS = ("Location", "ETag", "Content-Type")


class KeyReused(Invalid, title="This Idempotency-Key belongs to another request"):
    """The key came before with another request."""


class AnswerNotKept(Conflict, title="This was carried out already"):
    """The request was carried out, and its answer is not kept."""


class Attempt(Base):
    """One key of one user, and what became of its request."""

    __tablename__ = "idempotency"
    __table_args__ = (UniqueConstraint("user_id", "key"),)

    id: Mapped[Id]
    user_id: Mapped[UUID]
    key: Mapped[bytes]  # SHA-256: a key may hold anything
    request: Mapped[bytes]  # SHA-256 of method, address and body
    state: Mapped[str] = mapped_column(String(10))  # running, done
    answer: Mapped[keys.Sealed | None]
    begun_at: Mapped[datetime]


@dataclass(frozen=True)
class Claim:
    """One process's hold on an attempt; a later one takes it over by another `begun_at`."""

    attempt_id: UUID
    begun_at: datetime


def install(app: Flask) -> None:
    """Accept Idempotency-Key on every POST of an app."""
    dispatch = app.dispatch_request

    def dispatch_once() -> ResponseReturnValue:
        if request.method != "POST" or HEADER not in request.headers or "actor" not in g:
            return dispatch()
        claim, kept = begin(g.actor.user_id)
        if kept is not None:
            return kept
        g.claim = claim
        with with_commit(lambda session: _done(session, claim)):
            return dispatch()

    app.dispatch_request = dispatch_once  # type: ignore[method-assign] # the one hook around a view

    @app.after_request
    def _settle(answer: Response) -> Response:
        claim = g.pop("claim", None)
        if claim is not None:
            is_success = answer.status_code < HTTPStatus.MULTIPLE_CHOICES
            try:
                keep(claim, answer) if is_success else forget_unless_done(claim)
            except SQLAlchemyError as fault:
                # The effect is there, or the lease runs out: either way the caller may ask again.
                log.error(  # noqa: TRY400 # a trace could hold values
                    "answer not kept", error=type(fault).__name__
                )
        return answer


def _is_old() -> ColumnElement[bool]:
    return Attempt.begun_at < clock.now() - KEPT


def _forget_old(session: Session) -> None:
    session.execute(delete(Attempt).where(_is_old()))


def are_old(session: Session) -> bool:
    """Tell whether answers are kept that were to be kept for a day."""
    return is_any(session, select(Attempt.id).where(_is_old()))


def forget(_: Work) -> None:
    """Delete the answers that were kept for a day, whether a key comes again or not."""
    with transaction() as session:
        _forget_old(session)


def secret_answer() -> None:
    """Say from a route that its answer holds a secret and must not be kept."""
    g.secret_answer = True


def given_key() -> str | None:
    """Return the key that came with the request, or None; raise Invalid where it cannot be one."""
    given = request.headers.get(HEADER)
    if given is not None and not 1 <= len(given) <= MAX_KEY:
        wrong = Fault(
            "", Code.WRONG_FORMAT, f"Give it 1 to {MAX_KEY} characters.", parameter=HEADER
        )
        raise Invalid("The Idempotency-Key cannot be used.", [wrong])
    return given


def begin(user_id: UUID) -> tuple[Claim, Response | None]:
    given = str(given_key())
    key = hashlib.sha256(given.encode("utf-8", "surrogatepass")).digest()
    what = hashlib.sha256(
        b"\0".join([request.method.encode(), request.full_path.encode(), request.get_data()])
    ).digest()
    with transaction() as session:
        _forget_old(session)
        query = select(Attempt).where(Attempt.user_id == user_id, Attempt.key == key)
        earlier = session.scalars(query.with_for_update()).first()
        if earlier is not None:
            return _again(session, earlier, what)
        claim = Claim(uuid4(), clock.now())
        attempt = Attempt(
            id=claim.attempt_id,
            user_id=user_id,
            key=key,
            request=what,
            state="running",
            begun_at=claim.begun_at,
        )
        insert(session, attempt, on_clash=_still_running())
        return claim, None


def _still_running() -> StillRunning:
    return StillRunning("The first one is being carried out. Send it again in a moment.")


def _again(session: Session, earlier: Attempt, what: bytes) -> tuple[Claim, Response | None]:
    if earlier.request != what:
        wrong = "The same key came with another address or body."
        fault = Fault("", Code.CONFLICT, wrong, parameter=HEADER)
        raise KeyReused("Send another key with another request.", [fault])
    if earlier.state == "running":
        if earlier.begun_at > clock.now() - LEASE:
            raise _still_running()
        # Its process seems to have died before it did anything; if not, `_done` stops it.
        earlier.begun_at = clock.now()
        return Claim(earlier.id, earlier.begun_at), None
    if earlier.answer is None:
        raise AnswerNotKept("Look for its effect in the list; its answer cannot be shown again.")
    kept = keys.unseal(session, PLACE, earlier.id, earlier.answer)
    if not kept["roles"].items() <= _roles().items():  # it may tell what the caller sees no more
        raise AnswerNotKept("Your roles are not what they were. Look for its effect in the list.")
    found = {**kept["headers"], **REPLAYED}
    answer = Response(kept["body"].encode("latin-1"), kept["status"], found)
    return Claim(earlier.id, earlier.begun_at), answer


def _done(session: Session, claim: Claim) -> None:
    attempt = session.get(Attempt, claim.attempt_id, with_for_update=True)
    if attempt is None or attempt.begun_at != claim.begun_at:
        raise _still_running()
    attempt.state = "done"


def forget_unless_done(claim: Claim) -> None:
    with transaction() as session:
        session.execute(
            delete(Attempt).where(
                Attempt.id == claim.attempt_id,
                Attempt.begun_at == claim.begun_at,
                Attempt.state == "running",
            )
        )


def keep(claim: Claim, answer: Response) -> None:
    kept = None if g.pop("secret_answer", False) else _written(answer)
    with transaction() as session:
        attempt = session.get(Attempt, claim.attempt_id, with_for_update=True)
        if attempt is not None and attempt.begun_at == claim.begun_at:
            attempt.state = "done"
            attempt.answer = keys.seal(session, None, PLACE, attempt.id, kept) if kept else None


def _roles() -> dict[str, str]:
    """Return what the caller may do now, by coalition, within its token's scope."""
    return {str(coalition): str(role) for coalition, role in g.actor.roles.items()}


def _written(answer: Response) -> dict[str, object] | None:
    if answer.direct_passthrough or len(answer.get_data()) > MAX_BYTES:
        return None
    return {
        "body": answer.get_data().decode("latin-1"),  # any bytes, as text
        "status": answer.status_code,
        "roles": _roles(),
        "headers": {
            name: answer.headers[name] for name in ANSWER_HEADERS if name in answer.headers
        },
    }
