"""What updates add to the app."""

from __future__ import annotations

from api.infra.background.events import Listener
from api.infra.background.jobs import JobKind
from api.infra.backup.backups import Promised
from api.infra.feature import Feature
from api.infra.mail.letters import LetterKind
from api.infra.queue import Lane
from api.moderation.service.persons import AlsoKept
from api.signatures.events import SignaturesForgotten
from api.updates import jobs, service
from api.updates.routes import blueprint
from api.updates.service import sending

FEATURE = Feature(
    blueprint=blueprint,
    jobs=(
        JobKind(sending.SEND, jobs.send, when=sending.is_wanted, lane=Lane.LETTERS),
        JobKind(service.COUNT, jobs.count, lane=Lane.DOCUMENTS),
    ),
    letters=(
        LetterKind(sending.LETTER, sending.letter, after=sending.is_sent, is_bulk=True),
        LetterKind(sending.TEST, service.test_facts, after=service.is_tested),
    ),
    listeners=(Listener(SignaturesForgotten, sending.forget),),
    extensions=(
        Promised(sending.pause_all),
        AlsoKept(sending.kept_of),
    ),
)
