"""/desk/…/addressees: officials and bodies that statements go to."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from uuid import UUID

from flask import Response, request
from werkzeug.wrappers import Response as AnyResponse

from api.accounts.rules import Role
from api.coalitions import schemas, service
from api.coalitions.service import AddresseeView
from api.deliveries import service as deliveries
from api.deliveries.models import CoverLetter
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
from api.desk.routes.shared import asked_once, columns_of, country
from api.desk.routes.visiting import actor
from api.desk.rules import members as rules
from api.desk.rules.members import AddresseeScreen, MemberFormScreen, MembersScreen
from api.desk.rules.tables import Cell, Listing, ListRow
from api.desk.rules.typed_facts import kept
from api.errors import NotFound
from api.pages.routes.base import sent
from api.pages.rules.facts import Form
from api.web.validate import loaded

NOTHING: Mapping[str, str] = MappingProxyType({})


@at("/<uuid:coalition_id>/addressees", "addressees")
class AddresseesList(Screen):
    def get(self, coalition_id: UUID) -> Response:
        """List the addressees by name."""
        return self._listed(coalition_id)

    def post(self, coalition_id: UUID) -> Response:
        """Show another page of them: its cursor holds a name, and stands in no address."""
        return self._listed(coalition_id)

    def _listed(self, coalition_id: UUID) -> Response:
        words = said()
        found = service.addressees(actor(), coalition_id, page_request())
        keys = ("addressee", "organisation", "country")
        table = Listing(
            caption=words.say("nav.addressees"),
            columns=columns_of("addressees", *keys),
            rows=[_row(each) for each in found.items],
            path=to("addressees"),
            query={"cursor": one("cursor")},
            total=found.total,
            following=found.following,
            is_by_name=True,
        )
        may = actor().may(coalition_id, Role.COORDINATOR)
        return screen(
            "members.html",
            MembersScreen(
                title=words.say("nav.addressees"),
                lead=words.say("addressees.lead"),
                tabs=(),
                rows=table,
                step=to("addressee_new") if may else "",
                step_words=words.say("addressees.enter"),
                nothing="addressees.none",
                kind="addressees",
            ),
        )


def _row(view: AddresseeView) -> ListRow:
    each = view.addressee
    return ListRow(
        cells=[
            Cell(
                text=each.name, href=to("addressee", addressee_id=each.id), small=each.title or ""
            ),
            Cell(text=each.organisation or ""),
            Cell(text=country(each.country)),
        ]
    )


@at("/<uuid:coalition_id>/addressees/new", "addressee_new")
class AddresseeNew(Screen):
    least = Role.COORDINATOR

    def get(self, coalition_id: UUID) -> Response:
        """Ask who it is; of whom a text addresses, it says what the text does."""
        return _form(None, Form(), _of_text())

    def post(self, coalition_id: UUID) -> AnyResponse:
        """Enter it."""
        try:
            facts = loaded(schemas.AddresseeIn(), rules.addressee(sent()))
            found = service.add_addressee(actor(), coalition_id, facts)
        except REFUSED as refused:
            return _form(None, typed(refused))
        return _entered("addressee_entered", found.addressee.id)


@at("/<uuid:coalition_id>/addressees/<uuid:addressee_id>", "addressee")
class AddresseeFile(Screen):
    def get(self, coalition_id: UUID, addressee_id: UUID) -> Response:
        """Show an addressee."""
        found = service.addressee(actor(), addressee_id)
        each = found.addressee
        pairs = {
            "title": each.title,
            "organisation": each.organisation,
            "country": country(each.country),
            "salutation": each.salutation,
            "email": found.email,
        }
        facts = [(said().say(f"addressees.{key}"), value or "") for key, value in pairs.items()]
        return screen(
            "addressee.html",
            AddresseeScreen(name=each.name, addressee_id=str(addressee_id), facts=facts),
        )


@at("/<uuid:coalition_id>/addressees/<uuid:addressee_id>/edit", "addressee_edit")
class AddresseeEdit(Screen):
    least = Role.COORDINATOR

    def get(self, coalition_id: UUID, addressee_id: UUID) -> Response:
        """Show its facts in a form."""
        return _form(service.addressee(actor(), addressee_id), Form())

    def post(self, coalition_id: UUID, addressee_id: UUID) -> AnyResponse:
        """Change them."""
        try:
            changes = loaded(schemas.AddresseeIn(partial=True), rules.addressee(sent()))
            service.change_addressee(actor(), addressee_id, version(), changes)
        except REFUSED as refused:
            return _form(service.addressee(actor(), addressee_id), typed(refused))
        return _entered("addressee_changed", addressee_id)


def _letter() -> CoverLetter | None:
    """Return the cover letter that led here, to which the form leads back."""
    asked = request.args.get("letter") or one("letter")
    try:
        return deliveries.letter(actor(), UUID(asked)) if asked else None
    except ValueError:
        raise NotFound("The page that led here is old. Load it again.") from None


def _of_text() -> dict[str, str]:
    """Return what a text says of somebody whom it addresses, and the coalition does not know."""
    letter, place = _letter(), request.args.get("place", "")
    if letter is None or not place.isdecimal():
        return {}
    unknown = deliveries.preview(actor(), letter.id, None, None).unknown
    return kept(dict(unknown[int(place)])) if int(place) < len(unknown) else {}


def _entered(code: str, addressee_id: UUID) -> AnyResponse:
    """Lead on to the addressee, or back to the letter that lacked it."""
    if (letter := _letter()) is not None:
        return onward("cover_letter", code, cover_letter_id=letter.id)
    return onward("addressee", code, addressee_id=addressee_id)


def _form(found: AddresseeView | None, form: Form, values: Mapping[str, str] = NOTHING) -> Response:
    words, letter = said(), _letter()
    if found:
        known = {name: getattr(found.addressee, name) for name in rules.ADDRESSEE[:-1]}
        values = kept({**known, "email": found.email})
    back = to("addressee", addressee_id=found.addressee.id) if found else to("addressees")
    back_words = words.say("addressees.addressee" if found else "nav.addressees")
    if letter is not None:
        back = to("cover_letter", cover_letter_id=letter.id)
        back_words = words.say("deliveries.letter")
    return screen(
        "addressee_form.html",
        MemberFormScreen(
            title=words.say("addressees.edit" if found else "addressees.enter"),
            back=back,
            back_words=back_words,
            button=words.say("members.save" if found else "members.enter_it"),
            values=values,
            version=found.addressee.version if found else None,
            hidden=[("letter", str(letter.id))] if letter else (),
            form=form,
        ),
    )


@at("/<uuid:coalition_id>/addressees/<uuid:addressee_id>/deletion", "addressee_delete")
class AddresseeDelete(Screen):
    least = Role.COORDINATOR
    is_fresh = True

    def get(self, coalition_id: UUID, addressee_id: UUID) -> Response:
        """Ask once."""
        found = service.addressee(actor(), addressee_id)
        return asked_once(
            "addressees.delete", found.addressee.version, to("addressee", addressee_id=addressee_id)
        )

    def post(self, coalition_id: UUID, addressee_id: UUID) -> AnyResponse:
        """Delete it."""
        service.remove_addressee(actor(), addressee_id, version())
        return onward("addressees", "addressee_deleted")
