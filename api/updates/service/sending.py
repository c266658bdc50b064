"""Sends updates: gathers to whom, and feeds the outbox with so many letters at a time.

Every step may be cut and done again: who is a recipient already becomes none again, and a letter
is promised in the transaction that says so. What a letter tells is found when it is sent, so
nobody gets one who took their consent back, or signature, a moment ago.
"""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import ColumnElement, exists, func, insert, or_, select, update as change
from sqlalchemy.orm import Session

from api.coalitions.models import Coalition
from api.infra import clock
from api.infra.background import jobs
from api.infra.database.transactions import is_any, reading, touch, transaction
from api.infra.mail import letters
from api.infra.mail.letters import Letter, LetterState
from api.infra.runtime import runtime
from api.infra.security import audit, links
from api.mailings.rules import bodies
from api.organisations.models import Organisation
from api.organisations.rules import name_in
from api.signatures.events import SignaturesForgotten
from api.statements.models import Signing, Statement
from api.updates.models import RecipientState, Update, UpdateRecipient, UpdateState
from api.updates.service import people

SEND = "updates.send"
LETTER, TEST = "updates.update", "updates.test"
LINK = "update.read"
AT_ONCE = 500
MOST_ON_THE_WAY = 1000  # letters of one update in the outbox: others' wait no longer than for these
FEW_ON_THE_WAY = 500
FEED_EVERY = 100  # letters, about: a sweep alone would feed them too slowly


def is_wanted(session: Session) -> bool:
    """Tell whether an update has a step to take."""
    return any(_has_step(session, each) for each in _underway(session))


def _underway(session: Session) -> Sequence[Update]:
    query = select(Update).where(Update.state == UpdateState.SENDING)
    return session.scalars(query.order_by(Update.started_at, Update.id)).all()


def _has_step(session: Session, update: Update) -> bool:
    if update.left_out is None:
        return True
    if _is_any(session, _in_state(update, RecipientState.WAITING)):
        return _on_the_way(session, update) < FEW_ON_THE_WAY
    return not _is_any(session, _in_state(update, RecipientState.PROMISED), _unsent())


def _in_state(update: Update, state: RecipientState) -> ColumnElement[bool]:
    return (UpdateRecipient.update_id == update.id) & (UpdateRecipient.state == state)


def _unsent(*more: ColumnElement[bool]) -> ColumnElement[bool]:
    waiting = Letter.state.in_([LetterState.QUEUED, LetterState.HELD])
    return exists().where(Letter.object_id == UpdateRecipient.id, waiting, *more)


def _is_any(session: Session, *conditions: ColumnElement[bool]) -> bool:
    return is_any(session, select(UpdateRecipient.id).where(*conditions))


def _on_the_way(session: Session, update: Update) -> int:
    """Return how many letters were not tried yet. Those that wait for another try hold up none."""
    fresh = _unsent(Letter.attempts == 0)
    query = select(func.count()).where(_in_state(update, RecipientState.PROMISED), fresh)
    return session.scalar(query) or 0


def send() -> dict[str, int]:
    """Take every step that can be taken now; return how many letters were promised."""
    with reading() as session:
        found = _underway(session)
    promised = 0
    for each in found:
        if each.left_out is None:
            _gather(each)
        while number := _feed(each.id):
            promised += number
        _end(each.id)
    return {"letters": promised}


def _held(session: Session, update_id: UUID) -> Update | None:
    """Return an update that is underway, held; None where it is not."""
    found = session.get(Update, update_id, with_for_update=True, populate_existing=True)
    return found if found is not None and found.state is UpdateState.SENDING else None


def _gather(update: Update) -> None:
    """Write down to whom an update goes. Nothing is sent before all are."""
    gathering = people.Gathering(update)
    while True:
        with transaction() as session:
            row = _held(session, update.id)
            if row is None:
                return
            found = gathering.next(session)
            if found is None:
                row.left_out = dict(gathering.left_out)
                return
            ids = [each.id for each in found]
            known = select(UpdateRecipient.signature_id).where(
                UpdateRecipient.update_id == row.id, UpdateRecipient.signature_id.in_(ids)
            )
            there = set(session.scalars(known))
            of_it = {"coalition_id": row.coalition_id, "update_id": row.id}
            new = [{"signature_id": each, **of_it} for each in ids if each not in there]
            if new:
                session.execute(insert(UpdateRecipient), new)


def _feed(update_id: UUID) -> int:
    """Promise some letters; none where enough are on the way."""
    with transaction() as session:
        row = _held(session, update_id)
        if row is None or row.left_out is None:
            return 0
        room = min(AT_ONCE, MOST_ON_THE_WAY - _on_the_way(session, row))
        if room <= 0:
            return 0
        query = select(UpdateRecipient.id).where(_in_state(row, RecipientState.WAITING))
        ids = session.scalars(query.limit(room).with_for_update(skip_locked=True)).all()
        known = select(links.Link.object_id).where(
            links.Link.object_id.in_(ids), links.Link.purpose == LINK
        )
        there = set(session.scalars(known))
        new = [each for each in ids if each not in there]
        links.issue_all(session, LINK, row.coalition_id, new)
        letters.promise_all(session, LETTER, row.coalition_id, ids)
        mine = change(UpdateRecipient).where(UpdateRecipient.id.in_(ids))
        session.execute(mine.values(state=RecipientState.PROMISED))
        return len(ids)


def _end(update_id: UUID) -> None:
    with transaction() as session:
        row = _held(session, update_id)
        if row is None or row.left_out is None:
            return
        waiting = _in_state(row, RecipientState.WAITING)
        unsent = _in_state(row, RecipientState.PROMISED) & _unsent()
        if _is_any(session, or_(waiting, unsent)):
            return
        row.state, row.ended_at = UpdateState.SENT, clock.now()
        touch(row, None)
        audit.record(session, None, "update.sent", row)


def is_sent(session: Session, recipient_id: UUID) -> None:
    """Write down what became of a letter. One that a pause dropped waits again."""
    recipient = session.get(UpdateRecipient, recipient_id, with_for_update=True)
    if recipient is None or recipient.state is not RecipientState.PROMISED:
        return
    query = select(Letter.state).where(Letter.object_id == recipient_id)
    state = session.scalar(query.order_by(Letter.created_at.desc(), Letter.id).limit(1))
    update = session.get_one(Update, recipient.update_id)
    if state is LetterState.SENT:
        recipient.state = RecipientState.SENT
        if recipient_id.int % FEED_EVERY == 0:
            jobs.promise(session, SEND, None, {}, key=SEND)
    elif state is LetterState.FAILED:
        recipient.state = RecipientState.FAILED
    elif people.reader(session, update, recipient.signature_id) is None:
        recipient.state = RecipientState.LEFT_OUT
    else:
        recipient.state = RecipientState.WAITING


def letter(session: Session, recipient_id: UUID) -> letters.Facts | None:
    """Tell who signed what came of it; None where it is paused, or not wanted any more."""
    recipient = session.get(UpdateRecipient, recipient_id)
    update = recipient and session.get_one(Update, recipient.update_id)
    if not recipient or not update or update.state is UpdateState.PAUSED:
        return None
    found = people.reader(session, update, recipient.signature_id)
    link = links.newest(session, LINK, recipient_id)
    if found is None or link is None:
        return None
    page = f"{runtime().settings.public_url}/u/{links.secret_of(session, link)}"
    return facts(session, update, found, page)


def facts(
    session: Session, update: Update, reader: people.UpdateReader, page: str | None
) -> letters.Facts:
    """Return what an update's letter is made of. Whose mailings they are is who writes."""
    organisation = session.get_one(Organisation, update.organisation_id)
    coalition = session.get_one(Coalition, update.coalition_id)
    language = reader.language
    name = name_in(organisation.names, language)
    text = bodies.text_in(update.texts, language)
    return letters.Facts(
        to=reader.email,
        language=language,
        coalition=None if is_sensitive(session, update) else name,
        facts={
            "subject": text["subject"],
            "body": bodies.body(text["text"]),
            "text_language": language,
            "title": session.get_one(Statement, reader.statement_id).title,
            "accent": coalition.accent,
            "link": page,
        },
        unsubscribe=page,
    )


def is_sensitive(session: Session, update: Update) -> bool:
    """Tell whether letters about its statements tell nothing to who looks over a shoulder."""
    statements = people.statements_of(update)
    query = select(Signing.statement_id).where(
        Signing.statement_id.in_(statements), Signing.is_sensitive
    )
    return is_any(session, query)


def pause_all(session: Session) -> None:
    """Pause what a restored backup left underway: some of it may have been sent since."""
    underway = change(Update).where(Update.state == UpdateState.SENDING)
    session.execute(underway.values(state=UpdateState.PAUSED, version=Update.version + 1))


def kept_of(session: Session, signature_id: UUID) -> Sequence[UUID]:
    query = select(UpdateRecipient.id).where(UpdateRecipient.signature_id == signature_id)
    return session.scalars(query.order_by(UpdateRecipient.id)).all()


def forget(session: Session, forgotten: SignaturesForgotten) -> None:
    """Let nothing lead to who gave signatures that are forgotten. Their links say that it is over.

    What was sent stays counted.
    """
    mine = UpdateRecipient.signature_id.in_(forgotten.signature_ids)
    open_ = UpdateRecipient.state.in_([RecipientState.WAITING, RecipientState.PROMISED])
    gone = change(UpdateRecipient).where(mine, open_)
    session.execute(gone.values(state=RecipientState.LEFT_OUT))
    session.execute(change(UpdateRecipient).where(mine).values(signature_id=None))
