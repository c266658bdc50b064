"""/desk/…/moderation: the queue, with undo; /desk/…/invalidations: rules with their dry count."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

from flask import Response, request
from werkzeug.wrappers import Response as AnyResponse

from api.accounts.rules import Role
from api.desk.routes.base import (
    REFUSED,
    Screen,
    at,
    cursors,
    day,
    ids,
    one,
    onward,
    page_of,
    page_request,
    said,
    screen,
    to,
    typed,
    when,
)
from api.desk.routes.shared import country, usual_zone
from api.desk.routes.signing_base import around, statement_of
from api.desk.routes.visiting import actor
from api.desk.rules import moderation as rules, signatories
from api.desk.rules.moderation import (
    AlikeSignatures,
    Counted,
    HeldSignature,
    InvalidationScreen,
    InvalidationsScreen,
    QueueScreen,
)
from api.desk.rules.tables import Cell, ListColumn, Listing, ListRow, Press
from api.errors import Invalid, NotFound
from api.infra.text import languages
from api.moderation import schemas
from api.moderation.service import invalidation, queue, trends
from api.moderation.service.invalidation import InvalidationReport, InvalidationView
from api.moderation.service.queue import Decision, HeldView
from api.organisations.rules import name_in
from api.pages.routes.base import sent
from api.pages.rules.facts import Form
from api.signatures.models import SignatoryKind, Signature
from api.signatures.rules import Signatory
from api.signatures.service import lists
from api.web.validate import loaded

_QUEUE = "/<uuid:coalition_id>/statements/<uuid:statement_id>/moderation"
_RULES = "/<uuid:coalition_id>/statements/<uuid:statement_id>/invalidations"


@at(_QUEUE, "moderation")
class Moderate(Screen):
    least = Role.COORDINATOR

    def get(self, coalition_id: UUID, statement_id: UUID) -> Response:
        """Show what waits, the oldest day first."""
        return _queue(statement_id, Form())

    def post(self, coalition_id: UUID, statement_id: UUID) -> AnyResponse:
        """Decide: the button says what, and of which; or open one hidden name."""
        statement_of(statement_id)
        what, _, which = one("do").partition(" ")
        if not what:
            return _queue(statement_id, Form(values=sent()))
        if what == "show":
            opened = queue.disclosed(actor(), _id(which))
            return _queue(statement_id, Form(values=sent()), opened)
        if what not in {Decision.APPROVE, Decision.REJECT}:
            raise NotFound("The page that led here is old. Load it again.")
        reason = one("reason").strip()
        if what == Decision.REJECT and not reason:
            faults = {"reason": said().say("moderation.needs_reason")}
            return _queue(statement_id, Form(values=sent(), faults=faults))
        meant = [_id(which)] if which else ids()
        if not meant:
            faults = {"": said().say("moderation.none_ticked")}
            return _queue(statement_id, Form(values=sent(), faults=faults))
        decision = Decision(what)
        try:
            why = reason if decision is Decision.REJECT else None
            body = {"decision": what, "ids": [str(each) for each in meant], "reason": why}
            facts = loaded(schemas.DecisionIn(), body)
            queue.decide_all(actor(), statement_id, meant, decision, facts["reason"])
        except Invalid as refused:
            return _queue(statement_id, _refused(refused))
        code = "signature_approved" if decision is Decision.APPROVE else "signature_rejected"
        return onward("moderation", code, meant, **_here(statement_id))


@at(f"{_QUEUE}/undo", "moderation_undo")
class UndoModeration(Screen):
    least = Role.COORDINATOR

    def post(self, coalition_id: UUID, statement_id: UUID) -> AnyResponse:
        """Put back into the queue what was decided."""
        try:
            queue.decide_all(actor(), statement_id, ids(), Decision.HOLD, None)
        except Invalid as refused:
            return _queue(statement_id, _refused(refused))
        return onward("moderation", "signature_held", **_here(statement_id))


def _here(statement_id: UUID) -> dict[str, Any]:
    """Return which page of the queue a form stood on."""
    return {"statement_id": statement_id, "cursor": one("cursor") or None}


def _refused(refused: Invalid) -> Form:
    """Return what was typed; that one of them is not for moderation any more, in plain words."""
    form = typed(refused)
    if "reason" in form.faults:
        return form
    return replace(form, faults={"": said().say("moderation.gone")})


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise NotFound("The page that led here is old. Load it again.") from None


def _queue(statement_id: UUID, form: Form, opened: HeldView | None = None) -> Response:
    statement = statement_of(statement_id)
    asked = page_request(20)
    page = page_of(lambda at_: queue.waiting(actor(), statement_id, at_, is_glance=True), asked)
    whose = {"statement_id": statement_id}
    here = to("moderation", **whose)
    held = [
        _held(opened if opened and opened.signature.id == each.signature.id else each, opened)
        for each in page.items
    ]
    return screen(
        "moderation.html",
        QueueScreen(
            around=around(statement),
            held=held,
            total=page.total,
            address=here,
            cursor=asked.cursor or "",
            following=f"{here}?cursor={page.following}" if page.following else "",
            looks_at=to("signing_settings", **whose),
            invalidations=to("invalidations", **whose),
            blocks=to("blocks"),
            form=form,
        ),
    )


def _held(view: HeldView, opened: HeldView | None) -> HeldSignature:
    words, row, who = said(), view.signature, view.who
    is_hidden = signatories.is_hidden(row.visibility) and view is not opened
    told = [
        who.get("role"),
        who.get("affiliation"),
        who.get("email"),
        country(who.get("country")),
        day(row.day),
        f"{words.say('signatures.visibility')}: {words.say(f'visibility_of.{row.visibility}')}",
    ]
    return HeldSignature(
        id=row.id,
        name=who.get("name") or words.say("signatures.hidden"),
        show=_show(row, is_hidden=is_hidden, is_opened=view is opened),
        kind=words.say(f"kind_of.{row.kind}"),
        by=_by(who),
        lines=[each for each in told if each],
        reasons=[words.say(f"reason_of.{each}") for each in row.flags if each in rules.REASONS]
        or [words.say("moderation.every_one")],
        resembles=[
            (name_in(each.names, words.language), to("organisation", organisation_id=each.id))
            for each in view.resembles
        ],
    )


def _show(row: Signature, *, is_hidden: bool, is_opened: bool) -> str:
    if is_hidden:
        return said().say("signatures.open_name")
    is_sealed = row.kind is SignatoryKind.ORGANISATION and not is_opened
    return said().say("moderation.show_by") if is_sealed else ""


def _by(who: Signatory) -> str:
    """Return who signs for an organisation, in one line."""
    person = who.get("represented_by") or {}
    return ", ".join(filter(None, (person.get("name"), person.get("role"))))


# Rules.


@at(_RULES, "invalidations")
class ListInvalidations(Screen):
    least = Role.COORDINATOR

    def get(self, coalition_id: UUID, statement_id: UUID) -> Response:
        """List which rules took signatures out, and what was alike in the last day."""
        words, statement = said(), statement_of(statement_id)
        found = invalidation.of_statement(actor(), statement_id, page_request())
        whose = {"statement_id": statement_id}
        table = Listing(
            caption=words.say("invalidation.title"),
            columns=[
                ListColumn(words=words.say(f"invalidation.{key}"), is_number=key == "number")
                for key in ("rule", "number", "reason", "since", "undo")
            ],
            rows=[_invalidation(each) for each in found.items],
            path=to("invalidations", **whose),
            query=cursors("cursor"),
            following=found.following,
        )
        return screen(
            "invalidations.html",
            InvalidationsScreen(
                around=around(statement),
                invalidations=table,
                alike=_alike(statement_id),
                new=to("invalidation_new", **whose),
                back=to("moderation", **whose),
            ),
        )


def _alike(statement_id: UUID) -> list[AlikeSignatures]:
    words, told = said(), trends.trends(actor(), statement_id)
    new = to("invalidation_new", statement_id=statement_id)
    shares: Any = [("domain_of", each) for each in _list(told["domains"])]
    shares += [("prefix_of", each) for each in _list(told["prefixes"])]
    return [
        AlikeSignatures(
            words=words.say(f"invalidation.{key}_alike", each["number"]),
            href=f"{new}?{key}={each['signature_id']}",
        )
        for key, each in shares
    ]


def _list(value: object) -> list[dict[str, Any]]:
    return value if isinstance(value, list) else []


def _invalidation(view: InvalidationView) -> ListRow:
    words, row = said(), view.invalidation
    told = "; ".join(f"{name}: {value}" for name, value in _in_words(view.rule))
    undo = Press(
        action=to("invalidation_undo", invalidation_id=row.id),
        words=words.say("invalidation.bring_back"),
    )
    return ListRow(
        cells=[
            Cell(text=told),
            Cell(text=languages.number(row.number, words.language)),
            Cell(text=row.reason),
            Cell(html=when(row.created_at)),
            Cell(text=words.say("invalidation.undone"), tone="")
            if row.undone_at
            else Cell(press=undo),
        ]
    )


def _in_words(rule: Any) -> list[tuple[str, str]]:
    words = said()
    told = []
    for name in rules.RULE:
        if name not in rule:
            continue
        value = str(rule[name])
        if name in {"prefix_of", "domain_of"}:
            value = words.say("invalidation.as_one")
        elif name == "country":
            value = country(value)
        told.append((words.say(f"invalidation.{name}"), value))
    return told


@at(f"{_RULES}/new", "invalidation_new")
class Invalidate(Screen):
    least = Role.COORDINATOR

    def get(self, coalition_id: UUID, statement_id: UUID) -> Response:
        """Ask whom a rule means."""
        known = {f"rule.{name}": request.args.get(name, "") for name in ("prefix_of", "domain_of")}
        known["zone"] = usual_zone()
        return _rule(statement_id, known, Form())

    def post(self, coalition_id: UUID, statement_id: UUID) -> AnyResponse:
        """Count whom it means, and change nothing; or take them out of the count."""
        known = {f"rule.{name}": one(f"rule.{name}") for name in rules.RULE}
        known["zone"] = one("zone") or "UTC"
        body = {"rule": rules.rule(sent()), "reason": one("reason").strip()}
        is_done = one("do") == "invalidate"
        try:
            given = loaded(schemas.InvalidationIn(), body)
            if is_done:
                invalidation.invalidate(actor(), statement_id, given["rule"], given["reason"])
            else:
                report = invalidation.preview(actor(), statement_id, given["rule"])
        except REFUSED as refused:
            return _rule(statement_id, known, typed(refused))
        if is_done:
            return onward("invalidations", "invalidated", statement_id=statement_id)
        counted = _counted(report, body["rule"], {**known, "reason": given["reason"]})
        return _rule(statement_id, known, Form(values=sent()), counted)


def _counted(report: InvalidationReport, rule: Any, known: dict[str, str]) -> Counted:
    words, sample = said(), []
    for each in report.sample:
        view = lists.signature(actor(), each, is_glance=True)
        name = view.who.get("name") or words.say("signatures.hidden")
        sample.append((name, to("signature", signature_id=each)))
    return Counted(
        number=report.number,
        looked_at=report.looked_at,
        candidates=report.candidates,
        said=_in_words(rule),
        sample=sample,
        hidden=[(name, value) for name, value in known.items() if value],
    )


def _rule(
    statement_id: UUID, known: dict[str, str], form: Form, counted: Counted | None = None
) -> Response:
    shown = InvalidationScreen(
        around=around(statement_of(statement_id)),
        back=to("invalidations", statement_id=statement_id),
        values=known,
        counted=counted,
        form=form,
    )
    return screen("invalidation_new.html", shown)


@at("/<uuid:coalition_id>/invalidations/<uuid:invalidation_id>/undo", "invalidation_undo")
class UndoInvalidation(Screen):
    least = Role.COORDINATOR

    def post(self, coalition_id: UUID, invalidation_id: UUID) -> AnyResponse:
        """Bring back what a rule took out."""
        shown = invalidation.undo(actor(), invalidation_id)
        statement_id = shown.invalidation.statement_id
        return onward("invalidations", "invalidation_undone", statement_id=statement_id)
