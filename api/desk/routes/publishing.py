"""/desk/…/statements/{id}/publish: what stops a text, what somebody confirms, and the button."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from flask import Response
from werkzeug.wrappers import Response as AnyResponse

from api.accounts.rules import Role
from api.accounts.service import sessions
from api.desk.routes import statement_base
from api.desk.routes.base import Screen, at, day, led, onward, said, screen, to, typed, version
from api.desk.routes.visiting import actor, visit
from api.desk.rules.publishing import PublishScreen, ToTick
from api.desk.rules.signoffs import MOST_PEOPLE, LineToPrint
from api.errors import Conflict
from api.infra.database.transactions import Stale
from api.organisations.rules import name_in
from api.pages.routes.base import sent
from api.pages.rules.facts import Anchor, Form
from api.signoffs.service import board, checklist
from api.signoffs.service.checklist import Checklist
from api.signoffs.service.mentions import MentionsNotConfirmed, MentionWarning
from api.statements import service as statements
from api.statements.models import State, Statement
from api.statements.rules import NotConfirmed, NotFrozen
from api.statements.service import CaseToConfirm, Confirmed

_CASE_DAYS = 90  # as /v1 has it, unless one says otherwise
_BEFORE = (State.DRAFT, State.REVIEW)


@at("/<uuid:coalition_id>/statements/<uuid:statement_id>/publish", "statement_publish")
class Publish(Screen):
    least = Role.COORDINATOR

    def get(self, coalition_id: UUID, statement_id: UUID) -> AnyResponse:
        """Show what stops the text, and what somebody has to confirm."""
        del coalition_id
        statement = statement_base.statement_of(statement_id)
        if statement.state not in _BEFORE:
            return led(to("statement", statement_id=statement_id))
        return self._shown(statement, Form())

    def post(self, coalition_id: UUID, statement_id: UUID) -> AnyResponse:
        """Send a draft to review, or publish the text with what was confirmed."""
        del coalition_id
        statement, expected, values = statement_base.statement_of(statement_id), version(), sent()
        confirmed = Confirmed(values.get("cases", ()), values.get("mentions", ()))
        wanted = State.REVIEW if statement.state is State.DRAFT else State.PUBLISHED
        try:
            if wanted is State.PUBLISHED:
                self._must_be_fresh(statement_id)
            statements.move(actor(), statement_id, expected, wanted, confirmed)
        except NotConfirmed:
            return self._shown(statement, _unticked("cases"))
        except MentionsNotConfirmed:
            return self._shown(statement, _unticked("mentions"))
        except (NotFrozen, Stale) as refused:
            form = typed(refused if isinstance(refused, Stale) else None)
            return self._shown(statement, form)
        if wanted is State.REVIEW:
            return onward("statement_publish", "in_review", statement_id=statement_id)
        return onward("statement", "published", statement_id=statement_id)

    def _must_be_fresh(self, statement_id: UUID) -> None:
        """Have who publishes a sensitive text sign in anew: it may put people in danger."""
        if checklist.read(actor(), statement_id, _CASE_DAYS).is_sensitive:
            sessions.must_be_fresh(visit())

    def _shown(self, statement: Statement, form: Form) -> Response:
        found = checklist.read(actor(), statement.id, _CASE_DAYS)
        if found.is_sensitive:
            sessions.must_be_fresh(visit())  # now, so that nothing that is ticked is lost
        told: dict[str, Any] = board.read(actor(), statement.id, most_people=MOST_PEOPLE)
        whose, words = {"statement_id": statement.id}, said()
        return screen(
            "publish.html",
            PublishScreen(
                around=replace(statement_base.around(statement), step=None),
                version=found.statement.version,
                stops=_stops(found),
                cases=[_case(each) for each in found.closed_cases if not each.is_confirmed],
                mentions=_mentions(found, told),
                stale=[
                    (
                        Anchor(each.label, to("case", case_id=each.case_id)),
                        words.say("publish.verified", day=day(each.last_verified))
                        if each.last_verified
                        else words.say("publish.never_verified"),
                    )
                    for each in found.stale_cases
                ],
                unanswered=[
                    Anchor(
                        name_in(each.organisation.names, words.language),
                        to("statement_member", **whose, member_id=each.member.id),
                    )
                    for each in found.unanswered
                ],
                lines=[
                    LineToPrint(each["text"], each.get("reservation", ""))
                    for each in told["would_print"]
                ],
                withheld=told["would_withhold"],
                unread=told["unread"],
                language=statement.language,
                is_draft=statement.state is State.DRAFT and found.is_frozen,
                is_sensitive=found.is_sensitive,
                back=to("statement_signoff", **whose),
                paper=to("statement_document", **whose, version=str(statement.revision_number))
                if statement.revision_number
                else "",
                form=form,
            ),
        )


def _unticked(name: str) -> Form:
    """Return the form as it was sent, with what is still to be ticked."""
    return Form(values=sent(), faults={name: said().say("publish.tick_each")})


def _stops(found: Checklist) -> list[tuple[str, Anchor | None]]:
    words, whose = said(), {"statement_id": found.statement.id}
    if found.is_frozen:
        return []
    freeze = to("statement_freeze", **whose)
    key = "not_frozen" if found.statement.revision_number else "never_frozen"
    link = Anchor(words.say("step.freeze"), freeze) if freeze else None
    return [(words.say(f"publish.{key}"), link)]


def _case(each: CaseToConfirm) -> ToTick:
    words, case = said(), each.case
    since = words.say("publish.since", day=day(case.since)) if case.since else ""
    told = words.say(f"publish.is_{case.status}", name=case.label)
    why = words.say("publish.asks" if each.asks else "publish.does_not_know")
    return ToTick(each.case.key, " ".join(filter(None, (told, since))), why)


def _mentions(found: Checklist, told: Mapping[str, Any]) -> list[ToTick]:
    """Return what the text says of members that is not so, once each."""
    return [ToTick(key, words) for key, words in _said_of(found.mentions, told).items()]


def _said_of(mentions: Sequence[MentionWarning], told: Mapping[str, Any]) -> dict[str, str]:
    names = {
        each["member"].id: name_in(each["organisation"].names, said().language)
        for each in told["members"]
    }
    once: dict[str, str] = {}
    for each in mentions:
        once.setdefault(each.key, _mention(each, names))
    return once


def to_confirm(statement_id: UUID, refused: Conflict) -> dict[str, str]:
    """Return in words what somebody has to confirm of a text that did not go out, by its keys."""
    if isinstance(refused, MentionsNotConfirmed):
        return _said_of(refused.told, board.read(actor(), statement_id, most_people=0))
    if isinstance(refused, NotConfirmed):
        found = checklist.read(actor(), statement_id, _CASE_DAYS)
        return {each.case.key: _case(each).words for each in found.closed_cases}
    return {}


def _mention(each: MentionWarning, names: Mapping[UUID, str]) -> str:
    words = said()
    if each.member_id is None:
        return words.say("publish.number", each.total, words=each.words)
    name = names.get(each.member_id, each.words)
    return words.say(f"publish.named_{each.why}", words=each.words, name=name)
