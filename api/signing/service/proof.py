"""Proofs of work (ALTCHA): a machine works for each signature, and hands each proof in once."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from datetime import UTC, datetime
from uuid import UUID

import altcha
from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from api.errors import Code, Fault, Invalid
from api.infra import clock
from api.infra.security import keys
from api.signing import rules
from api.signing.models import UsedChallenge

ALGORITHM = "SHA-256"


class ProofRefused(Invalid, title="The proof of work is refused"):
    """A proof of work is for one statement and one signature, within half an hour."""


def challenge(session: Session, statement_id: UUID, asked: int) -> dict[str, object]:
    """Return a challenge for one signature; it is harder the more is `asked` in this minute."""
    made = altcha.create_challenge(
        ALGORITHM,
        1,
        key_prefix=rules.effort(asked),
        expires_at=clock.now() + rules.PROOF_KEPT,
        hmac_secret=_secret(session, statement_id),
    )
    told: dict[str, object] = made.to_dict()
    return told


def hand_in(session: Session, statement_id: UUID, proof: str) -> None:
    """Take a proof that was not handed in before, or raise ProofRefused."""
    read = _read(proof)
    result = read and altcha.verify_solution(read, _secret(session, statement_id))
    if not read or not result or not result.verified:
        raise _refused("Ask for another challenge, and solve that.")
    until = datetime.fromtimestamp(read.challenge.parameters.expires_at or 0, UTC)
    if until < clock.now():  # the library looks at the machine's clock, which may be wrong
        raise _refused("Ask for another challenge, and solve that.")
    digest = hashlib.sha256(str(read.challenge.signature).encode()).digest()
    if not use(session, digest, until):
        raise _refused("It was handed in before. Ask for another challenge.")


def use(session: Session, digest: bytes, until: datetime) -> bool:
    """Have what a hash is of be used, and known as that until then; False: it was before."""
    try:
        with session.begin_nested():
            session.execute(insert(UsedChallenge), {"digest": digest, "expires_at": until})
    except IntegrityError:
        return False
    return True


def _refused(detail: str) -> ProofRefused:
    return ProofRefused(detail, [Fault("/proof", Code.OUTDATED, detail)])


def _read(proof: str) -> altcha.Payload | None:
    """Return what a proof says, or None; whatever was sent, this must not break."""
    try:
        told = json.loads(base64.b64decode(proof, validate=True))
        parameters = told["challenge"]["parameters"]
        if parameters["algorithm"] != ALGORITHM or parameters["cost"] != 1:
            return None  # before it is computed: a stranger's cost is not ours to pay
        return altcha.Payload.from_dict(told)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError, binascii.Error):
        return None


def _secret(session: Session, statement_id: UUID) -> bytes:
    return keys.blind(session, None, rules.CHALLENGE, str(statement_id))
