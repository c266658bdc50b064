"""/desk/…/members: the organisations that are in a coalition."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from flask import Response
from werkzeug.wrappers import Response as AnyResponse

from api.accounts.rules import Role
from api.coalitions import schemas, service
from api.coalitions.models import Member, MemberRole
from api.coalitions.service import memberships
from api.coalitions.service.invitations import AlreadyMember
from api.desk.routes.base import (
    REFUSED,
    Screen,
    an_id,
    at,
    day,
    ids,
    led,
    onward,
    page_request,
    said,
    screen,
    to,
    typed,
    version,
)
from api.desk.routes.shared import asked_once, choice, choices, columns_of, country
from api.desk.routes.visiting import actor, coalition
from api.desk.rules import members as rules
from api.desk.rules.members import MemberFormScreen, MembershipScreen, MembersScreen
from api.desk.rules.tables import Cell, Listing, ListRow
from api.desk.rules.typed_facts import kept
from api.infra import clock
from api.organisations import service as organisations
from api.organisations.models import Organisation
from api.organisations.rules import name_in
from api.pages.routes.base import sent
from api.pages.rules.facts import Anchor, Form
from api.pages.rules.pages import own_name
from api.web.validate import loaded


def called(organisation: Organisation) -> str:
    """Return an organisation's name in the visitor's language, or in another."""
    return name_in(organisation.names, said().language)


def tabs(coalition_id: UUID) -> list[Anchor]:
    """Return the lists of the area that the visitor may open."""
    keys = ["members", "organisations"]
    if actor().may(coalition_id, Role.COORDINATOR):
        keys.append("invitations")
    return [Anchor(said().say(f"members.{key}"), to(key)) for key in keys]


def letter_languages() -> list[tuple[str, str]]:
    """Return the languages of the coalition, for letters to a person."""
    here = coalition()
    return [(tag, own_name(tag)) for tag in (here.languages if here else ())]


def roles() -> list[tuple[str, str, str]]:
    """Return what an organisation may be in a coalition, and what that means."""
    told = choices(MemberRole, "member_role")
    return [(value, words, said().say(f"member_role.{value}_hint")) for value, words in told]


def table_of(
    keys: Sequence[str], rows: Sequence[ListRow], following: str | None, of: str
) -> Listing:
    """Return a list of the area under columns."""
    return Listing(
        caption=said().say(f"members.{of}"),
        columns=columns_of("members", *keys),
        rows=rows,
        path=to(of),
        following=following,
    )


@at("/<uuid:coalition_id>/members", "members")
class MembersList(Screen):
    def get(self, coalition_id: UUID) -> Response:
        """List the members."""
        found = service.members(actor(), coalition_id, page_request())
        may = actor().may(coalition_id, Role.COORDINATOR)
        keys = ("organisation", "role", "since", "until")
        rows = [_row(each) for each in found.items]
        entered = memberships.missing(actor(), coalition_id) if may and not found.items else 0
        step, step_words = "invitation_new", "invite"
        if entered:
            step, step_words = "organisations", "enter_some"
        return screen(
            "members.html",
            MembersScreen(
                title=said().say("nav.members"),
                tabs=tabs(coalition_id),
                rows=table_of(keys, rows, found.following, "members"),
                step=to(step) if may else "",
                step_words=said().say(f"members.{step_words}"),
                nothing="members.only_entered" if entered else "members.none",
                count=entered,
            ),
        )


def _row(member: Member) -> ListRow:
    return ListRow(
        cells=[
            Cell(
                text=called(member.organisation),
                href=to("member", member_id=member.id),
                small=country(member.organisation.country),
            ),
            Cell(text=choice(member.role, "member_role")),
            Cell(text=day(member.since)),
            Cell(text=day(member.until)),
        ]
    )


def has_left(member: Member) -> bool:
    """Tell whether a membership has ended."""
    return member.until is not None and member.until <= clock.today()


def standing(member: Member) -> str:
    """Return as what an organisation is a member; or that it is none any more."""
    return said().say("members.no_more") if has_left(member) else choice(member.role, "member_role")


@at("/<uuid:coalition_id>/members/<uuid:member_id>", "member")
class MemberFile(Screen):
    def get(self, coalition_id: UUID, member_id: UUID) -> Response:
        """Show a membership."""
        member = service.member(actor(), member_id)
        pairs = {
            "role": choice(member.role, "member_role"),
            "since": day(member.since),
            "until": day(member.until),
            "country": country(member.organisation.country),
        }
        return screen(
            "member.html",
            MembershipScreen(
                name=called(member.organisation),
                member_id=str(member_id),
                organisation_id=str(member.organisation_id),
                version=member.version,
                facts=[(said().say(f"members.{key}"), value) for key, value in pairs.items()],
                has_left=has_left(member),
            ),
        )


@at("/<uuid:coalition_id>/members/<uuid:member_id>/edit", "member_edit")
class MemberEdit(Screen):
    least = Role.COORDINATOR

    def get(self, coalition_id: UUID, member_id: UUID) -> Response:
        """Show role and days in a form."""
        return self._shown(member_id, Form())

    def post(self, coalition_id: UUID, member_id: UUID) -> AnyResponse:
        """Change them."""
        try:
            changes = loaded(schemas.MemberChangeIn(partial=True), rules.membership(sent()))
            service.change_member(actor(), member_id, version(), changes)
        except REFUSED as refused:
            return self._shown(member_id, typed(refused, "role"))
        return onward("member", "member_changed", member_id=member_id)

    def _shown(self, member_id: UUID, form: Form) -> Response:
        member = service.member(actor(), member_id)
        return screen(
            "membership_form.html",
            MemberFormScreen(
                title=said().say("members.edit"),
                lead=called(member.organisation),
                back=to("member", member_id=member_id),
                back_words=said().say("members.membership"),
                button=said().say("members.save"),
                values=kept({name: getattr(member, name) for name in rules.MEMBERSHIP}),
                version=member.version,
                roles=roles(),
                form=form,
            ),
        )


@at("/<uuid:coalition_id>/members/<uuid:member_id>/leaving", "member_leave")
class MemberLeave(Screen):
    least = Role.COORDINATOR

    def post(self, coalition_id: UUID, member_id: UUID) -> AnyResponse:
        """End a membership today."""
        before = service.member(actor(), member_id).until
        service.change_member(actor(), member_id, version(), {"until": clock.today()})
        undo = [member_id] if before is None else []
        return onward("member", "member_left", undo, member_id=member_id)


@at("/<uuid:coalition_id>/members/entries", "members_enter")
class MembersEnter(Screen):
    least = Role.COORDINATOR

    def post(self, coalition_id: UUID) -> AnyResponse:
        """Enter the organisations that were ticked as members."""
        memberships.enter(actor(), coalition_id, ids())
        return onward("members", "members_entered")


@at("/<uuid:coalition_id>/members/returns", "members_return")
class MembersReturn(Screen):
    least = Role.COORDINATOR

    def post(self, coalition_id: UUID) -> AnyResponse:
        """Undo that memberships were ended."""
        member_id = an_id()
        there = service.member(actor(), member_id)
        service.change_member(actor(), member_id, there.version, {"until": None})
        return onward("members", "member_changed")


@at("/<uuid:coalition_id>/members/<uuid:member_id>/deletion", "member_delete")
class MemberDelete(Screen):
    least = Role.COORDINATOR
    is_fresh = True

    def get(self, coalition_id: UUID, member_id: UUID) -> Response:
        """Ask once."""
        member = service.member(actor(), member_id)
        return asked_once("members.delete", member.version, to("member", member_id=member_id))

    def post(self, coalition_id: UUID, member_id: UUID) -> AnyResponse:
        """Delete a membership that was entered by mistake."""
        service.remove_member(actor(), member_id, version())
        return onward("members", "member_deleted")


@at("/<uuid:coalition_id>/members/organisations/<uuid:organisation_id>/membership", "member_new")
class MemberNew(Screen):
    least = Role.COORDINATOR

    def get(self, coalition_id: UUID, organisation_id: UUID) -> AnyResponse:
        """Ask as what an organisation is a member, and since when; show what it is already."""
        there = memberships.of(actor(), coalition_id, [organisation_id]).get(organisation_id)
        if there is not None:
            return led(to("member", member_id=there.id))
        return self._shown(organisation_id, Form())

    def post(self, coalition_id: UUID, organisation_id: UUID) -> AnyResponse:
        """Enter it."""
        facts = {**rules.membership(sent()), "organisation_id": str(organisation_id)}
        try:
            member = service.add_member(actor(), coalition_id, loaded(schemas.MemberIn(), facts))
        except AlreadyMember:
            there = memberships.of(actor(), coalition_id, [organisation_id])
            return onward("member", "already_member", member_id=there[organisation_id].id)
        except REFUSED as refused:
            return self._shown(organisation_id, typed(refused, "role"))
        return onward("member", "member_entered", member_id=member.id)

    def _shown(self, organisation_id: UUID, form: Form) -> Response:
        found = organisations.organisation(actor(), organisation_id)
        return screen(
            "membership_form.html",
            MemberFormScreen(
                title=said().say("members.enter"),
                lead=called(found),
                back=to("organisation", organisation_id=organisation_id),
                back_words=said().say("members.organisation"),
                button=said().say("members.enter_it"),
                values={"role": MemberRole.MEMBER.value},
                roles=roles(),
                form=form,
            ),
        )
