"""Confirming: the mailbox says yes, and a signature begins to count."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from api.errors import Code, Fault, Gone, NotFound
from api.infra import clock
from api.infra.background import events
from api.infra.database.transactions import is_any, reading, touch, transaction
from api.infra.mail import letters
from api.infra.mail.letters import Letter
from api.infra.net.rate_limits import prefix_of
from api.infra.runtime import runtime
from api.infra.security import audit, codes, keys, links
from api.organisations.rules import name_in
from api.signatures.events import SignaturesTakenBack
from api.signatures.models import (
    Consent,
    ConsentWords,
    Purpose,
    SignatoryKind,
    Signature,
    SignatureState,
    Source,
    Visibility,
)
from api.signatures.rules import identity_of
from api.signatures.service import counts, places, rows
from api.signing import rules
from api.signing.events import ConsentTakenBack, SignatureConfirmed
from api.signing.models import CODE, PendingSignature
from api.signing.rules import SigningRequest
from api.signing.service import entries
from api.signing.service.receiving import TOLD
from api.signing.service.settings import SIGNABLE
from api.statements.models import Moderation, Signing, Statement

CHANGED = {*TOLD, "visibility", "consents"}
GONE = "What was sent here is not kept any more. Sign again on the statement's page."


class CodeUnknown(NotFound, title="No signature has this code"):
    """A code is of one statement, and works for seven days."""


@dataclass(frozen=True)
class WaitingSignature:
    """A signature that waits for its mailbox, as its page shows it."""

    statement: Statement
    signing: Signing
    who: SigningRequest  # what was entered
    language: str
    is_confirmed: bool
    own_secret: str | None  # once it is confirmed: of the link to see and to change it


def pending(secret: str) -> WaitingSignature:
    """Return what a link from a letter would confirm. Nothing changes."""
    with reading() as session:
        link = links.follow(session, rules.CONFIRM, secret)
        asked = _of_link(session, link, lock=False)
        stands = same(session, asked)
        is_over = stands is not None and _is_later(stands, asked)
        return _asked(session, asked, stands if is_over else None)


def confirm(secret: str) -> WaitingSignature:
    """Make what a link is of a signature that counts. Any number of times is fine."""
    with transaction() as session:
        link = links.follow(session, rules.CONFIRM, secret)
        return _confirmed(session, _of_link(session, link, lock=True))


def confirm_by_code(address: str, code: str, remote: str | None) -> WaitingSignature:
    """Confirm by the short code of the letter, for who reads mail on another machine."""
    runtime().rate_limits.hit(rules.TYPING, "code", address, prefix_of(remote))
    with transaction() as session:
        signing = session.scalars(select(Signing).where(Signing.address == address)).first()
        typed = codes.typed(code, rules.CODE_SIGNS)
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
            raise CodeUnknown(wrong, [Fault("/code", Code.NOT_FOUND, wrong)])
        return _confirmed(session, found)


def _of_link(session: Session, link: links.Link, *, lock: bool) -> PendingSignature:
    found = session.get(
        PendingSignature, link.object_id, with_for_update=lock or None, populate_existing=lock
    )
    if found is None:
        raise Gone(GONE)
    return found


def _confirmed(session: Session, asked: PendingSignature) -> WaitingSignature:
    if asked.signature_id is None:
        _count(session, asked)
    return _asked(session, asked)


def _count(session: Session, asked: PendingSignature) -> None:
    statement = session.get_one(Statement, asked.statement_id, with_for_update=counts.HOLD)
    signing = session.get_one(Signing, asked.statement_id)
    if statement.state not in SIGNABLE:
        raise rules.SigningClosed("The statement was taken back or replaced meanwhile.")
    if asked.request is None:
        raise Gone(GONE)
    request: SigningRequest = keys.read(session, asked, PendingSignature.request)
    facts = _facts(session, statement, signing, asked, request)
    signature = Signature(
        id=uuid4(),
        coalition_id=asked.coalition_id,
        statement_id=asked.statement_id,
        source=Source.PUBLIC,
        lead=False,
        position=None,
        day=clock.today(),
        address_index=asked.address_index,
        **facts,
    )
    try:
        with session.begin_nested():
            session.add(signature)
    except IntegrityError:  # the same address confirmed another letter, just now or before
        _count_instead(session, statement, signing, asked, request)
        return
    asked.signature_id = signature.id
    _keep_who(session, signature, request)
    keep_consents(session, signature, map(rules.ConsentBox.of, request["consents"]))
    if signature.state is SignatureState.CONFIRMED:
        counts.change(session, [signature], by=1)
        places.soon(session)
    links.issue(session, rules.OWN, signature.coalition_id, signature.id, tells_day_only=True)
    _receive(session, signature, asked, request)
    told = {"revision_sha256": signature.revision_sha256}
    audit.record(session, None, "signature.confirmed_by_letter", signature, told)
    whose = {"coalition_id": signature.coalition_id, "statement_id": statement.id}
    events.announce(session, SignatureConfirmed(**whose, signature_id=signature.id))


def _count_instead(
    session: Session,
    statement: Statement,
    signing: Signing,
    asked: PendingSignature,
    request: SigningRequest,
) -> None:
    """Have what was asked for last stand, whichever letter is confirmed last.

    What a coordinator decided of the signature stays decided.
    """
    signature = same(session, asked, lock=True)
    if signature is None:
        raise Gone(GONE)
    asked.signature_id = signature.id
    if _is_later(signature, asked):
        asked.request = None
        return
    facts = _facts(session, statement, signing, asked, request, instead=signature)
    is_open = signature.state in {SignatureState.CONFIRMED, SignatureState.HELD}
    if not is_open or _counts_already(session, signature, facts, request):
        facts["state"] = signature.state
    if signature.revision_number > asked.revision_number:  # a coordinator asked them meanwhile
        del facts["revision_number"], facts["revision_sha256"]
    with counts.followed(session, statement, [signature]):
        for field, value in facts.items():
            setattr(signature, field, value)
        places.conceal(session, statement, [signature])
    _consents_instead(session, signature, map(rules.ConsentBox.of, request["consents"]))
    _keep_who(session, signature, request)
    touch(signature, None)
    places.soon(session)
    _receive(session, signature, asked, request)
    said = {"fields": sorted(CHANGED & request.keys()), "visibility": signature.visibility}
    audit.record(session, None, "signature.changed_by_signatory", signature, said)
    events.announce(session, SignaturesTakenBack.of(statement))


def _counts_already(
    session: Session, signature: Signature, facts: Mapping[str, Any], request: SigningRequest
) -> bool:
    """Tell whether a signature counts already as what a request says again.

    Of one without a name nothing is kept to compare: only another without a name is the same.
    """
    if signature.state is not SignatureState.CONFIRMED or set(facts["flags"]) - {*signature.flags}:
        return False
    same = ["kind", "entry_index"]
    if signature.kind is SignatoryKind.ORGANISATION:  # another country's may only sound alike
        same.append("country")
    known = rows.identity(session, signature)
    before, now = (
        {field: it for field, it in identity_of(who).items() if field != "email"}
        for who in (known, request)
    )
    is_number = not before and facts["visibility"] is Visibility.ANONYMOUS
    is_same = all(getattr(signature, field) == facts[field] for field in same)
    return is_same and (now == before or is_number)


def _receive(
    session: Session, signature: Signature, asked: PendingSignature, request: SigningRequest
) -> None:
    """Promise the one receipt of a signature, unless it is declined; else forget the request."""
    session.flush()
    of_it = select(PendingSignature.id).where(PendingSignature.signature_id == signature.id)
    sent = select(Letter.id).where(Letter.kind == rules.RECEIPT, Letter.object_id.in_(of_it))
    if request.get("receipt", True) and not is_any(session, sent):
        letters.promise(session, rules.RECEIPT, signature.coalition_id, asked.id)
    else:
        asked.request = None


def same(session: Session, asked: PendingSignature, *, lock: bool = False) -> Signature | None:
    """Return the signature that the same address gave."""
    query = select(Signature).where(
        Signature.statement_id == asked.statement_id,
        Signature.address_index == asked.address_index,
    )
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    return session.scalars(query).first()


def _is_later(signature: Signature, asked: PendingSignature) -> bool:
    """Tell whether what stands was said after something was asked for."""
    return signature.said_at is not None and signature.said_at >= asked.asked_at


def _facts(  # noqa: PLR0913 # a request, and what it is judged by
    session: Session,
    statement: Statement,
    signing: Signing,
    asked: PendingSignature,
    request: SigningRequest,
    *,
    instead: Signature | None = None,
) -> dict[str, Any]:
    """Return what a signature is by a request; of an entry the request takes what it lacks."""
    entry = entries.entry_of(session, statement, request)
    is_ours = entry is not None and entry.coalition_id == statement.coalition_id
    flags, entry_index = entries.flags(session, statement, request), None
    flags += entries.doubts(session, statement, request, entry, asked.address_index)
    if entry is not None:
        entry_index = entries.index_of(session, statement.id, asked.coalition_id, entry)
        request["name"] = request.get("name") or name_in(entry.names, statement.language)
        if entry.country:
            request["country"] = request.get("country") or entry.country
        request["acronym"] = entry.acronym
    has_signed = entry is not None and entries.have_signed(
        session, statement.id, entry, but=instead.id if instead else None
    )
    is_held = (
        has_signed
        or signing.moderation is Moderation.ALL
        or (signing.moderation is Moderation.FLAGGED and bool(flags))
    )
    is_public = request["visibility"] == Visibility.PUBLIC
    return {
        "revision_number": asked.revision_number,
        "revision_sha256": asked.revision_sha256,
        "state": SignatureState.HELD if is_held else SignatureState.CONFIRMED,
        "kind": SignatoryKind(request["kind"]),
        "country": request.get("country"),
        "visibility": Visibility(request["visibility"]),
        "organisation_id": entry.id if entry is not None and is_public and is_ours else None,
        "domain_index": asked.domain_index,
        "entry_index": entry_index,
        "prefix": asked.prefix,
        "language": asked.language,
        "flags": [*flags, rules.SAME] if has_signed else flags,
        "said_at": asked.asked_at,
    }


def _keep_who(session: Session, signature: Signature, request: SigningRequest) -> None:
    """Keep who signed; their address only where a mailing needs it."""
    needed = any(each["purpose"] == Purpose.MAILINGS for each in request["consents"])
    who = {key: value for key, value in request.items() if key != "email" or needed}
    identity = rules.kept(identity_of(who), signature.visibility)
    rows.put_identity(session, signature, identity)


def keep_consents(
    session: Session, signature: Signature, given: Iterable[rules.ConsentBox]
) -> None:
    """Keep what somebody agreed to today, with the words."""
    for box in given:
        if session.get(ConsentWords, box.sha256) is None:
            _write_words(session, box)
        session.add(
            Consent(
                coalition_id=signature.coalition_id,
                signature_id=signature.id,
                purpose=box.purpose,
                organisation_id=box.organisation_id,
                words_sha256=box.sha256,
                given_on=clock.today(),
            )
        )


def _consents_instead(
    session: Session, signature: Signature, given: Iterable[rules.ConsentBox]
) -> None:
    """Keep what somebody agreed to in place of what they agreed to before."""
    query = select(Consent).where(Consent.signature_id == signature.id)
    before = {(row.purpose, row.organisation_id): row for row in session.scalars(query)}
    new = []
    for box in given:
        known = before.pop((box.purpose, box.organisation_id), None)
        if known is None or known.taken_back_on or known.words_sha256 != box.sha256:
            new.append(box)
            if known is not None:
                session.delete(known)
    for row in before.values():
        if row.purpose is Purpose.MAILINGS and row.taken_back_on is None:
            row.taken_back_on = clock.today()
            events.announce(session, ConsentTakenBack.of(row))
    session.flush()
    keep_consents(session, signature, new)


def _write_words(session: Session, consent: rules.ConsentBox) -> None:
    row = {"sha256": consent.sha256, "language": consent.language, "words": consent.words}
    try:
        with session.begin_nested():
            session.execute(insert(ConsentWords), row)
    except IntegrityError:
        pass  # somebody else has just kept the same words


def _asked(
    session: Session, asked: PendingSignature, instead: Signature | None = None
) -> WaitingSignature:
    """Return a request as its page shows it; `instead` of it, something later stands."""
    statement = session.get_one(Statement, asked.statement_id)
    who = keys.read(session, asked, PendingSignature.request) or rules.SigningRequest()
    signature_id = instead.id if instead is not None else asked.signature_id
    link = signature_id and links.newest(session, rules.OWN, signature_id)
    return WaitingSignature(
        statement,
        session.get_one(Signing, statement.id),
        who,
        asked.language,
        signature_id is not None,
        links.secret_of(session, link) if link else None,
    )
