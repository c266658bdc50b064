"""What only tests add to an app."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from api.infra.mail.letters import LetterWriter
from api.infra.runtime import EXTENSION
from api.infra.wiring import Wiring

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask


@contextmanager
def added(app: Flask, *parts: object) -> Iterator[None]:
    """Add parts to an app, each in the place of one of its class and name."""
    before = app.extensions[EXTENSION].wiring
    places = {_place(each) for each in parts}
    kept = [each for each in before.parts if _place(each) not in places]
    _put(app, Wiring([*kept, *parts]))
    try:
        yield
    finally:
        _put(app, before)


def _place(part: object) -> object:
    """Return what there is one of: a kind by its name, who writes letters; else the part itself."""
    if isinstance(part, LetterWriter):
        return LetterWriter
    name = getattr(part, "name", None)
    return part if name is None else (type(part), name)


def _put(app: Flask, wiring: Wiring) -> None:
    app.extensions[EXTENSION] = replace(app.extensions[EXTENSION], wiring=wiring)
