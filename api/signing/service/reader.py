"""What everybody may read of a statement that is signed in public."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Generic, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.coalitions.models import Coalition
from api.errors import NotFound
from api.infra import clock
from api.infra.database.paging import Page, PageRequest
from api.infra.database.transactions import reading
from api.infra.runtime import runtime
from api.infra.security import links
from api.signatures.service import counts as journal, lists
from api.signatures.service.counts import Counts
from api.signatures.service.rows import SignatureView
from api.signing import rules
from api.signing.rules import ConsentBox
from api.signing.service import proof
from api.signing.service.receiving import HERE, mailers_of
from api.signing.service.settings import is_open
from api.statements import service as statements
from api.statements.models import Revision, Signing, State, Statement

_T = TypeVar("_T")
# A text that stood in public goes on being read, with what became of it.
READABLE = frozenset({State.PUBLISHED, State.SUPERSEDED, State.WITHDRAWN, State.ARCHIVED})


class Phase(StrEnum):
    """Whether a statement can be signed, as its page says it."""

    NOT_YET = "not_yet"
    OPEN = "open"
    CLOSED = "closed"


@dataclass(frozen=True)
class Read(Generic[_T]):
    """What everybody may read, and whether to be known to have read it may harm somebody."""

    found: _T
    is_sensitive: bool


@dataclass(frozen=True)
class Public:
    """A statement as its public page shows it."""

    statement: Statement
    signing: Signing
    coalition: Coalition
    revision: Revision
    phase: Phase
    consents: Sequence[ConsentBox]
    counts: Counts
    edited_on: date | None  # the last day on which it was edited in public
    successor: str | None  # the address of the statement that continues it
    successor_title: str | None = None


def public(address: str, language: str | None = None) -> Public:
    """Return a statement by its public address, with the words of its form in a language."""
    with reading() as session:
        statement, signing = of_address(session, address)
        coalition = session.get_one(Coalition, statement.coalition_id)
        tongue = language or statement.language
        offered = mailers_of(session, signing.mailing_organisation_ids, tongue)
        return Public(
            statement,
            signing,
            coalition,
            statements.current_revision(session, statement),
            phase_of(statement, signing),
            rules.consents(tongue, coalition.name, offered),
            journal.of(session, statement),
            statements.edited_on(session, statement.id, statement.revision_number),
            *_successor(session, statement),
        )


def of_address(session: Session, address: str) -> tuple[Statement, Signing]:
    """Return the statement of a public address, or raise NotFound while nobody may read it."""
    query = select(Signing, Statement).join(Statement, Statement.id == Signing.statement_id)
    found = session.execute(query.where(Signing.address == address)).first()
    if found is None:
        raise NotFound(HERE)
    signing, statement = found
    was_open = signing.has_opened(clock.now()) and statement.revision_number
    if not was_open and statement.state not in READABLE:
        raise NotFound(HERE)
    return statement, signing


def address(statement: Statement) -> str:
    """Return the address of a text that everybody may read, "" where it has no page."""
    with reading() as session:
        found = session.get(Signing, statement.id) if statement.state in READABLE else None
        return found.address if found else ""


def phase_of(statement: Statement, signing: Signing) -> Phase:
    """Tell whether a statement can be signed now, already, or still."""
    if is_open(statement, signing):
        return Phase.OPEN
    return Phase.CLOSED if signing.has_opened(clock.now()) else Phase.NOT_YET


def _successor(session: Session, statement: Statement) -> tuple[str | None, str | None]:
    """Return address and title of the statement that continues another, once it was opened."""
    query = (
        select(Signing.address, Statement.title)
        .join(Statement, Statement.id == Signing.statement_id)
        .where(
            Statement.predecessor_id == statement.id,
            Signing.opens_at.is_not(None),
            Signing.opens_at <= clock.now(),
        )
    )
    found = session.execute(query.order_by(Signing.opens_at.desc()).limit(1)).first()
    return (found[0], found[1]) if found else (None, None)


def counts(address: str) -> Read[Counts]:
    """Return how many signed a statement, without what could point at a person."""
    with reading() as session:
        statement, signing = of_address(session, address)
        return Read(journal.of(session, statement), signing.is_sensitive)


def signatories(address: str, page: PageRequest) -> Read[Page[SignatureView]]:
    """Return those who signed and may be shown, by position; none where the list is not shown."""
    with reading() as session:
        statement, signing = of_address(session, address)
        if not signing.shows_list:
            raise NotFound("Who signed is not shown; how many did, its page says.")
        return Read(lists.public_page(session, statement, page), signing.is_sensitive)


def challenge(address: str) -> dict[str, object]:
    """Return a proof of work to be done for one signature."""
    with reading() as session:
        statement, _ = of_address(session, address)
        statement_id = statement.id
    asked = runtime().rate_limits.seen("challenge", str(statement_id))
    with reading() as session:
        return proof.challenge(session, statement_id, asked)


def may_be_read_by(origin: str, *, address: str | None = None, secret: str | None = None) -> bool:
    """Tell whether the coalition of an address, or of a link's secret, names a site exactly so."""
    query = select(Coalition.origins)
    with reading() as session:
        if secret is not None:
            query = query.where(Coalition.id == links.coalition_of(session, secret))
        else:
            joined = query.join(Signing, Signing.coalition_id == Coalition.id)
            query = joined.where(Signing.address == address)
        return origin in (session.scalar(query) or ())
