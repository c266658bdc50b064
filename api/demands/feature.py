"""What demands add to the app."""

from __future__ import annotations

from api.cases import service as cases
from api.demands.routes import blueprint
from api.demands.service import rows
from api.infra.feature import Feature

FEATURE = Feature(
    blueprint=blueprint,
    extensions=(
        cases.NamesPeople(
            said=rows.said, take_back=rows.take_name_back, references=rows.references_to
        ),
    ),
)
