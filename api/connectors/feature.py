"""What connectors add to the app."""

from __future__ import annotations

from api.coalitions.events import CoalitionDeleted
from api.connectors import jobs
from api.connectors.routes import blueprint
from api.connectors.service import expiry, files, following, gauges, trouble, work
from api.infra.background.events import Listener
from api.infra.background.jobs import JobKind
from api.infra.feature import Feature
from api.infra.mail.letters import LetterKind
from api.infra.queue import Lane
from api.moderation.events import SignaturesApproved
from api.signatures.events import SignaturesForgotten, SignaturesTakenBack
from api.signing.events import ConsentTakenBack, SignatureConfirmed

FEATURE = Feature(
    blueprint=blueprint,
    jobs=(
        JobKind("connectors.start", jobs.start, when=work.is_due),
        JobKind(work.WORK, jobs.do, lane=Lane.PUSHES),
        JobKind("connectors.expire", jobs.expire, when=expiry.is_due, lane=Lane.DOCUMENTS),
        JobKind(
            "connectors.forget_coalition",
            jobs.forget_coalition,
            on=(CoalitionDeleted,),
            lane=Lane.DOCUMENTS,
        ),
    ),
    letters=(
        LetterKind(files.LETTER, files.letter_facts, after=files.forget_sent),
        LetterKind(trouble.TROUBLE, trouble.trouble_facts),
        LetterKind(trouble.EXPIRED, trouble.expired_facts),
    ),
    listeners=(
        Listener(SignatureConfirmed, following.hand_over),
        Listener(ConsentTakenBack, following.follow_consent),
        Listener(SignaturesForgotten, following.follow_forgetting),
        Listener(SignaturesTakenBack, following.follow_moderation),
        Listener(SignaturesApproved, following.follow_moderation),
    ),
    extensions=(files.FILES.keeper, gauges.STANDING),
)
