"""What assemblies add to the app."""

from __future__ import annotations

from api.assemblies.routes import blueprint
from api.infra.feature import Feature

FEATURE = Feature(blueprint=blueprint)
