"""Entering, changing, confirming and taking back one signature; the order of all."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from api.accounts.rules import Actor, Role
from api.accounts.service import load
from api.coalitions.service.invitations import own_organisation
from api.errors import Code, Conflict, Fault, Invalid, point
from api.infra import clock
from api.infra.background import events
from api.infra.database.transactions import Stale, reading, touch, transaction
from api.infra.pdf import fonts
from api.infra.runtime import runtime
from api.infra.security import audit
from api.signatures import rules
from api.signatures.events import SignaturesForgotten, SignaturesTakenBack, Why
from api.signatures.models import SignatoryKind, Signature, SignatureState, Source, Visibility
from api.signatures.rules import Audience, Identity
from api.signatures.service import counts, forgetting, places, rows
from api.signatures.service.rows import SignatureView
from api.statements.models import Statement

ROW_FIELDS = ("kind", "country", "lead", "visibility", "day")


@dataclass(frozen=True)
class EntryWarner:
    """Who warns of what a coordinator enters by hand: of a name that was not to be told."""

    warn: Callable[[Session, Statement, Signature, Identity], Iterable[Fault]]


class MemberDecides(Conflict, title="The member decides how it appears"):
    """What became of a member's approval shows no more than the member chose."""


class Withdrawn(Conflict, title="This signature was withdrawn"):
    """A withdrawn signature stays so."""


def enter(actor: Actor, statement_id: UUID, sha256: str, facts: dict[str, Any]) -> SignatureView:
    """Enter a signature under the text that the signatory saw."""
    with transaction() as session:
        statement = load(session, actor, Statement, statement_id, Role.COORDINATOR, lock=True)
        revision = rows.current(session, statement, sha256)
        facts = _from_entry(session, statement, facts)
        _require_name(facts)
        (signature_id,) = rows.put(session, statement, revision, [facts])
        signature = session.get_one(Signature, signature_id)
        told = {**facts, "revision_sha256": sha256}
        audit.record(session, actor, "signature.entered", signature, told)
        return _warned(session, statement, signature)


def _from_entry(session: Session, statement: Statement, facts: dict[str, Any]) -> dict[str, Any]:
    """Fill in what an organisation's entry tells; what the caller says goes before it."""
    organisation_id = facts.get("organisation_id")
    if organisation_id is None:
        return facts
    entry = own_organisation(session, statement.coalition_id, organisation_id)
    if facts["kind"] != SignatoryKind.ORGANISATION:
        raise Invalid(
            "Only an organisation has an entry.",
            [Fault("/kind", Code.CONFLICT, "Say organisation.")],
        )
    name = entry.names.get(statement.language) or next(iter(entry.names.values()))
    told = {"name": name, "acronym": entry.acronym, "country": entry.country}
    own = {field: value for field, value in facts.items() if value is not None}
    is_public = facts["visibility"] == Visibility.PUBLIC
    return {**told, **own, "organisation_id": organisation_id if is_public else None}


def _must_not_show(signature: Signature, wanted: Visibility) -> None:
    shows_more = rules.VISIBILITIES.index(wanted) > rules.VISIBILITIES.index(signature.visibility)
    if signature.source is Source.APPROVAL and shows_more:
        raise MemberDecides(
            "It chooses by the link of its letters; or enter what it said:"
            " POST /v1/statements/{id}/appearances."
        )


def _must_print(signature: Signature, known: Identity, facts: Mapping[str, object]) -> None:
    """Let a name pass that is to be shown from now on, if there are letters to print it in."""
    if facts["visibility"] not in rules.PRINTED or signature.visibility in rules.PRINTED:
        return
    faults = [
        Fault("/visibility", Code.NO_FONT, f"It would print the {field}. {fonts.no_font(missing)}")
        for field in rules.PRINTED_FIELDS
        if (text := known.get(field)) and text == facts.get(field)
        if (missing := fonts.unprintable(text))
    ]
    if faults:
        raise Invalid("What is known of the signatory cannot be printed.", faults)


def _require_name(facts: Mapping[str, object]) -> None:
    if wrong := rules.nameless(facts):
        raise Invalid(
            "Only an anonymous signature may have no name.", [Fault("/name", Code.REQUIRED, wrong)]
        )


def change(
    actor: Actor, signature_id: UUID, expected: int, changes: Mapping[str, object]
) -> SignatureView:
    """Change some of what is known of a signatory, or who may see it."""
    with transaction() as session:
        statement, signature = rows.load_held(session, actor, signature_id)
        touch(signature, expected, at=rows.etag(signature, statement))
        _must_stand(signature)
        known = rows.identity(session, signature)
        facts = {field: getattr(signature, field) for field in ROW_FIELDS}
        facts = {**facts, **known, **changes}
        _require_name(facts)
        _must_not_show(signature, Visibility(facts["visibility"]))
        _must_print(signature, known, facts)
        printed = rules.seen(signature, known, Audience.PUBLIC)
        with counts.followed(session, statement, [signature]):
            for field in ROW_FIELDS:
                setattr(signature, field, facts[field])
            places.conceal(session, statement, [signature])
        identity = rules.identity_of(facts)
        rows.put_identity(session, signature, identity)
        rows.say(signature)
        if printed and rules.seen(signature, identity, Audience.PUBLIC) != printed:
            # Another name, too, takes back the one that printed.
            events.announce(session, SignaturesTakenBack.of(statement))
        audit.record(session, actor, "signature.changed", signature, changes)
        return _warned(session, statement, signature)


def confirm(actor: Actor, signature_id: UUID, sha256: str) -> SignatureView:
    """Bind a signature to the newest text, which its signatory has seen."""
    with transaction() as session:
        statement, signature = rows.load_held(session, actor, signature_id)
        _must_stand(signature)
        _confirmed(session, actor, statement, [signature], sha256)
        return _shown(session, statement, signature)


def confirm_all(
    actor: Actor, statement_id: UUID, ids: Sequence[UUID], sha256: str
) -> Mapping[str, int]:
    """Bind several of a statement's signatures to its newest text, all or none of them."""
    with transaction() as session:
        statement = load(session, actor, Statement, statement_id, Role.COORDINATOR, lock=True)
        which = rows.load_several(session, statement, ids, _withdrawal)
        changed = _confirmed(session, actor, statement, which, sha256)
        return {"changed": changed, "unchanged": len(which) - changed}


def _confirmed(
    session: Session,
    actor: Actor,
    statement: Statement,
    signatures: Sequence[Signature],
    sha256: str,
) -> int:
    revision = rows.current(session, statement, sha256)
    changed = [each for each in signatures if each.revision_number != revision.number]
    with counts.followed(session, statement, changed):
        for each in changed:
            each.revision_number, each.revision_sha256 = revision.number, revision.sha256
            touch(each, None)
    for each in changed:
        told = {"revision_sha256": sha256}
        audit.record(session, actor, "signature.confirmed", each, told)
    return len(changed)


def withdraw(actor: Actor, signature_id: UUID) -> SignatureView:
    """Take a signature back: it does not count, and who gave it is forgotten. Twice is fine."""
    with transaction() as session:
        statement, signature = rows.load_held(session, actor, signature_id)
        if signature.state is not SignatureState.WITHDRAWN:
            take_back(session, statement, signature)
            audit.record(session, actor, "signature.withdrawn", signature)
        return _shown(session, statement, signature)


def take_back(session: Session, statement: Statement, signature: Signature) -> None:
    """Have a signature count no more, and forget who gave it: they may sign again."""
    with counts.followed(session, statement, [signature]):
        signature.state = SignatureState.WITHDRAWN
    signature.withdrawn_on = clock.today()
    _forget(session, statement, signature)


def erase(actor: Actor, signature_id: UUID) -> SignatureView:
    """Forget who gave a signature and go on counting it. Twice is fine."""
    with transaction() as session:
        statement, signature = rows.load_held(session, actor, signature_id)
        _forget(session, statement, signature)
        audit.record(session, actor, "signature.erased", signature)
        return _shown(session, statement, signature)


def hide(actor: Actor, signature_id: UUID) -> SignatureView:
    """Show a signature to nobody but coordinators, and go on counting it. Twice is fine."""
    with transaction() as session:
        statement, signature = rows.load_held(session, actor, signature_id)
        _must_stand(signature)
        if signature.visibility is not Visibility.ANONYMOUS:
            conceal(session, statement, signature)
            audit.record(session, actor, "signature.hidden", signature)
        return _shown(session, statement, signature)


def conceal(session: Session, statement: Statement, signature: Signature) -> None:
    """Show a name to nobody any more, at once."""
    with counts.followed(session, statement, [signature]):
        signature.visibility = Visibility.ANONYMOUS
        places.conceal(session, statement, [signature])
    rows.say(signature)
    touch(signature, None)
    events.announce(session, SignaturesTakenBack.of(statement))


def _forget(session: Session, statement: Statement, signature: Signature) -> None:
    forgetting.forget(session, statement, [signature])
    events.announce(session, SignaturesTakenBack.of(statement))


def remove(actor: Actor, signature_id: UUID, expected: int) -> None:
    """Delete a signature that was entered by mistake."""
    with transaction() as session:
        statement, signature = rows.load_held(session, actor, signature_id)
        touch(signature, expected, at=rows.etag(signature, statement))
        events.announce(session, SignaturesTakenBack.of(statement))
        whose = {"coalition_id": statement.coalition_id, "statement_id": statement.id}
        gone = SignaturesForgotten(**whose, signature_ids=(signature.id,), why=Why.WISHED)
        events.announce(session, gone)
        audit.destroy_salts(session, signature_id)
        audit.record(session, actor, "signature.deleted", signature)
        if counts.counts(statement, signature):
            counts.change(session, [signature], by=-1)
        session.delete(signature)


def _must_stand(signature: Signature) -> None:
    if why := _withdrawal(signature):
        raise Withdrawn(why)


def _withdrawal(signature: Signature) -> str:
    is_withdrawn = signature.state is SignatureState.WITHDRAWN
    return "Enter a new signature if the signatory wants to sign again." if is_withdrawn else ""


def _shown(session: Session, statement: Statement, signature: Signature) -> SignatureView:
    session.flush()
    (shown,) = rows.shown(session, statement, [signature], Audience.COORDINATOR)
    return shown


def _warned(session: Session, statement: Statement, signature: Signature) -> SignatureView:
    shown = _shown(session, statement, signature)
    who = rows.identity(session, signature)
    warners = runtime().wiring.all(EntryWarner)
    found = [each for by in warners for each in by.warn(session, statement, signature, who)]
    return replace(shown, warnings=found)


def order(actor: Actor, statement_id: UUID) -> tuple[list[UUID], int]:
    """Return the ids of a statement's signatures in order, and the order's version."""
    with reading() as session:
        statement = load(session, actor, Statement, statement_id, Role.COORDINATOR)
        return _order(session, statement)


def reorder(
    actor: Actor, statement_id: UUID, expected: int, ids: Sequence[UUID]
) -> tuple[list[UUID], int]:
    """Put all of a statement's signatures into an order."""
    with transaction() as session:
        statement = load(session, actor, Statement, statement_id, Role.COORDINATOR, lock=True)
        present, version = _order(session, statement)
        if version != expected:
            raise Stale("Read the order again, and send yours with all that is there now.")
        _require_all(present, ids)
        everything = Signature.statement_id == statement.id
        # Positions are unique at every moment, so all step aside first; the withdrawn stay there
        # until they get the last ones, as do others that are out of the count.
        gone = session.scalars(
            select(Signature.id)
            .where(everything, Signature.state != SignatureState.CONFIRMED, rows.placed())
            .order_by(Signature.position)
        ).all()
        aside = {"position": -Signature.position, "version": Signature.version + 1}
        session.execute(update(Signature).where(everything).values(aside))
        placed = [{"id": id_, "position": at} for at, id_ in enumerate([*ids, *gone], 1)]
        if placed:
            session.execute(update(Signature), placed)
        audit.record(session, actor, "signature.ordered", statement, {"ids": ids})
        return _order(session, statement)


def _order(session: Session, statement: Statement) -> tuple[list[UUID], int]:
    query = select(Signature.id).where(
        Signature.statement_id == statement.id,
        Signature.state == SignatureState.CONFIRMED,
        rows.placed(),
    )
    ids = list(session.scalars(query.order_by(Signature.position)))
    digest = hashlib.sha256(b"".join(each.bytes for each in ids)).digest()
    return ids, int.from_bytes(digest[:8], "big") % 10**9


def _require_all(present: Sequence[UUID], ids: Sequence[UUID]) -> None:
    known, left_out = set(present), len(set(present) - set(ids))
    wrong = "The statement has no such signature, or it was withdrawn."
    faults = [
        Fault(point("ids", at), Code.NOT_FOUND, wrong)
        for at, each in enumerate(ids)
        if each not in known
    ]
    if len(set(ids)) != len(ids):
        faults.append(Fault("/ids", Code.DUPLICATE, "It names a signature twice."))
    if left_out:
        faults.append(Fault("/ids", Code.REQUIRED, f"It leaves {left_out} of the signatures out."))
    if faults:
        raise Invalid("Name each signature of the statement once.", faults)
