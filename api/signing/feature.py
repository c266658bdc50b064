"""What the public's signing adds to the app."""

from __future__ import annotations

from api.coalitions.events import CoalitionDeleted
from api.infra.background.events import Listener
from api.infra.background.jobs import JobKind
from api.infra.feature import Feature
from api.infra.mail.letters import LetterKind
from api.infra.queue import Lane
from api.signing import jobs, rules
from api.signing.events import SigningChanged
from api.signing.routes import blueprint
from api.signing.service import letters, pending_batch, receiving, settings
from api.statements.events import StatementMoved, StatementRevised

FEATURE = Feature(
    blueprint=blueprint,
    jobs=(
        JobKind(rules.TAKE_IN, jobs.take_in, when=pending_batch.is_waiting),
        JobKind(rules.PART, jobs.part, lane=Lane.DOCUMENTS),
        JobKind("signing.forget", jobs.forget, when=pending_batch.has_old, lane=Lane.DOCUMENTS),
        JobKind(
            "signing.forget_coalition",
            jobs.forget_coalition,
            on=(CoalitionDeleted,),
            lane=Lane.DOCUMENTS,
        ),
    ),
    letters=(
        LetterKind(rules.CONFIRMATION, letters.confirmation, tells_day_only=True),
        LetterKind(rules.AGAIN, letters.again, after=letters.is_told, tells_day_only=True),
        LetterKind(rules.RECEIPT, letters.receipt, after=letters.is_received, tells_day_only=True),
    ),
    listeners=(
        Listener(SigningChanged, receiving.look_anew),
        Listener(StatementMoved, settings.give_page),
        Listener(StatementMoved, receiving.look_anew),
        Listener(StatementRevised, receiving.look_anew),
    ),
)
