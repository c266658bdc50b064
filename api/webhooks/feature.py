"""What webhooks add to the app."""

from __future__ import annotations

from api.infra.background.jobs import JobKind
from api.infra.backup.backups import Promised
from api.infra.feature import Feature
from api.infra.mail.letters import LetterKind
from api.infra.queue import Lane
from api.infra.security.audit import RecordListener
from api.webhooks import jobs
from api.webhooks.routes import blueprint
from api.webhooks.service import events, gauges, letters, sending

FEATURE = Feature(
    blueprint=blueprint,
    jobs=(
        JobKind(events.SEND, jobs.send, when=events.is_due),
        JobKind(sending.TELL, jobs.tell, lane=Lane.DELIVERIES),
        JobKind("webhooks.forget", jobs.forget, when=sending.is_old, lane=Lane.DOCUMENTS),
    ),
    letters=(LetterKind(letters.DISABLED, letters.disabled_facts),),
    extensions=(
        RecordListener(events.hear),
        Promised(events.hold),
        gauges.STANDING,
    ),
)
