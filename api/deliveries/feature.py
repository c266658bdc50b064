"""What deliveries add to the app."""

from __future__ import annotations

from api.deliveries.routes import blueprint
from api.deliveries.service import sending
from api.infra.feature import Feature
from api.infra.mail.letters import LetterKind

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
    ),
)
