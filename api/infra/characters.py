"""Characters that no text of ours may hold."""

from __future__ import annotations

import re

_UNFIT = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef"
    + "".join(chr(plane << 16 | 0xFFFE) + chr(plane << 16 | 0xFFFF) for plane in range(17))
    + "]"
)
# They turn the direction of what follows, and so reorder the names around them.
_OVERRIDES = re.compile("[\u202a-\u202e\u2066-\u2069\ufeff]")


def unfit(text: str) -> str | None:
    """Return why a text cannot be kept (controls, halves of characters), or None."""
    found = _UNFIT.search(text)
    return found and f"Take out the character U+{ord(found[0]):04X}: it cannot be kept."


def overriding(text: str) -> str | None:
    """Return why a text would disturb its neighbours' direction, or None."""
    found = _OVERRIDES.search(text)
    return found and f"Take out U+{ord(found[0]):04X}, which overrides the direction of text."
