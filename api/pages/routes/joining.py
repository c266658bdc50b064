"""/j: accept an invitation into a coalition, or decline it."""

from __future__ import annotations

from http import HTTPStatus

from flask import Response, request
from flask.views import MethodView
from werkzeug.wrappers import Response as AnyResponse

from api.coalitions.models import InvitationState
from api.coalitions.schemas import AcceptanceIn
from api.coalitions.service import invitations
from api.coalitions.service.invitations import Invited
from api.errors import Invalid
from api.infra.text import languages
from api.organisations.rules import name_in
from api.pages.routes.base import blueprint, form, of, onward, secret, sent, takes_form
from api.pages.rules import facts, forms, pages
from api.web.validate import loaded

_MOST_REASON = 2000


class Join(MethodView):
    def get(self, secret_of_invitation: str) -> Response:
        """Show an invitation, or what it came to."""
        return secret(_shown(invitations.invited(secret_of_invitation), facts.Form()))

    @takes_form
    def post(self, secret_of_invitation: str) -> AnyResponse:
        """Accept or decline it."""
        found, values = invitations.invited(secret_of_invitation), sent()
        around, said = of(found.coalition.id, found.invitation.language)
        if forms.one(values, "do") == "decline":
            reason = forms.one(values, "reason")[:_MOST_REASON] or None
            invitations.decline(secret_of_invitation, reason)
            return onward(request.path, around)
        given, faults = forms.joining(values, is_named=found.organisation is not None)
        if not faults:
            try:
                invitations.accept(secret_of_invitation, loaded(AcceptanceIn(), given))
                return onward(request.path, around)
            except Invalid as wrong:
                faults = forms.refused(wrong.faults)
        return secret(_shown(found, form(faults, said)), HTTPStatus.UNPROCESSABLE_ENTITY)


blueprint.add_url_rule("/j/<string:secret_of_invitation>", view_func=Join.as_view("join"))


def _shown(found: Invited, typed: facts.Form) -> str:
    invitation = found.invitation
    around, said = of(found.coalition.id, invitation.language)
    named = name_in(found.organisation.names, around.language) if found.organisation else ""
    if invitation.state is not InvitationState.OPEN:
        key = "joined" if invitation.state is InvitationState.ACCEPTED else "declined"
        coalition = found.coalition.name
        text = said.say(f"join.{key}_text", organisation=named, coalition=coalition)
        return pages.render(
            "notice.html", facts.Notice(frame=around, title=said.say(f"join.{key}"), text=text)
        )

    def day(of_it: object) -> str:
        return languages.date_text(str(of_it), around.language) if of_it else ""

    return pages.render(
        "join.html",
        facts.JoinPage(
            frame=around,
            coalition=found.coalition.name,
            name=found.person["name"],
            role=invitation.role.value,
            expires=day(invitation.expires_at.date()),
            organisation=named,
            note=found.note or "",
            since=day(invitation.since),
            until=day(invitation.until),
            form=typed,
        ),
    )
