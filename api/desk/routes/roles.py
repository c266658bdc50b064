"""/desk/…/settings/roles: who works in a coalition; and all of them out, where one was seized."""

from __future__ import annotations

from uuid import UUID

from flask import Response
from werkzeug.wrappers import Response as AnyResponse

from api.accounts import schemas, service as accounts
from api.accounts.rules import Role
from api.accounts.service import Granted, HasRole, LastOwner, sessions
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
from api.desk.routes.shared import columns_of
from api.desk.routes.visiting import actor, visit
from api.desk.rules.frames import Danger
from api.desk.rules.settings import RoleScreen, RolesScreen
from api.desk.rules.tables import Cell, Listing, ListRow
from api.errors import Invalid
from api.infra.database.transactions import Stale
from api.pages.routes.base import sent
from api.pages.rules.facts import Form
from api.web.validate import loaded

_AT = "/<uuid:coalition_id>/settings/roles"
_ONE = f"{_AT}/<uuid:role_id>"
_LEAST_FIRST = (Role.VIEWER, Role.EDITOR, Role.COORDINATOR, Role.OWNER)


@at(_AT, "roles")
class ListRoles(Screen):
    least = Role.COORDINATOR

    def get(self, coalition_id: UUID) -> Response:
        """List who works here."""
        words = said()
        found = accounts.roles_of(actor(), coalition_id, page_request())
        table = Listing(
            caption=words.say("roles.title"),
            columns=columns_of("roles", "name", "role", "since"),
            rows=[_row(each) for each in found.items],
            path=to("roles"),
            query=cursors("cursor"),
            following=found.following,
        )
        may_invite = actor().may(coalition_id, Role.OWNER)
        return screen("roles.html", RolesScreen(roles=table, may_invite=may_invite, choices=()))


def _row(each: Granted) -> ListRow:
    return ListRow(
        cells=[
            Cell(
                text=each.person.name,
                href=to("role", role_id=each.grant.id),
                small=each.person.email,
            ),
            Cell(text=said().say(f"role.{each.grant.role}")),
            Cell(html=when(each.grant.created_at)),
        ]
    )


def _choices() -> list[tuple[str, str, str]]:
    words = said()
    return [
        (each.value, words.say(f"role.{each}"), words.say(f"roles.{each}_may"))
        for each in _LEAST_FIRST
    ]


@at(f"{_AT}/new", "role_new")
class GiveRole(Screen):
    least = Role.OWNER
    is_fresh = True  # who gets a role reads what is here

    def get(self, coalition_id: UUID) -> Response:
        """Ask whom, and what they may do."""
        return self._shown(Form())

    def post(self, coalition_id: UUID) -> AnyResponse:
        """Give a person a role."""
        facts: dict[str, object] = {name: one(name).strip() for name in ("email", "name", "role")}
        facts["letter"] = one("letter") == "yes"
        try:
            accounts.grant_role(actor(), coalition_id, **loaded(schemas.RoleIn(), facts))
        except HasRole:
            there = {"email": said().say("roles.has_role")}
            return self._shown(Form(values=sent(), faults=there))
        except REFUSED as refused:
            return self._shown(typed(refused))
        return onward("roles", "role_granted")

    def _shown(self, form: Form) -> Response:
        empty = Listing(caption="", columns=(), rows=())
        shown = RolesScreen(roles=empty, may_invite=True, choices=_choices(), form=form)
        return screen("role_new.html", shown)


@at(_ONE, "role")
class SeeRole(Screen):
    least = Role.COORDINATOR

    def get(self, coalition_id: UUID, role_id: UUID) -> Response:
        """Show what a person may do."""
        return _role("role.html", coalition_id, role_id)


def _role(template: str, coalition_id: UUID, role_id: UUID, form: Form | None = None) -> Response:
    found = accounts.role(actor(), role_id)
    return screen(
        template,
        RoleScreen(
            id=role_id,
            name=found.person.name,
            email=found.person.email,
            role=found.grant.role.value,
            since=when(found.grant.created_at),
            version=found.grant.version,
            may_change=actor().may(coalition_id, Role.OWNER),
            choices=_choices(),
            form=form or Form(),
        ),
    )


@at(f"{_ONE}/letters", "role_again")
class WriteAgain(Screen):
    least = Role.OWNER

    def post(self, coalition_id: UUID, role_id: UUID) -> AnyResponse:
        """Send the letter that says what the person may do here, once more."""
        del coalition_id
        accounts.invite(actor(), role_id)
        return onward("role", "role_written", role_id=role_id)


@at(f"{_ONE}/change", "role_change")
class ChangeRole(Screen):
    least = Role.OWNER
    is_fresh = True

    def get(self, coalition_id: UUID, role_id: UUID) -> Response:
        """Ask what the person may do from now on."""
        return _role("role_change.html", coalition_id, role_id)

    def post(self, coalition_id: UUID, role_id: UUID) -> AnyResponse:
        """Change it."""
        try:
            given = loaded(schemas.RoleChangeIn(), {"role": one("role")})
            accounts.change_role(actor(), role_id, version(), given["role"])
        except (Invalid, Stale) as refused:
            return _role("role_change.html", coalition_id, role_id, typed(refused))
        except LastOwner:
            last = Form(values=sent(), faults={"role": said().say("roles.last_owner")})
            return _role("role_change.html", coalition_id, role_id, last)
        return onward("roles", "role_changed")


@at(f"{_ONE}/end", "role_end")
class EndRole(Screen):
    least = Role.OWNER
    is_fresh = True

    def get(self, coalition_id: UUID, role_id: UUID) -> Response:
        """Ask once: who it was is out within a second."""
        words, found = said(), accounts.role(actor(), role_id)
        return screen(
            "danger.html",
            Danger(
                title=words.say("roles.end_title"),
                points=[
                    f"{found.person.name} ({found.person.email})",
                    words.say("roles.end_first"),
                    words.say("roles.end_second"),
                ],
                button=words.say("roles.end"),
                back=to("role", role_id=role_id),
                fields={"version": str(found.grant.version)},
            ),
        )

    def post(self, coalition_id: UUID, role_id: UUID) -> AnyResponse:
        """Take the role away."""
        accounts.take_role(actor(), role_id, version())
        return onward("roles", "role_taken")


@at("/<uuid:coalition_id>/settings/everybody-out", "everybody_out")
class EndEverybody(Screen):
    least = Role.OWNER
    is_fresh = True

    def get(self, coalition_id: UUID) -> Response:
        """Ask once: all sign in anew, and programs get new tokens."""
        words = said()
        points = [words.say(f"everybody_out.{each}") for each in ("first", "second", "third")]
        return screen(
            "danger.html",
            Danger(
                title=words.say("everybody_out.title"),
                points=points,
                button=words.say("everybody_out.button"),
                back=to("settings"),
            ),
        )

    def post(self, coalition_id: UUID) -> AnyResponse:
        """End every session and token that acts here."""
        sessions.end_everybody(visit().actor, coalition_id)
        return onward("sign_in", "everybody_out")
