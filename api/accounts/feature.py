"""What accounts add to the app."""

from __future__ import annotations

from api.accounts import jobs, rules
from api.accounts.routes import blueprint
from api.accounts.service import challenges, notices, sessions, signing_in
from api.infra.background.jobs import JobKind
from api.infra.feature import Feature
from api.infra.mail.letters import LetterKind
from api.infra.queue import Lane

FEATURE = Feature(
    blueprint=blueprint,
    jobs=(
        JobKind(
            "sign_ins.forget",
            jobs.forget_requests,
            when=signing_in.are_old,
            lane=Lane.DOCUMENTS,
        ),
        JobKind(
            "challenges.forget",
            jobs.forget_challenges,
            when=challenges.are_old,
            lane=Lane.DOCUMENTS,
        ),
        JobKind(
            "sessions.forget", jobs.forget_sessions, when=sessions.are_old, lane=Lane.DOCUMENTS
        ),
    ),
    letters=(
        LetterKind(rules.SIGN_IN, signing_in.letter),
        LetterKind(rules.NOTICED, notices.letter),
    ),
)
