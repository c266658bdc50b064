"""…/consultations/…/people: who is asked for comments, until when; closing it, and deleting it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response
from werkzeug.wrappers import Response as AnyResponse

from api.accounts.rules import Role
from api.desk.routes import review_base, statement_base
from api.desk.routes.base import (
    REFUSED,
    Screen,
    at,
    one,
    onward,
    page_request,
    said,
    screen,
    to,
    typed,
    version,
)
from api.desk.routes.reviewing import guests
from api.desk.routes.shared import columns_of
from api.desk.routes.visiting import actor
from api.desk.rules import typed_facts
from api.desk.rules.frames import Danger
from api.desk.rules.reviewing import AskedScreen
from api.desk.rules.tables import Cell, Listing, ListRow, Press
from api.errors import NotFound
from api.organisations.rules import name_in
from api.pages.rules.facts import Form
from api.reviews import schemas
from api.reviews.service import consultations, people
from api.reviews.service.rows import CommenterView, ConsultationView
from api.web.validate import loaded


@at("/<uuid:coalition_id>/consultations/<uuid:consultation_id>/people", "consultation_people")
class ShowAsked(Screen):
    least = Role.COORDINATOR

    def get(self, coalition_id: UUID, consultation_id: UUID) -> Response:
        """Show who is asked, until when, and what can be changed of it."""
        del coalition_id
        return _shown(consultation_id, Form())

    def post(self, coalition_id: UUID, consultation_id: UUID) -> AnyResponse:
        """Move the deadline, ask more people, or close it."""
        del coalition_id
        view, _ = review_base.consultation_of(consultation_id)
        act = one("do")
        try:
            if act == "change":
                facts = loaded(schemas.ConsultationChange(), _typed(view))
                consultations.change(actor(), consultation_id, version(), facts)
            elif act == "ask":
                asked: dict[str, Any] = {
                    "guests": guests(),
                    "member_ids": [one("member")] if one("member") else [],
                }
                people.add(actor(), consultation_id, loaded(schemas.CommentersIn(), asked))
            elif act == "close":
                consultations.close(actor(), consultation_id)
            else:
                raise NotFound("The page that led here is old. Load it again.")
        except REFUSED as refused:
            return _shown(consultation_id, typed(refused))
        said_ = {"change": "saved", "ask": "consultation_asked", "close": "consultation_closed"}
        return onward("consultation_people", said_[act], consultation_id=consultation_id)


def _typed(view: ConsultationView) -> dict[str, object]:
    """Return what the form says anew; a deadline that it left alone stays, if it is past too."""
    row, zone = view.consultation, one("zone")
    given = {"closes_at": one("closes_at"), "zone": zone, "is_kept": one("is_kept") == "yes"}
    return typed_facts.left_alone(given, zone, {"closes_at": row.closes_at}, row.zone)


def _shown(consultation_id: UUID, form: Form) -> Response:
    view, statement = review_base.consultation_of(consultation_id)
    found = people.commenters(actor(), consultation_id, page_request())
    words = said()
    table = Listing(
        caption=words.say("consult.people"),
        columns=columns_of("consult", "who", "state", "again", "act", "erase"),
        rows=[_row(each) for each in found.items],
        path=to("consultation_people", consultation_id=consultation_id),
        total=found.total,
        following=found.following,
    )
    return screen(
        "consultation_people.html",
        AskedScreen(
            around=statement_base.around(statement),
            one=review_base.facts(view),
            people=table,
            members=[(str(each.id), review_base.name_of(each)) for each in review_base.members()],
            form=form,
        ),
    )


def _row(view: CommenterView) -> ListRow:
    words, whose = said(), {"commenter_id": view.commenter.id}
    names = view.organisation.names if view.organisation else {}
    outside = view.affiliation or words.say("consult.outside")
    of = name_in(names, words.language) if names else outside
    to_act = to("commenter_act", **whose)
    acts = [
        Cell(press=Press(action=to_act, words=words.say(f"consult.{do}"), fields=[("do", do)]))
        if view.has_link  # whose link has ended is asked anew
        else Cell()
        for do in ("again", "end")
    ]
    return ListRow(
        cells=[
            Cell(text=view.name, small=of),
            Cell(
                text=words.say("consult.has_link" if view.has_link else "consult.no_link"),
                tone="good" if view.has_link else "",
            ),
            *acts,
            Cell(text=words.say("consult.erase"), href=to("commenter_erase", **whose)),
        ]
    )


@at("/<uuid:coalition_id>/commenters/<uuid:commenter_id>/act", "commenter_act")
class ActOnCommenter(Screen):
    least = Role.COORDINATOR

    def post(self, coalition_id: UUID, commenter_id: UUID) -> AnyResponse:
        """Write to somebody once more, or take their link back."""
        del coalition_id
        found = people.commenter(actor(), commenter_id)
        acts = {"again": people.send_again, "end": people.end}
        if one("do") not in acts:
            raise NotFound("The page that led here is old. Load it again.")
        acts[one("do")](actor(), commenter_id)
        of, code = found.commenter.consultation_id, f"commenter_{one('do')}"
        return onward("consultation_people", code, consultation_id=of)


@at("/<uuid:coalition_id>/commenters/<uuid:commenter_id>/erase", "commenter_erase")
class EraseCommenter(Screen):
    least = Role.COORDINATOR
    is_fresh = True

    def get(self, coalition_id: UUID, commenter_id: UUID) -> Response:
        """Ask once more."""
        del coalition_id
        found, words = people.commenter(actor(), commenter_id), said()
        back = to("consultation_people", consultation_id=found.commenter.consultation_id)
        return screen(
            "danger.html",
            Danger(
                title=words.say("consult.erase_title"),
                points=[words.say("consult.erase_all"), words.say("consult.erase_others")],
                button=words.say("consult.erase"),
                back=back,
            ),
        )

    def post(self, coalition_id: UUID, commenter_id: UUID) -> AnyResponse:
        """Forget somebody with all that they wrote."""
        del coalition_id
        found = people.commenter(actor(), commenter_id)
        people.erase(actor(), commenter_id)
        of = found.commenter.consultation_id
        return onward("consultation_people", "commenter_erased", consultation_id=of)


@at("/<uuid:coalition_id>/consultations/<uuid:consultation_id>/delete", "consultation_delete")
class DeleteConsultation(Screen):
    least = Role.COORDINATOR
    is_fresh = True

    def get(self, coalition_id: UUID, consultation_id: UUID) -> Response:
        """Ask once more."""
        del coalition_id
        (view, _), words = review_base.consultation_of(consultation_id), said()
        return screen(
            "danger.html",
            Danger(
                title=words.say("consult.delete_title"),
                points=[words.say("consult.delete_all"), words.say("consult.delete_draft")],
                button=words.say("consult.delete"),
                back=to("consultation_people", consultation_id=consultation_id),
                fields={"version": str(view.consultation.version)},
            ),
        )

    def post(self, coalition_id: UUID, consultation_id: UUID) -> AnyResponse:
        """Delete it with all that was said in it."""
        del coalition_id
        _, statement = review_base.consultation_of(consultation_id)
        consultations.remove(actor(), consultation_id, version())
        return onward("statement_comments", "consultation_deleted", statement_id=statement.id)
