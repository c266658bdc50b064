"""The addresses of coalitions, members, invitations and addressees."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response, request
from flask.views import MethodView

from api.accounts.routes import current_actor
from api.coalitions import schemas, service
from api.coalitions.models import Coalition, Member
from api.coalitions.rules.importing import ADDRESSEES
from api.coalitions.service import imports, invitations
from api.coalitions.service.invitations import Invited
from api.infra.database.paging import Page, PageRequest
from api.infra.pdf import pictures
from api.infra.tables.layouts import Imported
from api.web.etags import needs_match, sends_tag, tag, tagged, tagged_by
from api.web.files import body_of, received, sent
from api.web.paging import paginated
from api.web.rest import Blueprint
from api.web.table_schemas import Reading
from api.web.tables import imported, takes_import

blueprint = Blueprint("coalitions", __name__, url_prefix="/v1", description="NGOs acting together.")
_invited = tagged_by("invitation.version")
_tagged = tagged_by("addressee.version")


@blueprint.route("/coalitions")
class Coalitions(MethodView):
    @paginated(blueprint, schemas.CoalitionOut)
    def get(self, args: dict[str, PageRequest]) -> Page[Coalition]:
        """List the coalitions that you work in."""
        return service.coalitions(current_actor(), args["page"])

    @blueprint.arguments(schemas.CoalitionIn)
    @blueprint.response(201, schemas.CoalitionOut)
    @tagged
    def post(self, facts: dict[str, object]) -> Coalition:
        """Found a coalition; you own it."""
        return service.found(current_actor(), facts)


@blueprint.route("/coalitions/<uuid:coalition_id>")
class OneCoalition(MethodView):
    @blueprint.response(200, schemas.CoalitionOut)
    @tagged
    def get(self, coalition_id: UUID) -> Coalition:
        """Show a coalition."""
        return service.coalition(current_actor(), coalition_id)

    @needs_match
    @blueprint.arguments(schemas.CoalitionIn(partial=True))
    @blueprint.response(200, schemas.CoalitionOut)
    @tagged
    def patch(self, changes: dict[str, object], coalition_id: UUID, expected: int) -> Coalition:
        """Change some of a coalition's facts."""
        return service.change(current_actor(), coalition_id, expected, changes)

    @needs_match
    @blueprint.response(204)
    def delete(self, coalition_id: UUID, expected: int) -> None:
        """Delete a coalition with all that it owns. Nothing brings it back."""
        service.remove(current_actor(), coalition_id, expected)


@blueprint.route("/coalitions/<uuid:coalition_id>/logo")
class CoalitionLogo(MethodView):
    @sent(pictures.PNG, pictures.SVG)
    @sends_tag
    def get(self, coalition_id: UUID) -> Response:
        """Give a coalition's logo."""
        coalition, picture, kind = service.LOGOS.one(current_actor(), coalition_id)
        tag(coalition.version)
        return body_of(picture, kind)

    @needs_match
    @received(pictures.PNG, pictures.SVG, max_bytes=pictures.MAX_BYTES)
    @blueprint.response(200, schemas.CoalitionOut)
    @tagged
    def put(self, coalition_id: UUID, expected: int) -> Coalition:
        """Give a coalition its logo: a PNG, or an SVG, which is made safe."""
        data = request.get_data()
        return service.LOGOS.put(current_actor(), coalition_id, expected, data)

    @needs_match
    @blueprint.response(204)
    def delete(self, coalition_id: UUID, expected: int) -> None:
        """Take a coalition's logo away."""
        service.LOGOS.drop(current_actor(), coalition_id, expected)


@blueprint.route("/coalitions/<uuid:coalition_id>/members")
class Members(MethodView):
    @paginated(blueprint, schemas.MemberOut)
    def get(self, args: dict[str, PageRequest], coalition_id: UUID) -> Page[Member]:
        """List a coalition's members with their organisations."""
        return service.members(current_actor(), coalition_id, args["page"])

    @blueprint.arguments(schemas.MemberIn)
    @blueprint.response(201, schemas.MemberOut)
    @tagged
    def post(self, facts: dict[str, object], coalition_id: UUID) -> Member:
        """Enter one of the coalition's organisations as a member."""
        return service.add_member(current_actor(), coalition_id, facts)


@blueprint.route("/members/<uuid:member_id>")
class OneMember(MethodView):
    @blueprint.response(200, schemas.MemberOut)
    @tagged
    def get(self, member_id: UUID) -> Member:
        """Show a member."""
        return service.member(current_actor(), member_id)

    @needs_match
    @blueprint.arguments(schemas.MemberChangeIn(partial=True))
    @blueprint.response(200, schemas.MemberOut)
    @tagged
    def patch(self, changes: dict[str, object], member_id: UUID, expected: int) -> Member:
        """Change a member's role or dates."""
        return service.change_member(current_actor(), member_id, expected, changes)

    @needs_match
    @blueprint.response(204)
    def delete(self, member_id: UUID, expected: int) -> None:
        """Delete a membership entered by mistake; who leaves gets an end date instead."""
        service.remove_member(current_actor(), member_id, expected)


@blueprint.route("/coalitions/<uuid:coalition_id>/invitations")
class Invitations(MethodView):
    @paginated(blueprint, schemas.InvitationOut)
    def get(self, args: dict[str, PageRequest], coalition_id: UUID) -> Page[Invited]:
        """List a coalition's invitations, newest first."""
        return invitations.invitations(current_actor(), coalition_id, args["page"])

    @blueprint.arguments(schemas.InvitationIn)
    @blueprint.response(201, schemas.InvitationOut)
    @_invited
    def post(self, facts: dict[str, object], coalition_id: UUID) -> Invited:
        """Invite an organisation, by a letter to a person who may speak for it."""
        return invitations.invite(current_actor(), coalition_id, facts)


@blueprint.route("/invitations/<uuid:invitation_id>")
class OneInvitation(MethodView):
    @blueprint.response(200, schemas.InvitationOut)
    @_invited
    def get(self, invitation_id: UUID) -> Invited:
        """Show an invitation."""
        return invitations.invitation(current_actor(), invitation_id)


@blueprint.route("/invitations/<uuid:invitation_id>/letters")
class InvitationLetters(MethodView):
    @blueprint.response(200, schemas.InvitationOut)
    @_invited
    def post(self, invitation_id: UUID) -> Invited:
        """Write once more to who has not answered; the earlier link ends."""
        return invitations.send_again(current_actor(), invitation_id)


@blueprint.route("/invitations/<uuid:invitation_id>/withdrawal")
class InvitationWithdrawal(MethodView):
    @blueprint.response(200, schemas.InvitationOut)
    @_invited
    def post(self, invitation_id: UUID) -> Invited:
        """Take an invitation back that was not answered; its link ends."""
        return invitations.take_back(current_actor(), invitation_id)


@blueprint.route("/public/invitations/<string:secret>")
class PublicInvitation(MethodView):
    @blueprint.response(200, schemas.InvitedOut)
    def get(self, secret: str) -> Invited:
        """Show the invitation that a letter's link leads to."""
        return invitations.invited(secret)


@blueprint.route("/public/invitations/<string:secret>/acceptance")
class InvitationAcceptance(MethodView):
    @blueprint.arguments(schemas.AcceptanceIn)
    @blueprint.response(200, schemas.InvitedOut)
    def post(self, facts: dict[str, object], secret: str) -> Invited:
        """Join: the organisation is a member, and who accepts may commit it."""
        return invitations.accept(secret, facts)


@blueprint.route("/public/invitations/<string:secret>/refusal")
class InvitationRefusal(MethodView):
    @blueprint.arguments(schemas.RefusalIn)
    @blueprint.response(200, schemas.InvitedOut)
    def post(self, given: dict[str, str | None], secret: str) -> Invited:
        """Decline an invitation."""
        return invitations.decline(secret, given["reason"])


@blueprint.route("/coalitions/<uuid:coalition_id>/addressees")
class AddresseesView(MethodView):
    @paginated(blueprint, schemas.AddresseeOut, schemas.AddresseeArgs)
    def get(self, args: dict[str, Any], coalition_id: UUID) -> Page[service.AddresseeView]:
        """List or search a coalition's addressees."""
        return service.addressees(current_actor(), coalition_id, args["page"], args.get("q"))

    @blueprint.arguments(schemas.AddresseeIn)
    @blueprint.response(201, schemas.AddresseeOut)
    @_tagged
    def post(self, facts: dict[str, object], coalition_id: UUID) -> service.AddresseeView:
        """Enter an official or body that statements go to."""
        return service.add_addressee(current_actor(), coalition_id, facts)


@blueprint.route("/coalitions/<uuid:coalition_id>/addressee-imports")
class AddresseeImports(MethodView):
    @takes_import(blueprint, schemas.ADDRESSEE_EXAMPLE, schemas.ADDRESSEE_TABLE)
    def post(self, reading: Reading, coalition_id: UUID) -> Imported:
        """Bring a table of addressees together with those that are there."""
        how = reading.how
        table = imports.AddresseeImport(current_actor(), coalition_id, how)
        return imported(
            how.file, ADDRESSEES, schemas.AddresseeLineIn(), table.take_in, reading.columns
        )


@blueprint.route("/addressees/<uuid:addressee_id>")
class OneAddressee(MethodView):
    @blueprint.response(200, schemas.AddresseeOut)
    @_tagged
    def get(self, addressee_id: UUID) -> service.AddresseeView:
        """Show an addressee."""
        return service.addressee(current_actor(), addressee_id)

    @needs_match
    @blueprint.arguments(schemas.AddresseeIn(partial=True))
    @blueprint.response(200, schemas.AddresseeOut)
    @_tagged
    def patch(
        self, changes: dict[str, object], addressee_id: UUID, expected: int
    ) -> service.AddresseeView:
        """Change some of an addressee's facts."""
        return service.change_addressee(current_actor(), addressee_id, expected, changes)

    @needs_match
    @blueprint.response(204)
    def delete(self, addressee_id: UUID, expected: int) -> None:
        """Delete an addressee; statements keep the words that they were written to."""
        service.remove_addressee(current_actor(), addressee_id, expected)
