"""Every screen of the desk at its address, from the URL map: a new one is among them by itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

from flask import url_for

from api.accounts.service import authentication, sessions
from api.desk.rules.frames import DESK
from tests.contracts.scene import MAKERS
from tests.support.desk import at_the_desk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.conftest import World
    from tests.contracts.scene import Scene


def _session(scene: Scene) -> str:
    at_the_desk(scene.world, scene.owner)
    with scene.world.app.app_context():
        return str(sessions.of(authentication.actor_of(scene.owner.email))[0].id)


# What addresses name that no coalition owns.
OTHERS = {
    "session_id": _session,
    "secret_of_link": lambda _: "x" * 43,
    "secret_of_enter": lambda _: "x" * 43,
    "secret_of_setup": lambda _: "x" * 43,
    "passkey_id": lambda _: str(uuid4()),
    "rest": lambda _: "nowhere",
    "version": lambda _: DESK.version(),
    "file": lambda _: "desk.js",
    "accent": lambda _: "0b5563",
}


@dataclass(frozen=True)
class Address:
    """One screen at its address, with what stands in it of one coalition."""

    name: str
    view: Any  # its class
    methods: frozenset[str]
    ids: dict[str, Any]
    path: str

    @property
    def is_a_file(self) -> bool:
        """Tell whether it sends no screen: a sheet, a script, or what it says is a file."""
        return bool(self.view.is_file)

    def in_coalition(self, world: World, coalition: str) -> str:
        """Return the address with another coalition and the same things of this one."""
        return _path(world, self.name, {**self.ids, "coalition_id": UUID(coalition)})


def _path(world: World, name: str, ids: dict[str, Any]) -> str:
    with world.app.test_request_context("http://localhost/"):
        return url_for(name, **ids)


def screens(scene: Scene) -> Iterator[Address]:
    """Yield every screen, at things of the scene's coalition."""
    app = scene.world.app
    for rule in app.url_map.iter_rules():
        if not rule.endpoint.startswith("desk."):
            continue
        ids: dict[str, Any] = {}
        for name in sorted(rule.arguments):
            if name == "coalition_id":
                ids[name] = UUID(scene.coalition)
            else:
                maker = OTHERS.get(name) or MAKERS.get(name)
                assert maker, f"Add a maker of {name} to MAKERS of tests/contracts/scene.py"
                found = maker(scene)
                ids[name] = UUID(found) if name.endswith("_id") else found
        view: Any = app.view_functions[rule.endpoint]
        methods = frozenset(rule.methods or ()) & {"GET", "POST"}
        yield Address(
            rule.endpoint, view.view_class, methods, ids, _path(scene.world, rule.endpoint, ids)
        )
