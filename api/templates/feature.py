"""What templates add to the app."""

from __future__ import annotations

from api.cases import service as cases
from api.infra.feature import Feature
from api.templates import service
from api.templates.routes import blueprint

FEATURE = Feature(
    blueprint=blueprint,
    extensions=(cases.NamesPeople(said=service.said, take_back=service.take_name_back),),
)
