"""/desk/…/templates: the coalition's own templates, in and out as files."""

from __future__ import annotations

from uuid import UUID

from flask import Response, request
from werkzeug.wrappers import Response as AnyResponse

from api.accounts.rules import Role
from api.desk.routes import statement_base
from api.desk.routes.base import (
    REFUSED,
    Screen,
    at,
    cursors,
    one,
    onward,
    page_request,
    said,
    screen,
    to,
    typed,
    version,
    when,
)
from api.desk.routes.shared import asked_once, columns_of
from api.desk.routes.visiting import actor
from api.desk.rules import filling
from api.desk.rules.beginning import TemplateFileScreen, TemplateShown, TemplatesScreen
from api.desk.rules.tables import Cell, Listing, ListRow, Press
from api.errors import Conflict, Invalid
from api.infra.database import paging
from api.infra.database.transactions import Stale
from api.pages.routes.base import sent, takes_file
from api.pages.rules.facts import Form
from api.pages.rules.pages import own_name
from api.portable.rules import writing
from api.templates import service
from api.templates.models import Template, TemplateVersion
from api.web.files import body_of

_AT = "/<uuid:coalition_id>/templates"
_ONE = f"{_AT}/<uuid:template_id>"


@at(_AT, "templates")
class ListTemplates(Screen):
    def get(self, coalition_id: UUID) -> Response:
        """List the coalition's templates, and those that come with the product."""
        own = service.templates(actor(), coalition_id, page_request())
        every = paging.every(lambda page: service.templates(actor(), coalition_id, page))
        there = {each.name for each in every}
        words, may = said(), statement_base.may(Role.EDITOR)
        built_in = [each for name, each in service.built_in().items() if name not in there]
        return screen(
            "templates.html",
            TemplatesScreen(
                own=Listing(
                    caption=words.say("templates.own"),
                    columns=columns_of("templates", "title", "language", "number", "changed"),
                    rows=[_row(each) for each in own.items],
                    path=to("templates"),
                    query=cursors("cursor"),
                    total=own.total,
                    following=own.following,
                ),
                built_in=Listing(
                    caption=words.say("templates.built_in"),
                    columns=columns_of(
                        "templates", "title", "language", *(["copy"] if may else [])
                    ),
                    rows=[
                        ListRow(
                            cells=[
                                Cell(
                                    text=each["title"],
                                    href=to("statement_assemble", template=each["name"])
                                    if may
                                    else "",
                                    small=words.say(f"kind.{each['kind']}"),
                                    language=each["language"],
                                ),
                                Cell(text=own_name(each["language"])),
                                *([_to_copy(each["name"])] if may else []),
                            ]
                        )
                        for each in built_in
                    ],
                ),
                bring=to("template_new") if may else "",
            ),
        )

    def post(self, coalition_id: UUID) -> AnyResponse:
        """Copy one that comes with the product, to be changed."""
        kept = service.use_built_in(actor(), coalition_id, one("built_in"))
        return onward("template", "template_copied", template_id=kept.template_id)


def _row(each: Template) -> ListRow:
    return ListRow(
        cells=[
            Cell(
                text=each.title,
                href=to("template", template_id=each.id),
                small=each.name,
                language=each.language,
            ),
            Cell(text=own_name(each.language)),
            Cell(text=str(each.version_number)),
            Cell(html=when(each.updated_at)),
        ]
    )


def _to_copy(name: str) -> Cell:
    words = said().say("templates.copy_it")
    return Cell(press=Press(action=to("templates"), words=words, fields=[("built_in", name)]))


@at(f"{_AT}/new", "template_new")
class BringTemplate(Screen):
    least = Role.EDITOR

    def get(self, coalition_id: UUID) -> Response:
        """Ask for the file."""
        del coalition_id
        return _file()

    @takes_file
    def post(self, coalition_id: UUID) -> AnyResponse:
        """Keep the template of a file; it is checked first."""
        try:
            kept = service.keep_file(actor(), coalition_id, _sent_file())
        except REFUSED as refused:
            return _file(refused)
        return onward("template", "template_kept", template_id=kept.template_id)


@at(_ONE, "template")
class SeeTemplate(Screen):
    def get(self, coalition_id: UUID, template_id: UUID) -> Response:
        """Show a template and its versions."""
        del coalition_id
        newest = service.template(actor(), template_id)
        found = service.versions(actor(), template_id, page_request())
        source, words, may = newest.source, said(), statement_base.may(Role.EDITOR)
        return screen(
            "template.html",
            TemplateShown(
                title=source["title"],
                text=source.get("description", ""),
                language=source["language"],
                facts=[
                    (words.say("templates.name"), source["name"]),
                    (words.say("statements.kind"), words.say(f"kind.{source['kind']}")),
                    (words.say("templates.language"), own_name(source["language"])),
                    (words.say("templates.asks"), _labels(newest)),
                ],
                versions=Listing(
                    caption=words.say("templates.versions"),
                    columns=columns_of("templates", "number", "since"),
                    rows=[
                        ListRow(
                            cells=[Cell(text=str(each.number)), Cell(html=when(each.created_at))]
                        )
                        for each in found.items
                    ],
                    path=to("template", template_id=template_id),
                    query=cursors("cursor"),
                    total=found.total,
                    following=found.following,
                ),
                take=to("template_file", template_id=template_id),
                begin=to("statement_assemble", template=template_id) if may else "",
                change=to("template_change", template_id=template_id) if may else "",
                delete=to("template_delete", template_id=template_id) if may else "",
            ),
        )


def _labels(newest: TemplateVersion) -> str:
    return ", ".join(each["label"] for each in newest.source.get("facts", []))


@at(f"{_ONE}/file", "template_file")
class TakeTemplate(Screen):
    is_file = True

    def get(self, coalition_id: UUID, template_id: UUID) -> Response:
        """Give the newest version as a file, to be read, edited and brought back."""
        del coalition_id
        newest = service.template(actor(), template_id)
        return body_of(*writing.as_file(newest.source, "yaml", newest.template.name))


@at(f"{_ONE}/change", "template_change")
class ChangeTemplate(Screen):
    least = Role.EDITOR

    def get(self, coalition_id: UUID, template_id: UUID) -> Response:
        """Ask for the file of the new version."""
        del coalition_id
        return _file(there=service.template(actor(), template_id).template)

    @takes_file
    def post(self, coalition_id: UUID, template_id: UUID) -> AnyResponse:
        """Put a new version on it; statements keep the one that they came from."""
        del coalition_id
        there = service.template(actor(), template_id).template
        try:
            service.change_by_file(actor(), template_id, version(), _sent_file())
        except REFUSED as refused:
            return _file(refused, there)
        return onward("template", "template_changed", template_id=template_id)


@at(f"{_ONE}/deletion", "template_delete")
class DeleteTemplate(Screen):
    least = Role.EDITOR

    def get(self, coalition_id: UUID, template_id: UUID) -> Response:
        """Ask once."""
        del coalition_id
        there = service.template(actor(), template_id).template
        back = to("template", template_id=template_id)
        return asked_once("templates.delete", there.version, back)

    def post(self, coalition_id: UUID, template_id: UUID) -> AnyResponse:
        """Delete a template from which no statement came."""
        del coalition_id
        service.remove(actor(), template_id, version())
        return onward("templates", "template_deleted")


def _sent_file() -> bytes:
    given = request.files.get("file")
    return given.read() if given else b""


def _file(
    refused: Invalid | Stale | Conflict | None = None, there: Template | None = None
) -> Response:
    """Show the form of a file, with where in it what is wrong."""
    form, wrong = typed(refused) if refused else Form(), []
    if isinstance(refused, Invalid):
        form = Form(values=sent(), faults={"file": said().say("templates.wrong")})
        wrong = filling.placed(refused.faults, said())
    back = to("template", template_id=there.id) if there else to("templates")
    shown = TemplateFileScreen(
        title=there.title if there else "",
        back=back,
        version=there.version if there else None,
        wrong=wrong,
        form=form,
    )
    return screen("template_file.html", shown)
