"""What cases add to the app."""

from __future__ import annotations

from api.cases import service
from api.cases.routes import blueprint
from api.cases.service import silences
from api.infra.feature import Feature

FEATURE = Feature(
    blueprint=blueprint,
    extensions=(service.NamesPeople(said=silences.said, take_back=silences.take_name_back),),
)
