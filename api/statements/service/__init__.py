"""The use cases of statements; other rungs call what takes a session."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, defer

from api.accounts.rules import Actor, Role
from api.accounts.service import load
from api.cases.models import Case
from api.coalitions.service.locking import load_locked, lock_coalition
from api.errors import Fault
from api.infra.background import events
from api.infra.database import paging
from api.infra.database.paging import Page, PageRequest
from api.infra.database.transactions import Stale, one_query, reading, touch, transaction
from api.infra.runtime import runtime
from api.infra.security import audit
from api.infra.text import spelling
from api.portable.rules import checking, identity, printing
from api.portable.rules.measuring import Measure
from api.statements import rules
from api.statements.events import StatementMoved
from api.statements.models import Revision, State, Statement
from api.statements.service import bounds, merging, past, versions
from api.statements.service.closed import CaseToConfirm, to_confirm, warnings_of_closed
from api.statements.service.diffs import Diff, of_draft, since
from api.statements.service.freezing import frozen
from api.statements.service.live import with_live
from api.statements.service.outgoing import Confirmed, TextWarner, may_go_out
from api.statements.service.redaction import as_it_was
from api.statements.service.relabelling import DoesNotFit
from api.statements.service.rows import (
    SavedStatement,
    any_revision,
    coalition_part,
    completed,
    current_revision,
    edited_on,
    goes_out,
    must_be_free,
    newest_at,
    replaced,
    revision_of,
    seen_by,
    started,
    whole_draft,
    whole_revision,
    with_secrets,
)
from api.statements.service.soundness import BODY, NAMED, below, fit, must_name_nobody, warnings_of
from api.statements.service.stale import StaleCase, unverified

__all__ = [
    "NAMED",
    "CaseToConfirm",
    "Confirmed",
    "Diff",
    "DoesNotFit",
    "SavedStatement",
    "StaleCase",
    "TextWarner",
    "any_revision",
    "coalition_part",
    "completed",
    "current_revision",
    "edited_on",
    "fit",
    "frozen",
    "may_go_out",
    "must_be_free",
    "must_name_nobody",
    "newest_at",
    "replaced",
    "revision_of",
    "seen_by",
    "since",
    "started",
    "to_confirm",
    "unverified",
    "warnings_of_closed",
    "whole_draft",
    "whole_revision",
]


@dataclass(frozen=True)
class Moved:
    """A statement that moved on, and what somebody should look at where it is published."""

    statement: Statement
    warnings: list[Fault]


@dataclass(frozen=True)
class Frozen:
    """A new revision, and what somebody should look at before it goes out."""

    revision: Revision
    warnings: list[Fault]
    change: Measure | None  # None: it is the first


def begin(actor: Actor, coalition_id: UUID, document: Mapping[str, object]) -> SavedStatement:
    """Begin a statement from a portable document without signatories."""
    actor.must(coalition_id, Role.EDITOR)
    with transaction() as session:
        coalition = lock_coalition(session, coalition_id)
        sees_all = actor.may(coalition_id, Role.COORDINATOR)
        own = completed(document, coalition)
        whole, left = with_live(session, coalition_id, own, sees_all=sees_all)
        begun = started(session, coalition, whole)
        audit.record(session, actor, "statement.begun", begun.statement)
        return _shown(session, actor, begun, left)


def save(
    actor: Actor,
    statement_id: UUID,
    expected: int,
    document: Mapping[str, object],
    *,
    merges: bool = False,
) -> SavedStatement:
    """Replace a statement's draft; or merge it with what others changed since it was read."""
    with transaction() as session:
        statement = load_locked(session, actor, Statement, statement_id, Role.EDITOR)
        rules.must_be_writable(statement.state)
        told: dict[str, object] = {}
        if merges and statement.version != expected:
            told["merged_since"] = int(expected)
            saved, left = merging.merged(session, actor, statement, expected, document)
        else:
            secrets = versions.current(session, statement).secrets
            own = with_secrets(actor, statement.coalition_id, secrets, document)
            sees_all = actor.may(statement.coalition_id, Role.COORDINATOR)
            whole, left = with_live(session, statement.coalition_id, own, sees_all=sees_all)
            saved = replaced(session, statement, expected, whole)
        audit.record(session, actor, "statement.saved", statement, told)
        return _shown(session, actor, saved, left)


def draft(actor: Actor, statement_id: UUID) -> SavedStatement:
    """Return a draft; what may not be named is in it for coordinators only."""
    with reading() as session:
        statement = load(session, actor, Statement, statement_id, Role.VIEWER)
        whole = whole_draft(session, statement)
        document = identity.identified(whole, statement.block_ids)
        warnings = warnings_of(whole)
        return _shown(session, actor, SavedStatement(statement, document, warnings))


def _shown(
    session: Session, actor: Actor, found: SavedStatement, left: Sequence[Fault] = ()
) -> SavedStatement:
    checked, owner = checking.Checked([], found.warnings), found.statement.coalition_id
    document, warnings = seen_by(session, actor, owner, found.document, checked)
    warners = runtime().wiring.all(TextWarner)
    more = [each for by in warners for each in by.of_draft(session, actor, found)]
    if found.statement.kept_bounds is not None:
        more += found.statement.bounds.passed(found.length)
    warnings = [*warnings, *below(BODY, more), *left]
    return replace(found, document=document, warnings=warnings)


def freeze(
    actor: Actor,
    statement_id: UUID,
    expected: int,
    claim: rules.WeightClaim,
    confirmed: Confirmed,
) -> Frozen:
    """Freeze a statement's draft as its next revision; of a published text, it is public."""
    version, diff = of_draft(actor, statement_id)
    with transaction() as session:
        statement = load_locked(session, actor, Statement, statement_id, Role.EDITOR)
        rules.must_be_writable(statement.state)
        if statement.state is State.PUBLISHED:
            actor.must(statement.coalition_id, Role.COORDINATOR)
        if statement.version != version:
            raise Stale("It was changed a moment ago. Read it again, and freeze what is there now.")
        touch(statement, expected)
        turns, change = (diff.turns, diff.change) if diff else ((), None)
        revision = frozen(
            session, actor, statement, claim, turns=turns, change=change, confirmed=confirmed
        )
        whole = whole_revision(session, revision)
        shown = _shown(session, actor, SavedStatement(statement, whole, []))
    too_long = below(BODY, bounds.page_warnings(statement, shown.length))
    return Frozen(revision, [*shown.warnings, *too_long], change)


def naming(actor: Actor, case_id: UUID, page: PageRequest) -> Page[Statement]:
    """Return the statements whose draft or newest revision names a case, newest first."""
    with reading() as session:
        case = load(session, actor, Case, case_id, Role.VIEWER)
        query = select(Statement).where(
            Statement.coalition_id == case.coalition_id,
            past.names_case(case.key, 0, Statement.revision_number),
        )
        return _newest_first(session, query, page)


def revisions(actor: Actor, statement_id: UUID, page: PageRequest) -> Page[Revision]:
    """Return a statement's revisions, newest first."""
    with reading() as session:
        statement = load(session, actor, Statement, statement_id, Role.VIEWER)
        query = select(Revision).where(Revision.statement_id == statement.id)
        query = query.options(defer(Revision.printed), defer(Revision.document))
        sorting = [Revision.number, Revision.id]
        return paging.page(session, query, page, sorting, descending=True)


def revision(actor: Actor, statement_id: UUID, number: int) -> Revision:
    """Return one revision; a text that was taken back is for owners."""
    with reading() as session:
        statement = load(session, actor, Statement, statement_id, Role.VIEWER)
        return as_it_was(session, actor, any_revision(session, statement, number))


def move(
    actor: Actor,
    statement_id: UUID,
    expected: int,
    wanted: State,
    confirmed: Confirmed,
) -> Moved:
    """Move a statement on in its life.

    It goes out with those whom it names though they are free or dead where each is confirmed, and
    with members that it names and that did not approve where each of these is.
    """
    with transaction() as session:
        statement = load(session, actor, Statement, statement_id, Role.VIEWER, lock=True)
        actor.must(statement.coalition_id, rules.move(statement.state, wanted))
        touch(statement, expected)
        if wanted is State.PUBLISHED:
            return publish(session, actor, statement, confirmed)
        if wanted is State.REVIEW:
            newest = current_revision(session, statement)
            statement.state = wanted
            if goes_out(session, statement):  # it was opened for signing, and taken back to draft
                whole = whole_revision(session, newest)
                may_go_out(session, actor, statement, whole, confirmed)
        return _moved(session, actor, statement, wanted, confirmed)


def publish(session: Session, actor: Actor, statement: Statement, confirmed: Confirmed) -> Moved:
    """Publish a statement, which the caller holds: everybody may read its newest revision.

    It is refused where that is not the draft as it stands, or where it names somebody who is free
    or dead, or a member that did not approve it, and that was not confirmed.

    What follows is done by those who listen to `StatementMoved` (docs/events.md). In the same
    transaction each approval of a member becomes a signature, in the order in which they sign; the
    round of sign-offs ends; the public page shows it at once. After it a job prints the document
    that is given out. Webhooks are told `statement.published`, by the entry in the record.

    From then on a change of the text is an edit in public: it bears its day, and whoever stands
    behind the text is told.
    """
    whole = whole_draft(session, statement)
    fingerprint = printing.fingerprint(printing.resolve(whole))
    if current_revision(session, statement).sha256 != fingerprint:
        raise rules.NotFrozen("The draft was changed after its newest revision. Freeze it again.")
    warnings = below(BODY, may_go_out(session, actor, statement, whole, confirmed))
    return _moved(session, actor, statement, State.PUBLISHED, confirmed, warnings=warnings)


def _moved(  # noqa: PLR0913 # all that a move is
    session: Session,
    actor: Actor,
    statement: Statement,
    state: State,
    confirmed: Confirmed,
    *,
    warnings: Sequence[Fault] = (),
) -> Moved:
    statement.state = state
    told: dict[str, object] = {"state": state}
    told |= confirmed.told
    told |= {"warnings": len(warnings)} if warnings else {}
    audit.record(session, actor, "statement.moved", statement, told)
    whose = {"coalition_id": statement.coalition_id, "statement_id": statement.id}
    events.announce(session, StatementMoved(**whose, state=state))
    return Moved(statement, [*warnings])


def statement(actor: Actor, statement_id: UUID) -> Statement:
    """Return one statement."""
    with one_query() as session:
        return load(session, actor, Statement, statement_id, Role.VIEWER)


def statements(
    actor: Actor,
    coalition_id: UUID,
    page: PageRequest,
    filters: Mapping[str, object],
    q: str | None = None,
) -> Page[Statement]:
    """Return a coalition's statements, newest first, or those whose title any spelling finds."""
    actor.must(coalition_id, Role.VIEWER)
    with reading() as session:
        query = select(Statement).where(Statement.coalition_id == coalition_id)
        for name, value in filters.items():
            query = query.where(getattr(Statement, name) == value)
        if q is not None:
            query = query.where(Statement.id.in_(_titled(session, query, q)))
        return _newest_first(session, query, page)


def _titled(session: Session, query: Select[Statement], sought: str) -> list[UUID]:
    """Return the statements whose titles any spelling finds: of hundreds, each is looked at."""
    titles = session.execute(query.with_only_columns(Statement.id, Statement.title))
    return [one for one, title in titles if spelling.found_in(spelling.index_of([title]), sought)]


def _newest_first(session: Session, query: Select[Statement], page: PageRequest) -> Page[Statement]:
    without_text = query.options(defer(Statement.draft), defer(Statement.draft_secrets))
    sorting = [Statement.created_at, Statement.id]
    return paging.page(session, without_text, page, sorting, descending=True)


def remove(actor: Actor, statement_id: UUID, expected: int) -> None:
    """Delete a draft that was never frozen; anything else is archived."""
    with transaction() as session:
        statement = load(session, actor, Statement, statement_id, Role.EDITOR, lock=True)
        touch(statement, expected)
        if statement.revision_number:
            raise rules.TextClosed("It has revisions, which are kept. Archive it.")
        audit.record(session, actor, "statement.deleted", statement)
        session.delete(statement)
