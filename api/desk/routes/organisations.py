"""/desk/…/members/organisations: a coalition's organisations, and who may commit them."""

from __future__ import annotations

from uuid import UUID

from flask import Response
from werkzeug.wrappers import Response as AnyResponse

from api.accounts.rules import Role
from api.coalitions.models import Member
from api.coalitions.service import memberships
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
from api.desk.routes.invitations import invited_form, send_invitation
from api.desk.routes.members import called, has_left, standing, tabs
from api.desk.routes.representatives import people_of
from api.desk.routes.shared import SearchedList, asked_once, columns_of, country
from api.desk.routes.visiting import actor, coalition
from api.desk.rules import members as rules
from api.desk.rules.members import MemberFormScreen, MembersScreen, OrganisationScreen
from api.desk.rules.tables import BulkAct, Cell, Listing, ListRow, Press
from api.desk.rules.typed_facts import kept
from api.organisations import schemas, service
from api.organisations.models import Organisation
from api.pages.routes.base import sent
from api.pages.rules.facts import Anchor, Form
from api.pages.rules.pages import own_name
from api.web.validate import loaded

_FIELDS = ("acronym", "country", "website", "zone", "aliases")
_FLAGS = ("is_public", "needs_two")


@at("/<uuid:coalition_id>/members/organisations", "organisations")
class OrganisationsList(SearchedList):
    def listed(self, coalition_id: UUID, sought: str) -> Response:
        """List the organisations by name, or those that are found in any spelling."""
        words, leads = said(), actor().may(coalition_id, Role.COORDINATOR)
        found = service.of_coalition(actor(), coalition_id, page_request(), sought or None)
        there = memberships.of(actor(), coalition_id, [each.id for each in found.items])
        table = Listing(
            caption=words.say("members.organisations"),
            columns=columns_of("members", "organisation", "country", "membership"),
            rows=[_row(each, there.get(each.id)) for each in found.items],
            path=to("organisations"),
            query={"cursor": one("cursor")},
            search=words.say("members.search"),
            asked=sought,
            total=found.total,
            following=found.following,
            is_by_name=True,
            bulk=to("members_enter"),
            acts=[BulkAct(do="enter", words=words.say("members.enter_some"))] if leads else (),
        )
        may = actor().may(coalition_id, Role.EDITOR)
        return screen(
            "members.html",
            MembersScreen(
                title=words.say("nav.members"),
                tabs=tabs(coalition_id),
                rows=table,
                step=to("organisation_new") if may else "",
                step_words=words.say("members.enter_organisation"),
                nothing="members.no_organisation",
                kind="organisations",
            ),
        )


def _row(organisation: Organisation, member: Member | None) -> ListRow:
    return ListRow(
        id=str(organisation.id),
        cells=[
            Cell(
                text=called(organisation),
                href=to("organisation", organisation_id=organisation.id),
                small=organisation.acronym or "",
            ),
            Cell(text=country(organisation.country)),
            Cell(text=standing(member) if member else said().say("members.not_yet")),
        ],
    )


@at("/<uuid:coalition_id>/members/directory", "directory")
class DirectorySearch(SearchedList):
    least = Role.EDITOR

    def listed(self, coalition_id: UUID, sought: str) -> Response:
        """List what other coalitions have made public."""
        words = said()
        found = service.directory(page_request(), sought or None)
        use = [
            Press(
                action=to("directory_use"),
                words=words.say("members.use"),
                fields=[("id", str(each.id))],
            )
            for each in found.items
        ]
        table = Listing(
            caption=words.say("members.directory"),
            columns=columns_of("members", "organisation", "country", "use"),
            rows=[
                ListRow(
                    cells=[
                        Cell(text=called(each), small=each.acronym or ""),
                        Cell(text=country(each.country)),
                        Cell(press=press),
                    ]
                )
                for each, press in zip(found.items, use, strict=True)
            ],
            path=to("directory"),
            query={"cursor": one("cursor")},
            search=words.say("members.search"),
            asked=sought,
            following=found.following,
            is_by_name=True,
        )
        return screen(
            "members.html",
            MembersScreen(
                title=words.say("members.directory"),
                lead=words.say("members.directory_lead"),
                tabs=tabs(coalition_id),
                rows=table,
                nothing="members.no_directory",
            ),
        )


@at("/<uuid:coalition_id>/members/directory/uses", "directory_use")
class DirectoryUse(Screen):
    least = Role.EDITOR

    def post(self, coalition_id: UUID) -> AnyResponse:
        """Copy a public entry into an entry of one's own."""
        try:
            entry_id = UUID(one("id"))
        except ValueError:
            return onward("directory")
        found = service.use(actor(), coalition_id, entry_id)
        return onward("organisation", "organisation_entered", organisation_id=found.id)


@at("/<uuid:coalition_id>/members/organisations/new", "organisation_new")
class OrganisationNew(Screen):
    least = Role.EDITOR

    def get(self, coalition_id: UUID) -> Response:
        """Ask what it is called."""
        return _form(None, Form())

    def post(self, coalition_id: UUID) -> AnyResponse:
        """Enter it."""
        try:
            facts = loaded(schemas.OrganisationIn(), _facts(coalition_id))
            found = service.enter(actor(), coalition_id, facts)
        except REFUSED as refused:
            return _form(None, typed(refused, "names"))
        return onward("organisation", "organisation_entered", organisation_id=found.id)


def _facts(coalition_id: UUID) -> dict[str, object]:
    return rules.organisation(sent(), says_two=actor().may(coalition_id, Role.COORDINATOR))


def _form(found: Organisation | None, form: Form) -> Response:
    words, here = said(), coalition()
    names = found.names if found else {}
    tags = dict.fromkeys([*(here.languages if here else ()), *names])
    values = kept({name: getattr(found, name) for name in _FIELDS}) if found else {}
    values |= {f"names.{tag}": names.get(tag, "") for tag in tags}
    values |= {name: "yes" if found and getattr(found, name) else "" for name in _FLAGS}
    back = to("organisation", organisation_id=found.id) if found else to("organisations")
    return screen(
        "organisation_form.html",
        MemberFormScreen(
            title=words.say("members.edit_organisation" if found else "members.enter_organisation"),
            back=back,
            back_words=words.say("members.organisation" if found else "members.organisations"),
            button=words.say("members.save" if found else "members.enter_it"),
            values=values,
            version=found.version if found else None,
            languages=[(tag, own_name(tag)) for tag in tags],
            form=form,
        ),
    )


@at("/<uuid:coalition_id>/members/organisations/<uuid:organisation_id>", "organisation")
class OrganisationFile(Screen):
    def get(self, coalition_id: UUID, organisation_id: UUID) -> Response:
        """Show an organisation, and to coordinators who may commit it."""
        del coalition_id
        return shown(organisation_id, Form())


def logo_of(organisation: Organisation) -> str:
    """Return the address of an organisation's logo, another one for another picture."""
    if not organisation.logo_sha256:
        return ""
    here = to("organisation_logo", organisation_id=organisation.id)
    return f"{here}?picture={organisation.logo_sha256[:8]}"


def shown(organisation_id: UUID, form: Form) -> Response:
    """Show an organisation, with what is wrong in a form of its screen."""
    found, words = service.organisation(actor(), organisation_id), said()
    names = {own_name(tag): name for tag, name in found.names.items()}
    told = words.say("members.yes")
    pairs: dict[str, object] = {
        "acronym": found.acronym or "",
        "aliases": " · ".join(found.aliases),
        "country": country(found.country),
        "website": Anchor(found.website, found.website) if found.website else "",
        "zone": found.zone or "",
        "public": told if found.is_public else "",
        "two": told if found.needs_two else "",
    }
    member = memberships.of(actor(), found.coalition_id, [found.id]).get(found.id)
    if member is not None:
        pairs["membership"] = Anchor(standing(member), to("member", member_id=member.id))
    facts = [(words.say(f"members.{key}"), value) for key, value in pairs.items()]
    return screen(
        "organisation.html",
        OrganisationScreen(
            name=called(found),
            organisation_id=str(organisation_id),
            facts=[*(names.items() if len(names) > 1 else ()), *facts],
            is_member=member is not None,
            may_be_invited=member is None or has_left(member),
            people=people_of(found),
            version=found.version,
            logo=logo_of(found),
            form=form,
        ),
    )


@at("/<uuid:coalition_id>/members/organisations/<uuid:organisation_id>/edit", "organisation_edit")
class OrganisationEdit(Screen):
    least = Role.EDITOR

    def get(self, coalition_id: UUID, organisation_id: UUID) -> Response:
        """Show its facts in a form."""
        return _form(service.organisation(actor(), organisation_id), Form())

    def post(self, coalition_id: UUID, organisation_id: UUID) -> AnyResponse:
        """Change them."""
        try:
            changes = loaded(schemas.OrganisationIn(partial=True), _facts(coalition_id))
            service.change(actor(), organisation_id, version(), changes)
        except REFUSED as refused:
            return _form(service.organisation(actor(), organisation_id), typed(refused, "names"))
        return onward("organisation", "organisation_changed", organisation_id=organisation_id)


@at(
    "/<uuid:coalition_id>/members/organisations/<uuid:organisation_id>/deletion",
    "organisation_delete",
)
class OrganisationDelete(Screen):
    least = Role.COORDINATOR
    is_fresh = True

    def get(self, coalition_id: UUID, organisation_id: UUID) -> Response:
        """Ask once."""
        found = service.organisation(actor(), organisation_id)
        return asked_once(
            "members.delete_organisation",
            found.version,
            to("organisation", organisation_id=organisation_id),
        )

    def post(self, coalition_id: UUID, organisation_id: UUID) -> AnyResponse:
        """Take it out."""
        service.remove(actor(), organisation_id, version())
        return onward("organisations", "organisation_deleted")


@at(
    "/<uuid:coalition_id>/members/organisations/<uuid:organisation_id>/invitation",
    "organisation_invite",
)
class OrganisationInvite(Screen):
    least = Role.COORDINATOR

    def get(self, coalition_id: UUID, organisation_id: UUID) -> Response:
        """Ask who speaks for it."""
        return invited_form(service.organisation(actor(), organisation_id), Form())

    def post(self, coalition_id: UUID, organisation_id: UUID) -> AnyResponse:
        """Send the letter."""
        return send_invitation(coalition_id, service.organisation(actor(), organisation_id))
