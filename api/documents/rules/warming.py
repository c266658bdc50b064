"""Has the render process read the style sheets of all themes before it forks.

Only that process imports it, beside the layout.
"""

from __future__ import annotations

from api.documents.rules import html
from api.infra.pdf import layout  # which finds our fonts before it imports WeasyPrint
from api.texts.rules import themes


def warm() -> None:
    """Read each sheet once; a theme with logos has those of the theme without."""
    for theme in themes.available():
        for sheet in html.fixed_sheets(theme):
            layout.learn(sheet)
