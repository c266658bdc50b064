"""/desk/…/members/people: who may commit an organisation, and who could until they left."""

from __future__ import annotations

from uuid import UUID

from flask import Response
from werkzeug.wrappers import Response as AnyResponse

from api.accounts.rules import Role
from api.desk.routes.base import (
    Screen,
    an_id,
    at,
    cursors,
    day,
    onward,
    page_request,
    said,
    screen,
    to,
    typed,
    version,
)
from api.desk.routes.members import letter_languages
from api.desk.routes.shared import columns_of
from api.desk.routes.visiting import actor
from api.desk.rules import members as rules
from api.desk.rules.members import MemberFormScreen
from api.desk.rules.tables import Cell, Listing, ListRow, Press
from api.desk.rules.typed_facts import kept
from api.errors import Code, Conflict, Fault, Invalid
from api.infra import clock
from api.infra.database.transactions import Stale
from api.organisations import schemas, service
from api.organisations.models import Organisation
from api.organisations.service import Represented
from api.pages.routes.base import sent
from api.pages.rules.facts import Form
from api.web.validate import loaded


def people_of(found: Organisation) -> Listing | None:
    """Return who may commit an organisation, to coordinators; None to others."""
    if not actor().may(found.coalition_id, Role.COORDINATOR):
        return None
    people = service.representatives(actor(), found.id, page_request())
    return Listing(
        caption=said().say("members.people"),
        columns=columns_of("members", "person", "post", "left", "leave"),
        rows=[_person(each) for each in people.items],
        path=to("organisation", organisation_id=found.id),
        query=cursors("cursor"),
        total=people.total,
        following=people.following,
    )


def _person(each: Represented) -> ListRow:
    row = each.representative
    leave = Press(
        action=to("representative_leave", representative_id=row.id),
        words=said().say("members.has_left"),
        fields=[("version", str(row.version))],
        is_plain=True,
    )
    has_left = row.left_on is not None and row.left_on <= clock.today()
    return ListRow(
        cells=[
            Cell(
                text=each.name,
                href=to("representative_edit", representative_id=row.id),
                small=each.email,
            ),
            Cell(text=each.role or ""),
            Cell(text=day(row.left_on)),
            Cell() if has_left else Cell(press=leave),
        ]
    )


@at(
    "/<uuid:coalition_id>/members/organisations/<uuid:organisation_id>/people/new",
    "representative_new",
)
class RepresentativeNew(Screen):
    least = Role.COORDINATOR

    def get(self, coalition_id: UUID, organisation_id: UUID) -> Response:
        """Ask who may commit it."""
        return _new(organisation_id, Form())

    def post(self, coalition_id: UUID, organisation_id: UUID) -> AnyResponse:
        """Enter them."""
        try:
            facts = loaded(schemas.CommitterIn(), rules.person(sent()))
            service.add_representative(actor(), organisation_id, facts)
        except (Invalid, Conflict) as refused:
            return _new(organisation_id, typed(_taken(refused)))
        return onward("organisation", "person_entered", organisation_id=organisation_id)


def _new(organisation_id: UUID, form: Form) -> Response:
    there = service.organisation(actor(), organisation_id)
    return _person_form(there.id, None, form)


def _taken(refused: Invalid | Conflict | Stale) -> Invalid | Stale:
    """Return that an address is another representative's as a fault of its field."""
    if isinstance(refused, Conflict):
        detail = "This address represents the organisation already."
        return Invalid(detail, [Fault("/email", Code.TAKEN, detail)])
    return refused


def _person_form(organisation_id: UUID, found: Represented | None, form: Form) -> Response:
    words, values = said(), {}
    if found:
        row = found.representative
        known = {"name": found.name, "email": found.email, "role": found.role}
        values = kept({**known, "language": row.language, "left_on": row.left_on})
    return screen(
        "representative_form.html",
        MemberFormScreen(
            title=words.say("members.edit_person" if found else "members.enter_person"),
            lead=words.say("members.person_lead"),
            back=to("organisation", organisation_id=organisation_id),
            back_words=words.say("members.organisation"),
            button=words.say("members.save" if found else "members.enter_it"),
            values=values,
            version=found.representative.version if found else None,
            languages=letter_languages(),
            form=form,
        ),
    )


@at("/<uuid:coalition_id>/members/people/<uuid:representative_id>", "representative_edit")
class RepresentativeEdit(Screen):
    least = Role.COORDINATOR

    def get(self, coalition_id: UUID, representative_id: UUID) -> Response:
        """Show what is known of a representative in a form."""
        return self._shown(representative_id, Form())

    def post(self, coalition_id: UUID, representative_id: UUID) -> AnyResponse:
        """Change it."""
        try:
            changes = loaded(schemas.CommitterIn(partial=True), rules.person(sent()))
            found = service.change_representative(actor(), representative_id, version(), changes)
        except (Invalid, Conflict, Stale) as refused:
            return self._shown(representative_id, typed(_taken(refused)))
        return onward(
            "organisation",
            "person_changed",
            organisation_id=found.representative.organisation_id,
        )

    def _shown(self, representative_id: UUID, form: Form) -> Response:
        found = service.representative(actor(), representative_id)
        return _person_form(found.representative.organisation_id, found, form)


@at("/<uuid:coalition_id>/members/people/<uuid:representative_id>/leaving", "representative_leave")
class RepresentativeLeave(Screen):
    least = Role.COORDINATOR

    def post(self, coalition_id: UUID, representative_id: UUID) -> AnyResponse:
        """Say that a person may not commit the organisation any more, from today."""
        before = service.representative(actor(), representative_id).representative.left_on
        left = {"left_on": clock.today()}
        found = service.change_representative(actor(), representative_id, version(), left)
        undo = [representative_id] if before is None else []
        organisation_id = found.representative.organisation_id
        return onward("organisation", "person_left", undo, organisation_id=organisation_id)


@at("/<uuid:coalition_id>/members/people/returns", "representatives_return")
class RepresentativesReturn(Screen):
    least = Role.COORDINATOR

    def post(self, coalition_id: UUID) -> AnyResponse:
        """Undo that people left."""
        representative_id = an_id()
        row = service.representative(actor(), representative_id).representative
        service.change_representative(actor(), representative_id, row.version, {"left_on": None})
        return onward("organisation", "person_changed", organisation_id=row.organisation_id)
