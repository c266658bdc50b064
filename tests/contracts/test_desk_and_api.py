"""What people may do by /v1 they may do at the desk: each operation's use cases are called there.

What is deliberately left to programs stands in LEFT, with its reason. A new operation has neither,
and fails until it has a screen or a line.
"""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
import re
import textwrap
from functools import reduce
from types import FunctionType, ModuleType
from typing import TYPE_CHECKING, Any

from werkzeug.local import LocalProxy

import api.desk
from api.infra.tables.importing import Import
from tests.contracts.permissions import PERMISSIONS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tests.conftest import World

# Operations without a screen of their own, by the reason.
LEFT: Mapping[str, tuple[str, ...]] = {
    "Its list, or the screen around it, says all of it.": (
        "GET /v1/deliveries/{delivery_id}",
        "GET /v1/demand-lists/{list_id}",
        "GET /v1/invalidations/{invalidation_id}",
        "GET /v1/invitations/{invitation_id}",
        "GET /v1/responses/{response_id}",
        "GET /v1/statements/{statement_id}/bounds",
        "GET /v1/tokens/{token_id}",
        "GET /v1/webhook-deliveries/{webhook_delivery_id}",
    ),
    "A template comes as a file, and no person types it as JSON.": (
        "POST /v1/coalitions/{coalition_id}/templates",
        "PUT /v1/templates/{template_id}",
    ),
    "The queue decides on one as on many.": (
        "POST /v1/signatures/{signature_id}/approval",
        "POST /v1/signatures/{signature_id}/rejection",
    ),
    "A program looks at its own job; people are shown what came of it.": (
        "GET /v1/statements/{statement_id}/documents/{key}",
    ),
    "It describes forms to programs; the desk has drawn them.": ("GET /v1/connector-kinds",),
    "Pages show it from its public address.": ("GET /v1/coalitions/{coalition_id}/logo",),
}
# What routes of /v1 call beside their use case, and how the desk does the same.
OTHERWISE = {
    "accounts.service.sessions.listed": "`sessions.of` says which one is the visitor's, too.",
    "signatures.service.tables.must_be_allowed": "The screen asks for the role.",
    "signoffs.service.board.told": "The board itself is shown again.",
    "statements.service.merging.changed_since": "`draft_acts` puts both changes together.",
    "templates.service.facts_schema": "`fact_forms` draws the form.",
}


def _chain(node: ast.expr) -> list[str]:
    """Return the names of `a.b.c`; nothing of what is no such name."""
    if isinstance(node, ast.Name):
        return [node.id]
    before = _chain(node.value) if isinstance(node, ast.Attribute) else []
    return [*before, node.attr] if before and isinstance(node, ast.Attribute) else []


def _use_cases(tree: ast.AST, space: Mapping[str, Any], seen: set[object]) -> Iterator[str]:
    """Yield what code uses of services; functions of its own file are looked into."""
    for node in ast.walk(tree):
        names = _chain(node) if isinstance(node, ast.Name | ast.Attribute) else []
        root = space.get(names[0]) if names else None
        if root is None or isinstance(root, LocalProxy):
            continue  # of the language, or of a request
        found = reduce(lambda at, name: getattr(at, name, None), names[1:], root)
        home = getattr(found, "__module__", "") or ""
        if isinstance(found, FunctionType) and home == space["__name__"] and found not in seen:
            seen.add(found)
            yield from _use_cases(_tree(found), space, seen)
        elif ".service" in home and (isinstance(found, FunctionType) or _is_import(found)):
            yield f"{home}.{found.__name__}".removeprefix("api.")
        elif isinstance(root, ModuleType) and inspect.ismethod(found):
            yield f"{root.__name__}.{'.'.join(names[1:])}".removeprefix("api.")


def _is_import(found: object) -> bool:
    return isinstance(found, type) and issubclass(found, Import)


def _tree(found: Any) -> ast.AST:
    return ast.parse(textwrap.dedent(inspect.getsource(inspect.unwrap(found))))


def _of_the_desk() -> set[str]:
    found = set[str]()
    for each in pkgutil.walk_packages(api.desk.__path__, "api.desk."):
        module = importlib.import_module(each.name)
        found |= set(_use_cases(_tree(module), vars(module), set()))
    return found


def _of_operations(world: World) -> Iterator[tuple[str, set[str]]]:
    for rule in world.app.url_map.iter_rules():
        path = re.sub(r"<(?:[^:>]*:)?([^>]+)>", r"{\1}", rule.rule)
        for method in rule.methods or ():
            if PERMISSIONS.get(f"{method} {path}", "anyone") != "anyone":
                view: Any = world.app.view_functions[rule.endpoint]
                called = inspect.unwrap(getattr(view.view_class, method.lower()))
                used = set(_use_cases(_tree(called), called.__globals__, set()))
                yield f"{method} {path}", used


def test_each_operation_of_people_is_an_act_of_the_desk_or_left_to_programs(world: World) -> None:
    desk, left = _of_the_desk(), {name for names in LEFT.values() for name in names}
    there = dict(_of_operations(world))
    assert len(there) > 250

    missing = {
        name: sorted(used - desk - OTHERWISE.keys())
        for name, used in there.items()
        if not used or used - desk - OTHERWISE.keys()
    }

    new, done = missing.keys() - left, left - missing.keys()
    told = "\n".join(f"{name}: {', '.join(missing[name]) or 'nothing'}" for name in sorted(new))
    assert not new, f"Give each a screen, or a reason in LEFT:\n{told}"
    assert not done, f"Take out of LEFT, as the desk does it or it is gone: {sorted(done)}"


def test_whatever_the_desk_does_otherwise_is_still_called_by_an_operation(world: World) -> None:
    called = {each for _, used in _of_operations(world) for each in used}
    assert OTHERWISE.keys() <= called - _of_the_desk()
