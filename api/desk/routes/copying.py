"""/desk/…/settings: a coalition is begun from this one, or ends."""

from __future__ import annotations

from uuid import UUID

from flask import Response
from werkzeug.wrappers import Response as AnyResponse

from api.accounts.rules import Role
from api.coalitions import service as coalitions
from api.coalitions.service import CoalitionSlugTaken
from api.copies import service
from api.copies.rules import USUAL, CopiedPart
from api.copies.schemas import CoalitionCopyIn
from api.desk.routes.base import REFUSED, Screen, at, one, onward, said, screen, to, typed, version
from api.desk.routes.visiting import actor, visit, visit_again
from api.desk.rules import founding
from api.desk.rules.frames import Danger
from api.desk.rules.settings import CoalitionCopyScreen, CopiedScreen, NotCopiedShown
from api.pages.routes.base import sent
from api.pages.rules.facts import Form
from api.web.validate import loaded

_AT = "/<uuid:coalition_id>/settings"
_WHY = {
    service.NAMES_A_CASE: "names_a_case",
    service.ABOUT_CASES: "about_cases",
    service.WITHOUT_ORGANISATION: "without_organisation",
}


@at(f"{_AT}/copy", "coalition_copy")
class CopyCoalition(Screen):
    least = Role.COORDINATOR

    def get(self, coalition_id: UUID) -> Response:
        """Ask what of this one a new one begins with."""
        del coalition_id
        return self._shown(Form())

    def post(self, coalition_id: UUID) -> AnyResponse:
        """Found it; the visitor owns it, and is told what did not come along."""
        given = {
            "name": one("name"),
            "slug": one("slug") or founding.slug_of(one("name")),
            "parts": sent().get("parts", []),
        }
        try:
            facts = loaded(CoalitionCopyIn(), given)
            found = service.copy_coalition(visit().actor, coalition_id, **facts)
        except CoalitionSlugTaken:
            wrong = {"slug": said().say("fault.taken")}
            return self._shown(Form(values=sent(), faults=wrong))
        except REFUSED as refused:
            return self._shown(typed(refused, "parts"))
        visit_again()  # with the role that founding gave
        words = said()
        return screen(
            "coalition_copied.html",
            CopiedScreen(
                name=found.coalition.name,
                href=to("home", coalition_id=found.coalition.id),
                counts=[
                    (words.say(f"copy.{part}"), str(found.counts[part]))
                    for part in CopiedPart
                    if found.counts[part]
                ],
                left_out=[
                    NotCopiedShown(
                        part=words.say(f"copy.{each.part}"),
                        name=each.name,
                        why=words.say(f"copy.{_WHY[each.why]}"),
                    )
                    for each in found.left_out
                ],
            ),
        )

    def _shown(self, form: Form) -> Response:
        words = said()
        offered = [
            (each.value, words.say(f"copy.{each}"), words.say(f"copy.{each}_hint"))
            for each in CopiedPart
        ]
        usual = [each.value for each in USUAL]
        shown = CoalitionCopyScreen(offered=offered, usual=usual, back=to("settings"), form=form)
        return screen("coalition_copy.html", shown)


@at(f"{_AT}/end", "coalition_end")
class EndCoalition(Screen):
    least = Role.OWNER
    is_fresh = True

    def get(self, coalition_id: UUID) -> Response:
        """Ask once: nothing brings it back."""
        words, row = said(), coalitions.coalition(actor(), coalition_id)
        return screen(
            "danger.html",
            Danger(
                title=words.say("settings.end_title", name=row.name),
                points=[words.say(f"settings.end_{number}") for number in (1, 2, 3)],
                button=words.say("settings.end_it"),
                back=to("settings"),
                fields={"version": str(row.version)},
            ),
        )

    def post(self, coalition_id: UUID) -> AnyResponse:
        """Delete it with all that it owns."""
        coalitions.remove(actor(), coalition_id, version())
        visit_again()
        return onward("home_of_all", "coalition_ended", all=1)
