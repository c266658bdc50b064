"""What cannot be undone of a case: its name is taken back or told again, it goes, all leave."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from flask import Response
from werkzeug.wrappers import Response as AnyResponse

from api.accounts.rules import Role
from api.cases import rules as tables, schemas, service
from api.cases.service import CaseView, Place
from api.cases.service.entries import StillNamed
from api.cases.service.tables import given_out
from api.desk.routes.base import Screen, at, one, onward, said, screen, to, typed, version
from api.desk.routes.shared import asked_once
from api.desk.routes.visiting import actor
from api.desk.rules import filling
from api.desk.rules.cases import LabelledPlace, NameScreen
from api.desk.rules.frames import Danger
from api.desk.rules.typed_facts import at_fields, labels
from api.errors import Conflict, Invalid
from api.infra.database.transactions import Stale
from api.pages.routes.base import sent
from api.pages.rules import forms
from api.pages.rules.facts import Form
from api.web.tables import as_csv
from api.web.validate import loaded

_SAID = {"take_back": "name_taken_back", "name": "name_allowed", "labels": "labels_changed"}


@at("/<uuid:coalition_id>/cases/<uuid:case_id>/name", "case_name")
class CaseName(Screen):
    least = Role.COORDINATOR
    is_fresh = True

    def get(self, coalition_id: UUID, case_id: UUID) -> Response:
        """Show what would become of every text that holds the name."""
        return self._shown(case_id, Form())

    def post(self, coalition_id: UUID, case_id: UUID) -> AnyResponse:
        """Take the name back, allow it, or put other words where it was."""
        does = one("do")
        given, filled = labels(sent())
        changes: dict[str, object] = {}
        if does == "name":
            changes = {"may_be_named": True}
        elif does == "take_back":
            changes = {"may_be_named": False, **forms.tidied(sent(), ("public_label",))}
        try:
            schema = schemas.CaseChangeIn(partial=True, exclude=("status",))
            facts = loaded(schema, {**changes, "labels": given})
            by_place = schemas.labels_of(facts.pop("labels"))
            service.change(actor(), case_id, version(), facts, by_place, preview=False)
        except Invalid as refused:
            refused.faults = at_fields(refused.faults, filled)
            return self._shown(case_id, typed(refused))
        except Stale as stale:
            return self._shown(case_id, typed(stale))
        return onward("case", _SAID.get(does, ""), case_id=case_id)

    def _shown(self, case_id: UUID, form: Form) -> Response:
        view = service.case(actor(), case_id)
        places, standing = _places(view)
        return screen(
            "case_name.html",
            NameScreen(
                label=view.label,
                case_id=str(case_id),
                version=view.case.version,
                is_named=view.case.may_be_named,
                public_label=view.case.public_label or "",
                places=[_place(each) for each in places],
                standing=standing,
                form=form,
            ),
        )


def _places(view: CaseView) -> tuple[Sequence[Place], Sequence[str]]:
    """Return where the name stands, or its label since; and what keeps it from being taken."""
    case, changes = view.case, {"may_be_named": False}
    try:
        found = service.change(actor(), case.id, case.version, changes, {}, preview=True)
    except StillNamed as still:
        words = said()
        each_of = ((words.say(f"case_place.{each.where}"), each.of) for each in still.places)
        stands = (f"{where}: {of}" if of else where for where, of in each_of)
        return (), [filling.refusal(still, words), *dict.fromkeys(stands)]
    except (Conflict, Invalid) as refused:
        return (), [filling.refusal(refused, said())]
    return found.relabelled, ()


def _place(place: Place) -> LabelledPlace:
    return LabelledPlace(
        place=place.place,
        where=said().say(f"case_place.{place.where}"),
        href="",
        before=place.before,
        after=place.after,
    )


@at("/<uuid:coalition_id>/cases/<uuid:case_id>/deletion", "case_delete")
class CaseDelete(Screen):
    least = Role.COORDINATOR
    is_fresh = True

    def get(self, coalition_id: UUID, case_id: UUID) -> Response:
        """Ask once."""
        case = service.case(actor(), case_id).case
        return asked_once("cases.delete", case.version, to("case", case_id=case_id))

    def post(self, coalition_id: UUID, case_id: UUID) -> AnyResponse:
        """Delete the case."""
        service.remove(actor(), case_id, version())
        return onward("cases", "case_deleted")


@at("/<uuid:coalition_id>/cases/file", "cases_out")
class CasesOut(Screen):
    is_fresh = True

    def get(self, coalition_id: UUID) -> Response:
        """Say whose the file will be."""
        words = said()
        return screen(
            "take.html",
            Danger(
                title=words.say("tables.take"),
                points=[words.say(f"tables.take_{number}") for number in (1, 2, 3)],
                button=words.say("tables.take_it"),
                back=to("cases"),
            ),
        )

    def post(self, coalition_id: UUID) -> Response:
        """Give all cases as a table; the record tells who took it."""
        return as_csv("cases", tables.COLUMNS, given_out(actor(), coalition_id), tables.cells_of)
