"""Turns drawings (SVG) into pictures (PNG); the work is done in a limited child."""

from __future__ import annotations

from collections.abc import Sequence

from api.infra.sandbox.pool import ChildPool

DRAWING = "api.infra.pdf.drawing"  # by name: only a child needs what draws
SVG = "image/svg+xml"


def drawn(children: ChildPool, pictures: Sequence[tuple[bytes, str]]) -> list[bytes]:
    """Return pictures, each with its content type, as PNG; one that is PNG stays as it is.

    Raises Invalid, LimitReached or Unavailable.
    """
    given = {str(place): each for place, (each, kind) in enumerate(pictures) if kind == SVG}
    if not given:
        return [each for each, _ in pictures]
    whole = children.run(DRAWING, {"names": list(given)}, given)
    found: dict[str, bytes] = {}
    for name in given:
        size = int.from_bytes(whole[:4], "big")
        found[name], whole = whole[4 : 4 + size], whole[4 + size :]
    return [found.get(str(place), each) for place, (each, _) in enumerate(pictures)]
