"""/desk/…/statements/{id}/members/{id}: where one member is, and what is entered for it."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar
from uuid import UUID

from flask import Response
from werkzeug.wrappers import Response as AnyResponse

from api.accounts.rules import Role
from api.desk.routes import statement_base
from api.desk.routes.base import (
    REFUSED,
    Screen,
    at,
    day,
    one,
    onward,
    said,
    screen,
    to,
    typed,
    when,
)
from api.desk.routes.letters import letters_screen
from api.desk.routes.shared import columns_of
from api.desk.routes.visiting import actor
from api.desk.rules import signoffs as rules, typed_facts
from api.desk.rules.signoffs import AnswerShown, MemberForm, MemberScreen
from api.desk.rules.tables import Cell, Listing, ListRow
from api.errors import NotFound
from api.organisations.rules import name_in
from api.pages.rules.facts import Anchor, Form
from api.signatures.models import Visibility
from api.signatures.service import evidence
from api.signoffs import schemas
from api.signoffs.rules import CHOICES, CLOSABLE, OUTSTANDING, Status, places
from api.signoffs.service import appearances, board, lines, previews, questions
from api.signoffs.service.rows import UnsealedAnswer
from api.statements import service as statements
from api.statements.models import Statement
from api.web.validate import loaded

_PATH = "/<uuid:coalition_id>/statements/<uuid:statement_id>/members/<uuid:member_id>"
_SHORT = 60  # characters of a place, in a list


def entry_of(statement: Statement, member_id: UUID) -> Mapping[str, Any]:
    """Return where one member is, as the board has it."""
    found: dict[str, Any] = board.read(actor(), statement.id, most_people=0)
    for each in found["members"]:
        if each["member"].id == member_id:
            return {**each, "round": found["round"]}
    raise NotFound("It is no member of this coalition that signs off.")


def name_of(entry: Mapping[str, Any]) -> str:
    """Return what a member is called in the visitor's language."""
    return name_in(entry["organisation"].names, said().language)


def places_of(statement: Statement) -> dict[str, str]:
    """Return the places of the newest text that a reservation may name."""
    if not statement.revision_number:
        return {}
    return places(statements.revision(actor(), statement.id, statement.revision_number).printed)


def choices_of_appearance() -> list[tuple[str, str, str]]:
    """Return how a member may appear, as circles take it."""
    words = said()
    return [
        (each.value, words.say(f"signoff.shown_{each}"), words.say(f"signoff.shown_{each}_hint"))
        for each in reversed(CHOICES)
    ]


def cut(text: str) -> str:
    """Return the beginning of a place of a text, for a list."""
    text = " ".join(text.split())
    return text if len(text) <= _SHORT else f"{text[:_SHORT].rsplit(' ', 1)[0]} …"


@at(_PATH, "statement_member")
class ShowMember(Screen):
    least = Role.COORDINATOR

    def get(self, coalition_id: UUID, statement_id: UUID, member_id: UUID) -> Response:
        """Show one member."""
        del coalition_id
        statement = statement_base.statement_of(statement_id)
        entry, words = entry_of(statement, member_id), said()
        whose = {"statement_id": statement_id, "member_id": member_id}
        status: Status = entry["state"]
        is_open = statement.state in {"draft", "review"} and bool(statement.revision_number)
        learned = next(
            (
                each.content.get("name")
                for each in reversed(entry["answers"])
                if each.content.get("name")
            ),
            "",
        )
        step = None
        if is_open and entry["closed"] is None:
            key = "second" if status is Status.ONE_OF_TWO else "enter"
            step = Anchor(words.say(f"signoff.{key}"), to("member_answer", **whose))
        return screen(
            "signoff_member.html",
            MemberScreen(
                around=statement_base.around(statement),
                name=name_of(entry),
                status=words.say(f"signoff.status_{status}"),
                tone=rules.TONES[status],
                facts=_facts(entry),
                people=_people(entry),
                answers=[
                    _answer(each, statement, places_of(statement))
                    for each in reversed(entry["answers"])
                ],
                acts=[
                    Anchor(words.say(f"signoff.{key}"), to(endpoint, **whose))
                    for key, endpoint in _acts(entry, is_open=is_open)
                ],
                step=step,
                back=to("statement_signoff", statement_id=statement_id),
                learn=learned if learned != _in_text(entry, statement) else "",
                is_closed=entry["closed"] is not None,
                may_remind=is_open and entry["round"] is not None and status in OUTSTANDING,
                member_id=str(member_id),
            ),
        )


def _in_text(entry: Mapping[str, Any], statement: Statement) -> str:
    return name_in(entry["organisation"].names, statement.language)


def _acts(entry: Mapping[str, Any], *, is_open: bool) -> list[tuple[str, str]]:
    status, found = entry["state"], [("appear", "member_appearance")]
    if is_open and status in {*OUTSTANDING, Status.NOT_ASKED} and entry["closed"] is None:
        found.append(("needs_time", "member_time"))
    if is_open and status in CLOSABLE and statement_base.may(Role.OWNER):
        found.append(("close_question", "member_closing"))
    return found


def _facts(entry: Mapping[str, Any]) -> list[tuple[str, Any]]:
    words, wish, closed = said(), entry["time_asked"], entry["closed"]
    shown = entry["visibility"]
    found: list[tuple[str, Any]] = [
        (words.say("signoff.appears"), words.say(f"signoff.shown_{shown or 'none'}")),
        (words.say("signoff.asked_at"), when(entry["asked_again_at"] or entry["asked_at"])),
        (words.say("signoff.reminders"), str(entry["reminders"] or "")),
        (words.say("signoff.next_reminder"), when(entry["next_reminder_at"])),
    ]
    if entry["organisation"].needs_two:
        found.append((words.say("signoff.needs_two"), words.say("signoff.needs_two_text")))
    if wish:
        text = words.say("signoff.needs_until", day=day(wish.until))
        reason = wish.content.get("reason")
        found.append((words.say("signoff.time"), f"{text}: {reason}" if reason else text))
    if closed:
        found.append((words.say("signoff.closed"), closed.reason))
    return found


def _people(entry: Mapping[str, Any]) -> Listing:
    words, keys = said(), ("person", "email", "answered")
    return Listing(
        caption=words.say("signoff.people"),
        columns=columns_of("signoff", *keys),
        rows=[
            ListRow(
                cells=[
                    Cell(text=each.name, small=each.role or ""),
                    Cell(text=each.email),
                    Cell(text=_answered(each), tone="good" if each.has_answered else None),
                ]
            )
            for each in entry["people"] or ()
        ],
    )


def _answered(person: Any) -> str:
    words = said()
    if person.handed_to:
        return words.say("signoff.handed_to", name=person.handed_to)
    if not person.may_answer:
        return words.say("signoff.may_not")
    return words.say("signoff.yes" if person.has_answered else "signoff.not_yet")


def _answer(given: UnsealedAnswer, statement: Statement, known: Mapping[str, str]) -> AnswerShown:
    words, told, row = said(), given.told, given.row
    how = ""
    if row.is_entered:
        means = words.say(f"signoff.means_{told.means}") if told.means else ""
        on = day(told.on) if told.on else ""
        how = words.say("signoff.entered") + "".join(f" · {it}" for it in (means, on) if it)
    file = to("evidence_file", evidence_id=row.evidence_id) if row.evidence_id else ""
    return AnswerShown(
        words=words.say(f"signoff.answer_{given.answer}"),
        tone=rules.ANSWER_TONES[given.answer],
        by=", ".join(filter(None, (given.by, given.content["by"].get("role")))),
        at=when(row.answered_at),
        how=how,
        revision=words.say("signoff.version", number=str(given.revision)),
        is_of_now=given.revision >= statement.counted_from,
        reason=given.content["reason"] or "",
        reservations=[
            (cut(known.get(each["pointer"], "")), each["text"])
            for each in given.content["reservations"]
        ],
        note=told.note or "",
        evidence=file,
    )


@at("/<uuid:coalition_id>/evidence/<uuid:evidence_id>", "evidence_file")
class EvidenceFile(Screen):
    least = Role.COORDINATOR
    is_file = True

    def get(self, coalition_id: UUID, evidence_id: UUID) -> Response:
        """Send what proves an answer, to be kept as a file: a browser runs nothing of it."""
        del coalition_id
        row, content = evidence.content_of(actor(), evidence_id)
        answer = Response(content, mimetype=row.content_type)
        answer.headers.set("Content-Disposition", "attachment", filename=f"evidence-{row.id}")
        return answer


class _Entered(Screen):
    """A small form of what a member told a coordinator, `signoff_<what>.html`."""

    least = Role.COORDINATOR
    what: ClassVar[str]

    def get(self, coalition_id: UUID, statement_id: UUID, member_id: UUID) -> AnyResponse:
        """Ask what the member told."""
        del coalition_id
        return _small(self.what, statement_id, member_id, Form())

    def post(self, coalition_id: UUID, statement_id: UUID, member_id: UUID) -> AnyResponse:
        """Keep it."""
        del coalition_id
        try:
            self.enter(statement_id, {"member_id": str(member_id)})
        except REFUSED as refused:
            return _small(self.what, statement_id, member_id, typed(refused))
        return _back(f"{self.what}_entered", statement_id, member_id)

    @abstractmethod
    def enter(self, statement_id: UUID, whose: dict[str, Any]) -> None:
        """Do what the form says of the member."""


@at(f"{_PATH}/time", "member_time")
class EnterTime(_Entered):
    """Until when the member needs: it is not reminded before."""

    what = "time"

    def enter(self, statement_id: UUID, whose: dict[str, Any]) -> None:
        """Keep until when."""
        by = {"name": one("by.name")}
        given = {**whose, "until": one("until"), "reason": one("reason") or None, "by": by}
        questions.enter_time(actor(), statement_id, loaded(schemas.MemberTimeIn(), given))


@at(f"{_PATH}/appearance", "member_appearance")
class EnterAppearance(_Entered):
    """How the member wants to appear: a name that goes leaves every page at once."""

    what = "appearance"

    def enter(self, statement_id: UUID, whose: dict[str, Any]) -> None:
        """Keep how."""
        given = {**whose, "visibility": one("visibility")}
        appearances.enter(actor(), statement_id, **loaded(schemas.MemberAppearanceIn(), given))


@at(f"{_PATH}/closing", "member_closing")
class CloseQuestion(Screen):
    least = Role.OWNER

    def get(self, coalition_id: UUID, statement_id: UUID, member_id: UUID) -> AnyResponse:
        """Ask why the question is closed: the member reads it."""
        del coalition_id
        return _small("closing", statement_id, member_id, Form())

    def post(self, coalition_id: UUID, statement_id: UUID, member_id: UUID) -> AnyResponse:
        """Show the letter that the member gets, or close the question and send it."""
        del coalition_id
        statement = statement_base.statement_of(statement_id)
        if one("do") == "edit":
            return _small("closing", statement_id, member_id, typed())
        try:
            given = {"member_id": str(member_id), "reason": one("reason")}
            facts = loaded(schemas.ClosingIn(), given)
            if one("do") == "send":
                questions.close(actor(), statement_id, **facts)
                return _back("question_closed", statement_id, member_id)
            at_ = typed_facts.whole(one("number")) or 0
            found = previews.preview(actor(), statement_id, "closing", facts, at_)
        except REFUSED as refused:
            return _small("closing", statement_id, member_id, typed(refused))
        words = said()
        return letters_screen(
            statement,
            found,
            title=words.say("signoff.letters_closing"),
            fields=[("reason", one("reason"))],
            send=words.say("signoff.close_it"),
            back=to("statement_member", statement_id=statement_id, member_id=member_id),
            may_edit=True,
        )


@at(f"{_PATH}/reopening", "member_reopening")
class ReopenQuestion(Screen):
    least = Role.OWNER

    def post(self, coalition_id: UUID, statement_id: UUID, member_id: UUID) -> AnyResponse:
        """Open the question again; those who have not answered are asked."""
        del coalition_id
        questions.reopen(actor(), statement_id, member_id)
        return _back("question_reopened", statement_id, member_id)


@at(f"{_PATH}/name", "member_learned_name")
class LearnName(Screen):
    least = Role.COORDINATOR

    def post(self, coalition_id: UUID, statement_id: UUID, member_id: UUID) -> AnyResponse:
        """Have the member's entry learn the name that it gave."""
        del coalition_id
        lines.learn(actor(), statement_id, member_id)
        return _back("name_learned", statement_id, member_id)


def _small(what: str, statement_id: UUID, member_id: UUID, form: Form) -> Response:
    """Show one of the small forms about a member."""
    statement = statement_base.statement_of(statement_id)
    entry = entry_of(statement, member_id)
    person = next((each.name for each in entry["people"] or () if each.may_answer), "")
    shown: Visibility | None = entry["visibility"]
    return screen(
        f"signoff_{what}.html",
        MemberForm(
            around=statement_base.around(statement),
            name=name_of(entry),
            back=to("statement_member", statement_id=statement_id, member_id=member_id),
            choices=choices_of_appearance() if what == "appearance" else (),
            values={"by.name": person, "visibility": str(shown or "")},
            form=form,
        ),
    )


def _back(code: str, statement_id: UUID, member_id: UUID) -> AnyResponse:
    return onward("statement_member", code, statement_id=statement_id, member_id=member_id)
