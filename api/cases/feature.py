"""What cases add to the app."""

from __future__ import annotations

from api.cases import service
from api.cases.routes import blueprint
from api.cases.service import others
from api.infra.feature import Feature

FEATURE = Feature(
    blueprint=blueprint,
    extensions=(service.NamesPeople(said=others.said, take_back=others.take_name_back),),
)
