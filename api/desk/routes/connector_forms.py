"""/desk/…/connectors/new: a mailing tool is tried and connected; and its settings change."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response, request
from werkzeug.wrappers import Response as AnyResponse

from api.accounts.rules import Role
from api.connectors import schemas, service
from api.connectors.rules import ToolSettings
from api.connectors.service import ConnectorView, tools
from api.desk.routes import picking
from api.desk.routes.base import Screen, at, one, onward, said, screen, to, typed, version
from api.desk.routes.connectors import name_of, tried
from api.desk.routes.visiting import actor, coalition
from api.desk.rules import connecting
from api.desk.rules.connecting import KindsScreen, ToolForm, ToolTried
from api.errors import Invalid, NotFound
from api.infra.database.transactions import Stale
from api.pages.routes.base import sent
from api.pages.rules.facts import Anchor, Form
from api.pages.rules.pages import own_name
from api.web.validate import loaded

_WHOSE, _TEXT = "organisation_id", "statement_id"


@at("/<uuid:coalition_id>/connectors/new", "connector_new")
class ConnectTool(Screen):
    least = Role.COORDINATOR
    is_fresh = True  # names and addresses go there

    def get(self, coalition_id: UUID) -> Response:
        """Ask which kind of tool it is, and then what it needs to know."""
        kind = request.args.get("kind", "")
        if kind:
            return _new(coalition_id, kind, Form())
        kinds = [
            (Anchor(each.NAME, f"{to('connector_new')}?kind={kind}"), _about(kind))
            for kind, each in sorted(tools.kinds().items())
        ]
        return screen("connector_kinds.html", KindsScreen(kinds=kinds))

    def post(self, coalition_id: UUID) -> AnyResponse:
        """Try the tool with what was typed, or connect it; a key stands in no page."""
        kind, settings = one("kind"), connecting.settings_given(sent())
        try:
            if one("do") == "try":
                given = loaded(schemas.TrialIn(), {"kind": kind, "settings": settings})
                found = service.try_out(actor(), coalition_id, **given)
                return _new(coalition_id, kind, typed(), tried(found))
            facts = {
                "kind": kind,
                "settings": settings,
                "label": one("label"),
                _WHOSE: picking.of_organisations(coalition_id, _WHOSE).chosen(),
                _TEXT: picking.statements_of(coalition_id, _TEXT).chosen(),
                **connecting.mapped(sent()),
            }
            made = service.add(actor(), coalition_id, loaded(schemas.ConnectorIn(), facts))
        except Invalid as refused:
            return _new(coalition_id, kind, typed(refused))
        return onward("connector", "tool_connected", connector_id=made.connector.id)


def _about(kind: str) -> str:
    key = f"tool_kind.{kind}"
    return said().say(key) if key in said().all else ""


def _known(kind: str) -> ToolSettings:
    found = tools.kinds().get(kind)
    if found is None:
        raise NotFound("There is no such kind of tool.")
    return found


def _new(coalition_id: UUID, kind: str, form: Form, outcome: ToolTried | None = None) -> Response:
    words, known = said(), _known(kind)
    return screen(
        "connector_form.html",
        ToolForm(
            title=words.say("tools.connect_a", name=known.NAME),
            back=Anchor(words.say("tools.connect"), to("connector_new")),
            kind=kind,
            fields=connecting.fields_of(kind, known.FIELDS, words),
            told=connecting.told_fields(words),
            languages=_languages({}),
            organisations=picking.of_organisations(coalition_id, _WHOSE).offered(form),
            statements=picking.statements_of(coalition_id, _TEXT).offered(form),
            tried=outcome,
            form=form,
        ),
    )


def _languages(known: Any) -> list[tuple[str, str]]:
    here = coalition()
    tags = dict.fromkeys([*(here.languages if here else ()), *known])
    return [(f"languages.{tag}", own_name(tag)) for tag in tags]


@at("/<uuid:coalition_id>/connectors/<uuid:connector_id>/edit", "connector_edit")
class ChangeTool(Screen):
    least = Role.COORDINATOR
    is_fresh = True

    def get(self, coalition_id: UUID, connector_id: UUID) -> Response:
        """Show what a tool was told, but for its keys."""
        del coalition_id
        return _edit(service.one(actor(), connector_id), Form())

    def post(self, coalition_id: UUID, connector_id: UUID) -> AnyResponse:
        """Keep it; a key that is not typed stays, unless the tool is another one."""
        del coalition_id
        given = {
            "label": one("label"),
            "settings": connecting.settings_given(sent()),
            **connecting.mapped(sent()),
        }
        try:
            changes = loaded(schemas.ConnectorChangeIn(), given)
            service.change(actor(), connector_id, version(), changes)
        except (Invalid, Stale) as refused:
            return _edit(service.one(actor(), connector_id), typed(refused))
        return onward("connector", "saved", connector_id=connector_id)


def _edit(found: ConnectorView, form: Form) -> Response:
    words, row = said(), found.connector
    known = _known(row.kind)
    return screen(
        "connector_form.html",
        ToolForm(
            title=words.say("tools.change_a", name=name_of(row.kind)),
            back=Anchor(row.label, to("connector", connector_id=row.id)),
            kind=row.kind,
            fields=connecting.fields_of(row.kind, known.FIELDS, words),
            told=connecting.told_fields(words),
            languages=_languages(row.languages),
            values=connecting.tool_as_typed(row.label, found.settings, row.fields, row.languages),
            version=found.etag,
            form=form,
        ),
    )
