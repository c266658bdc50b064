"""Signatures as the public page leaves them, written where a test needs one in another state."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

from sqlalchemy import func, insert, select

from api.infra import clock
from api.infra.database.transactions import reading, transaction
from api.infra.mail import letters
from api.infra.security import day_keys, keys, links
from api.signatures import rules
from api.signatures.models import (
    Consent,
    ConsentWords,
    Purpose,
    SignatoryKind,
    Signature,
    SignatureIdentity,
    SignatureState,
    Source,
    Visibility,
)
from api.signatures.rules import addresses
from api.signatures.service import counts, places, rows
from api.signing.models import PendingSignature
from api.statements.models import Moderation, Signing, Statement

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from sqlalchemy.orm import Session

    from tests.conftest import World

WORDS = "0" * 64


def strangers(  # noqa: PLR0913 # what a test is about
    world: World,
    statement: str,
    names: Sequence[str],
    *,
    domain: str = "strangers.example",
    prefix: str = "192.0.2.0/24",
    state: SignatureState = SignatureState.CONFIRMED,
    flags: Sequence[str] = (),
    ago: timedelta = timedelta(),
    visibility: Visibility = Visibility.PUBLIC,
) -> list[str]:
    """Sign a statement in public under each of the names; return the signatures' ids."""
    with world.app.app_context(), transaction() as session:
        found = session.get_one(Statement, UUID(statement))
        prints = _marks(session, found, domain, prefix)
        new, identities = [], []
        for name in names:
            row_id, email = uuid4(), f"{uuid4().hex}@{domain}"
            one = f"{found.id}:{addresses.normalised(email)}"
            new.append(
                {
                    "id": row_id,
                    "coalition_id": found.coalition_id,
                    "statement_id": found.id,
                    "revision_number": found.revision_number,
                    "revision_sha256": "0" * 64,
                    "source": Source.PUBLIC,
                    "state": state,
                    "kind": SignatoryKind.INDIVIDUAL,
                    "country": "KZ",
                    "lead": False,
                    "visibility": visibility,
                    "day": (clock.now() - ago).date(),
                    "address_index": keys.blind(
                        session, found.coalition_id, "signatures.address", one
                    ),
                    **prints,
                    "language": "en",
                    "flags": list(flags),
                    "created_at": clock.now() - ago,
                    "updated_at": clock.now() - ago,
                }
            )
            who = rules.identity_of({"name": name, "email": email})
            sealed = keys.seal(session, found.coalition_id, rows.IDENTITY, row_id, who)
            identities.append(
                {"signature_id": row_id, "coalition_id": found.coalition_id, "identity": sealed}
            )
        session.execute(insert(Signature), new)
        session.execute(insert(SignatureIdentity), identities)
        ids = [each["id"] for each in new]
        if state is SignatureState.CONFIRMED:
            for start in range(0, len(ids), 500):
                some = select(Signature).where(Signature.id.in_(ids[start : start + 500]))
                counts.change(session, session.scalars(some).all(), by=1)
    if state is SignatureState.CONFIRMED:
        with world.app.app_context():
            places.place()
    return [str(each) for each in ids]


def _marks(session: Session, found: Statement, domain: str, prefix: str) -> dict[str, bytes]:
    of_domain = f"{found.id}:{domain}"
    return {
        "domain_index": keys.blind(session, found.coalition_id, "signatures.domain", of_domain),
        "prefix": day_keys.mark(session, "prefixes", f"{found.id}:{prefix}"),
    }


def with_letters(world: World, signature: str, name: str = "A. Specimen") -> str:
    """Give a signature what signing leaves beside it; return the id of its request."""
    with world.app.app_context(), transaction() as session:
        row = session.get_one(Signature, UUID(signature))
        pending = PendingSignature(
            id=uuid4(),
            coalition_id=row.coalition_id,
            statement_id=row.statement_id,
            revision_number=row.revision_number,
            revision_sha256=row.revision_sha256,
            address_index=row.address_index or b"",
            domain_index=row.domain_index or b"",
            language="en",
            asked_at=clock.now(),
            signature_id=row.id,
        )
        place = "pending_signatures.request"
        pending.request = keys.seal(session, row.coalition_id, place, pending.id, {"name": name})
        session.add(pending)
        links.issue(session, "signature.own", row.coalition_id, row.id)
        links.issue(session, "signature.confirm", row.coalition_id, pending.id)
        letters.promise(session, "signing.receipt", row.coalition_id, pending.id)
        letters.promise(session, "signing.receipt", row.coalition_id, row.id)
        if session.get(ConsentWords, WORDS) is None:
            session.add(ConsentWords(sha256=WORDS, language="en", words="I sign."))
            session.flush()
        session.add(
            Consent(
                coalition_id=row.coalition_id,
                signature_id=row.id,
                purpose=Purpose.SIGNING,
                words_sha256=WORDS,
                given_on=clock.today(),
            )
        )
        return str(pending.id)


def opened(
    world: World,
    statement: str,
    *,
    until: date | None,
    sensitive: bool = False,
    told_on: date | None = None,
) -> None:
    """Say until when who signed a statement is known; owners were told long enough ago."""
    with world.app.app_context(), transaction() as session:
        found = session.get_one(Statement, UUID(statement))
        session.add(
            Signing(
                statement_id=found.id,
                coalition_id=found.coalition_id,
                address=f"specimen-{uuid4().hex[:8]}",
                opens_at=clock.now() - timedelta(days=9),
                zone="UTC",
                takes_individuals=True,
                takes_organisations=True,
                shows_list=True,
                is_sensitive=sensitive,
                moderation=Moderation.FLAGGED,
                mailing_organisation_ids=[],
                retain_until=until,
                told_until=until,
                told_on=told_on or clock.today() - timedelta(days=7),
            )
        )


def row_of(world: World, signature: str) -> Signature:
    with world.app.app_context(), reading() as session:
        return session.get_one(Signature, UUID(signature))


def number_of(world: World, model: Any) -> int:
    with world.app.app_context(), reading() as session:
        return session.scalar(select(func.count()).select_from(model)) or 0
