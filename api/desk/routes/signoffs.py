"""/desk/…/statements/{id}/sign-off: the board, whom to ask and until when, and reminders."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from flask import Response, request
from markupsafe import Markup
from werkzeug.wrappers import Response as AnyResponse

from api.accounts.rules import Role
from api.desk.routes import statement_base
from api.desk.routes.base import (
    REFUSED,
    Screen,
    at,
    ids,
    led,
    one,
    onward,
    said,
    screen,
    to,
    typed,
    version,
    when,
)
from api.desk.routes.letters import letters_screen
from api.desk.routes.shared import columns_of, sliced
from api.desk.routes.visiting import actor
from api.desk.rules import signoffs as rules, typed_facts
from api.desk.rules.signoffs import AskMembersScreen, BoardScreen, LineToPrint
from api.desk.rules.tables import Cell, Filter, Listing, ListRow
from api.errors import Conflict, NotFound
from api.infra import clock
from api.infra.text import languages, zones
from api.organisations.rules import name_in
from api.pages.rules.facts import Anchor, Form
from api.signoffs.models import SignOffRound
from api.signoffs.rules import OUTSTANDING, Status
from api.signoffs.schemas import RoundIn
from api.signoffs.service import board, keeping, previews, reminding, rounds
from api.signoffs.service.rounds import RoundView, is_open_now
from api.statements.models import Statement
from api.web.validate import loaded

_PATH = "/<uuid:coalition_id>/statements/<uuid:statement_id>/sign-off"
_ON_A_PAGE = 100  # members
_SHORT = 90  # characters of what a member said, on the board
_COLUMNS = ("member", "where", "said", "appears", "next")  # others see the first two
_UNASKED = {Status.NOT_ASKED}


@at(_PATH, "statement_signoff")
class ShowBoard(Screen):
    def get(self, coalition_id: UUID, statement_id: UUID) -> Response:
        """Show where each member is, and what would print now."""
        del coalition_id
        return screen("signoff.html", _board(statement_base.statement_of(statement_id)))

    def post(self, coalition_id: UUID, statement_id: UUID) -> AnyResponse:
        """Keep what proves answers, or let it go on its day."""
        del coalition_id
        is_kept = one("do") == "keep"
        keeping.keep(actor(), statement_id, version(), is_kept=is_kept)
        said_ = "evidence_kept" if is_kept else "evidence_let_go"
        return onward("statement_signoff", said_, statement_id=statement_id)


@at(f"{_PATH}/board", "statement_signoff_board")
class FreshBoard(Screen):
    is_file = True  # a part of a page

    def get(self, coalition_id: UUID, statement_id: UUID) -> Response:
        """Send the board alone where it has changed: the script asks every half minute."""
        del coalition_id
        answer = screen("signoff_board.html", _board(statement_base.statement_of(statement_id)))
        answer.set_etag(hashlib.sha256(answer.get_data()).hexdigest())
        answer.make_conditional(request)
        return answer


def _board(statement: Statement) -> BoardScreen:
    words, whose = said(), {"statement_id": statement.id}
    found: dict[str, Any] = board.read(actor(), statement.id, most_people=rules.MOST_PEOPLE)
    is_coordinator, round_ = statement_base.may(Role.COORDINATOR), found["round"]
    asked, members = request.args.get("state", ""), found["members"]
    cursor = request.args.get("cursor", "")
    page = sliced(_of(members, asked), typed_facts.whole(cursor) or 0, _ON_A_PAGE)
    query = {"state": asked, "cursor": cursor}
    rows = [_member(each, statement, sees_all=is_coordinator) for each in page.items]
    totals = Counter(each["state"] for each in members if each["state"])
    unasked = [str(each["member"].id) for each in members if each["state"] in _UNASKED]
    path = to("statement_signoff", **whose)
    around = statement_base.with_step(statement)
    return BoardScreen(
        around=around,
        facts=_facts(round_.row) if round_ else (),
        totals=[
            Anchor(f"{number} · {words.say(f'signoff.status_{state}')}", f"{path}?state={state}")
            for state, number in sorted(
                totals.items(), key=lambda each: list(Status).index(each[0])
            )
        ],
        members=Listing(
            caption=words.say("signoff.members"),
            columns=columns_of("signoff", *(_COLUMNS if is_coordinator else _COLUMNS[:2])),
            rows=rows,
            path=path,
            query=query,
            total=page.total,
            following=page.following,
            filters=[
                Filter(
                    name="state",
                    words=words.say("signoff.where"),
                    choices=[(each.value, words.say(f"signoff.status_{each}")) for each in Status],
                )
            ]
            if is_coordinator
            else (),
        ),
        lines=[
            LineToPrint(each["text"], each.get("reservation", "")) for each in found["would_print"]
        ],
        language=statement.language,
        withheld=found["would_withhold"],
        unread=found["unread"],
        fresh=to("statement_signoff_board", **whose, **{k: v for k, v in query.items() if v}),
        looked_at=when(clock.now()),
        is_frozen=bool(statement.revision_number),
        is_asked=round_ is not None,
        is_open=round_ is not None and is_open_now(statement, round_.row),
        publish=statement_base.publish_at(statement, around.step) if around.step else "",
        unasked=unasked if round_ is not None else (),
        warnings=len(found["warnings"]),
        evidence=_evidence(statement) if is_coordinator else None,
        version=statement.version,
    )


def _of(members: Sequence[Mapping[str, Any]], asked: str) -> list[Mapping[str, Any]]:
    if asked and asked not in set(Status):
        raise NotFound("There is no such state.")
    return [each for each in members if not asked or each["state"] == asked]


def _member(each: Mapping[str, Any], statement: Statement, *, sees_all: bool) -> ListRow:
    words, state, own = said(), each["state"], each["corrected_name"]
    name = name_in(each["organisation"].names, words.language)
    notes = [words.say("signoff.lead")] if each["member"].role == "lead" else []
    notes += [words.say("signoff.prints_as", name=own)] if own and own != name else []
    href = to("statement_member", statement_id=statement.id, member_id=each["member"].id)
    where = Cell(
        text=words.say(f"signoff.status_{state}") if state else words.say("signoff.not_told"),
        tone=rules.TONES[state] if state else None,
        small=words.say("signoff.by_silence") if each["by_silence"] else "",
    )
    first = Cell(text=name, href=href if sees_all else "", small=" · ".join(notes))
    if not sees_all:
        return ListRow(cells=[first, where])
    last = each["answers"][-1] if each["answers"] else None
    shown = each["visibility"]
    return ListRow(
        cells=[
            first,
            where,
            Cell(text=_short(last), small=last.by if last else ""),
            Cell(text=words.say(f"signoff.shown_{shown}") if shown else ""),
            _next(each),
        ]
    )


def _short(last: Any) -> str:
    """Return the first words of what a member said besides yes or no."""
    if last is None:
        return ""
    noted = " ".join(each["text"] for each in last.content["reservations"])
    text = " ".join((noted or last.content["reason"] or "").split())
    if not text:
        return said().say(f"signoff.answer_{last.answer}")
    return text if len(text) <= _SHORT else f"{text[:_SHORT].rsplit(' ', 1)[0]} …"


def _next(each: Mapping[str, Any]) -> Cell:
    words = said()
    if each["state"] not in OUTSTANDING:
        return Cell(html=when(each["answered_at"])) if each["answered_at"] else Cell()
    if wish := each["time_asked"]:
        day = languages.date_text(str(wish.until), words.language)
        return Cell(text=words.say("signoff.needs_until", day=day), tone="waits")
    if each["next_reminder_at"]:
        html = Markup('{} <span class="aside">{}</span>')
        told = html.format(when(each["next_reminder_at"]), words.say("signoff.reminder"))
        return Cell(html=told)
    return Cell(text=words.say("signoff.no_reminder"))


def _facts(found: SignOffRound) -> list[tuple[str, Any]]:
    words, zone = said(), found.zone

    def told(at_it: datetime | None) -> str:
        """Return a deadline by the clock of the round, as it was set: no script changes that."""
        return languages.instant_text(at_it, zone, words.language) if at_it else ""

    return [
        (words.say("signoff.soft"), told(found.soft_deadline)),
        (words.say("signoff.hard"), told(found.hard_deadline)),
        (words.say("signoff.silence"), words.say(f"signoff.silence_{found.silence}")),
        (words.say("signoff.closed_at"), when(found.closed_at, zone)),
    ]


def _evidence(statement: Statement) -> Mapping[str, Any] | None:
    found = keeping.keeping(actor(), statement.id)
    if found.forget_on is None or found.forgotten_on is not None:
        return None
    return {"on": found.forget_on, "is_kept": found.is_kept}


@at(f"{_PATH}/ask", "statement_ask")
class AskMembers(Screen):
    least = Role.COORDINATOR

    def get(self, coalition_id: UUID, statement_id: UUID) -> AnyResponse:
        """Ask until when members answer, and what it means where they do not."""
        del coalition_id
        statement = statement_base.statement_of(statement_id)
        if not statement.revision_number:
            return led(to("statement_signoff", statement_id=statement_id))
        return self._shown(statement, Form())

    def post(self, coalition_id: UUID, statement_id: UUID) -> AnyResponse:
        """Show the letters that would leave, or have them leave."""
        del coalition_id
        statement, form = statement_base.statement_of(statement_id), typed()
        if one("do") == "edit":
            return self._shown(statement, form)
        values = {name: one(name) for name in rules.ROUND_FIELDS}
        before = version() if one("version") else None
        try:
            facts = loaded(RoundIn(), rules.round_facts(values, _round(statement_id)))
            found = previews.preview(actor(), statement_id, "round", facts, _number())
            number = len(found.letters)
            if one("do") == "send":
                rounds.set_round(actor(), statement_id, before, facts)
                done = "asked" if number else "saved"
                return onward("statement_signoff", done, statement_id=statement_id)
        except REFUSED as refused:
            return self._shown(statement, typed(refused))
        words = said()
        return letters_screen(
            statement,
            found,
            title=words.say("signoff.letters_ask", number),
            fields=list(values.items()),
            send=words.say("signoff.send", number) if number else words.say("signoff.save"),
            back=to("statement_ask", statement_id=statement_id),
            version=before,
            may_edit=True,
        )

    def _shown(self, statement: Statement, form: Form) -> Response:
        words, language = said(), said().language
        found: dict[str, Any] = board.read(actor(), statement.id, most_people=0)
        round_: RoundView | None = found["round"]
        members = found["members"]
        nobody = [
            Anchor(
                name_in(each["organisation"].names, language),
                to("member", member_id=each["member"].id),
            )
            for each in members
            if each["state"] is Status.NOBODY_TO_ASK
        ]
        return screen(
            "signoff_ask.html",
            AskMembersScreen(
                around=statement_base.around(statement),
                values=rules.round_values(
                    round_.row if round_ else None, round_.note if round_ else None, _zone(members)
                ),
                silences=[
                    (
                        key,
                        words.say(f"signoff.silence_{key}"),
                        words.say(f"signoff.silence_{key}_hint"),
                    )
                    for key in ("nothing", "approval", "decline")
                ],
                asked=[
                    name_in(each["organisation"].names, language)
                    for each in members
                    if each["state"] is not Status.NOBODY_TO_ASK
                ],
                nobody=nobody,
                is_new=round_ is None,
                version=round_.row.version if round_ else None,
                form=form,
            ),
        )


def _round(statement_id: UUID) -> SignOffRound | None:
    if not rounds.has_round(actor(), statement_id):
        return None
    return rounds.round_of(actor(), statement_id).row


def _zone(members: Sequence[Mapping[str, Any]]) -> str:
    """Return in which zone a round begins: that of the first member, which leads."""
    if not members:
        return "UTC"
    organisation = members[0]["organisation"]
    return zones.told_in(organisation.zone, organisation.country, clock.now(), "UTC")


def _number() -> int:
    return typed_facts.whole(one("number")) or 0


@at(f"{_PATH}/more", "statement_ask_more")
class AskMore(Screen):
    least = Role.COORDINATOR

    def post(self, coalition_id: UUID, statement_id: UUID) -> AnyResponse:
        """Ask members that came later; their letters are shown before."""
        del coalition_id
        statement, words, wanted = statement_base.statement_of(statement_id), said(), ids()
        if one("do") == "send":
            rounds.ask_more(actor(), statement_id, wanted)
            return onward("statement_signoff", "asked", statement_id=statement_id)
        facts = {"member_ids": wanted}
        found = previews.preview(actor(), statement_id, "asks", facts, _number())
        return letters_screen(
            statement,
            found,
            title=words.say("signoff.letters_ask", len(found.letters)),
            fields=[("ids", str(each)) for each in wanted],
            send=words.say("signoff.send", len(found.letters)) if found.letters else "",
            back=to("statement_signoff", statement_id=statement_id),
        )


@at(f"{_PATH}/remind", "statement_remind")
class Remind(Screen):
    least = Role.COORDINATOR

    def get(self, coalition_id: UUID, statement_id: UUID) -> AnyResponse:
        """Show the letters to all who have not answered; where nobody can be asked, the board."""
        del coalition_id
        statement = statement_base.statement_of(statement_id)
        try:
            return self._shown(statement, None)
        except (Conflict, NotFound):
            return led(to("statement_signoff", statement_id=statement_id))

    def post(self, coalition_id: UUID, statement_id: UUID) -> AnyResponse:
        """Show the letters to some, or have them leave."""
        del coalition_id
        statement, wanted = statement_base.statement_of(statement_id), ids() or None
        if one("do") != "send":
            return self._shown(statement, wanted)
        reminding.remind_now(actor(), statement_id, wanted)
        return onward("statement_signoff", "reminded", statement_id=statement_id)

    def _shown(self, statement: Statement, wanted: Sequence[UUID] | None) -> Response:
        words = said()
        facts = {"member_ids": wanted}
        found = previews.preview(actor(), statement.id, "reminders", facts, _number())
        left = reminding.passed_over(actor(), statement.id, wanted)
        return letters_screen(
            statement,
            found,
            title=words.say("signoff.letters_remind", len(found.letters)),
            fields=[("ids", str(each)) for each in wanted or ()],
            send=words.say("signoff.send", len(found.letters)) if found.letters else "",
            back=to("statement_signoff", statement_id=statement.id),
            passed_over=left,
        )


@at(f"{_PATH}/close", "statement_signoff_close")
class CloseRound(Screen):
    least = Role.COORDINATOR

    def post(self, coalition_id: UUID, statement_id: UUID) -> AnyResponse:
        """End the round: what was answered stays. To ask again opens it."""
        del coalition_id
        rounds.close(actor(), statement_id)
        return onward("statement_signoff", "round_closed", statement_id=statement_id)
