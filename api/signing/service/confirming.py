"""Confirming: the mailbox says yes, and a signature begins to count."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError

from api.errors import Fault, Gone, NotFound
from api.infra import audit, clock, events, keys, letters, links
from api.infra.database import reading, transaction
from api.infra.limits import Rate
from api.infra.outside import outside
from api.organisations.rules import name_in
from api.signatures import rules as signatures
from api.signatures.models import (
    Consent,
    ConsentWords,
    Purpose,
    Signature,
    SignatureState,
    Source,
    Visibility,
)
from api.signatures.service import counts, places, rows
from api.signing import rules
from api.signing.models import PendingSignature
from api.signing.service import entries
from api.signing.service.batch import CODE, CONFIRM
from api.signing.service.intake import REQUEST
from api.signing.service.settings import SIGNABLE
from api.statements.models import Moderation, Signing, Statement

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sqlalchemy.orm import Session

OWN = "signature.own"
RECEIPT = "signing.receipt"
TYPING = Rate(10, 40)  # codes that one address prefix may try
GONE = "What was sent here is not kept any more. Sign again on the statement's page."


class CodeUnknown(NotFound):
    """A code is of one statement, and works for seven days."""

    title = "No signature has this code"


@dataclass(frozen=True)
class Asked:
    """A signature that waits for its mailbox, as its page shows it."""

    statement: Statement
    signing: Signing
    who: Mapping[str, Any]  # what was entered
    language: str
    is_confirmed: bool
    own_secret: str | None  # once it is confirmed: of the link to see and to change it


def pending(secret: str) -> Asked:
    """Return what a link from a letter would confirm. Nothing changes."""
    with reading() as session:
        link = links.follow(session, CONFIRM, secret)
        return _asked(session, _of_link(session, link, lock=False))


def confirm(secret: str) -> Asked:
    """Make what a link is of a signature that counts. Any number of times is fine."""
    with transaction() as session:
        link = links.follow(session, CONFIRM, secret)
        return _confirmed(session, _of_link(session, link, lock=True))


def confirm_by_code(address: str, code: str, remote: str | None) -> Asked:
    """Confirm by the short code of the letter, for who reads mail on another machine."""
    outside().limits.hit(TYPING, "code", address, rules.prefix_of(remote))
    with transaction() as session:
        signing = session.scalars(select(Signing).where(Signing.address == address)).first()
        typed = rules.typed(code)
        found = None
        if signing is not None and len(typed) == rules.CODE_SIGNS:
            index = keys.blind(session, signing.coalition_id, CODE, typed)
            query = select(PendingSignature).where(
                PendingSignature.statement_id == signing.statement_id,
                PendingSignature.code_index == index,
                PendingSignature.asked_at > clock.now() - rules.KEPT,
            )
            found = session.scalars(query.with_for_update()).first()
        if found is None:
            wrong = (
                "Look at the letter again: ten letters and digits, none of them 0, 1, i, l or o."
            )
            raise CodeUnknown(wrong, [Fault("/code", wrong)])
        return _confirmed(session, found)


def _of_link(session: Session, link: links.Link, *, lock: bool) -> PendingSignature:
    found = session.get(
        PendingSignature, link.object_id, with_for_update=lock or None, populate_existing=lock
    )
    if found is None:
        raise Gone(GONE)
    return found


def _confirmed(session: Session, asked: PendingSignature) -> Asked:
    if asked.signature_id is None:
        _count(session, asked)
    return _asked(session, asked)


def _count(session: Session, asked: PendingSignature) -> None:
    mine = select(Statement).where(Statement.id == asked.statement_id)
    statement = session.scalars(mine.with_for_update(read=True, key_share=True)).one()
    signing = session.get_one(Signing, asked.statement_id)
    if statement.state not in SIGNABLE:
        raise rules.SigningClosed("The statement was taken back or replaced meanwhile.")
    if asked.request is None:
        raise Gone(GONE)
    request = keys.unseal(session, REQUEST, asked.id, asked.request)
    signature = _signature(session, statement, signing, asked, request)
    try:
        with session.begin_nested():
            session.add(signature)
    except IntegrityError:  # the same address confirmed another letter, just now or before
        asked.signature_id = _same(session, asked)
        asked.request = None
        return
    asked.signature_id = signature.id
    _keep_who(session, signature, request)
    keep_consents(session, signature, request["consents"])
    if signature.state is SignatureState.CONFIRMED:
        counts.change(session, [signature], by=1)
        places.soon(session)
    links.issue(session, OWN, signature.coalition_id, signature.id)
    if request.get("receipt", True):
        letters.promise(session, RECEIPT, signature.coalition_id, asked.id)
    else:
        asked.request = None
    told = {"revision_sha256": signature.revision_sha256}
    audit.record(session, None, "signature.confirmed_by_letter", signature, told)
    events.announce(
        session,
        "signature.given",
        signature.coalition_id,
        statement_id=str(statement.id),
        signature_id=str(signature.id),
    )


def _same(session: Session, asked: PendingSignature) -> UUID:
    query = select(Signature.id).where(
        Signature.statement_id == asked.statement_id,
        Signature.address_index == asked.address_index,
    )
    found = session.scalars(query).first()
    if found is None:
        raise Gone(GONE)
    return found


def _signature(
    session: Session,
    statement: Statement,
    signing: Signing,
    asked: PendingSignature,
    request: dict[str, Any],
) -> Signature:
    entry = entries.entry_of(session, statement, request)
    is_ours = entry is not None and entry.coalition_id == statement.coalition_id
    flags = entries.flags(session, statement, request, is_ours=is_ours)
    entry_index = None
    if entry is not None:
        entry_index = entries.index_of(session, statement.id, asked.coalition_id, entry)
    has_signed = entry_index is not None and entries.have_signed(session, statement.id, entry_index)
    is_held = (
        has_signed
        or signing.moderation is Moderation.ALL
        or (signing.moderation is Moderation.FLAGGED and bool(flags))
    )
    if has_signed:
        flags.append(entries.SAME)
    if entry is not None:
        told = {"name": name_in(entry.names, statement.language), "country": entry.country}
        request.update({key: request.get(key) or value for key, value in told.items() if value})
        request["acronym"] = entry.acronym
    is_public = request["visibility"] == Visibility.PUBLIC
    return Signature(
        id=uuid4(),
        coalition_id=asked.coalition_id,
        statement_id=asked.statement_id,
        revision_number=asked.revision_number,
        revision_sha256=asked.revision_sha256,
        source=Source.PUBLIC,
        state=SignatureState.HELD if is_held else SignatureState.CONFIRMED,
        kind=request["kind"],
        country=request.get("country"),
        lead=False,
        visibility=Visibility(request["visibility"]),
        position=None,
        day=clock.today(),
        organisation_id=entry.id
        if entry is not None and is_public and entry.coalition_id == asked.coalition_id
        else None,
        address_index=asked.address_index,
        domain_index=asked.domain_index,
        entry_index=entry_index,
        prefix=asked.prefix,
        language=asked.language,
        flags=flags,
    )


def _keep_who(session: Session, signature: Signature, request: Mapping[str, Any]) -> None:
    """Keep who signed; their address only where a mailing needs it."""
    needed = any(each["purpose"] == Purpose.MAILINGS for each in request["consents"])
    who = {key: value for key, value in request.items() if key != "email" or needed}
    identity = signatures.identity_of(who)
    if signature.visibility is Visibility.ANONYMOUS:
        identity = {key: value for key, value in identity.items() if key == "email"}
    rows.put_identity(session, signature, identity)


def keep_consents(
    session: Session, signature: Signature, given: Iterable[Mapping[str, Any]]
) -> None:
    """Keep what somebody agreed to today, with the words."""
    for each in given:
        consent = rules.Consent(Purpose(each["purpose"]), each["language"], each["words"])
        if session.get(ConsentWords, consent.sha256) is None:
            _write_words(session, consent)
        whose = each["organisation_id"] and UUID(each["organisation_id"])
        session.add(
            Consent(
                coalition_id=signature.coalition_id,
                signature_id=signature.id,
                purpose=consent.purpose,
                organisation_id=whose,
                words_sha256=consent.sha256,
                given_on=clock.today(),
            )
        )


def _write_words(session: Session, consent: rules.Consent) -> None:
    row = {"sha256": consent.sha256, "language": consent.language, "words": consent.words}
    try:
        with session.begin_nested():
            session.execute(insert(ConsentWords), row)
    except IntegrityError:
        pass  # somebody else has just kept the same words


def _asked(session: Session, asked: PendingSignature) -> Asked:
    statement = session.get_one(Statement, asked.statement_id)
    who: dict[str, Any] = {}
    if asked.request is not None:
        who = keys.unseal(session, REQUEST, asked.id, asked.request)
    link = asked.signature_id and links.newest(session, OWN, asked.signature_id)
    return Asked(
        statement,
        session.get_one(Signing, statement.id),
        who,
        asked.language,
        asked.signature_id is not None,
        links.secret_of(session, link) if link else None,
    )
