"""What the exchange adds to the app."""

from __future__ import annotations

from api.exchange.routes import blueprint
from api.infra.feature import Feature

FEATURE = Feature(blueprint=blueprint)
