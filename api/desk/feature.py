"""What the desk adds to the app."""

from __future__ import annotations

from api.desk.routes import blueprint
from api.infra.feature import Feature

FEATURE = Feature(pages=blueprint)
