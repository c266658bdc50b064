"""What is done with signatures after they were received: taken in, and forgotten in time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, delete, insert, select, update
from sqlalchemy.orm import Session

from api.infra import clock
from api.infra.database.columns import Base
from api.infra.database.transactions import alone, delete_all, is_any, transaction
from api.infra.mail import letters
from api.infra.security import audit, codes, day_keys, keys, links
from api.signatures.models import BlockAct, Signature
from api.signatures.rules import addresses, blocking
from api.signatures.service import blocks
from api.signing import rules
from api.signing.models import CODE, LetterMark, PendingSignature, UsedChallenge

TAKING_IN = 8_273_665_092  # any number: PostgreSQL's name of the lock that batches take


def is_waiting(session: Session) -> bool:
    """Tell whether somebody signed who was not taken in yet."""
    query = select(PendingSignature.id).where(PendingSignature.taken_in_at.is_(None))
    return is_any(session, query)


def take_in() -> Iterator[int]:
    """Take in everything that was received, a batch at a time; yield how many each had.

    In a rush there is always more.
    """
    while number := _batch():
        yield number


def _batch() -> int:
    """Take in what waits longest, each with the letter that fits, all in one transaction."""
    with transaction() as session:
        alone(session, TAKING_IN)
        query = select(PendingSignature).where(PendingSignature.taken_in_at.is_(None))
        oldest = query.order_by(PendingSignature.asked_at, PendingSignature.id)
        found = session.scalars(oldest.limit(rules.AT_ONCE)).all()
        by_coalition: dict[UUID, list[PendingSignature]] = {}
        for each in found:
            by_coalition.setdefault(each.coalition_id, []).append(each)
        for coalition_id, some in by_coalition.items():
            _Intake(session, coalition_id).take(some)
        return len(found)


class _Intake:
    """One coalition's part of a batch."""

    def __init__(self, session: Session, coalition_id: UUID) -> None:
        self.session, self.coalition_id = session, coalition_id
        self.blocks = blocks.of(session, coalition_id)

    def take(self, some: Sequence[PendingSignature]) -> None:
        requests = {
            each.id: keys.read(self.session, each, PendingSignature.request)
            for each in some
            if each.request is not None
        }
        wanted = [each for each in some if each.id in requests and self._may(requests[each.id])]
        allowed = self._with_letters_left(wanted, requests)
        signed = self._signed(allowed)
        new = [each for each in allowed if _who(each) not in signed]
        owner, ids = self.coalition_id, [each.id for each in new]
        until = max((each.asked_at for each in new), default=clock.now()) + rules.KEPT
        purpose = rules.CONFIRM
        links.issue_all(self.session, purpose, owner, ids, until=until, tells_day_only=True)
        letters.promise_all(self.session, rules.CONFIRMATION, owner, ids)
        again = [each.id for each in allowed if _who(each) in signed]
        letters.promise_all(self.session, rules.AGAIN, owner, again)
        for each in new:
            code = code_of(self.session, each)
            each.code_index = keys.blind(self.session, self.coalition_id, CODE, code)
        today, kept = clock.day(), {each.id for each in allowed}
        for each in some:
            each.taken_in_at = today
        dropped = [each.id for each in some if each.id not in kept]
        self.session.flush()
        if dropped:
            gone = delete(PendingSignature).where(PendingSignature.id.in_(dropped))
            self.session.execute(gone)
        for statement_id, count in Counter(each.statement_id for each in some).items():
            audit.append(
                self.session,
                None,
                "signing.taken_in",
                self.coalition_id,
                statement_id,
                facts={"count": count},
            )

    def _may(self, request: rules.SigningRequest) -> bool:
        act = blocking.fits(self.blocks, request["email"], request.get("name", ""))
        return act is not BlockAct.DROP

    def _with_letters_left(
        self, some: Sequence[PendingSignature], requests: dict[UUID, rules.SigningRequest]
    ) -> list[PendingSignature]:
        """Return those whose address may get another letter today, and count these letters."""
        now, today = clock.now(), clock.today()
        earlier = (now - rules.WITHIN).date()
        marks: dict[UUID, list[tuple[date, bytes]]] = {}
        for each in some:
            one = addresses.normalised(requests[each.id]["email"])
            marks[each.id] = [
                (day, day_keys.mark(self.session, "letters", one, day)) for day in {earlier, today}
            ]
        sent = self._sent({mark for several in marks.values() for mark in several})
        allowed, new = [], []
        for each in some:
            mine = marks[each.id]
            if sum(sent[mark] for mark in mine) >= rules.MOST_LETTERS:
                continue
            (of_today,) = [mark for mark in mine if mark[0] == today]
            sent[of_today] += 1
            new.append({"id": uuid4(), "day": today, "address": of_today[1], "at": now})
            allowed.append(each)
        if new:
            self.session.execute(insert(LetterMark), new)
        return allowed

    def _sent(self, marks: set[tuple[date, bytes]]) -> Counter[tuple[date, bytes]]:
        query = select(LetterMark.day, LetterMark.address).where(
            LetterMark.day.in_({day for day, _ in marks}),  # or its index is of no use
            LetterMark.address.in_([address for _, address in marks]),
            LetterMark.at > clock.now() - rules.WITHIN,
        )
        return Counter((day, address) for day, address in self.session.execute(query))

    def _signed(self, some: Sequence[PendingSignature]) -> set[tuple[UUID, bytes]]:
        query = select(Signature.statement_id, Signature.address_index).where(
            Signature.statement_id.in_({each.statement_id for each in some}),
            Signature.address_index.in_({each.address_index for each in some}),
        )
        return {
            (statement, bytes(index))
            for statement, index in self.session.execute(query)
            if index is not None
        }


def _who(each: PendingSignature) -> tuple[UUID, bytes]:
    return each.statement_id, bytes(each.address_index)


def code_of(session: Session, pending: PendingSignature) -> str:
    """Return the short code of a signature that was asked for; it is not kept either."""
    digest = keys.blind(session, pending.coalition_id, CODE, f"of {pending.id}")
    return codes.from_digest(digest, rules.CODE_SIGNS)


def _old() -> dict[type[Base], ColumnElement[bool]]:
    now = clock.now()
    return {
        PendingSignature: PendingSignature.asked_at < now - rules.KEPT,
        UsedChallenge: UsedChallenge.expires_at < now,
        LetterMark: LetterMark.day < (now - rules.WITHIN).date(),
    }


def has_old(session: Session) -> bool:
    """Tell whether something is kept that nobody needs any more."""
    old = [
        *(select(*model.__table__.primary_key).where(is_old) for model, is_old in _old().items()),
        select(Signature.id).where(Signature.said_at < clock.now() - rules.KEPT),
    ]
    return any(session.execute(query.limit(1)).first() for query in old)


def forget() -> None:
    """Delete what was not confirmed within seven days, and marks whose time is over."""
    while _forget_unconfirmed() == rules.AT_ONCE:
        pass
    for model, is_old in _old().items():
        delete_all(model, is_old)
    while _forget_when_said() == rules.AT_ONCE:
        pass


def _forget_unconfirmed() -> int:
    """Delete some of what was not confirmed, with the links of its letters."""
    with transaction() as session:
        old = select(PendingSignature.id).where(_old()[PendingSignature])
        ids = session.scalars(old.limit(rules.AT_ONCE)).all()
        about = links.Link.object_id.in_(ids), links.Link.purpose == rules.CONFIRM
        session.execute(delete(links.Link).where(*about))
        session.execute(delete(PendingSignature).where(PendingSignature.id.in_(ids)))
        return len(ids)


def _forget_when_said() -> int:
    """Forget when signatures were asked for, once no letter can be confirmed that is older."""
    with transaction() as session:
        old = select(Signature.id).where(Signature.said_at < clock.now() - rules.KEPT)
        ids = session.scalars(old.limit(rules.AT_ONCE)).all()
        same = {"said_at": None, "updated_at": Signature.updated_at}  # nobody changed them
        session.execute(update(Signature).where(Signature.id.in_(ids)).values(same))
        return len(ids)


def forget_coalition(coalition_id: UUID) -> None:
    """Delete what was received for a coalition; no key of the database does it."""
    delete_all(PendingSignature, PendingSignature.coalition_id == coalition_id)
