"""What organisations add to the app."""

from __future__ import annotations

from api.infra.background.jobs import JobKind
from api.infra.feature import Feature
from api.infra.queue import Lane
from api.organisations import jobs, service
from api.organisations.routes import blueprint

FEATURE = Feature(
    blueprint=blueprint,
    jobs=(
        JobKind(
            "organisations.make_exact",
            jobs.make_exact,
            when=service.lack_exact,
            lane=Lane.DOCUMENTS,
        ),
    ),
)
