"""The use cases of cover letters and deliveries: write, preview, send, record."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.accounts.rules import Actor, Role
from api.accounts.service import load
from api.cases import service as cases
from api.coalitions.models import Addressee
from api.deliveries import rules
from api.deliveries.models import CoverLetter, Delivery, DeliveryState, Means
from api.deliveries.service import sending
from api.documents.service import promise_renewal
from api.errors import Code, Conflict, Fault, Invalid, point
from api.infra import clock
from api.infra.database import paging
from api.infra.database.paging import Page, PageRequest
from api.infra.database.transactions import reading, transaction
from api.infra.mail import letters
from api.infra.mail.letters import Letter, LetterState
from api.infra.net.smtp import Message
from api.infra.security import audit, keys
from api.infra.text import spelling
from api.mailings import rules as words
from api.statements import service as statements
from api.statements.models import State, Statement
from api.texts.rules.document import PortableAddressee

NO_SUCH = "The coalition has no addressee of this id."
UNNAMED = "It holds the name of a case that may not be named. Take it out."


class NotPublished(Conflict, title="The statement is not published"):
    """Only what is published is handed over."""


@dataclass(frozen=True)
class DeliveryView:
    """A delivery as it stands now."""

    row: Delivery
    state: DeliveryState
    fault: str | None
    note: str | None

    @property
    def told(self) -> str | None:
        """What went wrong, in a sentence."""
        return rules.told(self.state, self.fault)


@dataclass(frozen=True)
class Sight:
    """A cover letter as an addressee gets it, and to whom it would go."""

    language: str
    message: Message
    to: list[Addressee]
    without_email: list[Addressee]
    already: list[Addressee]
    unknown: list[PortableAddressee]  # whom the text addresses, and the coalition lacks

    @property
    def missing(self) -> list[str]:
        """Return the names of those whom the coalition lacks."""
        return _names(self.unknown)


@dataclass(frozen=True)
class Sent:
    """What was promised, and who was passed over."""

    items: list[DeliveryView]
    without_email: list[Addressee]
    already: list[Addressee]
    missing: list[str]


def _nobody(without: Sequence[Addressee], missing: Sequence[str]) -> list[Fault]:
    """Say who is missing, and what to do about each."""
    faults = [f"{each.name} has no e-mail. Enter it." for each in without]
    faults += [
        f"The coalition has no addressee of the name {name}. Enter it, or give addressee_ids."
        for name in missing
    ]
    nobody = ["The text names no addressee. Give addressee_ids."]
    return [Fault("/addressee_ids", Code.NOT_FOUND, each) for each in faults or nobody]


def write(actor: Actor, statement_id: UUID, facts: Mapping[str, Any]) -> CoverLetter:
    """Keep a cover letter; nothing is sent yet."""
    with transaction() as session:
        statement = load(session, actor, Statement, statement_id, Role.COORDINATOR)
        if facts["language"] not in {each["language"] for each in facts["texts"]}:
            wrong = "There is no text in this language."
            raise Invalid(
                "The cover letter cannot be kept so.", [Fault("/language", Code.NOT_FOUND, wrong)]
            )
        _keep_silent(session, statement, facts["texts"])
        row = CoverLetter(
            coalition_id=statement.coalition_id,
            statement_id=statement.id,
            language=facts["language"],
            texts=facts["texts"],
            created_by=actor.user_id,
        )
        session.add(row)
        session.flush()
        audit.record(session, actor, "cover_letter.written", row, {"texts": row.texts})
        return row


def _keep_silent(
    session: Session, statement: Statement, texts: Sequence[Mapping[str, str]]
) -> None:
    """Refuse a text with the name of somebody who may not be named."""
    names = cases.unnamed(session, statement.coalition_id)
    faults = [
        Fault(point("texts", index, part), Code.HIDDEN_NAME, UNNAMED)
        for index, text in enumerate(texts)
        for part in ("subject", "text")
        if names.found_in(text[part])
    ]
    if faults:
        raise Invalid("The cover letter cannot be kept so.", faults)


def letters_of(actor: Actor, statement_id: UUID, page: PageRequest) -> Page[CoverLetter]:
    """Return a statement's cover letters, the latest first."""
    with reading() as session:
        load(session, actor, Statement, statement_id, Role.COORDINATOR)
        query = select(CoverLetter).where(CoverLetter.statement_id == statement_id)
        return paging.page(session, query, page, descending=True)


def letter(actor: Actor, letter_id: UUID) -> CoverLetter:
    """Return a cover letter."""
    with reading() as session:
        return load(session, actor, CoverLetter, letter_id, Role.COORDINATOR)


def preview(
    actor: Actor, letter_id: UUID, language: str | None, addressee_id: UUID | None
) -> Sight:
    """Return a cover letter as it goes out, and to whom it would by default; nothing is sent."""
    with reading() as session:
        row = load(session, actor, CoverLetter, letter_id, Role.COORDINATOR)
        statement = session.get_one(Statement, row.statement_id)
        chosen = _language(row, language)
        named, unknown = _named(session, statement)
        to = named if addressee_id is None else _chosen(session, statement, [addressee_id])
        facts = sending.facts(session, row, chosen, to[0] if to else None, actor.user_id)
        return Sight(
            chosen, words.write(sending.COVER, facts), *_sorted(session, statement, to), unknown
        )


def send(
    actor: Actor, letter_id: UUID, language: str | None, addressee_ids: Sequence[UUID] | None
) -> Sent:
    """Promise the published text to addressees by e-mail; none gets one revision twice."""
    with transaction() as session:
        row = load(session, actor, CoverLetter, letter_id, Role.COORDINATOR)
        statement = load(session, actor, Statement, row.statement_id, Role.COORDINATOR, lock=True)
        _must_be_published(statement)
        chosen = _language(row, language)
        if addressee_ids is None:
            wanted, unknown = _named(session, statement)
            missing = _names(unknown)
        else:
            wanted, missing = _chosen(session, statement, addressee_ids), []
        to, without, already = _sorted(session, statement, wanted)
        if not to and not already:
            raise Invalid("Nobody would get it.", _nobody(without, missing))
        made = [_new(actor, statement, each, Means.EMAIL) for each in to]
        for delivery in made:
            delivery.cover_letter_id, delivery.language = row.id, chosen
        session.add_all(made)
        session.flush()
        for delivery in made:
            audit.record(session, actor, "delivery.promised", delivery, sending.told(delivery))
        if made:
            # Printed as it is now first: who signed since the last printing stands in it too.
            owner = statement.coalition_id
            promise_renewal(session, owner, statement.id)
            letters.promise_all(session, sending.COVER, owner, [each.id for each in made])
        return Sent(
            [DeliveryView(each, each.state, None, None) for each in made], without, already, missing
        )


def record(actor: Actor, statement_id: UUID, facts: Mapping[str, Any]) -> DeliveryView:
    """Keep that somebody handed a statement over, by other means than e-mail from here."""
    with transaction() as session:
        statement = load(session, actor, Statement, statement_id, Role.COORDINATOR)
        _must_be_published(statement)
        (addressee,) = _chosen(session, statement, [facts["addressee_id"]], place="/addressee_id")
        row = _new(actor, statement, addressee, facts["means"])
        row.state, row.delivered_at = DeliveryState.DELIVERED, facts["delivered_at"] or clock.now()
        if row.delivered_at > clock.now():
            wrong = "It is still to come. Record it once it was handed over."
            raise Invalid(
                "The delivery cannot be kept so.", [Fault("/delivered_at", Code.TOO_LATE, wrong)]
            )
        keys.write(session, row, Delivery.note, facts["note"])
        session.add(row)
        session.flush()
        told = {**sending.told(row), "note": facts["note"]}
        audit.record(session, actor, "delivery.recorded", row, told)
        return DeliveryView(row, row.state, None, facts["note"])


def of_statement(actor: Actor, statement_id: UUID, page: PageRequest) -> Page[DeliveryView]:
    """Return a statement's deliveries, the latest first."""
    with reading() as session:
        load(session, actor, Statement, statement_id, Role.COORDINATOR)
        query = select(Delivery).where(Delivery.statement_id == statement_id)
        found = paging.page(session, query, page, descending=True)
        return paging.Page(list(_shown(session, found.items)), found.following, found.total)


def one(actor: Actor, delivery_id: UUID) -> DeliveryView:
    """Return a delivery."""
    with reading() as session:
        row = load(session, actor, Delivery, delivery_id, Role.COORDINATOR)
        (shown,) = _shown(session, [row])
        return shown


def _shown(session: Session, rows: Sequence[Delivery]) -> Iterator[DeliveryView]:
    """Return deliveries; what of a letter is not over yet, the outbox knows."""
    open_ = [each.id for each in rows if each.state is DeliveryState.WAITING]
    query = select(Letter).where(Letter.kind == sending.COVER, Letter.object_id.in_(open_))
    outbox = {each.object_id: each for each in session.scalars(query)}
    for row in rows:
        state, fault, found = row.state, row.fault, outbox.get(row.id)
        if found is not None:
            fault = found.fault
            if found.state is LetterState.FAILED:
                state = DeliveryState.FAILED
        yield DeliveryView(row, state, fault, keys.read(session, row, Delivery.note))


def _must_be_published(statement: Statement) -> None:
    if statement.state is not State.PUBLISHED:
        raise NotPublished(f"It is {statement.state}. Publish it first.")


def _new(actor: Actor, statement: Statement, addressee: Addressee, means: Means) -> Delivery:
    return Delivery(
        id=uuid4(),
        coalition_id=statement.coalition_id,
        statement_id=statement.id,
        addressee_id=addressee.id,
        addressee=addressee.name,
        revision_number=statement.revision_number,
        means=means,
        state=DeliveryState.WAITING,
        created_by=actor.user_id,
    )


def _language(row: CoverLetter, wanted: str | None) -> str:
    language = wanted or row.language
    if language not in {each["language"] for each in row.texts}:
        wrong = "The cover letter has no text in this language."
        raise Invalid("Choose one of its languages.", [Fault("/language", Code.NOT_FOUND, wrong)])
    return language


def _names(unknown: Sequence[PortableAddressee]) -> list[str]:
    return [each["name"] for each in unknown]


def _named(
    session: Session, statement: Statement
) -> tuple[list[Addressee], list[PortableAddressee]]:
    """Return the addressees that a text names, and those of them that the coalition lacks."""
    document = statements.current_revision(session, statement).document
    known: dict[str, list[Addressee]] = {}
    told = {each["name"]: each for each in reversed(document.get("addressees", ()))}
    names = {name: spelling.exact(name) for name in reversed(told)}
    query = select(Addressee).where(Addressee.coalition_id == statement.coalition_id)
    for row in session.scalars(query.order_by(Addressee.sort_name, Addressee.id)):
        known.setdefault(spelling.exact(row.name), []).append(row)
    found = {row.id: row for one in names.values() for row in known.get(one, ())}
    return list(found.values()), [told[name] for name, one in names.items() if one not in known]


def _chosen(
    session: Session, statement: Statement, ids: Sequence[UUID], place: str | None = None
) -> list[Addressee]:
    mine = Addressee.coalition_id == statement.coalition_id
    query = select(Addressee).where(mine, Addressee.id.in_(ids))
    known = {row.id: row for row in session.scalars(query)}
    faults = [
        Fault(place or point("addressee_ids", index), Code.NOT_FOUND, NO_SUCH)
        for index, each in enumerate(ids)
        if each not in known
    ]
    if faults:
        raise Invalid("Enter the addressee into the coalition first.", faults)
    return [known[each] for each in dict.fromkeys(ids)]


def _sorted(
    session: Session, statement: Statement, wanted: Sequence[Addressee]
) -> tuple[list[Addressee], list[Addressee], list[Addressee]]:
    """Return who is to get it, who has no e-mail, and who has it or soon will."""
    query = select(Delivery).where(
        Delivery.statement_id == statement.id,
        Delivery.means == Means.EMAIL,
        Delivery.revision_number == statement.revision_number,
        Delivery.addressee_id.in_([each.id for each in wanted]),
    )
    fine = {DeliveryState.WAITING, DeliveryState.DELIVERED}
    shown = _shown(session, session.scalars(query).all())
    there = {each.row.addressee_id for each in shown if each.state in fine}
    already = [each for each in wanted if each.id in there]
    rest = [each for each in wanted if each.id not in there]
    to = [each for each in rest if each.email is not None]
    return to, [each for each in rest if each.email is None], already
