"""What deliveries add to the app."""

from __future__ import annotations

from api.deliveries.routes import blueprint
from api.deliveries.service import members, sending
from api.infra.background.events import Listener
from api.infra.feature import Feature
from api.infra.mail.letters import LetterKind
from api.signoffs.service import edit_notices
from api.statements.events import StatementMoved

FEATURE = Feature(
    blueprint=blueprint,
    letters=(
        LetterKind(
            sending.COVER,
            sending.letter,
            after=sending.is_over,
            failed=sending.has_failed,
            is_bulk=True,
        ),
        LetterKind(members.PUBLISHED, members.letter, after=edit_notices.forget, is_bulk=True),
    ),
    listeners=(Listener(StatementMoved, members.tell_approvers),),
)
