"""Colours that can be read."""

from __future__ import annotations

import re

_COLOUR = re.compile(r"#[0-9a-f]{6}\Z")


def is_colour(text: str) -> bool:
    """Tell whether a text is a colour as #rrggbb, in lower case."""
    return bool(_COLOUR.match(text))
