"""Jinja as a template may use it: plain data, our filters, and nothing else to reach."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, NoReturn

from jinja2 import StrictUndefined, Undefined
from jinja2.exceptions import SecurityError
from jinja2.runtime import LoopContext
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.tests import TESTS as ALL_TESTS

from api.templates.rules import filters
from api.templates.rules.names import LOOP, TESTS
from api.texts.rules import markdown

_OPENER = re.compile(r"^(\d{1,9})?(?=[.)#>+=|~-])")
_SUMS = frozenset({"+", "-", "*", "/", "//", "%", "**"})


class _Environment(ImmutableSandboxedEnvironment):
    """Jinja with nothing to reach: no calls, no sums, no attributes, only keys of plain data."""

    intercepted_binops = _SUMS
    intercepted_unops = frozenset({"+", "-"})

    def call_binop(self, context: object, operator: str, left: object, right: object) -> NoReturn:  # noqa: ARG002 - Jinja's signature
        raise SecurityError("Sums are not allowed.")

    def call_unop(self, context: object, operator: str, arg: object) -> NoReturn:  # noqa: ARG002 - Jinja's signature
        raise SecurityError("Sums are not allowed.")

    def is_safe_callable(self, obj: object) -> bool:  # noqa: ARG002 - Jinja's signature
        return False

    def getattr(self, obj: object, attribute: str) -> object:
        return self.getitem(obj, attribute)

    def getitem(self, obj: object, argument: Any) -> object:
        if isinstance(obj, LoopContext) and argument in LOOP:
            return getattr(obj, argument)
        if isinstance(obj, dict | list):
            try:
                return obj[argument]
            except (LookupError, TypeError):
                pass  # said below
        return self.undefined(obj=obj, name=argument)


def environment(manner: filters.Manner, finalize: Callable[[object], str]) -> _Environment:
    """Return Jinja as a template may use it; a second wall behind the syntax check."""
    environment = _Environment(
        autoescape=False,  # what comes out is Markdown or plain text, never HTML
        undefined=StrictUndefined,
        loader=None,
        extensions=(),
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=finalize,
    )
    environment.globals.clear()
    environment.filters = filters.table(manner)
    environment.tests = {name: ALL_TESTS[name] for name in TESTS}
    return environment


def plainly(value: object) -> str:
    """Return what a placeholder prints in a plain field."""
    if isinstance(value, filters.Marked):
        return markdown.plain(value)
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        if isinstance(value, Undefined):
            str(value)  # raises, and names what is missing
        raise SecurityError("Only words and numbers can be printed.")
    return str(value)


def as_markdown(value: object) -> str:
    """Return what a placeholder prints in a text: literally, but for what is meant as Markdown."""
    if isinstance(value, filters.Marked):
        return str(value)
    # The x keeps what would open a block at the start of a line as it is: most facts stand
    # further on, where "14. Mai" is a date and no list. `unopened` mends the start.
    return markdown.escape("x" + plainly(value))[1:]


def unopened(text: str) -> str:
    """Return a text whose start, where a fact may stand, is no list, heading or quote."""
    guarded = _OPENER.sub(r"\1\\", text)
    return guarded if markdown.faults(text) and not markdown.faults(guarded) else text
