"""What statements add to the app."""

from __future__ import annotations

from api.cases import service as cases
from api.infra.background.jobs import JobKind
from api.infra.feature import Feature
from api.infra.queue import Lane
from api.statements import jobs
from api.statements.routes import blueprint
from api.statements.service import redaction, relabelling, versions

FEATURE = Feature(
    blueprint=blueprint,
    jobs=(
        JobKind("statements.make_stems", jobs.make_stems, lane=Lane.DOCUMENTS),
        JobKind(
            "statements.forget_drafts",
            jobs.forget_drafts,
            when=versions.are_old,
            lane=Lane.DOCUMENTS,
        ),
    ),
    extensions=(
        cases.NamesPeople(
            said=redaction.said,
            take_back=redaction.take_name_back,
            references=redaction.references_to,
            relabel=relabelling.relabel,
        ),
    ),
)
