"""/desk/…/members/invitations: organisations that are asked into the coalition by a letter."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from flask import Response
from werkzeug.wrappers import Response as AnyResponse

from api.accounts.rules import Role
from api.coalitions import schemas
from api.coalitions.models import InvitationState, MemberRole
from api.coalitions.service import invitations
from api.coalitions.service.invitations import Invited
from api.desk.routes.base import (
    REFUSED,
    Screen,
    at,
    onward,
    page_request,
    said,
    screen,
    to,
    typed,
    when,
)
from api.desk.routes.members import called, letter_languages, roles, table_of, tabs
from api.desk.routes.shared import choice
from api.desk.routes.visiting import actor
from api.desk.rules import members as rules
from api.desk.rules.members import MemberFormScreen, MembersScreen
from api.desk.rules.tables import Cell, ListRow, Press, Tone
from api.desk.rules.typed_facts import kept
from api.infra import clock
from api.infra.database import paging
from api.infra.database.paging import PageRequest
from api.organisations import service as organisations
from api.organisations.models import Organisation
from api.pages.routes.base import sent
from api.pages.rules.facts import Form
from api.web.validate import loaded

_TONES: dict[InvitationState, Tone] = {
    InvitationState.OPEN: "waits",
    InvitationState.ACCEPTED: "good",
    InvitationState.DECLINED: "",
    InvitationState.TAKEN_BACK: "",
}


@at("/<uuid:coalition_id>/members/invitations", "invitations")
class InvitationsList(Screen):
    least = Role.COORDINATOR

    def get(self, coalition_id: UUID) -> Response:
        """List the invitations, newest first."""
        found = invitations.invitations(actor(), coalition_id, page_request())
        keys = ("organisation", "person", "state", "until_when", "again", "take_back")
        rows = [_invited(each) for each in found.items]
        return screen(
            "members.html",
            MembersScreen(
                title=said().say("nav.members"),
                tabs=tabs(coalition_id),
                rows=table_of(keys, rows, found.following, "invitations"),
                step=to("invitation_new"),
                step_words=said().say("members.invite"),
                nothing="members.no_invitation",
            ),
        )


def _invited(found: Invited) -> ListRow:
    row, words = found.invitation, said()
    named = called(found.organisation) if found.organisation else words.say("members.any")
    is_open = row.state is InvitationState.OPEN
    is_late = is_open and row.expires_at <= clock.now()
    state = words.say("members.expired") if is_late else choice(row.state, "invitation_state")
    again, back = (
        Cell(press=Press(action=to(name, invitation_id=row.id), words=words.say(f"members.{key}")))
        if is_open
        else Cell()
        for name, key in (("invitation_again", "send_again"), ("invitation_back", "take_it_back"))
    )
    return ListRow(
        cells=[
            Cell(text=named),
            Cell(text=found.person["name"], small=found.person["email"]),
            Cell(text=state, tone=_TONES[row.state], small=found.person.get("reason") or ""),
            Cell(html=when(row.expires_at)) if is_open else Cell(),
            again,
            back,
        ]
    )


@at("/<uuid:coalition_id>/members/invitations/new", "invitation_new")
class InvitationNew(Screen):
    least = Role.COORDINATOR

    def get(self, coalition_id: UUID) -> Response:
        """Ask whom to invite; who accepts names the organisation."""
        return invited_form(None, Form())

    def post(self, coalition_id: UUID) -> AnyResponse:
        """Send the letter."""
        return send_invitation(coalition_id, None)


def invited_form(organisation: Organisation | None, form: Form) -> Response:
    """Show the form of an invitation."""
    words = said()
    return screen(
        "invitation_form.html",
        MemberFormScreen(
            title=words.say("members.invite"),
            lead=called(organisation) if organisation else words.say("members.invite_lead"),
            back=to("invitations"),
            back_words=words.say("members.invitations"),
            button=words.say("members.send"),
            values={"role": MemberRole.MEMBER.value, **_known(organisation)},
            languages=letter_languages(),
            roles=roles(),
            form=form,
        ),
    )


def _known(organisation: Organisation | None) -> dict[str, str]:
    """Return who may commit an organisation today, as the form names a person: the first."""
    if organisation is None:
        return {}
    page = PageRequest(limit=paging.MOST)
    people = organisations.representatives(actor(), organisation.id, page).items
    today = clock.today()
    there = (each for each in people if (each.representative.left_on or date.max) > today)
    first = next(there, None)
    if first is None:
        return {}
    language = first.representative.language
    return kept({"name": first.name, "email": first.email, "language": language})


def send_invitation(coalition_id: UUID, organisation: Organisation | None) -> AnyResponse:
    """Send an invitation as its form says, or show what is wrong with it."""
    facts = rules.invitation(sent())
    if organisation:
        facts["organisation_id"] = str(organisation.id)
    try:
        invitations.invite(actor(), coalition_id, loaded(schemas.InvitationIn(), facts))
    except REFUSED as refused:
        return invited_form(organisation, typed(refused, "role"))
    return onward("invitations", "invitation_sent")


@at("/<uuid:coalition_id>/members/invitations/<uuid:invitation_id>/letters", "invitation_again")
class InvitationAgain(Screen):
    least = Role.COORDINATOR

    def post(self, coalition_id: UUID, invitation_id: UUID) -> AnyResponse:
        """Write once more."""
        invitations.send_again(actor(), invitation_id)
        return onward("invitations", "invitation_sent")


@at("/<uuid:coalition_id>/members/invitations/<uuid:invitation_id>/withdrawal", "invitation_back")
class InvitationBack(Screen):
    least = Role.COORDINATOR

    def post(self, coalition_id: UUID, invitation_id: UUID) -> AnyResponse:
        """Take an invitation back."""
        invitations.take_back(actor(), invitation_id)
        return onward("invitations", "invitation_taken_back")
