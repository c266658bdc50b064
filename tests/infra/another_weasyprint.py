"""The layout by a WeasyPrint whose inside is not the one that we know."""

from __future__ import annotations

import pydyf  # type: ignore[import-untyped] # it has none


class Another(pydyf.PDF):  # type: ignore[misc] # pydyf has no types
    """A document with all that it had, elsewhere."""


pydyf.PDF = Another

from api.infra.pdf import layout  # noqa: E402 - after that

warm, run = layout.warm, layout.run
