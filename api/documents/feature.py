"""What documents add to the app."""

from __future__ import annotations

from api.coalitions.events import CoalitionDeleted
from api.documents import jobs, service
from api.documents.routes import blueprint
from api.documents.service import lengths
from api.infra.background.events import Listener
from api.infra.background.jobs import JobKind
from api.infra.background.kept_files import KeptFiles
from api.infra.feature import Feature
from api.infra.queue import Lane
from api.signatures.events import SignaturesTakenBack
from api.statements.events import RevisionsTakenBack, StatementMoved
from api.statements.service.bounds import PageCounter

FEATURE = Feature(
    blueprint=blueprint,
    jobs=(
        JobKind(service.PRINT, jobs.print_document, lane=Lane.DOCUMENTS),
        JobKind(service.RENEW, jobs.renew_document, on=(StatementMoved,), lane=Lane.DOCUMENTS),
        JobKind(
            "documents.forget",
            jobs.forget_documents,
            on=(SignaturesTakenBack, RevisionsTakenBack, CoalitionDeleted),
            lane=Lane.DOCUMENTS,
        ),
    ),
    listeners=(
        Listener(SignaturesTakenBack, service.take_back),
        Listener(RevisionsTakenBack, service.take_back),
    ),
    extensions=(
        KeptFiles(service.FOLDER),  # what is lost is printed anew
        PageCounter(lengths.pages_of_draft),
    ),
)
