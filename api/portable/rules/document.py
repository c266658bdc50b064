"""The shape of the portable statement; it stands beside the texts, for what is below this rung."""

from __future__ import annotations

from api.texts.rules.document import *  # noqa: F403
