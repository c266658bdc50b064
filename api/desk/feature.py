"""What the desk adds to the app."""

from __future__ import annotations

from api.desk import jobs
from api.desk.routes import blueprint, for_programs
from api.desk.service import daily
from api.infra.background.jobs import JobKind
from api.infra.feature import Feature
from api.infra.mail.letters import LetterKind
from api.infra.queue import Lane

FEATURE = Feature(
    blueprint=for_programs,
    pages=blueprint,
    jobs=(JobKind("desk.tell", jobs.tell, when=daily.are_due, lane=Lane.DOCUMENTS),),
    letters=(LetterKind(daily.DAILY, daily.letter),),
)
