"""What the public pages add to the app."""

from __future__ import annotations

from api.infra.feature import Feature
from api.pages.routes import blueprint

FEATURE = Feature(pages=blueprint)
