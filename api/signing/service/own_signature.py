"""A signatory's own signature, by the link that only they have: see, correct, hide, withdraw."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.errors import Code, Fault, Gone, Invalid
from api.infra import clock
from api.infra.background import events
from api.infra.database.transactions import is_any, reading, touch, transaction
from api.infra.security import audit, links
from api.organisations.models import Organisation
from api.organisations.rules import name_in
from api.signatures.events import SignaturesTakenBack
from api.signatures.models import (
    Consent,
    ConsentWords,
    Purpose,
    SignatoryKind,
    Signature,
    SignatureState,
    Visibility,
)
from api.signatures.rules import PRINTED, SAID, Identity, nameless
from api.signatures.service import changes, counts, places, rows
from api.signing import rules
from api.signing.events import ConsentTakenBack
from api.signing.service import entries
from api.signing.service.confirming import keep_consents
from api.signing.service.receiving import must_be_fit, must_have_initials
from api.statements import service as statements
from api.statements.models import Moderation, Signing, State, Statement

OVER = frozenset({State.WITHDRAWN, State.ARCHIVED})  # nobody reads these any more
ALTERABLE = ("name", "role", "affiliation", "represented_by")


@dataclass(frozen=True)
class Given:
    """A consent that was given: to what, in which words, and whether it still holds."""

    id: UUID
    purpose: Purpose
    organisation: str | None
    words: str
    given_on: date
    taken_back_on: date | None


@dataclass(frozen=True)
class Own:
    """A signature as the one who gave it sees it: all that is kept of them."""

    signature: Signature
    statement: Statement
    signing: Signing
    who: Identity
    consents: Sequence[Given]
    # Compares the text with the one that was signed; None: it is the same, or nobody's any more.
    compare: Callable[[], statements.Diff] | None


def own(secret: str) -> Own:
    """Return all that is kept of the signature of a link. Nothing changes."""
    with reading() as session:
        return _own(session, _signature(session, secret))


def correct(secret: str, changed: Mapping[str, Any]) -> Own:
    """Change what is known of a signatory, who may see it, and what they agreed to."""
    with transaction() as session:
        statement, signature = _held(session, secret)
        _must_stand(signature)
        _must_be_fit(signature, changed)
        known = rows.identity(session, signature)
        before = {**known, "country": signature.country}
        visibility = Visibility(changed.get("visibility", signature.visibility))
        if visibility in PRINTED and signature.visibility not in PRINTED:  # it prints from now on
            _must_be_fit(signature, {**known, **changed})
        known = {**known, **{key: changed[key] for key in ALTERABLE if key in changed}}
        _must_have_name(known, visibility)
        _must_agree(session, signature, visibility, changed.get("consents", ()))
        with counts.followed(session, statement, [signature]):
            _take_consents_back(session, signature, changed.get("consents_taken_back", ()), known)
            signature.country = changed.get("country", signature.country)
            signature.visibility = visibility
            places.conceal(session, statement, [signature])
            _look_again(session, statement, signature, known, before)
        _put(session, statement, signature, known)
        told = {"fields": sorted(changed), "visibility": visibility}
        audit.record(session, None, "signature.changed_by_signatory", signature, told)
        return _own(session, signature)


def hide(secret: str) -> Own:
    """Show a name nowhere any more, at once, and go on counting the signature. Twice is fine."""
    with transaction() as session:
        statement, signature = _held(session, secret)
        _must_stand(signature)
        if signature.visibility is not Visibility.ANONYMOUS:
            known = rows.identity(session, signature)
            with counts.followed(session, statement, [signature]):
                signature.visibility = Visibility.ANONYMOUS
                places.conceal(session, statement, [signature])
            _put(session, statement, signature, known)
            audit.record(session, None, "signature.hidden_by_signatory", signature)
        return _own(session, signature)


def withdraw(secret: str) -> Own:
    """Take a signature back: it does not count, and who gave it is forgotten. Twice is fine."""
    with transaction() as session:
        statement, signature = _held(session, secret)
        if signature.state is not SignatureState.WITHDRAWN:
            changes.take_back(session, statement, signature)
            audit.record(session, None, "signature.withdrawn_by_signatory", signature)
        return _own(session, signature)


def export_own(secret: str) -> dict[str, object]:
    """Return all that is kept of a signatory, for them to take away."""
    found = own(secret)
    signature = found.signature
    return {
        "statement": {"title": found.statement.title, "id": str(found.statement.id)},
        "signature": {
            "id": str(signature.id),
            "kind": signature.kind.value,
            "state": signature.state.value,
            "visibility": signature.visibility.value,
            "country": signature.country,
            "day": signature.day.isoformat(),
            "language": signature.language,
            "revision_sha256": signature.revision_sha256,
            "who": {key: value for key, value in found.who.items() if key != SAID},
        },
        "consents": [
            {
                "purpose": each.purpose.value,
                "organisation": each.organisation,
                "words": each.words,
                "given_on": each.given_on.isoformat(),
                "taken_back_on": each.taken_back_on and each.taken_back_on.isoformat(),
            }
            for each in found.consents
        ],
    }


def _signature(session: Session, secret: str, *, lock: bool = False) -> Signature:
    link = links.follow(session, rules.OWN, secret)
    found = session.get(
        Signature, link.object_id, with_for_update=lock or None, populate_existing=lock
    )
    if found is None:
        raise Gone("This signature was deleted.")
    return found


def _held(session: Session, secret: str) -> tuple[Statement, Signature]:
    """Return a signature and its statement, held in the one order that cannot deadlock.

    The statement is held as the journal of counts asks: no material revision comes between.
    """
    of = _signature(session, secret).statement_id
    statement = session.get_one(Statement, of, with_for_update=counts.HOLD)
    return statement, _signature(session, secret, lock=True)


def _must_stand(signature: Signature) -> None:
    if signature.state is SignatureState.WITHDRAWN:
        raise changes.Withdrawn("Sign again on the statement's page, if you want to.")


def _must_be_fit(signature: Signature, changed: Mapping[str, Any]) -> None:
    prints = changed.get("visibility", signature.visibility)
    must_be_fit({**changed, "kind": signature.kind, "visibility": prints})
    must_have_initials(signature.kind, changed.get("visibility"))


def _must_have_name(known: Identity, visibility: Visibility) -> None:
    if wrong := nameless({**known, "visibility": visibility}):
        raise Invalid(
            "A name that is to be shown must be given.", [Fault("/name", Code.REQUIRED, wrong)]
        )


def _must_agree(
    session: Session,
    signature: Signature,
    visibility: Visibility,
    given: Sequence[rules.TickedConsent],
) -> None:
    """Keep the consent to have a name shown; raise Invalid where it was never given."""
    query = select(Consent.id).where(
        Consent.signature_id == signature.id, Consent.purpose == Purpose.NAME
    )
    if visibility not in PRINTED or is_any(session, query):
        return
    found = [rules.to_show_a_name(each["words_sha256"]) for each in given]
    agreed = [each for each in found if each is not None]
    if not agreed:
        wrong = "Agree to have the name shown: send that consent, or choose that it is not."
        raise Invalid("A consent is missing.", [Fault("/visibility", Code.CONSENT_NEEDED, wrong)])
    keep_consents(session, signature, agreed[:1])


def _take_consents_back(
    session: Session, signature: Signature, ids: Sequence[UUID], known: Identity
) -> None:
    """End consents to mailings; the address goes with the last one."""
    query = select(Consent).where(Consent.signature_id == signature.id, Consent.to_mailings())
    left = 0
    for consent in session.scalars(query):
        if consent.id in ids:
            consent.taken_back_on = clock.today()
            events.announce(session, ConsentTakenBack.of(consent))
        else:
            left += 1
    if not left:
        known.pop("email", None)


def take_back_mailing(
    session: Session, signature_id: UUID, organisation_id: UUID, *, by: str
) -> bool:
    """Take back a consent to an organisation's mailings; tell whether there was one.

    `by` is from where: a mailing tool, or a letter's link. The address goes with the last one.
    """
    signature = session.get(Signature, signature_id, with_for_update=True, populate_existing=True)
    query = select(Consent.id).where(
        Consent.signature_id == signature_id,
        Consent.organisation_id == organisation_id,
        Consent.to_mailings(),
    )
    ids = session.scalars(query).all()
    if signature is None or not ids:
        return False
    known = rows.identity(session, signature)
    _take_consents_back(session, signature, ids, known)
    rows.put_identity(session, signature, known)
    rows.say(signature)
    touch(signature, None)
    audit.record(session, None, "consent.taken_back", signature, {"by": by})
    return True


def _look_again(
    session: Session,
    statement: Statement,
    signature: Signature,
    known: Identity,
    before: Mapping[str, object],
) -> None:
    """Have a coordinator look at a name that became odd; what they have decided stays decided.

    Under another name it is no longer of the entry that it was of.
    """
    told = {"kind": signature.kind, "name": known.get("name"), "country": signature.country}
    has_signed = False
    doubts = [each for each in (rules.ALIKE, rules.UNKNOWN) if each in signature.flags]  # decided
    is_another = any(told[key] != before.get(key) for key in ("name", "country"))
    if is_another and signature.kind is SignatoryKind.ORGANISATION:
        entry = entries.entry_of(session, statement, told) if told["name"] else None
        doubts = entries.doubts(session, statement, told, entry, signature.address_index)
        has_signed = entries.link(session, signature, entry)
        known.pop("acronym", None)
        if entry is not None and entry.acronym:
            known["acronym"] = entry.acronym
    is_new = is_another or any(known.get(key) != before.get(key) for key in ALTERABLE)
    if not is_new or signature.state is not SignatureState.CONFIRMED:
        return
    flags = entries.flags(session, statement, {**known, **told}) + doubts
    signature.flags = [*flags, *([rules.SAME] if has_signed else [])]
    signing = session.get_one(Signing, signature.statement_id)
    is_odd = signing.moderation is Moderation.FLAGGED and signature.flags
    if has_signed or signing.moderation is Moderation.ALL or is_odd:
        signature.state = SignatureState.HELD


def _put(session: Session, statement: Statement, signature: Signature, known: Identity) -> None:
    """Keep what may be kept of who signed; what printed of it is taken back."""
    rows.put_identity(session, signature, rules.kept(known, signature.visibility))
    rows.say(signature)
    touch(signature, None)
    events.announce(session, SignaturesTakenBack.of(statement))


def _own(session: Session, signature: Signature) -> Own:
    statement = session.get_one(Statement, signature.statement_id)
    query = (
        select(Consent, ConsentWords.words, Organisation)
        .join(ConsentWords, ConsentWords.sha256 == Consent.words_sha256)
        .outerjoin(Organisation, Organisation.id == Consent.organisation_id)
        .where(Consent.signature_id == signature.id)
        .order_by(Consent.purpose, Consent.id)
    )
    language = signature.language or statement.language
    given = [
        Given(
            consent.id,
            consent.purpose,
            None if whose is None else name_in(whose.names, language),
            words,
            consent.given_on,
            consent.taken_back_on,
        )
        for consent, words, whose in session.execute(query)
    ]
    who = rows.identity(session, signature)
    compare = None
    if signature.state is not SignatureState.WITHDRAWN and statement.state not in OVER:
        compare = statements.since(session, statement, signature.revision_number)
    signing = session.get_one(Signing, statement.id)
    return Own(signature, statement, signing, who, given, compare)
