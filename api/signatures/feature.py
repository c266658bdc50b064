"""What signatures add to the app."""

from __future__ import annotations

from api.coalitions.events import CoalitionDeleted
from api.infra.background.events import Listener
from api.infra.background.jobs import JobKind
from api.infra.feature import Feature
from api.infra.queue import Lane
from api.infra.security.audit import DayOnlyRows
from api.signatures import jobs
from api.signatures.routes import blueprint
from api.signatures.service import counts, evidence, places, rows, search
from api.statements.events import StatementRevised

FEATURE = Feature(
    blueprint=blueprint,
    jobs=(
        JobKind(places.PLACE, jobs.place, when=places.are_wanted),
        JobKind("signatures.fold", jobs.fold, when=counts.is_long),
        JobKind(search.SEARCH, jobs.search, lane=Lane.DOCUMENTS),
        JobKind(
            "evidence.forget", jobs.forget_evidence, on=(CoalitionDeleted,), lane=Lane.DOCUMENTS
        ),
    ),
    listeners=(Listener(StatementRevised, counts.begin_again),),
    extensions=(
        DayOnlyRows(rows.is_day_only),
        evidence.FILES.keeper,
    ),
)
