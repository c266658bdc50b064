"""/desk/…/settings: the coalition's names, its look, its sites, and how long people are known."""

from __future__ import annotations

from typing import Any, ClassVar
from uuid import UUID

from flask import Response, request
from werkzeug.wrappers import Response as AnyResponse

from api.accounts.rules import Role
from api.coalitions import schemas, service as coalitions
from api.coalitions.service import CoalitionSlugTaken
from api.desk.routes.base import (
    Screen,
    at,
    cursors,
    day,
    framed,
    one,
    onward,
    page_request,
    said,
    screen,
    to,
    typed,
    version,
)
from api.desk.routes.shared import columns_of, countries
from api.desk.routes.visiting import actor, coalition
from api.desk.rules import settings as rules
from api.desk.rules.settings import (
    CoalitionScreen,
    LookScreen,
    RetentionScreen,
    SettingsHome,
    SettingsLink,
    ThemePreview,
)
from api.desk.rules.tables import Cell, Listing, ListRow
from api.documents.rules.rendering import CONTENT_TYPES, Format
from api.documents.service import DocumentSpec, previews
from api.errors import Invalid, NotFound
from api.infra.database.paging import PageRequest
from api.infra.database.transactions import Stale
from api.infra.pdf.pictures import NoPicture
from api.pages.routes.base import sent, takes_file
from api.pages.rules.facts import Form
from api.signing.service import settings as signing
from api.statements import service as statements
from api.statements.models import Statement
from api.texts.rules import themes
from api.web.validate import loaded

_AT = "/<uuid:coalition_id>/settings"


@at(_AT, "settings")
class ListSettings(Screen):
    least = Role.COORDINATOR

    def get(self, coalition_id: UUID) -> Response:
        """List what can be set."""
        words, who = said(), actor()
        parts = [
            SettingsLink(
                words=words.say(f"settings.{each.key}"),
                text=words.say(f"settings.{each.key}_text"),
                href=to(each.endpoint),
            )
            for each in rules.PARTS
            if who.may(coalition_id, each.least)
        ]
        return screen("settings.html", SettingsHome(parts=parts))


class _SetSome(Screen):
    """A form of some of a coalition's facts; its screen and its template have one name."""

    least = Role.COORDINATOR
    name: ClassVar[str]

    def get(self, coalition_id: UUID) -> Response:
        """Show them."""
        return self.shown(coalition_id, Form())

    def post(self, coalition_id: UUID) -> AnyResponse:
        """Change them."""
        try:
            given = loaded(schemas.CoalitionIn(partial=True), rules.coalition_given(sent()))
            coalitions.change(actor(), coalition_id, version(), given)
        except CoalitionSlugTaken:
            taken = {"slug": said().say("fault.taken")}
            return self.shown(coalition_id, Form(values=sent(), faults=taken))
        except (Invalid, Stale) as refused:
            return self.shown(coalition_id, typed(refused))
        return onward(self.name, "saved")

    def shown(self, coalition_id: UUID, form: Form) -> Response:
        """Show what the form holds."""
        row = coalitions.coalition(actor(), coalition_id)
        values = rules.coalition_as_typed(row)
        shown = CoalitionScreen(values=values, version=row.version, form=form)
        return screen(f"{self.name}.html", shown)


@at(f"{_AT}/coalition", "settings_coalition")
class SetCoalition(_SetSome):
    name = "settings_coalition"  # its names, languages and reminders

    def shown(self, coalition_id: UUID, form: Form) -> Response:
        """Show what the form holds, with the languages and countries to choose from."""
        row = coalitions.coalition(actor(), coalition_id)
        shown = CoalitionScreen(
            values=rules.coalition_as_typed(row),
            chosen=rules.chosen(row),
            languages=rules.languages_by_name(row.languages, said().language),
            countries=countries(),
            version=row.version,
            form=form,
        )
        return screen("settings_coalition.html", shown)


@at(f"{_AT}/sites", "settings_sites")
class SetSites(_SetSome):
    name = "settings_sites"  # which may show the form


# The look.


@at(f"{_AT}/look", "look")
class SetLook(_SetSome):
    name = "look"

    def shown(self, coalition_id: UUID, form: Form) -> Response:
        """Show colour and logo, and every theme on the newest text."""
        return _look(coalition_id, form)


@at(f"{_AT}/look/logo", "look_logo")
class SetLogo(Screen):
    least = Role.COORDINATOR

    @takes_file
    def post(self, coalition_id: UUID) -> AnyResponse:
        """Give the coalition its logo, or take it away."""
        if one("do") == "remove":
            coalitions.LOGOS.drop(actor(), coalition_id, version())
            return onward("look", "saved")
        given = request.files.get("logo")
        try:  # nothing is no picture, either
            data = given.read() if given else b""
            coalitions.LOGOS.put(actor(), coalition_id, version(), data)
        except NoPicture:
            wrong = {"logo": said().say("settings.no_picture")}
            return _look(coalition_id, Form(values=sent(), faults=wrong))
        except Stale as refused:
            return _look(coalition_id, typed(refused))
        return onward("look", "saved")


def _look(coalition_id: UUID, form: Form) -> Response:
    row, here = coalitions.coalition(actor(), coalition_id), coalition()
    newest = statements.statements(actor(), coalition_id, PageRequest(limit=1), {}).items
    return screen(
        "settings_look.html",
        LookScreen(
            values=rules.coalition_as_typed(row),
            version=row.version,
            logo=f"/look/{row.id}/{row.logo_sha256}" if here and row.logo_sha256 else "",
            themes=_themes(newest[0]) if newest else (),
            title=newest[0].title if newest else "",
            language=newest[0].language if newest else "",
            form=form,
        ),
    )


def _themes(statement: Statement) -> list[ThemePreview]:
    return [
        ThemePreview(
            name=said().say(f"theme.{name.replace('-', '_')}"),
            page=to("look_preview", statement_id=statement.id, theme=name, form="html"),
            pdf=to("look_preview", statement_id=statement.id, theme=name, form="pdf"),
        )
        for name in themes.available()
    ]


@at("/<uuid:coalition_id>/statements/<uuid:statement_id>/look", "look_preview")
class PreviewLook(Screen):
    def get(self, coalition_id: UUID, statement_id: UUID) -> Response:
        """Show a text's draft in a theme: as a page in a frame, or as the PDF."""
        theme, form = request.args.get("theme"), request.args.get("form", "html")
        if theme not in {None, *themes.available()} or form not in {"html", "pdf"}:
            raise NotFound("There is no such theme.")
        spec = DocumentSpec(format=Format(form), theme=theme)
        found = previews.preview(actor(), statement_id, spec)
        answer = Response(found.content, content_type=CONTENT_TYPES[found.format])
        return framed(answer) if form == "html" else answer


# Retention.


@at(f"{_AT}/retention", "settings_retention")
class ListRetention(Screen):
    least = Role.COORDINATOR

    def get(self, coalition_id: UUID) -> Response:
        """List until when it is known who signed each statement."""
        words = said()
        found = statements.statements(actor(), coalition_id, page_request(20), {})
        table = Listing(
            caption=words.say("settings.retention"),
            columns=columns_of("settings", "statement", "until"),
            rows=[_kept(each) for each in found.items],
            path=to("settings_retention"),
            query=cursors("cursor"),
            following=found.following,
        )
        return screen("settings_retention.html", RetentionScreen(statements=table))


def _kept(statement: Statement) -> ListRow:
    words = said()
    until: Any = signing.signing(actor(), statement.id).signing.retain_until
    return ListRow(
        cells=[
            Cell(
                text=statement.title,
                href=to("signing_settings", statement_id=statement.id),
                language=statement.language,
            ),
            Cell(text=day(until) if until else words.say("settings.for_good")),
        ]
    )
