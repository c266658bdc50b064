"""Draws SVG as PNG, in a limited child; only the render process imports it."""

from __future__ import annotations

from collections.abc import Mapping

import resvg_py

from api.infra.pdf import thumbnails
from api.infra.sandbox.pool import Limits

LIMITS = Limits(cpu_seconds=10, wall_seconds=20.0, memory_bytes=1 << 30)
_MOST = (1000, 400)  # pixels: more than 300 an inch at the size of the largest logo


def run(payload: Mapping[str, list[str]], blobs: Mapping[str, bytes]) -> bytes:
    """Return the named pictures as PNG in their order, each after its length in four bytes."""
    drawn = (_drawn(blobs[name]) for name in payload["names"])
    return b"".join(len(each).to_bytes(4, "big") + each for each in drawn)


def _drawn(picture: bytes) -> bytes:
    shape = thumbnails.made(picture, "image/svg+xml")
    scale = min(_MOST[0] / shape.width, _MOST[1] / shape.height)
    wide, high = (max(1, round(side * scale)) for side in (shape.width, shape.height))
    return bytes(
        resvg_py.svg_to_bytes(
            svg_string=picture.decode(), width=wide, height=high, skip_system_fonts=True
        )
    )
