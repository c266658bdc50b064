"""What moderation adds to the app."""

from __future__ import annotations

from api.infra.background.events import Listener
from api.infra.background.jobs import JobKind
from api.infra.feature import Feature
from api.infra.mail.letters import LetterKind
from api.infra.queue import Lane
from api.moderation import jobs
from api.moderation.routes import blueprint
from api.moderation.service import invalidation, letters, retention
from api.signatures.events import SignaturesForgotten

FEATURE = Feature(
    blueprint=blueprint,
    jobs=(
        JobKind(invalidation.INVALIDATE, jobs.invalidate, lane=Lane.DOCUMENTS),
        JobKind(invalidation.UNDO, jobs.undo, lane=Lane.DOCUMENTS),
        JobKind("retention.tell", jobs.tell_retention, when=retention.is_to_be_told),
        JobKind("signatures.purge", jobs.purge, when=retention.is_due, lane=Lane.DOCUMENTS),
        JobKind(
            "signatures.forget_prefixes", jobs.forget_prefixes, when=retention.has_old_prefixes
        ),
        JobKind("moderation.tell", jobs.tell, when=letters.are_wanted),
    ),
    letters=(
        LetterKind(letters.WAITING, letters.waiting_facts),
        LetterKind(letters.RETENTION, letters.retention_facts, left=letters.has_left),
    ),
    listeners=(Listener(SignaturesForgotten, retention.forget_what_they_sent),),
)
