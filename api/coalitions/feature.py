"""What coalitions add to the app."""

from __future__ import annotations

from api.accounts.rules import ACCESS_ENDED, INVITED
from api.coalitions import jobs
from api.coalitions.routes import blueprint
from api.coalitions.service import colleagues, invitations
from api.infra.background.jobs import JobKind
from api.infra.feature import Feature
from api.infra.mail.letters import LetterKind

FEATURE = Feature(
    blueprint=blueprint,
    jobs=(JobKind("invitations.forget", jobs.forget, when=invitations.are_old),),
    letters=(
        LetterKind(invitations.LETTER, invitations.letter_facts),
        LetterKind(INVITED, colleagues.letter),
        LetterKind(ACCESS_ENDED, colleagues.access_ended),
    ),
)
