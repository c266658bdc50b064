"""What a member's answers amount to, when it is reminded, and which places it may name."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from api.errors import Code, Fault, Invalid, point
from api.infra.net.rate_limits import Rate
from api.signatures.models import Visibility
from api.signoffs.models import UNKNOWN, Answer, AnswerMeans, Silence

MOST_PRINTED = 600  # characters of a reservation that prints, as the portable document has it
CHOICES = (Visibility.ANONYMOUS, Visibility.COALITION, Visibility.PUBLIC)  # the least first
ACTING = Rate(a_minute=20, an_hour=120)  # answers and hand-overs by one link
FEW = 3  # without a name: fewer are guessed by who knows the members
REMINDED_AT = time(8)  # in the round's zone
MOST_REMINDERS = 10  # where no deadline ends them


class Status(StrEnum):
    """Where a member is with a text.

    `nobody_to_ask`: none of its representatives may answer. `one_of_two`: approved by one
    person where two are needed. `tacit`: its silence approves, since the hard deadline passed.
    `waiting`: it answered a text that was changed materially since. `withdrawn`: the signature
    that its approval became was taken back. `closed`: an owner closed the question, which it
    cannot answer.
    """

    NOT_ASKED = "not_asked"
    NOBODY_TO_ASK = "nobody_to_ask"
    ASKED = "asked"
    ONE_OF_TWO = "one_of_two"
    APPROVED = "approved"
    RESERVED = "reserved"
    DECLINED = "declined"
    OBJECTED = "objected"
    TACIT = "tacit"
    WAITING = "waiting"
    WITHDRAWN = "withdrawn"
    CLOSED = "closed"


COUNTS = frozenset({Status.APPROVED, Status.RESERVED, Status.TACIT})
OUTSTANDING = frozenset({Status.ASKED, Status.ONE_OF_TWO, Status.WAITING})
# Of a question that an owner may close: nobody answered it, or one of two.
CLOSABLE = OUTSTANDING | {Status.NOT_ASKED, Status.NOBODY_TO_ASK, Status.TACIT}
KEPT = timedelta(days=90)  # what proves entered answers, after the text was published
POSITIVE = frozenset({Answer.APPROVED, Answer.RESERVED})


@dataclass(frozen=True)
class AnswerGiven:
    """One answer: by which person, and to which revision."""

    approver_key: str
    answer: Answer
    revision: int


@dataclass(frozen=True)
class HowTold:
    """How an answer came that a coordinator entered, as far as it is known."""

    means: AnswerMeans | None = None
    on: date | None = None
    note: str | None = None

    @classmethod
    def of(cls, content: Mapping[str, Any]) -> HowTold:
        """Read it in what is kept of an answer."""
        told = content.get("told", {})
        means, on = told.get("means"), told.get("on")
        return cls(means and AnswerMeans(means), on and date.fromisoformat(on), told.get("note"))


_Answer = TypeVar("_Answer", bound=AnswerGiven)


@dataclass(frozen=True, kw_only=True)
class AnswerFacts:
    """All that decides where a member is."""

    said: Sequence[AnswerGiven] = ()  # in the order in which it came
    counted_from: int = 1  # the newest revision that is not editorial
    needs_two: bool = False
    is_asked: bool = True
    is_asked_again: bool = False  # after a material revision
    has_somebody: bool = True  # who may answer
    silence: Silence = Silence.NOTHING
    is_over: bool = False  # the hard deadline passed, and it was asked before
    is_closed: bool = False  # by an owner
    needs_time: bool = False  # it said so of the text as it is


def status(case: AnswerFacts) -> Status:
    """Return where a member is with the newest text.

    What it said of an earlier text counts unless that was changed materially since; of what it
    said, the latest counts.
    """
    if case.is_closed:
        return Status.CLOSED
    current_answers = [each for each in case.said if each.revision >= case.counted_from]
    if current_answers:
        return _answered(current_answers, needs_two=case.needs_two)
    if not case.has_somebody:
        return Status.NOBODY_TO_ASK
    if case.is_over and case.is_asked and (silent := _by_silence(case)):
        return silent
    if case.said:
        return Status.WAITING
    return Status.ASKED if case.is_asked else Status.NOT_ASKED


def _by_silence(case: AnswerFacts) -> Status | None:
    if case.silence is Silence.DECLINE:
        return Status.DECLINED
    is_tacit = case.silence is Silence.APPROVAL and _may_be_tacit(case)
    return Status.TACIT if is_tacit else None


def _may_be_tacit(case: AnswerFacts) -> bool:
    """After a material revision only answers count; silence is not two people, nor a wish."""
    return not (case.said or case.is_asked_again or case.needs_two or case.needs_time)


def _answered(current_answers: Sequence[AnswerGiven], *, needs_two: bool) -> Status:
    last = current_answers[-1]
    if last.answer not in POSITIVE:
        return Status(last.answer.value)
    behind = approving(current_answers) if needs_two else [last]
    if needs_two and len(behind) < 2:  # noqa: PLR2004 # two people
        return Status.ONE_OF_TWO
    is_reserved = any(each.answer is Answer.RESERVED for each in behind)
    return Status.RESERVED if is_reserved else Status.APPROVED


def approving(current_answers: Sequence[_Answer]) -> list[_Answer]:
    """Return the latest answer of each person whose latest answer approves, the latest last."""
    latest = {each.approver_key: each for each in current_answers}
    kept = [each for each in current_answers if latest[each.approver_key] is each]
    return [each for each in kept if each.answer in POSITIVE]


def in_time(now: datetime, hard: datetime | None) -> bool:
    """Tell whether an answer comes before the hard deadline; at its very instant it is late."""
    return hard is None or now < hard


def is_last_day(now: datetime, *deadlines: datetime | None) -> bool:
    """Tell whether the next of these deadlines comes today or tomorrow, by its own clock."""
    coming = min((each for each in deadlines if each is not None and each > now), default=None)
    if coming is None:
        return False
    return coming.date() <= now.astimezone(coming.tzinfo).date() + timedelta(1)


def must_fit(
    facts: Mapping[str, Any],
    places: Mapping[str, str],
    *,
    has_approved: bool,
    needs_two: bool = False,
) -> None:
    """Let an answer pass that has what its kind needs, and only that, or raise Invalid."""
    if faults := list(_misfits(facts, places, has_approved=has_approved, needs_two=needs_two)):
        raise Invalid("The answer lacks something, or has too much.", faults)


def _misfits(  # noqa: C901 # one line a rule
    facts: Mapping[str, Any], places: Mapping[str, str], *, has_approved: bool, needs_two: bool
) -> Iterator[Fault]:
    answer, reservations = facts["answer"], facts["reservations"]
    if answer is Answer.OBJECTED and not has_approved:
        yield Fault(
            "/answer", Code.CONFLICT, "Only who approved an earlier revision objects: decline."
        )
    if answer not in POSITIVE and not facts["reason"]:
        yield Fault("/reason", Code.REQUIRED, "Say why.")
    if answer is Answer.RESERVED and not reservations:
        yield Fault("/reservations", Code.REQUIRED, "Say what the reservation is about.")
    if answer is not Answer.RESERVED:
        if reservations:
            yield Fault(
                "/reservations", Code.CONFLICT, "Only the answer reserved has reservations."
            )
        if facts["prints_reservation"]:
            yield Fault("/prints_reservation", Code.CONFLICT, "There is no reservation to print.")
    if facts.get("in_personal_capacity"):
        yield from _personal_misfits(facts, needs_two=needs_two)
    if answer not in POSITIVE and facts.get("printed_name"):
        yield Fault("/printed_name", Code.CONFLICT, "Only who approves prints under the text.")
    if answer not in POSITIVE and facts.get("visibility"):
        yield Fault("/visibility", Code.CONFLICT, "Only who approves appears under the text.")
    for at, each in enumerate(reservations):
        if each["pointer"] not in places:
            yield Fault(
                point("reservations", at, "pointer"), Code.NOT_FOUND, "The text has no such place."
            )
    if facts["prints_reservation"] and len(note_of(reservations)) > MOST_PRINTED:
        text = f"What prints may have {MOST_PRINTED} characters in all."
        yield Fault("/reservations", Code.TOO_LONG, text)


def _personal_misfits(facts: Mapping[str, Any], *, needs_two: bool) -> Iterator[Fault]:
    where = "/in_personal_capacity"
    if facts["answer"] not in POSITIVE:
        yield Fault(where, Code.CONFLICT, "Only who approves signs.")
    elif needs_two:
        wrong = "Two people answer for this organisation, so none signs instead of it."
        yield Fault(where, Code.CONFLICT, wrong)


def shown_as(chosen: Iterable[Visibility], wanted: Visibility, *, needs_two: bool) -> Visibility:
    """Return how a member appears after one of its people chose what is wanted.

    The latest choice counts. Where two must approve, nobody shows more than another one chose.
    """
    return min((wanted, *chosen), key=CHOICES.index) if needs_two else wanted


def binding(
    chosen: Mapping[str, Visibility], own: str, approver_keys: Collection[str]
) -> dict[str, Visibility]:
    """Return of what was chosen what binds the person who chooses now.

    Whoever may not answer any more binds nobody, or only a coordinator could mend it. What was
    entered for somebody unknown binds until two who may answer have chosen: a mistyped name too.
    """
    living = {who: each for who, each in chosen.items() if who in approver_keys}
    is_settled = len({*living, own} - {UNKNOWN}) >= 2  # noqa: PLR2004 # two people
    unknown = {UNKNOWN: chosen[UNKNOWN]} if UNKNOWN in chosen and not is_settled else {}
    return {**living, **unknown}


def with_office(by: Mapping[str, str | None]) -> str:
    """Return who answered, with the office in which they did."""
    return ", ".join(filter(None, (by["name"], by.get("role"))))


def note_of(reservations: Sequence[Mapping[str, str]]) -> str:
    """Return reservations as the one note that prints."""
    return " ".join(" ".join(each["text"].split()) for each in reservations)


def places(printed: Mapping[str, Any]) -> dict[str, str]:
    """Return the places of a printed text that may be named, and how each reads, in order."""
    return dict(_places(printed))


def _places(printed: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for number, block in enumerate(printed.get("blocks", ())):
        yield point("blocks", number), block.get("lead") or block.get("text") or ""
        for at, item in enumerate(block.get("items", ())):
            yield point("blocks", number, "items", at), item
        for at, one in enumerate(block.get("lists", ())):
            yield point("blocks", number, "lists", at), one.get("heading", "")
            for place, demand in enumerate(one["demands"]):
                yield point("blocks", number, "lists", at, "demands", place), demand["text"]


def next_reminder(  # noqa: PLR0913 # each is a setting, or a clock
    *,
    asked_at: datetime,
    now: datetime,
    deadline: datetime | None,
    zone: ZoneInfo,
    after_days: int,
    every_days: int,
    rests_until: date = date.min,
) -> datetime | None:
    """Return when a member that has not answered is reminded next; None: not any more.

    First some days after it was asked, or on the day until which it needs time, then every some
    days, at eight in the morning of the zone; last on the deadline's day, or on the day before
    where the deadline is not after eight.
    """
    first = max(asked_at.astimezone(zone).date() + timedelta(after_days), rests_until)
    passed = max(0, (now.astimezone(zone).date() - first).days)
    step = -(-passed // every_days)
    if _morning(first + timedelta(step * every_days), zone) <= now:
        step += 1
    day = first + timedelta(step * every_days)
    if deadline is None:
        return _morning(day, zone) if step < MOST_REMINDERS else None
    last = deadline.astimezone(zone).date()
    if _morning(last, zone) >= deadline:
        last -= timedelta(1)
    when = _morning(min(day, last), zone)
    return when if when > now else None


def _morning(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, REMINDED_AT, zone).astimezone(UTC)
