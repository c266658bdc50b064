"""Passkeys (WebAuthn): a device signs in its person, who unlocks it; no letter, and no password.

The library checks what a device signs. Which challenge, which person and which browser it was for
is checked here. A device may be of any make: no attestation is asked for, which would tell which.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NoReturn
from urllib.parse import urlsplit
from uuid import UUID, uuid4

import structlog
import webauthn
from sqlalchemy import select
from sqlalchemy.orm import Session
from webauthn.authentication.verify_authentication_response import VerifiedAuthentication
from webauthn.helpers import (
    base64url_to_bytes,
    bytes_to_base64url,
    parse_authentication_credential_json,
    parse_client_data_json,
)
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from api.accounts.models import Passkey, SignInMeans, User
from api.accounts.rules import (
    ANSWERING,
    MOST_OF_A_LABEL,
    MOST_PASSKEYS,
    PASSKEY_ADDS,
    PASSKEY_LASTS,
    PASSKEY_SIGNS_IN,
    Actor,
    Browser,
)
from api.accounts.service import challenges, notices, person, sessions
from api.accounts.service.sessions import Visit
from api.config import is_named_safely
from api.errors import Conflict, Forbidden, Invalid, NotFound
from api.infra import clock
from api.infra.database.transactions import insert, reading, transaction
from api.infra.net.rate_limits import prefix_of
from api.infra.runtime import runtime
from api.infra.security import audit, keys

log = structlog.get_logger()
LABEL = "passkeys.label"
NAME = "Undersigned"


class PasskeyRefused(Invalid, title="This passkey is not taken"):
    """A passkey is of one person and place, and each answer of it good once."""


class TooManyPasskeys(Conflict, title="There are as many passkeys as there may be"):
    """A person has so many at most: one that is not used goes first."""


@dataclass(frozen=True)
class PasskeyView:
    """A passkey as its person sees it."""

    id: UUID
    label: str
    is_synced: bool
    created_at: datetime
    last_used_at: datetime | None


def may_be_used() -> bool:
    """Tell whether browsers take passkeys here: they want a name and TLS, or `localhost`."""
    return is_named_safely(runtime().settings)


def offer(visit: Visit) -> str:
    """Return what a browser is asked to make a passkey with, as JSON; right after a sign-in."""
    sessions.must_be_fresh(visit)
    with transaction() as session:
        mine = session.scalars(select(Passkey).where(Passkey.user_id == visit.actor.user_id)).all()
        if len(mine) >= MOST_PASSKEYS:
            raise TooManyPasskeys(f"You have {MOST_PASSKEYS} passkeys. Remove one of them first.")
        who = person(session, session.get_one(User, visit.actor.user_id))
        options = webauthn.generate_registration_options(
            rp_id=_place(),
            rp_name=NAME,
            user_id=visit.actor.user_id.bytes,
            user_name=who.email,
            user_display_name=who.name,
            authenticator_selection=AuthenticatorSelectionCriteria(
                resident_key=ResidentKeyRequirement.REQUIRED,
                user_verification=UserVerificationRequirement.REQUIRED,
            ),
            exclude_credentials=[PublicKeyCredentialDescriptor(id=it.credential_id) for it in mine],
        )
        secret = bytes_to_base64url(options.challenge)
        challenges.issue(session, PASSKEY_ADDS, secret, visit.secret, PASSKEY_LASTS)
        return webauthn.options_to_json(options)


def register(visit: Visit, answer: str, label: str) -> PasskeyView:
    """Add the passkey that a browser made for an offer."""
    sessions.must_be_fresh(visit)
    asked = _taken(answer, PASSKEY_ADDS, visit.secret)
    try:
        made = webauthn.verify_registration_response(
            credential=answer,
            expected_challenge=asked,
            expected_rp_id=_place(),
            expected_origin=_origin(),
            require_user_verification=True,
        )
    except Exception as fault:  # noqa: BLE001 # whatever the library makes of what anybody may send
        _refuse(fault)
    row = Passkey(
        id=uuid4(),
        user_id=visit.actor.user_id,
        credential_id=made.credential_id,
        public_key=made.credential_public_key,
        sign_count=made.sign_count,
        is_synced=made.credential_backed_up,
        created_at=clock.now(),
        proven_at=visit.actor.proven_at or clock.now(),
    )
    with transaction() as session:
        _call(session, row, label)
        insert(session, row, on_clash=PasskeyRefused("It is there already."))
        audit.append(session, visit.actor, "passkey.added", None, row.id)
        notices.promise(session, row.user_id)
        return _view(session, row)


def challenge(browser: Browser) -> str:
    """Return what a browser is asked to have a passkey sign, as JSON; it offers those it has."""
    runtime().rate_limits.hit(ANSWERING, "passkey", prefix_of(browser.remote))
    options = webauthn.generate_authentication_options(
        rp_id=_place(), user_verification=UserVerificationRequirement.REQUIRED
    )
    secret = bytes_to_base64url(options.challenge)
    with transaction() as session:
        challenges.issue(session, PASSKEY_SIGNS_IN, secret, browser.secret, PASSKEY_LASTS)
    return webauthn.options_to_json(options)


def sign_in(answer: str, browser: Browser) -> str:
    """Sign in by what a passkey signed; return the new session's secret."""
    asked = _taken(answer, PASSKEY_SIGNS_IN, browser.secret)
    with transaction() as session:
        try:
            row, done = _verified(session, answer, asked)
        except Exception as fault:  # noqa: BLE001 # as in `register`
            _refuse(fault)
        row.sign_count, row.is_synced = done.new_sign_count, done.credential_backed_up
        row.last_used_at = clock.now()
        means = SignInMeans.PASSKEY
        return sessions.begin(session, row.user_id, browser, means, proven_at=row.proven_at)


def _verified(
    session: Session, answer: str, asked: bytes
) -> tuple[Passkey, VerifiedAuthentication]:
    """Return the passkey that signed, held, and what it told; raise anything where it did not."""
    told = parse_authentication_credential_json(answer)
    query = select(Passkey).where(Passkey.credential_id == told.raw_id)
    row = session.scalars(query.with_for_update()).one()
    if told.response.user_handle not in {None, row.user_id.bytes}:
        raise ValueError("It says that it is of somebody else.")
    return row, webauthn.verify_authentication_response(
        credential=told,
        expected_challenge=asked,
        expected_rp_id=_place(),
        expected_origin=_origin(),
        credential_public_key=row.public_key,
        credential_current_sign_count=row.sign_count,
        require_user_verification=True,
    )


def of(actor: Actor) -> Sequence[PasskeyView]:
    """Return the actor's passkeys, the oldest first."""
    _must_be_whole(actor)
    query = select(Passkey).where(Passkey.user_id == actor.user_id)
    with reading() as session:
        found = session.scalars(query.order_by(Passkey.created_at, Passkey.id)).all()
        return [_view(session, row) for row in found]


def remove(actor: Actor, passkey_id: UUID) -> None:
    """Have one of the actor's passkeys sign in nobody any more."""
    with transaction() as session:
        session.delete(_own(session, actor, passkey_id))
        audit.append(session, actor, "passkey.removed", None, passkey_id)


def _must_be_whole(actor: Actor) -> None:
    if actor.scope is not None:
        raise Forbidden("A token that is limited to coalitions does not see how people sign in.")


def _own(session: Session, actor: Actor, passkey_id: UUID) -> Passkey:
    _must_be_whole(actor)
    found = session.get(Passkey, passkey_id, with_for_update=True)
    if found is None or found.user_id != actor.user_id:
        raise NotFound("You have no passkey of this id.")
    return found


def _call(session: Session, row: Passkey, label: str) -> None:
    row.label = keys.seal(session, None, LABEL, row.id, label[:MOST_OF_A_LABEL])


def _view(session: Session, row: Passkey) -> PasskeyView:
    label = keys.unseal(session, LABEL, row.id, row.label)
    return PasskeyView(row.id, label, row.is_synced, row.created_at, row.last_used_at)


def _taken(answer: str, purpose: str, holder: str) -> bytes:
    """Use up the challenge that an answer is to, and return it, or raise PasskeyRefused.

    It is used up whatever the answer is worth.
    """
    try:
        sent = base64url_to_bytes(json.loads(answer)["response"]["clientDataJSON"])
        told = parse_client_data_json(sent)
    except Exception as fault:  # noqa: BLE001 # as in `register`
        _refuse(fault)
    with transaction() as session:
        secret = bytes_to_base64url(told.challenge)
        found = challenges.take(session, purpose, secret, holder)
    if found is None or told.cross_origin:  # asked for in a frame of another site
        _refuse(None)
    return told.challenge


def _refuse(fault: Exception | None) -> NoReturn:
    """Refuse in the same words whatever was wrong; the log has the kind of it."""
    log.info("passkey refused", error=type(fault).__name__)
    raise PasskeyRefused("Try it again, or sign in by a letter.") from None


def _place() -> str:
    """Return the name that passkeys are bound to."""
    return urlsplit(runtime().settings.public_url).hostname or ""


def _origin() -> str:
    parts = urlsplit(runtime().settings.public_url)
    return f"{parts.scheme}://{parts.netloc}"
