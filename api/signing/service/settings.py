"""How a statement is signed in public: opened, closed, and continued by a successor."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.accounts.rules import Actor, Role
from api.accounts.service import load
from api.coalitions.models import Coalition
from api.coalitions.service.locking import load_locked, lock_coalition
from api.errors import Code, Fault, Invalid, point
from api.infra import clock
from api.infra.background import events
from api.infra.database.transactions import Stale, reading, touch, transaction
from api.infra.security import audit
from api.organisations.models import Organisation
from api.signatures.events import SignaturesTakenBack
from api.signing import rules
from api.signing.events import SigningChanged
from api.statements import rules as lives, service as statements
from api.statements.events import StatementMoved
from api.statements.models import Moderation, Signing, State, Statement

SIGNABLE = frozenset({State.REVIEW, State.PUBLISHED})


@dataclass(frozen=True)
class Set:
    """How a statement is signed, and what follows from it now."""

    signing: Signing
    is_open: bool
    suggests_sensitive: bool
    mailers: Sequence[UUID]  # whose mailings the form offers, of those that are there still


def signing(actor: Actor, statement_id: UUID) -> Set:
    """Return how a statement is signed; of one that never was opened, how it would be."""
    with reading() as session:
        statement = load(session, actor, Statement, statement_id, Role.VIEWER)
        return _set(session, statement, of(session, statement))


def of(session: Session, statement: Statement) -> Signing:
    """Return how a statement is signed, or what goes for one that says nothing: version 0."""
    return session.get(Signing, statement.id) or Signing(
        statement_id=statement.id,
        coalition_id=statement.coalition_id,
        address="",
        opens_at=None,
        closes_at=None,
        zone="UTC",
        takes_individuals=True,
        takes_organisations=True,
        shows_list=True,
        shows_withheld=True,
        is_sensitive=_suggests_sensitive(session, statement),
        moderation=Moderation.FLAGGED,
        mailing_organisation_ids=[],
        retain_until=None,
        version=0,
    )


def is_open(statement: Statement, signing: Signing) -> bool:
    """Tell whether a statement may be signed now."""
    return statement.state in SIGNABLE and signing.is_open(clock.now())


def put(actor: Actor, statement_id: UUID, expected: int, facts: Mapping[str, Any]) -> Set:
    """Say how a statement is signed: from when, until when, by whom, and what is shown.

    It opens with those whom it names though they are free or dead, or members and did not approve,
    where each is confirmed.
    """
    with transaction() as session:
        statement = load(session, actor, Statement, statement_id, Role.COORDINATOR, lock=True)
        row = of(session, statement)
        if row.version == 0:
            if expected != 0:
                raise Stale("Read it again, and put your change on top of what is there now.")
            _begin(session, statement, row)
        else:
            touch(row, expected)
        was_open, showed = is_open(statement, row), row.shows_withheld
        told = dict(facts)
        confirmed = statements.Confirmed(
            told.pop("confirmed_cases"), told.pop("confirmed_mentions")
        )
        if told.get("is_sensitive") is None:
            # Where publishing alone made the page, nobody has said so yet.
            is_said = expected > 1 or row.opens_at is not None
            guessed = not is_said and _suggests_sensitive(session, statement)
            told["is_sensitive"] = row.is_sensitive or guessed
        _must_make_sense(session, statement, row, told)
        told["mailing_organisation_ids"] = [str(each) for each in told["mailing_organisation_ids"]]
        for name, value in told.items():
            setattr(row, name, value)
        if row.may_open(clock.now()) and not was_open:
            newest = statements.current_revision(session, statement)  # or NotFrozen
            whole = statements.whole_revision(session, newest)
            before = whole if statement.state is State.PUBLISHED else None
            statements.may_go_out(session, actor, statement, whole, confirmed, before=before)
        session.flush()
        if showed and not row.shows_withheld:
            events.announce(session, SignaturesTakenBack.of(statement))
        told |= confirmed.told
        audit.record(session, actor, "signing.changed", statement, told)
        events.announce(session, SigningChanged.of(statement))
        return _set(session, statement, row)


def _begin(session: Session, statement: Statement, row: Signing) -> None:
    row.address, row.version = rules.address_of(statement.slug), 1
    session.add(row)


def give_page(session: Session, moved: StatementMoved) -> None:
    """Give a text that is published a page to be read on, at an address that nobody guesses.

    One that may put people at risk gets none by itself: somebody says so first.
    """
    if moved.state is not State.PUBLISHED:
        return
    statement = session.get_one(Statement, moved.statement_id)
    row = of(session, statement)
    if row.version == 0 and not row.is_sensitive:
        _begin(session, statement, row)
        session.flush()
        audit.record(session, None, "signing.changed", statement, {"is_sensitive": False})


def _set(session: Session, statement: Statement, row: Signing) -> Set:
    ids = [UUID(each) for each in row.mailing_organisation_ids]
    there = _there(session, statement, ids)
    return Set(
        row,
        is_open(statement, row),
        _suggests_sensitive(session, statement),
        [each for each in ids if each in there],
    )


def _there(session: Session, statement: Statement, ids: Sequence[UUID]) -> set[UUID]:
    """Return which of these the coalition has: an organisation may have been deleted since."""
    query = select(Organisation.id).where(
        Organisation.coalition_id == statement.coalition_id, Organisation.id.in_(ids)
    )
    return set(session.scalars(query)) if ids else set()


def _suggests_sensitive(session: Session, statement: Statement) -> bool:
    """Tell whether a country that a text names is one that the coalition marked."""
    coalition, document = session.get_one(Coalition, statement.coalition_id), statement.draft
    parts: list[Mapping[str, object]] = [
        *document.get("demand_lists", ()),
        *document.get("cases", ()),
        *document.get("addressees", ()),
    ]
    return any(part.get("country") in coalition.sensitive_countries for part in parts)


def _must_make_sense(
    session: Session, statement: Statement, row: Signing, told: Mapping[str, Any]
) -> None:
    faults = _wrong_times(row, told["opens_at"], told["closes_at"])
    faults += _wrong_mailings(session, statement, told["mailing_organisation_ids"])
    if told["retain_until"] not in {None, row.retain_until}:
        faults += _wrong_day(told["retain_until"])
    if not told["takes_individuals"] and not told["takes_organisations"]:
        faults.append(
            Fault(
                "/takes_individuals", Code.REQUIRED, "Let people sign, or organisations, or both."
            )
        )
    if told["opens_at"] is not None and statement.state not in SIGNABLE:
        where = "Move the statement to review first: what people sign is frozen."
        faults.append(Fault("/opens_at", Code.CONFLICT, where))
    if faults:
        raise Invalid("A statement cannot be signed in this way.", faults)


def _wrong_day(until: date) -> Iterator[Fault]:
    soonest, latest = (clock.today() + rules.TOLD_BEFORE, clock.today() + rules.KNOWN_AT_MOST)
    if until < soonest:
        when = (
            f"Choose {soonest.isoformat()} or later: nothing brings back who is forgotten."
            " GET …/retention shows beforehand who that is; one person is erased at once."
        )
        yield Fault("/retain_until", Code.TOO_EARLY, when)
    if until > latest:
        where = f"Choose {latest.isoformat()} or earlier, or null: as long as it stands."
        yield Fault("/retain_until", Code.TOO_LATE, where)


def _wrong_times(row: Signing, opens: datetime | None, closes: datetime | None) -> list[Fault]:
    faults = []
    if closes is not None and (opens is None or closes <= opens):
        faults.append(Fault("/closes_at", Code.TOO_EARLY, "It closes after it opens."))
    now = clock.now()
    if row.has_opened(now) and (opens is None or opens > now):
        fault = "It has been open, and people may have signed: close it by closes_at."
        faults.append(Fault("/opens_at", Code.CONFLICT, fault))
    return faults


def _wrong_mailings(session: Session, statement: Statement, ids: Sequence[UUID]) -> list[Fault]:
    there = _there(session, statement, ids)
    wrong = "The coalition has no such organisation."
    return [
        Fault(point("mailing_organisation_ids", place), Code.NOT_FOUND, wrong)
        for place, each in enumerate(ids)
        if each not in there
    ]


def succeed(actor: Actor, statement_id: UUID, slug: str) -> statements.SavedStatement:
    """Close the signing of a statement, and begin its successor from the draft as it is now.

    Who signed the one has not signed the other.
    """
    with transaction() as session:
        statement = load_locked(session, actor, Statement, statement_id, Role.COORDINATOR)
        row = session.get(Signing, statement.id, with_for_update=True)
        if row is None or not row.has_opened(clock.now()):
            raise lives.WrongMove("It was not opened for signing: change its own text.")
        now = clock.now()
        if row.closes_at is None or row.closes_at > now:
            row.closes_at = now
            touch(row, None)
        document = statements.whole_draft(session, statement)
        coalition = lock_coalition(session, statement.coalition_id)
        begun = statements.started(
            session, coalition, {**document, "slug": slug}, statement.template_version_id, at=""
        )
        begun.statement.predecessor_id = statement.id
        begun.came_from(statement, statement.block_ids)
        told = {"successor_id": begun.statement.id}
        audit.record(session, actor, "statement.succeeded", statement, told)
        events.announce(session, SigningChanged.of(statement))
        return begun
