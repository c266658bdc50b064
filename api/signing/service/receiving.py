"""Taking a signature in: the request writes one row, a batch does what takes longer.

So a known address, a new one and a blocked one are answered alike and as fast (promise 5), and a
rush costs one row a signature. What the address leads to is found by the batch.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast
from uuid import UUID, uuid4

from sqlalchemy import Table, bindparam, insert, select
from sqlalchemy.engine import Row
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from api.coalitions.models import Coalition
from api.errors import Code, Conflict, Fault, Invalid, NotFound, Unavailable, point
from api.infra import clock
from api.infra.background import jobs
from api.infra.database.transactions import at_once, transaction
from api.infra.net.rate_limits import prefix_of
from api.infra.runtime import remembered, runtime
from api.infra.security import day_keys, keys
from api.infra.security.keys import DataKey
from api.organisations.models import Organisation
from api.organisations.rules import name_in
from api.signatures.models import ADDRESS, DOMAIN, SignatoryKind, Visibility
from api.signatures.rules import PRINTED, addresses, naming
from api.signatures.service.rows import TextChanged
from api.signing import rules
from api.signing.models import PendingSignature
from api.signing.service import entries, proof as proofs
from api.signing.service.settings import SIGNABLE
from api.statements.models import Revision, Signing, Statement

_Open = Row[*tuple[Any, ...]]  # of the query that `_OPEN` is

REQUEST = "pending_signatures.request"
TOLD = ("kind", "name", "role", "affiliation", "country", "represented_by", "organisation_id")
NAMED = ("name", "role", "affiliation")
HERE = "Check the address: it ends in eight letters and digits."


@dataclass
class _Memory:
    """What a process remembers of statements, by their public addresses."""

    promised_at: float = 0.0  # when it last promised to take in what was received
    prepared: set[str] = field(default_factory=set)  # whose keys are there
    # What is asked of each, and until when that is good enough.
    known: dict[str, tuple[Sequence[_Open], float]] = field(default_factory=dict)


class _KeyGone(Exception):
    """Nothing was written, and what was marked as used is not: it is to be done again."""


@dataclass(frozen=True)
class Once:
    """A key that a form made for one press of its button, and what it sends with it."""

    key: str
    body: bytes


def receive(
    address: str,
    facts: Mapping[str, Any],
    seen_sha256: str,
    remote: str | None,
    once: Once | None = None,
) -> bool:
    """Keep what somebody sent who wants to sign; whoever they are, the answer is the same.

    Names are looked at before anything else, and refused where they could be misused. False: the
    same was sent with the same key before, and is kept.
    """
    must_be_fit(facts)
    if facts.get("website"):  # a field that people do not see, and machines fill in
        return True
    prefix = prefix_of(remote)
    proof = facts.get("proof")
    rate = rules.WITH_PROOF if proof else rules.WITHOUT_PROOF
    runtime().rate_limits.hit(rate, "sign", address, prefix)
    _prepare(address)
    for is_last in (False, False, True):
        try:
            with at_once() if proof is None and once is None else transaction() as session:
                if once is not None and not _is_first(session, address, once):
                    return False
                _keep(session, address, facts, seen_sha256, prefix)
            break
        except _KeyGone:
            look_anew()
        except DBAPIError as lost:
            if is_last or not lost.connection_invalidated:
                raise
    else:
        raise Unavailable("The keys are being changed. Try again in a moment.")
    _promise()
    return True


def _is_first(session: Session, address: str, once: Once) -> bool:
    """Tell whether this very body was not taken with this key before; from now on it was.

    What is kept for it is a keyed hash and a day: there is no user to whom a key could belong.
    """
    body = hashlib.sha256(once.body).hexdigest()
    told = f"once:{address}:{body}:{once.key}"
    digest = keys.blind(session, None, rules.CHALLENGE, told)
    return proofs.use(session, digest, clock.day() + rules.KEY_KEPT)


def _prepare(address: str) -> None:
    """Have the keys there that a signing needs: making one would take a transaction.

    Those of a statement are looked for once in each process; a coalition's never go without it.
    """
    day_keys.ready("prefixes")
    known = remembered(_Memory).prepared
    if address in known:
        return
    with transaction() as session:
        owner = _found(session, address)[0].coalition_id
        for purpose in (ADDRESS, DOMAIN):
            keys.blind(session, owner, purpose, "")
    if len(known) >= rules.MOST_KNOWN:
        known.clear()
    known.add(address)


def _keep(
    session: Session, address: str, facts: Mapping[str, Any], seen_sha256: str, prefix: str
) -> None:
    """Write the one row; raise _KeyGone where the key that it was sealed under is destroyed."""
    found = _recent(session, address, seen_sha256)
    one = found[0]
    _must_take(one, facts, seen_sha256)
    if facts.get("proof"):
        proofs.hand_in(session, one.statement_id, facts["proof"])
    key_id = keys.prepared(session, one.coalition_id, found, (ADDRESS, DOMAIN))
    row = {**_row(session, one, facts, prefix), "key_id": key_id}
    if session.connection().execute(_KEEP, row).rowcount != 1:
        raise _KeyGone


def _recent(session: Session, address: str, seen_sha256: str) -> Sequence[_Open]:
    """Return what is asked of a statement, of a second ago at most.

    What a second ago says that it is signed is good enough: who signs keeps the text that they saw,
    and confirming looks again. Anything else is asked anew, so nobody is refused by what was.
    """
    known = remembered(_Memory).known
    found, until = known.get(address, (None, 0.0))
    if found is not None and until > time.monotonic() and _why_not(found[0], seen_sha256) is None:
        return found
    found = _found(session, address)
    if len(known) >= rules.MOST_KNOWN:
        known.clear()
    known[address] = found, time.monotonic() + rules.KNOWN_SECONDS
    return found


def look_anew(*_: object) -> None:
    """Have a change be seen at once by the process that made it; the others see it in a second."""
    remembered(_Memory).known.clear()


def must_be_fit(facts: Mapping[str, Any]) -> None:
    """Let names pass that may stand in public, or raise Invalid."""
    kind = facts.get("kind") or SignatoryKind.INDIVIDUAL
    prints = facts.get("visibility") in PRINTED
    faults = [
        Fault.of(point(*place), wrong)
        for place, text in _named(facts)
        if (wrong := naming.faults(text, _kind_of(place, kind), prints=prints))
    ]
    if faults:
        raise Invalid("A name cannot be taken as it is.", faults)


def _kind_of(place: tuple[str, ...], kind: SignatoryKind) -> str:
    """Return whose name stands in a field."""
    is_other = place == ("affiliation",) or (place == ("name",) and kind == "organisation")
    return "organisation" if is_other else "individual"


def _named(facts: Mapping[str, Any]) -> Iterator[tuple[tuple[str, ...], str]]:
    for name in NAMED:
        if facts.get(name):
            yield (name,), facts[name]
    for name, text in (facts.get("represented_by") or {}).items():
        if text:
            yield ("represented_by", name), text


# Made once: building a query costs more than the database takes to answer it.
_OPEN = (
    select(
        Signing.statement_id,
        Signing.coalition_id,
        Signing.opens_at,
        Signing.closes_at,
        Signing.takes_individuals,
        Signing.takes_organisations,
        Signing.mailing_organisation_ids,
        Statement.state,
        Statement.language,
        Revision.number,
        Revision.sha256,
        Coalition.name.label("coalition"),
        DataKey.id.label("key_id"),
        DataKey.generation,
        DataKey.master,
        DataKey.wrapped,
    )
    .join(Statement, Statement.id == Signing.statement_id)
    .join(Coalition, Coalition.id == Signing.coalition_id)
    .join(
        Revision,
        (Revision.statement_id == Statement.id) & (Revision.number == Statement.revision_number),
    )
    .join(DataKey, DataKey.coalition_id == Signing.coalition_id)
    .where(Signing.address == bindparam("address"))
)
_COLUMNS = (
    "id", "coalition_id", "statement_id", "revision_number", "revision_sha256", "request",
    "address_index", "domain_index", "prefix", "language", "asked_at",
)  # fmt: skip
_TABLE = cast("Table", PendingSignature.__table__)
_KEEP = (
    insert(_TABLE)
    .from_select(
        _COLUMNS,
        select(*[bindparam(name, type_=_TABLE.c[name].type) for name in _COLUMNS])
        .select_from(DataKey)
        .where(DataKey.id == bindparam("key_id"))
        .with_for_update(read=True, key_share=True),
    )
    .execution_options(preserve_rowcount=True)
)


def _found(session: Session, address: str) -> Sequence[_Open]:
    """Return all that is asked of a statement, in one query: a row for each of its keys."""
    asked = {"address": address}
    found = session.connection().execute(_OPEN, asked).all()
    if not found:
        raise NotFound(HERE)
    return found


def _why_not(found: _Open, seen_sha256: str) -> Conflict | None:
    """Return why the text that was seen is not signed now; None: it is."""
    now = clock.now()
    is_over = found.closes_at is not None and found.closes_at <= now
    if found.opens_at is None or found.opens_at > now or is_over or found.state not in SIGNABLE:
        return rules.SigningClosed("Look at its page: it says from when until when it is signed.")
    if found.sha256 != seen_sha256:
        return TextChanged.to(found.number, found.sha256)
    return None


def _must_take(found: _Open, facts: Mapping[str, Any], seen_sha256: str) -> None:
    if why_not := _why_not(found, seen_sha256):
        raise why_not
    rules.must_fit(
        facts["kind"],
        individuals=found.takes_individuals,
        organisations=found.takes_organisations,
    )
    must_have_initials(facts["kind"], facts["visibility"])


def must_have_initials(kind: SignatoryKind, visibility: Visibility | None) -> None:
    """Let who has initials be shown by them, or raise Invalid."""
    if kind is SignatoryKind.ORGANISATION and visibility is Visibility.INITIALS:
        fault = Fault(
            "/visibility", Code.NOT_A_CHOICE, "An organisation has no initials: choose another."
        )
        raise Invalid("An organisation cannot sign in this way.", [fault])


def _row(
    session: Session, found: _Open, facts: Mapping[str, Any], prefix: str
) -> dict[str, object]:
    owner, row_id = found.coalition_id, uuid4()
    language = facts.get("language") or found.language
    mailers = mailers_of(session, found.mailing_organisation_ids, language)
    offered = rules.consents(language, found.coalition, mailers)
    request = {field: facts[field] for field in TOLD if facts.get(field) is not None}
    request |= {
        "email": facts["email"],
        "visibility": facts["visibility"].value,
        "receipt": facts.get("receipt", True),
        "consents": rules.given(facts["consents"], offered, facts["visibility"]),
    }
    if "organisation_id" in request:
        request["organisation_id"] = str(request["organisation_id"])
    one = addresses.normalised(facts["email"])
    domain = f"{found.statement_id}:{addresses.domain(facts['email'])}"
    return {
        "id": row_id,
        "coalition_id": owner,
        "statement_id": found.statement_id,
        "revision_number": found.number,
        "revision_sha256": found.sha256,
        "request": keys.seal(session, owner, REQUEST, row_id, request),
        "address_index": entries.address_of(session, owner, found.statement_id, one),
        "domain_index": keys.blind(session, owner, DOMAIN, domain),
        "prefix": day_keys.mark(session, "prefixes", f"{found.statement_id}:{prefix}"),
        "language": language,
        "asked_at": clock.now(),
    }


def mailers_of(session: Session, ids: list[str], language: str) -> list[tuple[UUID, str]]:
    """Return the organisations whose mailings a form offers, in their order, by name."""
    if not ids:
        return []
    query = select(Organisation.id, Organisation.names).where(
        Organisation.id.in_([UUID(each) for each in ids])
    )
    there = {str(row.id): row for row in session.execute(query)}
    return [(there[each].id, name_in(there[each].names, language)) for each in ids if each in there]


def _promise() -> None:
    """Promise the batch, once a second in each process; the sweeper finds what is between two."""
    now, memory = time.monotonic(), remembered(_Memory)
    if now - memory.promised_at >= rules.PROMISE_EVERY:
        memory.promised_at = now
        with transaction() as session:
            jobs.promise(session, rules.TAKE_IN, None, {}, key=rules.TAKE_IN)
