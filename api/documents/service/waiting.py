"""What a request waits for: laid out in one of few places, and in less time than a job may take."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from api.documents.rules import html, rendering
from api.documents.rules.html import Look
from api.documents.rules.rendering import RenderInput
from api.documents.rules.word.pictures import Picture
from api.infra.pdf import render
from api.infra.runtime import runtime
from api.infra.sandbox.bulkhead import Busy
from api.infra.sandbox.pool import LimitReached


def rendered(coalition_id: UUID, inputs: RenderInput) -> bytes:
    """Return a document's bytes; raise Busy where others are at it, LimitReached if it is long."""
    if not rendering.is_drawn(inputs):  # the others take no time to speak of
        return rendering.rendered(inputs, runtime().pool)
    with _in_turn(coalition_id):
        return rendering.rendered(inputs, runtime().pool, is_waited_for=True)


def laid_out(coalition_id: UUID, page: str, look: Look) -> bytes:
    """Return a page as PDF; raise as `rendered` does."""
    with _in_turn(coalition_id):
        return render.render(runtime().pool, page, html.assets(look), is_waited_for=True)


def logo(coalition_id: UUID, look: Look, name: str) -> Picture | None:
    """Return a coalition's logo for a file of Word; raise as `rendered` does."""
    with _in_turn(coalition_id):
        return rendering.own_logo(look, name, runtime().pool)


def pages(coalition_id: UUID, inputs: RenderInput) -> int:
    """Return how many pages a document has on paper; raise as `rendered` does."""
    page, assets = rendering.on_paper(inputs), html.assets(inputs.look)
    with _in_turn(coalition_id):
        return render.pages(runtime().pool, page, assets)


@contextmanager
def _in_turn(coalition_id: UUID) -> Iterator[None]:
    with runtime().bulkhead.one(coalition_id):
        try:
            yield
        except LimitReached as limit:
            if limit.is_late:  # of computing it had less than it may take
                raise Busy("It took too long beside others. Try again in a while.") from limit
            raise
