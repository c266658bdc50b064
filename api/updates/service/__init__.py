"""The use cases of updates: write, preview, try, count, send, pause and go on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from api.accounts import service as accounts
from api.accounts.models import RoleGrant
from api.accounts.rules import Actor, Role
from api.accounts.service import load
from api.errors import Code, Conflict, Fault, Invalid
from api.infra import clock
from api.infra.background import jobs
from api.infra.background.jobs import Job
from api.infra.database import paging
from api.infra.database.paging import Page, PageRequest
from api.infra.database.transactions import reading, touch, transaction
from api.infra.mail import letters
from api.infra.mail.letters import Letter, LetterState
from api.infra.net.smtp import Message
from api.infra.runtime import runtime
from api.infra.security import audit
from api.mailings import rules as words
from api.organisations.models import Organisation
from api.statements.models import Statement
from api.updates.models import RecipientState, Update, UpdateRecipient, UpdateState, UpdateTest
from api.updates.service import people, sending

COUNT = "updates.count"
MOST_IN_REQUEST = 2000  # addresses that are opened while somebody waits
UNDERWAY = (UpdateState.SENDING, UpdateState.PAUSED)
_SPECIMEN, _SOMEBODY = "specimen", "somebody@specimen.example"


class UpdateBegun(Conflict, title="This update was begun"):
    """What some have received already changes no more."""


class UpdateNotUnderway(Conflict, title="This update is not being sent"):
    """Only what is being sent can be paused, and only what is paused can go on."""


def of_statement(actor: Actor, statement_id: UUID, page: PageRequest) -> Page[Update]:
    """Return a statement's updates, the latest first."""
    with reading() as session:
        load(session, actor, Statement, statement_id, Role.COORDINATOR)
        query = select(Update).where(Update.statement_id == statement_id)
        return paging.page(session, query, page, descending=True)


def one(actor: Actor, update_id: UUID) -> Update:
    """Return an update."""
    with reading() as session:
        return load(session, actor, Update, update_id, Role.COORDINATOR)


def write(actor: Actor, statement_id: UUID, facts: Mapping[str, object]) -> Update:
    """Begin an update; nothing is sent yet."""
    with transaction() as session:
        statement = load(session, actor, Statement, statement_id, Role.COORDINATOR)
        row = Update(
            coalition_id=statement.coalition_id,
            statement_id=statement.id,
            created_by=actor.user_id,
        )
        _put(session, row, facts)
        session.add(row)
        session.flush()
        audit.record(session, actor, "update.written", row, _told(row))
        return row


def change(actor: Actor, update_id: UUID, expected: int, facts: Mapping[str, object]) -> Update:
    """Change an update that was not begun."""
    with transaction() as session:
        row = _draft(session, actor, update_id, expected)
        _put(session, row, facts)
        audit.record(session, actor, "update.changed", row, _told(row))
        return row


def remove(actor: Actor, update_id: UUID, expected: int) -> None:
    """Delete an update that was not begun."""
    with transaction() as session:
        row = _draft(session, actor, update_id, expected)
        audit.record(session, actor, "update.deleted", row)
        session.delete(row)


def _draft(session: Session, actor: Actor, update_id: UUID, expected: int) -> Update:
    row = load(session, actor, Update, update_id, Role.COORDINATOR, lock=True)
    if row.state is not UpdateState.DRAFT:
        raise UpdateBegun("Write another one.")
    touch(row, expected)
    return row


def _put(session: Session, row: Update, facts: Mapping[str, Any]) -> None:
    for name in ("organisation_id", "language", "texts"):
        if name in facts:
            setattr(row, name, facts[name])
    if "also_statement_ids" in facts:
        row.also_statement_ids = [
            str(each) for each in facts["also_statement_ids"] if each != row.statement_id
        ]
    faults = list(_strange(session, row))
    if row.language not in {each["language"] for each in row.texts}:
        wrong = "There is no text in this language, which others are to read."
        faults.append(Fault("/language", Code.NOT_FOUND, wrong))
    if faults:
        raise Invalid("The update cannot be kept so.", faults)


def _strange(session: Session, row: Update) -> list[Fault]:
    """Return what it names that is not the coalition's."""
    wrong = "There is none with this id in the coalition."
    organisation = session.get(Organisation, row.organisation_id)
    is_ours = organisation is not None and organisation.coalition_id == row.coalition_id
    faults = [] if is_ours else [Fault("/organisation_id", Code.NOT_FOUND, wrong)]
    ids = [UUID(each) for each in row.also_statement_ids]
    mine = Statement.coalition_id == row.coalition_id
    known = set(session.scalars(select(Statement.id).where(mine, Statement.id.in_(ids))))
    places = (number for number, each in enumerate(ids) if each not in known)
    return [
        *faults,
        *(Fault(f"/also_statement_ids/{number}", Code.NOT_FOUND, wrong) for number in places),
    ]


def _told(row: Update) -> dict[str, object]:
    return {
        "organisation_id": str(row.organisation_id),
        "also_statement_ids": row.also_statement_ids,
        "texts": row.texts,
    }


def preview(actor: Actor, update_id: UUID, wanted: str | None) -> tuple[str, Message]:
    """Return an update as who reads a language gets it, and in which language that is."""
    with reading() as session:
        row = load(session, actor, Update, update_id, Role.COORDINATOR)
        language = people.language(row, wanted)
        page = f"{runtime().settings.public_url}/u/{_SPECIMEN}"
        reader = people.UpdateReader(_SOMEBODY, language, row.statement_id)
        facts = sending.facts(session, row, reader, page)
        return language, words.write(sending.LETTER, facts)


def try_out(actor: Actor, update_id: UUID, wanted: str | None) -> str:
    """Promise the actor a letter of an update; return in which language."""
    with transaction() as session:
        row = load(session, actor, Update, update_id, Role.COORDINATOR)
        mine = RoleGrant.user_id == actor.user_id, RoleGrant.coalition_id == row.coalition_id
        grant = session.scalars(select(RoleGrant).where(*mine)).one()
        test = UpdateTest(
            coalition_id=row.coalition_id,
            update_id=row.id,
            role_id=grant.id,
            language=people.language(row, wanted),
        )
        session.add(test)
        session.flush()
        letters.promise(session, sending.TEST, row.coalition_id, test.id)
        audit.record(session, actor, "update.tested", row, {"language": test.language})
        return test.language


def is_tested(session: Session, test_id: UUID) -> None:
    test = session.get(UpdateTest, test_id)
    if test is not None:
        session.delete(test)


def test_facts(session: Session, test_id: UUID) -> letters.Facts | None:
    """Show whoever writes an update what it looks like."""
    test = session.get(UpdateTest, test_id)
    if test is None:
        return None
    row = session.get_one(Update, test.update_id)
    grant = session.get_one(RoleGrant, test.role_id)
    email = accounts.granted(session, grant).person.email
    return sending.facts(
        session, row, people.UpdateReader(email, test.language, row.statement_id), None
    )


def count(actor: Actor, update_id: UUID) -> Mapping[str, object] | Job:
    """Return how many an update would go to now; where they are many, the job that counts them."""
    with reading() as session:
        row = load(session, actor, Update, update_id, Role.COORDINATOR)
        if people.number(session, row) <= MOST_IN_REQUEST:
            return _counted(session, row)
    with transaction() as session:
        facts, key = {"update_id": str(row.id)}, f"{COUNT}:{row.id}"
        return jobs.promise(session, COUNT, row.coalition_id, facts, by=actor, key=key)


def count_many(update_id: UUID) -> Mapping[str, object]:
    """Return how many an update would go to now, batch by batch."""
    with reading() as session:
        row = session.get(Update, update_id)
        if row is None:
            return {}
        return _counted(session, row)


def _counted(session: Session, row: Update) -> dict[str, object]:
    gathering = people.Gathering(row)
    total = people.number(session, row)
    by: Counter[tuple[str, str]] = Counter()
    while (found := gathering.next(session)) is not None:
        by.update((each.language or "", people.language(row, each.language)) for each in found)
    languages = [
        {"language": tag or None, "text_language": text, "number": number}
        for (tag, text), number in sorted(by.items(), key=lambda each: (-each[1], each[0]))
    ]
    left_out = dict.fromkeys(people.REASONS, 0) | gathering.left_out
    return {"number": by.total(), "consents": total, "languages": languages, "left_out": left_out}


def start(actor: Actor, update_id: UUID, expected: int) -> Update:
    """Send an update to all who agreed, as they are now."""
    with transaction() as session:
        row = _draft(session, actor, update_id, expected)
        row.state, row.started_at = UpdateState.SENDING, clock.now()
        jobs.promise(session, sending.SEND, None, {}, key=sending.SEND)
        audit.record(session, actor, "update.started", row)
        return row


def pause(actor: Actor, update_id: UUID) -> Update:
    """Send no more letters of an update for now; twice is fine."""
    with transaction() as session:
        row, is_new = _turned(session, actor, update_id, UpdateState.PAUSED)
        if is_new:
            audit.record(session, actor, "update.paused", row)
        return row


def resume(actor: Actor, update_id: UUID) -> Update:
    """Go on where an update was paused; twice is fine."""
    with transaction() as session:
        row, is_new = _turned(session, actor, update_id, UpdateState.SENDING)
        if is_new:
            jobs.promise(session, sending.SEND, None, {}, key=sending.SEND)
            audit.record(session, actor, "update.resumed", row)
        return row


def _turned(
    session: Session, actor: Actor, update_id: UUID, state: UpdateState
) -> tuple[Update, bool]:
    """Return an update in another state, and whether that is new."""
    row = load(session, actor, Update, update_id, Role.COORDINATOR, lock=True)
    if row.state not in UNDERWAY:
        raise UpdateNotUnderway(f"It is {row.state}.")
    is_new = row.state is not state
    if is_new:
        row.state = state
        touch(row, None)
    return row, is_new


def progress(actor: Actor, update_id: UUID) -> dict[str, object]:
    """Return how far an update is."""
    with reading() as session:
        row = load(session, actor, Update, update_id, Role.COORDINATOR)
        mine = UpdateRecipient.update_id == row.id
        query = select(UpdateRecipient.state, func.count()).where(mine)
        by = dict(session.execute(query.group_by(UpdateRecipient.state)).all())
        broken = exists().where(
            Letter.object_id == UpdateRecipient.id, Letter.state == LetterState.FAILED
        )
        failed = select(func.count()).where(
            mine, UpdateRecipient.state == RecipientState.PROMISED, broken
        )
        number = session.scalar(failed) or 0
        return _progress(row, by, number)


def _progress(row: Update, by: Mapping[RecipientState, int], failed: int) -> dict[str, object]:
    recipients = sum(by.values())
    on_the_way = by.get(RecipientState.PROMISED, 0) - failed
    waiting = by.get(RecipientState.WAITING, 0)
    done = recipients - on_the_way - waiting
    is_gathered = row.left_out is not None
    return {
        "state": row.state,
        "percent": 100 * done // recipients if recipients else 100 * is_gathered,
        "recipients": recipients,
        "waiting": waiting,
        "on_the_way": on_the_way,
        "sent": by.get(RecipientState.SENT, 0),
        "failed": by.get(RecipientState.FAILED, 0) + failed,
        "gone": by.get(RecipientState.LEFT_OUT, 0),
        "left_out": dict.fromkeys(people.REASONS, 0) | row.left_out if row.left_out else None,
    }
